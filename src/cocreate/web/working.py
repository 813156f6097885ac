"""Who works with the log of a municipality, and which forms they find: by role, as in the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from cocreate.api.knowing import AnyRequest
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem, unauthenticated
from cocreate.api.roles import SEE_INTERNAL, takes
from cocreate.domain.vocabulary import Role
from cocreate.web.addresses import Addresses

WORKS: Final = SEE_INTERNAL
"""Who finds something on the pages of officials, of the clerk and of the council."""


class Worker(msgspec.Struct, frozen=True):
    """Someone who works with a log, in all of it or in some projects."""

    at: Addresses
    roles: frozenset[Role]
    in_projects: Mapping[UUID, frozenset[Role]]

    @property
    def everywhere(self) -> bool:
        """Whether they work in all of it: else they see what is public, but in their projects."""
        return not self.roles.isdisjoint(WORKS)

    def form(self, project: UUID, noun: str, *about: str) -> str | None:
        """Give the address of the form that records a step about subjects, if they may take it."""
        roles = self.roles | self.in_projects.get(project, frozenset())
        if Role.AUDITOR in roles or roles.isdisjoint(takes(noun)):
            return None
        address = self.at.project(project, "record", noun)
        query = urlencode([("about", each) for each in about])
        return f"{address}?{query}" if query else address


async def worker_of(request: AnyRequest, at: Addresses) -> Worker:
    """Tell who works here. Raises :class:`Problem` for those who do not."""
    access = parts_of(request).access
    principal = await access.principal(request.scope, at.code)
    if not principal.actor:
        raise access.denial(unauthenticated(), principal, at.code)
    held = principal.roles.union(*principal.in_projects.values())
    if held.isdisjoint(WORKS):
        role = principal.role or Role.READER
        raise access.denial(Problem("forbidden", facts={"role": role}), principal)
    return Worker(at, principal.roles, principal.in_projects)
