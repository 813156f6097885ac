"""The notary: takes what the logs say into their trees, and signs a checkpoint of each.

It follows the logs and never stands in the way of an append. Whoever holds the lock on a tree
grows it; others go on to the next, so any number of processes share the work, and one that dies
lets go at once. Tiles and checkpoint are written in one transaction. Before it signs, the notary
checks that what it goes on from is what was signed last, so it never signs two checkpoints that
are inconsistent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

import asyncpg
import msgspec

from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.read import PAGE, Reader, Recorded
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.checkpoints import Checkpoint, open_checkpoint
from cocreate.log.tree.commitments import (
    Columns,
    Entry,
    Envelope,
    actor_mark,
    commitments,
)
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.hashing import Frontier, leaf_hashes
from cocreate.log.tree.notes import Note
from cocreate.log.tree.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    filled_tiles,
    new_bundles,
    partial_tiles,
    read_bundle,
    tile_at,
    write_bundle,
)
from cocreate.log.worker import LogWorker, Pace

PACE = Pace(poll=0.5, heard_poll=5.0, gap=0.25, busy_gap=0.6)
BUSY = 64
"""How many steps at a time make the notary gather for longer: a checkpoint costs the same for few
and for many, and what it costs, those who append wait for."""
AT_ONCE = 2
"""How many trees are grown at a time: while one waits for the database, another goes on."""

log = logging.getLogger(__name__)

OriginOf = Callable[[str], str]
"""Gives the origin of a municipality's log: where its tree is found, without the scheme."""


class Inconsistent(Exception):  # noqa: N818 - what is found
    """What is stored of a tree is not what was signed; nothing more is signed for it."""

    quotes_nothing = True


class Tree(msgspec.Struct, frozen=True):
    """A tree as it is stored, under lock."""

    origin: str
    frontier: Frontier
    checkpoint: bytes | None


