"""Who sends a token: a person that an issuer vouches for, whom the municipality lets in.

A token says itself who issued it, and only those are asked that the municipality of the path
trusts, or the operator. What a token comes to is kept until it expires, so its signature is checked
once; it is worked out anew as soon as the municipality's rules or the issuer's keys are others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from hashlib import sha256
from time import monotonic, time
from typing import Final
from uuid import UUID

import msgspec

from cocreate.api.principal import OPERATOR_TENANT, Principal
from cocreate.domain.identity import Grant, Issuer, SigningAlgorithm
from cocreate.domain.vocabulary import Role
from cocreate.identity.fetching import Fetcher
from cocreate.identity.providers import Provider, Providers
from cocreate.identity.verifying import TokenRefused, Unverified, Verified, read, verify
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.keys import Keys
from cocreate.log.live import LiveProjects
from cocreate.settings import Settings

MAX_KEPT: Final = 10_000
"""How many tokens are kept at most."""
RULES_KEPT: Final = 5.0
"""For how many seconds whom a municipality lets in is not looked up again."""
MAX_RULES: Final = 10_000


class LetIn(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a municipality lets in, or the operator."""

    tenant: str
    version: int
    """Of the municipality: with another, it may be others."""
    issuers: Mapping[str, Issuer]
    grants: tuple[Grant, ...] = ()


NOBODY: Final = LetIn(tenant="", version=0, issuers={})


class _Kept(msgspec.Struct, frozen=True):
    """What a token came to, by which rules and keys."""

    principal: Principal
    expires_at: float
    rules: LetIn
    """Those of the municipality; the operator's never change."""
    provider: Provider
    revision: int


class BearerTokens:
    """Tells who sends a token."""

    def __init__(
        self,
        live: LiveProjects,
        keys: Keys,
        providers: Providers,
        operator: Issuer | None = None,
        *,
        clock: Callable[[], float] = time,
    ) -> None:
        self._live = live
        self._keys = keys
        self._providers = providers
        self._clock = clock
        self._operator = NOBODY
        if operator is not None:
            self._operator = LetIn(
                tenant=OPERATOR_TENANT, version=1, issuers={operator.issuer: operator}
            )
        self._rules: dict[str, tuple[float, LetIn]] = {}
        self._kept: dict[bytes, _Kept] = {}

    async def principal(self, token: bytes, code: str | None) -> Principal:
        """Tell who sends a token in a municipality, or where there is none.

        Raises :class:`~cocreate.identity.verifying.TokenRefused`,
        :class:`~cocreate.identity.providers.ProviderUnavailable`, and
        :class:`~cocreate.log.errors.KeysUnusable`.
        """
        digest = sha256(b"%b %b" % ((code or "").encode(), token)).digest()
        rules = NOBODY if code is None else await self._rules_of(code)
        kept = self._kept.get(digest)
        if (
            kept is not None
            and kept.expires_at > self._clock()
            and kept.rules is rules
            and kept.revision == kept.provider.revision
        ):
            return kept.principal
        said = read(token.decode("latin-1"))
        found = await self._let_in(said, rules)
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[digest] = found
        return found.principal

    def require_allowed(self, issuer: str) -> None:
        """Raise :class:`~cocreate.identity.fetching.NotFetched` for one that is never asked."""
        self._providers.fetcher.require_allowed(issuer)

    @property
    def fetcher(self) -> Fetcher:
        """What asks issuers."""
        return self._providers.fetcher

    async def issuers(self, code: str) -> Mapping[str, Issuer]:
        """Give the issuers that a municipality trusts, and on which terms."""
        return (await self._rules_of(code)).issuers

    def forget(self, code: str) -> None:
        """Look up again whom a municipality lets in: it was changed in this process."""
        self._rules.pop(code, None)

    async def actor(self, tenant: str, issuer: str, subject: str) -> str:
        """Give what the log of a tenant calls a person: nobody finds who it is by trying names."""
        said = sha256(f"cocreate subject\n{issuer}\n{subject}".encode()).digest()
        return f"sub-{(await self._keys.fingerprint(tenant, said)).hex()[:32]}"

    async def _let_in(self, said: Unverified, rules: LetIn) -> _Kept:
        """Let a person in by the municipality's rules; where they give no role, the operator's."""
        refused = TokenRefused("untrusted-issuer")
        without_role: _Kept | None = None
        for by in (rules, self._operator):
            terms = by.issuers.get(said.issuer)
            if terms is None:
                continue
            provider = self._providers.of(said.issuer)
            try:
                verified = await verify(said, terms, provider)
            except TokenRefused as problem:
                refused = problem
                continue
            principal = await self._principal(verified, by)
            kept = _Kept(principal, verified.expires_at, rules, provider, provider.revision)
            if principal.roles or principal.in_projects:
                return kept
            without_role = without_role or kept
        if without_role is None:
            raise refused
        return without_role

    async def _principal(self, verified: Verified, by: LetIn) -> Principal:
        actor = await self.actor(by.tenant, verified.issuer, verified.subject)
        mapped = by.issuers[verified.issuer].roles
        everywhere = {role for value, role in mapped if value in verified.roles}
        in_projects: defaultdict[UUID, set[Role]] = defaultdict(set)
        for grant in by.grants:
            if not grant.is_for(verified.issuer, actor, verified.groups):
                continue
            if grant.projects is None:
                everywhere.add(grant.role)
            for project in grant.projects or ():
                in_projects[project].add(grant.role)
        limited = {project: frozenset(roles) for project, roles in in_projects.items()}
        return Principal.of(by.tenant, actor, everywhere, limited, person=True)

    async def _rules_of(self, code: str) -> LetIn:
        kept = self._rules.get(code)
        if kept is not None and monotonic() - kept[0] < RULES_KEPT:
            return kept[1]
        try:
            municipality = await self._live.municipality(code)
        except UnknownMunicipality:
            return NOBODY
        rules = LetIn(
            tenant=code,
            version=municipality.version,
            issuers=municipality.issuers,
            grants=tuple(municipality.grants.values()),
        )
        if kept is not None and kept[1].version == rules.version:
            rules = kept[1]
        if len(self._rules) >= MAX_RULES:
            self._rules.clear()
        self._rules[code] = (monotonic(), rules)
        return rules


def operator_issuer(settings: Settings) -> Issuer | None:
    """Give the issuer whose tokens let the operator in, if one is set."""
    if settings.operator_issuer is None:
        return None
    return Issuer(
        issuer=settings.operator_issuer,
        audience=settings.operator_audience or settings.public_url,
        algorithms=tuple(SigningAlgorithm),
        roles_claim=settings.operator_roles_claim,
        roles=((settings.operator_role, Role.OPERATOR),),
    )
