"""The history of a project, and the difference between two moments of it, as pages show them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.web.conftest import Visitor

from cocreate.api.parts import Parts
from cocreate.domain.steps import EVENTS
from cocreate.domain.vocabulary import Role
from cocreate.projections.accounts import Account, ProjectAccount
from cocreate.projections.difference import LEFT_OUT
from cocreate.web.changes import UNTOLD
from cocreate.web.texts import LANGUAGES, texts

INTERNAL = {"visibility": "internal"}


class Told:
    """A project of which some was internal, was made public, and was corrected."""

    def __init__(self, town: Town, path: str, positions: dict[str, int]) -> None:
        self.town = town
        self.path = path
        self.positions = positions
        self.id = path.rpartition("/")[2]
        self.page = f"/nl/{town.code}/projects/{self.id}"


@pytest.fixture(scope="module")
async def town(client: httpx.AsyncClient) -> Town:
    return await found_town(client)


@pytest.fixture(scope="module")
async def told(town: Town) -> Told:
    path = await town.start(title="Lampen in de tunnel")
    positions = {}
    for name, noun, said in (
        ("light", "wishes", {"title": "Licht in de tunnel"}),
        ("secret", "obstacles", {"title": "Geen geld", "category": "money", **INTERNAL}),
        ("hidden", "obstacles", {"title": "Nooit gezegd", "category": "money", **INTERNAL}),
        ("more", "wishes", {"title": "Een bankje <daar>"}),
        ("published", "publications", {"steps": [3]}),
        (
            "corrected",
            "corrections",
            {"step": 2, "changes": {"title": "Meer licht"}, "reason": "Fout."},
        ),
    ):
        positions[name] = (await town.take(path, noun, **said))["position"]
    known = await town.anyone.get(f"{path}?minPosition={positions['corrected']}")
    assert known.status_code == 200
    return Told(town, path, positions)


@pytest.fixture
async def auditor(told: Told, client: httpx.AsyncClient) -> Visitor:
    return await _visitor(told, client, Role.AUDITOR)


async def _visitor(told: Told, client: httpx.AsyncClient, role: Role | None) -> Visitor:
    visitor = Visitor(client)
    if role is not None:
        key = told.town[role].key
        assert key is not None
        await visitor.sign_in(told.town.code, key)
    return visitor


async def read(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status_code == 200, answer.text
    assert len(answer.content) < 50_000
    return unescape(answer.text)


def numbers(page: str) -> list[int]:
    """Give the numbers of the events in the list."""
    return [int(each) for each in re.findall(r'events__number">Stap (\d+)<', page)]


def looked_at(page: str) -> str:
    """Give the part about the event that is looked at, without its tags."""
    part = page.partition('id="found"')[2].partition("</section>")[0]
    return " ".join(re.sub("<[^>]*>", " ", part).split())


async def test_anyone_sees_the_events_that_the_api_tells_anyone(
    told: Told, client: httpx.AsyncClient
) -> None:
    events = (await client.get(f"{told.path}/events")).json()["events"]
    page = await read(Visitor(client), f"{told.page}/history")
    assert numbers(page) == [each["version"] for each in events] == [1, 2, 3, 5, 6, 7]
    assert "Nooit gezegd" not in page
    assert not re.search(r"key-|<code>", page)
    assert 'name="actor"' not in page


async def test_an_auditor_sees_all_and_who_recorded_it_which_is_on_record(
    told: Told, auditor: Visitor, app: Litestar
) -> None:
    page = await read(auditor, f"{told.page}/history")
    assert numbers(page) == [1, 2, 3, 4, 5, 6, 7]
    events = (await told.town[Role.AUDITOR].get(f"{told.path}/events")).json()["events"]
    [actor] = {each["actor"] for each in events}
    assert page.count(f"<code>{actor}</code>") == 8
    assert "Nooit gezegd" in page
    parts = app.state["parts"]
    assert isinstance(parts, Parts)
    log = await parts.service.reader.log(told.town.code)
    reads = [msgspec.json.decode(each.data) for each in log if each.type == "LogRead"]
    assert [each["project"] for each in reads if each["what"].endswith("/history")] == [told.id]


async def test_the_slider_shows_the_project_as_it_was_known(
    told: Told, client: httpx.AsyncClient
) -> None:
    anyone = Visitor(client)
    first = await read(anyone, f"{told.page}/history?step=1")
    assert "Stap 1: Traject begonnen" in looked_at(first)
    assert "0 wensen" in looked_at(first)
    assert "De gemeente hoefde toen niets meer te doen." in looked_at(first)
    wished = await read(anyone, f"{told.page}/history?step=2")
    assert "Wens (nieuw): Licht in de tunnel" in looked_at(wished)
    assert "Antwoord op een wens: Licht in de tunnel" in looked_at(wished)
    assert "0 hobbels" in looked_at(wished)
    last = await read(anyone, f"{told.page}/history")
    assert looked_at(last) == looked_at(await read(anyone, f"{told.page}/history?step=7"))
    assert "Was: Licht in de tunnel Is nu: Meer licht" in looked_at(last)
    assert "1 hobbel" in looked_at(last)


async def test_what_was_made_public_is_known_from_then_on(
    told: Told, client: httpx.AsyncClient
) -> None:
    anyone = Visitor(client)
    before = looked_at(await read(anyone, f"{told.page}/history?step=3"))
    assert "Deze stap was eerst intern." in before
    assert "0 hobbels" in before
    assert "Geen geld" not in before
    after = looked_at(await read(anyone, f"{told.page}/history?step=6"))
    assert "Hobbel (nieuw): Geen geld" in after
    assert "Nooit gezegd" not in after


async def test_the_slider_goes_over_the_events_and_works_by_a_button(
    told: Told, client: httpx.AsyncClient
) -> None:
    page = await read(Visitor(client), f"{told.page}/history?step=5")
    assert '<input type="range" id="step" name="step" min="1" max="7" value="5">' in page
    assert re.search(r'<form class="slider" method="get" action="[^"]+/history"', page)
    [previous] = re.findall(r'rel="prev" href="([^"]+)">Vorige stap', page)
    [following] = re.findall(r'rel="next" href="([^"]+)">Volgende stap', page)
    assert previous.endswith("step=3")
    assert following.endswith("step=6")
    between = await read(Visitor(client), f"{told.page}/history?step=4")
    assert "Stap 3: Hobbel gemeld" in looked_at(between)


async def test_a_place_in_the_log_leads_to_its_event(told: Told, client: httpx.AsyncClient) -> None:
    page = await read(
        Visitor(client), f"{told.page}/history?position={told.positions['published']}"
    )
    assert "Stap 6: Eerdere stappen openbaar gemaakt" in looked_at(page)


async def test_events_are_narrowed_by_kind_and_by_who_recorded_them(
    told: Told, auditor: Visitor, client: httpx.AsyncClient
) -> None:
    path = f"{told.page}/history"
    assert numbers(await read(Visitor(client), f"{path}?kind=WishExpressed")) == [2, 5]
    assert numbers(await read(auditor, f"{path}?kind=ObstacleRaised&actor=")) == [3, 4]
    assert numbers(await read(auditor, f"{path}?actor=niemand")) == []
    # The public is told of no key, and learns nothing by naming one.
    assert numbers(await read(Visitor(client), f"{path}?actor=niemand")) == [1, 2, 3, 5, 6, 7]


async def test_a_long_history_goes_on_for_pages(town: Town, client: httpx.AsyncClient) -> None:
    path = await town.start()
    steps = [
        {"noun": "wishes", "occurredOn": "2024-09-17", "title": f"Wens {each}"}
        for each in range(45)
    ]
    answer = await town.official.post(f"{path}/commands", {"steps": steps})
    assert answer.status_code == 201
    found: list[int] = []
    page = f"/nl/{town.code}/projects/{path.rpartition('/')[2]}/history"
    address: str | None = f"{page}?minPosition={answer.json()['position']}"
    while address is not None:
        page = await read(Visitor(client), address)
        found += numbers(page)
        more = re.search(r'rel="next" href="([^"]+)">Volgende<', page)
        address = more[1] if more else None
    assert found == list(range(1, 47))


@pytest.mark.parametrize("place", ["history", "difference", "norms"])
async def test_what_is_no_project_here_is_not_found(
    town: Town, client: httpx.AsyncClient, place: str
) -> None:
    hidden = await town.start(**INTERNAL)
    for project in (hidden.rpartition("/")[2], "7b3f0a52-7c2c-4d0b-9df8-1f9c1b9c0a11"):
        answer = await client.get(f"/nl/{town.code}/projects/{project}/{place}")
        assert answer.status_code == 404


async def between(told: Told, visitor: Visitor, **asked: Any) -> str:
    named = {name.rstrip("_"): str(value) for name, value in asked.items()}
    page = await read(visitor, f"{told.page}/difference?{httpx.QueryParams(named)}")
    part = page.partition("<main")[2].partition("</main>")[0].partition("</form>")[2]
    return " ".join(re.sub("<[^>]*>", " ", part).split())


async def test_the_difference_of_a_moment_with_itself_is_nothing(
    told: Told, client: httpx.AsyncClient
) -> None:
    for position in told.positions.values():
        text = await between(told, Visitor(client), from_=position, until=position)
        assert "Er is niets veranderd." in text
        assert "Erbij gekomen (0)" in text
        assert "Niet meer nodig (0)" in text


async def test_the_difference_tells_what_came_and_field_by_field_what_changed(
    told: Told, client: httpx.AsyncClient, auditor: Visitor
) -> None:
    asked = {"from_": told.positions["light"], "until": told.positions["corrected"]}
    text = await between(told, Visitor(client), **asked)
    assert "Erbij gekomen (2)" in text
    assert "Wens (nieuw): Een bankje <daar>" in text or "Een bankje" in text
    assert "Hobbel (nieuw): Geen geld" in text
    assert "Naam Was: Licht in de tunnel Is nu: Meer licht" in text
    assert "Nooit gezegd" not in text
    inside = await between(told, auditor, **asked)
    assert "Hobbel (nieuw): Nooit gezegd" in inside
    assert "Erbij gekomen (3)" in inside


async def test_the_difference_tells_what_was_owed_then_and_is_now(
    told: Told, client: httpx.AsyncClient
) -> None:
    positions = told.positions
    text = await between(told, Visitor(client), from_=positions["light"], until=positions["more"])
    assert re.search(r"Erbij gekomen \(1\) Antwoord op een wens: Een bankje", text)
    assert re.search(r"Toen en nu \(1\) Antwoord op een wens: Licht in de tunnel", text)


async def test_moments_are_positions_days_or_moments_in_either_order(
    told: Told, client: httpx.AsyncClient
) -> None:
    anyone, positions = Visitor(client), told.positions
    asked = (positions["light"], positions["more"])
    there = await between(told, anyone, from_=asked[0], until=asked[1])
    assert there == await between(told, anyone, from_=asked[1], until=asked[0])
    whole = await between(told, anyone)
    assert "Toen was dit traject nog niet bekend." not in whole
    since = await between(told, anyone, from_="2020-01-31")
    assert "Toen was dit traject nog niet bekend." in since
    assert since == await between(told, anyone, from_="2020-01-31T23:59:59+01:00")
    assert "Hobbel (nieuw): Geen geld" in since


async def test_a_moment_that_is_none_is_refused_in_words(
    told: Told, client: httpx.AsyncClient
) -> None:
    for name in ("from", "until"):
        answer = await client.get(f"{told.page}/difference?{name}=gisteren")
        assert answer.status_code == 400
        assert f"<code>{name}</code>" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_every_event_and_every_field(language: Any) -> None:
    say = texts(language)
    for kind in EVENTS:
        assert say(f"event-{kind}")
    accounts: tuple[type[Account | ProjectAccount], ...]
    accounts = (*Account.__subclasses__(), ProjectAccount)
    for account in accounts:
        for field in msgspec.structs.fields(account):
            if field.encode_name not in UNTOLD | LEFT_OUT:
                assert say(f"account-{field.encode_name}")
