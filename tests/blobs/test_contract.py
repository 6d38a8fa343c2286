"""What every object store promises, asked of a folder and of a bucket on a real S3-compatible server."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from entrepot.blobs import CHUNK, BlobStore, open_blobs
from entrepot.config import Settings
from entrepot.kit import Invalid, NotFound


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """An empty object store of each kind."""
    more = request.getfixturevalue("s3_settings") if request.param == "s3" else {}
    return open_blobs(Settings(data_dir=str(tmp_path), **more))


def test_what_is_put_comes_back_and_can_be_replaced(blobs: BlobStore) -> None:
    blobs.put("a/b", b"one")
    blobs.put("a/b", b"two, and longer")
    assert (blobs.get("a/b"), blobs.size("a/b"), blobs.exists("a/b")) == (b"two, and longer", 15, True)


def test_an_empty_object_is_an_object(blobs: BlobStore) -> None:
    blobs.put("empty", b"")
    assert (blobs.get("empty"), blobs.size("empty"), list(blobs.read("empty"))) == (b"", 0, [])


def test_a_missing_object_is_named(blobs: BlobStore) -> None:
    for ask in (blobs.get, blobs.size, lambda key: list(blobs.read(key)), lambda key: blobs.local(key).__enter__()):
        with pytest.raises(NotFound, match="not/there"):
            ask("not/there")
    assert not blobs.exists("not/there")


def test_files_larger_than_one_part_come_back_in_ranges(blobs: BlobStore, tmp_path: Path) -> None:
    content = os.urandom(20 * CHUNK + 17)
    path = tmp_path / "large"
    path.write_bytes(content)
    blob = blobs.add_file(path)
    assert (blob.sha256, blob.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert b"".join(blobs.read(blob.key)) == content
    for start, end in ((0, 1), (5, 9 * CHUNK + 3), (8 * CHUNK - 1, 8 * CHUNK + 1), (len(content) - 1, len(content)), (7, 7)):
        assert b"".join(blobs.read(blob.key, start=start, end=end)) == content[start:end]
    with blobs.local(blob.key) as local:
        assert local.read_bytes() == content


def test_adding_the_same_content_again_changes_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"the same")
    assert blobs.add_file(tmp_path / "one") == blobs.add_file(tmp_path / "two")
    assert len(list(blobs.keys())) == 1


def test_keys_are_listed_by_prefix_and_deleting_twice_is_no_error(blobs: BlobStore) -> None:
    for key in ("x/1", "x/2", "y/1", "x/with space and ü"):
        blobs.put(key, b"-")
    assert sorted(blobs.keys("x")) == ["x/1", "x/2", "x/with space and ü"]
    for _ in range(2):
        blobs.delete("x/1")
    assert sorted(blobs.keys()) == ["x/2", "x/with space and ü", "y/1"]


def test_scratch_folders_go_away_with_what_is_in_them(blobs: BlobStore) -> None:
    with blobs.scratch() as folder:
        (folder / "work").write_text("in progress")
    assert not folder.exists()


def test_only_old_scratch_folders_are_swept(blobs: BlobStore) -> None:
    with blobs.scratch() as old, blobs.scratch() as new:
        (old / "left").write_text("by a killed process")
        os.utime(old, (0, 0))
        assert blobs.sweep_scratch(older_than=3600) == 1
        assert (old.exists(), new.exists()) == (False, True)


def test_an_address_that_is_no_object_store_is_refused(tmp_path: Path) -> None:
    for url in ("ftp://somewhere", "s3://", "/var/objects"):
        with pytest.raises(Invalid, match="Objects cannot live"):
            open_blobs(Settings(data_dir=str(tmp_path), blobs_url=url))
