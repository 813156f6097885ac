"""Feeds and calendars: public, well formed, and the same for all who ask."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs

import httpx
import pytest
from icalendar import Calendar
from tests.api.conftest import Town, found_town
from tests.web.conftest import Visitor
from tests.web.reading import read

from cocreate.api import latest
from cocreate.api.examples import STEP_EXAMPLES
from cocreate.domain.vocabulary import Role

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ODD = 'Licht & <lucht>, "veel"; ja'
FAR = "2099-03-01"


async def told(town: Town) -> tuple[str, int]:
    """Give the page of a project with a wish, a promise and what is internal, and the position."""
    project = await town.start(title="Lampen")
    await town.take(project, "wishes", title=ODD)
    await town.take(
        project, "commitments", title="Lampen hangen", by="wethouder", to="buurt", dueOn=FAR
    )
    hidden = await town.take(project, "wishes", title="Alleen binnen", visibility="internal")
    return page_of(town, project), hidden["position"]


def page_of(town: Town, project: str) -> str:
    return f"/nl/{town.code}/projects/{project.rpartition('/')[2]}"


async def read_feed(town: Town, path: str) -> ET.Element:
    answer = await town.anyone.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)  # noqa: S314 - of our own making


def said(element: ET.Element, name: str) -> str:
    text = element.findtext(f"a:{name}", namespaces=ATOM)
    assert text, name
    return text


def titles(feed: ET.Element) -> list[str]:
    return [said(each, "title") for each in feed.findall("a:entry", ATOM)]


async def in_calendar(town: Town, path: str) -> Calendar:
    answer = await town.anyone.client.get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    made = Calendar.from_ical(answer.content)
    assert isinstance(made, Calendar)
    return made


# -- of a project ---------------------------------------------------------------------------------


async def test_a_feed_tells_the_last_steps_first_and_nothing_internal(town: Town) -> None:
    page, position = await told(town)
    feed = await read_feed(town, f"{page}/feed?minPosition={position}")
    assert said(feed, "title") == "Lampen"
    assert titles(feed) == ["Lampen hangen", ODD]
    summary = said(feed.findall("a:entry", ATOM)[1], "summary")
    assert summary.startswith("17 september 2024: ")
    assert f'"{ODD}"' in summary
    assert "Alleen binnen" not in ET.tostring(feed, encoding="unicode")


async def test_a_feed_and_its_entries_have_the_same_names_in_both_languages(town: Town) -> None:
    page, position = await told(town)
    query = f"feed?minPosition={position}"
    dutch = await read_feed(town, f"{page}/{query}")
    english = await read_feed(town, f"{page.replace('/nl/', '/en/')}/{query}")
    names = [
        [said(each, "id") for each in feed.iter() if each.find("a:id", ATOM) is not None]
        for feed in (dutch, english)
    ]
    assert names[0] == names[1]
    assert len({*names[0]}) == len(names[0]) == 3
    assert all(each.startswith("urn:uuid:") for each in names[0])
    summaries = [said(feed.findall("a:entry", ATOM)[0], "summary") for feed in (dutch, english)]
    assert summaries[0] != summaries[1]


async def test_a_step_in_a_feed_is_as_new_as_its_recording(town: Town) -> None:
    project = await town.start()
    began = datetime.now(UTC)
    position = 0
    for title in ("Licht", "Lucht"):
        position = (await town.take(project, "wishes", title=title))["position"]
    feed = await read_feed(town, f"{page_of(town, project)}/feed?minPosition={position}")
    last, first = (
        datetime.fromisoformat(said(each, "updated")) for each in feed.findall("a:entry", ATOM)
    )
    assert began - timedelta(seconds=5) < first < last
    assert datetime.fromisoformat(said(feed, "updated")) == last
    assert said(feed.findall("a:entry", ATOM)[0], "published") == last.isoformat()


async def test_a_feed_without_steps_is_as_new_as_its_project(town: Town) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    project = await town.start()
    head = (await town.anyone.get(f"{project}/events")).json()["events"][0]["position"]
    feed = await read_feed(town, f"{page_of(town, project)}/feed?minPosition={head}")
    assert titles(feed) == []
    assert datetime.fromisoformat(said(feed, "updated")) > began


async def test_a_calendar_has_the_days_on_which_something_is_due(town: Town) -> None:
    page, position = await told(town)
    path = f"{page}/calendar?minPosition={position}"
    [event] = (await in_calendar(town, path)).walk("VEVENT")
    assert str(event["summary"]) == 'Uiterlijk: "Lampen hangen"'
    assert event.decoded("dtstart") == date(2099, 3, 1)
    assert str(event["url"]).startswith(f"https://cocreate.test{page}/subjects/")
    [same] = (await in_calendar(town, path.replace("/nl/", "/en/"))).walk("VEVENT")
    assert same["uid"] == event["uid"]


async def test_a_calendar_stays_the_same_until_a_step_changes_it(town: Town) -> None:
    project = await town.start()
    promise = {"title": "Lampen hangen", "by": "wethouder", "to": "buurt", "dueOn": FAR}
    made = await town.take(project, "commitments", commitment="lampen", **promise)
    path = f"{page_of(town, project)}/calendar"
    client = town.anyone.client
    first = await client.get(f"{path}?minPosition={made['position']}")
    wish = await town.take(project, "wishes", title="Licht")
    again = await client.get(f"{path}?minPosition={wish['position']}")
    assert again.content == first.content
    assert again.headers["etag"] != first.headers["etag"]  # as known at another position
    changed = await town.take(
        project, "commitment-changes", commitment="lampen", dueOn="2099-04-01", reason="Levertijd"
    )
    later = await in_calendar(town, f"{path}?minPosition={changed['position']}")
    [before] = Calendar.from_ical(first.content).walk("VEVENT")
    [after] = later.walk("VEVENT")
    history = (await town.anyone.get(f"{project}/events")).json()["events"]
    moments = {each["position"]: each["recordedAt"] for each in history}
    for event, position in ((before, made["position"]), (after, changed["position"])):
        moment = datetime.fromisoformat(moments[position]).replace(microsecond=0)
        assert event.decoded("dtstamp") == event.decoded("last-modified") == moment
    assert (before.decoded("sequence"), after.decoded("sequence")) == (0, 1)
    assert after.decoded("dtstart") == date(2099, 4, 1)


# -- of a municipality ----------------------------------------------------------------------------


class Busy(NamedTuple):
    """A municipality with two projects, what is internal in both, and one that is internal."""

    town: Town
    lamps: str
    bench: str
    position: int

    def at(self, place: str) -> str:
        """Give the address of what the municipality has, as all that was recorded made it."""
        return f"/nl/{self.town.code}/{place}?minPosition={self.position}"


@pytest.fixture
async def busy(client: httpx.AsyncClient) -> Busy:
    town = await found_town(client)
    lamps = await town.start(title="Lampen")
    bench = await town.start(title="Bank")
    secret = await town.start(title="Alleen binnen", visibility="internal")
    await town.take(lamps, "wishes", title=ODD)
    await town.take(bench, "wishes", wish="bank", title="Een bank")
    await town.take(bench, "wishes", title="Alleen binnen", visibility="internal")
    promise = {"by": "wethouder", "to": "raad"}
    for project, title, due in (
        (lamps, "Lampen hangen", FAR),
        (bench, "Bank zetten", "2098-03-01"),
        (bench, "Was er al", "2024-10-01"),
        (secret, "Alleen binnen", FAR),
    ):
        await town.take(project, "commitments", title=title, dueOn=due, **promise)
    hidden = {"title": "Alleen binnen", "dueOn": FAR, "visibility": "internal", **promise}
    last = await town.take(lamps, "commitments", **hidden)
    return Busy(town, lamps, bench, last["position"])


async def test_the_feed_of_a_municipality_has_the_last_steps_of_all_projects(busy: Busy) -> None:
    feed = await read_feed(busy.town, busy.at("feed"))
    assert titles(feed) == ["Was er al", "Bank zetten", "Lampen hangen", "Een bank", ODD]
    assert "Alleen binnen" not in ET.tostring(feed, encoding="unicode")
    labels = [each.attrib["label"] for each in feed.iter(f"{{{ATOM['a']}}}category")]
    assert labels == ["Bank", "Bank", "Lampen", "Bank", "Lampen"]
    entries = feed.findall("a:entry", ATOM)
    assert said(feed, "updated") == said(entries[0], "updated")
    # Who follows a project as well is told of a step once.
    page = page_of(busy.town, busy.bench)
    own = await read_feed(busy.town, f"{page}/feed?minPosition={busy.position}")
    assert said(own.findall("a:entry", ATOM)[0], "id") == said(entries[0], "id")
    assert said(own, "id") != said(feed, "id")


async def test_what_is_made_public_comes_into_the_feed_of_a_municipality(busy: Busy) -> None:
    history = (await busy.town.official.get(f"{busy.bench}/events")).json()["events"]
    [hidden] = [each["version"] for each in history if each["visibility"] == "internal"]
    made = await busy.town.take(busy.bench, "publications", steps=[hidden])
    feed = await read_feed(
        busy.town, busy.at("feed").replace(str(busy.position), str(made["position"]))
    )
    assert titles(feed)[0] == "Alleen binnen"


async def test_the_feed_of_a_municipality_is_found_behind_much_that_tells_of_nothing(
    busy: Busy,
) -> None:
    party = {"noun": "parties", **STEP_EXAMPLES["parties"]}
    del party["party"]
    steps = [party] * (sum(latest.LOOKED_BACK[:2]) + 1)
    answer = await busy.town.official.post(f"{busy.lamps}/commands", {"steps": steps})
    assert answer.status_code == 201, answer.text
    path = f"/nl/{busy.town.code}/feed?minPosition={answer.json()['position']}"
    assert len(titles(await read_feed(busy.town, path))) == 5


async def test_a_feed_of_a_municipality_reads_some_projects_only(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "MOST_PROJECTS", 2)
    feed = await read_feed(busy.town, busy.at("feed"))
    # The other one is internal, but for a step that is not.
    assert titles(feed) == ["Was er al", "Bank zetten"]


async def test_the_calendar_of_a_municipality_has_the_days_to_come_of_all_projects(
    busy: Busy,
) -> None:
    made = await in_calendar(busy.town, busy.at("calendar"))
    events = made.walk("VEVENT")
    shown = [(str(each["summary"]), str(each["description"])) for each in events]
    assert shown == [('Uiterlijk: "Bank zetten"', "Bank"), ('Uiterlijk: "Lampen hangen"', "Lampen")]
    page = page_of(busy.town, busy.lamps)
    own = await in_calendar(busy.town, f"{page}/calendar?minPosition={busy.position}")
    [same] = own.walk("VEVENT")
    for name in ("uid", "dtstamp", "sequence", "url"):
        assert same.decoded(name) == events[1].decoded(name)


async def test_the_last_day_to_object_is_in_both_calendars(busy: Busy) -> None:
    today = datetime.now(UTC).date().isoformat()
    said_so = {"body": "college", "title": "Vergunning", "motivation": "Daarom."}
    decided = await busy.town.take(
        busy.bench,
        "decisions",
        **said_so,
        occurredOn=today,
        sentOn=today,
        openToObjection=True,
        outcomes=[{"subject": "bank", "outcome": "adopted"}],
    )
    query = f"calendar?minPosition={decided['position']}"
    for path in (f"/nl/{busy.town.code}", page_of(busy.town, busy.bench)):
        events = (await in_calendar(busy.town, f"{path}/{query}")).walk("VEVENT")
        [last] = [each for each in events if str(each["uid"]).startswith("due-objection")]
        assert str(last["summary"]) == 'Laatste dag voor bezwaar: "Vergunning"'


async def test_those_inside_are_told_what_is_internal_of_all_projects(busy: Busy) -> None:
    visitor = Visitor(busy.town.anyone.client)
    await visitor.sign_in(busy.town.code, str(busy.town[Role.OFFICIAL].key))
    for place in ("feed", "calendar"):
        assert "Alleen binnen" in (await visitor.get(busy.at(place))).text


async def test_no_municipality_has_neither(town: Town) -> None:
    for place in ("feed", "calendar"):
        assert (await town.anyone.client.get(f"/nl/GM9999/{place}")).status_code == 404


# -- both -----------------------------------------------------------------------------------------


async def test_a_reader_who_has_it_is_sent_nothing(busy: Busy) -> None:
    page = page_of(busy.town, busy.lamps)
    client = busy.town.anyone.client
    for what in ("feed", "calendar"):
        for path in (busy.at(what), f"{page}/{what}?minPosition={busy.position}"):
            first = await client.get(path)
            again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


async def test_those_inside_are_told_what_is_internal(town: Town) -> None:
    page, position = await told(town)
    visitor = Visitor(town.anyone.client)
    await visitor.sign_in(town.code, str(town[Role.OFFICIAL].key))
    assert "Alleen binnen" in (await visitor.get(f"{page}/feed?minPosition={position}")).text


async def test_what_is_not_there_has_neither(town: Town) -> None:
    page, _ = await told(town)
    nowhere = page[:-12] + "0" * 12
    for what in ("feed", "calendar"):
        assert (await town.anyone.client.get(f"{nowhere}/{what}")).status_code == 404


async def test_pages_lead_to_both(town: Town) -> None:
    page, position = await told(town)
    for place in (f"/nl/{town.code}", page):
        shown = read(await town.anyone.client.get(f"{place}?minPosition={position}"))
        for what, kind in (("feed", "application/atom+xml"), ("calendar", "text/calendar")):
            assert f"{place}/{what}" in shown.links
            known = shown.root.one("link", rel="alternate", type=kind)
            assert known["href"] == f"{place}/{what}"


async def test_pages_are_passed_on_by_mail(town: Town) -> None:
    project = await town.start(title="Lampen")
    taken = await town.take(project, "wishes", wish="licht", title=ODD)
    page = page_of(town, project)
    for path, title in ((page, "Lampen"), (f"{page}/subjects/licht", ODD)):
        shown = read(await town.anyone.client.get(f"{path}?minPosition={taken['position']}"))
        [address] = [each for each in shown.links if each.startswith("mailto:?")]
        assert "+" not in address  # which mail programs show as it is
        assert parse_qs(address.removeprefix("mailto:?")) == {
            "subject": [title],
            "body": [f"https://cocreate.test{path}"],
        }
