"""Who sends a request: the holder of an API key, or anyone.

A key says itself in which municipality it belongs, so it is looked up nowhere else. The log keeps
only its SHA-256; a key is 256 random bits, so its hash needs no salt and its look-up by hash tells
nothing by how long it takes.
"""

from __future__ import annotations

from hashlib import sha256
from time import monotonic, time
from typing import Any

import msgspec
from litestar import Request
from litestar.types import Scope

from cocreate.api.problems import Problem, unauthenticated
from cocreate.api.roles import SEE_INTERNAL
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import Pool

KEPT_SECONDS = 10.0
"""For how long a key that was found is not looked up again: a revoked one works no longer."""
MAX_KEPT = 10_000

OPERATOR_TENANT = "*"
OPERATOR_PREFIX = "OP"
SECRET_LENGTH = 43


class Principal(msgspec.Struct, frozen=True):
    """Who sends a request. Whoever sends no key has no role and belongs nowhere."""

    tenant: str = ""
    """The code of the municipality, ``*`` for the operator."""
    key_id: str = ""
    role: Role | None = None
    sees_internal: bool = False
    """Whether internal steps of the own municipality may be read."""

    def is_of(self, code: str) -> bool:
        """Tell whether it is of a municipality, or of the operator, who is of each."""
        return self.tenant in (code, OPERATOR_TENANT)


ANONYMOUS = Principal()


class Access:
    """Tells who sends a request, and turns away who has no business there."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._found: dict[bytes, tuple[float, Principal]] = {}
        self._municipalities: set[str] = set()

    async def principal(self, scope: Scope) -> Principal:
        """Tell who sends a request. Raises a problem for a key that is not valid."""
        authorization = header(scope, b"authorization")
        if authorization is None:
            return ANONYMOUS
        digest = sha256(authorization).digest()
        kept = self._found.get(digest)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        return await self._find(authorization, digest)

    async def allowed(self, request: Request[Any, Any, Any], roles: frozenset[Role]) -> Principal:
        """Give the principal, if its role is one of those given in this very municipality.

        For a path without municipality, only the role counts.
        """
        principal = await self.principal(request.scope)
        if principal.role is None:
            raise unauthenticated()
        code = request.scope["path_params"].get("code")
        if code is not None and not _may_be_in(principal, code):
            raise Problem("not-found")
        if principal.role not in roles:
            raise Problem("forbidden", facts={"role": principal.role})
        return principal

    async def reading(self, request: Request[Any, Any, Any]) -> Principal:
        """Give the principal of a request that reads in the municipality of the path.

        Whoever sends no key may read, and sees what is public, as the operator does. A key of
        another municipality finds as little here as anyone in a municipality that is not there.
        """
        principal = await self.principal(request.scope)
        code = request.scope["path_params"]["code"]
        if principal.tenant == code != OPERATOR_TENANT:
            return principal
        if not _may_be_in(principal, code) or not await self._exists(code):
            raise Problem("not-found")
        return principal

    def forget(self, tenant: str, key_id: str) -> None:
        """Let a revoked key no longer pass in this process."""
        for digest, (_, principal) in list(self._found.items()):
            if principal.tenant == tenant and principal.key_id == key_id:
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

    async def _find(self, authorization: bytes, digest: bytes) -> Principal:
        scheme, _, token = authorization.partition(b" ")
        tenant = tenant_of(token.decode("latin-1"))
        if scheme.lower() != b"bearer" or tenant is None:
            raise unauthenticated()
        row = await self._pool.fetchrow(
            "select id, role, expires_at from cocreate.find_api_key($1, $2)",
            tenant,
            sha256(token).digest(),
        )
        if row is None:
            raise unauthenticated()
        role = Role(row["role"])
        principal = Principal(tenant, row["id"], role, role in SEE_INTERNAL)
        kept = KEPT_SECONDS
        if row["expires_at"] is not None:
            kept = min(kept, row["expires_at"].timestamp() - time())
        if len(self._found) >= MAX_KEPT:
            self._found.clear()
        self._found[digest] = (monotonic() + kept, principal)
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
