"""The accountability timeline: what became of each wish, and what is still owed.

The fold keeps one account for each subject of a project, and one entry for each step. It is a
pure function of the steps an audience knows, so the live table, a rebuild and an answer as of an
earlier moment all come from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.steps.base import Event, references
from cocreate.domain.vocabulary import Visibility
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.connection import Pool
from cocreate.log.read import Reader
from cocreate.projections.account import Account, ProjectAccount
from cocreate.projections.accounts import CHANGES, SUBJECTS, Accounts
from cocreate.projections.known import Audience, Known, as_known, know
from cocreate.projections.rows import Key, Rows, Table

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
_ACCOUNT = msgspec.json.Decoder(Account)


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


def _entry_record(known: Known) -> tuple[object, ...]:
    return known.event.occurred_on, known.recorded.position, _JSON.encode(entry(known))


def _restore_entry(row: asyncpg.Record) -> Known:
    message = f"No fold looks up an entry: {row['position']}"
    raise NotImplementedError(message)


ENTRIES: Table[Known] = Table(
    "timeline", "entry", record=_entry_record, restore=_restore_entry, only_added=True
)
"""The steps, by their position. An entry is in sight of every audience from its own on."""

TABLES = (SUBJECTS, ENTRIES)


def touched(event: Event) -> Iterator[Key]:
    """Yield the keys of the accounts that a step may change."""
    project: UUID = event.originator_id
    yield project, ""
    for reference in references(event):
        yield project, reference.id


def fold(rows: Rows, known: Known) -> None:
    """Let a step change the accounts of its project, and add its entry."""
    recorded = known.recorded
    if rows.public is known.public:
        rows.of(ENTRIES).put((recorded.project, str(recorded.position)), known)
    change = CHANGES.get(type(known.event))
    if change is not None:
        accounts = Accounts(rows.of(SUBJECTS), known)
        change(accounts, known.event)
        accounts.count_step()


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
    pool: Pool,
    tenant: str,
    project: UUID,
    audience: Audience,
    today: date,
    *,
    after: Place = FIRST,
    limit: int = 100,
) -> bytes | None:
    """Give a timeline as JSON, as :class:`Timeline` describes; None where there is no project."""
    rows = await pool.fetch(
        "select * from timeline.read_timeline($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        project,
        int(audience),
        today,
        after.on,
        after.position,
        limit + 1,
    )
    if not rows:
        return None
    parts: dict[str, list[asyncpg.Record]] = {"owed": [], "wish": [], "entry": []}
    for row in rows[1:]:
        parts[row["part"]].append(row)
    owed = [_owed(_ACCOUNT.decode(row["body"]), today) for row in parts["owed"]]
    return _answer(
        msgspec.Raw(rows[0]["body"]),
        rows[0]["number"] or 0,
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
    history: list[Known] = []
    codec = Codec(ALL_EVENTS)
    async for page in reader.history(tenant, project, up_to=position):
        history += [know(codec, recorded) for recorded in page]
        await asyncio.sleep(0)
    rows = Rows(audience)
    seen = as_known(history, audience)
    for known in seen:
        fold(rows, known)
    accounts = {key[1]: row for key, row in rows.of(SUBJECTS).rows.items()}
    account = accounts.pop("", None)
    if account is None:
        return None
    subjects = sorted(
        (row for row in accounts.values() if isinstance(row, Account)),
        key=lambda row: (row.since, row.id),
    )
    due = [row for row in subjects if _is_owed(row, today)]
    places = sorted(
        ((Place(known.event.occurred_on, known.recorded.position), known) for known in seen),
        key=lambda placed: (placed[0].on, placed[0].position),
    )
    return _answer(
        account,
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


def _is_owed(row: Account, today: date) -> bool:
    return bool(row.duties) and (row.due_on is None or row.due_on < today)


def _owed(row: Account, today: date) -> Owed:
    late = (today - row.due_on).days if row.due_on is not None else None
    return Owed(row.id, row.kind, row.title, row.duties, row.since, row.due_on, late)


async def read_subject(
    pool: Pool, tenant: str, project: UUID, audience: Audience, subject: str
) -> bytes | None:
    """Give one account as JSON, as described by :class:`Account`; the project's own with ``""``."""
    body: bytes | None = await pool.fetchval(
        "select timeline.read_subject($1, $2, $3, $4)", tenant, project, int(audience), subject
    )
    return body


async def read_subjects(
    pool: Pool,
    tenant: str,
    project: UUID,
    audience: Audience,
    kind: str,
    today: date,
    *,
    owed: bool = False,
    after: tuple[date, str] = EARLIEST,
    limit: int = 100,
) -> tuple[list[msgspec.Raw], tuple[date, str] | None]:
    """Give accounts of one kind, the oldest first, and the place of the next page."""
    rows = await pool.fetch(
        "select * from timeline.read_subjects($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant,
        project,
        int(audience),
        kind,
        owed,
        today,
        *after,
        limit + 1,
    )
    more = (rows[limit - 1]["since"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return [msgspec.Raw(row["body"]) for row in rows[:limit]], more


async def read_projects(
    pool: Pool,
    tenant: str,
    audience: Audience,
    *,
    before: tuple[date, UUID] = LATEST,
    limit: int = 100,
) -> tuple[list[msgspec.Raw], tuple[date, UUID] | None]:
    """Give the accounts of projects, the latest first, and the place of the next page."""
    rows = await pool.fetch(
        "select * from timeline.read_projects($1, $2, $3, $4, $5)",
        tenant,
        int(audience),
        *before,
        limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    more = (last["since"], last["project_id"]) if last is not None else None
    return [msgspec.Raw(row["body"]) for row in rows[:limit]], more
