"""A log with two projects that was signed, and exports of it."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import CHECKOUT, WITNESS

from cocreate.audit.export import Exporter, Order
from cocreate.audit.layout import Sight
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.steps.decisions import RecordDecision, SubjectOutcome
from cocreate.domain.steps.record import CorrectStep, PublishSteps
from cocreate.domain.steps.wishes import ExpressWish, SupportWish
from cocreate.domain.vocabulary import Body, Initiative, Outcome, Sector, Visibility
from cocreate.log.live import Sender
from cocreate.log.signing import SigningKeys
from cocreate.log.trees import SignedTree
from cocreate.service import Service, Signing, open_service

DAY = date(2025, 1, 6)
CODE = "GM0503"
ORIGIN = "log.test/GM0503"
KEYS = SigningKeys.generate()
OFFICIAL = Sender(actor="key-official", actor_role="official")
CLERK = Sender(actor="key-clerk", actor_role="clerk")
INTERNAL = Visibility.INTERNAL


def wish(number: int, **more: Any) -> ExpressWish:
    return ExpressWish(occurred_on=DAY, wish=f"w{number}", title=f"Wens {number}", **more)


class Kept:
    """A log that was signed, and what exports it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.exporter = Exporter(
            service.pool, service.reader, service.trees, KEYS.verifiers(ORIGIN), [WITNESS.verifier]
        )
        self.project = UUID(int=0)
        self.other = UUID(int=0)

    async def start(self, title: str) -> UUID:
        step = StartProject(
            occurred_on=DAY,
            title=title,
            sector=Sector.SAFETY,
            initiative=Initiative.RESIDENTS,
            department="Openbare ruimte",
        )
        return (await self.service.live.start(CODE, step, OFFICIAL)).project

    async def take(self, project: UUID, *steps: Any, by: Sender = OFFICIAL) -> None:
        await self.service.live.take(CODE, project, steps, by)

    async def fill(self) -> None:
        """Have two projects told, one of which fills more than a tile."""
        registration = RegisterMunicipality(occurred_on=DAY, code=CODE, name="Delft & Omgeving")
        await self.service.subscriptions.register(registration, OFFICIAL)
        self.project = await self.start("Lampen in de <tunnel>")
        self.other = await self.start("Bankje")
        await self.take(self.project, wish(1, text="Het is er donker. \u20ac \U0001f4a1"))
        await self.take(self.project, wish(2, visibility=INTERNAL, text="Heel geheim"))
        await self.take(self.project, wish(3, visibility=INTERNAL))
        for first in range(100, 700, 100):
            await self.take(self.other, *(wish(first + each) for each in range(100)))
        await self.take(self.project, PublishSteps(occurred_on=DAY, steps=(4,)))
        await self.take(self.project, SupportWish(occurred_on=DAY, wish="w1", supporters=12))
        decided = RecordDecision(
            occurred_on=DAY,
            decision="d1",
            body=Body.COUNCIL,
            title="De raad stemt in",
            outcomes=(SubjectOutcome(subject="w1", outcome=Outcome.ADOPTED),),
            motivation="Het is er donker.",
        )
        await self.take(self.project, decided, by=CLERK)
        corrected = CorrectStep(
            occurred_on=DAY, step=2, changes={"title": "Licht in de tunnel"}, reason="Verschreven."
        )
        await self.take(self.project, corrected)

    async def signed(self) -> SignedTree:
        """Give the tree once it holds the whole log."""
        head = await self.service.reader.head(CODE)
        return await self.service.trees.reach(CODE, head or 0, within=10)

    async def export(
        self, project: UUID | None = None, sight: Sight = "internal", **more: Any
    ) -> bytes:
        """Give an export as bytes."""
        order = Order(tenant=CODE, project=project, sight=sight, **more)
        out = io.BytesIO()
        await self.exporter.export(order, await self.signed(), out)
        return out.getvalue()


@pytest.fixture(scope="module")
async def kept(database: str) -> AsyncIterator[Kept]:
    signing = Signing(KEYS, lambda code: f"log.test/{code}")
    async with open_service(database, signing=signing, project=False) as service:
        made = Kept(service)
        await made.fill()
        yield made


class Tool:
    """Runs the tool on the database of a log."""

    def __init__(self, dsn: str, folder: Path) -> None:
        file = folder / "signing-keys"
        KEYS.write(file)
        self.environment = {
            **{name: value for name, value in os.environ.items() if "COCREATE" not in name},
            "COCREATE_DATABASE_URL": dsn,
            "COCREATE_SIGNING_KEYS_FILE": str(file),
            "PYTHONPATH": str(CHECKOUT / "src"),
            "COLUMNS": "300",
            "LC_ALL": "C.UTF-8",
        }

    async def __call__(self, *arguments: str | Path, **more: str) -> tuple[int, str, str]:
        """Run `cocreate audit`; give the exit code, and what it printed and complained of."""
        return await self.run("audit", *arguments, **more)

    async def run(self, *arguments: str | Path, **more: str) -> tuple[int, str, str]:
        """Run a command; give the exit code, and what it printed and complained of."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cocreate.cli",
            *map(str, arguments),
            env={**self.environment, **more},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, complained = await process.communicate()
        return process.returncode or 0, out.decode(), complained.decode()
