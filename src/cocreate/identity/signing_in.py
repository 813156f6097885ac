"""Signing in at an issuer: the authorization code flow with PKCE (RFC 6749, 4.1; RFC 7636).

The client is a public one: a municipality's settings are no place for its secret, and what proves
that the code comes back to who asked for it is the verifier (RFC 9700, 2.1.1). The token that comes
of it is one for the API, and is verified as any other; the one about the person is not looked at.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final
from urllib.parse import urlencode

import msgspec

from cocreate.domain.identity import Issuer
from cocreate.identity.fetching import Fetcher, NotFetched
from cocreate.identity.providers import address_in, discover
from cocreate.identity.verifying import MAX_TOKEN_BYTES

RANDOM_BYTES: Final = 32
MAX_CODE: Final = 4_000
"""How long the code may be that an issuer sends back."""


class NotSignedIn(Exception):  # noqa: N818
    """What came back from an issuer lets nobody in."""


class Begun(msgspec.Struct, frozen=True):
    """What whoever is sent to an issuer takes along, and shows again on coming back."""

    issuer: str
    state: str
    verifier: str
    back_to: str
    """The address at which the issuer sends them back."""


def begin(issuer: str, back_to: str) -> Begun:
    """Give what somebody takes along to an issuer."""
    return Begun(issuer, token_urlsafe(RANDOM_BYTES), token_urlsafe(RANDOM_BYTES), back_to)


async def address_for(fetcher: Fetcher, terms: Issuer, begun: Begun) -> str:
    """Give the address at the issuer to which somebody is sent.

    Raises :class:`~cocreate.identity.fetching.NotFetched`, and :class:`NotSignedIn` where nobody
    signs in to the pages by this issuer.
    """
    client = terms.pages
    if client is None:
        raise NotSignedIn(terms.issuer)
    endpoint = address_in(await discover(fetcher, terms.issuer), "authorization_endpoint")
    fetcher.require_allowed(endpoint)
    challenge = urlsafe_b64encode(sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": client.client,
        "redirect_uri": begun.back_to,
        "scope": client.scope,
        "state": begun.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **_resource(terms),
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


async def token_for(
    fetcher: Fetcher, terms: Issuer, begun: Begun, *, state: str, code: str, issuer: str | None
) -> str:
    """Give the token for which the issuer takes back a code.

    ``issuer`` is who the answer says it comes from, where it says so (RFC 9207). Raises
    :class:`NotSignedIn` where the answer belongs to something else that was begun, and
    :class:`~cocreate.identity.fetching.NotFetched`.
    """
    client = terms.pages
    mine = compare_digest(begun.state.encode(), state.encode())
    if client is None or not mine or issuer not in (None, terms.issuer) or len(code) > MAX_CODE:
        raise NotSignedIn(terms.issuer)
    endpoint = address_in(await discover(fetcher, terms.issuer), "token_endpoint")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": begun.back_to,
        "client_id": client.client,
        "code_verifier": begun.verifier,
        **_resource(terms),
    }
    token = (await fetcher.fetch(endpoint, form)).get("access_token")
    if not isinstance(token, str) or len(token) > MAX_TOKEN_BYTES or not token.isascii():
        message = f"{terms.issuer} gave no token"
        raise NotFetched(message)
    return token


def _resource(terms: Issuer) -> dict[str, str]:
    """Say for which API the token is to be, where its audience is an address (RFC 8707)."""
    return {"resource": terms.audience} if terms.audience.startswith("https://") else {}
