"""Who is let in beside the holders of keys: issuers that are trusted, roles granted, and duties.

Whom a municipality lets in is something to give account of, so each change of it is a step in the
municipality's own history, and internal always. No name stands in it: a person is known by a
pseudonym, which only the municipality can work out from what its identity provider calls them.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from eventsourcing.domain import BaseAggregate
from msgspec import Meta

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.chapter import require_distinct
from cocreate.domain.steps.base import ID_PATTERN, Event, EventMeta, Line, NewId, Part, Step
from cocreate.domain.vocabulary import Role, Visibility

MAX_ISSUERS = 20
"""How many issuers a municipality trusts at most."""
MAX_GRANTS = 2_000
"""How many grants stand at most: more people than that are granted roles by their groups."""

IssuerUrl = Annotated[str, Meta(pattern=r"^https?://[^\s\u0000-\u001f]{1,500}(?![\s\S])")]
"""What tokens say in ``iss``; discovery starts there (OpenID Connect Discovery 1.0)."""
ClaimPath = Annotated[tuple[Line, ...], Meta(min_length=1, max_length=5)]
"""Where a claim stands: its name, below the names of the objects it is in."""
Pseudonym = Annotated[str, Meta(pattern=r"^sub-[0-9a-f]{32}(?![\s\S])")]
"""What the log calls a person: a keyed digest of issuer and subject."""
GrantId = Annotated[str, Meta(pattern=ID_PATTERN)]
Projects = Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=1_000)]
"""The projects that a role is limited to."""

TownRole = Literal["tenant-administrator", "official", "clerk", "auditor", "reader"]
"""The roles one can have in a municipality."""


class SigningAlgorithm(StrEnum):
    """By which tokens may be signed: none that an issuer shares a secret for (RFC 8725, 3.1)."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"


class RoleMapping(Part, frozen=True, kw_only=True):
    """The role of those who have a value in the claim for roles, to the letter."""

    value: Line
    role: TownRole


class PagesClient(Part, frozen=True, kw_only=True):
    """As which client of an issuer people sign in to the pages: a public one, with PKCE."""

    client: Line
    scope: Line = "openid"
    """What is asked for, apart by spaces: what it takes to get a token with the audience above."""


class TrustIssuer(Step, frozen=True, kw_only=True):
    """Let in whoever has a token of an issuer, from now on and on these terms.

    One that is trusted already is from now on trusted on these.
    """

    noun: ClassVar = "issuers"
    by_default: ClassVar = Visibility.INTERNAL

    issuer: IssuerUrl
    audience: Line
    """What tokens for this API say in ``aud``."""
    algorithms: Annotated[tuple[SigningAlgorithm, ...], Meta(min_length=1, max_length=10)]
    roles_claim: ClaimPath
    roles: Annotated[tuple[RoleMapping, ...], Meta(max_length=200)]
    groups_claim: ClaimPath | None = None
    """Where the groups stand that roles can be granted to."""
    clock_skew_seconds: Annotated[int, Meta(ge=0, le=300)] = 60
    """How far the clock of the issuer may be off."""
    pages: PagesClient | None = None
    """Without it, nobody signs in to the pages by this issuer."""


