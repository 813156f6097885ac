"""What changed is told as the registers tell it, in pages that each cost what they tell."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.conftest import Town
from tests.api.test_steps import BEFOREHAND, ELSEWHERE

from cocreate.api.changes import Kind
from cocreate.api.examples import STEP_EXAMPLES

Row = dict[str, Any]


@pytest.fixture(scope="module")
async def story(town: Town) -> tuple[str, int]:
    """A project with all kinds of steps, and the position of the last of them."""
    project = await town.start()
    position = 0
    for noun in STEP_EXAMPLES:
        if noun in ELSEWHERE:
            continue
        for before, said in BEFOREHAND.get(noun, []):
            await town.take(project, before, **said)
        answer = await town.official.post(f"{project}/{noun}", STEP_EXAMPLES[noun])
        assert answer.status_code == 201, answer.text
        position = answer.json()["position"]
    return project, position


async def rows_of(town: Town, project: str, kind: Kind, position: int) -> list[Row]:
    query = f"asOf={position}&limit=500"
    rows: list[Row] = (await town.official.get(f"{town.home}/{kind}?{query}")).json()["items"]
    return [row for row in rows if row["project"] == project.rpartition("/")[2]]


async def changes(town: Town, project: str, query: str) -> list[Row]:
    answer = await town.official.get(f"{project}/changes?limit=500&{query}")
    assert answer.status_code == 200, answer.text
    items: list[Row] = answer.json()["items"]
    return items


@pytest.mark.parametrize("kind", Kind)
async def test_a_change_tells_fields_of_its_register_with_their_values(
    town: Town, story: tuple[str, int], kind: Kind
) -> None:
    project, position = story
    rows = await rows_of(town, project, kind, position)
    added = await changes(town, project, f"kind={kind}&until={position}")
    assert rows
    assert len([each for each in added if each["change"] == "added"]) == len(rows)
    for each in added:
        assert each["before"] == ({"supporters": 0} if each["change"] == "changed" else None)
        assert any(tells(row, each["after"]) for row in rows), each["after"]


def tells(row: Row, fields: Row) -> bool:
    """Whether a row has all of some fields, with the same values."""
    return fields.keys() <= row.keys() and all(row[name] == fields[name] for name in fields)


@pytest.mark.parametrize("kind", Kind)
async def test_what_changed_is_what_the_register_told_before_and_tells_after(
    town: Town, story: tuple[str, int], kind: Kind
) -> None:
    project, position = story
    first = (await town.official.get(f"{project}/events?limit=1")).json()["events"][0]["position"]
    for middle in range(first, position, 9):
        then = await rows_of(town, project, kind, middle)
        now = await rows_of(town, project, kind, position)
        told = await changes(town, project, f"kind={kind}&from={middle}&until={position}")
        new = {each["id"] for each in told if each["change"] == "added"}
        for each in told:
            assert each["before"] != each["after"]
            if each["id"] not in new:
                assert any(tells(row, each["before"]) for row in then)
            assert each["after"] is None or any(tells(row, each["after"]) for row in now)


@pytest.mark.parametrize("start", [0, 20])
@pytest.mark.parametrize("of_project", [True, False])
async def test_pages_give_every_change_once_in_the_order_of_the_log(
    town: Town, story: tuple[str, int], start: int, of_project: bool
) -> None:
    project, position = story
    address = f"{project if of_project else town.home}/changes?from={start}&until={position}"
    every = (await town.official.get(f"{address}&limit=500")).json()["items"]
    for limit in (1, 7):
        rows: list[Row] = []
        more: str | None = ""
        while more is not None:
            after = f"&after={more}" if more else ""
            page = (await town.official.get(f"{address}&limit={limit}{after}")).json()
            assert 0 < len(page["items"]) <= limit
            rows += page["items"]
            more = page.get("next")
        assert rows == every
    assert [row["position"] for row in every] == sorted(row["position"] for row in every)
