"""Builds of read models: made once, gone on with, and dropped when nobody works with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery
from tests.conftest import Template
from tests.projections.folding import forget, rows_of, seen_pool, some_histories
from tests.projections.world import DAY, World, new_world

from cocreate.domain.steps.wishes import ExpressWish
from cocreate.log.connection import AnyConnection
from cocreate.log.signals import Signals
from cocreate.projections.answers import Answers, BeingBuilt
from cocreate.projections.builds import (
    USER_LOCK,
    Build,
    Builds,
    hold_builds,
    install,
    make_build,
    prune,
)
from cocreate.projections.engine import Engine
from cocreate.projections.known import Audience
from cocreate.projections.model import STATE, ReadModel, all_that_rest_on, read_models
from cocreate.projections.rebuild import Progress, rebuild

NOW = timedelta(0)


@pytest.fixture
async def world(prepared: Template) -> AsyncIterator[World]:
    """A database for each test: builds are of all municipalities."""
    async with new_world(prepared) as made:
        yield made


def next_release(*names: str) -> Mapping[str, ReadModel]:
    """Give the read models of a release in which the versions of some are counted up."""

    def counted_up(model: ReadModel) -> ReadModel:
        said = vars(cast("ModuleType", model))
        return cast("ReadModel", SimpleNamespace(**{**said, "VERSION": model.VERSION + 1}))

    return {
        name: counted_up(model) if name in names else model for name, model in read_models().items()
    }


class Release:
    """A process of some release: its builds, what answers from them and what folds into them."""

    def __init__(self, world: World, models: Mapping[str, ReadModel], batch: int = 2_000) -> None:
        self.world = world
        self.builds = Builds(models)
        self.answers = Answers(world.pool, self.builds, Signals(world.dsn, world.pool))
        self.engine = Engine(world.projecting, self.builds, batch=batch)

    async def catch_up(self, code: str) -> None:
        self.engine.wake(code)
        await self.engine.catch_up()

    async def wishes(self, code: str, position: int) -> list[tuple[object, ...]]:
        """Give the wish register as known at a position."""
        internal = int(Audience.INTERNAL)
        rows = await self.answers.ask(
            "wishes", "list_wishes", code, internal, position, DAY, "{}", None, 10_000
        )
        return [tuple(row) for row in rows]

    async def reached(self, code: str, name: str) -> int | None:
        """Give how far a read model is, or None while it is being built."""
        try:
            return (await self.answers.stand(name, code)).position
        except BeingBuilt:
            return None


async def release(world: World, *counted_up: str, batch: int = 2_000) -> Release:
    """Install and start a release."""
    models = next_release(*counted_up)
    await install(world.admin, models)
    started = Release(world, models, batch)
    await started.builds.load(world.pool)
    return started


async def present(world: World) -> set[str]:
    """Give the schemas of all builds."""
    rows = await world.admin.fetch("select name, build from cocreate.read_model_build")
    schemas = {f"{row['name']}_{row['build']}" for row in rows}
    found = await world.admin.fetch(
        "select nspname from pg_namespace where nspname ~ '^[a-z_]+_[0-9]+$'"
        " and nspname not like 'pg_%'"
    )
    assert {row[0] for row in found} == schemas
    return schemas


def schemas(builds: Mapping[str, Build]) -> set[str]:
    return {build.schema for build in builds.values()}


async def require_no_orphans(world: World) -> None:
    """No checkpoint is of a build that is no more."""
    for table in ("projection_checkpoint", "projection_parked"):
        left = await world.admin.fetchval(
            f"select count(*) from cocreate.{table} c where not exists ("
            "select from cocreate.read_model_build b where b.build = c.build)"
        )
        assert left == 0, table


@contextlib.asynccontextmanager
async def holding(world: World, numbers: Sequence[int]) -> AsyncIterator[AnyConnection]:
    """A process that works with builds."""
    connection = await asyncpg.connect(world.dsn)
    try:
        await hold_builds(connection, numbers)
        yield connection
    finally:
        await connection.close()


# -- releases side by side ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wishes", "commitments", STATE])
async def test_a_version_counted_up_makes_builds_of_it_and_all_that_rest_on_it(
    world: World, name: str
) -> None:
    models = next_release(name)
    before = await present(world)
    made = await install(world.admin, models)
    changed = set(all_that_rest_on([name], models)) if name != STATE else set(models)
    assert set(made) == changed
    newer = Builds(models)
    await newer.load(world.pool)
    assert set(newer) == set(models)
    assert schemas(newer) - before == {newer[one].schema for one in changed}
    assert await present(world) == before | schemas(newer)
    assert await install(world.admin, models) == []
    assert await install(world.admin) == []


@pytest.mark.parametrize("name", ["wishes", STATE])
async def test_a_new_release_answers_only_when_it_tells_as_much_as_the_old(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cocreate.projections.engine.STREAMS_AT_ONCE", 1)
    code, projects = await some_histories(world, 1, 25, 10, 5, 5)
    old = Release(world, read_models())
    await old.catch_up(code)
    newer = await release(world, name, batch=17)
    untouched = [one for one in newer.builds if one not in all_that_rest_on([name], read_models())]
    seen: list[int] = []
    refused = 0
    for number in range(60):
        if number < 12:
            project = projects[number % len(projects)]
            await world.take(code, project, ExpressWish(occurred_on=DAY, title="meer"))
            await old.catch_up(code)
        head = await world.reader.head(code) or 0
        assert await old.reached(code, "wishes") == head
        if name != STATE:
            assert {await newer.reached(code, one) for one in untouched} == {head}
        reached = await newer.reached(code, "wishes")
        if reached is None:
            refused += 1
        else:
            # Near the end is near enough in a log that grows, so it may be some steps behind.
            seen.append(reached)
            assert await newer.wishes(code, reached) == await old.wishes(code, reached)
        if not await newer.engine.advance(code) and number > 12:
            break
    await newer.catch_up(code)
    head = await world.reader.head(code) or 0
    assert await newer.reached(code, "wishes") == head
    assert await newer.wishes(code, head) == await old.wishes(code, head)
    assert refused > 1
    assert seen == sorted(seen)
    assert await rows_of(world, code, newer.builds) == await world.rows(code)


async def test_old_and_new_code_side_by_side_come_to_the_same_rows(world: World) -> None:
    code, projects = await some_histories(world, 2, 30, 20)
    old = Release(world, read_models())
    await old.builds.load(world.pool)
    newer = await release(world, "wishes", "decisions", batch=11)

    async def work(one: Release) -> None:
        for _ in range(12):
            await one.catch_up(code)

    async def write() -> None:
        for number in range(20):
            project = projects[number % 2]
            await world.take(code, project, ExpressWish(occurred_on=DAY, title="meer"))

    await asyncio.gather(work(old), work(newer), write())
    for _ in range(3):
        await old.catch_up(code)
        await newer.catch_up(code)
    rows = await rows_of(world, code, old.builds)
    assert await rows_of(world, code, newer.builds) == rows
    await forget(world, code, old.builds)
    await old.catch_up(code)
    assert await rows_of(world, code, old.builds) == rows


async def test_installs_at_once_make_each_build_once(world: World) -> None:
    models = next_release(STATE)
    code, _ = await some_histories(world, 3, 10)
    await world.admin.execute("update cocreate.read_model_build set made_at = '2020-01-01'")
    async with contextlib.AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(holding(world, [])) for _ in range(4)]
        made = await asyncio.gather(*(install(one, models) for one in connections))
    assert sorted(name for names in made for name in names) == sorted(models)
    newer = Release(world, models)
    await newer.builds.load(world.pool)
    assert await present(world) == schemas(newer.builds)
    await require_no_orphans(world)
    await newer.catch_up(code)
    assert await newer.reached(code, "wishes") == await world.reader.head(code)


# -- rebuilds that are broken off -----------------------------------------------------------------


class Watch:
    """Sees the statements of a pool, and may kill a task at one of them."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, UUID]] = []
        """The table and project of each fold from the start."""
        self.kill_after = -1
        self.victim: asyncio.Task[Any] | None = None

    def __call__(self, query: LoggedQuery) -> None:
        if query.query.startswith("delete from ") and len(query.args) == 2:
            table = query.query.split()[2]
            self.taken += [(table, project) for project in query.args[1]]
        self.kill_after -= 1
        if self.kill_after == 0 and self.victim is not None:
            self.victim.cancel()


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("engine", "rebuild"):
        monkeypatch.setattr(f"cocreate.projections.{module}.STREAMS_AT_ONCE", 1)


