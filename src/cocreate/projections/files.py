"""The file of a project: all accounts of it, as an audience knows them at a position of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from cocreate.domain.municipality import municipality_id
from cocreate.log.codec import ALL_EVENTS, Codec
from cocreate.log.read import Reader
from cocreate.projections.accounts import Accounts, MunicipalityAccount, ProjectAccount, decode
from cocreate.projections.answers import Answers
from cocreate.projections.known import Audience, Known, as_known, know
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile

BREATH = 500
"""After how many steps others have a turn."""


async def read_file(
    answers: Answers,
    reader: Reader,
    tenant: str,
    project: UUID,
    audience: Audience,
    position: int,
    today: date,
    *,
    now: bool,
) -> ProjectFile | None:
    """Give the file of a project; None where the audience knows of no such project.

    As known now it comes from the accounts that are kept, else from the same fold over the log.
    """
    rules = municipality_id(tenant)
    if project == rules:
        return None
    accounts = own = None
    if now:
        accounts = await _stored(answers, tenant, project, audience, position)
        own = await _stored(answers, tenant, rules, audience, position)
    if accounts is None:
        accounts = await fold(
            project, await known_steps(reader, tenant, project, audience, position)
        )
    if own is None:
        own = await fold(rules, await known_steps(reader, tenant, rules, audience, position))
    if not isinstance(accounts.project, ProjectAccount):
        return None
    return ProjectFile(
        tenant,
        project,
        accounts.project,
        accounts.subjects,
        own.project if isinstance(own.project, MunicipalityAccount) else None,
        audience,
        position,
        today,
    )


async def known_steps(
    reader: Reader, tenant: str, project: UUID, audience: Audience, position: int
) -> list[Known]:
    """Give the steps of a project as an audience knows them at a position of the log."""
    codec = Codec(ALL_EVENTS)
    history: list[Known] = []
    async for page in reader.history(tenant, project, up_to=position):
        history += [know(codec, recorded) for recorded in page]
        await asyncio.sleep(0)
    return as_known(history, audience)


async def fold(project: UUID, steps: Sequence[Known]) -> Accounts:
    """Give what steps come to."""
    accounts = Accounts(project)
    for number, step in enumerate(steps, 1):
        accounts.take(step)
        accounts.changed.clear()
        if number % BREATH == 0:
            await asyncio.sleep(0)
    return accounts


async def _stored(
    answers: Answers, tenant: str, project: UUID, audience: Audience, position: int
) -> Accounts | None:
    """Give the accounts that are kept, unless they have moved on from a position."""
    build = await answers.build(STATE)
    rows = await answers.ask(STATE, "read_accounts", tenant, build.number, project, int(audience))
    accounts = Accounts(project)
    for number, row in enumerate(rows, 1):
        if row["position"] != position:
            return None
        accounts.hold(decode(row["body"]))
        if number % BREATH == 0:
            await asyncio.sleep(0)
    return accounts
