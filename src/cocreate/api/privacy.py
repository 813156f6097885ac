"""What a person may ask: all that is held on them, and to be erased. For the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import Written, as_json
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.noting import reading_of
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import Problem
from cocreate.api.recording import Take, record, require_project
from cocreate.api.roles import EXPORT_PERSONS, takes
from cocreate.api.steps import PROJECT, TAGS, WRITE_PROBLEMS
from cocreate.api.subscription_gate import IN_ANY_STATE
from cocreate.domain.steps.base import PartyId, Step
from cocreate.domain.steps.record import ErasePerson
from cocreate.domain.vocabulary import ErasureGround
from cocreate.log.live import Receipt, Sender
from cocreate.log.people import HeldData


class Erasure(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Whose personal data is to be erased, and on which ground (AVG, art. 17)."""

    occurred_on: Annotated[date, msgspec.Meta(description="The day it was decided.")]
    party: PartyId
    ground: ErasureGround

    @property
    def step(self) -> ErasePerson:
        """The step that is taken; what it made unreadable is found in taking it."""
        return ErasePerson(occurred_on=self.occurred_on, party=self.party, ground=self.ground)


_ERASURE = Body(Erasure)


@post(
    f"{PROJECT}/{ErasePerson.noun}",
    operation_id="erasePerson",
    summary="Erase the personal data of a party",
    description="The key is destroyed under which it was sealed: from then on nobody can read it, "
    "in the log or in anything made from it. A certificate is recorded, which stays internal. "
    "Asked again, it gives the first certificate (AVG, art. 17).",
    tags=[TAGS[ErasePerson.__module__]],
    opt=documented(
        takes=Erasure,
        example=STEP_EXAMPLES[ErasePerson.noun],
        answers=Written,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    )
    | IN_ANY_STATE,
)
async def erase_person(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Erase a person."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, takes(ErasePerson.noun))
    erasure, conditions = await _ERASURE.read(request)
    erase = erasing(parts)
    return await record(parts, request, principal, (erasure.step,), erasure, conditions, erase)


def erasing(parts: Parts) -> Take:
    """Give what takes the step of an erasure: it destroys a key as well."""

    async def erase(code: str, project: UUID, steps: Sequence[Step], sender: Sender) -> Receipt:
        [step] = steps
        return await parts.service.people.erase(code, project, cast("ErasePerson", step), sender)

    return erase


@get(
    f"{PROJECT}/parties/{{party:str}}/personal-data",
    operation_id="exportPersonalData",
    summary="Read all that is held on a person",
    description="Every step that names the party or holds its data, as recorded and with both "
    "times, to be handed to that person (AVG, art. 15 and 20).",
    tags=[TAGS[ErasePerson.__module__]],
    opt=documented(answers=HeldData, problems=(400, 401, 403, 404, 503)),
)
async def export_personal_data(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    project: FromPath[UUID],
    party: FromPath[str],
) -> ASGIResponse:
    """Give all that is held on a person."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, EXPORT_PERSONS)
    held = await parts.service.people.held(code, require_project(code, project), party)
    if held is None:
        raise Problem("not-found")
    await parts.service.reads.record(reading_of(request, principal))
    return as_json(held)


HANDLERS = (erase_person, export_personal_data)
"""The routes about one person."""