async def cursors(world: World, code: str) -> dict[int, UUID | None]:
    """Give how far builds that are not in use are among the projects of a log."""
    rows = await world.admin.fetch(
        "select c.build, c.cursor from cocreate.projection_checkpoint c"
        " join cocreate.read_model_build b using (build) where c.tenant_id = $1 and not b.in_use",
        code,
    )
    return {row["build"]: row["cursor"] for row in rows}


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("names", [["wishes"], [STATE]])
async def test_a_rebuild_killed_between_projects_goes_on_where_it_was(
    world: World, names: list[str]
) -> None:
    code, projects = await some_histories(world, 4, 6, 6, 6, 6, 6, 6)
    await world.catch_up(code)
    rows = await world.rows(code)
    before = await present(world)
    watch = Watch()
    kills = 0
    async with seen_pool(world, watch) as pool:
        for calls in (1, 2, 3, 2, None):
            try:
                await rebuild(world.dsn, pool, names, progress=killer(calls))
                break
            except asyncio.CancelledError:
                kills += 1
            await prune(world.admin, world.builds.numbers, older_than=NOW)
            assert await world.rows(code) == rows
    assert kills == 4
    assert {project for _, project in watch.taken} >= set(projects)
    assert max(watch.taken.count(one) for one in watch.taken) == 1
    await world.builds.load(world.pool)
    assert await world.rows(code) == rows
    assert await present(world) >= schemas(world.builds)
    assert len(await present(world)) == len(before)


