"""Personal data: who sees it, in every answer there is, and who no longer once it is erased."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from html import escape
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace
from tests.api.conftest import Town, api_routes, found_town
from tests.api.test_event_stream import following
from tests.conftest import served

from cocreate.api.opening import in_csv
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.log.tokens import ERASED, MARK
from cocreate.projections.model import read_models
from cocreate.projections.resource import Register
from cocreate.settings import Settings

NAME = 'Sanne "=1+1" de Wit, <b>&'
CONTACT = "sanne@example.nl"
ROLE = "=buurvrouw van nummer 12"
ABOUT = "Zit in een rolstoel.\nWoont naast de tunnel."
WORDS = "Ik durf sinds mijn hersenschudding niet meer door de tunnel."
REASON = "Verhuist naar Ede om haar moeder"
RIGHT = "Sanne \u20ac de Witte"
SECRETS = (NAME, CONTACT, ROLE, ABOUT, REASON, RIGHT)
JOIN = {
    "occurredOn": "2024-09-06",
    "party": "sanne",
    "kind": "resident",
    "position": "external",
    "name": NAME,
    "contact": CONTACT,
    "role": ROLE,
    "about": ABOUT,
}
ERASURE = {"occurredOn": "2024-10-01", "party": "sanne", "ground": "objection"}


async def told(town: Town, visibility: str = "internal") -> str:
    """Tell a project in which a resident plays every part that shows who it is."""
    project = await town.start()
    await town.take(project, "parties", **{**JOIN, "visibility": visibility})
    await town.take(project, "mandates", role="directs", party="sanne", body="college")
    await town.take(project, "wishes", wish="licht", title="Licht", by="sanne", text=WORDS)
    await town.take(project, "obstacles", title="Regels", category="money", owner="sanne")
    last = await town.take(
        project, "sessions", workForm="workshop", title="Avond", parties=["sanne"]
    )
    await settled(town, project, last["position"])
    return project


async def erase(town: Town, project: str, **headers: str) -> httpx.Response:
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{project}/erasures", ERASURE, **headers)
    assert answer.status_code == 201, answer.text
    await settled(town, project, answer.json()["position"])
    return answer


async def settled(town: Town, project: str, position: int) -> None:
    """Wait until the read models have come to a position."""
    for path in (f"{project}/timeline", f"{town.home}/wishes"):
        answer = await town.official.get(f"{path}?minPosition={position}")
        assert answer.status_code == 200, answer.text


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def readable(app: Litestar, town: Town, project: str) -> list[str]:
    """Give every address about a municipality or a project that answers a GET, and ends."""
    places = {
        "{code:str}": town.code,
        "{project:uuid}": project.rsplit("/", 1)[1],
        "{version:int}": "2",
        "{subject:str}": "sanne",
        "{party:str}": "sanne",
    }
    found = []
    for route in api_routes(app):
        if "GET" not in route.methods:
            continue
        path = route.path
        for place, value in places.items():
            path = path.replace(place, value)
        if town.code in path and "{" not in path and not path.endswith("/event-stream"):
            found.append(path)
    assert len(found) > 30
    return found


# -- who sees what --------------------------------------------------------------------------------


async def test_who_may_see_a_step_sees_what_was_said(town: Town) -> None:
    project = await told(town)
    seen = await town.official.get(f"{project}/events/2")
    assert {seen.json()["data"][field] for field in ("name", "contact", "role", "about")} == {
        NAME,
        CONTACT,
        ROLE,
        ABOUT,
    }
    assert int(seen.headers["content-length"]) == len(seen.content)
    assert (await town.anyone.get(f"{project}/events/2")).status_code == 404


async def test_the_public_sees_a_party_that_is_public(town: Town) -> None:
    project = await told(town, visibility="public")
    seen = await town.anyone.get(f"{project}/subjects/sanne")
    assert seen.json()["title"] == NAME


async def test_no_answer_holds_anything_sealed(app: Litestar, town: Town) -> None:
    project = await told(town)
    naming = set()
    for role in (Role.OFFICIAL, None):
        for path in readable(app, town, project):
            for accept in ("application/json", "text/csv", "application/jsonl", "text/html"):
                answer = await town[role].get(path, Accept=accept)
                assert MARK not in answer.text, path
                assert answer.status_code < 500, path
                if answer.status_code == 200 and "Sanne" in answer.text:
                    naming.add((path.removeprefix(project), role))
    shown = {path for path, role in naming if role is Role.OFFICIAL}
    assert shown >= {"/events", "/events/2", "/subjects/sanne", "/force-field", "/timeline"}
    assert not [path for path, role in naming if role is None]
    wish = await town.anyone.get(f"{project}/subjects/licht")
    assert wish.json()["text"] == WORDS


async def test_erased_data_is_in_no_answer(app: Litestar, town: Town) -> None:
    project = await told(town, visibility="public")
    await erase(town, project)
    people = (Role.TENANT_ADMINISTRATOR, Role.AUDITOR, None)
    for role in people:
        for path in readable(app, town, project):
            for accept in ("application/json", "text/csv", "application/jsonl", "text/html"):
                answer = await town[role].get(path, Accept=accept)
                assert MARK not in answer.text
                for secret in ("Sanne", CONTACT, "buurvrouw", "rolstoel", "hersenschudding"):
                    assert secret not in answer.text, (path, role)
    event = (await town.official.get(f"{project}/events/2")).json()["data"]
    assert {event[field] for field in ("name", "contact", "role", "about")} == {ERASED}
    party = (await town.official.get(f"{project}/subjects/sanne")).json()
    assert (party["title"], party["erasedOn"]) == (ERASED, "2024-10-01")


async def test_what_was_known_before_an_erasure_is_gone_as_well(town: Town) -> None:
    project = await told(town)
    before = (await town.official.get(f"{project}/timeline")).json()["position"]
    await erase(town, project)
    earlier = await town.official.get(f"{project}/subjects/sanne?asOf={before}")
    assert earlier.json()["title"] == ERASED


async def test_a_wish_stays_when_the_words_of_who_wished_it_are_erased(town: Town) -> None:
    project = await told(town)
    await erase(town, project)
    wish = (await town.anyone.get(f"{project}/subjects/licht")).json()
    assert (wish["title"], wish["text"]) == ("Licht", ERASED)


async def test_the_report_is_written_out_for_html(town: Town) -> None:
    project = await told(town)
    page = await town.official.get(f"{project}/participation-report", Accept="text/html")
    assert page.headers["content-type"].startswith("text/html")
    assert NAME not in page.text
    assert escape(NAME).replace("&quot;", "&#34;") in page.text


# -- corrections ----------------------------------------------------------------------------------


async def test_what_is_set_right_is_sealed_and_erased_with_the_rest(town: Town) -> None:
    project = await told(town)
    taken = await town.take(
        project, "corrections", step=2, changes={"name": RIGHT, "carries": True}, reason="Fout"
    )
    await settled(town, project, taken["position"])
    assert (await town.official.get(f"{project}/subjects/sanne")).json()["title"] == RIGHT
    correction = await town.official.get(taken["resources"][0]["href"])
    assert correction.json()["data"]["changes"] == {"name": RIGHT, "carries": True}
    await erase(town, project)
    correction = await town.official.get(taken["resources"][0]["href"])
    assert correction.json()["data"]["changes"] == {"name": ERASED, "carries": True}
    assert (await town.official.get(f"{project}/subjects/sanne")).json()["title"] == ERASED


async def test_a_correction_keeps_to_the_bounds_of_what_was_said(town: Town) -> None:
    project = await told(town)
    said = {"occurredOn": "2024-09-17", "step": 2, "reason": "x", "changes": {"name": "x" * 301}}
    answer = await town.official.post(f"{project}/corrections", said)
    assert (answer.status_code, answer.json()["code"]) == (400, "correction-invalid")


# -- export and erasure ---------------------------------------------------------------------------


async def test_a_person_gets_all_that_is_held_on_them(town: Town, other_town: Town) -> None:
    project = await told(town)
    await town.take(project, "departures", party="sanne", reason=REASON)
    path = f"{project}/parties/sanne/personal-data"
    held = (await town[Role.TENANT_ADMINISTRATOR].get(path)).json()
    types = [event["type"] for event in held["events"]]
    assert types == [
        "PartyJoined",
        "MandateAssigned",
        "WishExpressed",
        "ObstacleRaised",
        "SessionHeld",
        "PartyLeft",
    ]
    assert set(strings(held)) >= {NAME, CONTACT, ROLE, ABOUT, WORDS, REASON}
    joined = held["events"][0]
    assert joined["personal"] == ["name", "contact", "role", "about"]
    assert joined["occurredOn"] == "2024-09-06"
    assert {"recordedAt", "position"} <= joined.keys()
    assert held["certificate"] is None
    nobody = f"{project}/parties/niemand/personal-data"
    assert (await town[Role.TENANT_ADMINISTRATOR].get(nobody)).status_code == 404
    elsewhere = await other_town[Role.TENANT_ADMINISTRATOR].get(path)
    assert elsewhere.status_code == 404


async def test_an_erasure_leaves_a_certificate_that_names_no_one(town: Town) -> None:
    project = await told(town)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    path = f"{project}/parties/sanne/personal-data"
    before = (await administrator.get(path)).json()
    answer = await erase(town, project)
    certificate = await town[Role.AUDITOR].get(answer.headers["location"])
    told_of = certificate.json()
    assert (told_of["type"], told_of["visibility"]) == ("PersonErased", "internal")
    joined, _, wished, *_ = [event["position"] for event in before["events"]]
    assert told_of["data"] == {
        "party": "sanne",
        "ground": "objection",
        "erased": [
            *(
                {"step": 2, "position": joined, "field": field}
                for field in ("name", "contact", "role", "about")
            ),
            {"step": 4, "position": wished, "field": "text"},
        ],
        "keys": before["keys"],
    }
    after = (await administrator.get(path)).json()
    assert after["certificate"] == told_of["position"]
    assert (await town.anyone.get(answer.headers["location"])).status_code == 404


async def test_an_erasure_asked_again_gives_the_first_certificate(town: Town) -> None:
    project = await told(town)
    first = await erase(town, project, Idempotency_Key="wis")
    for headers in ({"Idempotency_Key": "wis"}, {}):
        again = await erase(town, project, **headers)
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true"


async def test_a_refused_erasure_destroys_nothing(town: Town) -> None:
    project = await told(town)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    for said, headers, status in (
        ({**ERASURE, "occurredOn": "2999-01-01"}, {}, 400),
        ({**ERASURE, "party": "niemand"}, {}, 400),
        ({**ERASURE, "ground": "zomaar"}, {}, 400),
        ({**ERASURE, "keys": []}, {}, 400),
        (ERASURE, {"If_Match": '"1"'}, 412),
    ):
        answer = await administrator.post(f"{project}/erasures", said, **headers)
        assert answer.status_code == status, answer.text
    assert (await town.official.get(f"{project}/events/2")).json()["data"]["name"] == NAME


async def test_an_erasure_broken_off_before_its_certificate_is_finished(
    town: Town, database: str
) -> None:
    project = await told(town)
    held = await town[Role.TENANT_ADMINISTRATOR].get(f"{project}/parties/sanne/personal-data")
    connection = await asyncpg.connect(database)
    await connection.execute(
        "delete from cocreate_keys.person where project_id = $1", project.rsplit("/", 1)[1]
    )
    await connection.close()
    answer = await erase(town, project)
    certificate = (await town[Role.AUDITOR].get(answer.headers["location"])).json()["data"]
    assert certificate["keys"] == held.json()["keys"]
    assert len(certificate["erased"]) == 5


async def test_another_person_of_the_project_stays(town: Town) -> None:
    project = await told(town)
    other = {**JOIN, "party": "bas", "name": "Bas"}
    await town.take(project, "parties", **other)
    await erase(town, project)
    assert (await town.official.get(f"{project}/subjects/bas")).json()["title"] == "Bas"


# -- tags -----------------------------------------------------------------------------------------


async def test_a_tag_holds_until_a_person_is_erased(town: Town) -> None:
    project = await told(town)
    position = (await town.official.get(f"{project}/timeline")).json()["position"]
    path = f"{project}/subjects/sanne?asOf={position}"
    first = await town.official.get(path)
    tag = first.headers["etag"]
    for sent in (tag, f'"x", {tag}', f"W/{tag}"):
        again = await town.official.get(path, If_None_Match=sent)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    await erase(town, project)
    after = await town.official.get(path, If_None_Match=tag)
    assert (after.status_code, after.json()["title"]) == (200, ERASED)
    assert after.headers["etag"] != tag
    last = await town.official.get(path, If_None_Match=after.headers["etag"])
    assert last.status_code == 304


@pytest.mark.parametrize("asked", ["/events", "/events?limit=1&after=1", "/events/2"])
async def test_events_have_another_tag_once_a_person_in_them_is_erased(
    town: Town, asked: str
) -> None:
    project = await told(town)
    path = project + asked
    first = await town.official.get(path)
    assert NAME in set(strings(first.json()))
    tag = first.headers["etag"]
    assert (await town.official.get(path, If_None_Match=tag)).status_code == 304
    await erase(town, project)
    for sent in (tag, f"W/{tag}", f'"x", {tag}'):
        after = await town.official.get(path, If_None_Match=sent)
        assert (after.status_code, NAME in set(strings(after.json()))) == (200, False)
        assert after.headers["etag"] != tag
    last = (await town.official.get(path)).headers["etag"]
    assert (await town.official.get(path, If_None_Match=last)).status_code == 304


async def test_no_register_names_anyone(town: Town) -> None:
    """One that did would be streamed under a tag that says nothing of erasures."""
    project = await told(town, visibility="public")
    await town.take(project, "reflections", title="Geleerd", text=WORDS, by="sanne")
    last = await town.take(project, "departures", party="sanne", reason=REASON)
    await settled(town, project, last["position"])
    registers = [
        f"{town.home}/{resource.path}"
        for model in read_models().values()
        for resource in model.RESOURCES
        if isinstance(resource, Register)
    ]
    assert registers
    for path in registers:
        for form in ("json", "jsonl", "csv"):
            answer = await town.official.get(f"{path}?format={form}")
            assert answer.status_code == 200, path
            assert "~" not in answer.headers["etag"]
            for secret in ("Sanne", CONTACT, "buurvrouw", "rolstoel", "hersenschudding", REASON):
                assert secret not in answer.text, path


async def test_the_tag_of_an_answer_that_names_no_one_is_as_it_was(town: Town) -> None:
    project = await told(town)
    await settled(
        town, project, (await town.take(project, "wishes", wish="bank", title="Bank"))["position"]
    )
    first = await town.official.get(f"{project}/subjects/bank")
    assert "~" not in first.headers["etag"]
    again = await town.official.get(
        f"{project}/subjects/bank", If_None_Match=f'"a~b", {first.headers["etag"]}'
    )
    assert again.status_code == 304


# -- event streams --------------------------------------------------------------------------------


async def test_a_reader_who_comes_back_to_a_stream_after_an_erasure_reads_no_names(
    client: httpx.AsyncClient,
) -> None:
    town = await found_town(client)
    project = await told(town)
    async with following(town.official, project, "0") as stream:
        [_, joined] = await stream.take(2)
    assert joined.data["data"]["name"] == NAME
    assert joined.data["data"]["about"] == ABOUT
    await erase(town, project)
    async with following(town.official, project, "0") as stream:
        heard = await stream.take(7)
    assert heard[1].data["data"]["name"] == ERASED
    assert heard[-1].type == "PersonErased"


async def test_long_texts_pass_a_stream_in_pieces(client: httpx.AsyncClient) -> None:
    town = await found_town(client)
    project = await town.start()
    long = ("é" * 100 + '"\n') * 98
    for number in range(8):
        said = {**JOIN, "party": f"p{number}", "about": f"{number}{long}"}
        await town.take(project, "parties", **said)
    async with following(town.official, project, "0") as stream:
        heard = await stream.take(9)
    assert [each.data["data"]["about"] for each in heard[1:]] == [f"{n}{long}" for n in range(8)]


# -- what cannot be done --------------------------------------------------------------------------


async def test_nobody_writes_what_passes_for_sealed(town: Town, project: str) -> None:
    for noun, said in (
        ("wishes", {"title": f"{MARK}1,x"}),
        ("parties", {**JOIN, "name": f"x {MARK}"}),
        ("sessions", {"workForm": "workshop", "title": "x", "reached": [MARK]}),
    ):
        answer = await town.official.post(f"{project}/{noun}", {"occurredOn": "2024-09-17", **said})
        assert (answer.status_code, answer.json()["code"]) == (400, "reserved-text"), noun
    assert (await town.take(project, "wishes", title="⟦verzegeld⟧"))["version"] == 2


async def test_without_a_master_key_personal_data_is_refused_and_all_else_taken(
    settings: Settings,
) -> None:
    async with served(create_app(replace(settings, master_key=None))) as client:
        town = await found_town(client)
        project = await town.start()
        answer = await town.official.post(f"{project}/parties", JOIN)
        assert (answer.status_code, answer.json()["code"]) == (503, "keys-unusable")
        assert (await town.take(project, "pauses", reason="Vakantie"))["version"] == 2
        said = {"step": 2, "changes": {"reason": "Vakanties"}, "reason": "x"}
        corrected = await town.official.post(
            f"{project}/corrections", {"occurredOn": "2024-09-17", **said}, Idempotency_Key="k"
        )
        assert corrected.status_code == 201, corrected.text


# -- formats --------------------------------------------------------------------------------------


def test_a_cell_keeps_its_place_and_is_no_formula() -> None:
    for text in (NAME, ROLE, ABOUT, "@x", "gewoon"):
        for before, start in ((b'n,"', True), (b'"', True), (b'\n"', True), (b'x""', False)):
            cell = b'"' + in_csv(text, before[-2:]) + b'"'
            [[read]] = csv.reader(io.StringIO(cell.decode(), newline=""))
            formula = start and text[0] in "=+-@"
            assert read == (f"'{text}" if formula else text)
