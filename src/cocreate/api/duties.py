"""Separation of duties: whoever requests an approval does not grant it.

A project does not know who takes its steps, and two of its rules would be one too many: who acts
stands in the envelope of each event. So the rule stands here, before the project decides, on what
the log has: a request that is there never changes, nor does who sent it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cocreate.api.parts import Parts
from cocreate.api.principal import Principal
from cocreate.api.problems import Problem
from cocreate.domain.errors import UnknownReference
from cocreate.domain.steps.approvals import GrantApproval, RequestApproval
from cocreate.domain.steps.base import Step


async def require_duties_divided(
    parts: Parts, principal: Principal, code: str, project: UUID, steps: Sequence[Step]
) -> None:
    """Check that nobody grants what they requested. Costs nothing where nothing is granted.

    Of people this is asked always, of keys where the municipality set so; keys of one line count
    as one. Raises :class:`Problem`, and what the project would raise for an approval that is not
    there: were it let through, it might be there by the time the project decides.
    """
    granted = [step.approval for step in steps if isinstance(step, GrantApproval)]
    if not granted:
        return
    service = parts.service
    if not principal.person:
        municipality = await service.live.municipality(code)
        if not municipality.duties_divided_for_keys:
            return
    actor = await _line_of(parts, principal, code)
    rows = await service.pool.fetch(
        "select * from cocreate.read_requesters($1, $2, $3)", code, project, granted
    )
    requesters = {row["approval"]: row["actor"] for row in rows}
    # An id that the project is still to make up is named by nobody who does not guess it.
    own = {step.approval for step in steps if isinstance(step, RequestApproval)}
    for approval in granted:
        requester = requesters.get(approval)
        if requester == actor or (requester is None and own & {approval, None}):
            problem = Problem("divided-duties", facts={"approval": approval})
            raise parts.access.denial(problem, principal)
        if requester is None:
            if not await service.reader.stream(code, project, limit=1):
                raise Problem("not-found")
            raise UnknownReference(kind="approval", id=approval)


async def _line_of(parts: Parts, principal: Principal, code: str) -> str:
    """Give what stands for all keys that came in each other's place, or for the person."""
    if principal.person:
        return principal.actor
    family: str | None = await parts.service.pool.fetchval(
        "select cocreate.read_key_family($1, $2)", code, principal.actor
    )
    return family or principal.actor
