"""API keys: made, listed, rotated, revoked. A secret is shown once, and kept as a hash only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.answers import as_json
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import KEY_EXAMPLE, ROTATION_EXAMPLE
from cocreate.api.identity import require_projects
from cocreate.api.issuing import (
    IssuedKey,
    Key,
    KeyRotated,
    KeyTaken,
    exists,
    id_under,
    issue_key,
    keys_of,
    rotate,
)
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import FieldError, Problem
from cocreate.api.roles import MANAGE_KEYS, START_KEYS
from cocreate.api.subscription_gate import IN_ANY_STATE
from cocreate.domain.identity import Projects, TownRole
from cocreate.domain.steps.base import Line
from cocreate.domain.vocabulary import Role

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


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """All keys of a municipality, the revoked and expired ones too."""

    keys: Sequence[Key]


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
    )
    | IN_ANY_STATE,
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
            key_id=id_under(code, conditions.key),
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
    )
    | IN_ANY_STATE,
)
async def rotate_key(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Rotate a key."""
    parts = parts_of(request)
    await parts.access.allowed(request, MANAGE_KEYS)
    wanted, conditions = await _ROTATION.read(request)
    _require_future(wanted.expires_at)
    old, new = request.scope["path_params"]["id"], id_under(code, conditions.key)
    if "\0" in old:
        raise Problem("not-found")
    try:
        issued = await rotate(
            parts.service.pool,
            code,
            old,
            successor=new,
            overlap=timedelta(hours=wanted.overlap_hours),
            expires_at=wanted.expires_at,
        )
    except KeyTaken as taken:
        raise Problem("key-issued", facts={"id": str(taken)}) from None
    except KeyRotated as rotated:
        raise Problem("key-rotated", facts={"id": str(rotated)}) from None
    if issued is None:
        raise Problem("not-found")
    parts.access.forget(code, old)  # it is kept in memory without its new end
    return _issued(code, issued)


def _require_future(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Problem("invalid-input", errors=[FieldError("/expiresAt", "in-the-past")])


def _issued(code: str, issued: IssuedKey) -> ASGIResponse:
    href = f"/v1/municipalities/{code}/keys/{issued.id}"
    return as_json(issued, 201, (b"location", href.encode()))


async def _require_first(parts: Parts, code: str, role: Role) -> None:
    """Check that this is what the operator may make: the first key of an administrator."""
    if not await exists(parts.service.pool, code):
        raise Problem("not-found")
    if role is not Role.TENANT_ADMINISTRATOR:
        raise parts.access.denial(Problem("forbidden", facts={"role": Role.OPERATOR}))
    keys = await keys_of(parts.service.pool, code)
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
    return as_json(Keys(keys=await keys_of(parts.service.pool, code)))


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
    for key in await keys_of(parts.service.pool, code):
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
    opt=documented(problems=(400, 401, 403, 404, 503)) | IN_ANY_STATE,
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
