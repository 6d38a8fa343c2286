"""A visitor without scripts: reads pages, follows links, fills in forms, as HTML alone allows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from starlette.types import ASGIApp

from support.door import Door
from support.pages import PASSWORD


@dataclass
class HtmlForm:
    """A form as it stands on a page: where it goes, what it would send, and how its buttons read."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.text: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._form: HtmlForm | None = None
        self._select = ""
        self._option: tuple[str, bool] | None = None
        self._area = ""
        self._link: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "form":
            self._form = HtmlForm(given.get("action") or "", (given.get("method") or "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and given.get("href"):
            self._link = [given["href"] or "", ""]
        if self._form is None:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag in ("input", "select", "textarea") and name:
            self._form.names.add(name)
        if tag == "input" and name:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked and given.get("type") not in ("file", "submit"):
                self._form.values.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            first = self._select not in self._form.values
            if first or "selected" in given:
                self._form.values[self._select] = [value]
        elif tag == "textarea":
            self._area = name
            self._form.values[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "a" and self._link:
            self.links.append((self._link[0], " ".join(self._link[1].split())))
            self._link = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._link is not None:
            self._link[1] += data
        if self._form is not None:
            self._form.text += data
            if self._area:
                self._form.values[self._area][0] += data


@dataclass
class Sight:
    """A page as it came."""

    status: int
    html: str
    address: str
    reader: _Reader

    @property
    def text(self) -> str:
        """What stands on it, spaces run together."""
        return " ".join(" ".join(self.reader.text).split())

    def form(self, saying: str) -> HtmlForm:
        """The form whose words include this."""
        return next(form for form in self.reader.forms if saying in " ".join(form.text.split()))

    def has_form(self, saying: str) -> bool:
        """Whether there is such a form."""
        return any(saying in " ".join(form.text.split()) for form in self.reader.forms)


class Visitor:
    """Somebody with a browser that runs no script."""

    def __init__(self, app: ASGIApp, language: str = "en") -> None:
        self.client = Door(app, headers={"Accept": "text/html", "Accept-Language": language}, raise_server_exceptions=True)
        self.here: Sight

    def go(self, address: str) -> Sight:
        """Open an address, following redirections."""
        return self._see(self.client.get(address))

    def send(self, saying: str, *, button: tuple[str, str] | None = None, files: Any = None, **values: str | list[str]) -> Sight:
        """Fill in and send the form of this page whose words include ``saying``."""
        form = self.here.form(saying)
        unknown = set(values) - form.names
        assert not unknown, f"the form has no field {unknown}"
        data: dict[str, Any] = {**form.values, **values, **(dict([button]) if button else {})}
        address = form.action or self.here.address
        if form.method == "get":
            return self._see(self.client.get(address, params=data))
        return self._see(self.client.post(address, data=data, files=files))

    def post(self, address: str, **values: str) -> Sight:
        """Send something no form of ours sends."""
        return self._see(self.client.post(address, data=values))

    def follow(self, words: str) -> Sight:
        """Follow the first link that reads like this."""
        return self.go(next(address for address, text in self.here.reader.links if words in text))

    def sign_in(self, email: str) -> Visitor:
        """Sign in with the password of all tests."""
        self.go("/login")
        found = self.send("Password" if "Password" in self.here.html else "密码", email=email, password=PASSWORD)
        assert found.status == 200, found.text
        return self

    def _see(self, response: Any) -> Sight:
        reader = _Reader()
        reader.feed(response.text)
        self.here = Sight(response.status_code, response.text, re.sub(r"^https?://[^/]+", "", str(response.url)), reader)
        return self.here
