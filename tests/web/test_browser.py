"""The pages in a real browser: nothing inaccessible, nothing blocked, nothing too heavy, all of it by keyboard."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, ViewportSize, expect

from support.harbour import Harbour, earnings
from support.pages import PASSWORD, Member

PATIENCE = 120_000  # Milliseconds; a machine that runs other tests beside this one may need them.

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BUDGET = 60_000
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW = (320, 768)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


def addresses(harbour: Harbour) -> dict[str, list[str]]:
    """Every page there is, by who looks at it."""
    ids = harbour.ids
    return {
        "": ["/", "/?q=earnings", "/?q=nothing+fits+this", f"/listings/{ids['listing']}", "/log", "/docs", "/login", "/nowhere", "/complaints", "/refusals",
             "/rules", "/rules?pack=house"],
        harbour.buyer.email: [
            "/agreements", f"/agreements/{ids['settled']}", f"/agreements/{ids['signed']}", f"/agreements/{ids['table']}", f"/agreements/{ids['lookup']}",
            f"/agreements/{ids['settled']}/invoices/1", f"/agreements/{ids['settled']}/contract", f"/negotiations/{ids['requested']}/rules", f"/negotiations/{ids['negotiation']}", f"/negotiations/{ids['requested']}",
            f"/receipts/{ids['receipt']}", "/ledger", f"/listings/{ids['listing']}", f"/listings/{ids['listing']}/request", "/keys", "/inbox",
            "/account",
        ],
        harbour.owner.email: ["/publish", f"/listings/{ids['listing']}", f"/negotiations/{ids['requested']}", f"/agreements/{ids['settled']}",
                              f"/notices/{ids['notice']}", f"/listings/{ids['listing']}/rules", "/people", "/duties"],
        harbour.operator.email: ["/operator", "/operator/doctor", "/notices", "/duties", f"/complaints/{ids['complaint']}"],
        harbour.regulator.email: ["/notices", f"/notices/{ids['notice']}", "/access", f"/access/{ids['access']}"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker, as it comes from npm."""
    if not AXE.exists():
        if os.environ.get("CI"):
            pytest.fail("axe-core is not installed, and CI must check accessibility: npm ci --ignore-scripts")
        pytest.skip("axe-core is not installed: npm ci --ignore-scripts")
    return AXE.read_text("utf-8")


def sign_in(page: Page, harbour: Harbour, email: str) -> None:
    """Sign in as a member."""
    page.goto(f"{harbour.url}/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.locator("details.menu")).to_be_visible()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser."""
    opened = browser.new_context(viewport=WIDE, locale="en-GB")
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A fresh tab."""
    return context.new_page()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one visit to every page shows.

    Attributes:
        asked: Addresses that the browser asked for.
        heavy: Pages that weigh too much, with their bytes.
        wide: Pages that do not fit, by width and address.
    """

    problems: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    heavy: dict[str, int] = field(default_factory=dict)
    wide: dict[tuple[int, str], int] = field(default_factory=dict)


@pytest.fixture(scope="module", params=["en", "zh"])
def seen(request: pytest.FixtureRequest, browser: Browser, served: Harbour, axe: str) -> Seen:
    """Every page in each language, opened once: most of the time goes into opening it."""
    found = Seen()
    for email, paths in addresses(served).items():
        context = browser.new_context(viewport=WIDE, locale=LOCALES[request.param], color_scheme="light", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        _look(context, served, axe, email, paths, found, is_first=request.param == "en")
        context.close()
    return found


def test_no_page_has_an_accessibility_violation_or_a_blocked_resource(seen: Seen) -> None:
    assert seen.problems == []


def test_every_page_is_light(seen: Seen) -> None:
    assert seen.heavy == {}


def test_pages_fit_small_screens_and_large_zoom(seen: Seen) -> None:
    assert seen.wide == {}


def test_nothing_comes_from_elsewhere(seen: Seen, served: Harbour) -> None:
    assert seen.asked
    assert {url for url in seen.asked if not url.startswith(served.url)} == set()


def _look(context: BrowserContext, served: Harbour, axe: str, email: str, paths: list[str], seen: Seen, *, is_first: bool) -> None:
    page = context.new_page()
    page.on("console", lambda message: seen.problems.append(f"{page.url}: {message.text}") if _is_bad(message) else None)
    page.on("pageerror", lambda error: seen.problems.append(f"{page.url}: {error}"))
    page.on("request", lambda request: seen.asked.add(request.url))
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url) if _is_shown(response) else None)
    if email:
        sign_in(page, served, email)
    for path in paths:
        loaded.clear()
        page.goto(served.url + path)
        _measure(page, path, seen)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        # The checker is the test's own script: it is evaluated beside the page, whose policy stays in force.
        page.evaluate(axe)
        # The themes differ in colours alone, so what the first look found needs no second one; neither do the colours of another language.
        for theme, rules in (("light", RULES), ("dark", ["color-contrast"]))[: 2 if is_first else 1]:
            page.emulate_media(color_scheme=theme)
            found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", rules)
            seen.problems.extend(f"{path} ({theme}): {_told(violation)}" for violation in found["violations"])
        page.emulate_media(color_scheme="light")
        # By now the page has loaded whatever it loads late.
        if (total := _weigh(page, loaded)) > BUDGET:
            seen.heavy[path] = total


