"""Objects are on disk before anything names them, and half an object is never seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.blobs import open_blobs
from entrepot.config import Settings


def test_a_write_that_fails_leaves_neither_object_nor_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = open_blobs(Settings(data_dir=str(tmp_path)))
    blobs.put("a/b", b"before")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        blobs.put("a/b", b"after")
    monkeypatch.undo()
    assert blobs.get("a/b") == b"before"
    assert list(blobs.keys()) == ["a/b"]
    assert [p.name for p in (tmp_path / "objects" / "a").iterdir()] == ["b"]
