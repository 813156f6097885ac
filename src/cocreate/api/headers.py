"""The headers that every answer carries, whatever it says."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.exceptions import NotFoundException
from litestar.types import Message, Scope

from cocreate.api.told import request_id

API_VERSION = "1.0.0"

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"api-version", API_VERSION.encode()),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
POLICY = b"content-security-policy"
UNLESS_SET: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (POLICY, b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
"""What an answer may say otherwise for itself."""
IN_ANY_FRAME = b"frame-ancestors *"
"""What the policy of an answer says that may be shown within pages of other sites."""
NO_FRAME = (b"x-frame-options", b"DENY")
"""What older browsers know of all others."""


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the headers to an answer that is about to be sent."""
    if message["type"] != "http.response.start":
        return
    given = message["headers"]
    names = [name for name, _ in given]
    left = [each for each in UNLESS_SET if each[0] not in names]
    framed = any(name == POLICY and IN_ANY_FRAME in value for name, value in given)
    message["headers"] = [
        *given,
        *ALWAYS,
        *left,
        *(() if framed else (NO_FRAME,)),
        (b"x-request-id", request_id(scope)),
    ]


async def refuse_trailing_slash(request: Request[Any, Any, Any]) -> None:
    """Find nothing at an address with a slash at its end (NL API Design Rules), but the first."""
    if request.scope["raw_path"] != b"/" and request.scope["raw_path"].endswith(b"/"):
        raise NotFoundException
