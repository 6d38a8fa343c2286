"""Made-up identity, card and account numbers whose check digits are right, as python-stdnum makes them."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Callable

from stdnum import iban, luhn
from stdnum.cn import ric, uscc


def identifiers(count: int, seed: int) -> dict[str, list[str]]:
    """Columns of valid numbers of many kinds, their check digits made by python-stdnum."""
    chance = random.Random(seed)
    return {kind: [make(chance) for _ in range(count)] for kind, make in MAKERS.items()}


def _some(chance: random.Random, count: int, alphabet: str = "0123456789") -> str:
    return "".join(chance.choice(alphabet) for _ in range(count))


def _resident(chance: random.Random) -> str:
    region = chance.choice(["110105", "310101", "440305", "330106", "510104", "420106"])
    body = f"{region}{chance.randint(1940, 2015)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{_some(chance, 3)}"
    return body + str(ric.calc_check_digit(body + "0"))


def _organisation(chance: random.Random) -> str:
    body = chance.choice("159") + "1310101" + _some(chance, 9, "0123456789ABCDEFGHJKLMNPQRTUWXY")
    return body + str(uscc.calc_check_digit(body))


def _card(chance: random.Random) -> str:
    body = chance.choice(["4", "51", "55", "62", "6011"])
    body += _some(chance, 15 - len(body))
    return body + str(luhn.calc_check_digit(body))


def _iban(chance: random.Random) -> str:
    bank, branch = chance.choice(["37040044", "10000000", "50010517"]), _some(chance, 10)
    return f"DE{iban.calc_check_digits(f'DE00{bank}{branch}')}{bank}{branch}"


def _until_valid(module: str, template: str) -> Callable[[random.Random], str]:
    """Numbers of a template, drawn until the reference accepts one; ``#`` is any digit."""

    def make(chance: random.Random) -> str:
        valid = importlib.import_module(f"stdnum.{module}").is_valid
        while True:
            number = re.sub("#", lambda _: chance.choice("0123456789"), template)
            number = (
                number.replace("DD", f"{chance.randint(1, 28):02}")
                .replace("MM", f"{chance.randint(1, 12):02}")
                .replace("YY", _some(chance, 2))
            )
            number = re.sub("@", lambda _: chance.choice("ABCDEFGHJKLMNPQRSTVWXYZ"), number)
            if valid(number):
                return number

    return make


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "CN resident": _resident, "CN organisation": _organisation, "payment card": _card, "IBAN": _iban,
    "US SSN": _until_valid("us.ssn", "###-##-####"), "CA SIN": _until_valid("ca.sin", "### ### ###"), "GB NHS": _until_valid("gb.nhs", "### ### ####"),
    "FR NIR": _until_valid("fr.nir", "1YYMM75#####" + "###"), "ES DNI": _until_valid("es.dni", "########@"), "DE tax": _until_valid("de.idnr", "###########"),
    "BE national": _until_valid("be.nn", "YY.MM.DD-###.##"), "CH AHV": _until_valid("ch.ssn", "756.####.####.##"),
    "PL PESEL": _until_valid("pl.pesel", "YYMMDD#####"), "SE person": _until_valid("se.personnummer", "YYMMDD-####"),
    "FI HETU": _until_valid("fi.hetu", "DDMMYY-###@"), "NO birth number": _until_valid("no.fodselsnummer", "DDMMYY#####"),
    "CZ birth number": _until_valid("cz.rc", "YYMMDD/####"), "RO CNP": _until_valid("ro.cnp", "1YYMMDD12####"),
    "TR identity": _until_valid("tr.tckimlik", "###########"), "BR CPF": _until_valid("br.cpf", "###.###.###-##"),
    "IN Aadhaar": _until_valid("in_.aadhaar", "#### #### ####"), "KR RRN": _until_valid("kr.rrn", "YYMMDD-1######"),
    "ZA identity": _until_valid("za.idnr", "YYMMDD#######"),
}  # fmt: skip
"""Makers of valid identifiers by kind."""
