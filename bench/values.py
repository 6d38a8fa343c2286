"""Tables with the headings of well-known schemas and realistic made-up values, for measuring the classifier on what it was not written with.

Names, cities and streets are drawn from census lists in the folder of test data, which are longer than the lists that the classifier has.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.identifiers import MAKERS

ROWS = 120
_DOMAINS = ("gmail.com", "example.org", "web.de", "yahoo.co.uk", "qq.com", "uni-mainz.de", "acme.io")
_FIRMS = ("Ltd", "Inc.", "GmbH", "& Sons", "Holdings", "Group", "LLC", "SA")
_WORDS = [
    "standard",
    "premium",
    "basic",
    "open",
    "closed",
    "pending",
    "north",
    "south",
    "monthly",
    "yearly",
    "online",
    "direct",
    "large",
    "small",
    "regular",
    "special",
    "other",
    "unknown",
    "shared",
    "private",
    "public",
    "primary",
    "secondary",
    "winter",
    "summer",
    "single",
    "double",
    "express",
    "retail",
    "travel",
    "sales",
    "research",
    "general",
    "daily",
    "active",
    "partial",
]
_JOBS = [
    "Engineer",
    "Teacher",
    "Nurse",
    "Accountant",
    "Clerk",
    "Driver",
    "Manager",
    "Analyst",
    "Technician",
    "Sales_Representative",
    "Owner",
    "Lawyer",
    "Cook",
    "Director",
    "Student",
]
_THINGS = [
    "Chair",
    "Lamp",
    "Table",
    "Kettle",
    "Bottle",
    "Jacket",
    "Backpack",
    "Phone",
    "Case",
    "Cable",
    "Keyboard",
    "Mug",
    "Blanket",
    "Tent",
    "Knife",
]
_ILLNESSES = [
    "Asthma",
    "Type 2 diabetes",
    "Hypertension",
    "Fracture of wrist",
    "Viral sinusitis",
    "Anemia",
    "Migraine",
    "Acute bronchitis",
    "Pneumonia",
    "Appendicitis",
]
_CHARGES = [
    "Battery",
    "Theft",
    "Speeding",
    "Burglary",
    "Grand theft",
    "Driving without licence",
    "Possession",
    "Criminal damage",
    "Assault",
    "Fraud",
]
_CN_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉玲"
_CN_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐"
_PLACES = ["Street", "Apartment", "Parking_lot", "Highway_5", "Gas_station", "Residence", "School", "Sidewalk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading, the kind of its values, and whether it must not be shared as it is."""

    heading: str
    kind: str
    restricted: bool


def schemas(path: Path) -> dict[str, tuple[Column, ...]]:
    """The tables of a file of schemas, by name."""
    found, name = {}, ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            found[name] = tuple(_column(part.strip()) for part in line.split(";"))
    return found


def _column(text: str) -> Column:
    plain = text.removesuffix("*").rstrip()
    heading, _, kind = plain.rpartition(" ")
    return Column(heading=heading, kind=kind, restricted=text.endswith("*"))


def write(columns: tuple[Column, ...], path: Path, lists: Path, chance: random.Random) -> None:
    """Write a table of such columns as CSV, with values that fit together no further than by their kinds."""
    makers = makers_of(lists)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in columns])
        for row in range(ROWS):
            writer.writerow([str(row + 1001) if c.kind == "int" else makers[c.kind](chance) for c in columns])


@cache
def _names(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8", errors="replace") as file:
        rows = [line.strip().strip('"').split(";")[0].split(",")[0].strip('"') for line in file]
    return tuple(row.title() for row in rows if re.fullmatch(r"[A-Za-z .'-]{2,}", row))


def _shaped(template: str) -> Callable[[random.Random], str]:
    """Values of a template: ``#`` is a digit, ``@`` a capital, ``~`` a hexadecimal digit."""
    alphabets = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ", "~": "0123456789abcdef"}
    return lambda chance: re.sub("[#@~]", lambda m: chance.choice(alphabets[m[0]]), template)


def _one_of(*values: str) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(values).replace("_", " ")


def _date(first: int, last: int, form: str = "{0}-{1:02}-{2:02}") -> Callable[[random.Random], str]:
    return lambda chance: form.format(
        chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23), chance.randint(0, 59)
    )