def killer(calls: int | None) -> Any:
    """Give a progress that cancels its own task at one of its calls."""
    left = iter(range(calls - 1)) if calls is not None else None

    def progress(_progress: Progress) -> None:
        if left is not None and next(left, None) is None:
            raise asyncio.CancelledError

    return progress


@pytest.mark.usefixtures("one_at_a_time")
async def test_a_rebuild_killed_at_any_statement_takes_no_project_again_that_was_done(
    world: World,
) -> None:
    code, projects = await some_histories(world, 5, 6, 6, 6, 6)
    await world.catch_up(code)
    rows = await world.rows(code)
    watch = Watch()
    kills = 0
    async with seen_pool(world, watch) as pool:
        for statements in (3, 9, 5, 14, 7, 8, 19, 11, 6, 23, 13, 30, 10_000):
            done = await cursors(world, code)
            seen = len(watch.taken)
            watch.victim = asyncio.create_task(rebuild(world.dsn, pool, ["wishes"]))
            watch.kill_after = statements
            with contextlib.suppress(asyncio.CancelledError):
                await watch.victim
            again = {project for _, project in watch.taken[seen:]}
            for cursor in done.values():
                assert cursor is None or all(project > cursor for project in again)
            kills += watch.victim.cancelled()
            if not watch.victim.cancelled():
                break
    assert kills > 4
    taken = {project for _, project in watch.taken}
    assert taken >= set(projects)
    await world.builds.load(world.pool)
    assert await world.rows(code) == rows
    await require_no_orphans(world)


# -- what is dropped ------------------------------------------------------------------------------


async def test_builds_are_dropped_when_the_last_process_with_them_is_gone(world: World) -> None:
    code, _ = await some_histories(world, 6, 10)
    await world.catch_up(code)
    old = dict(world.builds)
    newer = await release(world, "wishes")
    keep = newer.builds.numbers
    replaced = schemas(old) - schemas(newer.builds)
    async with holding(world, world.builds.numbers):
        async with holding(world, [world.builds["wishes"].number]):
            assert await prune(world.admin, keep, older_than=NOW) == []
        assert await prune(world.admin, keep, older_than=NOW) == []
    assert await prune(world.admin, keep) == []  # made of late
    assert set(await prune(world.admin, keep, older_than=NOW)) == replaced
    assert await present(world) == schemas(newer.builds)
    await require_no_orphans(world)
    await newer.catch_up(code)
    assert await newer.reached(code, "wishes") == await world.reader.head(code)


async def test_a_rebuild_to_go_on_with_is_kept_as_long_as_its_release(world: World) -> None:
    code, _ = await some_histories(world, 7, 10)
    await world.catch_up(code)
    begun = []
    async with world.admin.transaction():
        begun.append(
            await make_build(world.admin, "wishes", world.builds.models, world.builds, in_use=False)
        )
    kept = world.builds.numbers
    assert await prune(world.admin, kept, older_than=NOW) == []
    assert begun[0].schema in await present(world)
    [rebuilt, *_] = await rebuild(world.dsn, world.projecting, ["wishes"])
    assert rebuilt == begun[0]
    newer = await release(world, "wishes")
    dropped = await prune(world.admin, newer.builds.numbers, older_than=NOW)
    assert rebuilt.schema in dropped


