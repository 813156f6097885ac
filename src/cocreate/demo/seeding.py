"""Filling the log of a demonstration: the stories recorded through the rules and the log."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import cast
from uuid import UUID

import msgspec

from cocreate.api.issuing import issue_key
from cocreate.demo.stories import MUNICIPALITIES, NORMS, Story, Told, stories
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.municipality import AdoptNorms, DecideOnComparison, RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.vocabulary import Body, Role
from cocreate.log.errors import VersionConflict
from cocreate.log.live import LiveProjects, Sender
from cocreate.projections.answers import BeingBuilt
from cocreate.projections.model import read_models
from cocreate.service import Service

TUNNEL = "lampen-in-de-tunnel"
HOME = "GM0503"
PATIENCE = 600.0
"""For how many seconds read models are waited for."""
LOOK_SECONDS = 0.2
HALFWAY = 50
"""A version of the tunnel at which its story is half told."""


class Seeded(msgspec.Struct):
    """What the demonstration put in the log, kept beside the data for the next start."""

    today: str
    """The day the stories were told: they are dated from it."""
    keys: dict[str, str]
    """The keys of Delft by role, and that of the operator."""
    tunnel: UUID
    earlier: int
    """A position of the log halfway the story of the tunnel."""


async def seed(service: Service) -> Seeded:
    """Register the municipalities and tell their stories; what was broken off goes on."""
    today = amsterdam_date(datetime.now(UTC))
    for code, name in MUNICIPALITIES.items():
        step = RegisterMunicipality(occurred_on=today, code=code, name=name)
        sender = Sender(actor="demo", actor_role=Role.OPERATOR)
        with contextlib.suppress(VersionConflict):
            await service.subscriptions.register(step, sender)
        await _set_rules(service.live, code, today)
    projects: dict[str, UUID] = {}

    async def tell(story: Story) -> None:
        projects[story.key] = await tell_story(service.live, story)

    await asyncio.gather(*(tell(story) for story in stories(today)))
    keys = {
        role: (await issue_key(service.pool, HOME, Role(role), f"demo {role}")).secret
        for role in ("tenant-administrator", "official", "clerk", "auditor", "reader")
    }
    keys["operator"] = (await issue_key(service.pool, "OP", Role.OPERATOR, "demo")).secret
    tunnel = projects[TUNNEL]
    [halfway] = await service.reader.stream(HOME, tunnel, after=HALFWAY, limit=1)
    return Seeded(today.isoformat(), keys, tunnel, halfway.position)


async def _set_rules(live: LiveProjects, code: str, today: date) -> None:
    """Let a municipality take part in comparisons, and adopt its norms, unless it did so."""
    municipality, moment = await live.municipality(code), await live.moment(code)
    if not municipality.takes_part:
        municipality.decide_on_comparison(
            DecideOnComparison(occurred_on=today, takes_part=True, body=Body.COLLEGE), moment
        )
    if code in NORMS and not municipality.norm_packs:
        municipality.adopt_norms(
            AdoptNorms(
                occurred_on=today,
                version="2024-1",
                title="Normen bij de participatieverordening",
                basis="Participatieverordening 2023, artikel 7",
                valid_from=date(2024, 1, 1),
                thresholds=NORMS[code],
            ),
            moment,
        )
    sender = Sender(actor="demo", actor_role=Role.TENANT_ADMINISTRATOR)
    if municipality.pending_events:
        await live.record_municipality(code, municipality, sender)


async def tell_story(live: LiveProjects, story: Story) -> UUID:
    """Record a story, one command after another; a start that was broken off goes on."""
    first, *rest = story.told
    start, *others = first.steps
    sender = _sender(story, 0, first)
    started = await live.start(story.municipality, cast("StartProject", start), sender)
    if others:
        again = _sender(story, 0, first, part="b")
        await live.take(story.municipality, started.project, others, again)
    for number, told in enumerate(rest, 1):
        sender = _sender(story, number, told)
        await live.take(story.municipality, started.project, told.steps, sender)
    return started.project


def _sender(story: Story, number: int, told: Told, part: str = "") -> Sender:
    key = f"demo:{story.key}:{number}{part}"
    return Sender(
        actor=f"demo: {told.said_by}",
        actor_role=told.role,
        key=key,
        fingerprint=sha256(key.encode()).digest(),
    )


async def catch_up(service: Service) -> None:
    """Wait until all read models hold what was told, those of another release being built first."""
    async with asyncio.timeout(PATIENCE):
        for code in MUNICIPALITIES:
            head = await service.reader.head(code) or 0
            for name in read_models():
                await _reached(service, name, code, head)


async def _reached(service: Service, name: str, code: str, position: int) -> None:
    while True:
        try:
            await service.answers.reach(name, code, position, within=PATIENCE)
        except BeingBuilt:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return
