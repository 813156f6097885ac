"""What every read model has in common over HTTP: as known at, freshness, ETag, pages, formats."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import Town, found_town

from cocreate.domain.vocabulary import Role
from cocreate.projections.model import read_models
from cocreate.projections.resource import Dashboard, Document, Register


def resources() -> Iterator[Register | Dashboard | Document[Any]]:
    for model in read_models().values():
        yield from model.RESOURCES


MUNICIPAL = [each.path for each in resources() if not isinstance(each, Document)]
REGISTERS = [each.path for each in resources() if isinstance(each, Register)]
DOCUMENTS = [
    each.path for each in resources() if isinstance(each, Document) and "{" not in each.path
]


@pytest.fixture(scope="module")
async def told(town: Town) -> tuple[str, int]:
    """A project in which something happened, and the position of the last of it."""
    project = await town.start(title='Lampen; "licht", in de tunnel')
    for number in range(12):
        await town.take(project, "wishes", wish=f"w{number}", title=f"Wens {number}")
    await town.take(project, "wishes", wish="formule", title='=HYPERLINK("kwaad")', theme="-1")
    await town.take(
        project, "obstacles", title="Drie vergunningen", category="rule-pressure", obstacle="h"
    )
    await town.take(
        project,
        "interventions",
        title="Proef",
        kind="pilot",
        obstacles=["h"],
        intervention="i",
    )
    await town.take(
        project,
        "approvals",
        approval="a",
        kind="permit",
        title="Vergunning",
        authority="Dienst",
        procedure="omgevingswet-regular",
    )
    await town.take(project, "commitments", title="Beloofd", by="wethouder", to="buurt")
    last = await town.take(
        project, "wishes", wish="geheim", title="GEPLANT GEHEIM", visibility="internal"
    )
    return project, last["position"]


def addresses(town: Town, project: str) -> list[str]:
    return [
        *(f"{town.home}/{path}" for path in MUNICIPAL),
        *(f"{project}/{path}" for path in DOCUMENTS),
        f"{town.home}/changes",
        f"{town.home}/co-creation-map",
        f"{project}/changes",
        project,
        f"{project}/timeline",
        f"{project}/subjects",
        f"{project}/subjects/w1",
        f"{project}/subjects/a/term",
    ]


async def test_every_answer_has_a_tag_and_is_not_sent_twice(
    town: Town, told: tuple[str, int]
) -> None:
    project, position = told
    for address in addresses(town, project):
        minimum = "" if address.endswith("changes") else f"?minPosition={position}"
        answer = await town.official.get(f"{address}{minimum}")
        assert answer.status_code == 200, (address, answer.text)
        tag = answer.headers["etag"]
        assert answer.headers["cache-control"] == "private, no-cache"
        for sent in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = await town.official.get(f"{address}{minimum}", If_None_Match=sent)
            assert (again.status_code, again.content) == (304, b""), address
            assert again.headers["etag"] == tag
            assert "api-version" in again.headers
        assert (await town.official.get(address, If_None_Match='"x"')).status_code == 200


async def test_a_tag_is_another_for_others_and_after_a_change(
    town: Town, told: tuple[str, int]
) -> None:
    project, position = told
    inside = ""
    for address in addresses(town, project):
        if address.endswith("changes"):
            continue
        inside = (await town.official.get(f"{address}?minPosition={position}")).headers["etag"]
        outside = (await town.anyone.get(f"{address}?minPosition={position}")).headers["etag"]
        assert inside != outside
    written = await town.take(project, "wish-supports", wish="w1")
    after = await town.official.get(
        f"{town.home}/wishes?minPosition={written['position']}", If_None_Match=inside
    )
    assert after.status_code == 200


async def test_the_public_never_sees_what_is_internal(town: Town, told: tuple[str, int]) -> None:
    project, _ = told
    for address in addresses(town, project):
        for form in ("", "format=csv", "format=jsonl"):
            if form and address.removeprefix(f"{town.home}/") not in REGISTERS:
                continue
            inside = await town.official.get(f"{address}?{form}")
            outside = await town.anyone.get(f"{address}?{form}")
            assert outside.status_code == 200, (address, outside.text)
            assert "GEHEIM" not in outside.text, address
            if address.endswith(("/wishes", "/timeline", "/subjects")):
                assert "GEHEIM" in inside.text
    assert (await town.anyone.get(f"{project}/subjects/geheim")).status_code == 404


async def test_a_key_of_another_municipality_finds_nothing(
    town: Town, other_town: Town, told: tuple[str, int]
) -> None:
    project, _ = told
    for address in [*addresses(town, project), f"{town.home}/projection-lags"]:
        for role in (Role.OFFICIAL, Role.AUDITOR):
            answer = await other_town[role].get(address)
            assert answer.status_code == 404, address


async def test_every_answer_is_given_as_known_at_a_position(
    town: Town, told: tuple[str, int]
) -> None:
    project, position = told
    first = (await town.official.get(project)).json()["position"]
    for address in addresses(town, project):
        if address.endswith("changes"):
            continue
        gone = await town.official.get(f"{address}?asOf={first - 1}")
        absent = address.startswith(project)
        assert gone.status_code == (404 if absent else 200), (address, gone.text)
        then = await town.official.get(f"{address}?asOf={position}")
        now = await town.official.get(f"{address}?asOf={position}")
        assert then.status_code == 200
        assert then.content == now.content
    early = (await town.official.get(f"{town.home}/wishes?asOf={first + 3}")).json()
    assert [row["wish"] for row in early["items"]] == ["w0", "w1", "w2"]


async def test_as_known_at_a_moment_is_as_known_at_the_last_position_by_then(
    town: Town, told: tuple[str, int]
) -> None:
    project, _ = told
    events = (await town.official.get(f"{project}/events?limit=6")).json()["events"]
    for event in events[1:]:
        moment = event["recordedAt"]
        by_moment = await town.official.get(f"{town.home}/wishes?asOf={moment}")
        by_position = await town.official.get(f"{town.home}/wishes?asOf={event['position']}")
        assert by_moment.json()["items"] == by_position.json()["items"]
    before = await town.official.get(f"{town.home}/wishes?asOf=2001-01-01T00:00:00Z")
    assert before.json()["items"] == []


@pytest.mark.parametrize("path", REGISTERS)
async def test_pages_give_every_row_once(town: Town, told: tuple[str, int], path: str) -> None:
    _, position = told
    every = (await town.official.get(f"{town.home}/{path}?asOf={position}&limit=500")).json()
    for limit in (1, 3):
        rows: list[object] = []
        more: str | None = ""
        while more is not None:
            after = f"&after={more}" if more else ""
            page = (
                await town.official.get(f"{town.home}/{path}?asOf={position}&limit={limit}{after}")
            ).json()
            assert len(page["items"]) <= limit
            rows += page["items"]
            more = page.get("next")
        assert rows == every["items"]


@pytest.mark.parametrize("path", REGISTERS)
async def test_csv_and_json_lines_tell_what_json_tells(
    town: Town, told: tuple[str, int], path: str
) -> None:
    _, position = told
    address = f"{town.home}/{path}?asOf={position}"
    rows = (await town.official.get(f"{address}&limit=500")).json()["items"]
    lines = await town.official.get(address, Accept="application/jsonl")
    assert lines.headers["content-type"].startswith("application/jsonl")
    assert [json.loads(line) for line in lines.text.splitlines()] == rows
    table = await town.official.get(address, Accept="text/csv, application/json;q=0.5")
    assert table.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert table.headers["content-disposition"].startswith("attachment")
    read = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert len(read) == len(rows)
    for line, row in zip(read, rows, strict=True):
        assert list(line) == list(row)
        for name, value in row.items():
            assert line[name] == in_a_cell(value), name


def in_a_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    dangerous = not isinstance(value, int | float) and text[:1] in "=+-@\t\r\n" and text
    return f"'{text}" if dangerous else text


async def test_a_spreadsheet_takes_no_text_for_a_formula(town: Town, told: tuple[str, int]) -> None:
    assert told
    table = await town.official.get(f"{town.home}/wishes?format=csv")
    [row] = [
        row
        for row in csv.DictReader(io.StringIO(table.text, newline=""))
        if row["wish"] == "formule"
    ]
    assert row["title"] == '\'=HYPERLINK("kwaad")'
    assert row["theme"] == "'-1"
    assert row["projectTitle"] == 'Lampen; "licht", in de tunnel'


async def test_a_stream_holds_one_position_while_writing_goes_on(town: Town) -> None:
    project = await town.start()
    wishes = [
        {"noun": "wishes", "occurredOn": "2024-09-17", "wish": f"veel-{n}", "title": f"W {n}"}
        for n in range(1_000)
    ]
    position = 0
    for start in range(5):
        batch = [{**wish, "wish": f"{wish['wish']}-{start}"} for wish in wishes]
        answer = await town.official.post(f"{project}/commands", {"steps": batch})
        assert answer.status_code == 201, answer.text
        position = answer.json()["position"]
    number = project.rpartition("/")[2]
    fresh = f"{town.home}/wishes?limit=1&minPosition={position}"
    while (await town.official.get(fresh)).status_code == 503:
        pass  # a slow machine takes more than the seconds that one request waits
    address = f"{town.home}/wishes?project={number}&format=jsonl&minPosition={position}"
    headers = {"Authorization": f"Bearer {town.official.key}"}
    lines = 0
    async with town.official.client.stream("GET", address, headers=headers) as stream:
        async for line in stream.aiter_lines():
            lines += bool(line)
            if lines == 10:
                await town.take(project, "wishes", wish="aaa", title="Tussendoor")
    assert lines == 5_000


@pytest.mark.parametrize("accept", ["gzip", "identity"])
async def test_answers_are_compressed_for_those_who_can_read_that(
    town: Town, told: tuple[str, int], accept: str
) -> None:
    project, position = told
    for address in (
        f"{town.home}/wishes?asOf={position}",
        f"{town.home}/wishes?asOf={position}&format=csv",
        f"{project}/timeline?asOf={position}",
    ):
        plain = await town.official.get(address, Accept_Encoding="identity")
        answer = await town.official.get(address, Accept_Encoding=accept)
        assert answer.headers.get("content-encoding") == ("gzip" if accept == "gzip" else None)
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.content == plain.content
        same = plain.headers["etag"] == answer.headers["etag"]
        assert same is (accept == "identity")


async def test_what_is_wrong_with_parameters_comes_all_at_once(town: Town) -> None:
    address = f"{town.home}/wishes?status=weg&limit=0&unanswered=misschien&kleur=rood&project=x"
    for language, word in (("nl", "onbekend"), ("en", "unknown")):
        answer = await town.anyone.get(address, Accept_Language=language)
        assert answer.status_code == 400
        problem = answer.json()
        assert problem["code"] == "invalid-input"
        found = {error["location"]: error for error in problem["errors"]}
        assert found.keys() == {"status", "limit", "unanswered", "kleur", "project"}
        assert all(error["source"] == "query" for error in found.values())
        assert word in found["kleur"]["detail"]


async def test_totals_of_norms_are_not_narrowed_to_one_verdict(town: Town) -> None:
    answer = await town.anyone.get(f"{town.home}/norm-totals?verdict=met")
    assert answer.status_code == 400
    assert [error["location"] for error in answer.json()["errors"]] == ["verdict"]


@pytest.mark.parametrize(
    "query",
    [
        "asOf=gisteren",
        "asOf=2024-01-01",
        "asOf=2024-01-01T00:00:00",
        "asOf=",
        "asOf=99999-01-01T00:00:00Z",
        "minPosition=-1",
        "minPosition=veel",
        "after=%00",
        "after=e30",
        "after=bm9uc2Vuc2U",
        "limit=1000000",
        "limit=1&limit=2",
        "theme=a%00b",
        "format=xml",
    ],
)
async def test_a_parameter_that_makes_no_sense_is_refused(town: Town, query: str) -> None:
    answer = await town.anyone.get(f"{town.home}/wishes?{query}")
    assert answer.status_code == 400, answer.text
    [error] = answer.json()["errors"]
    assert error["location"] == query.partition("=")[0]


@pytest.mark.parametrize("query", ["after=WzFd", "after=W10", "after=WyJhIiwiYiIsImMiLCJkIl0"])
async def test_a_place_that_is_none_of_ours_gives_no_more_than_a_problem(
    town: Town, query: str
) -> None:
    for path in REGISTERS:
        answer = await town.anyone.get(f"{town.home}/{path}?{query}")
        assert answer.status_code in (200, 400), (path, answer.text)


async def test_a_project_that_is_not_there_is_not_found(town: Town) -> None:
    for path in ("", "/timeline", "/subjects", *(f"/{path}" for path in DOCUMENTS)):
        answer = await town.official.get(f"{town.home}/projects/{uuid4()}{path}")
        assert answer.status_code == 404, path


async def test_an_answer_waits_for_the_position_that_is_asked(town: Town, project: str) -> None:
    async def ask(number: int) -> None:
        written = await town.take(project, "wishes", wish=f"nu-{number}", title="Nu")
        mine = project.rpartition("/")[2]
        answer = await town.official.get(
            f"{town.home}/wishes?project={mine}&limit=500&minPosition={written['position']}"
        )
        assert f"nu-{number}" in {row["wish"] for row in answer.json()["items"]}

    await asyncio.gather(*(ask(number) for number in range(20)))


async def test_what_changed_between_two_moments(town: Town) -> None:
    project = await town.start()
    first = await town.take(project, "wishes", wish="w1", title="Licht")
    await town.take(project, "wishes", wish="w2", title="Bank", visibility="internal")
    between = await town.take(project, "wish-supports", wish="w1", supporters=5)
    last = await town.take(project, "wish-withdrawals", wish="w1")
    start, end = first["position"], last["position"]

    async def changes(who: Role | None, query: str) -> list[dict[str, Any]]:
        answer = await town[who].get(f"{project}/changes?{query}")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    found = await changes(Role.OFFICIAL, f"from={start}&until={end}&kind=wishes")
    assert [(each["id"], each["change"], each["position"]) for each in found] == [
        ("w2", "added", start + 1),
        ("w1", "changed", start + 2),
        ("w1", "changed", end),
    ]
    assert (found[1]["before"], found[1]["after"]) == ({"supporters": 0}, {"supporters": 5})
    assert found[2]["before"] == {"status": "open"}
    assert found[2]["after"] == {"status": "withdrawn"}
    public = await changes(None, f"from={start}&until={end}&kind=wishes")
    assert [each["id"] for each in public] == ["w1", "w1"]
    half = await changes(None, f"from={start}&until={between['position']}&kind=wishes")
    assert half[0]["after"]["supporters"] == 5
    assert await changes(Role.OFFICIAL, f"from={end}&until={end}") == []
    every = await changes(Role.OFFICIAL, f"until={end}")
    assert {"projects", "wishes", "mandates", "norm-checks"} <= {each["kind"] for each in every}
    assert [each["position"] for each in every] == sorted(each["position"] for each in every)


async def test_changes_come_in_pages(town: Town, told: tuple[str, int]) -> None:
    project, position = told
    every = (await town.official.get(f"{project}/changes?until={position}&limit=500")).json()
    rows: list[object] = []
    more: str | None = ""
    while more is not None:
        after = f"&after={more}" if more else ""
        page = (
            await town.official.get(f"{project}/changes?until={position}&limit=4{after}")
        ).json()
        rows += page["items"]
        more = page.get("next")
    assert rows == every["items"]
    assert len(rows) > 20
    for wrong in ("from=straks", "until=straks", "after=niets", "kind=dromen"):
        answer = await town.official.get(f"{project}/changes?{wrong}")
        assert answer.status_code == 400, wrong


async def test_how_far_the_read_models_are_is_told_to_those_who_look_after_them(
    town: Town, told: tuple[str, int]
) -> None:
    _, position = told
    await town.official.get(f"{town.home}/wishes?minPosition={position}")
    for role in (Role.OPERATOR, Role.AUDITOR, Role.TENANT_ADMINISTRATOR):
        answer = await town[role].get(f"{town.home}/projection-lags")
        assert answer.status_code == 200, answer.text
        lags = {lag["projection"]: lag for lag in answer.json()["lags"]}
        assert lags.keys() == read_models().keys()
        assert all(lag["complete"] and lag["position"] >= position for lag in lags.values())
        assert answer.json()["parked"] == []
    assert (await town.anyone.get(f"{town.home}/projection-lags")).status_code == 401
    assert (await town[Role.READER].get(f"{town.home}/projection-lags")).status_code == 403
    assert (await town[Role.OPERATOR].get("/v1/projection-lags")).status_code == 200
    assert (await town.official.get("/v1/projection-lags")).status_code == 403


async def test_the_comparison_shows_nothing_of_too_few(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/comparison")
    assert answer.status_code == 200
    assert answer.json()["groups"] == []
    assert (await client.get("/v1/comparison?sector=dromen")).status_code == 400


async def test_changes_of_a_project_that_is_not_there_are_not_found(town: Town) -> None:
    answer = await town.official.get(f"{town.home}/projects/{uuid4()}/changes")
    assert answer.status_code == 404
    hidden = await town.start(visibility="internal")
    written = await town.take(hidden, "wishes", title="W")
    assert written["position"]
    assert (await town.anyone.get(f"{hidden}/changes")).status_code == 404


async def test_a_moment_to_come_is_known_no_better_than_now(town: Town) -> None:
    later = (await town.official.get(f"{town.home}/wishes?asOf=2199-01-01T00:00:00Z")).json()
    now = await town.official.get(f"{town.home}/wishes?minPosition={later['position']}")
    assert later["items"] == now.json()["items"]


@pytest.mark.parametrize("kind", ["project", "municipality", "wish", "dream"])
async def test_subjects_of_a_kind_are_the_same_as_known_now_and_at_a_position(
    town: Town, project: str, kind: str
) -> None:
    written = await town.take(project, "wishes", wish="w", title="W")
    position = written["position"]
    address = f"{project}/subjects?kind={kind}"
    now = await town.official.get(f"{address}&minPosition={position}")
    then = await town.official.get(f"{address}&asOf={position}")
    assert now.json() == then.json()
    assert [each["id"] for each in now.json()["items"]] == (["w"] if kind == "wish" else [])


def long_id(first: str, number: int) -> str:
    """An id of the greatest length."""
    return f"{first}{number:039}"


@pytest.mark.parametrize("letter", ["é", "\u0001", "\U0001f6b2", "½", '"'])
async def test_the_longest_place_is_taken_back(client: httpx.AsyncClient, letter: str) -> None:
    town = await found_town(client)
    title = letter * 200
    await town.start(title=title)
    project = await town.start(title=title)
    position = 0
    for number in range(2):
        wish, obstacle = long_id("w", number), long_id("o", number)
        await town.take(project, "wishes", wish=wish, title=title)
        said = {"title": title, "obstacle": obstacle, "category": "rule-pressure"}
        await town.take(project, "obstacles", **said)
        said = {"title": title, "intervention": long_id("i", number), "kind": "pilot"}
        tried = await town.take(project, "interventions", obstacles=[obstacle], **said)
        position = tried["position"]
    query = f"limit=1&asOf={position}"
    for address in (
        *(f"{town.home}/{path}?{query}" for path in REGISTERS),
        f"{town.home}/projects?sort=title&{query}",
        f"{town.home}/changes?limit=1&from={position - 5}&until={position}",
        f"{project}/subjects?{query}",
        f"{project}/timeline?{query}",
    ):
        place: str | None = ""
        for _ in range(10):
            answer = await town.official.get(address + (f"&after={place}" if place else ""))
            assert answer.status_code == 200, (address, answer.text)
            place = answer.json().get("next")
            if place is None:
                break
