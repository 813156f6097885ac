"""Asking the read models: the one way to what they answer, for the API and for the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import TypeVar, cast

import asyncpg
import msgspec

from cocreate.api.knowing import Known
from cocreate.api.places import in_token, no_place, place_of, token_of
from cocreate.projections.model import read_models
from cocreate.projections.resource import Dashboard, Register

STREAMED = 2_000
"""How many rows are read at a time for a stream."""

_JSON = msgspec.json.Encoder()

R = TypeVar("R", Register, Dashboard)
S = TypeVar("S", bound=msgspec.Struct)


class Asked(msgspec.Struct, frozen=True):
    """What is asked of a register: by whom, as known at what, narrowed to what."""

    name: str
    """The read model."""
    register: Register
    known: Known
    narrow: msgspec.Struct

    async def rows(self, after: str | None, limit: int) -> tuple[list[msgspec.Struct], str | None]:
        """Give rows after a place, and the place of the last if there are more."""
        known = self.known
        try:
            found = await known.parts.service.answers.ask(
                self.name,
                self.register.function,
                known.code,
                int(known.audience),
                known.position,
                known.today,
                _JSON.encode(self.narrow).decode(),
                after,
                limit + 1,
            )
        except asyncpg.DataError:
            if after is None:
                raise
            raise no_place() from None  # one that this register never gave
        rows = [self.register.row(*record[1:]) for record in found[:limit]]
        return rows, found[limit - 1]["place"] if len(found) > limit else None

    async def pages(self, after: str | None) -> AsyncIterator[list[msgspec.Struct]]:
        """Give all rows, a page at a time, all as known at one position."""
        place: str | None = after
        while True:
            rows, place = await self.rows(place, STREAMED)
            yield rows
            if place is None:
                return


async def ask_dashboard(
    name: str, dashboard: Dashboard, known: Known, narrow: msgspec.Struct
) -> bytes:
    """Give a dashboard of a read model as JSON, as its ``answers`` describes."""
    [row] = await known.parts.service.answers.ask(
        name,
        dashboard.function,
        known.code,
        int(known.audience),
        known.position,
        known.today,
        _JSON.encode(narrow).decode(),
    )
    return cast("str", row[0]).encode()


async def rows_at(
    path: str, row: type[S], known: Known, narrow: msgspec.Struct, after: str | None, limit: int
) -> tuple[list[S], str | None]:
    """Give a page of the register at an address, its rows as ``row`` declares, and its ``next``.

    Raises :class:`LookupError` where there is no such register, and
    :class:`~cocreate.api.problems.Problem` where no page gave what it starts ``after``.
    """
    asked = Asked(*resource_at(path, Register), known, narrow)
    found, more = await asked.rows(None if after is None else row_place(after), limit)
    rows = [msgspec.convert(each, row, strict=False) for each in msgspec.to_builtins(found)]
    return rows, None if more is None else row_token(more)


async def dashboard_at(path: str, answers: type[S], known: Known, narrow: msgspec.Struct) -> S:
    """Give what the dashboard at an address answers.

    Raises :class:`LookupError` where there is no such dashboard.
    """
    body = await ask_dashboard(*resource_at(path, Dashboard), known, narrow)
    return msgspec.json.decode(body, type=answers)


@cache
def resource_at(path: str, kind: type[R]) -> tuple[str, R]:
    """Give a resource by the address it has below that of a municipality, and its read model.

    Raises :class:`LookupError` where there is none of that kind.
    """
    for name, model in read_models().items():
        for resource in model.RESOURCES:
            if isinstance(resource, kind) and resource.path == path:
                return name, resource
    raise LookupError(path)


def row_place(token: str) -> str:
    """Give the place of a row in a register, as the database takes it, from what a page gave.

    Raises :class:`~cocreate.api.problems.Problem` for what no page gave.
    """
    return place_of(token, _place)


def row_token(place: str) -> str:
    """Give what a page tells of where the next one starts."""
    return token_of(msgspec.json.encode(msgspec.json.decode(place)))


def _place(token: str) -> str:
    place = in_token(token)
    if not isinstance(msgspec.json.decode(place), list) or b"\\u0000" in place:
        raise ValueError(token)
    return place.decode()
