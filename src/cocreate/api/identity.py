"""Whom a municipality lets in beside the holders of keys, and what someone did."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.answers import as_json
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import (
    ACTOR_EXAMPLE,
    DUTIES_EXAMPLE,
    GRANT_EXAMPLE,
    ISSUER_EXAMPLE,
    ISSUER_WITHDRAWAL_EXAMPLE,
    REVOCATION_EXAMPLE,
)
from cocreate.api.municipalities import rule_route, said_route
from cocreate.api.noting import note_read, reading_of
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import FieldError, Problem
from cocreate.api.roles import FIND_ACTORS, SEE_IDENTITY
from cocreate.api.steps import MUNICIPALITY
from cocreate.domain.identity import (
    ClaimPath,
    DistrustIssuer,
    GrantRole,
    IssuerUrl,
    PagesClient,
    Projects,
    RevokeGrant,
    SetDuties,
    SigningAlgorithm,
    TownRole,
    TrustIssuer,
)
from cocreate.domain.municipality import Municipality
from cocreate.domain.steps.base import Line, NewId
from cocreate.domain.vocabulary import Role
from cocreate.identity.fetching import NotFetched
from cocreate.log.read import recorded

TAG = "identity"

Subject = Annotated[str, Meta(min_length=1, max_length=255)]
"""What an issuer calls a person in ``sub``."""


class Granting(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """A role for a person or for a group, in some projects or in the whole municipality.

    ``subject`` is what the issuer calls the person. The log keeps a pseudonym of it.
    """

    occurred_on: date
    grant: NewId | None = None
    issuer: IssuerUrl
    subject: Subject | None = None
    group: Line | None = None
    role: TownRole
    projects: Projects | None = None


class RoleOfValue(msgspec.Struct, frozen=True, kw_only=True):
    """The role of those who have a value in the claim for roles."""

    value: str
    role: Role


class TrustedIssuer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An issuer whose tokens let people in, and on which terms."""

    issuer: str
    audience: str
    algorithms: Sequence[SigningAlgorithm]
    roles_claim: ClaimPath
    roles: Sequence[RoleOfValue]
    groups_claim: ClaimPath | None
    clock_skew_seconds: int
    pages: PagesClient | None


