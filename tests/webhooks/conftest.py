"""A municipality with webhooks, an application that sends nothing, and what sends by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace
from tests.api.conftest import Town, found_town
from tests.webhooks.receiver import LOOPBACK, NAME, Receiver, certify, receiving

from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.internet import AnyAddress
from cocreate.jobs import policy_of
from cocreate.log.connection import open_pool
from cocreate.service import Service
from cocreate.settings import Settings
from cocreate.webhooks.delivery import Deliveries
from cocreate.webhooks.progress import Progress
from cocreate.webhooks.sending import Sender

DAY = {"occurredOn": "2024-09-17"}
_names = count(1)


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    return replace(settings, webhook_private_networks=("127.0.0.0/8",))


@pytest.fixture(scope="module")
def app(settings: Settings) -> Litestar:
    return create_app(settings, project=False)


@pytest.fixture(scope="module")
async def admin(database: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection of the superuser, whom row-level security does not hold back."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def to_loopback(_host: str, _port: int) -> Sequence[AnyAddress]:
    return [LOOPBACK]


class Post:
    """Sends by hand to a receiver with TLS, as a process that sends would."""

    def __init__(
        self, town: Town, receiver: Receiver, admin: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        self.town = town
        self.receiver = receiver
        self.admin = admin
        self.deliveries: Deliveries
        self.longest = False
        """Whether chance always has the longest wait, or else the shortest."""

    @property
    def address(self) -> str:
        return f"https://{NAME}:{self.receiver.port}/hook"

    async def step(self, noun: str, **said: object) -> httpx.Response:
        administrator = self.town[Role.TENANT_ADMINISTRATOR]
        answer = await administrator.post(f"{self.town.home}/{noun}", {**DAY, **said})
        assert answer.status_code == 201, answer.text
        return answer

    async def subscribe(self, **said: object) -> Hook:
        """Subscribe the receiver."""
        webhook = f"w{next(_names)}"
        content = {"webhook": webhook, "title": "Zaken", "address": self.address, **said}
        answer = await self.step("webhooks", **content)
        return Hook(self, webhook, answer.json()["secret"])

    async def wish(self, project: str, title: str, **said: object) -> int:
        """Express a wish, and give its position."""
        return int((await self.town.take(project, "wishes", title=title, **said))["position"])


class Hook:
    """A webhook that is sent to by hand."""

    def __init__(self, post: Post, webhook: str, secret: str) -> None:
        self.post = post
        self.id = webhook
        self.secret = secret

    async def send(self) -> None:
        """Do what a job would."""
        await self.post.deliveries.deliver(self.post.town.code, self.id)

    async def be_due(self) -> None:
        """Let the time pass for which it is waited."""
        await self.set("due_at = now()")

    async def set(self, change: str) -> None:
        await self.post.admin.execute(
            f"update cocreate.webhook set {change} where tenant_id = $1 and webhook = $2",
            self.post.town.code,
            self.id,
        )

    async def waits(self) -> float:
        """Give for how many seconds it is not due."""
        seconds: float = await self.post.admin.fetchval(
            "select extract(epoch from due_at - now())::float8 from cocreate.webhook"
            " where tenant_id = $1 and webhook = $2",
            self.post.town.code,
            self.id,
        )
        return seconds

    async def read(self, more: str = "") -> Any:
        administrator = self.post.town[Role.TENANT_ADMINISTRATOR]
        answer = await administrator.get(f"{self.post.town.home}/webhooks/{self.id}{more}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def outcomes(self) -> list[str]:
        """Give what came of the requests, the first first."""
        page = await self.read("/deliveries")
        return [each["outcome"] for each in reversed(page["deliveries"])]


@pytest.fixture(scope="module")
async def receiver(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Receiver, Any]]:
    certificate, trusting = certify(tmp_path_factory.mktemp("tls"))
    async with receiving(certificate) as receiver:
        yield receiver, trusting


@pytest.fixture
async def post(
    app: Litestar,
    client: httpx.AsyncClient,
    settings: Settings,
    admin: asyncpg.Connection[asyncpg.Record],
    receiver: tuple[Receiver, Any],
) -> AsyncIterator[Post]:
    """A new municipality, and what sends for it."""
    post = Post(await found_town(client), receiver[0], admin)
    service: Service = app.state["parts"].service
    sender = Sender(policy_of(settings), resolve=to_loopback, within=2, tls=receiver[1])
    pool = await open_pool(settings.database_url or "", "cocreate_webhooks", size=2)
    post.deliveries = Deliveries(
        Progress(pool),
        service.pool,
        service.live,
        service.webhook_secrets,
        sender,
        settings.public_url,
        chance=lambda low, high: high if post.longest else low,
    )
    async with contextlib.aclosing(sender):
        yield post
    await pool.close()
    post.receiver.new()
    post.receiver.answers, post.receiver.answer_headers, post.receiver.refuse = [], [], None
    post.receiver.most_at_once = 0
