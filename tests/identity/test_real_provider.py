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
async def provider(
    port: int, *keys: SigningKey, audience: str = AUDIENCE, code: str = "GM0000"
) -> AsyncIterator[str]:
    """Run the provider with keys of which it signs with the first, and give its address."""
    issuer = f"http://127.0.0.1:{port}"
    said = {
        "issuer": issuer,
        "port": port,
        "keys": [_private(key) for key in keys],
        "people": PEOPLE,
        "audience": audience,
        "backTo": [f"https://cocreate.test/nl/{code}/sign-in/done"],
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


class Browser:
    """A browser that keeps cookies, and goes where it is sent."""

    def __init__(self, client: httpx.AsyncClient, issuer: str) -> None:
        self._ours = str(client.base_url).rstrip("/")
        self._issuer = issuer
        self._cookies: dict[str, httpx.Cookies] = {
            self._ours: httpx.Cookies(),
            issuer: httpx.Cookies(),
        }
        self.at = ""

    async def go(self, address: str, form: dict[str, str] | None = None) -> httpx.Response:
        """Open an address, or send a form to it, and follow where that leads."""
        while True:
            address = address.replace("https://cocreate.test", self._ours)
            origin = self._issuer if address.startswith(self._issuer) else self._ours
            if address.startswith("/"):
                address = (self.at or origin) + address
            origin = self._issuer if address.startswith(self._issuer) else self._ours
            self.at = origin
            # Secure cookies go over loopback as well, as browsers have it; httpx has it otherwise.
            kept = self._cookies[origin].jar
            path = httpx.URL(address).path
            sent = "; ".join(f"{c.name}={c.value}" for c in kept if path.startswith(c.path))
            async with httpx.AsyncClient(timeout=30) as client:
                answer = await client.request(
                    "GET" if form is None else "POST", address, data=form, headers={"Cookie": sent}
                )
            self._cookies[origin].update(answer.cookies)
            if not answer.is_redirect:
                return answer
            address, form = answer.headers["location"], None


async def walked_in(browser: Browser, town: Town, issuer: str, name: str) -> httpx.Response:
    """Sign in to the pages of a town at the provider, by the forms it shows."""
    query = str(httpx.QueryParams(issuer=issuer))
    shown = await browser.go(f"/nl/{town.code}/sign-in/issuer?{query}")
    asked = {"prompt": "login", "login": name, "password": "x"}
    shown = await browser.go(str(shown.url), asked)
    return await browser.go(str(shown.url), {"prompt": "consent"})


async def test_people_sign_in_to_the_pages_at_a_real_provider(
    client: httpx.AsyncClient, port: int
) -> None:
    town = await found_town(client)
    project = await town.start()
    issuer = f"http://127.0.0.1:{port}"
    terms = {
        "occurredOn": DAY,
        "issuer": issuer,
        "audience": AUDIENCE,
        "algorithms": ["RS256"],
        "rolesClaim": ["access", "roles"],
        "roles": [{"value": "ambtenaar", "role": "official"}],
        "pages": {"client": "pages"},
    }
    said = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/issuers", terms)
    assert said.status_code == 201, said.text
    hidden = {**WISH, "title": "Alleen binnen", "visibility": "internal"}
    assert (await town.official.post(f"{project}/wishes", hidden)).status_code == 201
    page = f"/nl/{town.code}/projects/{project.rpartition('/')[2]}"
    async with provider(port, SigningKey("een"), code=town.code) as issuer:
        anna, boris, stranger = (Browser(client, issuer) for _ in range(3))
        assert "Alleen binnen" not in (await anna.go(page)).text
        shown = await walked_in(anna, town, issuer, "anna")
        assert (shown.status_code, "Uitloggen" in shown.text) == (200, True), shown.text
        assert "Alleen binnen" in (await anna.go(page)).text
        shown = await walked_in(boris, town, issuer, "boris")
        assert "U hebt nog geen rol" in shown.text
        assert "Alleen binnen" not in (await boris.go(page)).text
        # An answer of the issuer that someone else is led to lets them in nowhere.
        done = f"/nl/{town.code}/sign-in/done?code=made-up&state=made-up"
        assert "Probeer het opnieuw" in (await stranger.go(done)).text
