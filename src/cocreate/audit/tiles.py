"""The tiles in an export, each of them shown to belong to the root that was signed."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from cocreate.audit.bag import Bag
from cocreate.audit.layout import TILES
from cocreate.audit.wrong import Wrong
from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.commitments import ENTRY_SIZE
from cocreate.log.tree.errors import Malformed, Unsound
from cocreate.log.tree.hashing import (
    HASH_SIZE,
    Frontier,
    Hash,
    leaf_hash,
    leaf_hashes,
    nodes_over,
)
from cocreate.log.tree.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    read_bundle,
    subtrees_in_tiles,
    tile_at,
)

_told = Struct(f">hq{HASH_SIZE}s")
"""An entry in a bundle: its length, its position, and its commitment."""
_entries = Struct(f"2x{ENTRY_SIZE}s").iter_unpack
MAX_BUNDLE = WIDTH * _told.size


class Tiles:
    """The tiles of an export. Every method raises :class:`Wrong`.

    All but those of the lowest level are held in memory: a hash for 256 events.
    """

    def __init__(self, bag: Bag, tree: Checkpoint) -> None:
        self._bag = bag
        self._size = tree.size
        self._upper: dict[Tile, bytes] = {}
        self._at: tuple[int, bytes] = (-1, b"")
        """The tile of the lowest level that was used last."""
        self.names = frozenset(name for name in bag.names if name.startswith(f"{TILES}tile/"))
        tiles = [self._parsed(name) for name in sorted(self.names)]
        for tile in sorted((each for each in tiles if each.level > 0), reverse=True):
            self._upper[tile] = self._read(tile)
        root = Frontier.of(self._size, subtrees_in_tiles(self._size, self._given)).root
        if root != tree.root:
            raise Wrong("root", f"{TILES}tile")
        for tile, content in self._upper.items():
            self._require_proven(tile, content)

    def leaves(self, number: int) -> bytes:
        """Give the leaf hashes in a tile of the lowest level, one after another."""
        if self._at[0] != number:
            tile = tile_at(0, number, self._size)
            content = self._read(tile)
            self._require_proven(tile, content)
            self._at = number, content
        return self._at[1]

    def leaf(self, index: int) -> bytes:
        """Give the leaf hash of the entry at an index of the tree."""
        place = index % WIDTH * HASH_SIZE
        return self.leaves(index // WIDTH)[place : place + HASH_SIZE]

    def commitments(self, number: int) -> Sequence[Hash]:
        """Give the commitments in a bundle, whose entries are each that of its position."""
        tile = tile_at(ENTRIES, number, self._size)
        name = f"{TILES}{tile.path}"
        content = self._bag.read(name, MAX_BUNDLE)
        leaves = self.leaves(number)
        if len(content) != tile.width * _told.size:
            raise _wrong_bundle(tile, name, content, leaves)
        lengths, positions, committed = zip(*_told.iter_unpack(content), strict=True)
        if (
            set(lengths) != {ENTRY_SIZE}
            or positions != tuple(range(tile.start + 1, tile.end + 1))
            or b"".join(leaf_hashes(entry for (entry,) in _entries(content))) != leaves
        ):
            raise _wrong_bundle(tile, name, content, leaves)
        return committed

    def require_goes_on(self, earlier: Checkpoint) -> None:
        """Make sure that the tree goes on from an earlier one."""
        if earlier.size > self._size:
            raise Wrong("since-newer", held=earlier.size, size=self._size)
        try:
            subtrees = subtrees_in_tiles(earlier.size, self._narrowed)
            root = Frontier.of(earlier.size, subtrees).root
        except _NotThere:
            raise Wrong("since-unproven") from None
        if root != earlier.root:
            raise Wrong("since-other")

    def _parsed(self, name: str) -> Tile:
        try:
            tile = Tile.parse(name.removeprefix(TILES))
            expected = tile_at(tile.level, tile.index, self._size)
        except Unsound:
            raise Wrong("unexpected", name) from None
        if tile != expected:
            raise Wrong("unexpected", name)
        return tile

    def _read(self, tile: Tile) -> bytes:
        name = f"{TILES}{tile.path}"
        content = self._bag.read(name, WIDTH * HASH_SIZE)
        if len(content) != tile.width * HASH_SIZE:
            raise Wrong("tile-form", name, problem=f"{len(content)} bytes")
        return content

    def _given(self, tile: Tile) -> bytes:
        return self._upper[tile] if tile in self._upper else self._read(tile)

    def _narrowed(self, tile: Tile) -> bytes:
        """Give what a tile held when the tree was smaller."""
        wide = tile_at(tile.level, tile.index, self._size)
        if f"{TILES}{wide.path}" not in self.names:
            raise _NotThere
        content = self._given(wide)
        self._require_proven(wide, content)
        return content[: tile.width * HASH_SIZE]

    def _require_proven(self, tile: Tile, content: bytes) -> None:
        """Make sure that the tile above has the hash of a full one.

        The root was made of the others, and of every hash in them.
        """
        if tile.partial:
            return
        above = tile_at(tile.level + 1, tile.index // WIDTH, self._size)
        if above not in self._upper:
            raise Wrong("missing", f"{TILES}{above.path}")
        place = tile.index % WIDTH * HASH_SIZE
        root = content
        for _ in range(HEIGHT):
            root = nodes_over(root)
        if root != self._upper[above][place : place + HASH_SIZE]:
            raise Wrong("tile", f"{TILES}{tile.path}")


def _wrong_bundle(tile: Tile, name: str, content: bytes, leaves: bytes) -> Wrong:
    """Give what is wrong with a bundle of which something is."""
    try:
        entries = read_bundle(tile, content)
    except Malformed as problem:
        return Wrong("tile-form", name, problem=problem)
    for position, entry in enumerate(entries, tile.start + 1):
        place = (position - tile.start - 1) * HASH_SIZE
        if leaf_hash(entry) != leaves[place : place + HASH_SIZE]:
            return Wrong("bundle", name, entry=position)
    for position, entry in enumerate(entries, tile.start + 1):
        if len(entry) != ENTRY_SIZE or entry[:8] != position.to_bytes(8, "big"):
            return Wrong("bundle", name, entry=position)
    return Wrong("tile-form", name, problem="another spelling")


class _NotThere(Exception):  # noqa: N818 - what is the case
    """A tile that an export does not have."""