class Notary(LogWorker):
    """Grows the trees of all municipalities, and signs for them."""

    def __init__(
        self,
        pool: Pool,
        keys: SigningKeys,
        origin_of: OriginOf,
        *,
        grown: Callable[[str, int], None] | None = None,
        batch: int = PAGE,
    ) -> None:
        super().__init__(PACE)
        self._pool = pool
        self._keys = keys
        self._origin_of = origin_of
        self._grown = grown or (lambda _tenant, _size: None)
        self._batch = batch
        self._broken: set[str] = set()

    def report(self, problem: Exception) -> None:
        """Log why nothing was signed, and look at every log the next time.

        Whoever asks for a receipt is told meanwhile that there is none yet.
        """
        log.error("the trees could not be kept up", exc_info=problem)
        self.doubt()

    async def catch_up(self) -> None:
        """Sign for every log that is ahead of its tree, but for those that others work on.

        One whose tree cannot be signed holds up no other. A log that is far ahead has a batch in
        turn with the others; those that grow meanwhile have theirs the next time.
        """
        tenants = await self.take_awake()
        self.busy = False
        turns = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for tenant in tenants:
                group.create_task(self._work(tenant, turns))

    async def _work(self, tenant: str, turns: asyncio.Semaphore) -> None:
        more = True
        while more:
            async with turns:
                try:
                    more = await self.sign(tenant)
                    self._broken.discard(tenant)
                except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
                    raise  # the database is away, and so for every log
                except Exception as problem:
                    if tenant not in self._broken:
                        log.critical(
                            "the tree of %s is not signed any more: %s",
                            tenant,
                            problem,
                            exc_info=True,
                        )
                    self._broken.add(tenant)
                    return

    async def behind(self) -> set[str]:
        """Find the logs that are ahead of their trees, but for those that cannot be signed."""
        rows = await self._pool.fetch(
            "select h.tenant_id from cocreate.log_head h"
            " left join cocreate.tree t on t.tenant_id = h.tenant_id"
            " where h.position > coalesce(t.size, 0)"
        )
        return {row["tenant_id"] for row in rows} - self._broken

    async def sign(self, tenant: str) -> bool:
        """Grow a tree by a batch of its log, and sign for it; tell whether there is more to do.

        Raises :class:`Inconsistent`.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            tree = await self._lease(connection, tenant)
            if tree is None:
                return False
            size = tree.frontier.size
            found = await Reader(connection).log(tenant, after=size, limit=self._batch)
            if not found:
                return False
            if [event.position for event in found] != list(range(size + 1, size + 1 + len(found))):
                message = f"The log has a gap after position {size}"
                raise Inconsistent(message)
            size = await self._grow(connection, tenant, tree, found)
        self._grown(tenant, size)
        self.busy = self.busy or len(found) >= BUSY
        return len(found) == self._batch

    async def _lease(self, connection: AnyConnection, tenant: str) -> Tree | None:
        row = await connection.fetchrow(
            "select * from cocreate.lease_tree($1, $2)", tenant, self._origin_of(tenant)
        )
        if row is None:
            return None
        try:
            tree = Tree(
                row["origin"], Frontier(row["size"], tuple(row["peaks"])), row["checkpoint"]
            )
            self._require_signed(tree)
        except Unsound as problem:
            raise Inconsistent(str(problem)) from problem
        return tree

    def _require_signed(self, tree: Tree) -> None:
        """Make sure that what is stored is what was signed last; raises :class:`Unsound`."""
        if tree.checkpoint is None:
            if tree.frontier.size:
                message = f"It has {tree.frontier.size} entries and no checkpoint"
                raise Unsound(message)
            return
        note = Note.parse(tree.checkpoint)
        signed = open_checkpoint(note, tree.origin, self._keys.verifiers(tree.origin)).checkpoint
        if (signed.size, signed.root) != (tree.frontier.size, tree.frontier.root):
            message = f"It was signed with {signed.size} entries, and not as it is stored"
            raise Unsound(message)

    async def _grow(
        self, connection: AnyConnection, tenant: str, tree: Tree, found: Sequence[Recorded]
    ) -> int:
        entries = entries_of(tree.origin, found)
        leaves = leaf_hashes(entries)
        size = tree.frontier.size
        grown = tree.frontier.extended(leaves)
        edge = await self._edge(connection, tenant, size)
        tiles = [
            *filled_tiles(size, leaves, edge.__getitem__),
            *_filled_bundles(size, entries, edge),
        ]
        checkpoint = Checkpoint(tree.origin, grown.size, grown.root)
        note = Note.signed(checkpoint.text, *self._keys.of(tree.origin))
        await connection.execute(
            "select cocreate.grow_tree($1, $2, $3, $4, $5, $6, $7, $8)",
            tenant,
            grown.size,
            grown.peaks,
            bytes(note),
            [tile.level for tile, _ in tiles],
            [tile.index for tile, _ in tiles],
            [tile.width for tile, _ in tiles],
            [content for _, content in tiles],
        )
        return grown.size

    async def _edge(
        self, connection: AnyConnection, tenant: str, size: int
    ) -> Mapping[Tile, bytes]:
        """Give the partial tiles at the right edge of a tree, one of each level at most."""
        edge = {(tile.level, tile.index): tile for tile in partial_tiles(size)}
        rows = await connection.fetch(
            "select * from cocreate.read_tiles($1, $2, $3)",
            tenant,
            [level for level, _ in edge],
            [number for _, number in edge],
        )
        return {edge[row["level"], row["number"]]: row["content"] for row in rows}


def entry_of(origin: str, event: Recorded) -> Entry:
    """Give what the tree of a log has of an event."""
    return Entry.of(event.salt, envelope_of(origin, event), event.data)


def entries_of(origin: str, events: Sequence[Recorded]) -> list[bytes]:
    """Give what the tree of a log has of many events; several times as fast as one by one."""
    salts = [event.salt for event in events]
    columns = Columns(
        projects=[event.project.bytes for event in events],
        actors=[actor_mark(event.salt, event.actor).encode() for event in events],
        public=[event.public for event in events],
        data=[event.data for event in events],
    )
    committed = commitments(origin, salts, events, columns)
    return [
        bytes(Entry(event.position, each)) for event, each in zip(events, committed, strict=True)
    ]


def envelope_of(origin: str, event: Recorded) -> Envelope:
    """Give what the commitment to an event covers besides its data."""
    return Envelope(
        origin=origin,
        position=event.position,
        project=event.project,
        version=event.version,
        type=event.type,
        schema_version=event.schema_version,
        recorded_at=event.recorded_at,
        occurred_on=event.occurred_on,
        actor=actor_mark(event.salt, event.actor),
        actor_role=event.actor_role,
        public=event.public,
    )


def _filled_bundles(
    size: int, entries: Sequence[bytes], edge: Mapping[Tile, bytes]
) -> Sequence[tuple[Tile, bytes]]:
    """Give the bundles that are new when entries come to a tree of a size."""
    first = size - size % WIDTH
    known: list[bytes] = []
    if first < size:
        tile = tile_at(ENTRIES, first // WIDTH, size)
        known = read_bundle(tile, edge[tile])
    fresh = [*known, *entries]
    return [
        (tile, write_bundle(fresh[tile.start - first : tile.end - first]))
        for tile in new_bundles(size, size + len(entries))
    ]
