"""The accountability timeline: what became of each wish, and what is still owed.

It holds the accounts themselves, from which all read models fold on, and one entry for each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.vocabulary import Visibility
from cocreate.log.read import Reader
from cocreate.projections.accounts import Account, AnyAccount, ProjectAccount, decode, encode
from cocreate.projections.answers import Answers
from cocreate.projections.files import fold, known_steps
from cocreate.projections.known import Audience, Known
from cocreate.projections.resource import ProjectFile, Resource
from cocreate.projections.tables import CurrentTable, StepTable, Table, Values

NAME = "timeline"
VERSION = 1


class Entry(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One step on the timeline."""

    position: int
    version: int
    type: str
    occurred_on: date
    recorded_at: datetime
    visibility: Visibility
    actor_role: str
    data: msgspec.Raw
    corrections: tuple[int, ...] = ()


_JSON = msgspec.json.Encoder()


def entry(known: Known) -> Entry:
    """Give the entry of a step."""
    recorded = known.recorded
    return Entry(
        recorded.position,
        recorded.version,
        recorded.type,
        known.event.occurred_on,
        recorded.recorded_at,
        Visibility.PUBLIC if recorded.public else Visibility.INTERNAL,
        recorded.actor_role,
        msgspec.Raw(known.data),
        known.corrections,
    )


def _entry_record(known: Known) -> Values:
    return known.event.occurred_on, known.recorded.position, _JSON.encode(entry(known))


def _subject_record(account: AnyAccount) -> Values:
    return (
        account.kind,
        account.stands,
        account.duties,
        account.since,
        account.due_on,
        encode(account),
    )


SUBJECTS = CurrentTable("subject", _subject_record)
"""The accounts, by the id of their subject; that of the project itself has the id ``""``."""
ENTRIES = StepTable("entry", _entry_record)
"""The steps, by their position. An entry is in sight of every audience from its own on."""
TABLES: Sequence[Table] = (SUBJECTS, ENTRIES)
RESOURCES: Sequence[Resource] = ()


