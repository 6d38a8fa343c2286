"""For those who hold data about people: what people said, personal links, and requests with their clocks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot import consent, parties
from entrepot.consent import ANYBODY, Act
from entrepot.flows import people, strangers
from entrepot.kit import EntrepotError, Invalid
from entrepot.vocabulary.purposes import PURPOSES
from entrepot.web.forms import Form
from entrepot.web.view import redirect, render
from entrepot.web.visits import exchange, form, visit


def page(request: Request) -> Response:
    """Counts by scope, a person's link, and requests to answer."""
    visit(request).require_owner()
    if request.method != "POST":
        return _show(request)
    sent = form(request)
    try:
        with exchange(request).session(visit(request).actor) as session:
            if sent.text("do") == "link":
                is_stranger = strangers.is_stranger(session, sent.text("person")) is True
                issued = people.links_for(session, [sent.text("person")])
                return _show(request, link=issued.addresses[0], is_another=bool(issued.renewed), is_stranger=is_stranger)
            if sent.text("do") == "ask":
                people.say_for(session, sent.text("person"), Act.ASKED, _asked(sent))
                link, is_stranger = (
                    people.link_to_ask(session, sent.text("person")),
                    strangers.is_stranger(session, sent.text("person")) is True,
                )
                return _show(request, link=link, is_asked=True, is_stranger=is_stranger)
            if sent.text("do") not in ("answered", "declined"):
                raise Invalid("This form says nothing we know.", "Use a button of the page.")
            people.answer_request(session, sent.text("request"), text=sent.text("answer"), declined=sent.text("do") == "declined")
    except EntrepotError as error:
        return _show(request, error=error)
    return redirect(request, "/people", note="replied")


def _asked(sent: Form) -> people.Asked:
    return people.Asked(
        listing=sent.text("listing"), recipient=sent.text("recipient"), purposes=tuple(sent.texts("purpose")) or people.Asked().purposes
    )


def _show(
    request: Request, *, link: str = "", is_another: bool = False, is_asked: bool = False, is_stranger: bool = False, error: EntrepotError | None = None
) -> Response:  # fmt: skip
    with exchange(request).reading(visit(request).actor) as session:
        scopes = consent.overview(session, parties.acting_organisation(session))
        recipients = {scope["recipient"] for scope in scopes if scope["recipient"] != ANYBODY}
        names = {one: parties.get(session, one).name for one in recipients}
        found = consent.requests.of_controller(session)
    status = 200 if error is None else error.status
    now = exchange(request).clock.now()
    known = {name: request.query_params.get(name, "")[:60] for name in ("listing", "recipient")}
    purposes = [name for name in request.query_params.getlist("purpose") if name in PURPOSES]
    return render(
        request,
        "people",
        status,
        known=known,
        asked=purposes,
        purposes=sorted(PURPOSES),
        scopes=scopes,
        names=names,
        requests=found,
        bases={one.id: consent.requests.basis_in(one, visit(request).language.code)[0] for one in found},
        link=link,
        is_another=is_another,
        is_asked=is_asked,
        is_stranger=is_stranger,
        error=error,
        now=now,
    )
