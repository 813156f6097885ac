"""The keys of identity providers, as discovery leads to them (OpenID Connect Discovery 1.0).

Keys are fetched when the first token comes, and again when a token names one that is not there:
providers rotate their keys without notice. Whoever makes tokens up cannot make this ask more than
once in a while. While a provider gives no answer, the keys it had go on to count for some hours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from time import monotonic
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from cocreate.domain.identity import SigningAlgorithm
from cocreate.identity.fetching import Fetcher, NotFetched
from cocreate.identity.strict_json import JsonObject

FRESH_SECONDS: Final = 600.0
"""For how long keys are used without asking for them again."""
STALE_SECONDS: Final = 6 * 3_600.0
"""For how long they are used while the provider gives no answer."""
REFETCH_SECONDS: Final = 10.0
"""How long it takes at least until the provider is asked again."""
MAX_KEYS: Final = 100
MAX_PROVIDERS: Final = 10_000
MIN_RSA_BITS: Final = 2_048

DISCOVERY: Final = "/.well-known/openid-configuration"
_KTY: Final[Mapping[str, str]] = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_CURVES: Final[Mapping[SigningAlgorithm, tuple[str, ...]]] = {
    SigningAlgorithm.ES256: ("P-256",),
    SigningAlgorithm.ES384: ("P-384",),
    SigningAlgorithm.ES512: ("P-521",),
    SigningAlgorithm.EDDSA: ("Ed25519", "Ed448"),
}

Waiting = Callable[[], AbstractAsyncContextManager[None]]
"""What a request enters while it waits for an issuer."""

_log = logging.getLogger(__name__)


class ProviderUnavailable(Exception):  # noqa: N818
    """The keys of an issuer are not known, and it gives no answer."""


async def discover(fetcher: Fetcher, issuer: str) -> JsonObject:
    """Give what an issuer says of itself (OpenID Connect Discovery 1.0, 4).

    Raises :class:`~cocreate.identity.fetching.NotFetched`.
    """
    said = await fetcher.fetch(issuer.removesuffix("/") + DISCOVERY)
    if said.get("issuer") != issuer:
        message = "it says it is another issuer"
        raise NotFetched(message)
    return said


def address_in(said: JsonObject, name: str) -> str:
    """Give an address that an issuer says of itself.

    Raises :class:`~cocreate.identity.fetching.NotFetched`.
    """
    address = said.get(name)
    if not isinstance(address, str):
        message = f"it does not say what its {name} is"
        raise NotFetched(message)
    return address


class Provider:
    """The keys of one issuer."""

    def __init__(
        self,
        issuer: str,
        fetcher: Fetcher,
        *,
        refetch: float,
        clock: Callable[[], float],
        waiting: Waiting,
    ) -> None:
        self._issuer = issuer
        self._fetcher = fetcher
        self._refetch = refetch
        self._clock = clock
        self._waiting = waiting
        self._keys: list[JsonObject] = []
        self._made: dict[tuple[str | None, SigningAlgorithm], jwt.PyJWK | None] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._fetching: asyncio.Task[None] | None = None
        self.revision = 0
        """Counts the changes of the keys: what was verified by those of before is looked at again.
        """

    async def key(self, key_id: str | None, algorithm: SigningAlgorithm) -> jwt.PyJWK | None:
        """Give the key by which a token says it was signed; None where the issuer has none such.

        Raises :class:`ProviderUnavailable`.
        """
        if self._age() > STALE_SECONDS:
            await self._renew()
            if self._age() > STALE_SECONDS:
                raise ProviderUnavailable(self._issuer)
        elif self._age() > FRESH_SECONDS:
            self._begin()
        found = self._find(key_id, algorithm)
        if found is None:
            await self._renew()
            found = self._find(key_id, algorithm)
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    async def _renew(self) -> None:
        fetching = self._begin()
        if fetching is not None:
            async with self._waiting():
                await asyncio.shield(fetching)

    def _begin(self) -> asyncio.Task[None] | None:
        """Ask for the keys, unless that is being done or was done just now."""
        if self._fetching is None:
            if self._tried is not None and self._clock() - self._tried < self._refetch:
                return None
            self._tried = self._clock()
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched_or_not)
        return self._fetching

    def _fetched_or_not(self, _: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _fetch(self) -> None:
        try:
            keys = await self._published()
        except NotFetched as problem:
            _log.warning("The keys of %s could not be fetched: %s", self._issuer, problem)
            return
        if keys != self._keys:
            self._keys = keys
            self._made.clear()
            self.revision += 1
        self._fetched = self._clock()

    async def _published(self) -> list[JsonObject]:
        said = await discover(self._fetcher, self._issuer)
        keys = (await self._fetcher.fetch(address_in(said, "jwks_uri"))).get("keys")
        if not isinstance(keys, list) or len(keys) > MAX_KEYS:
            message = "it gives no list of keys, or too long a one"
            raise NotFetched(message)
        return [key for key in keys if isinstance(key, dict)]

    def _find(self, key_id: str | None, algorithm: SigningAlgorithm) -> jwt.PyJWK | None:
        """Give the one key that fits; where a token names none, the issuer must have one only."""
        asked = (key_id, algorithm)
        if asked in self._made:
            return self._made[asked]
        fitting = [
            key
            for key in self._keys
            if _fits(key, algorithm) and (key_id is None or key.get("kid") == key_id)
        ]
        if len(fitting) != 1:
            return None  # not kept: whoever makes up names of keys would fill the memory
        found = self._made[asked] = _made(fitting[0], algorithm)
        return found


class Providers:
    """The providers that this process has asked."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        refetch: float = REFETCH_SECONDS,
        clock: Callable[[], float] = monotonic,
        waiting: Waiting = nullcontext,
    ) -> None:
        """Ask issuers no sooner than after ``refetch`` seconds; ``waiting`` is held meanwhile."""
        self.fetcher = fetcher
        self._refetch = refetch
        self._clock = clock
        self._waiting = waiting
        self._known: dict[str, Provider] = {}

    def of(self, issuer: str) -> Provider:
        """Give the provider of an issuer, which must be one that is trusted."""
        known = self._known.get(issuer)
        if known is None:
            if len(self._known) >= MAX_PROVIDERS:
                del self._known[next(iter(self._known))]
            known = self._known[issuer] = Provider(
                issuer,
                self.fetcher,
                refetch=self._refetch,
                clock=self._clock,
                waiting=self._waiting,
            )
        return known


def _fits(key: JsonObject, algorithm: SigningAlgorithm) -> bool:
    """Tell whether a key is meant for signatures by an algorithm (RFC 7517, RFC 8725, 3.1)."""
    curves = _CURVES.get(algorithm)
    operations = key.get("key_ops")
    return (
        key.get("kty") == _KTY[algorithm[:2]]
        and (curves is None or key.get("crv") in curves)
        and key.get("use") in (None, "sig")
        and key.get("alg") in (None, algorithm)
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and "d" not in key  # one that is public altogether is nobody's
    )


def _made(key: JsonObject, algorithm: SigningAlgorithm) -> jwt.PyJWK | None:
    try:
        made = jwt.PyJWK.from_dict(key, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(made.key, RSAPublicKey) and made.key.key_size < MIN_RSA_BITS:
        return None
    return made
