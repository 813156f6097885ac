"""Reading the trees of the logs: checkpoints, tiles, proofs, and receipts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic
from typing import TypeVar

import msgspec

from cocreate.log.connection import Pool
from cocreate.log.signals import Signals
from cocreate.log.tree.hashing import HASH_SIZE, Hash, Subtrees
from cocreate.log.tree.notes import Note
from cocreate.log.tree.proofs import consistency_proof, inclusion_proof
from cocreate.log.tree.receipts import Receipt
from cocreate.log.tree.tiles import ENTRIES, Tile, read_bundle, subtrees_in_tiles, write_bundle

P = TypeVar("P")

GROWN = "trees"
"""The topic of the signal that a tree has grown."""
CHECK_SECONDS = 0.1
"""How long one who waits relies on a signal before the tree is looked at again."""


class TreeBehind(Exception):  # noqa: N818 - what is the case
    """The tree of a log was not signed up to a position, within the time."""


class SignedTree(msgspec.Struct, frozen=True):
    """A tree as it was signed last."""

    origin: str
    size: int
    checkpoint: bytes
    signed_at: datetime


class Trees:
    """Reads the trees. Every call names the municipality, and sees nothing of another."""

    def __init__(self, pool: Pool, signals: Signals) -> None:
        self._pool = pool
        self._grown = asyncio.Event()
        self._begun: dict[str, bool] = {}
        signals.hear(self._hear)

    async def signed(self, tenant: str) -> SignedTree | None:
        """Give the tree of a log as it was signed last; None where it never was."""
        row = await self._pool.fetchrow("select * from cocreate.read_tree($1)", tenant)
        return None if row is None or row["checkpoint"] is None else SignedTree(*row)

    async def begun(self, tenant: str) -> bool:
        """Tell whether the tree of a log was ever signed, as far as is known.

        It is looked up once, and again when it may have grown: asking costs nothing after that.
        """
        begun = self._begun.get(tenant)
        if begun is None:
            begun = self._begun[tenant] = await self.signed(tenant) is not None
        return begun

    async def reach(self, tenant: str, position: int, *, within: float) -> SignedTree:
        """Wait until the signed tree of a log holds a position, and give it.

        Raises :class:`TreeBehind`.
        """
        until = monotonic() + within
        while True:
            self._grown.clear()
            signed = await self.signed(tenant)
            if signed is not None and signed.size >= position:
                return signed
            left = until - monotonic()
            if left <= 0:
                raise TreeBehind(tenant)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, CHECK_SECONDS)):
                    await self._grown.wait()

    async def tile(self, tenant: str, tile: Tile) -> bytes | None:
        """Give what a tile, or a bundle, holds; None where the tree is not that large."""
        found = await self.tiles(tenant, [tile])
        return found.get(tile)

    async def tiles(self, tenant: str, tiles: Iterable[Tile]) -> dict[Tile, bytes]:
        """Give what tiles and bundles hold, as wide as asked for; without those not there yet."""
        asked = {(tile.level, tile.index): tile for tile in tiles}
        rows = await self._pool.fetch(
            "select * from cocreate.read_tiles($1, $2, $3)",
            tenant,
            [level for level, _ in asked],
            [number for _, number in asked],
        )
        found = {}
        for row in rows:
            tile = asked[row["level"], row["number"]]
            content = _narrowed(tile, row["width"], row["content"])
            if content is not None:
                found[tile] = content
        return found

    async def inclusion(self, tenant: str, index: int, size: int) -> list[Hash]:
        """Prove that the entry at an index is in the tree of a size, which was signed.

        Raises :class:`~cocreate.log.tree.errors.OutOfRange`.
        """
        return await self._proven(
            tenant, size, lambda subtrees: inclusion_proof(index, size, subtrees)
        )

    async def consistency(self, tenant: str, old_size: int, size: int) -> list[Hash]:
        """Prove that the tree of a size goes on from that of an earlier size.

        Raises :class:`~cocreate.log.tree.errors.OutOfRange`.
        """
        return await self._proven(
            tenant, size, lambda subtrees: consistency_proof(old_size, size, subtrees)
        )

    async def receipt(self, tenant: str, signed: SignedTree, index: int, extra: bytes) -> Receipt:
        """Give the receipt of the entry at an index, in the tree as it was signed.

        Raises :class:`~cocreate.log.tree.errors.OutOfRange`.
        """
        note = Note.parse(signed.checkpoint)
        return await self._proven(
            tenant, signed.size, lambda subtrees: Receipt.issued(index, note, subtrees, extra)
        )

    async def keep_cosigned(
        self, tenant: str, witness: str, size: int, at: int, checkpoint: bytes
    ) -> None:
        """Keep the checkpoint that a witness cosigned, unless it cosigned a later one, or later.

        ``at`` is when, in seconds since 1970.
        """
        await self._pool.execute(
            "select cocreate.keep_cosigned($1, $2, $3, $4, $5)",
            tenant,
            witness,
            size,
            at,
            checkpoint,
        )

    async def cosigned(self, tenant: str) -> list[Note]:
        """Give the largest checkpoint that witnesses cosigned, once as from each of them."""
        rows = await self._pool.fetch("select * from cocreate.read_cosigned($1)", tenant)
        return [Note.parse(row[0]) for row in rows]

    def _hear(self, topic: str, tenant: str) -> None:
        if topic == GROWN:
            self._grown.set()
            if tenant in self._begun:
                self._begun[tenant] = True
        elif not topic:  # some signals may be lost, and no tree ends
            self._begun = {known: True for known, begun in self._begun.items() if begun}

    async def _proven(self, tenant: str, size: int, prove: Callable[[Subtrees], P]) -> P:
        """Make a proof of tiles that are read all at once.

        Which ones it takes is found out by making it once of tiles that hold nothing.
        """
        needed: dict[Tile, None] = {}

        def note(tile: Tile) -> bytes:
            needed[tile] = None
            return bytes(tile.width * HASH_SIZE)

        prove(subtrees_in_tiles(size, note))
        found = await self.tiles(tenant, needed)
        return prove(subtrees_in_tiles(size, found.__getitem__))


def _narrowed(tile: Tile, width: int, content: bytes) -> bytes | None:
    """Give what a tile held when it was narrower; None when it is not as wide yet."""
    if width < tile.width:
        return None
    if tile.level != ENTRIES:
        return content[: tile.width * HASH_SIZE]
    if width == tile.width:
        return content
    entries = read_bundle(Tile(tile.level, tile.index, width), content)
    return write_bundle(entries[: tile.width])
