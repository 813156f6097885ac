"""The tree as static files: tiles of 256 hashes, and bundles of 256 entries (C2SP tlog-tiles)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Self

import msgspec

from cocreate.log.tree.errors import Malformed, OutOfRange
from cocreate.log.tree.hashing import (
    HASH_SIZE,
    MAX_SIZE,
    Hash,
    Subtrees,
    nodes_over,
    require_hashes,
    root_of,
)

HEIGHT = 8
"""How many levels of the tree a tile spans."""
WIDTH = 1 << HEIGHT
"""How many hashes a full tile has, and how many entries a full bundle."""

ENTRIES = -1
"""The level of bundles: they hold the entries themselves."""
MAX_LEVEL = 63

MAX_ENTRY = 0xFFFF
"""How many bytes an entry has at most."""

KEPT = 64
"""How many tiles are kept for the proofs to come; a proof takes at most two of each level."""

LEVELS_KEPT = 256
"""Of how many tiles the nodes above their hashes are kept, for whoever asks: some 16 kB each."""

_PATH = re.compile(
    r"tile/(?P<level>entries|\d{1,2})/(?P<index>(?:x\d{3}/){0,6}\d{3})(?:\.p/(?P<width>\d{1,3}))?",
    re.ASCII,
)


class Tile(msgspec.Struct, frozen=True, order=True):
    """Which tile: its level (:data:`ENTRIES` for a bundle), its index there, and its width.

    Each hash in a tile of level L is the root over 256**L entries. One that is narrower than
    :data:`WIDTH` is partial: the last of its level in a tree of some size.
    """

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (
            ENTRIES <= self.level <= MAX_LEVEL
            and 0 <= self.index <= MAX_SIZE >> HEIGHT
            and 1 <= self.width <= WIDTH
        ):
            message = f"There is no tile {self.index} of level {self.level} and width {self.width}"
            raise OutOfRange(message)

    @classmethod
    def parse(cls, path: str) -> Self:
        """Give the tile at a path below the log's prefix; only :attr:`path` itself is read.

        Raises :class:`Malformed`.
        """
        if match := _PATH.fullmatch(path):
            level, index, width = match.group("level", "index", "width")
            with contextlib.suppress(OutOfRange):
                tile = cls(
                    ENTRIES if level == "entries" else int(level),
                    int(index.replace("x", "").replace("/", "")),
                    int(width or WIDTH),
                )
                if tile.path == path:
                    return tile
        message = f"This is no path of a tile: {path!r}"
        raise Malformed(message)

    @property
    def path(self) -> str:
        """Its path below the log's prefix, such as ``tile/0/x001/067.p/8``."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        thousands = f"{self.index:,}".split(",")
        groups = [f"x{group:0>3}" for group in thousands[:-1]]
        partial = f".p/{self.width}" if self.partial else ""
        return "/".join(["tile", level, *groups, f"{thousands[-1]:0>3}"]) + partial

    @property
    def partial(self) -> bool:
        """Whether it is narrower than a full one."""
        return self.width < WIDTH

    @property
    def start(self) -> int:
        """The place of its first hash, or entry, in its level."""
        return self.index * WIDTH

    @property
    def end(self) -> int:
        """The place after that of its last hash, or entry, in its level."""
        return self.start + self.width

    def within(self, size: int) -> bool:
        """Tell whether a tree of this size has all that the tile holds."""
        return self.end <= hashes_at(self.level, size)


def hashes_at(level: int, size: int) -> int:
    """Give how many hashes (entries, for bundles) the tiles of a level have in a tree of a size."""
    return size >> (HEIGHT * max(level, 0))


def tile_at(level: int, index: int, size: int) -> Tile:
    """Give the tile at an index of a level as it is in a tree of a size.

    Raises :class:`OutOfRange` where the tree has none.
    """
    width = min(WIDTH, hashes_at(level, size) - index * WIDTH)
    if width < 1:
        message = f"A tree of {size} entries has no tile {index} of level {level}"
        raise OutOfRange(message)
    return Tile(level, index, width)


def new_tiles(old_size: int, size: int) -> Iterator[Tile]:
    """Yield the tiles that a tree of a size has and one of an earlier size has not, lowest first.

    With an earlier size of 0 these are all tiles of the tree.
    """
    level = 0
    while hashes_at(level, size):
        yield from _new_at(level, old_size, size)
        level += 1


def new_bundles(old_size: int, size: int) -> Iterator[Tile]:
    """Yield the bundles that a tree of a size has and one of an earlier size has not."""
    return _new_at(ENTRIES, old_size, size)


