"""What may be told of a request wherever it is told: its id, and the template of its route."""

from __future__ import annotations

import secrets
import string
from itertools import count
from typing import Final

from litestar.types import Scope

MAX_REQUEST_ID = 100
NO_ROUTE: Final = "none"

_PROCESS = secrets.token_hex(8).encode()
_numbers = count(1)
_SAFE = frozenset((string.ascii_letters + string.digits + "-._").encode())
_KEY: Final = "request_id"


def request_id(scope: Scope) -> bytes:
    """Give the id the sender gave the request, if it is a sensible one, else one that was made.

    It is the same for as long as the request is handled.
    """
    known: bytes | None = scope.get(_KEY)  # type: ignore[assignment]
    if known is None:
        known = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        if not known or len(known) > MAX_REQUEST_ID or not _SAFE.issuperset(known):
            known = b"%b-%x" % (_PROCESS, next(_numbers))
        scope[_KEY] = known  # type: ignore[typeddict-unknown-key]
    return known


def route_of(scope: Scope) -> str:
    """Give the template of the route of a request; its path may hold what somebody made up."""
    return scope.get("path_template") or NO_ROUTE
