"""What the rules say: of a listing or a trade, with a form for what they ask; and which packs are in force, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entrepot import catalogue, compliance, flows, parties, trades
from entrepot.compliance import Gate, Ruling, library
from entrepot.compliance.acts import act_named
from entrepot.compliance.explain import Explained, explain
from entrepot.compliance.questions import Question, question_about, questions, read_answers
from entrepot.compliance.words import Words
from entrepot.kit import EntrepotError, NotFound
from entrepot.runtime import Session
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit

Rule = Callable[[Session], Ruling]
Answer = Callable[[Session, Mapping[str, Any]], Ruling]
Find = Callable[[Session], flows.ways.Spot]


def packs(request: Request) -> Response:
    """The packs in force; one of them opened, rule by rule."""
    language = visit(request).language.code
    with exchange(request).reading(visit(request).actor) as session:
        found = compliance.in_force(session)
        today = compliance.today(session)
    shown = next((pack for pack in found if pack.id == request.query_params.get("pack")), None)
    words = Words(language, library.vocabulary_of(found), library.label)
    rules: list[tuple[Explained, str]] = []
    if shown is not None:
        rules = [(explain(shown, rule, words, at=today), rule.messages.get(language) or rule.messages["en"]) for rule in shown.rules]
    return render(request, "rules", packs=found, shown=shown, rules=rules)


def listing(request: Request) -> Response:
    """The rules on a listing, for its owner and the operator."""
    visit(request).require_login()
    listing_id = request.path_params["listing"]
    with exchange(request).reading(visit(request).actor) as session:
        found = catalogue.get(session, listing_id)
        parties.require_insider(session, found.organisation_id)
        titles = catalogue.current_version(session, found.id, found.pending_number).manifest.titles
        may_answer = parties.is_self(session, found.organisation_id)
    return _page(
        request, f"/listings/{listing_id}", titles, found.id, may_answer=may_answer,
        rule=lambda session: flows.rule_listing(session, catalogue.get(session, listing_id)),
        answer=lambda session, facts: flows.answer_listing(session, listing_id, facts),
        spot=lambda session: flows.ways.of_listing(session, catalogue.get(session, listing_id)),
    )  # fmt: skip


def negotiation(request: Request) -> Response:
    """The rules on a trade, for its parties and the operator."""
    visit(request).require_login()
    negotiation_id = request.path_params["negotiation"]
    with exchange(request).reading(visit(request).actor) as session:
        found = trades.get_negotiation(session, negotiation_id)
        titles = catalogue.agreed_version(session, found.version_id).manifest.titles
        may_answer = found.is_open and (parties.is_self(session, found.owner_id) or parties.is_self(session, found.buyer_id))
    return _page(
        request, f"/negotiations/{negotiation_id}", titles, found.id, may_answer=may_answer,
        rule=lambda session: flows.rule_contract(session, trades.get_negotiation(session, negotiation_id)),
        answer=lambda session, facts: flows.answer_contract(session, negotiation_id, facts),
        spot=lambda session: flows.ways.of_negotiation(session, trades.get_negotiation(session, negotiation_id)),
    )  # fmt: skip


def operation(request: Request) -> Response:
    """The rules on something that is done, or on a standing duty, for those whose duty it is and the operator."""
    visit(request).require_login()
    operation_id = request.path_params["operation"]
    language = visit(request).language.code
    with exchange(request).reading(visit(request).actor) as session:
        found = flows.get_operation(session, operation_id)
        asked = flows.may_concern(session, found, language)
    kept = found.kept
    may_answer = visit(request).actor.organisation_id == (kept.organisation_id if kept else operation_id.partition(".")[0])
    return _page(
        request, "/duties", act_named(found.act).texts, operation_id, may_answer=may_answer, here=f"/duties/{operation_id}", more=asked,
        rule=lambda session: flows.get_operation(session, operation_id).now,
        answer=lambda session, facts: flows.answer_operation(session, operation_id, facts).now,
        spot=lambda session: flows.ways.of_operation(session, operation_id),
    )  # fmt: skip


def _page(
    request: Request, back: str, titles: Mapping[str, str], subject_id: str, *, may_answer: bool, rule: Rule, answer: Answer, spot: Find,
    here: str = "", more: tuple[Question, ...] = (),
) -> Response:  # fmt: skip
    language, error, status, given = visit(request).language.code, None, 200, {}
    with exchange(request).reading(visit(request).actor) as session:
        vocabulary = library.vocabulary_of(compliance.in_force(session))
    if request.method == "POST":
        sent = form(request)
        given = sent.fields
        try:
            facts = read_answers(given, [path for path in given if vocabulary.get(path) is not None], vocabulary)
            with exchange(request).session(visit(request).actor) as session:
                answer(session, facts)
            return redirect(request, here or f"{back}/rules", note="facts")
        except NotFound:
            raise
        except EntrepotError as problem:
            error, status = problem, problem.status
    with exchange(request).reading(visit(request).actor) as session:
        ruling = rule(session)
        kept = compliance.rulings(session, subject_id)
        here_is = spot(session)
    asked: tuple[Question, ...] = questions(ruling, vocabulary, language)
    if ruling.gate in (Gate.LISTING, Gate.CONTRACT):
        more = flows.trade_may_concern(ruling, language, is_owner=here_is.is_owner)
    findings = flows.ways.with_ways(
        (one.to_dict() for one in ruling.findings(vocabulary, language, subject=here_is.subject_id, side=here_is.side)), here_is, language
    )
    known, again = {question.path for question in (*asked, *more)}, dict.fromkeys(request.query_params.getlist("ask"))
    # Whoever follows a fix answers anew what has been answered so that the rule fails.
    named = tuple(
        question_about(fact.of_case(ruling.dossier.values), language)
        for path in again
        if path not in known and (fact := vocabulary.get(path)) is not None
    )
    mine = [question for question in asked if question.may_be_declared and question.side in ("", here_is.side)]
    theirs = [question for question in asked if question.may_be_declared and question not in mine]
    return render(
        request, "ruling", status, error=error, back=back, titles=titles, ruling=ruling, findings=findings, kept=kept, given=given,
        may_answer=may_answer, asked=[*mine, *named], theirs=theirs, measured=[q for q in asked if not q.may_be_declared], more=more,
    )  # fmt: skip
