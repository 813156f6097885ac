"""The rows that changed between two positions are those that a plain comparison finds."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.projections.folding import some_histories
from tests.projections.world import World

from cocreate.projections.known import Audience
from cocreate.projections.resource import Register

TABLES = ["wishes.wish", "wishes.support", "norms.norm_check", "mandates.mandate"]
LAST = UUID(int=2**128 - 1)

Place = tuple[int, UUID, str]
Told = tuple[Any, Any]


def columns_of(world: World, model: str, table: str) -> list[str]:
    [register] = [
        resource
        for resource in world.builds.models[model].RESOURCES
        if isinstance(resource, Register) and table in resource.columns
    ]
    return list(register.columns[table])


async def versions(
    world: World, code: str, name: str, audience: Audience
) -> list[tuple[Any, dict[str, Any]]]:
    """Every version of the rows of a table, with what they tell."""
    model, table = name.split(".")
    columns = columns_of(world, model, table)
    rows = await world.admin.fetch(
        f"select v.*, to_jsonb(v) as body from {world.builds[model].schema}.{table}_known v"
        " where tenant_id = $1 and audience = $2",
        code,
        int(audience),
    )
    return [
        (
            row,
            {
                key: value
                for key, value in msgspec.json.decode(row["body"]).items()
                if key in columns
            },
        )
        for row in rows
    ]


def compared(
    found: list[tuple[Any, dict[str, Any]]], begin: int, until: int, project: UUID | None
) -> dict[Place, Told]:
    """What changed, by comparing every row as known at two positions."""
    expected: dict[Place, Told] = {}
    for key in {(row["project_id"], row["id"]) for row, _ in found}:
        if project is not None and key[0] != project:
            continue
        mine = [(row, told) for row, told in found if (row["project_id"], row["id"]) == key]

        def at(position: int, mine: list[tuple[Any, dict[str, Any]]] = mine) -> Any:
            for row, told in mine:
                if row["known_from"] <= position < row["known_until"]:
                    return told
            return None

        before, after = at(begin), at(until)
        if before != after:
            moments = {row["known_from"] for row, _ in mine} | {
                row["known_until"] for row, _ in mine
            }
            expected[(max(each for each in moments if each <= until), *key)] = (before, after)
    return dict(sorted(expected.items()))


async def asked(
    world: World,
    code: str,
    name: str,
    audience: Audience,
    begin: int,
    until: int,
    project: UUID | None,
    limit: int,
) -> dict[Place, Told]:
    """What changed, by asking for it in pages."""
    model, table = name.split(".")
    told: dict[Place, Told] = {}
    place: Place = (-1, UUID(int=0), "")
    while True:
        rows = await world.answers.ask(
            model,
            f"changes_{table}",
            code,
            int(audience),
            begin,
            until,
            project,
            columns_of(world, model, table),
            *place,
            limit,
        )
        for row in rows:
            place = row["changed_at"], row["project_id"], row["id"]
            assert place not in told
            told[place] = (as_told(row["before"]), as_told(row["after"]))
        if len(rows) < limit:
            assert list(told) == sorted(told)
            return told


def as_told(row: str | None) -> Any:
    return None if row is None else msgspec.json.decode(row)


@pytest.fixture(scope="module")
async def log(world: World) -> tuple[str, list[UUID], int]:
    code, projects = await some_histories(world, 31, 220, 120, 60)
    return code, projects, await world.catch_up(code)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("name", TABLES)
async def test_every_change_is_told_once(
    world: World, log: tuple[str, list[UUID], int], name: str, audience: Audience
) -> None:
    code, projects, head = log
    found = await versions(world, code, name, audience)
    some = 0
    for begin, until in combinations((0, head // 3, head // 2, head - 40, head), 2):
        for project in (None, projects[0]):
            expected = compared(found, begin, until, project)
            for limit in (3, 500):
                told = await asked(world, code, name, audience, begin, until, project, limit)
                assert told == expected, (begin, until, project, limit)
            some += len(expected)
    assert some


async def test_a_page_may_begin_in_mid_position(
    world: World, log: tuple[str, list[UUID], int]
) -> None:
    code, _, head = log
    whole = await asked(world, code, "wishes.wish", Audience.INTERNAL, 0, head, None, 500)
    middle = list(whole)[len(whole) // 2][0]
    rows = await world.answers.ask(
        "wishes", "changes_wish", code, 1, 0, head, None, ["title"], middle - 1, LAST, "", 500
    )
    assert [row["changed_at"] for row in rows] == [each[0] for each in whole if each[0] >= middle]
