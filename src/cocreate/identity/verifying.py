"""What a bearer token says, once it is certain that a trusted issuer says it of now and to us.

The signature and the registered claims are PyJWT's to check (RFC 7519, RFC 8725). What stands here
is which tokens get that far: by which algorithm and key is for the issuer's terms and its own list
of keys to say, never for the token, so what a token says of keys (``jku``, ``jwk``, ``x5u``,
``x5c``) is not looked at.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Final, Literal

import jwt
import msgspec

from cocreate.domain.identity import Issuer, SigningAlgorithm
from cocreate.identity.providers import Provider
from cocreate.identity.strict_json import Json, JsonObject, NotStrict, parse_object

MAX_TOKEN_BYTES: Final = 8_192
MAX_SUBJECT: Final = 255
"""How long a subject may be (OpenID Connect Core, 2)."""
MAX_VALUES: Final = 500
"""How many values of a claim are looked at."""
TYPES: Final = frozenset({None, "jwt", "at+jwt", "application/jwt", "application/at+jwt"})
"""What a token may say it is: an access token (RFC 9068), or a token and no more."""

Refusal = Literal[
    "malformed",
    "untrusted-issuer",
    "wrong-type",
    "wrong-algorithm",
    "critical-header",
    "unknown-key",
    "wrong-signature",
    "wrong-audience",
    "expired",
    "not-yet-valid",
    "wrong-claims",
]


class TokenRefused(Exception):  # noqa: N818
    """A token lets nobody in; ``reason`` is for those who look after it, not for who sent it."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class Unverified(msgspec.Struct, frozen=True):
    """What a token says, whoever wrote it."""

    token: str
    header: JsonObject
    issuer: str
    claims: JsonObject


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a trusted issuer says of a person."""

    issuer: str
    subject: str
    roles: frozenset[str]
    """The values of the claim for roles."""
    groups: frozenset[str]
    expires_at: float
    """The last moment the token holds, in seconds since 1970."""


def read(token: str) -> Unverified:
    """Read a token without believing it; raises :class:`TokenRefused`."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii() or len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused("malformed")
    try:
        header, claims = (parse_object(_decoded(part)) for part in parts[:2])
    except (NotStrict, ValueError):
        raise TokenRefused("malformed") from None
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise TokenRefused("malformed")
    return Unverified(token, header, issuer, claims)


async def verify(said: Unverified, terms: Issuer, provider: Provider) -> Verified:
    """Give what a token says on the terms of its issuer.

    Raises :class:`TokenRefused`, and :class:`~cocreate.identity.providers.ProviderUnavailable`.
    """
    header = said.header
    kind = header.get("typ")
    if not (kind is None or isinstance(kind, str)) or (kind and kind.lower()) not in TYPES:
        raise TokenRefused("wrong-type")
    if "crit" in header:  # nothing that would have to be understood is understood (RFC 7515)
        raise TokenRefused("critical-header")
    algorithm = next((each for each in terms.algorithms if each == header.get("alg")), None)
    if algorithm is None:
        raise TokenRefused("wrong-algorithm")
    key_id = header.get("kid")
    if not (key_id is None or isinstance(key_id, str)):
        raise TokenRefused("malformed")
    key = await provider.key(key_id, algorithm)
    if key is None:
        raise TokenRefused("unknown-key")
    _check(said.token, key, algorithm, terms)
    subject, expires_at = said.claims["sub"], said.claims["exp"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= MAX_SUBJECT:
        raise TokenRefused("wrong-claims")
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
        raise TokenRefused("wrong-claims")
    return Verified(
        issuer=said.issuer,
        subject=subject,
        roles=values_at(said.claims, terms.roles_claim),
        groups=values_at(said.claims, terms.groups_claim or ()),
        expires_at=float(expires_at),
    )


def values_at(claims: JsonObject, path: Sequence[str]) -> frozenset[str]:
    """Give the texts in a claim: those of a list, or the one text that it is.

    Only ``scope`` is a text that holds several, apart by spaces (RFC 9068, 2.2.3).
    """
    found: Json = claims if path else None
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, str):
        found = list(found.split(" ")) if tuple(path) == ("scope",) else [found]
    if not isinstance(found, list):
        return frozenset()
    return frozenset(each for each in found[:MAX_VALUES] if isinstance(each, str))


def _check(token: str, key: jwt.PyJWK, algorithm: SigningAlgorithm, terms: Issuer) -> None:
    """Check the signature and the registered claims."""
    try:
        jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=terms.audience,
            issuer=terms.issuer,
            leeway=terms.clock_skew_seconds,
            options={"require": ["iss", "sub", "aud", "exp"]},
        )
    except jwt.InvalidSignatureError:
        raise TokenRefused("wrong-signature") from None
    except jwt.ExpiredSignatureError:
        raise TokenRefused("expired") from None
    except jwt.ImmatureSignatureError:
        raise TokenRefused("not-yet-valid") from None
    except jwt.InvalidAudienceError:
        raise TokenRefused("wrong-audience") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        raise TokenRefused("wrong-claims") from None


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
