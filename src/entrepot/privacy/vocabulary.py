"""The English words that headings are read by; those of other languages are in ``languages``."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """The words of a text, so that a list of words reads as one."""
    return frozenset(text.split())


# A phrase is words that follow each other; the longer phrase wins, so that "ip address" is no postal address.
PHRASES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e mail", "mail", "mail address", "email address", "emailaddress", "useremail", "contactemail", "electronic mail"),
    "phone": (
        "phone", "telephone", "mobile", "cell", "cellphone", "cell phone", "cellular", "landline", "msisdn", "caller number", "callee number", "calling number", "called number", "phone number", "mobile number", "phonenumber",
        "mobilenumber", "phone no", "mobile no", "contact number", "contact no", "fax", "fax number", "whatsapp", "wechat", "weixin", "viber", "pager",
        "tel", "tel no", "telno", "tel number", "telephone number", "emergency contact number", "gsm",
    ),
    "name": (
        "first name", "last name", "full name", "given name", "given names", "family name", "middle name", "middle names", "surname", "surnames",
        "firstname", "lastname", "fullname", "middlename", "familyname", "givenname", "fname", "lname", "mname", "sname", "forename", "forenames", "maiden name",
        "preferred name", "legal name", "person name", "middle initial", "middle init", "name first", "name last", "name given",
        "name middle", "christian name", "name of person", "name of applicant", "name of patient", "name of student", "mother maiden", "name prefix last", "signatory",
    ),
    "address": (
        "street address", "home address", "postal address", "mailing address", "residential address", "billing address", "shipping address",
        "delivery address", "permanent address", "current address", "address line", "address", "address 1", "address 2", "addr", "street", "street 1", "street 2",
        "street name", "house number", "streetaddress", "place of residence",
    ),
    "official_id": (
        "ssn", "social security number", "social security no", "social security", "social insurance number", "national id", "national id number",
        "national identity", "national identification", "national insurance", "national insurance number", "national insurance no", "ni number", "nino", "tax id", "taxpayer id",
        "tin", "itin", "tfn", "tax file number", "personal number", "identity number", "identity no", "identity card", "identity document", "identification number",
        "id card", "driver license", "drivers license", "driver licence", "drivers licence", "driving licence", "driving license", "dl number", "dl no", "license driver",
        "government id", "gov id", "citizen id", "civil id", "voter id", "voter registration number", "residence permit", "visa number", "alien number", "aadhaar",
        "aadhar", "aadhaar number", "pan number", "pan card", "pesel", "bsn", "nric", "personnummer", "cnp", "hkid", "hetu", "medicare number", "medicaid id",
        "nhs number", "health card number", "health insurance number", "health insurance no",
    ),
    "person_number": (
        "student id", "student number", "student no", "studentid", "mrn", "medical record number", "medical record no", "patient id",
        "patient number", "patient no", "health plan number", "insurance policy number", "insurance number", "insurance no", "insurance id", "insurance policy no", "insured number", "insured id", "military id", "service number", "inmate number", "inmate id", "prisoner number",
    ),
    "passport": ("passport", "passport number", "passport no", "passport num", "passport id"),
    "iban": ("iban", "bank account", "bank account number", "bank account no", "account number", "bank acct"),
    "payment_card": (
        "card number", "credit card", "creditcard", "credit card number", "credit card no", "debit card", "debit card number", "card no", "cc number",
        "cc num", "cc no", "ccnum", "payment card",
    ),
    "ip_address": (
        "ip", "ip address", "ipaddress", "ip addr", "client ip", "remote addr", "remote host", "ipv4", "ipv6", "source ip", "src ip", "dst ip", "srcaddr",
        "dstaddr", "src addr", "dst addr", "x forwarded for",
    ),
    "mac_address": ("mac address", "mac addr", "macaddress", "mac", "bssid"),
    "device_id": (
        "imei", "imsi", "device id", "deviceid", "device token", "push token", "device uuid", "idfa", "idfv", "gaid", "android id", "advertising id", "iccid", "udid",
        "cookie id", "browser fingerprint",
    ),
    "plate": (
        "license plate", "licence plate", "number plate", "plate number", "plate no", "vehicle tag", "vin", "vehicle registration", "vehicle registration number",
        "vehicle identification number", "car registration",
    ),
    "account": (
        "username", "user name", "usernames", "login", "login name", "user login", "logon name", "screen name", "screenname", "user handle", "twitter handle", "instagram handle",
        "skype", "gamertag", "github username", "auth user", "authuser", "from user", "to user", "nicename", "telegram handle", "linkedin profile", "facebook profile",
    ),
    "secret": (
        "password", "passwd", "pwd", "pw", "password hash", "passphrase", "passcode", "user pass", "secret", "secret key", "client secret", "api key", "apikey",
        "private key", "ssh key", "encryption key", "access token", "refresh token", "session token", "auth token", "bearer token", "pin number", "cvv", "cvc", "security answer",
        "secret answer", "seed phrase",
    ),
    "birth_date": (
        "birth date", "date of birth", "date birth", "dob", "birthdate", "birthday", "birth year", "year of birth", "birth month", "month of birth", "birth day",
        "day of birth", "birthyear", "dateofbirth", "bdate", "yob", "born", "born on", "year born", "birth",
    ),
    "age": ("age", "ages", "age group", "age range", "age band", "age bracket", "age in years", "age years", "age yrs"),
    "gender": ("gender", "sex", "gender code", "sex code", "gender identity"),
    "nationality": (
        "nationality", "citizenship", "native country", "country of birth", "birth country", "country birth", "country of citizenship", "country of nationality",
    ),
    "marital_status": ("marital status", "marital", "married", "marriage status", "civil status"),
    "education": ("education", "education level", "educational attainment", "degree", "qualification"),
    "occupation": ("occupation", "job title", "profession", "workclass", "work class", "class of worker", "worker class", "employment status", "labour force status", "labor force status"),
    "postal_code": ("zip", "zip code", "zipcode", "zip 5", "zip 4", "postcode", "pcode", "post code", "postal code", "postalcode", "postal"),
    "place": (
        "region", "city", "town", "county", "province", "place of birth", "birth place", "birthplace", "city of birth", "birth city", "town of birth", "state of birth",
    ),
    "coordinates": ("lat", "latitude", "lon", "lng", "longitude"),
    "income": ("income", "salary", "wage", "wages", "earnings"),
    "balance": ("account balance", "bank balance", "savings balance", "savings", "card balance", "deposit balance", "net worth", "bank deposits"),
    "loan": (
        "loan", "loans", "loan amount", "loan balance", "loan status", "debt", "debts", "total debt", "outstanding debt", "mortgage", "mortgage balance", "overdraft", "indebtedness",
    ),
    "credit_record": ("credit limit", "credit history", "credit record", "credit report", "credit line", "delinquencies", "delinquency", "bankruptcy", "bankruptcies", "payment default"),
    "credit_score": ("credit score", "credit rating", "credit grade", "creditworthiness", "fico", "fico score", "schufa", "schufa score"),
    "health": (
        "diagnosis", "diagnosis code", "icd", "icd10", "icd 10", "icd9", "icd code", "icd 10 code", "disease", "diseases", "illness", "medication", "medications", "hiv",
        "hiv status", "aids", "disability", "disability status", "disability type", "blood type", "blood group", "pregnant", "pregnancy", "pregnancy status", "allergy", "allergies",
        "medical history", "medical condition", "medical conditions", "health condition", "health conditions", "chronic condition", "chronic conditions", "comorbidity", "comorbidities",
        "symptom", "symptoms", "prescription", "prescriptions", "health status", "mental health", "vaccinated", "vaccination", "vaccination status", "covid status", "covid test",
        "test result hiv", "smoking status",
    ),
    "ethnicity": (
        "ethnicity", "race", "ethnic group", "ethnic origin", "ethnic", "ethnic background", "race ethnicity", "race code", "racial", "ancestry", "hispanic", "latino", "hispanic latino",
        "caste", "skin color", "skin colour", "tribe",
    ),
    "religion": ("religion", "religious affiliation", "religious belief", "religious beliefs", "faith", "denomination religious"),
    "politics": (
        "political affiliation", "political party", "party affiliation", "party registration", "registered party", "political opinion", "political opinions", "political views",
        "political view", "political leaning", "political orientation",
    ),
    "sexuality": ("sexual orientation", "sexuality", "sexual preference", "sexual identity", "lgbt", "lgbtq"),
    "union": ("trade union", "labor union", "labour union", "union membership", "union member", "trade union membership"),
    "biometric": (
        "fingerprint", "fingerprints", "face embedding", "face encoding", "face image", "face photo", "face template", "face id", "iris scan", "retina scan", "palm print", "voiceprint",
        "voice print", "voice template", "voice sample", "biometric", "biometrics",
    ),
    "genetic": ("genotype", "dna", "dna sequence", "genome", "haplotype", "genetic variant", "mutation carrier"),
    "criminal": ("criminal record", "criminal records", "conviction", "convictions", "arrest record", "criminal history", "criminal conviction", "felony conviction", "prior convictions"),
}  # fmt: skip
"""English phrases by category; those that are as often about something else are in ``WEAK``."""

PERSONS: frozenset[str] = words_of(
    "actor actress adjuster administrator adviser advisor applicant artist assignee assistant athlete attendee attorney author authors beneficiary borrower"
    " buyer caller candidate caregiver caretaker cashier chairman chairperson child claimant client clinician coach cofounder colleague composer"
    " consignee consultant contact contestant contractor contributor coowner counselor creator customer dad daughter deceased defendant delegate dentist"
    " dependent director doctor donor driver editor employee engineer father founder friend guarantor guardian guest holder husband inmate"
    " inspector instructor insured intern interviewee interviewer investigator investor journalist judge juror lawyer learner lender lessee"
    " manager mayor member mentor mom mother musician nominee nurse offender officer organiser organizer owner parent participant"
    " passenger patient payee payer performer person pharmacist photographer physician pilot plaintiff player poet policyholder politician practitioner"
    " president presenter principal producer professor pupil purchaser recipient recruiter referee registrant relative rep representative requester"
    " requestor researcher resident respondent reviewer rider scientist secretary seller senator sender shareholder sibling signer singer son"
    " speaker spouse staff student subscriber supervisor surgeon survivor suspect teacher technician tenant therapist trainee trainer translator"
    " traveler traveller trustee tutor undersigned user veteran victim visitor volunteer voter wife winner witness worker writer"
)
"""What persons are called in tables: before the word name they promise one, and alone they allow one."""

ABBREVIATIONS: dict[str, str] = {
    "nm": "name", "nme": "name", "fst": "first", "frst": "first", "lst": "last", "mid": "middle", "init": "initial", "adr": "address", "addrs": "address", "addrss": "address",
    "ph": "phone", "phn": "phone", "phne": "phone", "mob": "mobile", "nbr": "number", "numb": "number", "dt": "date", "bday": "birthday", "brth": "birth", "yr": "year",
    "cust": "customer", "emp": "employee", "empl": "employee", "pat": "patient", "pt": "patient", "stud": "student", "std": "student", "acc": "account", "acct": "account", "ac": "account",
    "emerg": "emergency", "emer": "emergency", "natl": "national", "nat": "national", "ins": "insurance", "cd": "code", "cnt": "count", "amt": "amount", "pswd": "password",
    "psw": "password", "passwrd": "password", "lic": "license", "dx": "diagnosis", "diag": "diagnosis",  "eth": "ethnicity", "gndr": "gender", "eml": "email", "emailid": "email",
    "dsc": "description", "desc": "description", "cat": "category", "stat": "status",
}  # fmt: skip
"""What the shortened words of headings stand for; tried where the words themselves say nothing."""

STATISTICS: frozenset[str] = words_of(
    "avg average mean median pct percent percentage proportion ratio stddev count counts num share literacy"
)
"""Words anywhere in a heading that make it a figure about many."""

ORGANISATIONS: frozenset[str] = words_of(
    "airline airport bank branch brand cafe campus carrier clinic college company corporation dealership distributor enterprise facility firm"
    " hospital hotel institution library manufacturer merchant museum organisation organization outlet publisher restaurant retailer school"
    " shop station store supplier university vendor venue warehouse wholesaler winery qiye gongsi jigou"
)
"""What organisations and venues are called in tables."""

OF_ORGANISATIONS: frozenset[str] = words_of("bic swift vat cuisine cuisines iata icao ein duns lei amenities checkin opening")
"""What only organisations and venues have."""

OWN: frozenset[str] = words_of("home residential billing shipping emergency personal private")
"""Words that make contact details somebody's own, though the table is about organisations."""

