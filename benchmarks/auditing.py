"""Auditing: proofs, exporting, verifying and replaying.

Proofs are asked for one after another and by many at once, beside a select of one row by its key.
The others are told per second of processor time of this process, since that is what they take:
verifying beside a SHA-256 and a decoding of the same lines, and beside all hashing, decoding and
spelling that its checks are made of, with nothing compared; exporting beside reading the same log;
replaying beside decoding the same events.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Awaitable
from time import process_time
from uuid import UUID
from zipfile import ZipFile

import msgspec

from benchmarks.installation import fresh_database
from benchmarks.lag import SENDER, begin
from benchmarks.measure import Figure, Round, figure, race
from benchmarks.stories import FIRST_DAY, fill
from cocreate.audit.bag import CHUNK
from cocreate.audit.export import Exporter, Order
from cocreate.audit.layout import EVENTS, read_lines, write_lines
from cocreate.audit.replay import Narrow, replay
from cocreate.audit.replay_pages import Place, ReplayPages
from cocreate.audit.verify import verify
from cocreate.domain.steps.wishes import SupportWish
from cocreate.log.read import Reader
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.commitments import ENTRY_SIZE, SALT_SIZE
from cocreate.log.tree.hashing import HASH_SIZE
from cocreate.log.trees import SignedTree
from cocreate.postgres import EmbeddedServer
from cocreate.service import Service, Signing, open_service

CODE = "GM0001"
EXTRA = bytes(300)
"""About as much as a receipt tells of an event."""
WORKERS = (1, 16)
LONG = 5_000
"""How many events the project has that is replayed."""
PAGE = 100
GOAL_VERIFIED = 200_000.0
GOAL_PAGED = 0.5
"""How fast a project is to be replayed in pages, over the whole at once."""
PER_CPU = "events/CPU s"

_MARKED = bytes(SALT_SIZE + len(b"actor\nbench"))
_HEAD = bytes(SALT_SIZE + 115 + len(b"bench.test/GM0001WishSupportedofficial") + 2 * HASH_SIZE)
_LEAF, _NODE = bytes(1 + ENTRY_SIZE), bytes(1 + 2 * HASH_SIZE)
"""As many bytes as are hashed of an event of such a log: all but its data."""

_ORIGIN_OF = "bench.test/{}".format


async def measure_audit(
    server: EmbeddedServer, *, rounds: int, seconds: float, events: int
) -> list[Figure]:
    """Give the figures of a log of so many events."""
    keys = SigningKeys.generate()
    signing = Signing(keys, _ORIGIN_OF)
    async with (
        fresh_database(server, "bench_audit") as dsn,
        open_service(dsn, pool_size=20, project=False, signing=signing) as service,
    ):
        project = await _long_project(service)
        await fill(service.pool, {CODE: 1.0}, events)
        head = await service.reader.head(CODE) or 0
        signed = await service.trees.reach(CODE, head, within=600)
        proofs = await _proofs(service, signed, rounds, seconds)
        exporter = Exporter(
            service.pool, service.reader, service.trees, keys.verifiers(_ORIGIN_OF(CODE))
        )
        exported, read, verified, floor, bare = [], [], [], [], []
        for _ in range(rounds):
            out = io.BytesIO()
            exporting = exporter.export(Order(tenant=CODE), signed, out)
            exported.append(await _timed(head, exporting))
            read.append(await _timed(head, _read(service.reader, head)))
            verified.append(_verified(out))
            floor.append(_floor(out))
            bare.append(_bare(out))
        replays = await _replays(service, project, head, rounds)
    return [
        *proofs,
        figure("export of a whole log", exported, read, unit=PER_CPU, peer_name="reading it"),
        figure("verifying a whole log", verified, None, unit=PER_CPU, goal=GOAL_VERIFIED),
        figure(
            "verifying a whole log, beside what it takes at least",
            verified,
            floor,
            unit=PER_CPU,
            peer_name="SHA-256 and a decoding of each line",
        ),
        figure(
            "verifying a whole log, beside its hashing and decoding alone",
            verified,
            bare,
            unit=PER_CPU,
            peer_name="the same hashes, decoding and spelling, compared with nothing",
        ),
        *replays,
    ]


# -- proofs ---------------------------------------------------------------------------------------


async def _proofs(
    service: Service, signed: SignedTree, rounds: int, seconds: float
) -> list[Figure]:
    chance, trees, size = random.Random(1), service.trees, signed.size  # noqa: S311

    async def inclusion(_worker: int) -> int:
        await trees.inclusion(CODE, chance.randrange(size), size)
        return 1

    async def consistency(_worker: int) -> int:
        await trees.consistency(CODE, chance.randrange(1, size), size)
        return 1

    async def receipt(_worker: int) -> int:
        await trees.receipt(CODE, signed, chance.randrange(size), EXTRA)
        return 1

    async def row(_worker: int) -> int:
        await service.pool.fetchrow(
            "select name from cocreate.municipality where tenant_id = $1", CODE
        )
        return 1

    figures = []
    for workers in WORKERS:
        for name, ask in (
            ("inclusion proofs", inclusion),
            ("consistency proofs", consistency),
            ("receipts", receipt),
        ):
            ours, peer = [], []
            for _ in range(rounds):
                ours.append(await race(workers, seconds / 2, ask))
                peer.append(await race(workers, seconds / 2, row))
            figures.append(
                figure(
                    f"{name} in a tree of {size:,}, {workers} at once",
                    ours,
                    peer,
                    unit="proofs/s",
                    peer_name="select of one row",
                )
            )
    return figures


# -- exporting and verifying ----------------------------------------------------------------------


async def _timed(events: int, work: Awaitable[object]) -> Round:
    began = process_time()
    await work
    return Round(events / (process_time() - began), ())


async def _read(reader: Reader, head: int) -> None:
    after = 0
    while after < head:
        after = (await reader.log(CODE, after=after))[-1].position


def _verified(export: io.BytesIO) -> Round:
    began = process_time()
    found = verify(export)
    return Round(found.events / (process_time() - began), ())


def _floor(export: io.BytesIO) -> Round:
    events = 0
    began = process_time()
    with ZipFile(export) as packed:
        [name] = [each for each in packed.namelist() if each.endswith(EVENTS)]
        with packed.open(name) as lines:
            for line in lines:
                hashlib.sha256(line).digest()
                msgspec.json.decode(line)
                events += 1
    return Round(events / (process_time() - began), ())


def _bare(export: io.BytesIO) -> Round:
    """Take what libraries do of all that is checked, in as few calls: no verifier here is faster.

    Of each event the hashes that make the mark of its actor, the commitment, the leaf and, on
    average, one node of the tree, each over as many bytes; the line read, spelled again, and its
    data read.
    """
    events = 0
    began = process_time()
    with ZipFile(export) as packed:
        [name] = [each for each in packed.namelist() if each.endswith(EVENTS)]
        digest, rest = hashlib.sha256(), b""
        with packed.open(name) as content:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                end = chunk.rfind(b"\n") + 1
                lines = read_lines(rest + chunk[:end])
                rest = chunk[end:]
                write_lines(lines)
                data = [line.data for line in lines]
                msgspec.json.decode(b"[%b]" % b",".join(data))
                for each in data:
                    hashlib.sha256(_MARKED).digest()
                    hashlib.sha256(b"".join((_HEAD, each))).digest()
                    hashlib.sha256(_LEAF).digest()
                    hashlib.sha256(_NODE).digest()
                events += len(lines)
    return Round(events / (process_time() - began), ())


# -- replaying ------------------------------------------------------------------------------------


async def _long_project(service: Service) -> UUID:
    [project] = await begin(service, CODE, 1)
    step = SupportWish(occurred_on=FIRST_DAY, wish="w0")
    for _ in range(0, LONG, PAGE):
        await service.live.take(CODE, project, (step,) * PAGE, SENDER)
    return project


async def _replays(service: Service, project: UUID, head: int, rounds: int) -> list[Figure]:
    reader = service.reader

    async def whole() -> None:
        async for _ in replay(reader, CODE, project, up_to=head):
            pass

    async def paged() -> None:
        pages = ReplayPages(reader)
        place: Place | None = Place(CODE, project, head, Narrow(), 0)
        while place is not None:
            _, place = await pages.page(place, PAGE)

    async def decoded() -> None:
        async for page in reader.history(CODE, project, up_to=head):
            for each in page:
                reader.event(each)

    at_once, in_pages, peer = [], [], []
    for _ in range(rounds):
        at_once.append(await _timed(LONG, whole()))
        in_pages.append(await _timed(LONG, paged()))
        peer.append(await _timed(LONG, decoded()))
    return [
        figure(
            f"replay of a project of {LONG:,} events",
            at_once,
            peer,
            unit=PER_CPU,
            peer_name="decoding its events",
        ),
        figure(
            f"the same in pages of {PAGE}",
            in_pages,
            at_once,
            unit=PER_CPU,
            peer_name="the whole at once",
            goal=GOAL_PAGED,
        ),
    ]
