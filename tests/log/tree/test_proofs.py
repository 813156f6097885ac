"""Proofs hold for what is true, and fail for everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.tree import naive, vectors

from cocreate.log.tree.errors import Malformed, OutOfRange, ProofFails, Unsound
from cocreate.log.tree.hashing import MAX_SIZE, Subtrees, leaf_hash
from cocreate.log.tree.proofs import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [number.to_bytes(2, "big") for number in range(40)]
SIZES = st.integers(1, len(ENTRIES))


def subtrees_of(entries: Sequence[bytes]) -> Subtrees:
    return lambda level, index: naive.subtree(entries, level, index)


def from_hex(proof: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in proof]


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    """Give an index and a size of a tree that has it."""
    size = draw(SIZES)
    return draw(st.integers(0, size - 1)), size


@pytest.mark.parametrize(("index", "size", "expected"), vectors.INCLUSION)
def test_published_inclusion_proofs_come_out_and_verify(
    index: int, size: int, expected: list[str]
) -> None:
    entries = vectors.ENTRIES
    proof = inclusion_proof(index, size, subtrees_of(entries[:size]))
    assert [each.hex() for each in proof] == expected
    root = bytes.fromhex(vectors.ROOTS[size])
    verify_inclusion(leaf_hash(entries[index]), index, size, from_hex(expected), root)


@pytest.mark.parametrize(("old_size", "size", "expected"), vectors.CONSISTENCY)
def test_published_consistency_proofs_come_out_and_verify(
    old_size: int, size: int, expected: list[str]
) -> None:
    proof = consistency_proof(old_size, size, subtrees_of(vectors.ENTRIES[:size]))
    assert [each.hex() for each in proof] == expected
    old_root, root = from_hex([vectors.ROOTS[old_size], vectors.ROOTS[size]])
    verify_consistency(old_size, old_root, size, root, from_hex(expected))


def test_the_inclusion_proofs_of_all_published_subtrees_come_out() -> None:
    digest = sha256()
    for start, end in vectors.published_subtrees():
        subtrees = cache(subtrees_of(vectors.SUBTREE_ENTRIES[start:end]))
        for index in range(start, end):
            proof = inclusion_proof(index - start, end - start, subtrees)
            line = [f"{index} [{start}, {end})", *(each.hex() for each in proof)]
            digest.update((" ".join(line) + "\n").encode())
    assert digest.hexdigest() == vectors.SUBTREE_INCLUSION


@given(places())
def test_inclusion_proofs_are_those_of_the_definition(place: tuple[int, int]) -> None:
    index, size = place
    proof = inclusion_proof(index, size, subtrees_of(ENTRIES[:size]))
    assert proof == naive.path(index, ENTRIES[:size])
    verify_inclusion(leaf_hash(ENTRIES[index]), index, size, proof, naive.root(ENTRIES[:size]))


@given(places())
def test_consistency_proofs_are_those_of_the_definition(place: tuple[int, int]) -> None:
    old_size, size = place[0] + 1, place[1]
    proof = consistency_proof(old_size, size, subtrees_of(ENTRIES[:size]))
    assert proof == naive.proof(old_size, ENTRIES[:size])
    old_root, root = naive.root(ENTRIES[:old_size]), naive.root(ENTRIES[:size])
    verify_consistency(old_size, old_root, size, root, proof)


@given(places())
def test_an_inclusion_proof_with_any_bit_changed_fails(place: tuple[int, int]) -> None:
    index, size = place
    leaf, root = leaf_hash(ENTRIES[index]), naive.root(ENTRIES[:size])
    proof = naive.path(index, ENTRIES[:size])
    for changed_leaf, changed_root, *changed in changes([leaf, root, *proof]):
        with pytest.raises(ProofFails):
            verify_inclusion(changed_leaf, index, size, changed, changed_root)


@given(places())
def test_a_consistency_proof_with_any_bit_changed_fails(place: tuple[int, int]) -> None:
    old_size, size = place[0] + 1, place[1]
    roots = naive.root(ENTRIES[:old_size]), naive.root(ENTRIES[:size])
    proof = naive.proof(old_size, ENTRIES[:size])
    for changed_old_root, changed_root, *changed in changes([*roots, *proof]):
        with pytest.raises(ProofFails):
            verify_consistency(old_size, changed_old_root, size, changed_root, changed)


def changes(hashes: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Give the hashes once for every bit, that bit changed."""
    for place, each in enumerate(hashes):
        for bit in range(len(each) * 8):
            changed = int.from_bytes(each, "big") ^ (1 << bit)
            yield [*hashes[:place], changed.to_bytes(len(each), "big"), *hashes[place + 1 :]]


