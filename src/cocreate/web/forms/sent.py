"""What a form sends, read as a struct."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from cocreate.api.problems import Problem

S = TypeVar("S", bound=msgspec.Struct)

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 12_000


async def fields_of(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Give the fields of a form in order. Raises :class:`Problem` for what is no form."""
    kind, _ = request.content_type
    if kind != FORM:
        raise Problem("unsupported-media-type")
    try:
        text = (await request.body()).decode()
        return parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Problem("bad-request") from None


async def form_of(request: Request[Any, Any, Any], struct: type[S]) -> S:
    """Give what a form sent as a struct of texts. Raises :class:`Problem`."""
    try:
        return msgspec.convert(dict(await fields_of(request)), struct)
    except msgspec.ValidationError:
        raise Problem("bad-request") from None
