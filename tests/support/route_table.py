"""Who gets which status from which route; the columns are anonymous, person, owner, buyer, operator, regulator, stranger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from entrepot.runtime import Scope
from support.trading import manifest_text


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route.

    Attributes:
        statuses: What each role gets, in the order above.
        scope: What a key needs to be let in; None where nobody is asked.
        body: What is sent; texts that begin with ``$`` stand for ids.
        ids: Which thing of the world a path"s parameter stands for, where it is not the one of its own name.
    """

    statuses: str
    scope: Scope | None = None
    body: Any = None
    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


_WHY = {"reason": "for the test"}
_PUBLISH = {"manifest": manifest_text(), "uploads": ["$upload_id"]}
_SKETCH = {
    "manifest": manifest_text(),
    "table": {"name": "iris", "rows": 150, "personal": False, "columns": [{"name": "Species", "kind": "none"}]},
}
_NOTICE = {
    "document_number": "2026-18", "listings": ["$listing_id"], "findings": [{"code": "F1", "basis": "PIPL 2021, art. 6", "text": "for the test"}],
}  # fmt: skip
_ACCESS = {
    "legal_basis": "NDSR 2025, art. 50", "facts": ["figures"], "subject": "$listing_id", "since": "2026-11-01T00:00:00Z",
    "until": "2026-12-01T00:00:00Z", "expires_at": "2026-12-01T00:00:00Z",
}  # fmt: skip
RELEASE = {"quasi_identifiers": ["Sepal.Length", "Sepal.Width"], "k": 5, "method": "global", "suppress": 0.1}
"""How the irises are anonymised; the same again, so that the second release is the first."""
PACK = {
    "pack": """
pack: own
version: "1"
title: {en: Own rules, zh: 自有规则}
instruments: {own: {title: {en: Own charter, zh: 自有章程}, in_force: 2026-01-01, certainty: S}}
rules:
- id: OWN-FEW-PERSONS
  gate: listing
  cite: [{i: own, art: 1}]
  deontic: prohibition
  severity: block
  when: [asset.personal, eq, true]
  require: [asset.persons, lte, 10]
  message: {en: It is about more than ten persons., zh: 涉及十人以上。}
  fix: [{en: Leave some out., zh: 减少人数。}]
""",
    "vectors": """
cases:
- {case: many, gate: listing, facts: {asset.personal: true, asset.persons: 11}, expect: block, rules: [OWN-FEW-PERSONS]}
- {case: few, gate: listing, facts: {asset.personal: true, asset.persons: 10}, expect: allow}
- {case: things, gate: listing, facts: {asset.personal: false, asset.persons: 11}, expect: allow}
""",
}
"""A small pack of an operator's own, with its vectors."""
ROWS: dict[str, Row] = {
    "GET /openapi.json": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/me": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/organisations": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/organisations/{organisation_id}": Row(statuses="200 200 200 200 200 200 200"),
    "POST /api/v1/organisations": Row(statuses="401 401 403 403 201 403 403", scope=Scope.ADMIN, body={"name": "New House", "country": "DE", "roles": ["buyer"]}),
    "PUT /api/v1/organisations/{organisation_id}/verified": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN, body={"verified": True}),
    "PUT /api/v1/organisations/{organisation_id}/country": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN, body={"country": "FR"}),
    "POST /api/v1/organisations/{organisation_id}/invitations": Row(statuses="401 401 403 404 201 404 404", scope=Scope.ADMIN, body={"email": "a@example.org", "roles": ["owner"]}),
    "GET /api/v1/organisations/{organisation_id}/members": Row(statuses="401 401 200 404 200 404 404", scope=Scope.ADMIN),
    "PUT /api/v1/organisations/{organisation_id}/members/{person_id}": Row(statuses="401 401 200 404 200 404 404", scope=Scope.ADMIN, body={"roles": ["owner"]}),
    "DELETE /api/v1/organisations/{organisation_id}/members/{person_id}": Row(statuses="401 401 204 404 204 404 404", scope=Scope.ADMIN),
    "GET /api/v1/keys": Row(statuses="200 200 200 200 200 200 200"),
    "POST /api/v1/signing-keys": Row(statuses="401 401 201 201 201 201 201", scope=Scope.ADMIN),
    "GET /api/v1/api-keys": Row(statuses="401 401 200 200 200 200 200", scope=Scope.ADMIN),
    "POST /api/v1/api-keys": Row(statuses="401 401 201 201 201 201 201", scope=Scope.ADMIN, body={"name": "k", "scopes": ["read"]}),
    "DELETE /api/v1/api-keys/{key_id}": Row(statuses="401 401 204 404 404 404 404", scope=Scope.ADMIN),
    "GET /api/v1/inbox": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "POST /api/v1/uploads": Row(statuses="401 401 201 403 403 403 201", scope=Scope.PUBLISH, body=b"a,b\n1,2\n", query={"name": "t.csv"}),
    "POST /api/v1/uploads/{upload_id}/check": Row(statuses="401 401 200 404 404 404 404", scope=Scope.PUBLISH),
    "POST /api/v1/uploads/{upload_id}/anonymisation": Row(statuses="401 401 202 404 404 404 404", scope=Scope.PUBLISH, body=RELEASE),
    "GET /api/v1/makings/{making_id}": Row(statuses="401 401 200 404 404 404 404", scope=Scope.PUBLISH),
    "DELETE /api/v1/makings/{making_id}": Row(statuses="401 401 200 404 404 404 404", scope=Scope.PUBLISH),
    "POST /api/v1/uploads/{upload_id}/aggregation": Row(statuses="401 401 202 404 404 404 404", scope=Scope.PUBLISH, body={"by": ["Species"], "means": ["Sepal.Length"]}),
    "POST /api/v1/listings": Row(statuses="401 401 201 404 404 404 404", scope=Scope.PUBLISH, body=_PUBLISH),
    "POST /api/v1/listings/{listing_id}/versions": Row(statuses="401 401 201 404 404 404 404", scope=Scope.PUBLISH, body=_PUBLISH),
    "GET /api/v1/listings": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/listings/waiting": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN),
    "GET /api/v1/listings/mine": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/listings/{listing_id}": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/listings/{listing_id}/rights": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/agreements/{agreement_id}/contract": Row(statuses="401 401 200 200 200 200 404", scope=Scope.READ),
    "GET /api/v1/listings/{listing_id}/report": Row(statuses="200 200 200 200 200 200 200", ids={"listing_id": "graded"}),
    "GET /api/v1/listings/{listing_id}/exports/{form}": Row(statuses="200 200 200 200 200 200 200"),
    "POST /api/v1/listings/{listing_id}/withdrawal": Row(statuses="401 401 200 404 404 404 404", scope=Scope.PUBLISH, body=_WHY),
    "POST /api/v1/listings/{listing_id}/suspension": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN, body={**_WHY, "imminent_harm": True}),
    "DELETE /api/v1/listings/{listing_id}/suspension": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN, ids={"listing_id": "suspended_listing"}),
    "POST /api/v1/listings/{listing_id}/approval": Row(statuses="401 401 403 403 409 403 403", scope=Scope.ADMIN),
    "POST /api/v1/listings/{listing_id}/rejection": Row(statuses="401 401 403 403 409 403 403", scope=Scope.ADMIN, body=_WHY),
    "POST /api/v1/listings/{listing_id}/requests": Row(statuses="401 401 403 201 403 403 201", scope=Scope.TRADE, body={"purpose": "AcademicResearch"}),
    "GET /api/v1/negotiations": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/negotiations/{negotiation_id}": Row(statuses="401 401 200 200 200 200 404", scope=Scope.READ),
    "POST /api/v1/negotiations/{negotiation_id}/offers": Row(statuses="401 401 201 403 403 403 404", scope=Scope.TRADE, body={"message": "well"}),
    "POST /api/v1/negotiations/{negotiation_id}/acceptance": Row(statuses="401 401 201 403 403 403 404", scope=Scope.TRADE, body={}),
    "POST /api/v1/negotiations/{negotiation_id}/decline": Row(statuses="401 401 200 403 403 403 404", scope=Scope.TRADE, body={}),
    "POST /api/v1/negotiations/{negotiation_id}/withdrawal": Row(statuses="401 401 403 200 403 403 404", scope=Scope.TRADE, body={}),
    "GET /api/v1/rules/packs": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/rules/packs/{pack_id}": Row(statuses="401 401 404 404 404 404 404", scope=Scope.READ),
    "POST /api/v1/rules/packs": Row(statuses="401 401 403 403 201 403 403", scope=Scope.ADMIN, body=PACK),
    "DELETE /api/v1/rules/packs/{pack_id}": Row(statuses="401 401 403 403 404 403 403", scope=Scope.ADMIN),
    "POST /api/v1/rules/trials": Row(statuses="401 401 403 403 202 403 403", scope=Scope.ADMIN, body={"pack": PACK["pack"]}),
    "GET /api/v1/rules/trials/{trial_id}": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN),
    "GET /rules/trials": Row(statuses="401 403 403 403 200 403 403"),
    "POST /rules/trials": Row(statuses="401 403 403 403 422 403 403"),
    "GET /rules/trials/{trial}": Row(statuses="401 403 403 403 200 403 403", ids={"trial": "trial_id"}),
    "POST /api/v1/rules/what-if": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN, body=PACK),
    "POST /api/v1/rules/before-publishing": Row(statuses="401 401 200 403 403 403 200", scope=Scope.PUBLISH, body=_SKETCH),
    "GET /api/v1/listings/{listing_id}/ruling": Row(statuses="401 401 200 404 200 200 404", scope=Scope.READ),
    "PUT /api/v1/listings/{listing_id}/facts": Row(statuses="401 401 200 404 404 404 404", scope=Scope.PUBLISH, body={"facts": {"source.kinds": ["public"]}}),
    "GET /api/v1/listings/{listing_id}/rulings": Row(statuses="401 401 200 404 200 200 404", scope=Scope.READ),
    "GET /api/v1/negotiations/{negotiation_id}/ruling": Row(statuses="401 401 200 200 200 200 404", scope=Scope.READ),
    "PUT /api/v1/negotiations/{negotiation_id}/facts": Row(statuses="401 401 422 200 404 404 404", scope=Scope.TRADE, body={"facts": {"use.automated_decision": False}}),
    "GET /api/v1/rulings/waiting": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN),
    "POST /api/v1/rulings/{ruling_id}/approval": Row(statuses="401 401 403 403 409 403 403", scope=Scope.ADMIN, body=_WHY),
    "POST /api/v1/rulings/{ruling_id}/refusal": Row(statuses="401 401 403 403 409 403 403", scope=Scope.ADMIN, body=_WHY),
    "GET /api/v1/operations": Row(statuses="401 401 200 403 200 403 200", scope=Scope.READ),
    "POST /api/v1/operations": Row(statuses="401 401 201 403 201 403 201", scope=Scope.PUBLISH, body={"kind": "incident"}),
    "GET /api/v1/operations/{operation_id}": Row(statuses="401 401 200 404 200 404 404", scope=Scope.READ),
    "PUT /api/v1/operations/{operation_id}/facts": Row(statuses="401 401 200 403 404 403 404", scope=Scope.PUBLISH, body={"facts": {"incident.level": "general"}}),
    "GET /duties": Row(statuses="401 403 200 403 200 403 200"),
    "POST /duties": Row(statuses="401 403 422 403 422 403 422"),
    "GET /duties/{operation}": Row(statuses="401 404 200 404 200 404 404"),
    "POST /duties/{operation}": Row(statuses="401 404 303 404 404 404 404"),
    "GET /api/v1/agreements": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/agreements/{agreement_id}": Row(statuses="401 401 200 200 200 200 404", scope=Scope.READ),
    "POST /api/v1/agreements/{agreement_id}/termination": Row(statuses="401 401 200 200 200 403 404", scope=Scope.TRADE, body=_WHY),
    "POST /api/v1/agreements/{agreement_id}/suspension": Row(statuses="401 401 200 403 200 403 404", scope=Scope.TRADE, body=_WHY),
    "DELETE /api/v1/agreements/{agreement_id}/suspension": Row(statuses="401 401 403 403 200 403 404", scope=Scope.TRADE, ids={"agreement_id": "held"}),
    "POST /api/v1/agreements/{agreement_id}/deliveries": Row(statuses="401 401 404 201 404 404 404", scope=Scope.DELIVER),
    "GET /api/v1/agreements/{agreement_id}/lookups": Row(statuses="401 401 404 200 404 404 404", scope=Scope.READ),
    "POST /api/v1/agreements/{agreement_id}/lookups": Row(statuses="401 401 404 422 404 404 404", scope=Scope.DELIVER, body={"person": "P1", "question": [{"column": "a", "value": 1}]}),
    "POST /api/v1/share-profile": Row(statuses="401 401 403 201 403 403 201", scope=Scope.DELIVER),
    "GET /api/v1/share-tokens": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "DELETE /api/v1/share-tokens/{token_id}": Row(statuses="401 401 403 204 403 403 404", scope=Scope.DELIVER),
    "POST /api/v1/agreements/{agreement_id}/acceptance": Row(statuses="401 401 404 200 404 404 404", scope=Scope.TRADE),
    "POST /api/v1/agreements/{agreement_id}/refund": Row(statuses="401 401 200 403 200 403 404", scope=Scope.TRADE, body=_WHY),
    "GET /api/v1/agreements/{agreement_id}/receipts": Row(statuses="401 401 200 200 200 200 404", scope=Scope.READ),
    "GET /api/v1/receipts/{entry_id}": Row(statuses="401 401 200 200 200 200 404", scope=Scope.READ),
    "GET /api/v1/trust": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/ledger/accounts": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/ledger/transfers": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/agreements/{agreement_id}/invoice": Row(statuses="401 401 200 200 200 404 404", scope=Scope.READ, ids={"agreement_id": "paid"}),
    "POST /api/v1/consents": Row(statuses="401 401 201 403 403 403 201", scope=Scope.PUBLISH, body={"person": "P1"}),
    "POST /api/v1/consents/withdrawals": Row(statuses="401 401 201 403 403 403 201", scope=Scope.PUBLISH, body={"person": "P1"}),
    "POST /api/v1/consents/imports": Row(statuses="401 401 201 403 403 403 404", scope=Scope.PUBLISH, body={"upload": "$upload_id", "column": "Species"}),
    "POST /api/v1/consents/tokens": Row(statuses="401 401 404 403 403 403 404", scope=Scope.PUBLISH, body={"person": "P1", "agreement": "agr_x"}),
    "GET /api/v1/consents": Row(statuses="401 401 200 403 403 403 200", scope=Scope.READ),
    "POST /api/v1/consents/lookups": Row(statuses="401 401 200 403 403 403 200", scope=Scope.READ, body={"person": "P1"}),
    "GET /api/v1/consents/{consent_id}/receipt": Row(statuses="401 401 200 403 403 403 404", scope=Scope.READ),
    "POST /api/v1/consents/links": Row(statuses="401 401 200 403 403 403 200", scope=Scope.PUBLISH, body={"persons": ["P1"]}),
    "POST /api/v1/consents/links/revocation": Row(statuses="401 401 204 403 403 403 204", scope=Scope.PUBLISH, body={"person": "P1"}),
    "GET /api/v1/subject-requests": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "POST /api/v1/subject-requests/{request_id}/answer": Row(statuses="401 401 200 404 404 404 404", scope=Scope.PUBLISH, body={"text": "done"}),
    "GET /api/v1/people/{person}": Row(statuses="200 200 200 200 200 200 200"),
    "POST /api/v1/people/{person}/answers": Row(statuses="201 201 201 201 201 201 201", body={"allow": False}),
    "POST /api/v1/people/{person}/tokens": Row(statuses="404 404 404 404 404 404 404", body={"agreement": "agr_x"}),
    "POST /api/v1/people/{person}/renewal": Row(statuses="201 201 201 201 201 201 201"),
    "POST /api/v1/people/{person}/requests": Row(statuses="201 201 201 201 201 201 201", body={"kind": "deletion"}),
    "GET /api/v1/people/{person}/receipts/{consent_id}": Row(statuses="200 200 200 200 200 200 200"),
    "GET /me/{person}": Row(statuses="200 200 200 200 200 200 200"),
    "POST /me/{person}": Row(statuses="422 422 422 422 422 422 422"),
    "GET /me/{person}/receipts/{consent}": Row(statuses="200 200 200 200 200 200 200"),
    "GET /people": Row(statuses="401 403 200 403 403 403 200"),
    "POST /people": Row(statuses="401 403 422 403 403 403 422"),
    "POST /api/v1/ledger/deposits": Row(statuses="401 401 403 403 201 403 403", scope=Scope.PAY, body={"organisation": "$organisation_id", "amount": "5.00 EUR", "reference": "r1"}),
    "POST /api/v1/ledger/payouts": Row(statuses="401 401 403 403 201 403 403", scope=Scope.PAY, body={"organisation": "$organisation_id", "amount": "0.05 EUR", "reference": "r1"}),
    "POST /api/v1/ledger/fee-collections": Row(statuses="401 401 403 403 201 403 403", scope=Scope.PAY, body={"amount": "0.05 EUR", "reference": "r1"}),
    "POST /api/v1/notices": Row(statuses="401 401 403 403 201 201 403", scope=Scope.ADMIN, body=_NOTICE),
    "GET /api/v1/notices": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/notices/{notice_id}": Row(statuses="401 401 200 404 200 200 404", scope=Scope.READ),
    "POST /api/v1/notices/{notice_id}/steps": Row(statuses="401 401 200 404 403 403 404", scope=Scope.PUBLISH, body={"do": "acknowledge"}),
    "POST /api/v1/access": Row(statuses="401 401 403 403 403 201 403", scope=Scope.ADMIN, body=_ACCESS),
    "GET /api/v1/access": Row(statuses="401 401 200 200 200 200 200", scope=Scope.READ),
    "GET /api/v1/access/{access_id}": Row(statuses="401 401 404 404 200 200 404", scope=Scope.READ),
    "POST /api/v1/access/{access_id}/decision": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN, body={"approve": True, "reason": "for the test"}),
    "POST /api/v1/access/{access_id}/looks": Row(statuses="401 401 403 404 403 200 404", scope=Scope.ADMIN, ids={"access_id": "approved_access"}),
    "POST /api/v1/complaints": Row(statuses="201 201 201 201 201 201 201", body={"about": "children", "text": "for the test"}),
    "POST /api/v1/complaints/reading": Row(statuses="200 200 200 200 200 200 200", body={"code": "$complaint_code"}),
    "POST /api/v1/complaints/additions": Row(statuses="200 200 200 200 200 200 200", body={"code": "$complaint_code", "text": "more"}),
    "GET /api/v1/complaints": Row(statuses="401 401 403 403 200 403 403", scope=Scope.ADMIN),
    "POST /api/v1/complaints/{complaint_id}/answers": Row(statuses="401 401 404 404 200 404 404", scope=Scope.ADMIN, body={"text": "for the test"}),
    "GET /api/v1/refusals": Row(statuses="200 200 200 200 200 200 200"),
    "GET /api/v1/doctor": Row(statuses="401 401 403 403 200 200 403", scope=Scope.ADMIN),
    "GET /log/checkpoint": Row(statuses="200 200 200 200 200 200 200"),
    "GET /log/tile/{path:path}": Row(statuses="200 200 200 200 200 200 200"),
    "GET /sharing/shares": Row(statuses="401 401 200 200 200 200 200"),
    "GET /sharing/shares/{share}": Row(statuses="401 401 404 200 404 404 404"),
    "GET /sharing/shares/{share}/schemas": Row(statuses="401 401 404 200 404 404 404"),
    "GET /sharing/shares/{share}/schemas/{schema}/tables": Row(statuses="401 401 404 200 404 404 404"),
    "GET /sharing/shares/{share}/all-tables": Row(statuses="401 401 404 200 404 404 404"),
    "GET /sharing/shares/{share}/schemas/{schema}/tables/{table}/version": Row(statuses="401 401 404 200 404 404 404"),
    "GET /sharing/shares/{share}/schemas/{schema}/tables/{table}/metadata": Row(statuses="401 401 404 200 404 404 404"),
    "POST /sharing/shares/{share}/schemas/{schema}/tables/{table}/query": Row(statuses="401 401 404 200 404 404 404", body={}),
    "GET /sharing/shares/{share}/schemas/{schema}/tables/{table}/changes": Row(statuses="401 401 404 400 404 404 404"),
    "GET /sharing/files/{parcel_id}/{file_id}/{name}": Row(statuses="403 403 403 403 403 403 403"),
    "GET /": Row(statuses="200 200 200 200 200 200 200"),
    "GET /listings/{listing}": Row(statuses="200 200 200 200 200 200 200"),
    "GET /listings/{listing}/report": Row(statuses="200 200 200 200 200 200 200", ids={"listing": "graded"}),
    "GET /listings/{listing}/request": Row(statuses="401 200 200 200 200 200 200"),
    "POST /listings/{listing}/request": Row(statuses="401 422 422 422 422 422 422"),
    "POST /listings/{listing}/withdraw": Row(statuses="401 404 303 404 404 404 404"),
    "GET /rules": Row(statuses="200 200 200 200 200 200 200", query={"pack": "house"}),
    "GET /listings/{listing}/rules": Row(statuses="401 404 200 404 200 200 404"),
    "POST /listings/{listing}/rules": Row(statuses="401 404 303 404 404 404 404"),
    "GET /negotiations/{negotiation}/rules": Row(statuses="401 404 200 200 200 200 404"),
    "POST /negotiations/{negotiation}/rules": Row(statuses="401 404 303 303 404 404 404"),
    "GET /negotiations/{negotiation}": Row(statuses="401 404 200 200 200 200 404"),
    "POST /negotiations/{negotiation}": Row(statuses="401 404 422 422 422 422 404"),
    "GET /agreements": Row(statuses="401 422 200 200 200 200 200"),
    "GET /agreements/{agreement}": Row(statuses="401 404 200 200 200 200 404"),
    "POST /agreements/{agreement}": Row(statuses="401 404 422 422 422 422 404"),
    "GET /agreements/{agreement}/contract": Row(statuses="401 404 200 200 200 200 404"),
    "GET /agreements/{agreement}/contract/file": Row(statuses="401 404 200 200 200 200 404"),
    "GET /agreements/{agreement}/document": Row(statuses="401 404 200 200 200 200 404"),
    "GET /agreements/{agreement}/invoices/{period}": Row(statuses="401 404 200 200 200 404 404", ids={"agreement": "paid"}),
    "GET /agreements/{agreement}/invoices/{period}/csv": Row(statuses="401 404 200 200 200 404 404", ids={"agreement": "paid"}),
    "GET /receipts/{entry}": Row(statuses="404 404 200 200 200 200 404"),
    "GET /receipts/{entry}/document": Row(statuses="404 404 200 200 200 200 404"),
    "GET /trust": Row(statuses="200 200 200 200 200 200 200"),
    "GET /log": Row(statuses="200 200 200 200 200 200 200"),
    "GET /docs": Row(statuses="200 200 200 200 200 200 200"),
    "GET /ledger": Row(statuses="401 422 200 200 200 200 200"),
    "GET /ledger/statement.csv": Row(statuses="401 422 200 200 200 200 200"),
    "GET /operator": Row(statuses="401 403 403 403 200 403 403"),
    "POST /operator": Row(statuses="401 403 403 403 422 403 403"),
    "GET /operator/doctor": Row(statuses="401 403 403 403 200 403 403"),
    "GET /notices": Row(statuses="401 422 200 200 200 200 200"),
    "POST /notices": Row(statuses="401 422 422 422 422 422 422"),
    "GET /notices/{notice}": Row(statuses="401 404 200 404 200 200 404"),
    "POST /notices/{notice}": Row(statuses="401 404 422 404 422 422 404"),
    "GET /access": Row(statuses="401 422 200 200 200 200 200"),
    "POST /access": Row(statuses="401 422 422 422 422 422 422"),
    "GET /access/{access}": Row(statuses="401 404 404 404 200 200 404"),
    "POST /access/{access}": Row(statuses="401 404 404 404 422 422 404"),
    "GET /complaints": Row(statuses="200 200 200 200 200 200 200"),
    "POST /complaints": Row(statuses="422 422 422 422 422 422 422"),
    "GET /complaints/{complaint}": Row(statuses="401 404 404 404 200 404 404"),
    "POST /complaints/{complaint}": Row(statuses="401 404 404 404 422 404 404"),
    "GET /refusals": Row(statuses="200 200 200 200 200 200 200"),
    "GET /publish": Row(statuses="401 200 200 200 200 200 200"),
    "POST /publish": Row(statuses="401 403 422 403 403 403 422"),
    "GET /publish/{upload}": Row(statuses="401 404 200 404 404 404 404"),
    "POST /publish/{upload}": Row(statuses="401 404 422 404 404 404 404"),
    "GET /publish/{upload}/anonymise": Row(statuses="401 404 200 404 404 404 404"),
    "POST /publish/{upload}/anonymise": Row(statuses="401 404 422 404 404 404 404"),
    "GET /publish/{upload}/aggregate": Row(statuses="401 404 200 404 404 404 404"),
    "POST /publish/{upload}/aggregate": Row(statuses="401 404 422 404 404 404 404"),
    "GET /makings/{making}": Row(statuses="401 404 200 404 404 404 404"),
    "POST /makings/{making}": Row(statuses="401 404 303 404 404 404 404"),
    "GET /login": Row(statuses="200 200 200 200 200 200 200"),
    "POST /login": Row(statuses="401 401 401 401 401 401 401"),
    "POST /logout": Row(statuses="303 303 303 303 303 303 303"),
    "GET /join/{token}": Row(statuses="200 200 200 200 200 200 200"),
    "POST /join/{token}": Row(statuses="422 422 422 422 422 422 422"),
    "GET /account": Row(statuses="401 200 200 200 200 200 200"),
    "POST /account": Row(statuses="401 403 422 422 422 422 422"),
    "GET /keys": Row(statuses="401 422 200 200 200 200 200"),
    "POST /keys": Row(statuses="401 422 422 422 422 422 422"),
    "GET /inbox": Row(statuses="401 422 200 200 200 200 200"),
    "POST /inbox": Row(statuses="401 422 303 303 303 303 303"),
    "GET /static/{path}": Row(statuses="200 200 200 200 200 200 200", ids={"path": "stylesheet"}),
}  # fmt: skip
