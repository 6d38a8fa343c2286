"""The kinds of data that are told apart, with their DPV terms and what to do about each."""

from __future__ import annotations

from entrepot.privacy.model import Category, Kind

_DROP = "Drop the column, or replace it by a random key."
_COARSE = "Make it coarser, such as a range or a region, before publishing."
_AGGREGATE = "Publish aggregates only, or drop the column."


def _all(kind: Kind, fix: str, *rows: tuple[str, str, str]) -> dict[str, Category]:
    return {word: Category(id=word, term=term, kind=kind, title=title, fix=fix) for word, term, title in rows}


CATEGORIES: dict[str, Category] = {
    **_all(
        Kind.DIRECT,
        _DROP,
        ("email", "pd:EmailAddress", "e-mail addresses"),
        ("phone", "pd:TelephoneNumber", "telephone numbers"),
        ("name", "pd:Name", "names of persons"),
        ("address", "pd:PhysicalAddress", "postal addresses"),
        ("official_id", "pd:OfficialID", "official identity numbers"),
        ("cn_resident_id", "ent-cn:IdCardNumber", "Chinese resident identity numbers"),
        ("person_number", "pd:UID", "numbers given to persons"),
        ("passport", "pd:Passport", "passport numbers"),
        ("iban", "pd:BankAccount", "bank accounts"),
        ("payment_card", "pd:CreditCardNumber", "payment card numbers"),
        ("ip_address", "pd:IPAddress", "IP addresses"),
        ("mac_address", "pd:MACAddress", "network card addresses"),
        ("device_id", "pd:DeviceBased", "device numbers"),
        ("plate", "pd:VehicalLicenseRegistration", "vehicle registration numbers"),
        ("account", "pd:Username", "user names"),
        ("secret", "pd:Password", "passwords or keys"),
    ),
    **_all(
        Kind.DIRECT,
        "Strip the metadata before publishing.",
        ("taken_at", "pd:GPSCoordinate", "the place where it was taken"),
    ),
    **_all(
        Kind.SENSITIVE,
        "Make persons unrecognisable, or publish only what was counted or measured in it.",
        ("face", "ent-cn:FaceImage", "faces of persons"),
        ("voice", "ent-cn:VoiceSample", "voices of persons"),
    ),
    **_all(
        Kind.SENSITIVE,
        _AGGREGATE,
        ("health", "pd:MedicalHealth", "health data"),
        ("ethnicity", "pd:Ethnicity", "ethnic origin"),
        ("religion", "pd:Religion", "religion"),
        ("politics", "pd:PoliticalAffiliation", "political opinion"),
        ("sexuality", "pd:SexualPreference", "sexual orientation"),
        ("union", "pd:TradeUnionMembership", "trade union membership"),
        ("biometric", "pd:Biometric", "biometric data"),
        ("genetic", "pd:Genetic", "genetic data"),
        ("criminal", "pd:CriminalConviction", "criminal convictions"),
    ),
    **_all(
        Kind.QUASI,
        _COARSE,
        ("birth_date", "pd:BirthDate", "dates of birth"),
        ("age", "pd:Age", "ages"),
        ("gender", "pd:Gender", "gender"),
        ("nationality", "pd:Nationality", "nationality"),
        ("marital_status", "pd:MaritalStatus", "marital status"),
        ("education", "pd:Education", "education"),
        ("occupation", "pd:Job", "occupation"),
        ("postal_code", "pd:PostalCode", "postal codes"),
        ("site_address", "pd:Location", "addresses of places"),
        ("place", "pd:Region", "places of persons"),
        ("coordinates", "pd:GPSCoordinate", "coordinates"),
    ),
    **_all(
        Kind.NONE,
        "",
        ("income", "pd:Income", "income"),
        ("balance", "pd:FinancialAccount", "balances of accounts"),
        ("loan", "pd:LoanRecord", "loans and debts"),
        ("credit_record", "pd:CreditRecord", "credit records"),
        ("credit_score", "pd:CreditScore", "credit scores"),
        ("organisation_contact", "ent:OrganisationContact", "contact details of organisations"),
        ("cn_organisation_id", "ent-cn:UnifiedSocialCreditCode", "organisation numbers"),
    ),
}
"""Categories by id."""
