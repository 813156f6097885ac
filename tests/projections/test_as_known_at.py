"""What was known at a position of the log is what stood there when the log was at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.projections.folding import InMemory, forget, history_of
from tests.projections.world import TODAY, Histories, World, random_history

from cocreate.domain.municipality import municipality_id
from cocreate.projections import timeline
from cocreate.projections.builds import Build
from cocreate.projections.known import Audience, Known
from cocreate.projections.model import read_models
from cocreate.projections.resource import Dashboard, Document, ProjectFile, Register
from cocreate.projections.tables import VersionedTable

RowKey = tuple[UUID, str, int]
Rows = dict[RowKey, list[object]]
Answers = dict[str, bytes]

TURNS = ((9, 4), (2, 13), (30, 5), (1, 40), (28, 8))
"""How many commands are taken on each of two projects, in turns."""
STOPS = (1, 2, 3)
"""After which turns all is asked, as known then."""
EVERY = 9
ALL = 100_000


class Told(msgspec.Struct):
    """A municipality with some history, and what was answered while it was made."""

    code: str
    projects: list[UUID]
    live: dict[int, Answers]
    """All answers as known now, by the position at which the log was."""


@pytest.fixture(scope="module", params=range(4))
async def told(world: World, request: pytest.FixtureRequest) -> Told:
    code = await world.municipality()
    projects = [await world.start(code) for _ in range(2)]
    made = [Histories(request.param * 10 + number) for number in range(2)]
    live = {}
    for turn, lengths in enumerate(TURNS):
        for project, histories, length in zip(projects, made, lengths, strict=True):
            await random_history(world, code, project, histories, length)
        head = await world.catch_up(code)
        if turn in STOPS:
            live[head] = await all_answers(world, code, projects, head, now=True)
    return Told(code, projects, live)


# -- rows -----------------------------------------------------------------------------------------


async def test_the_rows_known_at_a_position_are_those_of_the_log_up_to_it(
    world: World, told: Told
) -> None:
    histories = {
        stream: await history_of(world, told.code, stream)
        for stream in (*told.projects, municipality_id(told.code))
    }
    stored = [
        (build, table, await versions(world, told.code, build, table))
        for build in world.builds.values()
        for table in build.model.TABLES
        if isinstance(table, VersionedTable)
    ]
    head = await world.reader.head(told.code) or 0
    for position in (*range(EVERY, head, EVERY), head):
        expected = folded(histories, position)
        for build, table, rows in stored:
            known = known_at(rows, position)
            assert known == expected[build.name, table.name], (build.name, table.name, position)
    seen = {(build.name, table.name) for build, table, rows in stored if rows}
    assert len(seen) > len(stored) // 2


def folded(histories: Mapping[UUID, Sequence[Known]], position: int) -> dict[tuple[str, str], Rows]:
    """Give the rows of every table as they are after histories that end at a position."""
    memory = InMemory(read_models())
    for stream, history in histories.items():
        # Copies, for what is published later is noted in the steps themselves.
        cut = [copy(known) for known in history if known.recorded.position <= position]
        for known in cut:
            known.public = known.recorded.public
        if cut:
            memory.take(stream, cut)
    return {
        (slot.schema, slot.table.name): {
            key: plain_row(values)
            for key, (_, values) in memory.changes.versions(slot.number)._now.items()
        }
        for slot in memory.layout.slots
        if isinstance(slot.table, VersionedTable)
    }


async def versions(
    world: World, code: str, build: Build, table: VersionedTable[Any]
) -> list[tuple[RowKey, int, list[object], int]]:
    """Give every version of every row of a table, as it was written."""
    name = f"{build.schema}.{table.name}"
    columns = await world.admin.fetchval("select cocreate.written($1)", name)
    rows = await world.admin.fetch(
        f"select {columns}, known_until from {name}_known where tenant_id = $1", code
    )
    found = []
    for row in rows:
        _tenant, project, audience, row_id, since, *values, until = row
        found.append(((project, row_id, audience), since, plain_row(values), until))
    return found


def known_at(rows: Sequence[tuple[RowKey, int, list[object], int]], position: int) -> Rows:
    """Give the versions known at a position, of which there is one of each row at most."""
    known: Rows = {}
    for key, since, values, until in rows:
        assert since < until
        if since <= position < until:
            assert key not in known
            known[key] = values
    return known


def plain_row(values: Sequence[object]) -> list[object]:
    return [plain(value) for value in values]


def plain(value: object) -> object:
    """Give a value alike, whether it comes from a row struct or from the database."""
    if isinstance(value, tuple | list):
        return plain_row(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str) and value[:1] in ("{", "["):
        return msgspec.json.decode(value)
    return value


# -- answers --------------------------------------------------------------------------------------


async def test_every_answer_as_known_at_a_position_is_what_was_answered_then(
    world: World, told: Told
) -> None:
    for position, live in told.live.items():
        require_same(live, await all_answers(world, told.code, told.projects, position, now=False))


async def test_every_answer_as_known_at_a_position_is_the_same_after_folding_anew(
    world: World, told: Told
) -> None:
    await forget(world, told.code)
    await world.catch_up(told.code)
    for position, live in told.live.items():
        require_same(live, await all_answers(world, told.code, told.projects, position, now=False))


def require_same(live: Answers, later: Answers) -> None:
    assert live.keys() == later.keys()
    for question, answer in live.items():
        assert later[question] == answer, question


async def all_answers(
    world: World, code: str, projects: Sequence[UUID], position: int, *, now: bool
) -> Answers:
    """Give all that can be asked of a municipality, as known at a position, by the question."""
    answers: Answers = {}
    for audience in Audience:
        for model in world.builds.models.values():
            for resource in model.RESOURCES:
                if isinstance(resource, Document):
                    continue
                for narrow in narrowed(resource, projects):
                    question = f"{audience.name} {resource.path} {narrow}"
                    answers[question] = await municipal(
                        world, code, resource, audience, position, narrow
                    )
        for project in projects:
            file = await world.file(code, project, audience, position=position, now=now)
            answers |= {
                f"{audience.name} {project} {path}": answer for path, answer in documents(file)
            }
            answers |= await timelines(world, code, file, now=now)
    return answers


def narrowed(resource: Register | Dashboard, projects: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    yield {}
    if "project" in resource.narrow.__struct_fields__:
        yield {"project": projects[0]}


async def municipal(
    world: World,
    code: str,
    resource: Register | Dashboard,
    audience: Audience,
    position: int,
    narrow: dict[str, Any],
) -> bytes:
    ask = world.register if isinstance(resource, Register) else world.dashboard
    return msgspec.json.encode(
        await ask(resource.path, code, audience, position=position, **narrow)
    )


def documents(file: ProjectFile) -> Iterator[tuple[str, bytes]]:
    """Give every document about a project, and about each subject of it."""
    for model in read_models().values():
        for resource in model.RESOURCES:
            if not isinstance(resource, Document):
                continue
            subjects = sorted(file.subjects) if "{subject:str}" in resource.path else [""]
            for subject in subjects:
                try:
                    told = resource.give(file, resource.narrow(), {"subject": subject})
                except LookupError:
                    continue
                yield f"{resource.path} {subject}", msgspec.json.encode(told)


async def timelines(world: World, code: str, file: ProjectFile, *, now: bool) -> Answers:
    """Give the timeline whole and in pages, and the accounts of each kind."""
    asked = (code, file.id, file.audience, file.position, TODAY)
    found: Answers = {}

    async def page(after: timeline.Place, limit: int) -> bytes:
        body = await (
            timeline.read_timeline(world.answers, *asked, after=after, limit=limit)
            if now
            else timeline.timeline_as_of(world.reader, *asked, after=after, limit=limit)
        )
        assert body is not None
        found[f"{file.audience.name} {file.id} timeline {after} {limit}"] = body
        return body

    await page(timeline.FIRST, ALL)
    after: str | None = str(timeline.FIRST)
    while after is not None:
        body = await page(timeline.Place.parse(after), 11)
        after = msgspec.json.decode(body).get("next")
    for kind in sorted({account.kind for account in file.subjects.values()}):
        for owed in (False, True):
            accounts = (
                await timeline.read_subjects(
                    world.answers, *asked[:4], kind, TODAY, owed=owed, limit=ALL
                )
                if now
                else timeline.subjects_of(file, kind, owed=owed, limit=ALL)
            )
            assert accounts is not None
            found[f"{file.audience.name} {file.id} {kind} {owed}"] = accounts
    return found


@pytest.mark.parametrize("audience", Audience)
async def test_the_file_kept_of_a_project_is_the_one_folded_from_its_log(
    world: World, told: Told, audience: Audience
) -> None:
    head = await world.catch_up(told.code)
    for project in told.projects:
        kept, from_log = [
            await world.file(told.code, project, audience, position=head, now=now)
            for now in (True, False)
        ]
        assert kept == from_log
        assert msgspec.json.encode(kept.subjects, order="sorted") == msgspec.json.encode(
            from_log.subjects, order="sorted"
        )
