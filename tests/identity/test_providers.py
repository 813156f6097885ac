"""The keys of a provider: fetched once, again when they are others, and kept while it is down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.identity.issuing import Issuer, SigningKey, issuing

from cocreate.domain.identity import SigningAlgorithm
from cocreate.identity.fetching import Fetcher
from cocreate.identity.providers import (
    FRESH_SECONDS,
    REFETCH_SECONDS,
    STALE_SECONDS,
    Provider,
    Providers,
    ProviderUnavailable,
)

ES256 = SigningAlgorithm.ES256
BOTH = ["/.well-known/openid-configuration", "/jwks"]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        issuer.keys = [SigningKey("een", "ES256")]
        yield issuer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def provider(issuer: Issuer, clock: Clock) -> AsyncIterator[Provider]:
    async with Fetcher([issuer.origin]) as fetcher:
        yield Providers(fetcher, clock=clock).of(issuer.origin)


async def fetched(provider: Provider) -> None:
    """Wait for what is fetched beside the requests."""
    assert provider._fetching is not None
    await provider._fetching


async def test_many_tokens_at_once_ask_once(issuer: Issuer, provider: Provider) -> None:
    found = await asyncio.gather(*(provider.key("een", ES256) for _ in range(20)))
    assert all(found)
    assert issuer.asked == BOTH
    assert (provider.revision, await provider.key("een", ES256)) == (1, found[0])


async def test_a_new_key_is_found_as_soon_as_a_token_names_it(
    issuer: Issuer, provider: Provider, clock: Clock
) -> None:
    assert await provider.key("een", ES256) is not None
    issuer.keys = [SigningKey("twee", "ES256")]
    clock.now += REFETCH_SECONDS
    assert await provider.key("twee", ES256) is not None
    assert await provider.key("een", ES256) is None
    assert provider.revision == 2


async def test_made_up_keys_make_it_ask_once_in_a_while_only(
    issuer: Issuer, provider: Provider, clock: Clock
) -> None:
    for made_up in range(20):
        assert await provider.key(f"verzonnen-{made_up}", ES256) is None
    assert issuer.asked == BOTH
    clock.now += REFETCH_SECONDS
    for made_up in range(20):
        assert await provider.key(f"verzonnen-{made_up}", ES256) is None
    assert issuer.asked == BOTH * 2
    assert provider.revision == 1


async def test_keys_are_asked_for_again_beside_the_requests_in_time(
    issuer: Issuer, provider: Provider, clock: Clock
) -> None:
    first = await provider.key("een", ES256)
    issuer.keys = []
    clock.now += FRESH_SECONDS + 1
    assert await provider.key("een", ES256) is first
    await fetched(provider)
    assert await provider.key("een", ES256) is None


async def test_while_a_provider_is_down_its_keys_are_kept_for_some_hours(
    issuer: Issuer, provider: Provider, clock: Clock
) -> None:
    first = await provider.key("een", ES256)
    issuer.down = True
    clock.now += STALE_SECONDS
    assert await provider.key("een", ES256) is first
    await fetched(provider)
    clock.now += REFETCH_SECONDS
    with pytest.raises(ProviderUnavailable):
        await provider.key("een", ES256)
    issuer.down = False
    with pytest.raises(ProviderUnavailable):  # it was asked just now
        await provider.key("een", ES256)
    clock.now += REFETCH_SECONDS
    assert await provider.key("een", ES256) is not None


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://elders.example"},
        {"issuer": "{origin}/"},
        {},
        {"issuer": "{origin}", "jwks_uri": 1},
        {"issuer": "{origin}", "jwks_uri": "http://169.254.169.254/jwks"},
        {"issuer": "{origin}", "jwks_uri": "https://127.0.0.1/jwks"},
        {"issuer": "{origin}", "jwks_uri": "{origin}/te-veel"},
        {"issuer": "{origin}", "jwks_uri": "{origin}/geen-lijst"},
    ],
)
async def test_discovery_is_of_the_issuer_and_leads_outside(
    issuer: Issuer, provider: Provider, said: dict[str, object]
) -> None:
    text = json.dumps({"jwks_uri": "{origin}/jwks", **said}).replace("{origin}", issuer.origin)
    many = json.dumps({"keys": [issuer.keys[0].published] * 101}).encode()
    issuer.answers = {
        BOTH[0]: (200, {}, text.encode()),
        "/te-veel": (200, {}, many),
        "/geen-lijst": (200, {}, b'{"keys": {}}'),
    }
    with pytest.raises(ProviderUnavailable):
        await provider.key("een", ES256)


async def test_two_keys_of_one_name_are_none(issuer: Issuer, provider: Provider) -> None:
    issuer.keys.append(SigningKey("een", "ES256"))
    assert await provider.key("een", ES256) is None


async def test_a_request_waits_in_its_own_way_only_while_keys_are_fetched(issuer: Issuer) -> None:
    waited = 0

    @asynccontextmanager
    async def waiting() -> AsyncIterator[None]:
        nonlocal waited
        waited += 1
        yield

    async with Fetcher([issuer.origin]) as fetcher:
        provider = Providers(fetcher, waiting=waiting).of(issuer.origin)
        assert await provider.key("een", ES256) is not None
        assert await provider.key("een", ES256) is not None
    assert waited == 1
