"""Whether what guards the logs in the database stands: schema, roles, policies and triggers.

Each check reads the catalog of the database, and yields what is not as this release left it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from cocreate.log.connection import AnyConnection
from cocreate.log.migrate import migrations

ROLES = ("cocreate_app", "cocreate_projector", "cocreate_notary", "cocreate_webhooks")

_CHANGES = ("UPDATE", "DELETE", "TRUNCATE")
_FORBIDDEN = [
    *(
        (role, table, change)
        for role in ("cocreate_app", "cocreate_projector", "cocreate_webhooks")
        for table in ("event", "command", "tree", "tile")
        for change in _CHANGES
    ),
    *(("cocreate_notary", table, change) for table in ("event", "command") for change in _CHANGES),
    # The notary makes trees and tiles grow, and triggers see to it that it does no more.
    *(("cocreate_notary", table, change) for table in ("tree", "tile") for change in _CHANGES[1:]),
]
"""Which role may not change which table how."""

_TRIGGERS = [
    ("event", "immutable", "refuse_change", 2 + 8 + 16 + 32),
    ("command", "immutable", "refuse_change", 2 + 8 + 16 + 32),
    ("early_salt", "immutable", "refuse_change", 2 + 8 + 16 + 32),
    ("tree", "grows", "require_growth", 1 + 2 + 8 + 16),
    ("tile", "grows", "require_growth", 1 + 2 + 8 + 16),
    ("tree", "stays", "require_growth", 2 + 32),
    ("tile", "stays", "require_growth", 2 + 32),
]
"""Table, trigger, function, and when it is called: the bits of ``pg_trigger.tgtype``."""

_OWN = "(tenant_id = NULLIF(current_setting('cocreate.tenant'::text, true), ''::text))"
_OWN_POLICIES = [_OWN, f"((CURRENT_USER = 'cocreate_app'::name) AND {_OWN})"]
"""How the database writes the policies by which a tenant sees its own rows."""

_RESTORE = "find out who changed it, and restore it as the migrations of this release make it"


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong with an installation, in plain words."""

    where: str
    """A part of the database, or of a municipality's log."""
    wrong: str
    remedy: str


