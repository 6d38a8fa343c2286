"""English and Chinese: the catalogue of messages, and how figures are written in each language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from entrepot.kit import Money
from entrepot.kit.money import exponent

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALE_FOLDER = Path(__file__).parent / "locale"


class Language:
    """One language of the pages: translates messages and writes numbers, sizes and times."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.name = LANGUAGES[code]
        self.html = "zh-Hans" if code == "zh" else code
        self.locale = Locale.parse("zh_Hans_CN" if code == "zh" else "en_GB")
        self._messages = _read_messages(code)

    def gettext(self, message: str) -> str:
        """The message in this language; itself where it has no translation."""
        found = self._messages.get(message)
        return found if isinstance(found, str) and found else message

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The form of the message that goes with this number."""
        found = self._messages.get(singular)
        if isinstance(found, tuple) and found[0]:
            return found[0] if len(found) == 1 or count == 1 else found[-1]
        return singular if count == 1 else plural

    def number(self, value: int | float) -> str:
        """``61,395``."""
        return numbers.format_decimal(value, locale=self.locale)

    def percent(self, value: float) -> str:
        """``2.5%`` of 0.025."""
        return numbers.format_percent(value, format="0.##%", locale=self.locale)

    def amount(self, money: Money) -> str:
        """``1,250.00``: the amount alone, with all places of the minor unit."""
        places = exponent(money.currency)
        sign, digits = ("−" if money.amount < 0 else ""), str(abs(money.amount)).rjust(places + 1, "0")
        whole, rest = (digits[:-places], "." + digits[-places:]) if places else (digits, "")
        return f"{sign}{int(whole):,}{rest}"

    def money(self, money: Money) -> str:
        """``1,250.00 EUR``."""
        return f"{self.amount(money)} {money.currency}"

    def size(self, count: int) -> str:
        """``21.4 MB``, in powers of a thousand."""
        value, units = float(count), ["B", "kB", "MB", "GB", "TB", "PB"]
        while value >= 1000 and len(units) > 1:
            value /= 1000
            units.pop(0)
        return f"{count} B" if units[0] == "B" else f"{numbers.format_decimal(round(value, 1), locale=self.locale)} {units[0]}"

    def day(self, moment: datetime | date) -> str:
        """``21 Nov 2026``, ``2026年11月21日``."""
        return dates.format_date(moment, format="medium", locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """``21 Nov 2026, 09:00 UTC``."""
        at = moment.astimezone(UTC)
        return f"{self.day(at)} {at:%H:%M} UTC"

    def span(self, length: timedelta) -> str:
        """``3 days``, rounded to what matters."""
        return dates.format_timedelta(length, locale=self.locale, threshold=1.6)

    def territory(self, code: str) -> str:
        """The name of an ISO 3166-1 country; the code itself where it is unknown."""
        return str(self.locale.territories.get(code.upper(), code))


@cache
def get(code: str) -> Language:
    """One of the two languages."""
    return Language(code if code in LANGUAGES else "en")


def choose(accepted: str, default: str) -> str:
    """The language an Accept-Language header asks for first that the pages have, or the default."""
    for tag in _by_weight(accepted):
        base = tag.partition("-")[0].lower()
        if base in LANGUAGES:
            return base
    return default


def _by_weight(accepted: str) -> Iterable[str]:
    weighed: list[tuple[float, int, str]] = []
    for position, part in enumerate(accepted[:500].split(",")):
        tag, _, parameters = part.strip().partition(";")
        name, _, value = parameters.strip().partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        if tag and weight > 0:
            weighed.append((-weight, position, tag))
    return [tag for _, _, tag in sorted(weighed)]


@cache
def _read_messages(code: str) -> dict[str, str | tuple[str, ...]]:
    path = LOCALE_FOLDER / code / "LC_MESSAGES" / "pages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    messages: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            messages[message.id] = str(message.string)
        else:
            messages[message.id[0]] = tuple(str(form) for form in message.string or ())
    return messages
