"""Staying informed without an account: a feed of what happened, and a calendar of what is due."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.knowing import Knowing
from cocreate.domain.calendar import AMSTERDAM
from cocreate.projections.accounts.account import DecisionAccount
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import latest
from cocreate.web.pages.project import PROJECT, dated
from cocreate.web.query import page_query
from cocreate.web.rendering import Reader, kept, page_known
from cocreate.web.texts import texts

ATOM: Final = b"application/atom+xml; charset=utf-8"
CALENDAR: Final = b"text/calendar; charset=utf-8"
NAMESPACE: Final = "http://www.w3.org/2005/Atom"
MOST: Final = 50
"""How many steps a feed has."""


@get(f"{PROJECT}/feed", include_in_schema=False)
async def read_feed(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the last steps of a project as an Atom feed (RFC 4287)."""
    return await _given(request, code, project, ATOM, feed)


@get(f"{PROJECT}/calendar", include_in_schema=False)
async def read_calendar(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Give the days of a project on which something is due, as a calendar (RFC 5545)."""
    return await _given(request, code, project, CALENDAR, calendar)


async def _given(
    request: Request[Any, Any, Any],
    code: str,
    project: UUID,
    kind: bytes,
    write: Callable[[ProjectFile, Reader, str], bytes],
) -> ASGIResponse:
    (knowing,) = page_query(request, Knowing)
    reader, known = await page_known(request, code, STATE, knowing)

    async def ask() -> bytes | None:
        file = await known.file(project)
        return None if file is None else write(file, reader, known.parts.settings.public_url)

    return await kept(request, known, ask, [(b"content-type", kind)])


def feed(file: ProjectFile, reader: Reader, public_url: str) -> bytes:
    """Give a feed of the last steps of a project; ``public_url`` is where pages are reached."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}feed", {"xml:lang": reader.language})
    chapters = latest(file, MOST)
    address = f"{public_url}{reader.at.project(file.id)}"

    def add(parent: ET.Element, name: str, text: str = "", **said: str) -> None:
        element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", said)
        element.text = text or None

    add(root, "id", address)
    add(root, "title", file.project.title)
    add(root, "updated", _at_midnight(chapters[0].on if chapters else file.project.since))
    add(root, "link", rel="alternate", type="text/html", href=address)
    add(root, "link", rel="self", type="application/atom+xml", href=f"{address}/feed")
    author = ET.SubElement(root, f"{{{NAMESPACE}}}author")
    add(author, "name", reader.municipality)
    for chapter in chapters:
        entry = ET.SubElement(root, f"{{{NAMESPACE}}}entry")
        page = f"{public_url}{reader.at.subject(file.id, chapter.about.id)}"
        add(entry, "id", f"{address}/positions/{chapter.position}")
        add(entry, "title", chapter.about.title)
        add(entry, "updated", _at_midnight(chapter.on))
        add(entry, "link", rel="alternate", type="text/html", href=page)
        add(entry, "summary", getattr(chapter.told, reader.language))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def calendar(file: ProjectFile, reader: Reader, public_url: str) -> bytes:
    """Give the days on which something is due: permissions, promises, and until when to object."""
    # It takes a tenth of a second to import, and commands have no use for it.
    from icalendar import Calendar, Event  # noqa: PLC0415

    say = texts(reader.language)
    made = Calendar()
    made.add("prodid", "-//cocreate//NL")
    made.add("version", "2.0")
    made.add("x-wr-calname", file.project.title)
    due = [(each.account, each.due_on, f"due-{each.account.kind}") for each in dated(file)]
    objections = [
        (each, each.objection_until, "due-objection")
        for each in file.subjects.values()
        if isinstance(each, DecisionAccount) and each.objection_until is not None
    ]
    for account, day, text in (*due, *objections):
        event = Event()
        event.add("uid", f"{text}-{account.id}@{file.id}")
        # It says how it was known, and so is the same for all who ask at one position.
        event.add("dtstamp", datetime.combine(file.today, time(), UTC))
        event.add("dtstart", day)
        event.add("summary", say(text, title=account.title))
        event.add("url", f"{public_url}{reader.at.subject(file.id, account.id)}")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _at_midnight(day: date) -> str:
    """Give the beginning of a day in the Netherlands (RFC 3339)."""
    return datetime.combine(day, time(), AMSTERDAM).isoformat()


HANDLERS = (read_feed, read_calendar)
"""The feed and the calendar of a project."""
