"""Applications of the library on the log of a municipality, beside the API."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import (
    DataError,
    InfrastructureFactoryError,
    IntegrityError,
    NotSupportedError,
    OperationalError,
    StoredEvent,
    Tracking,
)
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder
from tests.api.conftest import Town, found_town
from tests.conftest import CHECKOUT, MASTER_KEY
from tests.log.conftest import DAY, SENDER, Given, Log, command

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, municipality_id
from cocreate.domain.project import Project, ProjectSnapshot
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.steps.course import JoinParty
from cocreate.domain.steps.wishes import ExpressWish, SupportWish, WithdrawWish
from cocreate.domain.vocabulary import PartyKind, Position
from cocreate.log.append import Conflict, Taken
from cocreate.log.codec import AGGREGATE_EVENTS, Codec
from cocreate.log.histories import Histories


class Projects(Application[UUID]):
    """An application of the library that takes steps on projects."""

    is_snapshotting_enabled = True
    snapshot_class = ProjectSnapshot

    def take(self, project_id: UUID, *steps: Step, **given: str) -> int:
        """Take steps under the rules of the municipality, and give the position of the last."""
        town: Municipality = self.repository.get(municipality_id(self.env["COCREATE_MUNICIPALITY"]))
        project: Project = self.repository.get(project_id)
        project.take(steps, Moment(now=datetime.now(UTC), rules=town.rules()))
        return self.save(project, **given)[-1].notification.id


def steps_on(database: str, code: str) -> dict[str, str]:
    """Give the environment of an application on the log of a municipality."""
    return {
        "PERSISTENCE_MODULE": "cocreate.log.recorder",
        "COCREATE_DATABASE_URL": database,
        "COCREATE_MUNICIPALITY": code,
    }


@contextlib.asynccontextmanager
async def projects_on(database: str, code: str) -> AsyncIterator[Projects]:
    application = await asyncio.to_thread(Projects, steps_on(database, code))
    try:
        yield application
    finally:
        await asyncio.to_thread(application.close)


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


def id_of(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def express(wish: str) -> Step:
    return ExpressWish(occurred_on=DAY, wish=wish, title="Meer licht")


def support(wish: str) -> Step:
    return SupportWish(occurred_on=DAY, wish=wish)


# -- beside the API -------------------------------------------------------------------------------


async def test_a_project_of_the_api_is_read_and_written_in_the_library(
    town: Town, database: str
) -> None:
    path = await town.start()
    await town.take(path, "wishes", wish="w", title="Meer licht")
    await town.take(path, "wishes", wish="v", title="Meer rust", visibility="internal")
    async with projects_on(database, town.code) as projects:
        found: Project = await asyncio.to_thread(projects.repository.get, id_of(path))
        assert found.steps == ["ProjectStarted", "WishExpressed", "WishExpressed"]
        assert list(found.internal) == [3]
        step = WithdrawWish(occurred_on=date(2024, 9, 18), wish="w")
        position = await asyncio.to_thread(projects.take, id_of(path), step, actor="a robot")

    answer = await town.official.get(f"{path}/events")
    last = answer.json()["events"][-1]
    assert (last["type"], last["version"], last["position"]) == ("WishWithdrawn", 4, position)
    assert (last["actor"], last["actorRole"]) == ("a robot", "operator")
    # The API held the project in memory, and yet decides on what the library wrote.
    refused = await town.official.post(
        f"{path}/wish-supports", {"occurredOn": "2024-09-19", "wish": "w"}
    )
    assert refused.status_code == 409, refused.text
    assert refused.json()["code"] == "wrong-status"
    taken = await town.take(path, "wishes", wish="x", title="Meer groen")
    assert taken["version"] == 5
    # So do the read models, which were told.
    answer = await town.official.get(f"{path}/subjects/w/story?minPosition={position}")
    assert answer.status_code == 200, answer.text


async def test_the_rules_of_the_domain_hold_in_the_library(town: Town, database: str) -> None:
    path = await town.start()
    async with projects_on(database, town.code) as projects:
        with pytest.raises(errors.RuleBroken):
            await asyncio.to_thread(projects.take, id_of(path), support("nothing"))
        found: Project = await asyncio.to_thread(projects.repository.get, id_of(path))
        assert found.version == 1


async def test_the_log_gives_the_moment_and_not_the_application(town: Town, database: str) -> None:
    path = await town.start()
    async with projects_on(database, town.code) as projects:

        def write_as_of_old() -> None:
            project: Project = projects.repository.get(id_of(path))
            step = ExpressWish(occurred_on=date(2024, 9, 18), title="Meer licht")
            project.take([step], Moment(now=datetime(2024, 9, 19, tzinfo=UTC)))
            projects.save(project)

        before = datetime.now(UTC)
        await asyncio.to_thread(write_as_of_old)
        found: Project = await asyncio.to_thread(projects.repository.get, id_of(path))
        assert before <= found.modified_on <= datetime.now(UTC)


async def test_a_snapshot_of_the_library_is_one_of_the_api(town: Town, database: str) -> None:
    path = await town.start()
    await town.take(path, "wishes", wish="w", title="Meer licht")
    async with projects_on(database, town.code) as projects:
        await asyncio.to_thread(projects.take_snapshot, id_of(path))
        assert projects.snapshots is not None
        [snapshot] = await asyncio.to_thread(list, projects.snapshots.get(id_of(path)))
        assert isinstance(snapshot, ProjectSnapshot)
        assert snapshot.originator_version == 2
        await asyncio.to_thread(projects.take, id_of(path), support("w"))
        found: Project = await asyncio.to_thread(projects.repository.get, id_of(path))
        assert found.version == 3
    assert (await town.take(path, "wish-supports", wish="w"))["version"] == 4


async def test_another_municipality_is_out_of_sight(
    town: Town, client: httpx.AsyncClient, database: str
) -> None:
    path, elsewhere = await town.start(), await found_town(client)
    async with projects_on(database, elsewhere.code) as projects:
        found = await asyncio.to_thread(projects.recorder.select_events, id_of(path))
        assert found == []
        told = await asyncio.to_thread(projects.recorder.select_notifications, 1, 1_000)
        assert [each.topic for each in told] == ["MunicipalityRegistered"]


# -- two sides at once ----------------------------------------------------------------------------


async def test_of_library_and_api_that_wrote_the_same_version_one_is_taken(log: Log) -> None:
    live = log.process()
    code, project_id = await log.project(live, "w")
    appender, codec = log.appender(), Codec(AGGREGATE_EVENTS)
    histories = Histories(log.pool, codec)
    project, version = (await histories.project(code, project_id))[0], 2
    assert project is not None
    project.take([support("w")], Moment(now=datetime.now(UTC)))
    [supported] = project.collect_events()
    event = codec.encode(cast("Event", supported))
    async with projects_on(log.dsn, code) as projects:

        async def library() -> bool:
            try:
                await asyncio.to_thread(projects.take, project_id, support("w"))
            except IntegrityError:
                return False
            return True

        async def other_side(version: int) -> bool:
            outcome = await appender.append(code, command(project_id, version, event))
            assert isinstance(outcome, Taken | Conflict)
            return isinstance(outcome, Taken)

        wins = {"library": 0, "other side": 0}
        for _ in range(60):
            outcomes = await asyncio.gather(library(), other_side(version))
            wins["library"] += outcomes[0]
            wins["other side"] += outcomes[1]
            version = await histories.version(code, project_id)
        assert version == 2 + wins["library"] + wins["other side"]
        found: Project = await asyncio.to_thread(projects.repository.get, project_id)
        assert found.version == version
    positions = [event["position"] for event in await log.events(code)]
    assert positions == list(range(1, len(positions) + 1))
    assert (await live.take(code, project_id, [support("w")], SENDER)).version == version + 1


async def test_what_the_library_decided_on_an_old_version_is_not_taken(log: Log) -> None:
    live = log.process()
    code, project_id = await log.project(live, "w")
    async with projects_on(log.dsn, code) as projects:
        stale: Project = await asyncio.to_thread(projects.repository.get, project_id)
        await live.take(code, project_id, [support("w")], SENDER)
        stale.take([support("w")], Moment(now=datetime.now(UTC)))
        with pytest.raises(IntegrityError, match="Expected version 2"):
            await asyncio.to_thread(projects.save, stale)


async def test_many_writers_of_both_sides_leave_one_log_without_gaps(log: Log) -> None:
    live = log.process()
    code, project_id = await log.project(live, "w")
    async with projects_on(log.dsn, code) as projects:

        def write() -> int:
            tries = 0
            for _ in range(8):
                while True:
                    tries += 1
                    try:
                        projects.take(project_id, support("w"))
                    except IntegrityError:
                        continue
                    break
            return tries

        with ThreadPoolExecutor(4) as threads:
            loop = asyncio.get_running_loop()
            writing = [loop.run_in_executor(threads, write) for _ in range(4)]
            taken = [live.take(code, project_id, [support("w")], SENDER) for _ in range(40)]
            await asyncio.gather(*taken)
            await asyncio.gather(*writing)
        told = await asyncio.to_thread(projects.recorder.select_notifications, 1, 1_000)
    assert [each.id for each in told] == list(range(1, len(told) + 1))
    of_project = [each.originator_version for each in told if each.originator_id == project_id]
    assert of_project == list(range(1, 2 + 4 * 8 + 40 + 1))


# -- what is taken --------------------------------------------------------------------------------


async def test_what_is_no_step_is_refused_in_the_log_of_a_municipality(log: Log) -> None:
    code, _ = await log.project(log.process())
    before = await log.events(code)
    async with projects_on(log.dsn, code) as projects:
        with pytest.raises(NotSupportedError, match="is no step"):
            await asyncio.to_thread(
                projects.recorder.insert_events, [StoredEvent(uuid4(), 1, "Noted", b"{}")]
            )
        assert projects.snapshots is not None
        with pytest.raises(NotSupportedError, match="is no step"):
            await asyncio.to_thread(
                projects.snapshots.recorder.insert_events, [StoredEvent(uuid4(), 1, "Noted", b"")]
            )
    assert await log.events(code) == before


async def test_a_step_that_nobody_could_read_back_is_refused(log: Log) -> None:
    live = log.process()
    code, project_id = await log.project(live)
    before = await log.events(code)
    async with projects_on(log.dsn, code) as projects:

        def save_unchecked() -> None:
            # The library checks no lengths: only what comes in as JSON is checked.
            project: Project = projects.repository.get(project_id)
            step = ExpressWish(occurred_on=DAY, title="x" * 300)
            project.take([step], Moment(now=datetime.now(UTC)))
            projects.save(project)

        with pytest.raises(DataError, match="Nobody could read this WishExpressed back"):
            await asyncio.to_thread(save_unchecked)
        [started] = await asyncio.to_thread(projects.recorder.select_events, project_id)
        again = replace(started, originator_version=2)
        for state in (b"", b"{}", again.state[:-1]):
            with pytest.raises(DataError, match="Nobody could read"):
                await asyncio.to_thread(
                    projects.recorder.insert_events, [replace(again, state=state)]
                )
    assert await log.events(code) == before
    assert (await live.take(code, project_id, [express("w")], SENDER)).version == 2


async def test_the_log_of_a_municipality_cannot_be_made_to_take_anything(
    log: Log, given: Given
) -> None:
    code, _ = await log.project(log.process())
    with pytest.raises(InfrastructureFactoryError, match="takes steps, and nothing else"):
        await asyncio.to_thread(Application[UUID], given(municipality=code))


async def test_a_log_that_takes_anything_holds_up_no_read_model_of_others(
    town: Town, database: str, given: Given
) -> None:
    def save() -> None:
        environment = given(database_url=database, municipality="GM9990")
        with Application[UUID](environment) as application:
            application.save(*(Aggregate() for _ in range(5)))

    await asyncio.to_thread(save)
    path = await town.start()
    taken = await town.take(path, "wishes", wish="w", title="Meer licht")
    answer = await town.anyone.get(f"{path}/subjects/w/story?minPosition={taken['position']}")
    assert answer.status_code == 200, answer.text


async def test_steps_are_neither_compressed_nor_enciphered(log: Log) -> None:
    code, _ = await log.project(log.process())
    with pytest.raises(InfrastructureFactoryError, match="no compressor"):
        await asyncio.to_thread(Projects, {**steps_on(log.dsn, code), "COMPRESSOR_TOPIC": "zlib"})


# -- projections ----------------------------------------------------------------------------------


class Counts(SQLiteTrackingRecorder):
    """How many steps of each kind there are, in a file of its own."""

    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            "create table if not exists counts (kind text primary key, steps integer)",
        ]

    def count(self, kind: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as c:
            self._insert_tracking(c, tracking)
            c.execute(
                "insert into counts values (?, 1)"
                " on conflict (kind) do update set steps = steps + 1",
                [kind],
            )

    def all(self) -> dict[str, int]:
        with self.datastore.transaction(commit=False) as c:
            c.execute("select kind, steps from counts")
            return dict(tuple(row) for row in c.fetchall())


class Counting(Projection[Counts]):
    name = "counting"

    @singledispatchmethod
    def process_event(self, domain_event: Event, tracking: Tracking) -> None:
        self.view.count(type(domain_event).__name__, tracking)


class CountingSupport(Counting):
    name = "counting"
    topics = ("WishSupported",)


def counting(
    log: Log, code: str, folder: Path, projection: type[Counting] = Counting
) -> ProjectionRunner[Projects, Counts]:
    return ProjectionRunner(
        application_class=Projects,
        projection_class=projection,
        view_class=Counts,
        env={
            **steps_on(log.dsn, code),
            "COUNTING_PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "COUNTING_SQLITE_DBNAME": str(folder / "counts"),
        },
    )


async def test_a_stock_projection_counts_steps_and_goes_on_after_a_restart(
    log: Log, tmp_path: Path
) -> None:
    live = log.process()
    code, project_id = await log.project(live, "w")

    async def counted(position: int) -> dict[str, int]:
        def run() -> dict[str, int]:
            with counting(log, code, tmp_path) as runner:
                runner.wait(position, timeout=20)
                return runner.view.all()

        return await asyncio.to_thread(run)

    expected = {"MunicipalityRegistered": 1, "ProjectStarted": 1, "WishExpressed": 1}
    assert await counted(3) == expected
    receipt = await live.take(code, project_id, [support("w")] * 3, SENDER)
    assert await counted(receipt.position) == {**expected, "WishSupported": 3}


async def test_a_projection_of_some_topics_hears_of_what_others_write(
    log: Log, tmp_path: Path
) -> None:
    live = log.process()
    code, project_id = await log.project(live, "w")
    loop = asyncio.get_running_loop()

    def from_the_async_side() -> int:
        taking = live.take(code, project_id, [support("w"), express("x")], SENDER)
        return asyncio.run_coroutine_threadsafe(taking, loop).result().position

    def follow() -> dict[str, int]:
        with (
            counting(log, code, tmp_path, CountingSupport) as runner,
            Projects(steps_on(log.dsn, code)) as elsewhere,
        ):
            runner.wait(from_the_async_side() - 1, timeout=20)
            elsewhere.take(project_id, express("y"))
            runner.wait(elsewhere.take(project_id, support("w")), timeout=20)
            runner.wait(runner.app.take(project_id, support("w")), timeout=20)
            return runner.view.all()

    assert await asyncio.to_thread(follow) == {"WishSupported": 3}


# -- what the documents show ----------------------------------------------------------------------


async def test_the_example_in_the_readme_runs(town: Town, database: str) -> None:
    path = await town.start()
    await town.take(path, "wishes", wish="w", title="Meer licht")
    section = (CHECKOUT / "README.md").read_text().partition("## With the library\n")[2]
    [example] = re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-W", "error", "-c", example],
        env={**os.environ, **steps_on(database, town.code)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "WishExpressed" in done.stdout


# -- personal data --------------------------------------------------------------------------------

JOIN = JoinParty(
    occurred_on=DAY,
    party="p",
    kind=PartyKind.RESIDENT,
    position=Position.EXTERNAL,
    name="Planta Geheimnis",
)


async def test_what_is_personal_is_sealed_on_its_way_to_the_log(town: Town, database: str) -> None:
    path = await town.start()
    given = {**steps_on(database, town.code), "COCREATE_MASTER_KEY": MASTER_KEY}
    application = await asyncio.to_thread(Projects, given)
    try:
        await asyncio.to_thread(application.take, id_of(path), JOIN)
    finally:
        await asyncio.to_thread(application.close)
    admin = await asyncpg.connect(database)
    stored = await admin.fetchval(
        "select data from cocreate.event where tenant_id = $1 and type = 'PartyJoined'", town.code
    )
    await admin.close()
    assert b"Planta" not in stored
    answer = await town.official.get(f"{path}/events/2")
    assert answer.json()["data"]["name"] == "Planta Geheimnis"


async def test_without_the_master_key_nothing_personal_is_taken(town: Town, database: str) -> None:
    path = await town.start()
    async with projects_on(database, town.code) as projects:
        with pytest.raises(OperationalError, match="master key"):
            await asyncio.to_thread(projects.take, id_of(path), JOIN)
    assert len((await town.official.get(f"{path}/events")).json()["events"]) == 1