HOME: frozenset[str] = words_of("home residential mailing permanent jiatingzhuzhi billing shipping domicilio emergency contact")
"""Words that make an address somebody's, whatever stands beside it."""

WEAK: dict[str, tuple[str, ...]] = {
    "name": (
        "name",
        "names",
        "first",
        "last",
        "middle",
        "given",
        "maiden",
        "initials",
        "nickname",
        "nick name",
        "long name",
        "short name",
        "alias",
        "display name",
        "displayname",
        "contact",
        "assigned to",
        "created by",
        "reported by",
        "requested by",
        "signed by",
        "next of kin",
        "emergency contact",
    ),
    "account": ("user", "login id", "handle", "nick", "usuario", "benutzer"),
    "plate": (
        "vehicle",
        "vehicle no",
        "vehicle number",
        "vehicle id",
        "car",
        "car no",
        "car number",
        "reg",
        "reg no",
        "reg number",
        "registration",
        "registration no",
        "registration number",
        "kfz",
        "fahrzeug",
        "auto",
        "vehicule",
        "voiture",
    ),
    "union": ("union", "in union", "unionised", "unionized", "union status"),
}
"""Headings that allow a category and promise none: the values or the columns beside them decide."""

OTHER_THING: frozenset[str] = words_of(
    "count total flag sent opened clicked type format status model brand limit rate avg average verified length valid error errors template"
    " confirmed complete completed percent percentage pct ratio sum mean median min max score rank index version enabled disabled required"
    " optional changed updated created expired expiry expiration policy method provider domain carrier os url link image icon color colour"
    " width height size weight test class label days months hours minutes seconds"
)
"""A last word that makes it a property of something else: ``email_sent``, ``age_limit``, ``phone_model``."""

NOT_OF_PERSONS: frozenset[str] = words_of(
    "file table column field event host domain class team step stage product item project repo branch package game song album movie film"
    " book city country state county region street school department company business organization organisation brand vendor hotel"
)
"""A word before ``name`` that makes it the name of something else, though a word such as ``last`` stands there too."""

NOT_BESIDE: dict[str, frozenset[str]] = {
    "ethnicity": frozenset(["id", "date", "time", "number", "no", "name", "distance", "results", "result", "day", "track", "car", "horse"]),
    "age": frozenset(["of", "building", "house", "car", "vehicle", "property", "account", "firm", "company", "tree", "stone", "bronze"]),
    "education": frozenset(["temperature", "celsius"]),
    "address": frozenset(["web", "url", "memory", "mac", "ip", "contract", "wallet", "token", "block", "hex", "register", "email"]),
    "secret": frozenset(["reset", "hint"]),
    "health": frozenset(["date", "code system"]),
    "person_number": frozenset(["date"]),
    "birth_date": frozenset(["given", "place", "country", "city", "state"]),
}
"""Words anywhere in a heading that take a category back."""
