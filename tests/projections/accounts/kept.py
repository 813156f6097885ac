"""Accounts kept of a project that is told step by step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from tests.domain.project.test_histories import Speaker
from tests.domain.project.told import NOW, PROJECT, Told

from cocreate.domain.errors import RuleBroken
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.vocabulary import Visibility
from cocreate.log.codec import AGGREGATE_EVENTS, ALL_EVENTS, Codec
from cocreate.log.read import Recorded
from cocreate.projections.accounts import Accounts, AnyAccount
from cocreate.projections.known import Audience, Known, as_known, know

_WRITING, _READING = Codec(AGGREGATE_EVENTS), Codec(ALL_EVENTS)

Commands = Sequence[tuple[Sequence[type[Step]], Random]]


def known(event: Event, position: int, project: UUID = PROJECT) -> Known:
    """The step as the log hands it over."""
    stored = _WRITING.encode(event)
    recorded = Recorded(
        position,
        project,
        position,
        stored.type,
        stored.schema_version,
        event.occurred_on,
        NOW,
        event.visibility is not Visibility.INTERNAL,
        "tester",
        "official",
        stored.data,
        bytes(32),
    )
    return know(_READING, recorded)


def seen(events: Iterable[Event], audience: Audience = Audience.INTERNAL) -> list[Known]:
    """The steps as an audience knows them after the last, each at its position."""
    return as_known([known(event, at) for at, event in enumerate(events, 1)], audience)


def folded(steps: Iterable[Known]) -> Accounts:
    """The accounts that steps come to, with all of them in memory."""
    accounts = Accounts(PROJECT)
    for step in steps:
        accounts.take(step)
    return accounts


def everything(accounts: Accounts) -> dict[str, AnyAccount]:
    """All accounts by the id under which they are kept."""
    own = {} if accounts.project is None else {"": accounts.project}
    return {**accounts.subjects, **own}


def kept(told: Told, audience: Audience = Audience.INTERNAL) -> Accounts:
    """The accounts of all that was told."""
    return folded(seen(told.events, audience))


def subject(told: Told, subject_id: str, audience: Audience = Audience.INTERNAL) -> Any:
    """One account of all that was told."""
    return kept(told, audience).subjects[subject_id]


def body(account: msgspec.Struct) -> Any:
    return msgspec.json.decode(msgspec.json.encode(account))


def retold(commands: Commands) -> Told:
    """A project of which anything was said that the rules let through."""
    told = Told()
    for kinds, dice in commands:
        with contextlib.suppress(RuleBroken):
            told.take(
                *(Speaker(told, dice).say(kind) for kind in kinds), importing=dice.random() < 0.2
            )
    return told
