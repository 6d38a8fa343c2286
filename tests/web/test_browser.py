"""The pages in a real browser: nothing inaccessible, nothing blocked, nothing too heavy, all of it by keyboard."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from support.harbour import Harbour, earnings
from support.pages import PASSWORD, Member

PATIENCE = 120_000  # Milliseconds; a machine that runs other tests beside this one may need them.

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BUDGET = 60_000
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
    opened = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A fresh tab."""
    return context.new_page()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_has_an_accessibility_violation_or_a_blocked_resource(browser: Browser, served: Harbour, axe: str, language: str) -> None:
    problems: list[str] = []
    for email, paths in addresses(served).items():
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale=LOCALES[language], color_scheme="light", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        problems += _look(context, served, axe, email, paths)
        context.close()
    assert problems == []


def _look(context: BrowserContext, served: Harbour, axe: str, email: str, paths: list[str]) -> list[str]:
    problems: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: problems.append(f"{page.url}: {message.text}") if _is_bad(message) else None)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    if email:
        sign_in(page, served, email)
    for path in paths:
        page.goto(served.url + path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        # The checker is the test's own script: it is evaluated beside the page, whose policy stays in force.
        page.evaluate(axe)
        # The themes differ in colours alone, so what the first look found needs no second one.
        for theme, rules in (("light", RULES), ("dark", ["color-contrast"])):
            page.emulate_media(color_scheme=theme)
            found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", rules)
            problems += [f"{path} ({theme}): {_told(violation)}" for violation in found["violations"]]
        page.emulate_media(color_scheme="light")
    return problems


def _told(violation: dict[str, Any]) -> str:
    node = violation["nodes"][0]
    return f"{violation['id']} ({len(violation['nodes'])}): {node['html'][:160]}: {node['failureSummary'][:300]}"


def _is_bad(message: ConsoleMessage) -> bool:
    # A page that answers 404 is reported as a failed resource by itself.
    return message.type in ("error", "warning") and "404" not in message.text


def test_every_page_is_light(page: Page, served: Harbour) -> None:
    heavy: dict[str, int] = {}
    for email, paths in addresses(served).items():
        page.context.clear_cookies()
        if email:
            sign_in(page, served, email)
        for path in paths:
            total = _weigh(page, served.url + path)
            if total > BUDGET:
                heavy[path] = total
    assert heavy == {}


def _weigh(page: Page, address: str) -> int:
    """Bytes of a page and all it loads, each packed with gzip, with an empty cache."""
    seen: list[str] = []

    def keep(response: Response) -> None:
        if response.status < 300 or response.url == address:
            seen.append(response.url)

    page.on("response", keep)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", keep)
    # Asked for once more: the browser forgets a body as soon as it moves on.
    return sum(len(gzip.compress(page.context.request.get(url).body())) for url in seen)


def test_nothing_comes_from_elsewhere(page: Page, served: Harbour) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    for path in addresses(served)[""]:
        page.goto(served.url + path)
    assert {url for url in asked if not url.startswith(served.url)} == set()


@pytest.mark.parametrize("width", [320, 768])
def test_pages_fit_small_screens_and_large_zoom(browser: Browser, served: Harbour, width: int) -> None:
    # 1280 CSS pixels at 400 % zoom are 320 (WCAG 1.4.10); tables scroll in frames of their own.
    context = browser.new_context(viewport={"width": width, "height": 640}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    wide = {}
    for email, paths in addresses(served).items():
        context.clear_cookies()
        if email:
            sign_in(page, served, email)
        for path in paths:
            page.goto(served.url + path)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                wide[path] = over
    context.close()
    assert wide == {}


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