def partial_tiles(size: int) -> list[Tile]:
    """Give the partial tile of each level of a tree of a size, and the partial bundle, if any."""
    levels = range(ENTRIES, max(size.bit_length() - 1, 0) // HEIGHT + 1)
    return [
        tile_at(level, known // WIDTH, size)
        for level in levels
        if (known := hashes_at(level, size)) % WIDTH
    ]


ReadTile = Callable[[Tile], bytes]
"""Gives what a tile holds. What it raises where there is no such tile is passed on."""


def subtrees_in_tiles(size: int, read: ReadTile) -> Subtrees:
    """Give the subtrees of a tree of a size, as its tiles have them.

    The tiles used last are kept. What is read is not checked against a root: a proof made from it
    must be verified. The function given raises :class:`OutOfRange` for a subtree that the tree does
    not have, and :class:`Malformed` for a tile that is not as long as it must be.
    """

    @lru_cache(KEPT)
    def levels_of(tile: Tile) -> Sequence[bytes]:
        return _levels(_whole(tile, read(tile)))

    def subtree(level: int, index: int) -> Hash:
        if level < 0 or index < 0 or (index + 1) << level > size:
            message = f"A tree of {size} entries has no complete subtree {index} at level {level}"
            raise OutOfRange(message)
        tile_level, height = divmod(level, HEIGHT)
        tile_index, place = divmod(index, WIDTH >> height)
        start = place * HASH_SIZE
        hashes = levels_of(tile_at(tile_level, tile_index, size))[height]
        return hashes[start : start + HASH_SIZE]

    return subtree


def filled_tiles(
    size: int, leaf_hashes: Sequence[Hash], read: ReadTile
) -> Iterator[tuple[Tile, bytes]]:
    """Yield the tiles, and what they hold, that are new when leaves come to a tree of a size.

    Only the tiles at its right edge are read: at most one partial tile of each level.
    """
    require_hashes(leaf_hashes, "A leaf hash")
    new_size, fresh, level = size + len(leaf_hashes), list(leaf_hashes), 0
    while fresh:
        known = hashes_at(level, size)
        edge = known - known % WIDTH
        if edge < known:
            tile = tile_at(level, edge // WIDTH, size)
            fresh[:0] = read_tile(tile, read(tile))
        for tile in _new_at(level, size, new_size):
            yield tile, b"".join(fresh[tile.start - edge : tile.end - edge])
        whole = range(0, len(fresh) - WIDTH + 1, WIDTH)
        fresh = [root_of(fresh[first : first + WIDTH]) for first in whole]
        level += 1


def read_tile(tile: Tile, data: bytes) -> list[Hash]:
    """Give the hashes in a tile; raises :class:`Malformed` when it is not as long as it must be."""
    whole = _whole(tile, data)
    return [whole[start : start + HASH_SIZE] for start in range(0, len(whole), HASH_SIZE)]


def _whole(tile: Tile, data: bytes) -> bytes:
    if len(data) != tile.width * HASH_SIZE:
        message = f"{tile.path} has {len(data)} bytes, not {tile.width * HASH_SIZE}"
        raise Malformed(message)
    return data


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Give entries as one bundle: each after its length, two bytes, the high one first.

    Raises :class:`OutOfRange` for an entry that is longer than :data:`MAX_ENTRY`.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            message = f"An entry of {len(entry)} bytes is longer than {MAX_ENTRY}"
            raise OutOfRange(message)
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def read_bundle(tile: Tile, data: bytes) -> list[bytes]:
    """Give the entries in a bundle.

    Raises :class:`Malformed` unless it has as many as its width.
    """
    entries: list[bytes] = []
    place = 0
    while place < len(data):
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        if place > len(data):
            message = f"{tile.path} ends within entry {tile.start + len(entries)}"
            raise Malformed(message)
        entries.append(data[start:place])
    if len(entries) != tile.width:
        message = f"{tile.path} has {len(entries)} entries, not {tile.width}"
        raise Malformed(message)
    return entries


@lru_cache(LEVELS_KEPT)
def _levels(hashes: bytes) -> Sequence[bytes]:
    """Give the hashes of a tile, and above them the nodes that are complete, level by level.

    A proof needs nodes of each tile on its way up, and the upper tiles are on the way of many.
    What a tile makes of its hashes depends on nothing else.
    """
    levels = [hashes]
    for _ in range(1, HEIGHT):
        below = levels[-1]
        levels.append(nodes_over(below[: len(below) // (2 * HASH_SIZE) * (2 * HASH_SIZE)]))
    return levels


def _new_at(level: int, old_size: int, size: int) -> Iterator[Tile]:
    old, new = hashes_at(level, old_size), hashes_at(level, size)
    if old < new:
        for index in range(old // WIDTH, (new - 1) // WIDTH + 1):
            yield tile_at(level, index, size)
