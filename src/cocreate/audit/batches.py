"""Checking many events of a whole log at once.

What holds for all of them is found out column by column, several times as fast as event by event.
Where anything is not plainly as it should be, nothing is taken: the events are then gone past one
after another, which also names what is wrong.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from operator import attrgetter, ge, gt
from uuid import UUID

import msgspec

from cocreate.audit.layout import Description, Line, read_lines, write_lines
from cocreate.log.tree.commitments import SALT_SIZE, Columns, commitments
from cocreate.log.tree.errors import OutOfRange
from cocreate.log.tree.hashing import Hash

UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What is raised for JSON that cannot be read, or not be held."""
_zone = attrgetter("tzinfo")


def read_batch(raw: bytes) -> list[Line] | None:
    """Give the events on lines with their ends; None where one has another spelling."""
    try:
        lines = read_lines(raw)
    except UNREADABLE:
        return None
    return lines if write_lines(lines) == raw else None


def fit_places(
    lines: Sequence[Line], said: Description, position: int, versions: Mapping[str, int]
) -> dict[str, int] | None:
    """Give the versions that the projects come to, after a position and versions before.

    None where an event does not fit its place.
    """
    internal = said.sight == "internal"
    places = [line.position for line in lines]
    if internal:
        if places != list(range(position + 1, position + 1 + len(places))):
            return None
    elif not all(map(gt, places, [position, *places])):
        return None
    if places[-1] > said.size:
        return None
    reached: dict[str, int] = {}
    for line in lines:
        project, version = line.project, line.version
        before = reached.get(project) or versions.get(project, 0)
        if version != before + 1 if internal else version <= before:
            return None
        reached[project] = version
    return reached


def fit_times(lines: Sequence[Line], recorded_at: datetime) -> list[int] | None:
    """Give how many days after it happened each event was recorded, in UTC.

    None where one was recorded before another ahead of it, or before it happened.
    """
    moments = [line.recorded_at for line in lines]
    if set(map(_zone, moments)) != {UTC}:
        return None
    if not all(map(ge, moments, [recorded_at, *moments])):
        return None
    days = [line.recorded_at.toordinal() - line.occurred_on.toordinal() for line in lines]
    return None if min(days) < 0 else days


class Commitments:
    """The commitments to the events of a log, as an export shows them."""

    def __init__(self, said: Description) -> None:
        self._internal = said.sight == "internal"
        self._origin = said.origin
        self._projects: dict[str, bytes] = {}

    def to(self, lines: Sequence[Line]) -> list[Hash] | None:
        """Give the commitment to each event; None where a part of one has no such form."""
        salts = _salts([line.salt for line in lines])
        if salts is None:
            return None
        marks = self._marks(lines, salts)
        if marks is None:
            return None
        known = self._projects
        try:
            return commitments(
                self._origin,
                salts,
                lines,
                Columns(
                    projects=[known.get(p := line.project) or self._project(p) for line in lines],
                    actors=marks,
                    public=[line.visibility == "public" for line in lines],
                    data=[line.data for line in lines],
                ),
            )
        except (ValueError, OutOfRange):
            return None

    def _marks(self, lines: Sequence[Line], salts: Sequence[bytes]) -> list[bytes] | None:
        """Give the marks of the actors, made or shown; None where they are not told so."""
        shown = [line.actor for line in lines if line.actor is not None]
        hidden = [line.actor_mark for line in lines if line.actor_mark is not None]
        told, other = (shown, hidden) if self._internal else (hidden, shown)
        if other or len(told) != len(lines):
            return None
        if not self._internal:
            return [mark.encode() for mark in hidden]
        actors = {actor: b"actor\n" + actor.encode() for actor in set(shown)}
        return [
            hexlify(sha256(salt + actors[actor]).digest())
            for salt, actor in zip(salts, shown, strict=True)
        ]

    def _project(self, project: str) -> bytes:
        """Give the bytes of a UUID; raises ``ValueError`` for another spelling."""
        known = UUID(project)
        if str(known) != project:
            raise ValueError(project)
        self._projects[project] = known.bytes
        return known.bytes


def _salts(told: Sequence[str]) -> list[bytes] | None:
    """Give salts that are told in hexadecimal; None where one is not, or has another size."""
    try:
        salts = list(map(bytes.fromhex, told))
    except ValueError:
        return None
    plain = set(map(len, salts)) == {SALT_SIZE} and list(map(bytes.hex, salts)) == told
    return salts if plain else None
