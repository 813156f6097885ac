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
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated
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
    try:
        return canonical(
            envelope.position,
            envelope.project.bytes,
            envelope.version,
            envelope.schema_version,
            envelope.recorded_at,
            envelope.occurred_on,
            envelope.public,
            envelope.origin.encode(),
            envelope.type.encode(),
            envelope.actor.encode(),
            envelope.actor_role.encode(),
            data,
        )
    except struct.error:
        message = f"The event at position {envelope.position} has a number beyond 64 bits"
        raise OutOfRange(message) from None


def canonical(  # noqa: PLR0913 - what it takes is the form, in its order
    position: int,
    project: bytes,
    version: int,
    schema_version: int,
    recorded_at: datetime,
    occurred_on: date,
    public: bool,  # noqa: FBT001
    origin: bytes,
    kind: bytes,
    actor: bytes,
    actor_role: bytes,
    data: bytes,
) -> bytes:
    """Give the canonical bytes of an event from its parts, texts as UTF-8.

    For whoever has many: it makes no envelope. Raises ``struct.error`` for a number that does not
    fit its bytes, and ``TypeError`` for a moment without an offset from UTC.
    """
    passed = recorded_at - _EPOCH
    return b"".join(
        (
            _pack_head(
                LABEL,
                position,
                project,
                version,
                schema_version,
                # Far faster than to divide one timedelta by another.
                (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds,
                occurred_on.toordinal() - _FIRST_DAY,
                public,
                len(origin),
                len(kind),
                len(actor),
                len(actor_role),
                len(data),
            ),
            origin,
            kind,
            actor,
            actor_role,
            data,
        )
    )


def commitment(salt: bytes, envelope: Envelope, data: bytes) -> Hash:
    """Commit to an event; raises :class:`Malformed` for a salt that has not 32 bytes."""
    if len(salt) != SALT_SIZE:
        message = f"The salt has {len(salt)} bytes, not {SALT_SIZE}"
        raise Malformed(message)
    return sha256(salt + canonical_bytes(envelope, data)).digest()


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
