"""What visitors can do without a script, and what they cannot."""

from __future__ import annotations

import json

from entrepot import catalogue, flows, proof, settlement, trades
from entrepot.asgi import create_app
from entrepot.pricing.model import Plan
from support.harbour import FREE, Harbour, ask, earnings, publish
from support.pages import PASSWORD
from support.visitor import Visitor


def test_a_visitor_finds_a_listing_by_its_words_in_either_language(visitor: Visitor) -> None:
    visitor.go("/")
    assert "1 listing · for" in visitor.send("Search", q="schooling region").text
    assert "Compare what people earn" in visitor.here.text
    assert "收入" in visitor.go("/?q=收入&lang=zh").text


def test_a_listing_reads_in_the_promised_order(visitor: Visitor, harbour: Harbour) -> None:
    text = visitor.go(f"/listings/{harbour.ids['listing']}").text
    parts = ["Compare what people earn", "1,250.00 EUR, once", "What may I do with it?", "Freshness promised", "Preview and dictionary",
             "Queries to start with", "Sign in to request", "Where it comes from", "Take the description with you"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_visitor_reads_what_the_check_found_of_a_listing(visitor: Visitor, harbour: Harbour) -> None:
    listing_id = publish(harbour, FREE, earnings(harbour.folder))
    with harbour.exchange.reading(harbour.owner.actor) as session:
        found = catalogue.current_version(session, listing_id).assessment["findings"]
    assert found
    seen = visitor.go(f"/listings/{listing_id}")
    assert seen.status == 200
    assert all(one["message"] in seen.text for one in found)


def test_the_one_button_says_what_comes_next(visitor: Visitor, buyer: Visitor, owner: Visitor, harbour: Harbour) -> None:
    listing = f"/listings/{harbour.ids['listing']}"
    assert "Sign in to request" in visitor.go(listing).text
    assert "organisation's own" in owner.go(listing).text
    buttons = [words for _, words in buyer.go(listing).reader.links]
    assert "Use" in buttons


def test_a_whole_purchase_needs_no_script(harbour: Harbour) -> None:
    stranger = Visitor(create_app(harbour.exchange)).sign_in(harbour.stranger.email)
    operator = Visitor(create_app(harbour.exchange)).sign_in(harbour.operator.email)
    owner = Visitor(create_app(harbour.exchange)).sign_in(harbour.owner.email)
    stranger.go(f"/listings/{harbour.ids['listing']}")
    stranger.follow("Request")
    asked = stranger.send("Send the request", territory="CN", message="For a thesis.")
    assert "It is the other party's turn" in asked.text
    owner.go(asked.address)
    owner.send("Put it on the table", amount="900.00", message="For a thesis, less.")
    assert "Your offer is on the table." in owner.here.text
    assert "Pay" in [words for _, words in stranger.go(f"/listings/{harbour.ids['listing']}").reader.links]
    stranger.follow("Pay")
    assert "Escrow needs 900.00 EUR, and 0.00 EUR are available." in stranger.here.text
    operator.go("/operator")
    booked = operator.send(
        "Came in", button=("do", "deposit"), organisation=harbour.stranger.actor.organisation_id or "", amount="1,000.00", reference="b-2"
    )
    assert "Saved." in booked.text
    stranger.go(asked.address)
    assert "Does the use come to one of these?" in stranger.send("Sign and pay into escrow").text
    stranger.go(asked.address.partition("?")[0] + "/rules")
    stranger.send("Answer", **{"use.prohibited": ["none"]})
    stranger.go(asked.address)
    stranger.send("Sign and pay into escrow")
    assert "Signed by both organisations" in stranger.here.text
    stranger.send("Take delivery")
    assert "Here is your delivery." in stranger.here.text
    link = next(address for address, words in stranger.here.reader.links if "earnings.csv" in words)
    assert stranger.client.get(link).content == earnings(harbour.folder).read_bytes()
    stranger.go(stranger.here.address)
    assert "Accepted; the owner is paid." in stranger.send("Accept the delivery").text
    with harbour.exchange.reading(harbour.stranger.actor) as session:
        assert settlement.balance(session, harbour.stranger.actor.organisation_id or "", "EUR").available.amount == 10_000
    invoice = owner.go(stranger.here.address.partition("?")[0] + "/invoices/1").text
    assert "Platform fee −22.50 EUR Paid to the seller 877.50 EUR" in invoice


def test_an_owner_publishes_a_file_with_four_fields(owner: Visitor, harbour: Harbour) -> None:
    owner.go("/publish")
    file = {"file": ("wages.csv", earnings(harbour.folder).read_bytes(), "text/csv")}
    details = owner.send("Check this file", files=file)
    assert details.status == 200
    assert details.form("Publish").values["title"] == ["Wages"]
    shown = owner.send("Publish", outcome="See what people earn in a year.", plan="monthly", amount="49.00")
    assert shown.status == 200, shown.text
    assert "See what people earn in a year." in shown.text
    assert "49.00 EUR a month" in shown.text
    with harbour.exchange.reading(harbour.owner.actor) as session:
        listing_id = shown.address.partition("?")[0].rpartition("/")[2]
        version = catalogue.current_version(session, listing_id)
    assert version.manifest.price.plan is Plan.MONTHLY
    assert version.rows == 2_000


def test_an_owner_sees_the_risk_of_a_file_as_it_stands_in_either_language(owner: Visitor) -> None:
    owner.go("/publish")
    lines = [f"{20 + i % 40},{('male', 'female')[i % 2]},{10_000 + i % 7}" for i in range(400)]
    file = {"file": ("members.csv", "\n".join(["age,gender,postcode", *lines]).encode(), "text/csv")}
    seen = owner.send("Check this file", files=file)
    for words in ("Risk as it stands", "Each row counts as one person.", "age + postcode", "7 of 7 sets of up to 3 columns were searched."):
        assert words in seen.text
    assert "在不超过 3 列的 7 个组合中，已检查 7 个。" in owner.go(f"{seen.address.partition('?')[0]}?lang=zh").text


def test_what_was_typed_survives_a_mistake(owner: Visitor, harbour: Harbour) -> None:
    owner.go("/publish")
    owner.send("Check this file", files={"file": ("wages.csv", earnings(harbour.folder).read_bytes(), "text/csv")})
    again = owner.send("Publish", title="Wages of 2005", outcome="See them.", plan="flat", amount="")
    assert again.status == 422
    assert "The price has no amount." in again.text
    assert again.form("Publish").values["title"] == ["Wages of 2005"]


def test_a_file_that_is_no_table_is_explained(owner: Visitor) -> None:
    owner.go("/publish")
    seen = owner.send("Check this file", files={"file": ("empty.csv", b"", "text/csv")})
    assert seen.status == 422
    assert "it is empty" in seen.text


def test_a_double_click_asks_once(buyer: Visitor, harbour: Harbour) -> None:
    buyer.go(f"/listings/{harbour.ids['metered']}/request")
    form = buyer.here.form("Send the request")
    first = buyer.send("Send the request")
    second = buyer._see(buyer.client.post(form.action or f"/listings/{harbour.ids['metered']}/request", data=form.values))
    assert first.address.partition("?")[0] == second.address.partition("?")[0]


def test_a_form_without_our_token_is_refused(buyer: Visitor, harbour: Harbour) -> None:
    seen = buyer.post(f"/agreements/{harbour.ids['signed']}", do="terminate", reason="because")
    assert seen.status == 403
    assert "did not come from this site" in seen.text
    with harbour.exchange.reading(harbour.buyer.actor) as session:
        assert trades.get(session, harbour.ids["signed"]).state == "active"


def test_what_belongs_to_others_does_not_exist(harbour: Harbour) -> None:
    stranger = Visitor(create_app(harbour.exchange)).sign_in(harbour.stranger.email)
    agreement, negotiation = harbour.ids["settled"], harbour.ids["negotiation"]
    private = [f"/agreements/{agreement}", f"/agreements/{agreement}/document", f"/agreements/{agreement}/invoices/1",
               f"/negotiations/{negotiation}", f"/receipts/{harbour.ids['receipt']}", "/publish/upl_nobody"]  # fmt: skip
    assert {path: stranger.go(path).status for path in private} == dict.fromkeys(private, 404)
    assert stranger.go("/operator").status == 403


def test_only_the_public_pages_are_open_to_everybody(visitor: Visitor, harbour: Harbour) -> None:
    for path in ("/", "/log", "/trust", "/login", f"/listings/{harbour.ids['listing']}"):
        assert visitor.go(path).status == 200, path
    for path in ("/agreements", "/ledger", "/keys", "/inbox", "/account", "/publish", "/operator", "/operator/doctor"):
        assert visitor.go(path).status == 401, path
        assert "Sign in" in visitor.here.text


def test_the_log_page_shows_the_newest_checkpoint(visitor: Visitor, harbour: Harbour) -> None:
    with harbour.exchange.reading() as session:
        note = proof.checkpoint(session)
    assert note.splitlines()[2] in visitor.go("/log").html
    assert "The log is empty" not in visitor.here.text


def test_after_the_login_one_is_back_where_one_was_but_never_elsewhere(visitor: Visitor, harbour: Harbour) -> None:
    visitor.go("/login?back=/ledger")
    assert visitor.send("Password", email=harbour.buyer.email, password=PASSWORD).address.startswith("/ledger")
    for trap in ("//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        other = Visitor(create_app(harbour.exchange))
        other.go("/login")
        other.here.form("Password").values["back"] = [trap]
        response = other.client.post(
            "/login",
            data={**other.here.form("Password").values, "email": harbour.buyer.email, "password": PASSWORD},
            follow_redirects=False,
        )
        assert response.headers["location"].startswith("/?note=")


def test_a_wrong_password_is_answered_without_saying_which_part(visitor: Visitor, harbour: Harbour) -> None:
    visitor.go("/login")
    known = visitor.send("Password", email=harbour.buyer.email, password="not this one at all")
    unknown = visitor.send("Password", email="nobody@nowhere.example", password="not this one at all")
    assert known.status == unknown.status == 401
    assert "The e-mail address or the password is wrong." in known.text
    assert "The e-mail address or the password is wrong." in unknown.text


def test_signing_out_ends_the_login(buyer: Visitor) -> None:
    buyer.go("/agreements")
    buyer.send("Sign out")
    assert buyer.go("/agreements").status == 401


def test_an_invitation_is_used_once(operator: Visitor, harbour: Harbour) -> None:
    operator.go("/operator")
    made = operator.send("Add it", name="New House", country="FR", email="new@house.example")
    link = next(word for word in made.text.split() if "/join/" in word).partition("/join/")[2]
    newcomer = Visitor(create_app(harbour.exchange))
    newcomer.go(f"/join/{link}")
    different = newcomer.send("Join and sign in", name="Nova", password="long enough to use", again="something else here")
    assert "The two passwords are different." in different.text
    assert newcomer.send("Join and sign in", name="Nova", password="long enough to use", again="long enough to use").status == 200
    assert "New House" in newcomer.here.text
    assert Visitor(create_app(harbour.exchange)).go(f"/join/{link}").status == 404


def test_a_key_is_shown_once(buyer: Visitor) -> None:
    buyer.go("/keys")
    made = buyer.send("Make the key", name="nightly job", scope=["read", "deliver"])
    assert made.status == 201
    token = made.html.partition('id="token">')[2].partition("<")[0]
    assert len(token) > 20
    assert token not in buyer.go("/keys").html
    me = buyer.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    assert me.json()["scopes"] == ["deliver", "read"]


def test_members_see_each_other_and_leave(operator: Visitor, harbour: Harbour) -> None:
    operator.go("/operator")
    made = operator.send("Add it", name="Short Stay", country="FR", email="guest@stay.example")
    link = next(word for word in made.text.split() if "/join/" in word).partition("/join/")[2]
    guest = Visitor(create_app(harbour.exchange))
    guest.go(f"/join/{link}")
    guest.send("Join and sign in", name="Guest", password="long enough to use", again="long enough to use")
    assert "guest@stay.example" in guest.go("/account").text
    assert "The membership has ended." in guest.send("Leave").text
    assert guest.go("/agreements").status == 422


def test_an_owner_holds_the_data_back_and_lets_it_flow_again(owner: Visitor, buyer: Visitor, harbour: Harbour) -> None:
    address = f"/agreements/{harbour.ids['signed']}"
    owner.go(address)
    held = owner.send("Hold it back", reason="a question about the rights")
    assert "held back" in held.text
    assert "lets no data be read now" in buyer.go(address).text
    assert "flows again" in owner.send("Let it flow again").text
    assert "lets no data be read now" not in buyer.go(address).text


def test_the_operator_collects_the_fees(operator: Visitor) -> None:
    before = operator.go("/operator").text
    assert "Fees earned" in before
    assert "Saved." in operator.send("Collect", amount="0.01", reference=f"fees {id(operator)}").text
    refused = operator.send("Collect", amount="9999999.00", reference="more than there is")
    assert refused.status == 403


HOSTILE = "<script>alert(1)</script>{{31337*271}}${31337*271}\"'><img src=x onerror=alert(1)>'; DROP TABLE people; --"


def test_text_of_others_stays_text(owner: Visitor, buyer: Visitor, harbour: Harbour) -> None:
    owner.go("/publish")
    owner.send("Check this file", files={"file": (f"{HOSTILE[:60]}.csv", earnings(harbour.folder).read_bytes(), "text/csv")})
    shown = owner.send("Publish", title=HOSTILE[:100], outcome=HOSTILE, description=HOSTILE, source=HOSTILE, licence=HOSTILE)
    assert shown.status == 200, shown.text
    listing = shown.address.partition("?")[0]
    buyer.go(f"{listing}/request")
    asked = buyer.send("Send the request", message=HOSTILE)
    pages = [
        shown,
        asked,
        buyer.go("/"),
        buyer.go(f"/?q={HOSTILE}"),
        buyer.go("/agreements"),
        owner.go(asked.address),
        owner.go("/agreements"),
    ]
    pages.append(owner.go(f"/%3Cscript%3Ealert(1)%3C/script%3E?note={HOSTILE}"))
    for seen in pages:
        assert "<script>alert" not in seen.html
        assert str(31_337 * 271) not in seen.html, "a template ran"
        assert not [given for tag, given in seen.reader.tags if tag == "img" or any(name.startswith("on") for name in given)]


def test_searching_cannot_break_the_query(visitor: Visitor) -> None:
    for words in ('"', "' OR 1=1 --", "NEAR(", "*", "a AND", "%", "(" * 200, "列" * 400):
        assert visitor.client.get("/", params={"q": words}).status_code == 200, words
    # No text anywhere may carry a null character; it is refused as such.
    assert visitor.client.get("/", params={"q": "\x00"}).status_code == 422


def test_a_reader_chooses_language_and_light_without_a_script(visitor: Visitor) -> None:
    assert 'lang="en"' in visitor.go("/").html
    assert 'lang="zh-Hans"' in visitor.go("/?lang=zh").html
    assert 'lang="zh-Hans"' in visitor.go("/log").html
    assert 'data-theme="dark"' in visitor.go("/log?theme=dark").html
    assert 'data-theme="dark"' in visitor.go("/").html
    assert "data-theme" not in visitor.go("/?theme=auto").html
    assert 'lang="zh-Hans"' in Visitor(visitor.client.app, "zh-CN,zh;q=0.9,en;q=0.5").go("/").html


def test_an_unknown_address_is_a_page_for_people_and_json_for_programs(visitor: Visitor) -> None:
    seen = visitor.go("/nowhere")
    assert seen.status == 404
    assert "There is no page at this address." in seen.text
    answer = visitor.client.get("/api/v1/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["error"] == "NotFound"


def test_a_receipt_page_shows_a_receipt_that_verifies_offline(buyer: Visitor, harbour: Harbour) -> None:
    assert "Verified" in buyer.go(f"/receipts/{harbour.ids['receipt']}").text
    receipt = buyer.client.get(f"/receipts/{harbour.ids['receipt']}/document")
    trust = buyer.client.get("/trust")
    assert flows.verify_document(receipt.content, trust.content)["holds"]
    agreement = buyer.client.get(f"/agreements/{harbour.ids['settled']}/document")
    assert flows.verify_document(agreement.content, trust.content)["holds"]


def test_a_statement_adds_up(buyer: Visitor) -> None:
    assert "Closing balance" in buyer.go("/ledger").text
    lines = buyer.client.get("/ledger/statement.csv").text.strip().splitlines()
    changes = [int(line.split(",")[5].replace(".", "")) for line in lines[1:]]
    assert sum(changes) == int(lines[-1].split(",")[6].replace(".", ""))


def test_a_share_profile_is_a_file_with_a_fresh_secret(buyer: Visitor, harbour: Harbour) -> None:
    address = f"/agreements/{harbour.ids['table']}"
    csrf = buyer.go(address).form("Download a share profile").values["csrf"][0]
    profiles = [json.loads(buyer.client.post(address, data={"csrf": csrf, "do": "profile"}).content) for _ in range(2)]
    assert profiles[0]["shareCredentialsVersion"] == 1
    assert profiles[0]["bearerToken"] != profiles[1]["bearerToken"]


def test_the_operator_sees_the_laws_of_the_books(operator: Visitor) -> None:
    assert "Debits equal credits" in operator.go("/operator/doctor").text


def test_the_inbox_counts_and_forgets(buyer: Visitor) -> None:
    assert "unread" in buyer.go("/inbox").text
    buyer.send("Mark all as read")
    assert "unread" not in buyer.go("/inbox").text


def test_the_operator_decides_what_becomes_of_held_money(operator: Visitor, buyer: Visitor, harbour: Harbour) -> None:
    actor, exchange = harbour.buyer.actor, harbour.exchange
    with exchange.session(actor) as session:
        asked = ask(session, harbour.ids["listing"], purpose="dpv:AcademicResearch", method="file", territory="CN")
    with exchange.session(harbour.owner.actor) as session:
        agreement = flows.accept(session, asked)
    assert "Pay the buyer back" in operator.go(f"/agreements/{agreement.id}").text
    assert "Pay the buyer back" not in buyer.go(f"/agreements/{agreement.id}").text
    assert "Paid back." in operator.send("Pay back and end", reason="The table was the wrong one.").text
    with exchange.reading(actor) as session:
        assert flows.escrows(session, agreement.id)[-1].state == "refunded"
