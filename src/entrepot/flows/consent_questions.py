"""What a person is asked by a personal link: which kinds of data go to whom, for what and until when, and the words that say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot import catalogue, consent, delivery, parties, trades
from entrepot.catalogue.model import Listing, ListingState, Version
from entrepot.compliance import library
from entrepot.consent import Act, Recorded, Scope
from entrepot.kit import Conflict, sha256_hex
from entrepot.privacy.categories import CATEGORIES
from entrepot.runtime import Session
from entrepot.standards.model import ColumnDescription, Texts
from entrepot.terms import Rights, Terms
from entrepot.trades.model import OPEN, Agreement
from entrepot.vocabulary.purposes import PURPOSES, broader

LONGEST = timedelta(days=365)
"""How long a consent holds at the most where no agreement says when the use ends."""
LANGUAGES = ("en", "zh")
_ROWS = "person_number"
"""What rows about a person hold where no column is of another kind: they are somebody's, by a number."""
_PAGE = 500
_MOST_NAMED = 20
"""How many columns of no known kind a question names; the rest are a number."""
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is shown to a person before an answer.

    Attributes:
        texts: The words, by language.
    """

    texts: Mapping[str, str]

    def notice(self, language: str) -> str:
        """``sha256:…`` of the words in a language."""
        return f"sha256:{sha256_hex(self.texts[language].encode())}"

    def language_of(self, notice: str, language: str) -> str:
        """The language of the words that were shown, by their digest; the reader's where none is given.

        Raises:
            Conflict: The digest is of other words: the question has changed since.
        """
        if not notice:
            return language
        for code in LANGUAGES:
            if self.notice(code) == notice:
                return code
        raise Conflict(
            "The question is another one by now: data, recipient, purpose or time have changed.", "Read it again, and answer then.",
            message_zh="该问题已发生变化：信息种类、接收方、目的或期限与您看到的不同。", hint_zh="请重新阅读后再作答。",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentQuestion(Words):
    """One question to a person.

    Attributes:
        categories: Kinds of data in the columns that are handed over, by the classifier's words; never none, which would mean every kind.
        columns: Titles of columns of no known kind that go with them, by language, such as ``spend``.
        until: When a consent given now ends at the latest.
        is_agreed: Whether an agreement, or the controller who asks, says so; else it is our longest time.
    """

    scope: Scope
    categories: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    until: datetime
    is_agreed: bool

    def kinds(self, language: str) -> list[str]:
        """The kinds of data as a reader knows them."""
        return kind_names(self.categories, language)

    def others(self, language: str) -> str:
        """What goes with the kinds of data and is of no known kind, in words; empty where nothing does."""
        return _others(self.columns[language], language)


def make(session: Session, scope: Scope, said: Sequence[tuple[Recorded, Scope]] = ()) -> ConsentQuestion:
    """The question that a person answers about listing, recipient and purposes of a scope.

    Args:
        said: What was said so far; where the controller asked just this, its kinds of data and its end count.
    """
    # The link is the permission; what it asks about, its holder may know, listing and agreements included.
    session = session.by_exchange()
    versions = _versions(session, scope)
    deals = [deal for version in versions for deal in _deals(session, version, scope)]
    asked = next((pair for pair in reversed(said) if pair[0].act is Act.ASKED and _same(pair[1], scope)), None)
    handed = _handed(session, versions, deals)
    found = asked[1].categories if asked and asked[1].categories else _categories(handed)
    columns = {code: _titles(handed, code) for code in LANGUAGES}
    until = asked[0].expires_at if asked and asked[0].expires_at else _agreed_end(deals)
    is_agreed = until is not None and until > session.now
    ends = until if until is not None and is_agreed else session.now + LONGEST
    titles = versions[0].manifest.titles if scope.listing_id and versions else None
    texts = {
        code: _words(session, scope, titles, _data(found, columns[code], code), ends if is_agreed else None, code) for code in LANGUAGES
    }
    return ConsentQuestion(scope=scope, categories=found, columns=columns, until=ends, is_agreed=is_agreed, texts=texts)


def one_question(session: Session, agreement: Agreement, version: Version) -> Words:
    """The words by which a person allows one question that a look-up agreement may ask."""
    session = session.by_exchange()
    offer = version.manifest.lookup
    asked = [column for table in version.tables for column in table.columns if offer is not None and column.name in offer.columns]
    titles = version.manifest.titles

    def said(language: str) -> str:
        return _ONE[language].format(
            controller=parties.get(session, agreement.owner_id).name, recipient=parties.get(session, agreement.buyer_id).name,
            product=_QUOTED[language].format(titles.get(language) or next(iter(titles.values()))), purpose=_purpose(agreement.purpose, language),
            columns=_others(tuple(dict.fromkeys(_title(column, language) for column in asked)), language),
            minutes=session.settings.token_minutes,
        )  # fmt: skip

    return Words(texts={code: said(code) for code in LANGUAGES})


def kind_names(categories: Iterable[str], language: str) -> list[str]:
    """Kinds of data as a reader knows them."""
    return list(dict.fromkeys(library.label(CATEGORIES[one].term, language) for one in categories if one in CATEGORIES))


def is_answered(asked: tuple[Recorded, Scope], said: Sequence[tuple[Recorded, Scope]]) -> bool:
    """Whether a later word speaks of all that a controller asked."""
    return any(act.seq > asked[0].seq and act.act not in consent.APART and consent.speaks_of(scope, asked[1]) for act, scope in said)


def _same(one: Scope, other: Scope) -> bool:
    return (one.listing_id, one.recipient_id, one.purposes) == (other.listing_id, other.recipient_id, other.purposes)


def _versions(session: Session, scope: Scope) -> list[Version]:
    found = [catalogue.agreed_listing(session, scope.listing_id)] if scope.listing_id else listings(session, scope.controller_id)
    versions = [catalogue.current_version(session, one.id) for one in found if one.version_number]
    return [version for version in versions if version.manifest.person_key]


def listings(session: Session, controller_id: str) -> list[Listing]:
    """Every listing of the controller that is or was on offer."""
    found: list[Listing] = []
    after: str | None = None
    while page := catalogue.list_for(session, controller_id, after=after, limit=_PAGE):
        found += [one for one in page if one.version_number and one.state is not ListingState.DRAFT]
        after = page[-1].id
    return found


def _deals(session: Session, version: Version, scope: Scope) -> list[Agreement]:
    """The running agreements under which a recipient uses a listing for one of these purposes; none for whom the scope does not name."""
    if scope.recipient_id == consent.ANYBODY:
        return []
    found = trades.list_agreements(session, states=OPEN, listing_id=version.listing_id, everybody=True, limit=_PAGE)
    return [one for one in found if one.buyer_id == scope.recipient_id and not broader(one.purpose).isdisjoint(scope.purposes)]


def kinds_of(version: Version, deal: Agreement) -> frozenset[str]:
    """Kinds of data about persons that an agreement hands over of a version."""
    return frozenset(_kinds(_columns(version, deal.rights, deal.terms)))


def _handed(session: Session, versions: Sequence[Version], deals: Sequence[Agreement]) -> list[ColumnDescription]:
    """Every column that is handed over: under the agreements there are, else as it is offered."""
    if not deals:
        return [column for v in versions for column in _columns(v, v.manifest.offered, v.manifest.terms)]
    # The version that was agreed, and the one that a running agreement brings next.
    pairs = [
        (version, deal)
        for deal in deals
        for version in (catalogue.agreed_version(session, deal.version_id), *(v for v in versions if v.listing_id == deal.listing_id))
    ]
    return [column for version, deal in pairs for column in _columns(version, deal.rights, deal.terms)]


def _columns(version: Version, rights: Rights, terms: Terms) -> list[ColumnDescription]:
    names = set(delivery.fields(version, rights, terms))
    return [column for table in version.tables for column in table.columns if column.name in names]


def _categories(handed: Iterable[ColumnDescription]) -> tuple[str, ...]:
    return tuple(sorted(_kinds(handed))) or (_ROWS,)


def _kinds(handed: Iterable[ColumnDescription]) -> set[str]:
    return {column.category for column in handed if _is_of_kind(column)}


def _is_of_kind(column: ColumnDescription) -> bool:
    return column.personal and column.category in CATEGORIES


def _titles(handed: Iterable[ColumnDescription], language: str) -> tuple[str, ...]:
    """Columns of no known kind as a reader knows them: rows about a person tell something by these as well."""
    return tuple(dict.fromkeys(_title(column, language) for column in handed if not _is_of_kind(column)))


def _title(column: ColumnDescription, language: str) -> str:
    title = column.titles.get(language) or next(iter(column.titles.values()), "") or column.name
    return " ".join(title.split())[:_LONGEST_TITLE]


def _agreed_end(deals: Sequence[Agreement]) -> datetime | None:
    ends = [deal.ends_at for deal in deals]
    return max((end for end in ends if end is not None), default=None) if None not in ends else None


def _words(session: Session, scope: Scope, titles: Texts | None, data: str, ends: datetime | None, language: str) -> str:
    named = scope.recipient_id != consent.ANYBODY
    values = {
        "controller": parties.get(session, scope.controller_id).name,
        "recipient": parties.get(session, scope.recipient_id).name if named else _ANYBODY[language],
        "product": _QUOTED[language].format(titles.get(language) or next(iter(titles.values()))) if titles else _ALL[language],
        "purposes": _BETWEEN[language].join(_purpose(one, language) for one in scope.purposes),
        "kinds": data,
        "end": _UNTIL[language].format(ends) if ends else _A_YEAR[language],
    }
    return _TEXT[language].format(**values)


def _data(categories: Iterable[str], columns: Sequence[str], language: str) -> str:
    kinds, others = _BETWEEN[language].join(kind_names(categories, language)), _others(columns, language)
    return _AND[language].format(kinds, others) if others else kinds


def _others(columns: Sequence[str], language: str) -> str:
    named, more = _BETWEEN[language].join(columns[:_MOST_NAMED]), len(columns) - _MOST_NAMED
    return _MORE[language].format(named, more) if more > 0 else named


def _purpose(name: str, language: str) -> str:
    found = PURPOSES[name]
    return found.zh if language == "zh" else found.en


_TEXT = {
    "en": (
        "{controller} hands over data about you from {product} to {recipient}, for {purposes}. Kinds of data: {kinds}. If you allow it, your "
        "consent ends {end}, or sooner if you choose so. You can stop it at any time with one click, and you need not allow it."
    ),
    "zh": (
        "{controller}将{product}中与您有关的信息提供给{recipient}，用于{purposes}。信息种类：{kinds}。如您允许，您的同意{end}失效；您也可以选择更短的期限。"
        "您可随时一键停止，也可以不允许。"
    ),
}
_ONE = {
    "en": (
        "{controller} answers {recipient} one question about you from {product}, for {purpose}, with match or no match and nothing else. It may be "
        "about: {columns}. If you allow it, your consent is good for one answer, for {minutes} minutes. You can stop it at any time before."
    ),
    "zh": (
        "{controller}根据{product}就与您有关的一项询问答复{recipient}，用于{purpose}，仅答复一致或不一致。可询问的内容：{columns}。如您允许，"
        "您的同意仅对一次答复有效，{minutes}分钟后失效。在此之前您可随时停止。"
    ),
}
_ANYBODY = {"en": "whomever the terms allow", "zh": "条款允许的任何接收方"}
_ALL = {"en": "all its products", "zh": "其全部产品"}
_QUOTED = {"en": "“{}”", "zh": "“{}”"}
_BETWEEN = {"en": ", ", "zh": "、"}
_UNTIL = {"en": "on {:%Y-%m-%d}", "zh": "于{:%Y年%m月%d日}"}
_A_YEAR = {"en": "after 12 months", "zh": "于12个月后"}
_AND = {"en": "{}; and: {}", "zh": "{}；以及：{}"}
_MORE = {"en": "{}, and {} more", "zh": "{}等，另有{}项"}
