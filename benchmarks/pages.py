"""Pages on the data of the demonstration: how long one waits for each, and how many are given.

For whoever is signed in, a page is written anew each time; for anyone, it is kept while it is the
same, so those are beside a bare Litestar that gives the same bytes.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import httpx
from litestar.handlers import HTTPRouteHandler

from benchmarks.client import Request, hammer, request
from benchmarks.installation import api, bare, fresh_database, projector
from benchmarks.measure import Figure, Round, figure, percentiles
from cocreate.demo.seeding import HOME, Seeded, catch_up, seed
from cocreate.domain.vocabulary import Role
from cocreate.log.master import MasterKey
from cocreate.postgres import EmbeddedServer
from cocreate.service import open_service
from cocreate.web.pages.dashboards import DASHBOARDS
from cocreate.web.pages.registers import REGISTERS
from cocreate.web.site import PAGES

READERS = 8
GOAL_MILLISECONDS = 100.0
"""Within how many a page is there, in 99 of 100 cases."""


async def measure_pages(server: EmbeddedServer, *, rounds: int, seconds: float) -> list[Figure]:
    """Give the figures of each page that there is for officials or for anyone."""
    master_key = b64encode(secrets.token_bytes(32)).decode()
    async with (
        fresh_database(server, "bench_pages") as dsn,
        projector(dsn),
        open_service(dsn, master=MasterKey.given(master_key, None), project=False) as service,
    ):
        told = await seed(service)
        await catch_up(service)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            async with (
                api(dsn, master_key=master_key) as (_, port),
                bare(folder) as peer,
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
            ):
                cookie = await _signed_in(client, told.keys[Role.OFFICIAL])
                figures = []
                for path in await _there(client, told, cookie):
                    named = path.replace(HOME, "{code}").replace(str(told.tunnel), "{project}")
                    asked = _asking(path, cookie)
                    written = [await hammer(port, 1, seconds, asked) for _ in range(rounds)]
                    figures.append(_waited(f"GET {named}, signed in", written))
                    kept = await client.get(path)
                    if kept.status_code != 200:
                        continue
                    (folder / str(len(figures))).write_bytes(kept.content)
                    plain = _asking(f"/pages/{len(figures)}")
                    ours: list[Round] = []
                    theirs: list[Round] = []
                    for _ in range(rounds):
                        theirs.append(await hammer(peer, READERS, seconds, plain))
                        ours.append(await hammer(port, READERS, seconds, _asking(path)))
                    figures.append(
                        figure(
                            f"GET {named}, anyone",
                            ours,
                            theirs,
                            unit="requests/s",
                            peer_name="bare Litestar GET of the same bytes",
                        )
                    )
    return figures


def _asking(path: str, cookie: str | None = None) -> Request:
    asked = request("GET", path, cookie=cookie)
    return lambda _: asked


def _waited(name: str, rounds: Sequence[Round]) -> Figure:
    """Give the figure of how long a page takes, in milliseconds, in 99 of 100 cases."""
    found = percentiles(rounds)
    assert found is not None  # noqa: S101 - a round asks at least once
    return Figure(
        name=name,
        ours=found.p99,
        peer=None,
        unit="ms, p99",
        ratio=None,
        goal=GOAL_MILLISECONDS,
        latency=found,
        at_most=True,
    )


async def _signed_in(client: httpx.AsyncClient, key: str) -> str:
    """Sign in, and give the cookie."""
    answer = await client.post(
        f"/nl/{HOME}/sign-in", data={"key": key}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return answer.headers["set-cookie"].partition(";")[0]


async def _there(client: httpx.AsyncClient, told: Seeded, cookie: str) -> list[str]:
    """Give the pages of Delft that an official finds: one of each route, and each dashboard."""
    wishes = f"/v1/municipalities/{HOME}/projects/{told.tunnel}/subjects?kind=wish"
    [wish, *_] = (await client.get(wishes)).json()["items"]
    filled = {"code": HOME, "project": str(told.tunnel), "subject": wish["id"]}
    found = []
    for path in _addresses(filled):
        answer = await client.get(path, headers={"Cookie": cookie})
        html = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status_code == 200 and html:
            found.append(path)
    return found


def _addresses(filled: Mapping[str, str]) -> Iterator[str]:
    """Give the addresses of pages, as far as what is filled in fills them."""
    for handler in PAGES:
        if not isinstance(handler, HTTPRouteHandler) or "GET" not in handler.http_methods:
            continue
        for path in handler.paths:
            named: Iterable[str] = ("",)
            if "{name" in path:
                named = REGISTERS if "/registers/" in path else DASHBOARDS
            for name in named:
                places = re.compile(r"\{(\w+):\w+\}")
                said = {**filled, "name": name}
                if said.keys() >= {*places.findall(path)}:
                    yield "/nl" + places.sub(lambda place, said=said: said[place[1]], path)  # type: ignore[misc]
