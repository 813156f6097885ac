"""The feed and the calendar of a project: public, well formed, and the same for all who ask."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

from icalendar import Calendar
from tests.api.conftest import Town
from tests.web.conftest import Visitor

from cocreate.domain.vocabulary import Role

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ODD = 'Licht & <lucht>, "veel"; ja'


async def told(town: Town) -> tuple[str, int]:
    """Give the page of a project with a wish, a promise and what is internal, and the position."""
    project = await town.start(title="Lampen")
    await town.take(project, "wishes", title=ODD)
    await town.take(
        project,
        "commitments",
        title="Lampen hangen",
        by="wethouder",
        to="buurt",
        dueOn="2027-03-01",
    )
    hidden = await town.take(project, "wishes", title="Alleen binnen", visibility="internal")
    page = f"/nl/{town.code}/projects/{project.rpartition('/')[2]}"
    return page, hidden["position"]


async def test_a_feed_tells_the_last_steps_first_and_nothing_internal(town: Town) -> None:
    page, position = await told(town)
    client = town.anyone.client
    answer = await client.get(f"{page}/feed?minPosition={position}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)  # noqa: S314 - of our own making
    assert feed.findtext("a:title", namespaces=ATOM) == "Lampen"
    entries = feed.findall("a:entry", ATOM)
    titles = [each.findtext("a:title", namespaces=ATOM) for each in entries]
    assert titles == ["Lampen hangen", ODD]
    assert f'"{ODD}"' in (entries[1].findtext("a:summary", namespaces=ATOM) or "")
    ids = [each.findtext("a:id", namespaces=ATOM) or "" for each in entries]
    assert len({*ids}) == 2
    assert all(each.startswith("https://cocreate.test/nl/") for each in ids)
    for each in entries:
        assert "T00:00:00+" in (each.findtext("a:updated", namespaces=ATOM) or "")
    assert "Alleen binnen" not in answer.text


async def test_a_reader_who_has_the_feed_is_sent_none(town: Town) -> None:
    page, position = await told(town)
    client = town.anyone.client
    for what in ("feed", "calendar"):
        first = await client.get(f"{page}/{what}?minPosition={position}")
        again = await client.get(
            f"{page}/{what}?minPosition={position}",
            headers={"If-None-Match": first.headers["etag"]},
        )
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


async def test_a_calendar_has_the_days_on_which_something_is_due(town: Town) -> None:
    page, position = await told(town)
    answer = await town.anyone.client.get(f"{page}/calendar?minPosition={position}")
    assert answer.headers["content-type"].startswith("text/calendar")
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["summary"]) == 'Uiterlijk: "Lampen hangen"'
    assert event.decoded("dtstart") == date(2027, 3, 1)
    assert str(event["url"]).startswith(f"https://cocreate.test{page}/subjects/")
    english = await town.anyone.client.get(f"{page.replace('/nl/', '/en/')}/calendar")
    [same] = Calendar.from_ical(english.content).walk("VEVENT")
    assert same["uid"] == event["uid"]


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


async def test_the_page_of_a_project_leads_to_both(town: Town) -> None:
    page, position = await told(town)
    text = (await town.anyone.client.get(f"{page}?minPosition={position}")).text
    assert f'href="{page}/feed"' in text
    assert f'href="{page}/calendar"' in text
    assert "mailto:?subject=Lampen" in text
