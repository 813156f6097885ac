"""What the address of a page says beyond its path, as forms send it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request
from msgspec import Meta

from cocreate.api.places import After
from cocreate.api.query import read_items


class PagePaging(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list is shown."""

    after: After | None = None


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a page tells whoever comes to it from a form."""

    recorded: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    """The position of the step that was just recorded."""


def page_query(request: Request[Any, Any, Any], *structs: type[msgspec.Struct]) -> list[Any]:
    """Give what a form sent as structs: a field that was left empty is one that was not sent.

    Raises :class:`~cocreate.api.problems.Problem` that names every parameter that is wrong.
    """
    sent = request.query_params.multi_items()
    return read_items([(name, value) for name, value in sent if value.strip()], *structs)