class Owed(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something the municipality owes: an answer, a motivation, feedback, a decision in time."""

    subject: str
    kind: str
    title: str
    duties: tuple[str, ...]
    since: date
    due_on: date | None = None
    days_late: int | None = None
    """Days since the day on which it was due; without one, it is owed from the start."""


class OwedList(msgspec.Struct, frozen=True, rename="camel"):
    """What is owed: how much in all, and the longest owed first, at most fifty."""

    total: int
    items: list[Owed]


class Timeline(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The accountability timeline of a project."""

    project: ProjectAccount
    position: int
    """The position of the log up to which it is known."""
    owed: OwedList
    wishes: list[Account]
    """The first fifty wishes, each with the chain of what became of it."""
    entries: list[Entry]
    """The steps, ordered by the day they happened."""
    next: str | None = None
    """Where the next page of entries starts, to be given as ``after``."""


class AccountPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Accounts of one kind, the oldest first, and where the next are, if there are more."""

    items: Sequence[Account]
    next: str | None = None


class Place(msgspec.Struct, frozen=True):
    """A place in the order of a timeline: after which day, and which position of that day."""

    on: date = date.min
    position: int = 0

    def __str__(self) -> str:
        return f"{self.on.isoformat()}.{self.position}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read what ``str`` gave. Raises ValueError."""
        on, _, position = text.partition(".")
        return cls(date.fromisoformat(on), int(position))


FIRST = Place()
EARLIEST = (date.min, "")
LATEST = (date.max, UUID(int=2**128 - 1))
AT_MOST = 50
"""How many wishes, and how many duties, a timeline carries; each has a page of its own."""


async def read_timeline(
    answers: Answers,
    tenant: str,
    project: UUID,
    audience: Audience,
    position: int,
    today: date,
    *,
    after: Place = FIRST,
    limit: int = 100,
) -> bytes | None:
    """Give a timeline as known now, as JSON that :class:`Timeline` describes.

    None where there is no such project. Raises :class:`Moved`.
    """
    build = await answers.build(NAME)
    rows = await answers.ask(
        NAME,
        "read_timeline",
        tenant,
        build.number,
        project,
        int(audience),
        today,
        after.on,
        after.position,
        limit + 1,
    )
    _require(rows, position)
    if not rows or rows[0]["body"] is None:
        return None
    parts: dict[str, list[asyncpg.Record]] = {"owed": [], "wish": [], "entry": []}
    for row in rows[1:]:
        parts[row["part"]].append(row)
    owed = [_owed(_subject(row["body"]), today) for row in parts["owed"]]
    return _answer(
        msgspec.Raw(rows[0]["body"]),
        position,
        OwedList(parts["owed"][0]["number"] if owed else 0, owed),
        [msgspec.Raw(row["body"]) for row in parts["wish"]],
        [
            (Place(row["occurred_on"], row["number"]), msgspec.Raw(row["body"]))
            for row in parts["entry"]
        ],
        limit,
    )


async def timeline_as_of(
    reader: Reader,
    tenant: str,
    project: UUID,
    audience: Audience,
    position: int,
    today: date,
    *,
    after: Place = FIRST,
    limit: int = 100,
) -> bytes | None:
    """Give a timeline as it was known at a position of the log, from the same fold.

    ``today`` is the day that was then: what was overdue is told as of that day.
    """
    steps = await known_steps(reader, tenant, project, audience, position)
    accounts = await fold(project, steps)
    if not isinstance(accounts.project, ProjectAccount):
        return None
    subjects = sorted(accounts.subjects.values(), key=lambda row: (row.since, row.id))
    due = [row for row in subjects if row.is_owed(today)]
    places = sorted(
        ((Place(known.event.occurred_on, known.recorded.position), known) for known in steps),
        key=lambda placed: (placed[0].on, placed[0].position),
    )
    return _answer(
        accounts.project,
        position,
        OwedList(len(due), [_owed(row, today) for row in due[:AT_MOST]]),
        [row for row in subjects if row.kind == "wish"][:AT_MOST],
        [
            (place, entry(known))
            for place, known in places
            if (place.on, place.position) > (after.on, after.position)
        ][: limit + 1],
        limit,
    )


def _answer(
    project: msgspec.Raw | Account | ProjectAccount,
    position: int,
    owed: OwedList,
    wishes: list[msgspec.Raw] | list[Account],
    entries: Sequence[tuple[Place, msgspec.Raw | Entry]],
    limit: int,
) -> bytes:
    answer: dict[str, object] = {
        "project": project,
        "position": position,
        "owed": owed,
        "wishes": wishes,
        "entries": [body for _, body in entries[:limit]],
    }
    if len(entries) > limit:
        answer["next"] = str(entries[limit - 1][0])
    return _JSON.encode(answer)


def _subject(body: bytes) -> Account:
    account = decode(body)
    assert isinstance(account, Account)  # noqa: S101 - a project owes nothing by itself
    return account


def _owed(row: Account, today: date) -> Owed:
    late = (today - row.due_on).days if row.due_on is not None else None
    return Owed(row.id, row.kind, row.title, row.duties, row.since, row.due_on, late)


class Moved(Exception):  # noqa: N818
    """What is kept is no longer as it was at the position that is asked."""


async def read_subject(
    answers: Answers,
    tenant: str,
    project: UUID,
    audience: Audience,
    position: int,
    subject_id: str,
) -> bytes | None:
    """Give one account as JSON, as described by its struct; the project's own with ``""``.

    None where there is none. Raises :class:`Moved`.
    """
    build = await answers.build(NAME)
    rows = await answers.ask(
        NAME, "read_subject", tenant, build.number, project, int(audience), subject_id
    )
    _require(rows, position)
    body: bytes | None = rows[0]["body"] if rows else None
    return body


async def read_subjects(
    answers: Answers,
    tenant: str,
    project: UUID,
    audience: Audience,
    position: int,
    kind: str,
    today: date,
    *,
    owed: bool = False,
    after: tuple[date, str] = EARLIEST,
    limit: int = 100,
) -> bytes | None:
    """Give accounts of one kind as JSON, the oldest first, as :class:`AccountPage` describes.

    None where there is no such project. Raises :class:`Moved`.
    """
    build = await answers.build(NAME)
    rows = await answers.ask(
        NAME,
        "read_subjects",
        tenant,
        build.number,
        project,
        int(audience),
        kind,
        owed,
        today,
        *after,
        limit + 1,
    )
    _require(rows, position)
    if not rows or rows[0]["body"] is None:
        return None
    subjects = rows[1:]
    return _page(
        [msgspec.Raw(row["body"]) for row in subjects[:limit]],
        (subjects[limit - 1]["since"], subjects[limit - 1]["id"])
        if len(subjects) > limit
        else None,
    )


def subjects_of(
    file: ProjectFile,
    kind: str,
    *,
    owed: bool = False,
    after: tuple[date, str] = EARLIEST,
    limit: int = 100,
) -> bytes:
    """Give the same from the file of a project."""
    chosen = sorted(
        (
            row
            for row in file.subjects.values()
            if row.kind == kind
            and (not owed or row.is_owed(file.today))
            and (row.since, row.id) > after
        ),
        key=lambda row: (row.since, row.id),
    )
    more = (chosen[limit - 1].since, chosen[limit - 1].id) if len(chosen) > limit else None
    return _page(chosen[:limit], more)


def _page(items: Sequence[msgspec.Raw] | Sequence[Account], more: tuple[date, str] | None) -> bytes:
    page: dict[str, object] = {"items": items}
    if more is not None:
        page["next"] = f"{more[0].isoformat()}.{more[1]}"
    return _JSON.encode(page)


def _require(rows: Sequence[asyncpg.Record], position: int) -> None:
    """Raise :class:`Moved` where rows are of another position; no row is that of an empty log."""
    if (rows[0]["position"] if rows else 0) != position:
        raise Moved