class GrantedRole(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A role that was granted; ``subject`` is a pseudonym."""

    grant: str
    issuer: str
    subject: str | None
    group: str | None
    role: Role
    projects: Sequence[UUID] | None


class WhoIsLetIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whom a municipality lets in, and whether duties are separated for keys as well."""

    issuers: Sequence[TrustedIssuer]
    grants: Sequence[GrantedRole]
    duties_divided_for_keys: bool


class ActorSearch(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Who is meant, and after which position of the log to go on."""

    issuer: IssuerUrl
    subject: Subject
    after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 100


class StepTaken(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A step that someone took, without what it says."""

    position: int
    project: UUID
    """The project, or the history of the municipality itself."""
    version: int
    type: str
    occurred_on: date
    recorded_at: datetime
    actor_role: str


class ActorFound(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the log calls a person, what was granted to them, and which steps they took.

    ``next`` is the position to go on after, where there is more.
    """

    actor: str
    grants: Sequence[GrantedRole]
    steps: Sequence[StepTaken]
    next: int | None


async def require_projects(parts: Parts, code: str, projects: Collection[UUID] | None) -> None:
    """Check that projects are there that a role is limited to; raises :class:`Problem`."""
    reader = parts.service.reader
    wrong = [
        FieldError(f"/projects/{number}", "no-project")
        for number, project in enumerate(projects or ())
        if not await reader.stream(code, project, limit=1)
    ]
    if wrong:
        raise Problem("invalid-input", errors=wrong)


async def _trusted(parts: Parts, _code: str, step: TrustIssuer) -> TrustIssuer:
    try:
        parts.access.tokens.require_allowed(step.issuer)
    except NotFetched:
        raise Problem("insecure-issuer") from None
    return step


async def _granted(parts: Parts, code: str, said: Granting) -> GrantRole:
    await require_projects(parts, code, said.projects)
    subject = None
    if said.subject is not None:
        subject = await parts.access.tokens.actor(code, said.issuer, said.subject)
    return GrantRole(
        occurred_on=said.occurred_on,
        grant=said.grant,
        issuer=said.issuer,
        subject=subject,
        group=said.group,
        role=said.role,
        projects=said.projects,
    )


@get(
    f"{MUNICIPALITY}/identity",
    operation_id="readIdentity",
    summary="Read whom a municipality lets in beside the holders of keys",
    description="For administrators and auditors.",
    tags=[TAG],
    opt=documented(answers=WhoIsLetIn, problems=(400, 401, 403, 404, 503)),
)
async def read_identity(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give the issuers and grants of a municipality."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, SEE_IDENTITY)
    await note_read(request, principal)
    municipality = await parts.service.live.municipality(code)
    issuers = [
        TrustedIssuer(
            issuer=each.issuer,
            audience=each.audience,
            algorithms=each.algorithms,
            roles_claim=each.roles_claim,
            roles=[RoleOfValue(value=value, role=role) for value, role in each.roles],
            groups_claim=each.groups_claim,
            clock_skew_seconds=each.clock_skew_seconds,
            pages=each.pages,
        )
        for each in municipality.issuers.values()
    ]
    return as_json(
        WhoIsLetIn(
            issuers=issuers,
            grants=_grants(municipality),
            duties_divided_for_keys=municipality.duties_divided_for_keys,
        )
    )


_SEARCH = Body(ActorSearch)


@post(
    f"{MUNICIPALITY}/actor-searches",
    status_code=200,
    operation_id="findActor",
    summary="Find what a person did",
    description="For the administrator. The log has a pseudonym only, which is worked out from "
    "what the issuer calls the person; it is in the body since it is personal data. Each time is "
    "on record, without saying of whom.",
    tags=[TAG],
    opt=documented(
        takes=ActorSearch,
        example=ACTOR_EXAMPLE,
        answers=ActorFound,
        problems=(400, 401, 403, 404, 413, 415, 503),
    ),
)
async def find_actor(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give the steps of a person."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, FIND_ACTORS)
    asked, _ = await _SEARCH.read(request)
    service = parts.service
    municipality = await service.live.municipality(code)
    actor = await parts.access.tokens.actor(code, asked.issuer, asked.subject)
    rows = await service.pool.fetch(
        "select * from cocreate.read_steps_of($1, $2, $3, $4)",
        code,
        actor,
        asked.after,
        asked.limit + 1,
    )
    await service.reads.record(reading_of(request, principal))
    steps = [
        StepTaken(
            position=step.position,
            project=step.project,
            version=step.version,
            type=step.type,
            occurred_on=step.occurred_on,
            recorded_at=step.recorded_at,
            actor_role=step.actor_role,
        )
        for step in map(recorded, rows[: asked.limit])
    ]
    following = steps[-1].position if len(rows) > asked.limit else None
    grants = [each for each in _grants(municipality) if each.subject == actor]
    return as_json(ActorFound(actor=actor, grants=grants, steps=steps, next=following))


def _grants(municipality: Municipality) -> list[GrantedRole]:
    return [
        GrantedRole(
            grant=each.id,
            issuer=each.issuer,
            subject=each.subject,
            group=each.group,
            role=each.role,
            projects=None if each.projects is None else sorted(each.projects),
        )
        for each in municipality.grants.values()
    ]


HANDLERS = (
    said_route(
        TrustIssuer.noun,
        TrustIssuer,
        TrustIssuer,
        _trusted,
        Municipality.trust_issuer,
        ISSUER_EXAMPLE,
        tag=TAG,
    ),
    rule_route(
        DistrustIssuer.noun,
        DistrustIssuer,
        Municipality.distrust_issuer,
        ISSUER_WITHDRAWAL_EXAMPLE,
        tag=TAG,
        in_any_state=True,
    ),
    said_route(
        GrantRole.noun,
        GrantRole,
        Granting,
        _granted,
        Municipality.grant_role,
        GRANT_EXAMPLE,
        tag=TAG,
    ),
    rule_route(
        RevokeGrant.noun,
        RevokeGrant,
        Municipality.revoke_grant,
        REVOCATION_EXAMPLE,
        tag=TAG,
        in_any_state=True,
    ),
    rule_route(SetDuties.noun, SetDuties, Municipality.set_duties, DUTIES_EXAMPLE, tag=TAG),
    read_identity,
    find_actor,
)
