"""The projection engine: takes what the logs say into the read models, exactly once.

For each build of a read model and municipality there is a checkpoint, moved in the same
transaction as the rows. Whoever holds the locks on a municipality's checkpoints does the folding;
others go on to the next, so any number of processes share the work, and one that dies lets go at
once. Builds that are equally far take a batch together: it is read, decoded and folded once. One
that is behind is brought up beside them, project by project.

A project with a step that cannot be folded is parked before it, visibly, until it is repaired; all
others go on.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.subscription import OPERATOR_LOG
from cocreate.log import citus
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.read import PAGE, Reader, Recorded, recorded
from cocreate.log.subscriptions import CLOSED
from cocreate.log.worker import LogWorker, Pace
from cocreate.projections.accounts import related, touched
from cocreate.projections.builds import GONE, Build, Builds
from cocreate.projections.changes import Call, statement
from cocreate.projections.fold import Changes, Layout, Poison, ProjectFold
from cocreate.projections.known import Known, know, reaches_back
from cocreate.projections.lag import Lag, Parked, lags, parked
from cocreate.projections.model import STATE
from cocreate.telemetry import traces

PACE = Pace(poll=1.0, heard_poll=10.0, gap=0.01)
SURVEY_SECONDS = 60.0
"""How often builds are looked for that are behind the others, or were taken into use."""
KEPT_ACCOUNTS = 20_000
"""How many accounts stay in memory between batches, in all."""
LONG_LOG = 5_000
"""From how many events on a build that has nothing is made project by project."""
STREAMS_AT_ONCE = 64
"""How many projects are brought up in one transaction."""
PENDING = 20_000
"""How many changed rows are held before they are written."""
AT_ONCE = 4
"""How many logs are folded at a time: while one waits for the database, another goes on."""
BREATH = 200
"""After how many steps others have a turn."""

log = logging.getLogger(__name__)


class NotNow(Exception):  # noqa: N818
    """A log that others work on, or builds that were replaced.

    Raised within the transaction, so that no checkpoint begins in a build that is no more.
    """


class Checkpoint(msgspec.Struct):
    """How far a build has come in a log, under lock."""

    build: int
    position: int
    complete: bool
    target: int | None
    cursor: UUID | None
    parked: int
    in_use: bool


class Engine(LogWorker):
    """Keeps read models up to date with the logs of all municipalities."""

    def __init__(
        self,
        pool: Pool,
        builds: Builds,
        *,
        codec: Codec | None = None,
        moved: Callable[[str, int], None] | None = None,
        batch: int = PAGE,
    ) -> None:
        super().__init__(PACE)
        self._pool = pool
        self.builds = builds
        self._codec = codec or Codec(ALL_EVENTS)
        self._moved = moved or (lambda _tenant, _position: None)
        self._batch = batch
        self._surveyed = -math.inf
        self._missed: set[str] = set()
        """Logs that others worked on when it was their turn: these may have other builds."""
        self._spread: bool | None = None
        """Whether the logs are spread over a cluster; None until it was asked."""
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._kept_size = 0
        self._trail = traces.Trail()

    def hear(self, topic: str, tenant: str) -> None:
        """Hear a signal: that of a log, that builds were taken into use, or that some are lost."""
        if tenant == OPERATOR_LOG:
            return  # nothing is read from it but what stands beside it
        if topic == CLOSED:
            self._let_go(tenant)
        elif topic == "builds" or not topic:
            self._surveyed = -math.inf
            self.doubt()
        elif topic == traces.TOPIC:
            self._trail.hear(tenant)
        else:
            super().hear(topic, tenant)

    def report(self, problem: Exception) -> None:
        """Log why nothing was folded."""
        if isinstance(problem, OSError | asyncpg.PostgresError | asyncpg.InterfaceError):
            log.warning("the database is away, or refused", exc_info=problem)
        else:
            # A mistake of ours. Whoever reads is told how far behind the read models are, which
            # is better than that nobody tries.
            log.error("the read models could not be kept up", exc_info=problem)

    async def catch_up(self) -> None:
        """Fold until no build is behind, but for those that others work on.

        Municipalities have a batch each in turn. What the database refuses for one of them is
        raised after all others had theirs.
        """
        refused: asyncpg.PostgresError | None = None
        self._awake |= self._missed
        self._missed = set()
        tenants = await self.take_awake()
        while tenants:
            again: set[str] = set()
            waiting = iter(tenants)

            async def work(waiting: Iterator[str], again: set[str]) -> None:
                nonlocal refused
                for tenant in waiting:
                    try:
                        if await self.advance(tenant):
                            again.add(tenant)
                    except asyncpg.PostgresError as problem:
                        refused = problem

            # Each failure is met by itself, as that of a single log would be.
            for failure in await asyncio.gather(
                *(work(waiting, again) for _ in range(min(AT_ONCE, len(tenants)))),
                return_exceptions=True,
            ):
                if failure is not None:
                    raise failure
            tenants = again | await self.take_awake()
        if refused is not None:
            # Not before: what is refused would be met again and again, and nothing else be done.
            self._unsure = True
            # Connections may know the types of tables that were dropped since.
            await self._pool.expire_connections()
            if not isinstance(refused, GONE):
                raise refused

    async def behind(self) -> set[str]:
        """Find the logs that builds are behind; once in a while, builds that are in use anew."""
        if monotonic() - self._surveyed > SURVEY_SECONDS:
            await self.builds.load(self._pool)
            self._surveyed = monotonic()
            builds = self.builds.numbers
        else:
            builds = [self.builds[STATE].number]
        rows = await self._pool.fetch(
            "select distinct h.tenant_id from cocreate.log_head h cross join unnest($1::int[]) b"
            " left join cocreate.projection_checkpoint c"
            " on c.tenant_id = h.tenant_id and c.build = b"
            " where h.position > coalesce(c.position, 0) and h.tenant_id <> $2",
            builds,
            OPERATOR_LOG,
        )
        return {row["tenant_id"] for row in rows}

    async def advance(self, tenant: str) -> bool:
        """Fold one batch of a log; tell whether there may be more to do."""
        limit = self._batch
        while True:
            try:
                return await self._advance(tenant, self._let_go(tenant), limit)
            except Poison as poison:
                await self._park(tenant, poison)
            except asyncpg.DataError:
                # Something that no table takes; a batch of one shows whose it is.
                limit = max(limit // 2, 1)
            except NotNow:
                self._missed.add(tenant)
                return False

    async def _advance(self, tenant: str, kept: Kept | None, limit: int) -> bool:
        builds = {build.number: build for build in self.builds.values()}
        state = self.builds[STATE].number
        since = traces.moment()
        async with self._pool.acquire() as connection, connection.transaction():
            held = await lease(connection, tenant, list(builds))
            if not held and await Reader(connection).head(tenant) is None:
                return False  # the municipality is no more
            if len(held) < len(builds):
                raise NotNow
            if not all(checkpoint.in_use for checkpoint in held.values()):
                # Replaced: taken further on, they would be ahead of what readers are given next.
                self.hear("builds", "")
                raise NotNow
            parked = await self._parked(connection, tenant, held)
            # All fold on from the accounts, so it is where these are that counts. Builds further on
            # wait; those that lack other steps than the accounts are folded apart from them.
            position = held[state].position
            alike = [number for number in builds if held[number].position == position]
            together = [
                builds[number]
                for number in alike
                if held[number].target is None and parked[number] == parked[state]
            ]
            apart = [number for number in alike if builds[number] not in together]
            behind = [number for number in builds if held[number].position < position]
            if position == 0 and await head_of(connection, tenant) > LONG_LOG:
                apart, behind, together = [], alike, []
            reached = position
            if together:
                if kept is None or not kept.holds(together, position, parked[state]):
                    kept = Kept(together, parked[state])
                reached = await self._fold(connection, tenant, kept, position, limit)
                kept.position = reached
        if together and kept is not None:
            self._keep(tenant, kept)
        if reached > position:
            traces.projected(self._trail, tenant, position, reached, since)
            self._moved(tenant, reached)
        more = reached - position == limit
        if behind := [*behind, *(apart if reached > position else ())]:
            up_to = reached if together else None
            brought = [builds[number] for number in behind]
            more = await self.bring(tenant, brought, up_to=up_to) or more
        return more

    async def _parked(
        self, connection: AnyConnection, tenant: str, held: Mapping[int, Checkpoint]
    ) -> dict[int, dict[UUID, int]]:
        """Give the projects that are parked in each of the builds, with the position."""
        parked: dict[int, dict[UUID, int]] = {number: {} for number in held}
        if any(checkpoint.parked for checkpoint in held.values()):
            rows = await connection.fetch(
                "select build, project_id, position from cocreate.projection_parked"
                " where tenant_id = $1 and build = any($2)",
                tenant,
                list(held),
            )
            for row in rows:
                parked[row["build"]][row["project_id"]] = row["position"]
        return parked

    # -- batches of the log -----------------------------------------------------------------------

    async def _fold(
        self, connection: AnyConnection, tenant: str, kept: Kept, after: int, limit: int
    ) -> int:
        """Fold up to a batch of events into builds, and give the position reached."""
        found = await Reader(connection, self._codec).log(tenant, after=after, limit=limit)
        reached = found[-1].position if found else after
        steps = [
            self._know(event)
            for event in found
            if event.position < kept.parked.get(event.project, reached + 1)
        ]
        await self._load(connection, tenant, kept, steps)
        for number, step in enumerate(steps, 1):
            fold = kept.folds[step.recorded.project]
            if reaches_back(step.event):
                fold.set_right(await self._history(connection, tenant, step))
            else:
                fold.take(step)
            if number % BREATH == 0:
                await asyncio.sleep(0)
        changed = {step.recorded.project: step.recorded.position for step in reversed(steps)}
        kept.latest = set(changed)
        for project, position in changed.items():
            try:
                kept.folds[project].save()
            except Exception as problem:
                raise Poison(project, position, problem) from problem
        numbers = [build.number for build in kept.builds]
        moved = Call("cocreate.move_checkpoints", (tenant, numbers, reached, len(found) < limit))
        try:
            await self._write(connection, tenant, kept.changes, moved)
        except asyncpg.DataError as problem:
            if len(steps) != 1:
                raise
            raise Poison(steps[0].recorded.project, reached, problem) from problem
        return reached

    async def _load(
        self, connection: AnyConnection, tenant: str, kept: Kept, steps: Sequence[Known]
    ) -> None:
        """Have in memory the accounts that steps may change."""
        wanted: dict[UUID, dict[str, None]] = {}
        for step in steps:
            project = step.recorded.project
            fold = kept.folds.get(project)
            if fold is None:
                new = step.recorded.version == 1
                fold = kept.folds[project] = ProjectFold(project, kept.changes, new=new)
                kept.looked_up[project] = set()
            if not fold.whole:
                ids = wanted.setdefault(project, {})
                ids.update(dict.fromkeys(touched(step.event)))
        further = await self._load_these(connection, tenant, kept, wanted)
        await self._load_these(connection, tenant, kept, further)

    async def _load_these(
        self,
        connection: AnyConnection,
        tenant: str,
        kept: Kept,
        wanted: Mapping[UUID, Mapping[str, None]],
    ) -> dict[UUID, dict[str, None]]:
        """Load accounts that were not looked up before, and give those related to them."""
        projects: list[UUID] = []
        ids: list[str] = []
        for project, subjects in wanted.items():
            looked_up = kept.looked_up[project]
            for subject in subjects:
                if subject not in looked_up:
                    looked_up.add(subject)
                    projects.append(project)
                    ids.append(subject)
        if not projects:
            return {}
        rows = await connection.fetch(
            f"select * from {kept.state.schema}.load_subjects($1, $2, $3)",  # noqa: S608 - our own
            tenant,
            projects,
            ids,
        )
        bodies: dict[UUID, list[tuple[int, bytes]]] = {}
        for row in rows:
            bodies.setdefault(row["project_id"], []).append((row["audience"], row["body"]))
        further: dict[UUID, dict[str, None]] = {}
        for project, stored in bodies.items():
            for account in kept.folds[project].load(stored):
                further.setdefault(project, {}).update(dict.fromkeys(related(account)))
        return further

    async def _history(self, connection: AnyConnection, tenant: str, step: Known) -> list[Known]:
        """Give the steps of a project up to one of them, as they were recorded."""
        history: list[Known] = []
        reader = Reader(connection, self._codec)
        project, position = step.recorded.project, step.recorded.position
        async for page in reader.history(tenant, project, up_to=position):
            history += [self._know(event) for event in page]
        return history

    def _keep(self, tenant: str, kept: Kept) -> None:
        """Keep what was folded in memory for the next batch, within bounds."""
        kept.measure()
        if kept.size > KEPT_ACCOUNTS:
            kept.forget_but_latest()
            kept.measure()
        self._kept[tenant] = kept
        self._kept_size += kept.size
        while self._kept_size > KEPT_ACCOUNTS:
            self._let_go(next(iter(self._kept)))

    def _let_go(self, tenant: str) -> Kept | None:
        kept = self._kept.pop(tenant, None)
        if kept is not None:
            self._kept_size -= kept.size
        return kept

    # -- builds that are behind -------------------------------------------------------------------

    async def bring(
        self, tenant: str, builds: Sequence[Build], *, up_to: int | None = None
    ) -> bool:
        """Bring builds that are behind a little nearer to the log; tell whether there is more.

        They take some projects whole, as these stand at a fixed position, and so on with others
        until all have been taken; then they are at that position: ``up_to``, or the end of the log.
        """
        streams = STREAMS_AT_ONCE
        while True:
            try:
                return await self._bring(tenant, builds, up_to, streams)
            except Poison as poison:
                await self._park(tenant, poison, builds)
            except asyncpg.DataError:
                streams = max(streams // 2, 1)

    async def _bring(
        self, tenant: str, builds: Sequence[Build], up_to: int | None, streams: int
    ) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            held = await lease(connection, tenant, [build.number for build in builds])
            if len(held) < len(builds):
                return False
            # Those that are equally far go together; the others have their turn after.
            first = min(held.values(), key=lambda each: (each.position, each.target or 0))
            parked = await self._parked(connection, tenant, held)
            alike = [
                build
                for build in builds
                if (held[build.number].position, held[build.number].target)
                == (first.position, first.target)
                and held[build.number].cursor == first.cursor
                and parked[build.number] == parked[first.build]
            ]
            target = first.target or up_to or await head_of(connection, tenant)
            projects: list[UUID] = [
                row[0]
                for row in await connection.fetch(
                    "select * from cocreate.read_streams_between($1, $2, $3, $4, $5)",
                    tenant,
                    first.position,
                    target,
                    first.cursor,
                    streams,
                )
            ]
            try:
                await self._take_whole(
                    connection, tenant, alike, projects, target, parked[first.build]
                )
            except asyncpg.DataError as problem:
                if len(projects) != 1:
                    raise
                raise Poison(projects[0], 1, problem) from problem
            done = len(projects) < streams
            head = await head_of(connection, tenant)
            await connection.execute(
                "update cocreate.projection_checkpoint set"
                " position = case when $3 then $4 else position end,"
                " target = case when $3 then null else $4 end,"
                " cursor = case when $3 then null else $5::uuid end,"
                " complete = $6 or complete and position > 0"
                " where tenant_id = $1 and build = any($2)",
                tenant,
                [build.number for build in alike],
                done,
                target,
                None if done else projects[-1],
                # A log that grows all the time is never reached: near enough is as good as there.
                done and target >= head - PAGE,
            )
        if done:
            self._moved(tenant, target)
        return not done or target < head or len(alike) < len(builds)

    async def _take_whole(
        self,
        connection: AnyConnection,
        tenant: str,
        builds: Sequence[Build],
        projects: Sequence[UUID],
        up_to: int,
        parked: Mapping[UUID, int],
    ) -> None:
        """Let the rows of projects in builds be those of their histories up to a position."""
        layout = layout_of(builds)
        changes = Changes(layout)
        # Schemas and tables are names of our own, never input.
        for slot in layout.slots:
            for table in slot.stored_in:
                await connection.execute(
                    f"delete from {slot.schema}.{table}"  # noqa: S608
                    " where tenant_id = $1 and project_id = any($2)",
                    tenant,
                    projects,
                )
        history: list[Known] = []

        def fold() -> None:
            folded = ProjectFold(history[0].recorded.project, changes, new=True)
            folded.take_all(history)
            folded.save()
            history.clear()

        async for row in connection.cursor(
            "select * from cocreate.read_streams($1, $2, $3)",
            tenant,
            projects,
            up_to,
            prefetch=PAGE,
        ):
            event = recorded(row)
            if history and history[0].recorded.project != event.project:
                fold()
                if len(changes) > PENDING:
                    await self._write(connection, tenant, changes)
            if event.position < parked.get(event.project, up_to + 1):
                history.append(self._know(event))
        if history:
            fold()
        await self._write(connection, tenant, changes)

    async def _write(
        self, connection: AnyConnection, tenant: str, changes: Changes, *after: Call
    ) -> None:
        """Write changes to their tables, in the transaction of the caller, and forget them.

        All in one statement, with other calls after them. On a cluster each call has its own, since
        it is a whole statement that goes to the node of a tenant.
        """
        if self._spread is None:
            self._spread = await citus.is_spread(connection)
        calls = [
            call
            for slot, change in zip(changes.layout.slots, changes.of, strict=True)
            if len(change)
            for call in change.calls(tenant, slot.schema, slot.table.name)
        ]
        calls += after
        for together in [[call] for call in calls] if self._spread else [calls]:
            if together:
                query, given = statement(together)
                await connection.execute(query, *given)

    # -- what cannot be folded --------------------------------------------------------------------

    async def _park(
        self, tenant: str, poison: Poison, builds: Sequence[Build] | None = None
    ) -> None:
        """Leave a project as it was before a step that cannot be folded."""
        # Only the kind of mistake: the reason may quote a step, and is kept with the read models.
        kind = poison.reason.partition(":")[0]
        log.error("parked %s %s at %d: %s", tenant, poison.project, poison.position, kind)
        numbers = [build.number for build in builds or self.builds.values()]
        async with self._pool.acquire() as connection, connection.transaction():
            # What was folded of the project beyond that step, by other code, will be so no more.
            await revise(connection, tenant, numbers, poison.project)
            await connection.execute(
                "insert into cocreate.projection_parked as p"
                " (tenant_id, build, project_id, position, reason)"
                " select $1, b, $3, $4, $5 from unnest($2::int[]) as b"
                " on conflict (tenant_id, build, project_id) do update"
                " set position = least(p.position, excluded.position), reason = excluded.reason",
                tenant,
                numbers,
                poison.project,
                poison.position,
                poison.reason,
            )

    async def repair(self, tenant: str, project: UUID) -> bool:
        """Fold a parked project anew from its start; tell whether it could be.

        If it cannot, it stays parked, with the reason of now.
        """
        builds = list(self.builds.values())
        numbers = [build.number for build in builds]
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                reached = await revise(connection, tenant, numbers, project)
                await connection.execute(
                    "delete from cocreate.projection_parked"
                    " where tenant_id = $1 and project_id = $2 and build = any($3)",
                    tenant,
                    project,
                    numbers,
                )
                for build in builds:
                    if build.number in reached:
                        await self._take_whole(
                            connection, tenant, [build], [project], reached[build.number], {}
                        )
        except Poison as poison:
            await self._park(tenant, poison)
            return False
        except asyncpg.DataError as problem:
            await self._park(tenant, Poison(project, 1, problem))
            return False
        self._let_go(tenant)
        self._moved(tenant, max(reached.values(), default=0))
        self.wake(tenant)
        return True

    async def lags(self, tenant: str | None = None) -> Sequence[Lag]:
        """Tell of every read model how far behind it is in each log, or in one."""
        return await lags(self._pool, self.builds, tenant)

    async def parked(self, tenant: str | None = None) -> Sequence[Parked]:
        """Tell of every project that is parked, in each log or in one."""
        return await parked(self._pool, self.builds, tenant)

    def _know(self, found: Recorded) -> Known:
        try:
            return know(self._codec, found)
        except Exception as problem:
            raise Poison(found.project, found.position, problem) from problem


class Kept:
    """The folds of one log that are in memory, as they stand at a position."""

    def __init__(self, builds: Sequence[Build], parked: Mapping[UUID, int]) -> None:
        self.builds = builds
        self.parked = parked
        self.state = next(build for build in builds if build.name == STATE)
        self.changes = Changes(layout_of(builds))
        self.position = -1
        self.size = 0
        """How many accounts there are in all."""
        self.folds: dict[UUID, ProjectFold] = {}
        self.looked_up: dict[UUID, set[str]] = {}
        self.latest: set[UUID] = set()
        """The projects that the last batch was about."""

    def measure(self) -> None:
        """Count the accounts."""
        self.size = sum(fold.size for fold in self.folds.values())

    def forget_but_latest(self) -> None:
        """Let go of what the last batch was not about."""
        self.folds = {each: fold for each, fold in self.folds.items() if each in self.latest}
        self.looked_up = {each: self.looked_up[each] for each in self.folds}

    def holds(self, builds: Sequence[Build], position: int, parked: Mapping[UUID, int]) -> bool:
        """Tell whether this is what stands in builds at a position."""
        return self.position == position and self.parked == parked and self.builds == builds


def layout_of(builds: Sequence[Build]) -> Layout:
    """Give the tables of builds."""
    return Layout((build.schema, table) for build in builds for table in build.model.TABLES)


async def head_of(connection: AnyConnection, tenant: str) -> int:
    """Give the last position of a log, as a transaction sees it."""
    return await Reader(connection).head(tenant) or 0


async def lease(
    connection: AnyConnection, tenant: str, builds: Sequence[int]
) -> dict[int, Checkpoint]:
    """Lock the checkpoints of builds; those that others have locked are not among them."""
    rows = await connection.fetch("select * from cocreate.lease($1, $2)", tenant, builds)
    return {row["build"]: Checkpoint(*row) for row in rows}


async def revise(
    connection: AnyConnection, tenant: str, builds: Sequence[int], project: UUID
) -> dict[int, int]:
    """Lock builds of which a project is made anew, and give how far each of them is with it."""
    rows = await connection.fetch(
        "select * from cocreate.revise($1, $2, $3)", tenant, builds, project
    )
    return {row["build"]: row["position"] for row in rows}
