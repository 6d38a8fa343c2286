"""Signatures anyone can check, with keys that rest encrypted and rotate."""

from __future__ import annotations

import copy
import json

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from entrepot import parties
from entrepot.kit import Conflict, EntrepotError, Invalid, b64url, canonical_json
from entrepot.parties import jws
from entrepot.parties.tables import signing_keys
from entrepot.runtime import SYSTEM, Exchange, MasterKey
from support.people import organisation

PAYLOAD = {"agreement": "agr_1", "price": 4900, "title": "工资"}


def test_two_organisations_sign_one_payload_and_anyone_verifies(exchange: Exchange) -> None:
    one, two = (organisation(exchange, name).organisation_id or "" for name in ("One", "Two"))
    with exchange.session(SYSTEM) as session:
        document = jws.assemble(PAYLOAD, [parties.sign(session, one, PAYLOAD), parties.sign(session, two, PAYLOAD)])
        keys = parties.public_keys(session)
    payload, kids = jws.verify(document, keys)
    assert payload == PAYLOAD
    assert [keys[kid]["owner"] for kid in kids] == [one, two]


def test_after_rotation_old_signatures_verify_and_new_ones_use_the_new_key(exchange: Exchange) -> None:
    one = organisation(exchange, "One").organisation_id or ""
    with exchange.session(SYSTEM) as session:
        before = jws.assemble(PAYLOAD, [parties.sign(session, one, PAYLOAD)])
        parties.create_key(session, one)
        after = jws.assemble(PAYLOAD, [parties.sign(session, one, PAYLOAD)])
        keys = parties.public_keys(session, one)
    assert jws.verify(before, keys)[1] != jws.verify(after, keys)[1]
    assert len(keys) == 2


def test_secret_keys_rest_sealed_and_open_only_where_they_belong(exchange: Exchange) -> None:
    one, two = (organisation(exchange, name).organisation_id or "" for name in ("One", "Two"))
    with exchange.session(SYSTEM) as session:
        sealed = {r.organisation_id: r.sealed for r in session.db.execute(sa.select(signing_keys))}
        session.db.execute(sa.update(signing_keys).where(signing_keys.c.organisation_id == two).values(sealed=sealed[one]))
        with pytest.raises(Conflict):
            parties.sign(session, two, PAYLOAD)
    exchange.__dict__["master_key"] = MasterKey(bytes(32))
    with exchange.session(SYSTEM) as session, pytest.raises(Conflict):
        parties.sign(session, one, PAYLOAD)


KEY = OKPKey.generate_key("Ed25519")
KEYS = {"k": dict(KEY.as_dict(private=False))}
DOCUMENT = jws.assemble(PAYLOAD, [jws.sign(PAYLOAD, KEY, kid="k", typ="t")])


@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_changed_document_verifies(data: st.DataObject) -> None:
    changed = copy.deepcopy(DOCUMENT)
    where = data.draw(st.sampled_from(["payload", "protected", "signature"]))
    holder = changed if where == "payload" else changed["signatures"][0]
    position = data.draw(st.integers(0, len(holder[where]) - 1))
    letter = data.draw(st.sampled_from("ABCDwxyz0189-_"))
    text = holder[where][:position] + letter + holder[where][position + 1 :]
    # The last letter of base64url carries unused bits; both spellings name the same bytes.
    if text == holder[where] or position == len(text) - 1:
        return
    holder[where] = text
    with pytest.raises(EntrepotError):
        jws.verify(changed, KEYS)


@pytest.mark.parametrize(
    "document", [{}, {"payload": "e30", "signatures": []}, {"payload": 1, "signatures": [{}]}, {"payload": "e30", "signatures": ["x"]}]
)
def test_what_is_no_signature_is_refused_clearly(document: dict[str, object]) -> None:
    with pytest.raises(EntrepotError):
        jws.verify(document, KEYS)


def test_a_signed_payload_that_is_not_canonical_is_refused() -> None:
    from joserfc import jws as library

    loose = json.dumps({"b": 1, "a": 2}).encode()
    assert loose != canonical_json({"b": 1, "a": 2})
    signed = library.serialize_json([{"protected": {"alg": "EdDSA", "kid": "k"}}], loose, KEY, algorithms=["EdDSA"])
    with pytest.raises(Invalid):
        jws.verify({"payload": b64url(loose), "signatures": signed["signatures"]}, KEYS)
