"""Turns what a page knows into HTML."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from entrepot.kit import EntrepotError
from entrepot.web import languages, statics, words
from entrepot.web.visits import put_cookies, visit

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(code: str) -> Environment:
    """The templates in one language. Everything is escaped; a value nobody set is an error, not an empty place."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"], auto_reload=False,
    )  # fmt: skip
    language = languages.get(code)
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined] # set by the extension
    made.globals |= {
        "language": language, "languages": languages.LANGUAGES, "static_digest": statics.digest, "say": words.Words(language),
    }  # fmt: skip
    for name in ("number", "percent", "amount", "money", "size", "day", "moment", "span", "territory"):
        made.filters[name] = getattr(language, name)
    made.filters |= {"pretty": lambda value: json.dumps(value, indent=2, ensure_ascii=False), "both": lambda value: (value, value)}
    return made


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """The page, in the visitor's language and light."""
    found = visit(request)
    page = environment(found.language.code).get_template(f"{template}.html")
    values.setdefault("error", None)
    html = page.render(request=request, visit=found, csrf=found.csrf, path=request.url.path, switch=_switcher(request), **values)
    response = HTMLResponse(html, status)
    response.headers["Content-Language"] = found.language.html
    # Pages differ from visitor to visitor; what a login sees must not stay in a shared browser's history.
    response.headers["Cache-Control"] = "no-store" if found.signed_in else "no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    put_cookies(request, response)
    return response


def redirect(request: Request, address: str, *, note: str = "") -> Response:
    """Send the browser on to another page of ours, which shows the note.

    Args:
        note: A key of ``words.NOTES``.
    """
    if note:
        path, separator, fragment = address.partition("#")
        address = f"{path}{'&' if '?' in path else '?'}{urlencode({'note': note})}{separator}{fragment}"
    # A script would follow a 303 by itself and load the page twice; it is told the address instead.
    scripted = request.headers.get("HX-Request") == "true"
    response = Response(status_code=204, headers={"HX-Redirect": address}) if scripted else RedirectResponse(address, 303)
    put_cookies(request, response)
    return response


def error_page(request: Request, error: EntrepotError) -> Response:
    """What stands in the way, with the next step; for somebody who is not signed in, the way to the login."""
    return render(request, "error", error.status, error=error)


def local_path(address: str) -> str:
    """The address if it is a path of this site, else the first page; so that nobody is sent elsewhere after a login."""
    fine = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable() and "\\" not in address
    return address if fine and len(address) < 2000 else "/"


def _switcher(request: Request) -> Any:
    """A function that gives the address of this page with one value of its query changed."""

    def switch(**changes: str) -> str:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k not in changes and k not in ("note", "lang", "theme")]
        return f"{request.url.path}?{urlencode([*kept, *((k, v) for k, v in changes.items() if v)])}"

    return switch
