"""Whether the events of a log, and the tiles of its tree, are those that were signed for."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

import msgspec

from cocreate.audit.guards import Finding
from cocreate.log.connection import AnyConnection
from cocreate.log.notary import entry_of
from cocreate.log.read import Reader
from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.hashing import Frontier, Hash, leaf_hash, root_of
from cocreate.log.tree.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    read_bundle,
    read_tile,
    tile_at,
)

AT_A_TIME = 8 * WIDTH
"""How many entries are looked at together."""
AT_MOST = 20
"""How many events of one log are named."""

_RESTORE = "restore the database from a backup, and find out who changed it"
_GROW_ANEW = "restore the tables cocreate.tree and cocreate.tile from a backup"


class _Seen(msgspec.Struct):
    """What was seen of a log and its tree so far."""

    events: Frontier = Frontier()
    tiles: Frontier = Frontier()
    changed: list[int] = []
    """The positions of events that are not those of the tiles."""
    wrong: list[Tile] = []
    """The tiles and bundles that do not go with those of level 0."""


async def unsigned(
    connection: AnyConnection, code: str, signed: Checkpoint
) -> AsyncIterator[Finding]:
    """Find events, and tiles, that are not those for which a checkpoint was signed.

    As long as the tiles hold what was signed, they tell which event is another.
    """
    seen, above = _Seen(), list[Hash]()
    for first in range(0, signed.size, AT_A_TIME):
        above += await _compare(connection, code, signed, first, seen)
    await _compare_above(connection, code, signed.size, above, seen)
    sound = seen.tiles.root == signed.root
    if seen.events.root != signed.root:
        if sound and seen.changed:
            for position in seen.changed[:AT_MOST]:
                yield Finding(
                    f"log of {code}",
                    f"the event at position {position} is not the one that was signed for",
                    _RESTORE,
                )
        if not (sound and seen.changed) or len(seen.changed) > AT_MOST:
            yield Finding(
                f"log of {code}",
                f"its events up to position {signed.size} are not those that were signed for",
                _RESTORE,
            )
    if not sound:
        yield Finding(f"tree of {code}", "its tiles are not those that were signed", _GROW_ANEW)
    elif seen.wrong:
        paths = ", ".join(tile.path for tile in seen.wrong[:AT_MOST])
        yield Finding(
            f"tree of {code}", f"tiles do not go with those below them: {paths}", _GROW_ANEW
        )


async def _compare(
    connection: AnyConnection, code: str, signed: Checkpoint, first: int, seen: _Seen
) -> Sequence[Hash]:
    """Compare events with tiles and bundles; give the roots of the tiles that are full."""
    last = min(first + AT_A_TIME, signed.size)
    events = {
        event.position: leaf_hash(bytes(entry_of(signed.origin, event)))
        for event in await Reader(connection).log(code, after=first, limit=last - first)
        if event.position <= last
    }
    wanted = [
        tile_at(level, index, signed.size)
        for level in (0, ENTRIES)
        for index in range(first // WIDTH, (last - 1) // WIDTH + 1)
    ]
    stored = await _read(connection, code, wanted)
    kept: dict[int, Hash] = {}
    for tile in wanted:
        hashes = _hashes(tile, stored)
        if tile.level == 0:
            kept |= {tile.start + place: each for place, each in enumerate(hashes, 1)}
        elif hashes != [kept.get(position) for position in range(tile.start + 1, tile.end + 1)]:
            seen.wrong.append(tile)
    seen.changed += [at for at, leaf in events.items() if kept.get(at, leaf) != leaf]
    seen.events = seen.events.extended(events.values())
    seen.tiles = seen.tiles.extended(kept.values())
    return _roots(list(kept.values()))


async def _compare_above(
    connection: AnyConnection, code: str, size: int, above: Sequence[Hash], seen: _Seen
) -> None:
    """Compare the tiles of the higher levels with the roots of those below them."""
    level = 1
    while above:
        wanted = [tile_at(level, index, size) for index in range((len(above) - 1) // WIDTH + 1)]
        stored = await _read(connection, code, wanted)
        for tile in wanted:
            if _hashes(tile, stored) != above[tile.start : tile.end]:
                seen.wrong.append(tile)
        above, level = _roots(above), level + 1


Stored = Mapping[tuple[int, int], tuple[int, bytes]]


async def _read(connection: AnyConnection, code: str, wanted: Iterable[Tile]) -> Stored:
    """Give how wide tiles are by now, and what they hold, by level and index."""
    rows = await connection.fetch(
        "select * from cocreate.read_tiles($1, $2, $3)",
        code,
        [tile.level for tile in wanted],
        [tile.index for tile in wanted],
    )
    return {(row["level"], row["number"]): (row["width"], row["content"]) for row in rows}


def _hashes(tile: Tile, stored: Stored) -> Sequence[Hash]:
    """Give the hashes of a tile, or of the entries in a bundle; none where it cannot be read."""
    width, content = stored.get((tile.level, tile.index), (0, b""))
    with contextlib.suppress(Unsound):
        as_stored = Tile(tile.level, tile.index, width)
        if tile.level == ENTRIES:
            return [leaf_hash(entry) for entry in read_bundle(as_stored, content)][: tile.width]
        return read_tile(as_stored, content)[: tile.width]
    return []


def _roots(hashes: Sequence[Hash]) -> Sequence[Hash]:
    """Give the root of each full tile of hashes."""
    whole = range(0, len(hashes) - WIDTH + 1, WIDTH)
    return [root_of(hashes[start : start + WIDTH]) for start in whole]
