"""What a write says beside its body: Idempotency-Key and If-Match."""

from __future__ import annotations

from hashlib import sha256

import msgspec
from litestar.types import HTTPScope, Scope

from cocreate.api.authentication import header
from cocreate.api.principal import Principal
from cocreate.api.problems import FieldError
from cocreate.log.live import Sender

_CANONICAL = msgspec.json.Encoder(order="deterministic")


class Preconditions(msgspec.Struct, frozen=True):
    """Under which conditions a write may be taken."""

    key: str | None = None
    expected: int | None = None
    matching: bool = False
    """Whether If-Match was sent at all, be it as ``*``."""

    def sender(self, principal: Principal, scope: HTTPScope, content: object) -> Sender:
        """Give who sends a command, told from others by what it says rather than how."""
        if self.key is None:
            return Sender(
                actor=principal.actor, actor_role=principal.role or "", expected=self.expected
            )
        said = sha256(f"{scope['method']} {scope['path']}\n".encode())
        said.update(_CANONICAL.encode(content))
        return Sender(
            actor=principal.actor,
            actor_role=principal.role or "",
            expected=self.expected,
            key=self.key,
            fingerprint=said.digest(),
        )


NONE = Preconditions()


def preconditions(scope: Scope, wrong: list[FieldError]) -> Preconditions:
    """Read the preconditions of a write; what is wrong with them is added to a list."""
    key: bytes | None = None
    match: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"idempotency-key":
            key = value
        elif name == b"if-match":
            match = value
    if key is None and match is None:
        return NONE
    if key is not None and not (1 <= len(key) <= 255 and all(33 <= c <= 126 for c in key)):
        wrong.append(FieldError("Idempotency-Key", "wrong-idempotency-key", source="header"))
    expected = None
    if match is not None and match != b"*":
        digits = match[1:-1]
        if match == b'"%b"' % digits and digits.isdigit() and len(digits) <= 9:
            expected = int(digits)
        else:
            wrong.append(FieldError("If-Match", "wrong-if-match", source="header"))
    return Preconditions(
        None if key is None else key.decode("latin-1"), expected, match is not None
    )


def media_type_is_json(scope: Scope) -> bool:
    """Tell whether the body says it is JSON; one that says nothing is taken for it."""
    sent = header(scope, b"content-type")
    if sent is None or sent == b"application/json":
        return True
    kind = sent.partition(b";")[0].strip().lower()
    return kind == b"application/json"
