"""Who is looking at a page, in which language and light, and the proof that a form came from a page of ours."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from starlette.requests import Request
from starlette.responses import Response

from entrepot import parties
from entrepot.kit import Refused
from entrepot.runtime import ANONYMOUS, Actor, Exchange, Role
from entrepot.web import languages

if TYPE_CHECKING:
    from entrepot.web.forms import Form

SESSION_COOKIE = "entrepot_session"
CSRF_COOKIE = "entrepot_form"
LANGUAGE_COOKIE = "entrepot_language"
THEME_COOKIE = "entrepot_theme"
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request for a page.

    Attributes:
        csrf: What every form of this visitor carries: the login's own token, or the anonymous visitor's cookie.
        unread: Lines of the inbox nobody has read.
        cookies: Cookies to set with the answer; an empty value removes one.
    """

    actor: Actor
    token: str
    csrf: str
    language: languages.Language
    theme: str
    person: parties.Person | None = None
    organisation: parties.Organisation | None = None
    memberships: tuple[parties.Organisation, ...] = ()
    unread: int = 0
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def signed_in(self) -> bool:
        """Whether somebody has logged in."""
        return self.person is not None

    @property
    def is_operator(self) -> bool:
        """Whether the visitor runs the exchange."""
        return self.actor.has_role(Role.OPERATOR)

    def require_login(self) -> None:
        """Let only people with a login pass.

        Raises:
            NotSignedIn: Nobody has logged in.
        """
        if not self.signed_in:
            raise parties.NotSignedIn("This page is for people who are signed in.", "Sign in, then come back.")

    def require_owner(self) -> None:
        """Let only people pass who may publish for their organisation.

        Raises:
            NotSignedIn: Nobody has logged in.
            Refused: The organisation, or its member, is no owner.
        """
        self.require_login()
        if not self.actor.has_role(Role.OWNER):
            raise Refused("Only owners publish data.", "Ask a member of your organisation, or an operator, for the role owner.")

    def require_operator(self) -> None:
        """Let only the operator pass; to everybody else the page does not exist."""
        self.require_login()
        if not self.is_operator:
            raise Refused("This page is for the operator of the exchange.", "Ask the operator, or sign in as one.")


def exchange(request: Request) -> Exchange:
    """The exchange behind the pages."""
    return cast(Exchange, request.app.state.exchange)


def visit(request: Request) -> Visit:
    """The visit of this request."""
    return cast(Visit, request.state.visit)


def form(request: Request) -> Form:
    """What was sent with this request."""
    return cast("Form", request.state.form)


def open_visit(request: Request) -> Visit:
    """Find out who visits, from cookies and headers; called once for each request."""
    token = request.cookies.get(SESSION_COOKIE, "")
    found = Visit(actor=ANONYMOUS, token="", csrf="", language=languages.get("en"), theme="auto")
    if token:
        _sign_in(request, found, token)
    if not found.csrf:
        found.csrf = request.cookies.get(CSRF_COOKIE, "")
        if len(found.csrf) < 32:
            found.csrf = found.cookies[CSRF_COOKIE] = secrets.token_urlsafe(32)
    found.language = languages.get(_choose_language(request, found))
    found.theme = _choose_theme(request, found)
    return found


def check_form(request: Request, sent: str) -> None:
    """Refuse a form that does not carry the visitor's own token.

    Raises:
        Refused: The token is missing or another one: the form is old, or from another site.
    """
    if not sent or not hmac.compare_digest(sent.encode(), visit(request).csrf.encode()):
        raise Refused("This form is too old, or did not come from this site.", "Go back, load the page again and send the form once more.")


def put_cookies(request: Request, response: Response) -> None:
    """Set what the visit has to remember."""
    secure = exchange(request).settings.public_url.startswith("https:")
    for name, value in visit(request).cookies.items():
        if not value:
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
            continue
        hours = exchange(request).settings.session_hours
        age = {SESSION_COOKIE: hours * 3600, CSRF_COOKIE: None}.get(name, YEAR)
        response.set_cookie(name, value, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")


def _sign_in(request: Request, found: Visit, token: str) -> None:
    with exchange(request).reading() as session:
        known = parties.login_actor(session, token)
        if known is None:
            found.cookies[SESSION_COOKIE] = ""
            return
        found.actor, found.csrf = known
        found.token = token
        found.person = parties.get_person(session, found.actor.person_id or "")
        ids = parties.organisations_of(session, found.person.id)
        found.memberships = tuple(parties.get(session, organisation_id) for organisation_id in ids)
        found.organisation = next((one for one in found.memberships if one.id == found.actor.organisation_id), None)
    if found.organisation is not None:
        with exchange(request).reading(found.actor) as session:
            found.unread = parties.count_unread(session)


def _choose_language(request: Request, found: Visit) -> str:
    asked = request.query_params.get("lang", "")
    if asked in languages.LANGUAGES:
        found.cookies[LANGUAGE_COOKIE] = asked
        return asked
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    if kept in languages.LANGUAGES:
        return kept
    default = exchange(request).settings.language
    return languages.choose(request.headers.get("Accept-Language", ""), default)


def _choose_theme(request: Request, found: Visit) -> str:
    asked = request.query_params.get("theme", "")
    if asked in THEMES:
        found.cookies[THEME_COOKIE] = asked
        return asked
    kept = request.cookies.get(THEME_COOKIE, "")
    return kept if kept in THEMES else "auto"
