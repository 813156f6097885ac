"""The tiles in an export, each of them shown to belong to the root that was signed."""

from __future__ import annotations

from cocreate.audit.bag import Bag
from cocreate.audit.layout import TILES
from cocreate.audit.wrong import Wrong
from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.commitments import ENTRY_SIZE
from cocreate.log.tree.errors import Malformed, Unsound
from cocreate.log.tree.hashing import HASH_SIZE, Frontier, leaf_hash, root_of
from cocreate.log.tree.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    read_bundle,
    read_tile,
    subtrees_in_tiles,
    tile_at,
)

MAX_BUNDLE = WIDTH * (2 + ENTRY_SIZE)


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

    def entries(self, number: int) -> list[bytes]:
        """Give the entries in a bundle, each shown to be that of its position."""
        tile = tile_at(ENTRIES, number, self._size)
        name = f"{TILES}{tile.path}"
        try:
            entries = read_bundle(tile, self._bag.read(name, MAX_BUNDLE))
        except Malformed as problem:
            raise Wrong("tile-form", name, problem=problem) from None
        leaves = self.leaves(number)
        found = [leaf_hash(entry) for entry in entries]
        if b"".join(found) != leaves:
            known = (leaves[at : at + HASH_SIZE] for at in range(0, len(leaves), HASH_SIZE))
            place = next(
                n for n, pair in enumerate(zip(found, known, strict=True)) if _differ(pair)
            )
            raise Wrong("bundle", name, entry=tile.start + place + 1)
        for position, entry in enumerate(entries, tile.start + 1):
            if entry[:8] != position.to_bytes(8, "big"):
                raise Wrong("bundle", name, entry=position)
        return entries

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
        if root_of(read_tile(tile, content)) != self._upper[above][place : place + HASH_SIZE]:
            raise Wrong("tile", f"{TILES}{tile.path}")


def _differ(pair: tuple[bytes, bytes]) -> bool:
    return pair[0] != pair[1]


class _NotThere(Exception):  # noqa: N818 - what is the case
    """A tile that an export does not have."""
