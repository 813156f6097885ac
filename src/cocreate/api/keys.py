"""API keys: made, listed, rotated, revoked. A secret is shown once, and kept as a hash only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Request, delete, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.answers import as_json
from cocreate.api.authentication import OPERATOR_PREFIX, tenant_of
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import KEY_EXAMPLE, ROTATION_EXAMPLE
from cocreate.api.identity import require_projects
from cocreate.api.parts import Parts, parts_of
from cocreate.api.principal import OPERATOR_TENANT
from cocreate.api.problems import FieldError, Problem
from cocreate.api.roles import MANAGE_KEYS, START_KEYS
from cocreate.domain.identity import Projects, TownRole, require_for_all
from cocreate.domain.steps.base import Line
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import Pool
from cocreate.log.errors import UnknownMunicipality

TAG = "keys"
KEYS = "/v1/municipalities/{code:str}/keys"


class MakeKey(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Make a key for a role in this municipality, or in some of its projects only."""

    role: TownRole
    label: Line
    """What the key is for; not the name of a person."""
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    projects: Projects | None = None


class RotateKey(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Give a key a successor, and let it be valid beside that for some hours more.

    Without ``expires_at``, the successor lives as long as the key was made to live.
    """

    overlap_hours: Annotated[int, Meta(ge=0, le=24 * 30)] = 24
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class IssuedKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A key that was just made. Its secret is shown this once."""

    id: str
    role: Role
    label: str
    expires_at: datetime | None
    secret: str
    projects: Sequence[UUID] | None = None
    replaces: str | None = None
    """The key in whose place it comes."""


class Key(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A key, without its secret."""

    id: str
    role: Role
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    projects: Sequence[UUID] | None
    """The projects in which the role holds; null for the whole municipality."""
    replaces: str | None
    """The key in whose place it came."""
    retires_at: datetime | None
    """Until when it is valid beside its successor."""
    last_used_at: datetime | None
    """When it was last used, give or take a minute."""

    @property
    def valid(self) -> bool:
        """Whether the key still opens anything."""
        now = datetime.now(UTC)
        over = any(end is not None and end <= now for end in (self.expires_at, self.retires_at))
        return self.revoked_at is None and not over


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """All keys of a municipality, the revoked and expired ones too."""

    keys: Sequence[Key]


class KeyTaken(Exception):  # noqa: N818
    """There is a key with this id already."""


async def issue_key(
    pool: Pool,
    code: str,
    role: Role,
    label: str,
    *,
    expires_at: datetime | None = None,
    key_id: str | None = None,
    projects: Sequence[UUID] | None = None,
) -> IssuedKey:
    """Make a key in a municipality, or for the operator where the code is ``OP``.

    Raises :class:`~cocreate.log.errors.UnknownMunicipality`, :class:`KeyTaken` for an id that is in
    use, and :class:`~cocreate.domain.errors.RoleIsForAll`.
    """
    require_for_all(role, projects)
    tenant = OPERATOR_TENANT if code == OPERATOR_PREFIX else code
    if (role is Role.OPERATOR) != (tenant == OPERATOR_TENANT):
        message = "The role of operator belongs to the installation, the others to a municipality"
        raise ValueError(message)
    if tenant != OPERATOR_TENANT and not await _exists(pool, tenant):
        raise UnknownMunicipality(code)
    issued = IssuedKey(
        id=key_id or _new_id(),
        role=role,
        label=label,
        expires_at=expires_at,
        secret=_new_secret(code),
        projects=projects,
    )
    try:
        await _add(pool, tenant, issued)
    except asyncpg.UniqueViolationError:
        raise KeyTaken(issued.id) from None
    return issued


async def admit_operator(pool: Pool, secret: str) -> None:
    """See to it that a key of the operator that was chosen beforehand is valid."""
    if tenant_of(secret) != OPERATOR_TENANT:
        message = "This is no key of the operator"
        raise ValueError(message)
    key_id = f"key-{sha256(secret.encode()).hexdigest()[:16]}"
    chosen = IssuedKey(
        id=key_id, role=Role.OPERATOR, label="COCREATE_OPERATOR_KEY", expires_at=None, secret=secret
    )
    try:
        await _add(pool, OPERATOR_TENANT, chosen)
    except asyncpg.UniqueViolationError:
        return


async def _add(pool: Pool, tenant: str, key: IssuedKey) -> None:
    await pool.execute(
        "select cocreate.add_api_key($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        sha256(key.secret.encode()).digest(),
        key.id,
        key.role,
        key.label,
        key.expires_at,
        key.projects,
    )


def _new_id() -> str:
    return f"key-{secrets.token_hex(8)}"


def _new_secret(code: str) -> str:
    return f"cck_{code}_{secrets.token_urlsafe(32)}"


def _id_under(code: str, key: str | None) -> str:
    """Give the id of a key that is made under an idempotency key, the same whenever it is asked."""
    return _new_id() if key is None else f"key-{sha256(f'{code} {key}'.encode()).hexdigest()[:16]}"


async def _exists(pool: Pool, code: str) -> bool:
    found: bool = await pool.fetchval(
        "select exists (select from cocreate.municipality where tenant_id = $1)", code
    )
    return found


async def _keys(pool: Pool, code: str) -> list[Key]:
    rows = await pool.fetch("select * from cocreate.list_api_keys($1)", code)
    return [
        Key(
            id=row["id"],
            role=Role(row["role"]),
            label=row["label"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            revoked_at=row["revoked_at"],
            projects=row["projects"],
            replaces=row["replaces"],
            retires_at=row["retires_at"],
            last_used_at=row["last_used_at"],
        )
        for row in rows
    ]


_BODY = Body(MakeKey)
_ROTATION = Body(RotateKey)


@post(
    KEYS,
    operation_id="makeKey",
    summary="Make a key for a role in this municipality",
    description=(
        "For the administrator of the municipality; the operator makes the first key, that of the "
        "administrator. The secret is shown once: a repeat under the same Idempotency-Key tells "
        "which key was made, and shows no secret."
    ),
    tags=[TAG],
    opt=documented(
        takes=MakeKey,
        example=KEY_EXAMPLE,
        answers=IssuedKey,
        problems=(400, 401, 403, 404, 409, 413, 415, 503),
    ),
)
async def make_key(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Make a key."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, MANAGE_KEYS | START_KEYS)
    wanted, conditions = await _BODY.read(request)
    _require_future(wanted.expires_at)
    role = Role(wanted.role)
    if principal.role in START_KEYS:
        await _require_first(parts, code, role)
    await require_projects(parts, code, wanted.projects)
    try:
        issued = await issue_key(
            parts.service.pool,
            code,
            role,
            wanted.label,
            expires_at=wanted.expires_at,
            key_id=_id_under(code, conditions.key),
            projects=wanted.projects,
        )
    except KeyTaken as taken:
        raise Problem("key-issued", facts={"id": str(taken)}) from None
    return _issued(code, issued)


@post(
    f"{KEYS}/{{id:str}}/rotations",
    operation_id="rotateKey",
    summary="Give a key a successor",
    description=(
        "The successor has the same role and projects. The key itself stays valid for the hours "
        "that are stated, and is no more after that; revoke it to end it earlier. A key has one "
        "successor that is valid at a time."
    ),
    tags=[TAG],
    opt=documented(
        takes=RotateKey,
        example=ROTATION_EXAMPLE,
        answers=IssuedKey,
        problems=(400, 401, 403, 404, 409, 413, 415, 503),
    ),
)
async def rotate_key(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Rotate a key."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_KEYS)
    wanted, conditions = await _ROTATION.read(request)
    _require_future(wanted.expires_at)
    old, new = request.scope["path_params"]["id"], _id_under(code, conditions.key)
    if "\0" in old:
        raise Problem("not-found")
    secret = _new_secret(code)
    try:
        row = await parts.service.pool.fetchrow(
            "select * from cocreate.rotate_api_key($1, $2, $3, $4, $5, $6)",
            code,
            old,
            sha256(secret.encode()).digest(),
            new,
            wanted.expires_at,
            datetime.now(UTC) + timedelta(hours=wanted.overlap_hours),
        )
    except asyncpg.UniqueViolationError:
        raise Problem("key-issued", facts={"id": new}) from None
    if row is None:
        raise Problem("not-found")
    if row["hash"] != sha256(secret.encode()).digest():
        problem = "key-issued" if row["id"] == new else "key-rotated"
        raise Problem(problem, facts={"id": row["id"]})
    parts.access.forget(code, old)  # it is kept in memory without its new end
    return _issued(
        code,
        IssuedKey(
            id=new,
            role=Role(row["role"]),
            label=row["label"],
            expires_at=row["expires_at"],
            secret=secret,
            projects=row["projects"],
            replaces=old,
        ),
    )


def _require_future(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Problem("invalid-input", errors=[FieldError("/expiresAt", "in-the-past")])


def _issued(code: str, issued: IssuedKey) -> ASGIResponse:
    href = f"/v1/municipalities/{code}/keys/{issued.id}"
    return as_json(issued, 201, (b"location", href.encode()))


async def _require_first(parts: Parts, code: str, role: Role) -> None:
    """Check that this is what the operator may make: the first key of an administrator."""
    if not await _exists(parts.service.pool, code):
        raise Problem("not-found")
    if role is not Role.TENANT_ADMINISTRATOR:
        raise parts.access.denial(Problem("forbidden", facts={"role": Role.OPERATOR}))
    keys = await _keys(parts.service.pool, code)
    if any(key.role is Role.TENANT_ADMINISTRATOR and key.valid for key in keys):
        raise Problem("administrator-exists", facts={"code": code})


@get(
    KEYS,
    operation_id="listKeys",
    summary="Read which keys there are",
    tags=[TAG],
    opt=documented(answers=Keys, problems=(400, 401, 403, 404, 503)),
)
async def list_keys(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give all keys, without their secrets."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_KEYS)
    return as_json(Keys(keys=await _keys(parts.service.pool, code)))


@get(
    f"{KEYS}/{{id:str}}",
    operation_id="getKey",
    summary="Read a key",
    tags=[TAG],
    opt=documented(answers=Key, problems=(400, 401, 403, 404, 503)),
)
async def get_key(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give a key, without its secret."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_KEYS)
    key_id = request.scope["path_params"]["id"]
    for key in await _keys(parts.service.pool, code):
        if key.id == key_id:
            return as_json(key)
    raise Problem("not-found")


@delete(
    f"{KEYS}/{{id:str}}",
    operation_id="revokeKey",
    summary="Revoke a key",
    description=(
        "At once in the process that answers, and within ten seconds in every other. The events "
        "that were recorded with the key stay as they are."
    ),
    tags=[TAG],
    opt=documented(problems=(400, 401, 403, 404, 503)),
)
async def revoke_key(request: Request[Any, Any, Any], code: FromPath[str]) -> None:
    """Revoke a key."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_KEYS)
    key_id = request.scope["path_params"]["id"]
    if "\0" in key_id:
        raise Problem("not-found")
    revoked = await parts.service.pool.fetchval(
        "select cocreate.revoke_api_key($1, $2)", code, key_id
    )
    parts.access.forget(code, key_id)
    if not revoked:
        raise Problem("not-found")


HANDLERS = (make_key, rotate_key, list_keys, get_key, revoke_key)
"""The routes about keys."""
