"""Calendars (RFC 5545)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from cocreate.web.dates import Day
from cocreate.web.rendering import Reader
from cocreate.web.texts import texts

CALENDAR: Final = b"text/calendar; charset=utf-8"


def calendar(
    name: str,
    days: Sequence[Day],
    recorded_at: Mapping[int, datetime],
    reader: Reader,
    public_url: str,
) -> bytes:
    """Give a calendar with some days; ``public_url`` is where pages are reached.

    ``recorded_at`` has the moments of the last steps on what each is of: without a method, that is
    what DTSTAMP says (3.8.7.2). So a calendar is the same, to the byte, until a step changes it.
    """
    # It takes a tenth of a second to import, and commands have no use for it.
    from icalendar import Calendar, Event  # noqa: PLC0415

    say = texts(reader.language)
    made = Calendar()
    made.add("prodid", "-//cocreate//NL")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for day in days:
        event = Event()
        moment = recorded_at[day.recorded_at]
        event.add("uid", f"{day.what}-{day.account.id}@{day.project}")
        event.add("dtstamp", moment)
        event.add("last-modified", moment)
        event.add("sequence", day.revisions)
        event.add("dtstart", day.on)
        event.add("summary", say(day.what, title=day.account.title))
        if day.in_project is not None:
            event.add("description", day.in_project)
        event.add("url", f"{public_url}{reader.at.subject(day.project, day.account.id)}")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written
