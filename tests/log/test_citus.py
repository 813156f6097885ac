"""Spreading the logs over a cluster: refused where there is none, and whole where there is."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest
from tests.databases import OVER_CITUS, temporary_database
from tests.log.conftest import DAY, MASTER, SENDER, START, Log

from cocreate.audit.backup import BackupUnusable, back_up
from cocreate.domain.municipality import RegisterMunicipality
from cocreate.domain.steps.course import JoinParty
from cocreate.domain.steps.wishes import ExpressWish
from cocreate.domain.vocabulary import PartyKind, Position
from cocreate.log import citus
from cocreate.log.connection import open_pool
from cocreate.log.migrate import migrate
from cocreate.service import Service, open_service, prepare_database

OF_ANOTHER_TABLE = re.compile(
    r"\binsert into \S+ (?:\([^)]*\)\s+)?select \w+\.tenant_id\b", re.DOTALL
)
EVENTS = "select * from cocreate.event where tenant_id = $1 order by position"
JOIN = JoinParty(
    occurred_on=DAY,
    party="sanne",
    kind=PartyKind.RESIDENT,
    position=Position.EXTERNAL,
    name="Sanne",
)
ON_A_CLUSTER = pytest.mark.skipif(not OVER_CITUS, reason="COCREATE_TEST_CITUS_URL is not set")


@pytest.mark.skipif(OVER_CITUS, reason="there is a cluster")
async def test_without_a_cluster_nothing_is_applied(postgres_dsn: str) -> None:
    async with temporary_database(postgres_dsn) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            with pytest.raises(citus.CitusMissing, match="extension citus is not in this database"):
                await migrate(connection, over_citus=True)
            assert await connection.fetchval("select to_regnamespace('cocreate')") is None
            assert not await citus.is_spread(connection)
        finally:
            await connection.close()


def test_who_inserts_what_another_table_has_says_the_tenant_as_given() -> None:
    """A cluster refuses it otherwise: the tenant is not known before the rows are."""
    folders = (files("cocreate.log") / "schema", files("cocreate.projections"))
    wrong = [
        (file.name, found.group())
        for folder in folders
        for file in folder.iterdir()
        if file.name.endswith(".sql")
        for body in re.findall(r"\nas \$\$\n.*?\n\$\$;", file.read_text(), re.DOTALL)
        for found in OF_ANOTHER_TABLE.finditer(body)
        if "unnest" not in body[found.end() :].split(";")[0]
    ]
    assert wrong == []
    assert OF_ANOTHER_TABLE.search("insert into a.b (tenant_id, c)\n  select h.tenant_id, 1")


@ON_A_CLUSTER
async def test_every_table_with_a_tenant_is_beside_the_heads_of_the_logs(log: Log) -> None:
    apart = await log.admin.fetch(
        "select c.oid::regclass::text from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
        " left join pg_dist_partition d on d.logicalrelid = c.oid"
        " where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text ~ '^cocreate'"
        " and c.oid <> 'cocreate.municipality'::regclass"
        " and d.colocationid is distinct from (select h.colocationid from pg_dist_partition h"
        "  where h.logicalrelid = 'cocreate.log_head'::regclass)"
    )
    assert apart == []


@ON_A_CLUSTER
async def test_functions_of_a_tenant_run_where_it_is(log: Log) -> None:
    here = await log.admin.fetch(
        "select p.oid::regprocedure::text from pg_proc p"
        " left join pg_dist_object o on o.classid = 'pg_proc'::regclass and o.objid = p.oid"
        " where p.proargnames[1] = 'p_tenant' and p.prokind = 'f'"
        " and p.pronamespace::regnamespace::text ~ '^cocreate'"
        " and o.force_delegation is distinct from true"
    )
    assert [row[0] for row in here] == ["cocreate.register_municipality(text,text)"]


@ON_A_CLUSTER
async def test_to_spread_again_changes_nothing(log: Log) -> None:
    assert await citus.spread(log.admin) == []


@ON_A_CLUSTER
async def test_shards_are_guarded_as_their_table_is(log: Log) -> None:
    await log.tenant()
    guarded = await log.admin.fetch(
        "select success, result from run_command_on_shards('cocreate.log_head',"
        " $$select relrowsecurity and relforcerowsecurity from pg_class"
        "  where oid = '%s'::regclass$$)"
    )
    assert {tuple(row) for row in guarded} == {(True, "t")}


@ON_A_CLUSTER
async def test_looking_up_a_type_asks_of_no_table_whether_it_is_a_shard(log: Log) -> None:
    asked = "explain select from pg_class where reltype = 1"
    async with await open_pool(log.dsn, "cocreate_app", size=1) as pool:
        assert "shard" not in str(await pool.fetch(asked))
    assert "shard" in str(await log.admin.fetch(asked))


@ON_A_CLUSTER
async def test_a_backup_that_would_not_be_of_one_moment_is_refused(
    log: Log, tmp_path: Path
) -> None:
    with pytest.raises(BackupUnusable, match="back up its nodes together"):
        await back_up(log.dsn, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


@ON_A_CLUSTER
async def test_an_installation_that_has_data_is_spread_with_it(postgres_dsn: str) -> None:
    async with temporary_database(postgres_dsn) as dsn:
        await prepare_database(dsn)
        admin, code = await asyncpg.connect(dsn), "GM0001"
        async with open_service(dsn, master=MASTER) as service:
            registration = RegisterMunicipality(occurred_on=DAY, code=code, name="Test")
            await service.subscriptions.register(registration, SENDER)
            project = (await service.live.start(code, START, SENDER)).project
            last = await service.live.take(code, project, [JOIN], SENDER)
            before = await answer(service, code, last.position)
            events = await admin.fetch(EVENTS, code)
        assert await prepare_database(dsn, over_citus=True)
        assert await admin.fetch(EVENTS, code) == events
        async with open_service(dsn, master=MASTER) as service:
            assert await answer(service, code, last.position) == before
            assert await service.people.held(code, project, "sanne")
            wish = ExpressWish(occurred_on=DAY, title="Licht")
            last = await service.live.take(code, project, [wish], SENDER)
            assert await answer(service, code, last.position) == before
        left = await admin.fetch(
            "select logicalrelid::text from pg_dist_partition"
            " where pg_relation_size(logicalrelid) > 0"
        )
        assert left == []
        await admin.close()


async def answer(service: Service, code: str, position: int) -> list[asyncpg.Record]:
    """Give how many projects there are of each sort, once a position is known of."""
    await service.answers.reach(("directory",), code, position, within=120)
    return await service.answers.ask("directory", "read_facets", code, 0, position, DAY, "{}")
