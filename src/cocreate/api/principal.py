"""Who sends a request: the roles it has in a municipality, and in some of its projects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Self
from uuid import UUID

import msgspec

from cocreate.api.roles import SEE_INTERNAL
from cocreate.domain.vocabulary import Role

OPERATOR_TENANT = "*"

ORDER = (
    Role.CLERK,
    Role.OFFICIAL,
    Role.TENANT_ADMINISTRATOR,
    Role.AUDITOR,
    Role.READER,
    Role.OPERATOR,
)
"""Under which role someone acts who may do so under several: the one made for the fewest steps."""

_NOWHERE: Mapping[UUID, frozenset[Role]] = {}


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends a request. Whoever sends nothing to be known by has no role, and belongs nowhere.

    Made by :meth:`of`, and seen from where it asks by :meth:`at`.
    """

    tenant: str = ""
    """The code of the municipality, ``*`` for the operator."""
    actor: str = ""
    """What the log calls it: the id of the key, or the pseudonym of a person."""
    person: bool = False
    """Whether it is a person that an issuer vouches for, rather than a key."""
    roles: frozenset[Role] = frozenset()
    """The roles it has where it asks."""
    in_projects: Mapping[UUID, frozenset[Role]] = _NOWHERE
    """The roles it has in some projects only."""
    role: Role | None = None
    """The role under which it acts."""
    sees_internal: bool = False
    """Whether internal steps may be read where it asks."""

    @classmethod
    def of(
        cls,
        tenant: str,
        actor: str,
        roles: Iterable[Role],
        in_projects: Mapping[UUID, frozenset[Role]] = _NOWHERE,
        *,
        person: bool = False,
    ) -> Self:
        """Give a principal with roles in all of a municipality, and others in projects of it."""
        held = frozenset(roles)
        return cls(
            tenant=tenant,
            actor=actor,
            person=person,
            roles=held,
            in_projects=in_projects,
            role=first_of(held),
            sees_internal=not held.isdisjoint(SEE_INTERNAL),
        )

    def at(self, project: object) -> Principal:
        """Give it as it stands before a project; before None, before the municipality as a whole.

        A role in some projects counts in those, and in nothing that is about more than those.
        """
        if not self.in_projects:
            return self
        here = self.in_projects.get(project, frozenset()) if isinstance(project, UUID) else ()
        return Principal.of(self.tenant, self.actor, self.roles.union(here), person=self.person)

    def acting_as(self, role: Role) -> Principal:
        """Give it under one of its roles."""
        return self if role is self.role else msgspec.structs.replace(self, role=role)

    def is_of(self, code: str) -> bool:
        """Tell whether it has a role in a municipality, or is the operator, who is of each."""
        has_role = bool(self.roles or self.in_projects)
        return has_role and self.tenant in (code, OPERATOR_TENANT)


ANONYMOUS = Principal()


def first_of(roles: Collection[Role]) -> Role | None:
    """Give the role under which someone acts who has these."""
    return next((role for role in ORDER if role in roles), None)