def _measure(page: Page, path: str, seen: Seen) -> None:
    # 1280 CSS pixels at 400 % zoom are 320 (WCAG 1.4.10); tables scroll in frames of their own.
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 640})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            seen.wide[width, path] = over
    page.set_viewport_size(WIDE)


def _told(violation: dict[str, Any]) -> str:
    node = violation["nodes"][0]
    return f"{violation['id']} ({len(violation['nodes'])}): {node['html'][:160]}: {node['failureSummary'][:300]}"


def _is_shown(response: Response) -> bool:
    # A page that says that there is none is one that people load too.
    return response.ok or (response.status >= 400 and response.request.is_navigation_request())


def _is_bad(message: ConsoleMessage) -> bool:
    # A page that answers 404 is reported as a failed resource by itself.
    return message.type in ("error", "warning") and "404" not in message.text


def _weigh(page: Page, loaded: list[str]) -> int:
    """Bytes of a page and all it loads, each packed with gzip."""
    # Asked for once more: the browser forgets a body as soon as it moves on.
    return sum(len(gzip.compress(page.context.request.get(url).body())) for url in loaded)


def tab_to(page: Page, words: str, limit: int = 120) -> None:
    """Press Tab until the focus is on what reads like this."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        read = page.evaluate("(e => e ? (e.innerText || e.getAttribute('aria-label') || e.name || '') : '')(document.activeElement)")
        if words in " ".join(str(read).split()):
            return
    pytest.fail(f"no way to {words!r} by keyboard on {page.url}")


def test_a_purchase_needs_the_keyboard_only(page: Page, served: Harbour) -> None:
    _sign_in_by_keyboard(page, served, served.buyer)
    page.goto(served.url + "/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.goto(f"{served.url}/listings/{served.ids['metered']}/request")
    tab_to(page, "Send the request")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Sign and pay into escrow")
    negotiation = page.url
    tab_to(page, "What the rules say")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("none of these")
    for _ in range(page.locator("[name='use.prohibited']").count()):
        tab_to(page, "use.prohibited")
    page.keyboard.press("Space")
    tab_to(page, "Answer")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The rules allow it")
    page.goto(negotiation)
    tab_to(page, "Sign and pay into escrow")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Signed by both organisations.")
    tab_to(page, "Take delivery")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Here is your delivery.")
    tab_to(page, "earnings.csv")
    tab_to(page, "Accept the delivery")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Accepted; the owner is paid.")


def _sign_in_by_keyboard(page: Page, served: Harbour, who: Member) -> None:
    page.goto(f"{served.url}/login")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "email":
            break
    page.keyboard.type(who.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("details.menu")).to_be_visible()


def test_the_focus_can_be_seen(page: Page, served: Harbour) -> None:
    page.goto(served.url + "/")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2, page.evaluate("document.activeElement.outerHTML")


def test_the_search_answers_while_one_types(page: Page, served: Harbour) -> None:
    page.goto(served.url + "/")
    page.locator("#q").press_sequentially("schooling region")
    expect(page.locator("#found .goods > li")).to_have_count(1)
    expect(page.locator("#q")).to_be_focused()
    # An earlier, shorter word may have found the same single listing: the address says when the last answer is there.
    expect(page).to_have_url(re.compile("q=schooling"))
    page.locator("#plan").select_option("free")
    expect(page.locator("#found")).to_contain_text("Nothing fits")


def test_a_file_is_sent_in_the_background_and_its_page_opens(page: Page, served: Harbour) -> None:
    sign_in(page, served, served.owner.email)
    page.goto(served.url + "/publish")
    page.locator("#file").set_input_files(earnings(served.folder))
    expect(page.locator("[data-drop-chosen]")).to_contain_text("earnings.csv")
    page.get_by_role("button", name="Check this file").click()
    expect(page.locator("h1")).to_have_text("earnings.csv")
    expect(page.locator("#title")).to_have_value("Earnings")
    assert "/publish/upl_" in page.url


def test_a_copy_button_copies(context: BrowserContext, page: Page, served: Harbour) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{served.url}/listings/{served.ids['listing']}")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("SELECT")


def test_pages_look_settled_as_they_load(page: Page, served: Harbour) -> None:
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    for path in ("/", f"/listings/{served.ids['listing']}"):
        page.goto(served.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") <= 0.02, path
