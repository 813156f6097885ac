"""From the body of a request to the struct it says, in one pass."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request

from cocreate.api.parts import parts_of
from cocreate.api.preconditions import Preconditions, media_type_is_json, preconditions
from cocreate.api.problems import FieldError, Problem
from cocreate.api.validation import errors_in

S = TypeVar("S", bound=msgspec.Struct)


class Body(Generic[S]):
    """Reads bodies of one type."""

    def __init__(self, wanted: type[S]) -> None:
        self._wanted = wanted
        self._decoder = msgspec.json.Decoder(wanted)

    async def read(self, request: Request[Any, Any, Any]) -> tuple[S, Preconditions]:
        """Read the body of a request, and the preconditions that came with it.

        Raises a problem that tells everything that is wrong with both.
        """
        if not media_type_is_json(request.scope):
            raise Problem("unsupported-media-type")
        body = await _received(request)
        wrong: list[FieldError] = []
        conditions = preconditions(request.scope, wrong)
        try:
            content = self._decoder.decode(body)
        except (msgspec.DecodeError, ValueError, RecursionError):
            wrong += errors_in(body, self._wanted)
            raise Problem("invalid-input", errors=wrong) from None
        if wrong:
            raise Problem("invalid-input", errors=wrong)
        return content, conditions


async def _received(request: Request[Any, Any, Any]) -> bytes:
    """Receive the body; the way of Litestar reads the headers anew for it, which costs."""
    limit = parts_of(request).settings.max_body_bytes
    received: list[bytes] = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Problem("bad-request")
        size += len(message["body"])
        if size > limit:
            raise Problem("too-large", facts={"limit": limit})
        if not message["more_body"]:
            break
        received.append(message["body"])
    return b"".join([*received, message["body"]]) if received else message["body"]
