"""Who is signed in: a cookie that holds, encrypted, what a client of the API would send.

A request for a page goes on as if it carried that credential, so roles, denials, rates and what is
on record of readers are those of the API. The cookie counts for one municipality; elsewhere its
holder is anyone.
"""

from __future__ import annotations

from hashlib import sha256
from secrets import token_bytes
from time import time
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from litestar import Request
from litestar.exceptions import LitestarException
from litestar.middleware.session.client_side import (
    ClientSideSessionBackend,
    CookieBackendConfig,
)
from litestar.types import ASGIApp, Receive, Scope, Send

from cocreate.identity.signing_in import Begun
from cocreate.settings import Settings

HOURS: Final = 8
"""For how many hours one stays signed in at most: a working day."""
SIGNED_IN: Final = "signedIn"
"""Under what the session keeps who is signed in."""
BEGUN: Final = "begun"
"""Under what it keeps what somebody took along to an issuer."""
MOST_AWAY: Final = 900
"""How many seconds signing in at an issuer may take."""


class SignedIn(msgspec.Struct, frozen=True, rename="camel"):
    """Who is signed in, and where."""

    code: str
    """The municipality."""
    credential: str
    """What is sent with each request: an API key, or a token of an issuer."""
    until: int
    """When one has to sign in again, in seconds since 1970."""


class _Backend(ClientSideSessionBackend):
    """Takes what is no session of ours for none; Litestar's own would fail on it."""

    def load_data(self, data: list[bytes]) -> dict[str, Any]:
        """Give what a cookie holds: nothing, unless it was made here and has not been changed."""
        try:
            return super().load_data(data)
        except (InvalidTag, LitestarException, ValueError, LookupError, TypeError):
            return {}


class _Sessions(CookieBackendConfig):
    """Litestar's, with that."""

    _backend_class = _Backend


def sessions(settings: Settings) -> CookieBackendConfig:
    """Give how sessions are kept: in the browser, under a key that follows from the master key.

    Without a master key, sessions end with the process, and count in this one only.
    """
    master = settings.master()
    secret = token_bytes(32) if master is None else master.derived(b"cocreate sessions of pages")
    return _Sessions(
        secret=secret,
        key="__Host-session",
        max_age=HOURS * 3600,
        secure=True,
        httponly=True,
        samesite="lax",
        exclude=["^/v1", "^/problems", "^/static"],
    )


def signed_in(request: Request[Any, Any, Any]) -> SignedIn | None:
    """Give who is signed in at the municipality of a request."""
    return _of(request.scope)


def sign_in(request: Request[Any, Any, Any], code: str, credential: str) -> None:
    """Let whoever holds a credential of a municipality be signed in from now on."""
    held = SignedIn(code, credential, int(time()) + HOURS * 3600)
    request.set_session({SIGNED_IN: msgspec.to_builtins(held)})


def set_out(request: Request[Any, Any, Any], code: str, begun: Begun) -> None:
    """Keep what somebody takes along who is sent to an issuer."""
    kept = {BEGUN: {"code": code, "at": int(time()), **msgspec.to_builtins(begun)}}
    request.set_session({**request.session, **kept})


def come_back(request: Request[Any, Any, Any], code: str) -> Begun | None:
    """Give what was taken along, once; None for who did not set out here, or too long ago."""
    kept = request.session.get(BEGUN)
    request.set_session({name: value for name, value in request.session.items() if name != BEGUN})
    if not isinstance(kept, dict) or kept.get("code") != code:
        return None
    if time() - int(kept.get("at", 0)) > MOST_AWAY:
        return None
    try:
        return msgspec.convert(kept, Begun)
    except msgspec.ValidationError:
        return None  # of another release


def sign_out(request: Request[Any, Any, Any]) -> None:
    """Let nobody be signed in any more."""
    request.clear_session()


def as_signed_in(app: ASGIApp) -> ASGIApp:
    """Make a layer that lets requests for pages carry the credential of who is signed in."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        held = _of(scope)
        # In place: the session is kept by a layer outside of this one, which looks at this scope.
        scope["headers"] = as_sent_with(scope, held.credential if held else None)["headers"]
        await app(scope, receive, send)

    return layer


def as_sent_with(scope: Scope, credential: str | None) -> Scope:
    """Give a request as if it had been sent with a credential, and with no other."""
    headers = [each for each in scope["headers"] if each[0] != b"authorization"]
    if credential is not None:
        headers.append((b"authorization", b"Bearer " + credential.encode("latin-1")))
    return {**scope, "headers": headers}  # type: ignore[return-value]


def fingerprint(held: SignedIn | None) -> str:
    """Give what tells sessions apart without telling the credential."""
    return "" if held is None else sha256(held.credential.encode()).hexdigest()[:16]


def _of(scope: Scope) -> SignedIn | None:
    session = scope.get("session")
    kept = session.get(SIGNED_IN) if isinstance(session, dict) else None
    if kept is None:
        return None
    try:
        held = msgspec.convert(kept, SignedIn)
    except msgspec.ValidationError:
        return None  # of another release
    here = held.code == scope["path_params"].get("code")
    return held if here and held.until > time() else None
