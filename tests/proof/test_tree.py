"""The tree agrees with RFC 6962 at every size, and nothing but the truth verifies."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Conflict, Invalid
from entrepot.proof import tree
from entrepot.proof.tiles import TilePath, tiles_of
from entrepot.proof.tree import RightEdge, TiledTree, leaf_hash

from . import naive

SIZES = [0, 1, 2, 3, 5, 7, 8, 255, 256, 257, 300, 511, 512, 513, 1000]
LARGE = 256 * 256 + 300


def leaves(count: int) -> list[bytes]:
    return [b"entry %d" % i for i in range(count)]


@functools.cache
def grown(count: int) -> tuple[dict[tuple[int, int], bytes], bytes]:
    edge = RightEdge()
    edge.extend(map(leaf_hash, leaves(count)))
    return edge.take_changed(), edge.root()


def tiled(count: int, stored: int = 1000) -> TiledTree:
    tiles, _ = grown(stored)
    return TiledTree(count, lambda level, number: tiles.get((level, number), b""))


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    assert grown(size)[1] == tiled(size).root() == naive.root(leaves(size))


@pytest.mark.parametrize("size", SIZES)
def test_a_tree_has_the_tiles_its_size_calls_for(size: int) -> None:
    tiles, _ = grown(size)
    assert {key: len(data) // 32 for key, data in tiles.items()} == {(t.level, t.number): t.width for t in tiles_of(size)}


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    tiles = tiles_of(70_000)
    assert len(tiles) == 273 + 1 + 1 + 1 + 1
    assert {TilePath(0, 273, 112), TilePath(1, 0), TilePath(1, 1, 17), TilePath(2, 0, 1)} <= set(tiles)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 600), st.data())
def test_an_inclusion_proof_is_that_of_rfc_6962_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, entries = tiled(size).inclusion_proof(index), leaves(size)
    assert proof == naive.path(index, entries)
    assert tree.verify_inclusion(leaf_hash(entries[index]), index=index, size=size, proof=proof, root=naive.root(entries))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 600), st.data())
def test_a_consistency_proof_is_that_of_rfc_6962_and_verifies(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof, entries = tiled(size).consistency_proof(old), leaves(size)
    assert proof == naive.proof(old, entries)
    old_root, root = naive.root(entries[:old]), naive.root(entries)
    assert tree.verify_consistency(old_size=old, old_root=old_root, size=size, root=root, proof=proof)


def test_every_pair_of_sizes_is_consistent() -> None:
    roots = [naive.root(leaves(size)) for size in range(67)]
    for size in range(67):
        for old in range(size + 1):
            proof = tiled(size).consistency_proof(old)
            assert tree.verify_consistency(old_size=old, old_root=roots[old], size=size, root=roots[size], proof=proof)


def test_a_tree_over_three_levels_of_tiles_proves_itself() -> None:
    root = grown(LARGE)[1]
    built = tiled(LARGE, LARGE)
    for index in (0, 255, 256, 65_535, 65_536, LARGE - 1):
        proof = built.inclusion_proof(index)
        assert tree.verify_inclusion(leaf_hash(b"entry %d" % index), index=index, size=LARGE, proof=proof, root=root)
    for old in (1, 256, 65_535, 65_536, 65_537, LARGE - 1):
        old_root = tiled(old, LARGE).root()
        assert tree.verify_consistency(old_size=old, old_root=old_root, size=LARGE, root=root, proof=built.consistency_proof(old))


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 600), st.data())
def test_another_leaf_index_size_root_or_proof_does_not_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root, leaf = tiled(size).inclusion_proof(index), tiled(size).root(), leaf_hash(b"entry %d" % index)
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index))
    place = data.draw(st.integers(0, len(proof) - 1))
    broken = [*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :]]
    good = functools.partial(tree.verify_inclusion, index=index, size=size, proof=proof, root=root)
    assert good(leaf)
    assert not good(leaf_hash(b"another"))
    assert not good(leaf, index=other)
    assert not good(leaf, index=size)
    assert not good(leaf, root=leaf)
    assert not good(leaf, proof=broken)
    assert not good(leaf, proof=proof[:-1])
    assert not good(leaf, proof=[*proof, root])


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 600), st.data())
def test_a_changed_history_is_not_consistent(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    entries = leaves(old)
    entries[changed] = b"rewritten"
    proof, root = tiled(size).consistency_proof(old), tiled(size).root()
    assert not tree.verify_consistency(old_size=old, old_root=naive.root(entries), size=size, root=root, proof=proof)
    assert not tree.verify_consistency(old_size=old, old_root=tiled(old).root(), size=size, root=root, proof=proof[:-1])
    assert not tree.verify_consistency(old_size=old, old_root=tiled(old).root(), size=size, root=root, proof=[*proof, root])
    assert not tree.verify_consistency(old_size=size, old_root=root, size=old, root=tiled(old).root(), proof=proof)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=5))
def test_a_log_grown_in_steps_from_stored_tiles_is_the_log_grown_at_once(steps: list[int]) -> None:
    stored: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        edge = RightEdge(size, lambda level, number: stored.get((level, number), b""))
        edge.extend(leaf_hash(b"entry %d" % i) for i in range(size, size + step))
        for key, hashes in edge.take_changed().items():
            assert hashes.startswith(stored.get(key, b"")), "a tile only grows"
            stored[key] = hashes
        size += step
    assert (stored, TiledTree(size, lambda level, number: stored[level, number]).root()) == grown(size)


def test_a_missing_tile_is_named() -> None:
    with pytest.raises(Conflict, match="tile 0/1 is incomplete"):
        RightEdge(300, lambda level, number: b"")
    with pytest.raises(Conflict, match="incomplete"):
        TiledTree(10, lambda level, number: b"").root()


def test_a_proof_for_a_leaf_or_size_the_tree_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid):
        tiled(5).inclusion_proof(5)
    with pytest.raises(Invalid):
        tiled(5).consistency_proof(6)
