"""A certified OpenID Connect provider, oidc-provider of npm, on loopback: its tokens let people in.

Its packages are installed by ``.ci/run``, as the lock file beside it says.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jwt.algorithms import RSAAlgorithm
from msgspec.structs import replace
from tests.api.conftest import As, Town, found_town
from tests.identity.issuing import AUDIENCE, SigningKey

from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings

FOLDER = Path(__file__).parent / "provider"
SECRET = "x" * 40
DAY = "2024-09-17"
WISH = {"occurredOn": DAY, "title": "Licht"}
PEOPLE = [
    {"id": "anna", "secret": SECRET, "roles": ["ambtenaar", "griffie"], "groups": []},
    {"id": "boris", "secret": SECRET, "roles": [], "groups": ["/water"]},
]

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules").is_dir(),
    reason="node or oidc-provider is not installed; see .ci/run",
)


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def settings(settings: Settings, port: int) -> Settings:
    return replace(
        settings, private_issuers=(f"http://127.0.0.1:{port}",), issuer_refetch_seconds=0.0
    )


@contextlib.asynccontextmanager
async def provider(port: int, *keys: SigningKey, audience: str = AUDIENCE) -> AsyncIterator[str]:
    """Run the provider with keys of which it signs with the first, and give its address."""
    issuer = f"http://127.0.0.1:{port}"
    said = {
        "issuer": issuer,
        "port": port,
        "keys": [_private(key) for key in keys],
        "people": PEOPLE,
        "audience": audience,
    }
    process = await asyncio.create_subprocess_exec(
        "node",
        FOLDER / "provider.js",
        json.dumps(said),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"listening\n"
        yield issuer
    finally:
        process.stdin.close()
        await process.wait()


def _private(key: SigningKey) -> dict[str, Any]:
    jwk: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key.key))  # type: ignore[arg-type]
    jwk.pop("key_ops")
    return {**jwk, "kid": key.kid, "alg": key.algorithm, "use": "sig"}


async def signed_in(town: Town, issuer: str, name: str) -> As:
    """Get a token from the provider, as a program that acts for itself does."""
    async with httpx.AsyncClient(base_url=issuer) as client:
        answer = await client.post(
            "/token", data={"grant_type": "client_credentials"}, auth=(name, SECRET)
        )
    assert answer.status_code == 200, answer.text
    return As(town.anyone.client, answer.json()["access_token"])


async def test_tokens_of_a_real_provider_let_people_in(
    client: httpx.AsyncClient, port: int
) -> None:
    town = await found_town(client)
    administrator, project = town[Role.TENANT_ADMINISTRATOR], await town.start()
    first, second, third = SigningKey("een"), SigningKey("twee", "PS256"), SigningKey("drie")
    terms = {
        "occurredOn": DAY,
        "issuer": f"http://127.0.0.1:{port}",
        "audience": AUDIENCE,
        "algorithms": ["RS256", "PS256"],
        "rolesClaim": ["access", "roles"],
        "roles": [
            {"value": "ambtenaar", "role": "official"},
            {"value": "griffie", "role": "clerk"},
        ],
        "groupsClaim": ["groups"],
    }
    assert (await administrator.post(f"{town.home}/issuers", terms)).status_code == 201

    async def writes(someone: As) -> int:
        return (await someone.post(f"{project}/wishes", WISH)).status_code

    async with provider(port, first) as issuer:
        anna, boris = [await signed_in(town, issuer, name) for name in ("anna", "boris")]
        assert (await writes(anna), await writes(boris)) == (201, 403)
        group = {"occurredOn": DAY, "issuer": issuer, "group": "/water", "role": "official"}
        granted = {**group, "projects": [project.rpartition("/")[2]]}
        assert (await administrator.post(f"{town.home}/role-grants", granted)).status_code == 201
        assert await writes(boris) == 201
        late = await signed_in(town, issuer, "anna")
    # Down: who was let in stays in, and so does who comes with a token signed by a key it had.
    assert (await writes(anna), await writes(late)) == (201, 201)
    # Started with another key in front, and the one of before still published.
    async with provider(port, second, first) as issuer:
        newcomer = await signed_in(town, issuer, "anna")
        assert (await writes(newcomer), await writes(anna)) == (201, 201)
    # The first key was withdrawn: what it signed opens nothing, once the keys were fetched anew.
    async with provider(port, third) as issuer:
        another = await signed_in(town, issuer, "boris")
        assert (await writes(another), await writes(anna), await writes(late)) == (201, 401, 401)
    async with provider(port, third, audience="https://elders.test") as issuer:
        assert await writes(await signed_in(town, issuer, "anna")) == 401