@given(places(), st.integers(0, 45))
def test_an_inclusion_proof_holds_for_no_other_place(
    place: tuple[int, int], other_index: int
) -> None:
    index, size = place
    leaf, root = leaf_hash(ENTRIES[index]), naive.root(ENTRIES[:size])
    proof = naive.path(index, ENTRIES[:size])
    if other_index != index:
        with pytest.raises(Unsound):
            verify_inclusion(leaf, other_index, size, proof, root)


DAMAGES: list[Callable[[list[bytes]], list[bytes]]] = [
    lambda proof: proof[:-1],
    lambda proof: proof[1:],
    lambda proof: [*proof, proof[0]],
    lambda proof: [proof[0], *proof],
    lambda proof: proof[:0],
    lambda proof: proof[::-1],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_proof_that_is_too_short_too_long_or_out_of_order_fails(
    damage: Callable[[list[bytes]], list[bytes]],
) -> None:
    size, leaf, root = len(ENTRIES), leaf_hash(ENTRIES[21]), naive.root(ENTRIES)
    old_root = naive.root(ENTRIES[:21])
    inclusion, consistency = naive.path(21, ENTRIES), naive.proof(21, ENTRIES)
    with pytest.raises(ProofFails):
        verify_inclusion(leaf, 21, size, damage(inclusion), root)
    with pytest.raises(ProofFails):
        verify_consistency(21, old_root, size, root, damage(consistency))


def test_equal_trees_need_no_proof_and_take_none() -> None:
    root, other = naive.root(ENTRIES), naive.root(ENTRIES[:-1])
    verify_consistency(40, root, 40, root, [])
    with pytest.raises(ProofFails, match="has 1 hashes, where 0 are needed"):
        verify_consistency(40, root, 40, root, [other])
    with pytest.raises(ProofFails, match="leads to"):
        verify_consistency(40, root, 40, other, [])


@pytest.mark.parametrize(
    ("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, -1), (MAX_SIZE, MAX_SIZE + 1)]
)
def test_an_entry_that_the_tree_does_not_have_cannot_be_proved(index: int, size: int) -> None:
    problem = f"A tree of {size} entries has no entry {index}"
    with pytest.raises(OutOfRange, match=problem):
        inclusion_proof(index, size, subtrees_of(ENTRIES))
    with pytest.raises(OutOfRange, match=problem):
        verify_inclusion(leaf_hash(b""), index, size, [], naive.root([b""]))


@pytest.mark.parametrize(("old_size", "size"), [(0, 0), (0, 5), (6, 5), (-1, 5), (1, MAX_SIZE + 1)])
def test_sizes_that_do_not_follow_each_other_cannot_be_proved(old_size: int, size: int) -> None:
    root = naive.root(ENTRIES)
    with pytest.raises(OutOfRange, match="cannot be shown to go on"):
        consistency_proof(old_size, size, subtrees_of(ENTRIES))
    with pytest.raises(OutOfRange, match="cannot be shown to go on"):
        verify_consistency(old_size, root, size, root, [])


def test_what_is_no_hash_is_named() -> None:
    leaf, root = leaf_hash(ENTRIES[1]), naive.root(ENTRIES[:2])
    with pytest.raises(Malformed, match="A hash of the inclusion proof has 31 bytes"):
        verify_inclusion(leaf, 1, 2, [leaf[:-1]], root)
    with pytest.raises(Malformed, match="A hash of the consistency proof has 33 bytes"):
        verify_consistency(1, leaf, 2, root, [leaf + b"x"])


def test_the_largest_tree_has_proofs_of_no_more_than_63_hashes() -> None:
    def subtree(level: int, index: int) -> bytes:
        return sha256(b"%d %d" % (level, index)).digest()

    assert len(inclusion_proof(MAX_SIZE // 3, MAX_SIZE, subtree)) == 63
    assert len(consistency_proof(MAX_SIZE // 3, MAX_SIZE, subtree)) <= 64
