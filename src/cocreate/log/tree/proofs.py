"""Proofs that an entry is in a tree, and that a tree holds on to all that an earlier one had.

Inclusion proofs are those of RFC 9162, section 2.1.3, consistency proofs those of section 2.1.4.
Both are the hashes beside the way up from a complete subtree to the root: from the entry itself, or
from the last complete subtree of the earlier tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cocreate.log.tree.errors import OutOfRange, ProofFails
from cocreate.log.tree.hashing import (
    MAX_SIZE,
    Hash,
    Subtrees,
    node_hash,
    require_hashes,
    span_hash,
)


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> list[Hash]:
    """Prove that the entry at an index, from 0, is in the tree of a size.

    Raises :class:`OutOfRange` where the tree has no such entry.
    """
    _require_entry(index, size)
    return [side.hash(subtrees) for side in _sides(index, index + 1, size)]


def verify_inclusion(
    leaf_hash: Hash, index: int, size: int, proof: Sequence[Hash], root: Hash
) -> None:
    """Check that the entry with this leaf hash is at an index of the tree with this size and root.

    Raises :class:`OutOfRange` where a tree of this size has no such entry,
    :class:`~cocreate.log.tree.errors.Malformed` for what is no hash, and :class:`ProofFails`.
    """
    _require_entry(index, size)
    require_hashes([leaf_hash, root, *proof], "A hash of the inclusion proof")
    sides = _sides(index, index + 1, size)
    _require_length("inclusion", proof, len(sides))
    reached = leaf_hash
    for side, other in zip(sides, proof, strict=True):
        reached = node_hash(reached, other) if side.right else node_hash(other, reached)
    _require_root(f"The inclusion proof of entry {index}", size, reached, root)


def consistency_proof(old_size: int, size: int, subtrees: Subtrees) -> list[Hash]:
    """Prove that the tree of a size begins with all entries that it had at an earlier size.

    Raises :class:`OutOfRange` unless the earlier size is from 1 up to the size: everything goes on
    from an empty tree, which proves nothing.
    """
    _require_sizes(old_size, size)
    if old_size == size:
        return []
    start = _last_subtree(old_size)
    proof = [side.hash(subtrees) for side in _sides(start, old_size, size)]
    return proof if start == 0 else [span_hash(start, old_size, subtrees), *proof]


def verify_consistency(
    old_size: int, old_root: Hash, size: int, root: Hash, proof: Sequence[Hash]
) -> None:
    """Check that the tree with this size and root goes on from the earlier one.

    Raises :class:`OutOfRange` unless the earlier size is from 1 up to the size,
    :class:`~cocreate.log.tree.errors.Malformed` for what is no hash, and :class:`ProofFails`.
    """
    _require_sizes(old_size, size)
    require_hashes([old_root, root, *proof], "A hash of the consistency proof")
    start = _last_subtree(old_size)
    sides = [] if old_size == size else _sides(start, old_size, size)
    # An earlier tree that is a complete subtree by itself is known already, by its root.
    known = old_size == size or start == 0
    _require_length("consistency", proof, len(sides) + (not known))
    seed, rest = (old_root, proof) if known else (proof[0], proof[1:])
    old_reached = reached = seed
    for side, other in zip(sides, rest, strict=True):
        if side.right:
            reached = node_hash(reached, other)
        else:
            old_reached, reached = node_hash(other, old_reached), node_hash(other, reached)
    _require_root("The consistency proof", old_size, old_reached, old_root)
    _require_root("The consistency proof", size, reached, root)


class _Side(NamedTuple):
    """The entries under a node beside the way up."""

    start: int
    end: int
    right: bool
    """Whether they come after those under the way itself."""

    def hash(self, subtrees: Subtrees) -> Hash:
        return span_hash(self.start, self.end, subtrees)


def _sides(start: int, end: int, size: int) -> list[_Side]:
    """Give what lies beside the way from a complete subtree up to the root, lowest first."""
    low, high = 0, size
    sides = []
    while (low, high) != (start, end):
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if end <= middle:
            sides.append(_Side(middle, high, right=True))
            high = middle
        else:
            sides.append(_Side(low, middle, right=False))
            low = middle
    return sides[::-1]


def _last_subtree(size: int) -> int:
    """Give the entry that the last complete subtree of a tree starts with."""
    return size & (size - 1)


def _require_entry(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        message = f"A tree of {size} entries has no entry {index}"
        raise OutOfRange(message)


def _require_sizes(old_size: int, size: int) -> None:
    if not 0 < old_size <= size <= MAX_SIZE:
        message = f"A tree of {size} entries cannot be shown to go on from one of {old_size}"
        raise OutOfRange(message)


def _require_length(kind: str, proof: Sequence[Hash], length: int) -> None:
    if len(proof) != length:
        message = f"The {kind} proof has {len(proof)} hashes, where {length} are needed"
        raise ProofFails(message)


def _require_root(proof: str, size: int, reached: Hash, root: Hash) -> None:
    if reached != root:
        message = (
            f"{proof} leads to {reached.hex()}, while the root of the tree of {size} entries is "
            f"{root.hex()}"
        )
        raise ProofFails(message)
