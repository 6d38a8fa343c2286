"""Facts that rules on trades begin with and that nobody measures: no rule asks for them, so the forms offer them where their law concerns the case."""

from __future__ import annotations

from entrepot.compliance import Ruling, library
from entrepot.compliance.questions import Question, question_about
from entrepot.compliance.vocabulary import is_of_buyer

_BEGIN_WITH = (
    ("house", "", ("benefit.opt_in",)),
    ("cn", "CN", ("asset.registration_code",)),
    ("eu", "EU", ("eu.product_data", "eu.buyer_is_processor", "eu.at_users_request", "eu.terms_imposed", "eu.transfer")),
    ("us", "US", ("us.government_related", "us.under_16", "us.persons_combined", "us.combined_threshold", "us.drop_present", "us.opted_out_present")),
)  # fmt: skip
"""The pack, the law that has to concern the case, and the facts."""


def trade_may_concern(ruling: Ruling, language: str = "en", *, is_owner: bool) -> tuple[Question, ...]:
    """The questions of this kind that a case leaves open, for the side that may answer them."""
    known, packs = ruling.dossier.values, {pack.id for pack in ruling.packs}
    places = ("", *known.get("deal.jurisdictions", ()))
    paths = [path for pack, law, named in _BEGIN_WITH for path in named if pack in packs and law in places and path not in known]
    mine = [path for path in paths if is_of_buyer(path) is not is_owner]
    return tuple(question_about(fact, language) for path in mine if (fact := library.vocabulary().get(path)) is not None)
