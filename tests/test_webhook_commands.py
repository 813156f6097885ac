"""The commands of webhooks, as an operator runs them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

from msgspec.structs import replace
from tests.api.conftest import Town, found_town
from tests.conftest import MASTER_KEY, served
from tests.test_privacy_commands import cocreate
from tests.webhooks.conftest import DAY
from tests.webhooks.receiver import Receiver, receiving

from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.settings import Settings

NETWORKS = ("127.0.0.0/8",)
GIVEN = {"COCREATE_MASTER_KEY": MASTER_KEY, "COCREATE_WEBHOOK_PRIVATE_NETWORKS": NETWORKS[0]}


@contextlib.asynccontextmanager
async def sending(database: str) -> AsyncIterator[None]:
    """Run a process that sends, and see it end well when it is told to."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cocreate.cli", "work"),
        env={**os.environ, "COCREATE_DATABASE_URL": database, **GIVEN},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        async with asyncio.timeout(20):
            assert await process.wait() == 0


async def subscribe(town: Town, receiver: Receiver) -> str:
    said = {**DAY, "title": "Zaken", "address": f"http://127.0.0.1:{receiver.port}/"}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/webhooks", said)
    assert answer.status_code == 201, answer.text
    webhook: str = answer.json()["resources"][0]["id"]
    return webhook


async def test_a_process_of_its_own_sends_and_webhooks_are_listed_and_tried(
    settings: Settings, database: str
) -> None:
    silent = create_app(replace(settings, webhook_private_networks=NETWORKS), project=False)
    async with served(silent) as client, receiving() as receiver:
        town = await found_town(client)
        webhook = await subscribe(town, receiver)
        async with sending(database):
            await town.start(title="Lampen")
            sent = await receiver.next()
            assert sent.content["data"]["data"]["title"] == "Lampen"
        listed, tried = await asyncio.gather(
            cocreate(database, "webhooks", "list", town.code, **GIVEN),
            cocreate(database, "webhooks", "retry", town.code, webhook, **GIVEN),
        )
    assert listed.code == 0, listed.errors
    assert all(word in listed.said for word in (webhook, "Zaken", "active", "delivered 204"))
    assert "127.0.0.1" not in listed.said
    assert tried.code == 0, tried.errors
