"""Issuing keys: what is made of them, kept of them, and told of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec

from cocreate.api.authentication import OPERATOR_PREFIX, tenant_of
from cocreate.api.principal import OPERATOR_TENANT
from cocreate.domain.identity import require_for_all
from cocreate.domain.vocabulary import Role
from cocreate.log.connection import Pool
from cocreate.log.errors import NotSubscribed, UnknownMunicipality

NO_KEY_LEFT = "CCK01"
"""The SQLSTATE with which the database refuses a key that the plan has no room for."""


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


class KeyTaken(Exception):  # noqa: N818
    """There is a key with this id already."""


class KeyRotated(Exception):  # noqa: N818
    """The key has a successor already, which has this id."""


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
    use, :class:`~cocreate.domain.errors.RoleIsForAll`, and
    :class:`~cocreate.log.errors.NotSubscribed` where the plan has no room for another.
    """
    require_for_all(role, projects)
    tenant = OPERATOR_TENANT if code == OPERATOR_PREFIX else code
    if (role is Role.OPERATOR) != (tenant == OPERATOR_TENANT):
        message = "The role of operator belongs to the installation, the others to a municipality"
        raise ValueError(message)
    if tenant != OPERATOR_TENANT and not await exists(pool, tenant):
        raise UnknownMunicipality(code)
    issued = IssuedKey(
        id=key_id or new_id(),
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
    except asyncpg.ForeignKeyViolationError:  # it was destroyed since it was looked up
        raise UnknownMunicipality(code) from None
    except asyncpg.PostgresError as problem:
        if problem.sqlstate == NO_KEY_LEFT:
            raise NotSubscribed("keys") from None
        raise
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


async def rotate(
    pool: Pool,
    code: str,
    key_id: str,
    *,
    successor: str,
    overlap: timedelta,
    expires_at: datetime | None,
) -> IssuedKey | None:
    """Give a key a successor of that id, beside which it stays valid; None where it is not valid.

    Raises :class:`KeyTaken`, and :class:`KeyRotated` where it has a successor that is valid.
    """
    secret = _new_secret(code)
    digest = sha256(secret.encode()).digest()
    try:
        row = await pool.fetchrow(
            "select * from cocreate.rotate_api_key($1, $2, $3, $4, $5, $6)",
            code,
            key_id,
            digest,
            successor,
            expires_at,
            datetime.now(UTC) + overlap,
        )
    except asyncpg.UniqueViolationError:
        raise KeyTaken(successor) from None
    if row is None:
        return None
    if row["hash"] != digest:
        raise KeyTaken(successor) if row["id"] == successor else KeyRotated(row["id"])
    return IssuedKey(
        id=row["id"],
        role=Role(row["role"]),
        label=row["label"],
        expires_at=row["expires_at"],
        secret=secret,
        projects=row["projects"],
        replaces=key_id,
    )


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


def new_id() -> str:
    """Give the id of a new key."""
    return f"key-{secrets.token_hex(8)}"


def _new_secret(code: str) -> str:
    return f"cck_{code}_{secrets.token_urlsafe(32)}"


def id_under(code: str, key: str | None) -> str:
    """Give the id of a key that is made under an idempotency key, the same whenever it is asked."""
    return new_id() if key is None else f"key-{sha256(f'{code} {key}'.encode()).hexdigest()[:16]}"


async def exists(pool: Pool, code: str) -> bool:
    """Tell whether there is a municipality."""
    found: bool = await pool.fetchval(
        "select exists (select from cocreate.municipality where tenant_id = $1)", code
    )
    return found


async def keys_of(pool: Pool, code: str) -> list[Key]:
    """Give all keys of a municipality, the revoked and expired ones too."""
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
