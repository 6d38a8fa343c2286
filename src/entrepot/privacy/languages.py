"""The words that headings are read by in other languages, pinyin and other scripts."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, ...]] = {
    "email": (
        "correo", "correo electronico", "courriel", "courrier electronique", "adresse mail", "posta elettronica", "mailadresse", "epost", "eposta",
        "youxiang", "dianziyouxiang", "dianziyoujian", "dzyx", "dzyj",
    ),
    "phone": (
        "telefon", "telefono", "telefone", "telefonnummer", "telefonnr", "telefon nr", "rufnummer", "festnetz", "handy", "handynummer", "handynr", "mobil",
        "mobilnummer", "mobiltelefon", "celular", "movil", "numero telephone", "numero de telephone", "portable", "cellulare", "telefoon", "puhelin",
        "shouji", "shoujihao", "shoujihaoma", "dianhua", "dianhuahaoma", "lianxidianhua", "lianxifangshi", "lxdh", "lxfs", "sjhm", "sjh",
    ),
    "name": (
        "vorname", "nachname", "familienname", "geburtsname", "rufname", "ansprechpartner", "prenom", "prenoms", "nom prenom", "nom de famille",
        "nom complet", "nom usage", "nom naissance", "nombre completo", "nombre y apellidos", "apellido", "apellidos", "primer apellido",
        "segundo apellido", "nome completo", "sobrenome", "nome do cliente", "nome da mae", "nome mae", "cognome", "nome cognome", "voornaam", "achternaam",
        "fornavn", "etternavn", "efternamn", "imie", "nazwisko", "soyad", "soyadi", "nama lengkap", "xingming", "kehuxingming", "lianxiren", "shoujianren",
    ),
    "address": (
        "strasse", "hausanschrift", "anschrift", "wohnanschrift", "adresse", "adresse postale", "rue", "direccion", "domicilio", "calle", "endereco",
        "logradouro", "indirizzo", "adres", "adresa", "alamat", "dizhi", "zhuzhi", "jiatingzhuzhi", "jiatingdizhi", "xiangxidizhi", "lianxidizhi",
        "shouhuodizhi", "jtzz", "jtdz", "lxdz", "txdz",
    ),
    "official_id": (
        "steuer id", "steueridentifikationsnummer", "steuernummer", "sozialversicherungsnummer", "rentenversicherungsnummer", "ausweisnummer",
        "personalausweis", "personalausweisnummer", "numero secu", "numero securite sociale", "numero de securite sociale", "securite sociale", "curp", "cpf",
        "dni", "nie", "nif", "nss", "cedula", "cedula identidad", "cedula de identidad", "documento identidad", "documento de identidad", "numero documento",
        "numero de documento", "titulo eleitor", "cnh", "cuil", "codice fiscale", "burgerservicenummer", "rodne cislo", "egn", "oib", "jmbg", "cnic", "iqama", "emirates id",
        "shenfenzheng", "shenfenzhenghao", "shenfenzhenghaoma", "shenfenid", "zhengjianhao", "zhengjianhaoma", "sfzh", "sfzhm", "zjhm", "shebaohao", "yibaokahao",
    ),
    "person_number": (
        "matrikelnummer", "personalnummer", "versichertennummer", "versicherungsnummer", "numero patient", "numero de dossier medical", "historia clinica", "matricule", "xuehao",
        "gonghao", "binglihao", "zhuyuanhao",
    ),
    "passport": ("reisepass", "reisepassnummer", "passeport", "numero passeport", "pasaporte", "passaporte", "huzhao", "huzhaohao", "huzhaohaoma"),
    "iban": ("kontonummer", "konto nr", "kontonr", "numero compte", "compte bancaire", "numero cuenta", "cuenta bancaria", "conta bancaria", "conta corrente"),
    "payment_card": ("kreditkarte", "kreditkartennummer", "carte bancaire", "carte de credit", "tarjeta credito", "tarjeta de credito", "numero tarjeta",
                     "cartao credito", "cartao de credito", "yinhangka", "yinhangkahao", "kahao", "yhkh"),
    "plate": ("kennzeichen", "immatriculation", "plaque immatriculation", "placa", "matricula vehiculo", "targa", "chepai", "chepaihao", "cphm"),
    "account": ("benutzername", "nom utilisateur", "nombre usuario", "nombre de usuario", "nome usuario", "yonghuming", "zhanghao", "nicheng"),
    "secret": ("passwort", "kennwort", "mot de passe", "contrasena", "clave secreta", "senha", "mima"),
    "birth_date": (
        "geburtsdatum", "geburtstag", "geburtsjahr", "gebdatum", "geb datum", "geb dat", "gebdat", "date naissance", "date de naissance", "annee naissance", "naissance",
        "fecha nacimiento", "fec nac", "fec nacimiento", "fecha nac", "fecha de nacimiento", "nacimiento", "data nascimento", "data de nascimento", "nascimento", "data nascita", "data di nascita",
        "geboortedatum", "fodselsdato", "data urodzenia", "dogum tarihi", "tanggal lahir", "chusheng", "chushengriqi", "chushengnianyue", "shengri", "csrq", "csny",
    ),
    "age": ("edad", "alter", "idade", "leeftijd", "nianling"),
    "gender": ("sexo", "geschlecht", "sexe", "genero", "geslacht", "plec", "cinsiyet", "jenis kelamin", "xingbie"),
    "nationality": ("geburtsland", "pays de naissance", "pais de nacimiento", "nacionalidad", "staatsangehoerigkeit", "nationalite", "nacionalidade", "guoji"),
    "marital_status": ("familienstand", "etat civil", "situation familiale", "estado civil", "stato civile", "hunyin", "hunyinzhuangkuang", "hyzk"),
    "education": ("bildungsabschluss", "escolaridad", "escolaridade", "xueli", "whcd"),
    "occupation": ("beruf", "ocupacion", "ocupacao", "profissao", "zhiye"),
    "postal_code": ("plz", "postleitzahl", "code postal", "codigo postal", "cep", "pincode", "pin code", "eircode", "youbian", "youzhengbianma"),
    "place": ("geburtsort", "lieu de naissance", "lugar de nacimiento", "wohnort", "ciudad", "cidade", "ville"),
    "income": ("einkommen", "gehalt", "salaire", "revenu", "salario", "renda", "renda mensal", "shouru", "gongzi"),
    "health": (
        "diagnose", "diagnosen", "krankheit", "krankheiten", "allergie", "allergien", "blutgruppe", "behinderung", "diagnostico", "enfermedad", "alergia",
        "alergias", "grupo sanguineo", "tipo sangre", "discapacidad", "maladie", "groupe sanguin", "doenca", "deficiencia", "zhenduan", "zhenduanjieguo",
        "jibing", "bingshi", "guominshi", "xuexing",
    ),
    "ethnicity": ("etnia", "ethnie", "raca", "raca cor", "cor raca", "raza", "minzu"),
    "religion": ("konfession", "religionszugehoerigkeit", "religiao", "culte", "agama", "zongjiao", "zongjiaoxinyang"),
    "politics": ("parteizugehoerigkeit", "afiliacion politica", "filiacao partidaria", "zhengzhimianmao", "zzmm"),
    "sexuality": ("sexuelle orientierung", "orientation sexuelle", "orientacion sexual", "orientacao sexual"),
    "union": ("gewerkschaft", "gewerkschaftszugehoerigkeit", "syndicat", "afiliacion sindical"),
    "biometric": ("fingerabdruck", "empreinte digitale", "huella dactilar", "zhiwen", "renlian"),
    "criminal": ("vorstrafen", "vorstrafe", "casier judiciaire", "antecedentes penales", "antecedentes criminais", "fanzui"),
}  # fmt: skip
"""Phrases by category, in letters without accents: Spanish, French, German, Portuguese, Italian, Dutch, Polish, others, and pinyin."""

WEAK_NAMES: tuple[str, ...] = ("nombre", "nom", "nome", "naam", "nama", "xm", "lxr")
"""Headings that are a person's name or a thing's."""

SCRIPT: tuple[tuple[str, str], ...] = (
    ("电子邮", "email"), ("邮箱", "email"), ("邮件地址", "email"), ("電子郵", "email"), ("電郵", "email"), ("メール", "email"), ("이메일", "email"), ("почта", "email"),
    ("手机", "phone"), ("电话", "phone"), ("联系方式", "phone"), ("微信", "phone"), ("传真", "phone"), ("電話", "phone"), ("手機", "phone"), ("携帯", "phone"), ("전화", "phone"),
    ("휴대폰", "phone"), ("телефон", "phone"), ("座机", "phone"), ("姓名", "name"), ("联系人", "name"), ("聯絡人", "name"), ("收件人", "name"), ("收货人", "name"), ("寄件人", "name"),
    ("法定代表人", "name"), ("监护人", "name"), ("曾用名", "name"), ("紧急联系人", "name"), ("经办人", "name"), ("申请人", "name"), ("持卡人", "name"), ("投保人", "name"), ("氏名", "name"),
    ("名字", "name"), ("이름", "name"), ("성명", "name"), ("фамилия", "name"), ("отчество", "name"), ("фио", "name"), ("身份证", "cn_resident_id"), ("身份證", "official_id"),
    ("身分證", "official_id"), ("公民身份号码", "cn_resident_id"), ("证件号", "official_id"), ("社保号", "official_id"), ("社会保障号", "official_id"), ("医保卡号", "official_id"),
    ("医保号", "official_id"), ("驾驶证", "official_id"), ("驾照", "official_id"), ("军官证", "official_id"), ("居住证", "official_id"), ("通行证", "official_id"), ("社保卡", "official_id"),
    ("주민등록번호", "official_id"), ("снилс", "official_id"), ("护照", "passport"), ("護照", "passport"), ("паспорт", "passport"), ("银行卡", "payment_card"), ("信用卡号", "payment_card"),
    ("卡号", "payment_card"), ("银行账", "iban"), ("银行帐", "iban"), ("家庭住址", "address"), ("住址", "address"), ("详细地址", "address"), ("通讯地址", "address"), ("收货地址", "address"),
    ("户籍地址", "address"), ("地址", "address"), ("住所", "address"), ("주소", "address"), ("адрес", "address"), ("门牌", "address"), ("ip地址", "ip_address"), ("mac地址", "mac_address"), ("设备号", "device_id"),
    ("设备标识", "device_id"), ("车牌", "plate"), ("号牌号码", "plate"), ("车架号", "plate"), ("密码", "secret"), ("口令", "secret"), ("密钥", "secret"), ("用户名", "account"), ("登录名", "account"),
    ("昵称", "account"), ("账号", "account"), ("帐号", "account"), ("qq号", "account"), ("统一社会信用代码", "cn_organisation_id"), ("学号", "person_number"), ("工号", "person_number"),
    ("病历号", "person_number"), ("病案号", "person_number"), ("住院号", "person_number"), ("出生", "birth_date"), ("生日", "birth_date"), ("生年月日", "birth_date"), ("생년월일", "birth_date"),
    ("дата рождения", "birth_date"), ("年龄", "age"), ("年齡", "age"), ("年齢", "age"), ("나이", "age"), ("возраст", "age"), ("性别", "gender"), ("性別", "gender"), ("성별", "gender"),
    ("国籍", "nationality"), ("婚姻", "marital_status"), ("学历", "education"), ("职业", "occupation"), ("出生地", "place"), ("籍贯", "place"), ("出生国", "nationality"), ("保险号", "person_number"), ("工会", "union"), ("邮编", "postal_code"), ("邮政编码", "postal_code"), ("郵便番号", "postal_code"),
    ("우편번호", "postal_code"), ("经度", "coordinates"), ("纬度", "coordinates"), ("民族", "ethnicity"), ("宗教", "religion"), ("종교", "religion"), ("政治面貌", "politics"),
    ("党派", "politics"), ("性取向", "sexuality"), ("诊断", "health"), ("病历", "health"), ("疾病", "health"), ("病史", "health"), ("既往史", "health"), ("过敏", "health"), ("症状", "health"), ("主诉", "health"),
    ("血型", "health"), ("残疾", "health"), ("用药", "health"), ("体检", "health"), ("孕", "health"), ("диагноз", "health"), ("指纹", "biometric"), ("人脸", "biometric"), ("声纹", "biometric"), ("虹膜", "biometric"),
    ("掌纹", "biometric"), ("基因", "genetic"), ("犯罪", "criminal"), ("前科", "criminal"), ("刑事", "criminal"), ("收入", "income"), ("工资", "income"), ("薪", "income"),
    ("账户余额", "balance"), ("存款", "balance"), ("贷款", "loan"), ("借款", "loan"), ("欠款", "loan"), ("负债", "loan"), ("房贷", "loan"), ("征信", "credit_record"), ("信用记录", "credit_record"),
    ("信用额度", "credit_record"), ("授信", "credit_record"), ("逾期", "credit_record"), ("信用评分", "credit_score"), ("信用分", "credit_score"), ("信用等级", "credit_score"),
    ("网址", ""), ("网站地址", ""), ("链接地址", ""), ("服务器地址", ""), ("公司地址", ""), ("店铺地址", ""), ("门店地址", ""), ("学校地址", ""), ("医院地址", ""), ("单位地址", ""), ("公司电话", ""), ("客服电话", ""),
    ("店铺电话", ""), ("医院电话", ""), ("发货地址", ""),
)  # fmt: skip
"""Parts of headings in Chinese, Japanese, Korean and Russian by category, in small letters; the longest that occurs decides."""

SCRIPT_ORGANISATIONS: tuple[str, ...] = ("公司", "企业", "单位名称", "机构", "商户", "门店", "学校名称", "医院名称")
"""Parts of Chinese headings that name organisations."""

SCRIPT_OTHER_THING: tuple[str, ...] = (
    "型号", "品牌", "类型", "状态", "次数", "数量", "个数", "人数", "时长", "格式", "版本", "比例", "占比", "率", "总数", "平均", "归属地", "运营商",
)  # fmt: skip
"""Last part of a Chinese heading that makes it a property of something else."""
