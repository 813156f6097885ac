"""How anyone can see that nothing in the log was changed, with a check of receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Meta

from cocreate.api.parts import parts_of
from cocreate.domain.steps import EVENTS
from cocreate.domain.vocabulary import Role
from cocreate.log.tree.keys import VerifierKey
from cocreate.web.query import page_query
from cocreate.web.rendering import page, reader_of

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_RECEIPT = (
    rf"^(/v1/municipalities/[A-Z0-9]+(/projects/{_UUID})?/events/\d+/receipt"
    rf"|/(nl|en)/[A-Z0-9]+/projects/{_UUID}/positions/\d+/receipt)$"
)
"""The addresses of this server at which there are receipts."""


class ReceiptToCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt that a reader came with."""

    receipt: (
        Annotated[
            str, Meta(max_length=200, pattern=_RECEIPT, description="Its address on this server.")
        ]
        | None
    ) = None


@get("/{code:str}/trust", include_in_schema=False)
async def read_trust(request: Request[Any, Any, Any], code: FromPath[str]) -> Template:
    """Tell what the log is, how its tree stands now, and let a receipt be checked."""
    (asked,) = page_query(request, ReceiptToCheck)
    reader = await reader_of(request, code)
    parts = parts_of(request)
    signed = await parts.service.trees.signed(code)
    keys: Sequence[VerifierKey] = ()
    if parts.signing is not None and signed is not None:
        keys = parts.signing.keys.verifiers(signed.origin)
    # How the tree stands is another every second, and who is signed in is named.
    return page(
        "trust",
        reader.language,
        reader,
        signed=signed,
        keys=[str(key) for key in keys],
        witnesses=[str(key) for key in parts.witnesses],
        receipt=asked.receipt,
        types=sorted(EVENTS),
        roles=list(Role),
    )


HANDLERS = (read_trust,)
"""The page on which one checks the log."""