async def unmigrated(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find the migrations that this release has and the database lacks: nothing else holds then."""
    applied = await _applied(connection)
    for migration in migrations():
        if migration.name not in applied:
            yield Finding(
                f"migration {migration.name}", "it was not applied", "run `cocreate migrate`"
            )


async def changed_migrations(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find migrations that were applied, and that this release does not have as they were."""
    known = {migration.name: migration.fingerprint for migration in migrations()}
    for name, fingerprint in sorted((await _applied(connection)).items()):
        if name not in known:
            yield Finding(
                f"migration {name}",
                "it was applied, and this release does not know it",
                "use the release that the database was migrated to, or a later one",
            )
        elif known[name] != fingerprint:
            yield Finding(
                f"migration {name}",
                "what was applied is not what this release has under that name",
                "use the release that the database was made with; never edit a migration",
            )


async def _applied(connection: AnyConnection) -> dict[str, bytes]:
    if await connection.fetchval("select to_regclass('public.cocreate_migration')") is None:
        return {}
    rows = await connection.fetch("select name, fingerprint from public.cocreate_migration")
    return {row["name"]: row["fingerprint"] for row in rows}


async def missing_roles(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find the roles that are not there: nobody can work without them."""
    rows = await connection.fetch("select rolname from pg_roles where rolname = any($1)", ROLES)
    for role in sorted(set(ROLES) - {row["rolname"] for row in rows}):
        yield Finding(
            f"role {role}",
            "it does not exist",
            f"`create role {role} nologin`, and grant it what the migrations grant",
        )


async def mighty_roles(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find roles for which row-level security does not hold."""
    rows = await connection.fetch(
        "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = any($1) order by 1",
        ROLES,
    )
    for row in rows:
        role = row["rolname"]
        if row["rolsuper"]:
            yield Finding(
                f"role {role}",
                "it is a superuser, for whom no guard holds",
                f"`alter role {role} nosuperuser`",
            )
        if row["rolbypassrls"]:
            yield Finding(
                f"role {role}",
                "it has BYPASSRLS, so it sees the rows of every municipality",
                f"`alter role {role} nobypassrls`",
            )


async def forbidden_privileges(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find what roles are granted that would let them change what was recorded or signed."""
    roles, tables, changes = zip(*_FORBIDDEN, strict=True)
    rows = await connection.fetch(
        "select w.* from unnest($1::text[], $2::text[], $3::text[]) as w (role, name, change)"
        # One who may do everything is found as such.
        " join pg_roles r on r.rolname = w.role and not r.rolsuper"
        " where case when w.change = 'UPDATE'"
        "  then has_any_column_privilege(w.role, 'cocreate.' || w.name, w.change)"
        "  else has_table_privilege(w.role, 'cocreate.' || w.name, w.change) end",
        roles,
        tables,
        changes,
    )
    for role, table, change in rows:
        yield Finding(
            f"table cocreate.{table}",
            f"{role} may {change.lower()} it",
            f"`revoke {change.lower()} on cocreate.{table} from {role}`, or from the role or the"
            " columns by which it may",
        )


async def missing_policies(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find tables with rows of municipalities that are not kept apart by row-level security."""
    for row in await connection.fetch(_GUARDED, _OWN_POLICIES):
        table = f"{row['schema']}.{row['name']}"
        if not row["enabled"]:
            yield Finding(
                f"table {table}",
                "row-level security is not enabled, so a municipality sees the rows of others",
                f"`alter table {table} enable row level security`",
            )
        if not row["forced"]:
            yield Finding(
                f"table {table}",
                "row-level security is not forced, so it does not hold for the owner",
                f"`alter table {table} force row level security`",
            )
        if not row["own"]:
            yield Finding(
                f"table {table}",
                "it has no policy own_tenant that shows a municipality its own rows alone",
                _RESTORE,
            )
        for policy in row["open"]:
            yield Finding(
                f"table {table}",
                f"the policy {policy} shows cocreate_app the rows of other municipalities",
                f"`drop policy {policy} on {table}`",
            )


_GUARDED = """
    select n.nspname as schema, c.relname as name, c.relrowsecurity as enabled,
        c.relforcerowsecurity as forced,
        exists (
            select from pg_policy p
                where p.polrelid = c.oid and p.polname = 'own_tenant'
                    and pg_get_expr(p.polqual, p.polrelid) = any($1)) as own,
        array(
            select p.polname::text from pg_policy p
                where p.polrelid = c.oid and p.polpermissive and p.polname <> 'own_tenant'
                    and p.polroles && array[0::oid, 'cocreate_app'::regrole::oid]
                    and pg_get_expr(coalesce(p.polqual, p.polwithcheck), p.polrelid) <> all($1)
                order by 1) as open
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p')
            and (n.nspname in ('cocreate', 'cocreate_keys')
                or n.nspname in (
                    select b.name || '_' || b.build from cocreate.read_model_build b))
            -- The directory of municipalities is public by nature.
            and not (n.nspname = 'cocreate' and c.relname = 'municipality')
            and exists (
                select from pg_attribute a
                    where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
        order by 1, 2
"""


async def missing_triggers(connection: AnyConnection) -> AsyncIterator[Finding]:
    """Find the triggers that refuse changes and are not there, or do not work."""
    rows = await connection.fetch(
        "select t.tgrelid::regclass::text, t.tgname, p.proname, t.tgtype, t.tgenabled::text"
        " from pg_trigger t join pg_proc p on p.oid = t.tgfoid"
        " where p.pronamespace = 'cocreate'::regnamespace and not t.tgisinternal"
    )
    found = {tuple(row)[:4]: row["tgenabled"] for row in rows}
    for table, trigger, function, when in _TRIGGERS:
        enabled = found.get((f"cocreate.{table}", trigger, function, when))
        if enabled is None:
            yield Finding(
                f"table cocreate.{table}",
                f"the trigger {trigger}, which refuses changes, is missing or is another",
                _RESTORE,
            )
        elif enabled not in ("O", "A"):
            yield Finding(
                f"table cocreate.{table}",
                f"the trigger {trigger}, which refuses changes, is disabled",
                f"find out who did so, and `alter table cocreate.{table} enable trigger {trigger}`",
            )
