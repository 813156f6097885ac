"""What a route says of itself for the OpenAPI document, beyond what its handler shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

KEY = "documented"


class Documented(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation takes and answers."""

    takes: Any = None
    """The type of the body."""
    example: object = None
    """A body that the operation takes, as JSON has it."""
    answers: Any = None
    """The type of the answer, None for one without content or one that is not JSON."""
    media: str = "application/json"
    """The media type of the answer."""
    problems: Sequence[int] = ()
    """The statuses of the problems that may be answered."""
    preconditions: bool = False
    """Whether Idempotency-Key and If-Match are honoured."""
    headers: Mapping[str, str] = {}
    """What headers the answer has beside the usual, and what they tell."""
    open: bool = False
    """Whether no key is needed."""
    query: Sequence[type[msgspec.Struct]] = ()
    """The structs whose fields are the query parameters."""
    also: Sequence[str] = ()
    """In which other media types it may be answered."""
    tagged: bool = False
    """Whether the answer has an ETag, and If-None-Match is honoured."""


def documented(
    *,
    takes: Any = None,  # noqa: ANN401 - any type msgspec knows
    example: object = None,
    answers: Any = None,  # noqa: ANN401
    media: str = "application/json",
    problems: Sequence[int] = (),
    preconditions: bool = False,
    headers: Mapping[str, str] | None = None,
    open: bool = False,  # noqa: A002
    query: Sequence[type[msgspec.Struct]] = (),
    also: Sequence[str] = (),
    tagged: bool = False,
) -> dict[str, Documented]:
    """Give what goes into ``opt`` of a route handler."""
    return {
        KEY: Documented(
            takes=takes,
            example=example,
            answers=answers,
            media=media,
            problems=problems,
            preconditions=preconditions,
            headers=headers or {},
            open=open,
            query=query,
            also=also,
            tagged=tagged,
        )
    }


def read(handler: HTTPRouteHandler) -> Documented:
    """Give what a route says of itself."""
    said = handler.opt.get(KEY)
    return said if isinstance(said, Documented) else Documented()
