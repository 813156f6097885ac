"""Roots are those of RFC 6962, however the leaves come."""

from __future__ import annotations

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import naive, vectors

from cocreate.log.tree.errors import Malformed, OutOfRange
from cocreate.log.tree.hashing import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    leaf_hash,
    node_hash,
    root_of,
    span_hash,
)

ENTRIES = [number.to_bytes(2, "big") for number in range(600)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def subtrees(level: int, index: int) -> bytes:
    return naive.subtree(ENTRIES, level, index)


def test_the_hashes_of_the_published_tree_come_out() -> None:
    level = [leaf_hash(entry) for entry in vectors.ENTRIES]
    for expected in vectors.NODES:
        assert [node.hex() for node in level] == expected
        level = [node_hash(*pair) for pair in zip(level[::2], level[1::2], strict=False)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_published_tree_come_out(size: int) -> None:
    assert (
        root_of(leaf_hash(entry) for entry in vectors.ENTRIES[:size]).hex() == vectors.ROOTS[size]
    )


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root == EMPTY_ROOT == root_of([])
    assert EMPTY_ROOT.hex() == vectors.EMPTY


def test_the_roots_of_all_published_subtrees_come_out() -> None:
    entries, digest = vectors.SUBTREE_ENTRIES, sha256()
    for start, end in vectors.published_subtrees():
        root = span_hash(start, end, lambda *which: naive.subtree(entries, *which))
        digest.update(f"[{start}, {end}) {root.hex()}\n".encode())
    assert digest.hexdigest() == vectors.SUBTREE_HASHES


@given(st.lists(st.integers(0, 90), max_size=12))
def test_leaves_in_batches_give_the_root_of_all_leaves(batches: list[int]) -> None:
    frontier = Frontier()
    for batch in batches:
        frontier = frontier.extended(LEAVES[frontier.size :][:batch])
    assert frontier.root == naive.root(ENTRIES[: frontier.size])
    assert frontier == Frontier.of(frontier.size, subtrees)


def test_leaves_one_by_one_give_every_root() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES[:70], start=1):
        frontier = frontier.extended([leaf])
        assert frontier.root == naive.root(ENTRIES[:size])


def test_a_frontier_goes_on_after_it_was_stored() -> None:
    stored = msgspec.json.encode(Frontier().extended(LEAVES[:300]))
    restored = msgspec.json.decode(stored, type=Frontier)
    assert restored.extended(LEAVES[300:]).root == naive.root(ENTRIES)


@pytest.mark.parametrize(
    ("size", "peaks", "problem"),
    [
        (3, LEAVES[:1], "does not have 1 peaks"),
        (1, [b"short"], "has 5 bytes"),
        (-1, [], "cannot have -1 entries"),
        (MAX_SIZE + 1, [LEAVES[0]], "cannot have"),
    ],
)
def test_a_frontier_that_is_none_is_refused(size: int, peaks: list[bytes], problem: str) -> None:
    with pytest.raises((Malformed, OutOfRange), match=problem):
        Frontier(size, tuple(peaks))
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert({"size": size, "peaks": peaks}, Frontier)


def test_what_is_no_hash_is_refused_as_a_leaf() -> None:
    with pytest.raises(Malformed, match="has 1 bytes, not 32"):
        Frontier().extended([LEAVES[0], b"x"])
