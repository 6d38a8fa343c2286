"""The exchange's verbs for Python programs: the same over HTTP and on a local data folder."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from entrepot.client.consents import ConsentVerbs
from entrepot.client.desk import DeskVerbs
from entrepot.client.errors import raise_for, reaching
from entrepot.client.files import CHUNK, Progress, manifest_files, manifest_text, pieces
from entrepot.client.money import MoneyVerbs
from entrepot.client.releases import ReleaseVerbs
from entrepot.client.rights import RightsVerbs
from entrepot.client.rules import RuleVerbs
from entrepot.kit import NotFound


class Client(ConsentVerbs, DeskVerbs, MoneyVerbs, ReleaseVerbs, RightsVerbs, RuleVerbs):
    """Acts for one organisation on one exchange.

    Every answer is the JSON document that the API describes at ``/docs``; errors are the exchange's own
    (`Invalid`, `NotFound`, `Refused`, `Conflict`), with the fact and the next step.

    Args:
        url: Address of the exchange.
        key: An API key of the organisation; without one only public things can be read.
    """

    def __init__(self, url: str, key: str = "", *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(10, read=600, write=600)
        self.url = url.rstrip("/")
        with reaching(url):
            self._http = httpx.Client(base_url=self.url, headers=headers, transport=transport, timeout=timeout, follow_redirects=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def call(self, method: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None, key: str | None = None) -> Any:
        """Send one request below ``/api/v1`` and give its answer; for verbs that have no method of their own here."""
        headers = {"idempotency-key": key} if key else None
        params = {k: v for k, v in (query or {}).items() if v is not None}
        with reaching(self.url):
            answer = self._http.request(method, f"/api/v1{path}", json=body, params=params, headers=headers)
        raise_for(answer)
        return answer.json() if answer.content and answer.headers.get("content-type", "").startswith("application/json") else answer.text

    # Organisations and keys

    def me(self) -> Any:
        """Who the key stands for."""
        return self.call("GET", "/me")

    def organisations(self) -> Any:
        """Every organisation on the exchange."""
        return self.call("GET", "/organisations")

    def add_organisation(self, name: str, *, country: str, roles: Sequence[str]) -> Any:
        """Add an organisation (operators)."""
        return self.call("POST", "/organisations", {"name": name, "country": country, "roles": list(roles)})

    def change_country(self, organisation: str, country: str) -> Any:
        """Note that an organisation has moved (operators)."""
        return self.call("PUT", f"/organisations/{organisation}/country", {"country": country})

    def set_verified(self, organisation: str, *, verified: bool) -> Any:
        """Note whether an organisation's identity is checked (operators)."""
        return self.call("PUT", f"/organisations/{organisation}/verified", {"verified": verified})

    def invite(self, organisation: str, email: str, *, roles: Sequence[str]) -> Any:
        """A one-time link that lets somebody join."""
        return self.call("POST", f"/organisations/{organisation}/invitations", {"email": email, "roles": list(roles)})

    def members(self, organisation: str) -> Any:
        """Who belongs to an organisation."""
        return self.call("GET", f"/organisations/{organisation}/members")

    def change_roles(self, organisation: str, person_id: str, *, roles: Sequence[str]) -> Any:
        """Give a member other roles."""
        return self.call("PUT", f"/organisations/{organisation}/members/{person_id}", {"roles": list(roles)})

    def remove_member(self, organisation: str, person_id: str) -> None:
        """End a membership, and the keys that the person made."""
        self.call("DELETE", f"/organisations/{organisation}/members/{person_id}")

    def keys(self) -> Any:
        """The organisation's API keys, without their secrets."""
        return self.call("GET", "/api-keys")

    def revoke_key(self, key_id: str) -> None:
        """End an API key at once."""
        self.call("DELETE", f"/api-keys/{key_id}")

    def create_key(self, name: str, *, scopes: Sequence[str], days: int = 90) -> Any:
        """An API key; its token is in this answer only."""
        return self.call("POST", "/api-keys", {"name": name, "scopes": list(scopes), "days": days})

    def public_keys(self) -> Any:
        """Public signing keys as a JWK set."""
        return self.call("GET", "/keys")

    def inbox(self, *, unread: bool = False) -> Any:
        """What happened that the organisation should know."""
        return self.call("GET", "/inbox", query={"unread": unread})

    # Publishing and finding

    def upload(self, path: Path, *, progress: Progress | None = None) -> Any:
        """Send a file; it waits a day to be published."""
        total = path.stat().st_size
        headers = {"content-length": str(total), "content-type": "application/octet-stream"}
        with reaching(self.url):
            answer = self._http.post("/api/v1/uploads", params={"name": path.name}, content=pieces(path, total, progress), headers=headers)
        raise_for(answer)
        return answer.json()

    def check(self, upload_id: str) -> Any:
        """Check an upload as publishing would."""
        return self.call("POST", f"/uploads/{upload_id}/check")

    def publish(self, manifest: str, *, uploads: Sequence[str], listing_id: str | None = None, key: str | None = None) -> Any:
        """Publish uploads under a manifest (YAML text): a new listing, or a new version of one."""
        body = {"manifest": manifest, "uploads": list(uploads)}
        path = f"/listings/{listing_id}/versions" if listing_id else "/listings"
        return self.call("POST", path, body, key=key or secrets.token_hex(16))

    def publish_manifest(
        self, path: Path, *, uploads: Sequence[str] = (), listing_id: str | None = None, progress: Progress | None = None
    ) -> Any:
        """Publish a manifest file together with the files it names, or with uploads in their place.

        Args:
            uploads: Their ids in the manifest's order, such as releases that the exchange made; then no file is sent.

        Raises:
            Invalid: The manifest cannot be read; the message names the line.
            NotFound: A file it names does not lie beside it.
        """
        text = manifest_text(path)
        if uploads:
            return self.publish(text, uploads=uploads, listing_id=listing_id)
        files = manifest_files(path)
        for file in files:
            if not file.is_file():
                raise NotFound(f"{path} names the file {file.name}, and {file} is not there.", "Put the file there, or correct its name.")
        sent = [self.upload(file, progress=progress)["id"] for file in files]
        return self.publish(text, uploads=sent, listing_id=listing_id)

    def search(self, text: str = "", **filters: Any) -> Any:
        """Listings that fit, best first."""
        return self.call("GET", "/listings", query={"q": text, **filters})

    def listing(self, listing_id: str) -> Any:
        """One listing with its current version."""
        return self.call("GET", f"/listings/{listing_id}")

    def export(self, listing_id: str, form: str) -> Any:
        """A listing in a standard form, such as ``dcat`` or ``croissant``, as text."""
        with reaching(self.url):
            answer = self._http.get(f"/api/v1/listings/{listing_id}/exports/{form}")
        raise_for(answer)
        return answer.text

    def report(self, listing_id: str, *, table: str = "") -> Any:
        """How a listing's table was anonymised, with its grade and what was measured."""
        return self.call("GET", f"/listings/{listing_id}/report", query={"table": table or None})

    def my_listings(self) -> Any:
        """The organisation's listings in every state."""
        return self.call("GET", "/listings/mine")

    def reviews(self, *, language: str = "en") -> Any:
        """Listings that wait for review, each with the reasons (operators)."""
        return self.call("GET", "/listings/waiting", query={"language": language})

    def approve(self, listing_id: str) -> Any:
        """Put the version that waits for review on offer (operators)."""
        return self.call("POST", f"/listings/{listing_id}/approval")

    def reject(self, listing_id: str, *, reason: str) -> Any:
        """Send the version that waits for review back (operators)."""
        return self.call("POST", f"/listings/{listing_id}/rejection", {"reason": reason})

    def withdraw(self, listing_id: str) -> Any:
        """Take a listing off the catalogue; running agreements go on."""
        return self.call("POST", f"/listings/{listing_id}/withdrawal")

    # Trading

    def request(self, listing_id: str, *, purpose: str, method: str, key: str | None = None, **more: Any) -> Any:
        """Ask to use a listing; where the owner's standing policy allows, the answer is an agreement."""
        body = {"purpose": purpose, "method": method, **more}
        return self.call("POST", f"/listings/{listing_id}/requests", body, key=key or secrets.token_hex(16))

    def negotiations(self, **filters: Any) -> Any:
        """Your negotiations, newest first."""
        return self.call("GET", "/negotiations", query=filters)

    def negotiation(self, negotiation_id: str) -> Any:
        """One negotiation with its offers."""
        return self.call("GET", f"/negotiations/{negotiation_id}")

    def offer(self, negotiation_id: str, *, key: str | None = None, **changes: Any) -> Any:
        """Put changed terms, rights or price on the table, as owner or buyer."""
        return self.call("POST", f"/negotiations/{negotiation_id}/offers", changes, key=key or secrets.token_hex(16))

    def accept(self, negotiation_id: str, *, key: str | None = None) -> Any:
        """Accept what is on the table: both organisations sign, and the price goes into escrow."""
        return self.call("POST", f"/negotiations/{negotiation_id}/acceptance", {}, key=key or secrets.token_hex(16))

    def decline(self, negotiation_id: str, *, message: str = "") -> Any:
        """End a negotiation."""
        return self.call("POST", f"/negotiations/{negotiation_id}/decline", {"message": message})

    def withdraw_request(self, negotiation_id: str, *, message: str = "") -> Any:
        """Take back one's own request or offer."""
        return self.call("POST", f"/negotiations/{negotiation_id}/withdrawal", {"message": message})

    def agreements(self, **filters: Any) -> Any:
        """Your agreements, newest first."""
        return self.call("GET", "/agreements", query=filters)

    def agreement(self, agreement_id: str) -> Any:
        """One agreement with its signatures, escrow and deliveries."""
        return self.call("GET", f"/agreements/{agreement_id}")

    def terminate(self, agreement_id: str, *, reason: str) -> Any:
        """End an agreement early; the bytes stop at once."""
        return self.call("POST", f"/agreements/{agreement_id}/termination", {"reason": reason})

    # Delivery

    def deliver(self, agreement_id: str, *, version: int | None = None, agreed_columns: bool = False, key: str | None = None) -> Any:
        """Have the data handed over: signed addresses for files, a share for tables; of a later version, all or the agreed columns alone."""
        wanted = {"version": version, "agreed_columns": agreed_columns}
        return self.call("POST", f"/agreements/{agreement_id}/deliveries", wanted, key=key or secrets.token_hex(16))

    def download(self, url: str, path: Path, *, progress: Progress | None = None) -> int:
        """Fetch a delivered file, going on where an earlier attempt stopped; the bytes it has in the end."""
        partial = path.with_name(path.name + ".partial")
        start = partial.stat().st_size if partial.exists() else 0
        headers = {"range": f"bytes={start}-"} if start else {}
        with reaching(url.partition("?")[0]), self._http.stream("GET", url, headers=headers) as answer:
            if answer.status_code not in (200, 206):
                answer.read()
                raise_for(answer)
            start = start if answer.status_code == 206 else 0
            total = start + int(answer.headers.get("content-length", 0))
            with partial.open("r+b" if start else "wb") as file:
                file.seek(start)
                for piece in answer.iter_bytes(CHUNK):
                    file.write(piece)
                    start += len(piece)
                    if progress:
                        progress(start, total)
        partial.rename(path)
        return start

    def look_up(self, agreement_id: str, *, person: str, token: str, question: Sequence[Mapping[str, Any]]) -> Any:
        """Ask one question about one person, with that person's consent token; each condition has column, operator and value."""
        return self.call("POST", f"/agreements/{agreement_id}/lookups", {"person": person, "token": token, "question": list(question)})

    def lookups(self, agreement_id: str, *, limit: int = 100, before: str | None = None) -> Any:
        """What was asked under an agreement, newest first, and how many more questions may be asked now."""
        return self.call("GET", f"/agreements/{agreement_id}/lookups", query={"limit": limit, "before": before})

    def share_profile(self, *, rotate: bool = False) -> Any:
        """The Delta Sharing profile of the organisation, to be kept in a file; it holds a secret and is shown once."""
        return self.call("POST", "/share-profile", {"rotate": rotate})

    def share_tokens(self) -> Any:
        """The organisation's Delta Sharing tokens, without their secrets."""
        return self.call("GET", "/share-tokens")

    def revoke_share_token(self, token_id: str) -> None:
        """End a Delta Sharing token at once."""
        self.call("DELETE", f"/share-tokens/{token_id}")

    def suspend(self, agreement_id: str, *, reason: str) -> Any:
        """Stop the bytes for the time being."""
        return self.call("POST", f"/agreements/{agreement_id}/suspension", {"reason": reason})

    def resume(self, agreement_id: str) -> Any:
        """Let the bytes flow again."""
        return self.call("DELETE", f"/agreements/{agreement_id}/suspension")

    def accept_delivery(self, agreement_id: str, *, key: str | None = None) -> Any:
        """Accept what was delivered: escrow goes to the owner, less the fee."""
        return self.call("POST", f"/agreements/{agreement_id}/acceptance", {}, key=key or secrets.token_hex(16))

    def refund(self, agreement_id: str, *, reason: str) -> Any:
        """Give the escrow back (owners, operators)."""
        return self.call("POST", f"/agreements/{agreement_id}/refund", {"reason": reason})

    # Proof

    def receipts(self, agreement_id: str) -> Any:
        """What the log holds about an agreement."""
        return self.call("GET", f"/agreements/{agreement_id}/receipts")

    def receipt(self, entry_id: str) -> Any:
        """A receipt that anyone can verify offline with `entrepot verify`."""
        return self.call("GET", f"/receipts/{entry_id}")

    def trust(self) -> Any:
        """The public keys that receipts verify against: the log's and the organisations'."""
        return self.call("GET", "/trust")

    def checkpoint(self) -> str:
        """The newest signed checkpoint of the log."""
        with reaching(self.url):
            answer = self._http.get("/log/checkpoint")
        raise_for(answer)
        return answer.text