class IssuerTrusted(TrustIssuer, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An issuer was trusted, or is from now on on other terms."""


class DistrustIssuer(Step, frozen=True, kw_only=True):
    """Let in nobody any more with a token of an issuer. What was recorded with one stays."""

    noun: ClassVar = "issuer-withdrawals"
    by_default: ClassVar = Visibility.INTERNAL

    issuer: IssuerUrl
    reason: Line | None = None


class IssuerDistrusted(DistrustIssuer, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An issuer is trusted no more."""


class GrantRole(Step, frozen=True, kw_only=True):
    """Give a role to a person, or to a group that tokens name; in some projects, or in all.

    ``group`` is a value of the claim for groups, to the letter. It is no place for names of people.
    """

    noun: ClassVar = "role-grants"
    by_default: ClassVar = Visibility.INTERNAL

    grant: NewId | None = None
    issuer: IssuerUrl
    subject: Pseudonym | None = None
    group: Line | None = None
    role: TownRole
    projects: Projects | None = None


class RoleGranted(GrantRole, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A role was granted."""

    grant: GrantId


class RevokeGrant(Step, frozen=True, kw_only=True):
    """Take back a role that was granted."""

    noun: ClassVar = "grant-revocations"
    by_default: ClassVar = Visibility.INTERNAL

    grant: GrantId
    reason: Line | None = None


class GrantRevoked(RevokeGrant, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A grant was revoked."""


class SetDuties(Step, frozen=True, kw_only=True):
    """Say whether the separation of duties holds for keys as well.

    For people it always does: who requests an approval does not grant it. A key may be a coupled
    system that passes on what several people did, so that is for the municipality to say.
    """

    noun: ClassVar = "duties"
    by_default: ClassVar = Visibility.INTERNAL

    divided_for_keys: bool


class DutiesSet(SetDuties, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """It was set for whom duties are separated."""


IDENTITY_EVENTS: tuple[type[Event], ...] = (
    IssuerTrusted,
    IssuerDistrusted,
    RoleGranted,
    GrantRevoked,
    DutiesSet,
)


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """An issuer, and on which terms its tokens are taken."""

    issuer: str
    audience: str
    algorithms: tuple[SigningAlgorithm, ...]
    roles_claim: tuple[str, ...]
    roles: tuple[tuple[str, Role], ...]
    groups_claim: tuple[str, ...] | None = None
    clock_skew_seconds: int = 60
    pages: PagesClient | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role that was granted to a person or a group."""

    id: str
    issuer: str
    subject: str | None
    group: str | None
    role: Role
    projects: frozenset[UUID] | None
    """Where it holds; None for the whole municipality."""

    def is_for(self, issuer: str, subject: str, groups: Collection[str]) -> bool:
        """Tell whether it is for a person in some groups."""
        mine = self.subject == subject or (self.group is not None and self.group in groups)
        return self.issuer == issuer and mine


if TYPE_CHECKING:
    _Aggregate = BaseAggregate[UUID]
else:
    _Aggregate = object  # the library takes every subclass of its base for an aggregate of its own


class Identity(_Aggregate):
    """Whom a municipality lets in."""

    issuers: dict[str, Issuer]
    grants: dict[str, Grant]
    duties_divided_for_keys: bool

    def decide(self, event_class: type[Event], step: Step, moment: Moment) -> None:
        """Record the event of a step."""
        raise NotImplementedError

    def trust_issuer(self, step: TrustIssuer, moment: Moment) -> None:
        """Trust an issuer, or change on which terms.

        Raises :class:`~cocreate.domain.errors.UnfitIssuer`,
        :class:`~cocreate.domain.errors.RepeatedReference` for an algorithm or a mapping that comes
        twice, and :class:`~cocreate.domain.errors.TooMany`.
        """
        _require_fit(step.issuer)
        require_distinct(step.algorithms)
        require_distinct(f"{mapping.value} ({mapping.role})" for mapping in step.roles)
        if step.issuer not in self.issuers and len(self.issuers) >= MAX_ISSUERS:
            raise errors.TooMany(kind=step.noun, limit=MAX_ISSUERS)
        self.decide(IssuerTrusted, _internal(step), moment)

    def distrust_issuer(self, step: DistrustIssuer, moment: Moment) -> None:
        """Trust an issuer no more."""
        self._require_issuer(step.issuer)
        self.decide(IssuerDistrusted, _internal(step), moment)

    def grant_role(self, step: GrantRole, moment: Moment) -> None:
        """Grant a role.

        Raises :class:`~cocreate.domain.errors.UnknownReference` for an issuer that is not trusted,
        :class:`~cocreate.domain.errors.GranteeUnclear`,
        :class:`~cocreate.domain.errors.RoleIsForAll` for an administrator of some projects,
        :class:`~cocreate.domain.errors.RepeatedReference`,
        :class:`~cocreate.domain.errors.IdTaken`, and :class:`~cocreate.domain.errors.TooMany`.
        """
        self._require_issuer(step.issuer)
        if (step.subject is None) == (step.group is None):
            raise errors.GranteeUnclear
        require_for_all(step.role, step.projects)
        require_distinct(map(str, step.projects or ()))
        grant = step.grant or f"grant-{self.version + 1}"
        if grant in self.grants:
            raise errors.IdTaken(id=grant)
        if len(self.grants) >= MAX_GRANTS:
            raise errors.TooMany(kind=step.noun, limit=MAX_GRANTS)
        named = msgspec.structs.replace(step, grant=grant)
        self.decide(RoleGranted, _internal(named), moment)

    def revoke_grant(self, step: RevokeGrant, moment: Moment) -> None:
        """Take back a role.

        Raises :class:`~cocreate.domain.errors.UnknownReference` for a grant that does not stand.
        """
        if step.grant not in self.grants:
            raise errors.UnknownReference(kind="grant", id=step.grant)
        self.decide(GrantRevoked, _internal(step), moment)

    def set_duties(self, step: SetDuties, moment: Moment) -> None:
        """Say whether duties are separated for keys."""
        self.decide(DutiesSet, _internal(step), moment)

    def remember_identity(self, taken: Event) -> None:
        """Keep what an event changes in whom the municipality lets in."""
        match taken:
            case IssuerTrusted():
                self.issuers[taken.issuer] = Issuer(
                    issuer=taken.issuer,
                    audience=taken.audience,
                    algorithms=taken.algorithms,
                    roles_claim=taken.roles_claim,
                    roles=tuple((each.value, Role(each.role)) for each in taken.roles),
                    groups_claim=taken.groups_claim,
                    clock_skew_seconds=taken.clock_skew_seconds,
                    pages=taken.pages,
                )
            case IssuerDistrusted():
                del self.issuers[taken.issuer]
            case RoleGranted():
                self.grants[taken.grant] = Grant(
                    id=taken.grant,
                    issuer=taken.issuer,
                    subject=taken.subject,
                    group=taken.group,
                    role=Role(taken.role),
                    projects=None if taken.projects is None else frozenset(taken.projects),
                )
            case GrantRevoked():
                del self.grants[taken.grant]
            case DutiesSet():
                self.duties_divided_for_keys = taken.divided_for_keys

    def _require_issuer(self, issuer: str) -> None:
        if issuer not in self.issuers:
            raise errors.UnknownReference(kind="issuer", id=issuer)


def require_for_all(role: str, projects: Collection[UUID] | None) -> None:
    """Raise :class:`~cocreate.domain.errors.RoleIsForAll` for an administrator of some projects."""
    if projects is not None and role == Role.TENANT_ADMINISTRATOR:
        raise errors.RoleIsForAll(role=role)


def _require_fit(issuer: str) -> None:
    """Check that an issuer is an address that discovery can start at (OpenID Connect, 2)."""
    try:
        parts = urlsplit(issuer)
        fit = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        fit = False
    if not fit or "?" in issuer or "#" in issuer or not issuer.isascii():
        raise errors.UnfitIssuer(issuer=issuer)


def _internal(step: Step) -> Step:
    """Give a step as it is recorded here: whom a municipality lets in is not for everyone."""
    return msgspec.structs.replace(step, visibility=Visibility.INTERNAL)
