"""What the tree has of an event: its position, and a commitment to all that it is.

**An entry** is 40 bytes: the position in the log, from 1, as eight bytes, and the commitment. The
entry of a position has the index ``position - 1`` in the tree.

**The commitment** is SHA-256 over the salt and the canonical bytes of the event. The salt is 32
random bytes, kept with the event: whoever is given both can check them against the entry, and
nobody can guess a short text from it.

**The canonical bytes** are a head of 115 bytes, and then five fields one after another. The head:

===== ===== ====================================================================================
byte  bytes
===== ===== ====================================================================================
0     18    ``cocreate/event@v1`` and a newline; another version of this form has another label
18    8     position in the log, from 1
26    16    project: the UUID of the history that the event is of
42    8     version: the place in that history, from 1
50    8     version of the schema of the event's type
58    8     when it was recorded, in microseconds since 1970-01-01T00:00:00Z
66    8     the day it occurred on, in days since 1970-01-01
74    1     visibility: 1 for public, 0 for internal
75    40    how many bytes each of the five fields has, eight bytes each
===== ===== ====================================================================================

The fields: the origin of the log, the type of the event, the mark of the actor who recorded it, the
role in which, and the data as stored. The first four are UTF-8 as it stands, not normalised. All
numbers are in two's complement, the high byte first.

**The mark of the actor** is SHA-256 over the salt, ``actor`` and a newline, and the id of the
actor, in hexadecimal. Everyone may check a public event, and so is given its salt; who recorded it
stays hidden, since an id cannot be guessed, and no two events have the same mark.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.log.tree.errors import Malformed, OutOfRange
from cocreate.log.tree.hashing import HASH_SIZE, MAX_SIZE, Hash

LABEL = b"cocreate/event@v1\n"
SALT_SIZE = 32
ENTRY_SIZE = 8 + HASH_SIZE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_pack_head = struct.Struct(">18sq16sqqqq?5q").pack


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What an event's commitment covers besides its data."""

    origin: str
    position: int
    project: UUID
    version: int
    type: str
    schema_version: int
    recorded_at: Annotated[datetime, Meta(tz=True)]
    """With its offset from UTC; which offset makes no difference."""
    occurred_on: date
    actor: str
    """The mark of the actor: see :func:`actor_mark`."""
    actor_role: str
    public: bool


def actor_mark(salt: bytes, actor: str) -> str:
    """Give what stands for an actor in the canonical bytes of an event with this salt."""
    return sha256(salt + b"actor\n" + actor.encode()).hexdigest()


def canonical_bytes(envelope: Envelope, data: bytes) -> bytes:
    """Give the bytes that stand for an event, and for no other.

    Raises :class:`OutOfRange` for a number that does not fit its bytes, and ``TypeError`` for a
    moment without an offset from UTC.
    """
    columns = Columns(
        projects=[envelope.project.bytes],
        actors=[envelope.actor.encode()],
        public=[envelope.public],
        data=[data],
    )
    [found] = _canonical(envelope.origin, [b""], [envelope], columns)
    return found


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be committed to of many events besides what they say plainly: one of each."""

    projects: Sequence[bytes]
    """The bytes of the UUIDs."""
    actors: Sequence[bytes]
    """The marks of the actors."""
    public: Sequence[bool]
    data: Sequence[bytes | msgspec.Raw]


class Told(Protocol):
    """What any event says plainly."""

    @property
    def position(self) -> int: ...  # noqa: D102
    @property
    def version(self) -> int: ...  # noqa: D102
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def schema_version(self) -> int: ...  # noqa: D102
    @property
    def recorded_at(self) -> datetime: ...  # noqa: D102
    @property
    def occurred_on(self) -> date: ...  # noqa: D102
    @property
    def actor_role(self) -> str: ...  # noqa: D102


def _canonical(
    origin: str, ahead: Sequence[bytes], events: Sequence[Told], columns: Columns
) -> Iterator[bytes]:
    """Yield the canonical bytes of each event, after what is to stand ahead of them."""
    # The one place that knows the form, and the hottest of all: nothing is called in it that is not
    # needed, no struct is made, and what stands ahead is joined with the rest in one go.
    written = origin.encode()
    for before, event, project, actor, public, data in zip(
        ahead,
        events,
        columns.projects,
        columns.actors,
        columns.public,
        columns.data,
        strict=True,
    ):
        passed = event.recorded_at - _EPOCH
        kind, role = event.type.encode(), event.actor_role.encode()
        try:
            head = _pack_head(
                LABEL,
                event.position,
                project,
                event.version,
                event.schema_version,
                # Far faster than to divide one timedelta by another.
                (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds,
                event.occurred_on.toordinal() - _FIRST_DAY,
                public,
                len(written),
                len(kind),
                len(actor),
                len(role),
                len(data),
            )
        except struct.error:
            message = f"The event at position {event.position} has a number beyond 64 bits"
            raise OutOfRange(message) from None
        yield b"".join((before, head, written, kind, actor, role, data))


def commitments(
    origin: str, salts: Sequence[bytes], events: Sequence[Told], columns: Columns
) -> list[Hash]:
    """Commit to many events of a log; several times as fast as to each by itself.

    Raises what :func:`canonical_bytes` raises, and :class:`Malformed` for a salt that has not 32
    bytes.
    """
    _require_salts(salts)
    return [sha256(each).digest() for each in _canonical(origin, salts, events, columns)]


def commitment(salt: bytes, envelope: Envelope, data: bytes) -> Hash:
    """Commit to an event; raises :class:`Malformed` for a salt that has not 32 bytes."""
    _require_salts([salt])
    return sha256(salt + canonical_bytes(envelope, data)).digest()


def _require_salts(salts: Sequence[bytes]) -> None:
    for size in set(map(len, salts)) - {SALT_SIZE}:
        message = f"The salt has {size} bytes, not {SALT_SIZE}"
        raise Malformed(message)


class Entry(msgspec.Struct, frozen=True):
    """What the tree has of one position."""

    position: int
    commitment: Hash

    def __post_init__(self) -> None:
        if not 1 <= self.position <= MAX_SIZE:
            message = f"A log has no position {self.position}"
            raise OutOfRange(message)
        if len(self.commitment) != HASH_SIZE:
            message = f"The commitment has {len(self.commitment)} bytes, not {HASH_SIZE}"
            raise Malformed(message)

    @classmethod
    def of(cls, salt: bytes, envelope: Envelope, data: bytes) -> Entry:
        """Give the entry of an event; raises what :func:`commitment` raises."""
        return cls(envelope.position, commitment(salt, envelope, data))

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        """Read an entry; raises :class:`Malformed`, or :class:`OutOfRange` for its position."""
        if len(data) != ENTRY_SIZE:
            message = f"The entry has {len(data)} bytes, not {ENTRY_SIZE}"
            raise Malformed(message)
        return cls(int.from_bytes(data[:-HASH_SIZE], "big"), data[-HASH_SIZE:])

    def __bytes__(self) -> bytes:
        return self.position.to_bytes(8, "big") + self.commitment

    @property
    def index(self) -> int:
        """Where the entry is in the tree, from 0."""
        return self.position - 1
