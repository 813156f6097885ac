"""The hashes of a tree, as RFC 6962 (section 2.1) and RFC 9162 (section 2.1.1) define them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from struct import Struct
from typing import Self

import msgspec

from cocreate.log.tree.errors import Malformed, OutOfRange

Hash = bytes
"""A SHA-256 hash: 32 bytes."""

HASH_SIZE = 32
MAX_SIZE = 2**63 - 1
"""How many entries a tree has at most: what fits a signed number of 64 bits everywhere."""

_pairs = Struct(f"{2 * HASH_SIZE}s").iter_unpack

EMPTY_ROOT: Hash = sha256(b"").digest()
"""The root of a tree without entries."""

Subtrees = Callable[[int, int], Hash]
"""Gives the root of a complete subtree by its level and its index within the level.

Level 0 has the leaves; the subtree covers the entries ``index * 2**level`` up to, not including,
``(index + 1) * 2**level``.
"""


def leaf_hash(entry: bytes) -> Hash:
    """Give the hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[Hash]:
    """Give the hashes of entries as leaves; faster than one at a time."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: Hash, right: Hash) -> Hash:
    """Give the hash of the node over two others."""
    return sha256(b"\x01" + left + right).digest()


def nodes_over(hashes: bytes) -> bytes:
    """Give the hashes of the nodes over others, which stand one after another, two by two.

    There must be an even number of them.
    """
    return b"".join([sha256(b"\x01" + pair).digest() for (pair,) in _pairs(hashes)])


def root_of(leaf_hashes: Iterable[Hash]) -> Hash:
    """Give the root of the tree that has these leaves."""
    return Frontier().extended(leaf_hashes).root


def complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield level and index of the complete subtrees of the entries from start up to end.

    They come from left to right, the largest first. ``start`` is where a subtree that could hold
    them all begins: a multiple of a power of two that is not less than ``end - start``.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def span_hash(start: int, end: int, subtrees: Subtrees) -> Hash:
    """Give the root over the entries from start up to end; see :func:`complete_subtrees`."""
    return _joined([subtrees(level, index) for level, index in complete_subtrees(start, end)])


def require_hashes(hashes: Iterable[Hash], what: str) -> None:
    """Raise :class:`Malformed` when one of these does not have the size of a hash."""
    wrong = next((size for size in map(len, hashes) if size != HASH_SIZE), None)
    if wrong is not None:
        message = f"{what} has {wrong} bytes, not {HASH_SIZE}"
        raise Malformed(message)


class Frontier(msgspec.Struct, frozen=True):
    """The right edge of a tree: all that is needed to add entries to it and to know its root."""

    size: int = 0
    peaks: tuple[Hash, ...] = ()
    """The roots of the complete subtrees that make up the tree, from left to right."""

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE:
            message = f"A tree cannot have {self.size} entries"
            raise OutOfRange(message)
        if len(self.peaks) != self.size.bit_count():
            message = f"A tree of {self.size} entries does not have {len(self.peaks)} peaks"
            raise Malformed(message)
        require_hashes(self.peaks, "A peak")

    @classmethod
    def of(cls, size: int, subtrees: Subtrees) -> Self:
        """Give the frontier of a tree whose subtrees can be looked up."""
        return cls(size, tuple(subtrees(*which) for which in complete_subtrees(0, size)))

    @property
    def root(self) -> Hash:
        """The root of the tree."""
        return _joined(self.peaks)

    def extended(self, leaf_hashes: Iterable[Hash]) -> Self:
        """Give the frontier after further leaves."""
        leaves = list(leaf_hashes)
        require_hashes(leaves, "A leaf hash")
        size, run = self.size + len(leaves), b"".join(leaves)
        peaks, fresh, level = list(self.peaks), list[Hash](), 0
        while run:
            if self.size >> level & 1:
                run = peaks.pop() + run
            if len(run) % (2 * HASH_SIZE):
                fresh.append(run[-HASH_SIZE:])
                run = run[:-HASH_SIZE]
            run = nodes_over(run)
            level += 1
        return type(self)(size, (*peaks, *reversed(fresh)))


def _joined(peaks: Iterable[Hash]) -> Hash:
    """Give the root over complete subtrees that shrink from left to right."""
    root = None
    for peak in reversed(list(peaks)):
        root = peak if root is None else node_hash(peak, root)
    return EMPTY_ROOT if root is None else root
