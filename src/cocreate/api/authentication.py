"""Who sends a request: the holder of an API key, a person with a token of an issuer, or anyone.

A key says itself in which municipality it belongs, so it is looked up nowhere else. The log keeps
only its SHA-256; a key is 256 random bits, so its hash needs no salt and its look-up by hash tells
nothing by how long it takes. A token is verified for the municipality of the path.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from time import monotonic, time
from typing import Any

from litestar import Request
from litestar.types import Scope

from cocreate.api.bearer import BearerTokens
from cocreate.api.key_uses import KeyUses
from cocreate.api.principal import ANONYMOUS, OPERATOR_TENANT, Principal, first_of
from cocreate.api.problems import Problem, unauthenticated
from cocreate.api.subscription_gate import SubscriptionGate
from cocreate.domain.vocabulary import Role
from cocreate.identity.providers import ProviderUnavailable
from cocreate.identity.verifying import MAX_TOKEN_BYTES, TokenRefused
from cocreate.log.connection import Pool

KEPT_SECONDS = 10.0
"""For how long a key that was found is not looked up again: a revoked one works no longer."""
MAX_KEPT = 10_000

OPERATOR_PREFIX = "OP"
SECRET_LENGTH = 43
READS = frozenset({"GET", "HEAD"})
ISSUER_RETRY_AFTER = "10"
"""How many seconds to wait for an issuer that gives no answer."""

Denied = Callable[[str, str | None, str | None], None]
"""Told of every denial: why, whose municipality if that is known, and under which role."""


def _tell_nobody(_reason: str, _tenant: str | None, _role: str | None) -> None:
    """Tell nobody of a denial."""


class Access:
    """Tells who sends a request, and turns away who has no business there."""

    def __init__(
        self,
        pool: Pool,
        tokens: BearerTokens,
        uses: KeyUses,
        gate: SubscriptionGate,
        denied: Denied = _tell_nobody,
    ) -> None:
        self._pool = pool
        self.tokens = tokens
        self.uses = uses
        self._gate = gate
        self._denied = denied
        self._found: dict[bytes, tuple[float, Principal]] = {}
        self._municipalities: set[str] = set()

    async def principal(self, scope: Scope, code: str | None = None) -> Principal:
        """Tell who sends a request, in a municipality if one is given.

        Raises a problem for a key or a token that is not valid.
        """
        authorization = header(scope, b"authorization")
        if authorization is None:
            return ANONYMOUS
        if b"." in authorization:  # which no key has, and every token
            return await self._person(authorization, code)
        digest = sha256(authorization).digest()
        kept = self._found.get(digest)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        return await self._find(authorization, digest, code)

    async def allowed(self, request: Request[Any, Any, Any], roles: frozenset[Role]) -> Principal:
        """Give the principal, under the first of its roles here that is among those given.

        Here is the project of the path, or the municipality. For a path without municipality, only
        the role counts. Auditors never write, whatever else they may be.
        """
        path = request.scope["path_params"]
        code = path.get("code")
        principal = (await self.principal(request.scope, code)).at(path.get("project"))
        if not principal.actor:
            raise self.denial(unauthenticated(), principal, code)
        if code is not None and not _may_be_in(principal, code):
            raise self.denial(Problem("not-found"), principal, reason="another-municipality")
        may = principal.roles & roles
        audits = Role.AUDITOR in principal.roles and request.method not in READS
        if may and not audits:
            await self._gate.admit(request, principal.tenant)
            role = principal.role if principal.role in may else first_of(may)
            return principal if role is None else principal.acting_as(role)
        role = Role.AUDITOR if audits else principal.role
        if role is None:
            raise self.denial(Problem("no-role-here"), principal)
        raise self.denial(Problem("forbidden", facts={"role": role}), principal)

    async def reading(self, request: Request[Any, Any, Any]) -> Principal:
        """Give the principal of a request that reads in the municipality of the path.

        Whoever sends no key may read, and sees what is public, as the operator does, and whoever
        has a role in other projects only. A key of another municipality finds as little here as
        anyone in a municipality that is not there.
        """
        path = request.scope["path_params"]
        code = path["code"]
        principal = (await self.principal(request.scope, code)).at(path.get("project"))
        if _may_be_in(principal, code):
            await self._gate.admit(request, principal.tenant)
        if principal.tenant == code != OPERATOR_TENANT:
            return principal
        if not _may_be_in(principal, code):
            raise self.denial(Problem("not-found"), principal, reason="another-municipality")
        if not await self._exists(code):
            raise Problem("not-found")
        return principal

    def denial(
        self,
        problem: Problem,
        principal: Principal = ANONYMOUS,
        code: str | None = None,
        *,
        reason: str | None = None,
    ) -> Problem:
        """Tell of a denial, and give its problem to be raised.

        The tenant is that of whoever is turned away; where that is not known, ``code``.
        """
        tenant = principal.tenant or (code if code is not None and is_code(code) else None)
        self._denied(reason or problem.code, tenant, principal.role)
        return problem

    def forget(self, tenant: str, key_id: str) -> None:
        """Let a revoked key no longer pass in this process."""
        for digest, (_, principal) in list(self._found.items()):
            if principal.tenant == tenant and principal.actor == key_id:
                del self._found[digest]

    async def _exists(self, code: str) -> bool:
        if code in self._municipalities:
            return True
        found: bool = await self._pool.fetchval(
            "select exists (select from cocreate.municipality where tenant_id = $1)", code
        )
        if found:
            self._municipalities.add(code)
        return found

    async def _person(self, authorization: bytes, code: str | None) -> Principal:
        scheme, _, token = authorization.partition(b" ")
        if code is not None and not is_code(code):
            raise Problem("not-found")
        if scheme.lower() != b"bearer" or len(token) > MAX_TOKEN_BYTES:
            raise self.denial(unauthenticated(), code=code, reason="malformed")
        try:
            return await self.tokens.principal(token, code)
        except TokenRefused as refused:
            raise self.denial(unauthenticated(), code=code, reason=refused.reason) from None
        except ProviderUnavailable:
            retry = {"Retry-After": ISSUER_RETRY_AFTER}
            raise Problem("issuer-unavailable", headers=retry) from None

    async def _find(self, authorization: bytes, digest: bytes, code: str | None) -> Principal:
        scheme, _, token = authorization.partition(b" ")
        tenant = tenant_of(token.decode("latin-1"))
        if scheme.lower() != b"bearer" or tenant is None:
            raise self.denial(unauthenticated(), code=code, reason="malformed")
        row = await self._pool.fetchrow(
            "select id, role, projects, expires_at, retires_at from cocreate.find_api_key($1, $2)",
            tenant,
            sha256(token).digest(),
        )
        if row is None:
            raise self.denial(unauthenticated(), code=tenant, reason="unknown-key")
        role = frozenset({Role(row["role"])})
        if row["projects"] is None:
            principal = Principal.of(tenant, row["id"], role)
        else:
            principal = Principal.of(tenant, row["id"], (), dict.fromkeys(row["projects"], role))
        kept = KEPT_SECONDS
        for end in (row["expires_at"], row["retires_at"]):
            if end is not None:
                kept = min(kept, end.timestamp() - time())
        if len(self._found) >= MAX_KEPT:
            self._found.clear()
        self._found[digest] = (monotonic() + kept, principal)
        # Here, where it is looked up anyway, rather than with every request.
        self.uses.note(tenant, row["id"])
        return principal


def _may_be_in(principal: Principal, code: str) -> bool:
    """Tell whether a principal has anything to look for in what may be a municipality."""
    return is_code(code) and principal.tenant in (code, OPERATOR_TENANT, "")


def is_code(text: str) -> bool:
    """Tell whether a text reads like the code of a municipality, such as ``GM0503``."""
    return len(text) == 6 and text.startswith("GM") and text.isascii() and text[2:].isdecimal()


def tenant_of(secret: str) -> str | None:
    """Give the tenant that a key names, None for what is no key."""
    prefix, _, rest = secret.partition("_")
    code, _, random = rest.partition("_")
    if prefix != "cck" or len(random) != SECRET_LENGTH or not random.isascii():
        return None
    if code == OPERATOR_PREFIX:
        return OPERATOR_TENANT
    return code if is_code(code) else None


def header(scope: Scope, name: bytes) -> bytes | None:
    """Give the value of a header, None where it was not sent."""
    for sent, value in scope["headers"]:
        if sent == name:
            return value
    return None