async def test_builds_are_held_without_a_gap_while_others_are_taken_up(world: World) -> None:
    number = world.builds["wishes"].number
    async with holding(world, world.builds.numbers) as process:
        done = asyncio.Event()

        async def renew() -> None:
            for turn in range(60):
                numbers = world.builds.numbers
                await hold_builds(process, numbers if turn % 2 else [*numbers, 10_000 + turn])
            done.set()

        async def try_to_drop() -> int:
            alone = 0
            while not done.is_set():
                alone += await world.admin.fetchval(
                    "select pg_try_advisory_xact_lock($1, $2)", USER_LOCK, number
                )
            return alone

        _, alone = await asyncio.gather(renew(), try_to_drop())
        assert alone == 0
        held = await world.admin.fetch(
            "select objid::int from pg_locks where locktype = 'advisory' and classid = $1",
            USER_LOCK,
        )
        assert {row[0] for row in held} == set(world.builds.numbers)


async def test_all_that_is_heard_of_other_builds_is_acted_on(world: World) -> None:
    held = 0
    connected = asyncio.Event()

    async def hold(connection: AnyConnection) -> None:
        nonlocal held
        await hold_builds(connection, world.builds.numbers)
        held += 1

    signals = Signals(world.dsn, world.pool, listening=hold)
    signals.hear(lambda _topic, _tenant: connected.set())
    running = asyncio.create_task(signals.run())
    await connected.wait()
    for _ in range(3):
        signals.renew()
    await signals.close()
    assert held == 4
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


# -- processes that hear late ---------------------------------------------------------------------


@pytest.mark.parametrize("dropped", [False, True])
async def test_an_engine_that_hears_late_of_a_swap_does_no_harm(
    world: World, *, dropped: bool
) -> None:
    code, (project, _) = await some_histories(world, 8, 20, 10)
    await world.catch_up(code)
    late = Release(world, read_models())
    await late.builds.load(world.pool)
    stood = await late.answers.stand("wishes", code)
    before = dict(late.builds)
    async with holding(world, [] if dropped else late.builds.numbers):
        await rebuild(world.dsn, world.projecting, ["wishes", "decisions"])
        assert (before["wishes"].schema in await present(world)) is not dropped
        await world.take(code, project, ExpressWish(occurred_on=DAY, title="later"))
        assert dict(late.builds) == before
        await late.engine.advance(code)
        if not dropped:
            # Whoever did not hear of the swap either is told what was known before it.
            assert await late.answers.stand("wishes", code) == stood
            assert stood.position < (await world.reader.head(code) or 0)
        await late.catch_up(code)
        await late.catch_up(code)
        await require_no_orphans(world)
    now = Release(world, read_models())
    await now.builds.load(world.pool)
    assert dict(late.builds) == dict(now.builds) != before
    assert await now.reached(code, "wishes") == await world.reader.head(code)
    rows = await rows_of(world, code, now.builds)
    await forget(world, code, now.builds)
    await now.catch_up(code)
    assert await rows_of(world, code, now.builds) == rows


async def test_engines_old_and_new_race_over_a_swap_without_loss(world: World) -> None:
    code, projects = await some_histories(world, 9, 20, 10)
    await world.catch_up(code)
    late = [Release(world, read_models(), batch) for batch in (3, 7, 50)]
    for one in late:
        await one.builds.load(world.pool)
    done = asyncio.Event()

    async def keep_up(one: Release) -> None:
        while not done.is_set():
            await one.catch_up(code)

    async def write_and_rebuild() -> None:
        for number in range(3):
            writing = [
                world.take(code, projects[number % 2], ExpressWish(occurred_on=DAY, title="meer"))
                for _ in range(6)
            ]
            await asyncio.gather(
                rebuild(world.dsn, world.projecting, [("wishes", STATE)[number % 2]]), *writing
            )
        done.set()

    await asyncio.gather(write_and_rebuild(), *(keep_up(one) for one in late))
    await world.builds.load(world.pool)
    await world.catch_up(code)
    await world.catch_up(code)
    rows = await world.rows(code)
    await forget(world, code)
    await world.catch_up(code)
    assert await world.rows(code) == rows
    await require_no_orphans(world)


async def test_no_table_of_a_build_has_an_index_twice(world: World) -> None:
    await world.builds.load(world.pool)
    rows = await world.admin.fetch(
        "select i.indrelid::regclass::text as table, array_agg(i.indexrelid::regclass::text)"
        " from pg_index i join pg_class c on c.oid = i.indrelid"
        " where c.relnamespace = any($1::regnamespace[])"
        " group by i.indrelid, i.indkey::text, pg_get_expr(i.indpred, i.indrelid),"
        " pg_get_expr(i.indexprs, i.indrelid)"
        " having count(*) > 1",
        [build.schema for build in world.builds.values()],
    )
    assert [tuple(row) for row in rows] == []
