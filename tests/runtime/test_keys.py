"""The master key opens what it sealed, for the purpose it was sealed for, and lies where only its owner reads it."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.config import Settings
from entrepot.kit import Conflict, Invalid, b64url
from entrepot.runtime import MasterKey, load_master_key

KEY = MasterKey(bytes(range(32)))


@given(st.binary(max_size=100), st.text(max_size=20), st.text(max_size=20))
def test_a_secret_opens_for_its_own_purpose_only(secret: bytes, purpose: str, other: str) -> None:
    sealed = KEY.seal(secret, purpose.encode("utf-8", "replace").decode())
    assert KEY.open(sealed, purpose.encode("utf-8", "replace").decode()) == secret
    if other != purpose:
        with pytest.raises(Conflict, match="does not open"):
            KEY.open(sealed, other.encode("utf-8", "replace").decode() + "!")


@given(st.binary(min_size=1, max_size=40), st.data())
def test_a_changed_byte_is_noticed(secret: bytes, data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(secret, "p"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Conflict):
        KEY.open(bytes(sealed), "p")


def test_keys_for_different_purposes_differ() -> None:
    assert KEY.derive("links") == KEY.derive("links") != KEY.derive("tokens")


def test_the_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "data"))
    made = load_master_key(settings, create=True)
    path = settings.resolved_master_key_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_master_key(settings, create=True).derive("p") == load_master_key(settings).derive("p") == made.derive("p")
    os.chmod(path, 0o644)
    with pytest.raises(Invalid, match="read by others") as caught:
        load_master_key(settings)
    assert "chmod 600" in caught.value.hint


def test_a_key_inside_the_data_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="inside the data folder"):
        load_master_key(Settings(data_dir=str(tmp_path), master_key_file=str(tmp_path / "master.key")), create=True)
    assert not (tmp_path / "master.key").exists()


def test_a_key_from_a_variable_needs_no_file_and_a_short_one_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), master_key=b64url(bytes(range(32))))
    assert load_master_key(settings).derive("p") == KEY.derive("p")
    padded = Settings(data_dir=str(tmp_path), master_key=base64.b64encode(bytes(range(32))).decode() + "\n")
    assert load_master_key(padded).derive("p") == KEY.derive("p")
    with pytest.raises(Invalid, match="needs 32"):
        load_master_key(Settings(data_dir=str(tmp_path), master_key=base64.urlsafe_b64encode(b"short").decode().rstrip("=")))


def test_without_a_key_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no master key") as caught:
        load_master_key(Settings(data_dir=str(tmp_path / "data")))
    assert "entrepot init" in caught.value.hint