def _number(low: float, high: float, places: int = 0) -> Callable[[random.Random], str]:
    return lambda chance: f"{chance.uniform(low, high):.{places}f}"


def _words(chance: random.Random) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(chance.randint(4, 12)))


@cache
def makers_of(lists: Path) -> dict[str, Callable[[random.Random], str]]:
    """Makers of values by kind; ``lists`` is the folder of census lists."""
    given, family, towns, states = (_names(lists / f"{name}.csv") for name in ("firstnames", "lastnames", "cities", "states"))

    def one(names: tuple[str, ...], chance: random.Random, evenness: int) -> str:
        # A third is in no list at all, as names from all over the world are; of the others frequent ones occur more often.
        return _made_up(chance) if chance.random() < 0.35 else names[int(len(names) * chance.random() ** evenness)]

    def first(c: random.Random) -> str:
        return one(given, c, 3)

    def last(c: random.Random) -> str:
        return one(family, c, 5)

    def street(c: random.Random) -> str:
        return (
            f"{c.randint(1, 9999)} {last(c)} {c.choice(['St', 'Ave', 'Road', 'Lane', 'Blvd', 'Way', 'Dr'])}{c.choice(['', '', ' Apt 4'])}"
        )

    def login(c: random.Random) -> str:
        return f"{first(c).lower()}{c.choice(['', '_', '.'])}{last(c).lower()[:4]}{c.choice(['', '7', '88'])}"

    def cn_name(c: random.Random) -> str:
        return c.choice(_CN_FAMILY) + "".join(c.choice(_CN_GIVEN) for _ in range(c.randint(1, 2)))

    return {
        "first": first, "last": last, "full": lambda c: f"{first(c)} {last(c)}", "lastfirst": lambda c: f"{last(c)}, {first(c)}",
        "initialname": lambda c: f"{first(c)[0]}. {last(c)}", "login": login, "email": lambda c: f"{login(c)}@{c.choice(_DOMAINS)}",
        "street": street, "strasse": lambda c: f"{last(c)}{c.choice(['straße', 'weg', ' Str.', 'gasse'])} {c.randint(1, 99)}",
        "rue": lambda c: f"{c.randint(1, 99)} {c.choice(['rue', 'avenue', 'bd', 'place'])} {c.choice(['de', 'du', 'des'])} {last(c)}",
        "calle": lambda c: f"{c.choice(['Calle', 'Avda.', 'Plaza'])} {last(c)} {c.randint(1, 99)}, {c.randint(1, 9)}º",
        "rua": lambda c: f"{c.choice(['Rua', 'Av.', 'Travessa'])} {last(c)}, {c.randint(1, 999)}",
        "block": lambda c: f"{c.randint(1, 99):03}XX W {last(c).upper()} ST", "city": lambda c: c.choice(towns), "state": lambda c: c.choice(states),
        "county": lambda c: f"{c.choice(towns)} County", "country": _one_of("France", "Germany", "United_States", "Brazil", "China", "Japan", "Kenya", "India"),
        "company": lambda c: f"{last(c)} {c.choice(_FIRMS)}", "department": _one_of("Sales", "IT", "Finance", "Marketing", "Production", "Legal"),
        "agency": _one_of("Police_Department", "Parks_and_Recreation", "Fire_Department", "Board_of_Education"), "job": _one_of(*_JOBS),
        "product": lambda c: f"{c.choice(towns)} {c.choice(_THINGS)} {c.choice(['XL', '2.0', 'Pro', 'Red'])}", "listing": lambda c: f"{c.choice(['The', 'Cozy', 'Old', 'New'])} {c.choice(towns)} {c.choice(['House', 'Inn', 'Grill', 'Academy'])}",
        "club": lambda c: f"{c.choice(towns)} {c.choice(['FC', 'United', 'Rovers'])}", "title": lambda c: f"The {c.choice(_WORDS).title()} {c.choice(_THINGS)}",
        "event": _one_of("Swimming", "Judo", "100_metres", "page_view", "click", "sign_up"), "page": _one_of("home", "cart", "profile", "settings"),
        "zip": _shaped("#####"), "zip3": _shaped("###xx"), "cep": _shaped("#####-###"), "cnzip": _shaped("####00"), "phone": _phone, "cnphone": lambda c: f"1{c.choice('356789')}{c.randint(0, 999999999):09}",
        "birth": _date(1935, 2006), "date": _date(2012, 2024), "stamp": _date(2015, 2024, "{0}-{1:02}-{2:02} {3:02}:{4:02}:07"), "time": _date(1, 2, "{3:02}:{4:02}"), "year": _number(1990, 2024),
        "age": _number(15, 90), "small": _number(1, 6), "number": _number(20, 250), "decimal": _number(0, 100, 2), "money": _number(10, 90000, 2), "lat": _number(25, 48, 6), "lon": _number(-120, -70, 6),
        "flag": _one_of("0", "1"), "bool": _one_of("true", "false"), "letter": _one_of("A", "B", "C", "N", "S"), "letter2": _one_of("M", "F"), "gender": _one_of("Male", "Female"), "prefix": _one_of("Mr.", "Mrs.", "Dr.", "Ms."),
        "marital": _one_of("Single", "Married", "Divorced", "Widowed"), "race": _one_of("White", "Black", "Asian", "Hispanic", "Other"), "ethnicity": _one_of("hispanic", "nonhispanic"),
        "religion": _one_of("CATHOLIC", "JEWISH", "NOT_SPECIFIED", "PROTESTANT", "BUDDHIST"), "blood": _one_of("A+", "O-", "B+", "AB+", "O+"), "genotype": _one_of("C/C", "C/T", "T/T"),
        "diagnosis": _one_of(*_ILLNESSES), "charge": _one_of(*_CHARGES), "place": _one_of(*_PLACES), "word": _one_of(*_WORDS), "text": _words, "blank": lambda c: "", "room": _shaped("@##"),
        "currency": _one_of("USD", "EUR", "CNY", "GBP"), "code": _shaped("@@####"), "order": _shaped("#####"), "uuid": _shaped("~~~~~~~~-~~~~-4~~~-a~~~-~~~~~~~~~~~~"), "hash": _shaped("~" * 32),
        "isbn": _shaped("978##########"), "url": _shaped("https://example.org/p/~~~~~~"), "path": _shaped("/shop/~~~~"), "agent": _one_of("Mozilla/5.0_(X11;_Linux_x86_64)", "curl/8.0", "Windows_Server_2019", "Debian_12"),
        "ip": lambda c: ".".join(str(c.randint(1, 223)) for _ in range(4)), "cidr": _shaped("10.#.#.0/24"), "host": _shaped("srv-####"), "file": _shaped("report_####.pdf"), "version": _shaped("#.#.#"),
        "plate": _shaped("@@@-####"), "vin": _shaped("1HGCM82#3#A######"), "ssn": MAKERS["US SSN"], "nir": MAKERS["FR NIR"], "dni": MAKERS["ES DNI"], "cpf": MAKERS["BR CPF"], "cnid": MAKERS["CN resident"], "card": MAKERS["payment card"],
        "licence": _shaped("S999#####"), "passport": _shaped("X########X"), "account": _shaped("########"), "sortcode": _shaped("##-##-##"),
        "cnname": cn_name, "cngender": _one_of("男", "女"), "cnethnic": _one_of("汉族", "回族", "满族", "藏族"), "cnbank": _one_of("中国工商银行", "招商银行", "建设银行"),
        "cnaddress": lambda c: f"{c.choice(['浙江省杭州市西湖区', '北京市朝阳区', '广东省深圳市南山区'])}{c.choice(['文三路', '建国路', '科技园路'])}{c.randint(1, 300)}号{c.randint(1, 30)}室",
    }  # fmt: skip


def _made_up(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4))).title()


def _phone(chance: random.Random) -> str:
    return _shaped(chance.choice(["(###) ###-####", "###-###-####", "+1 212 ### ####", "##########"]))(chance)
