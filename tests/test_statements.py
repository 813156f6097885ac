"""Whatever is sent to the database while it works names one tenant, but for what is listed here.

So on a cluster every statement goes to the one node that holds the tables of that tenant.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import httpx
import pytest
from asyncpg.connection import LoggedQuery
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.api.test_isolation import requests
from tests.conftest import served

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.log import connection as connecting
from cocreate.projections.rebuild import rebuild
from cocreate.service import open_service
from cocreate.settings import Settings

ABOUT_NO_TENANT: Mapping[str, str] = {
    r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b": "the bounds of a transaction",
    r"select 1$": "whether the database answers",
    r"(?i)select pg_notify|LISTEN ": "signals, which go by way of one node",
    r".*\bcocreate_queue\b": "the queue of jobs, which stays on one node",
    r"SELECT current_setting\('jit'\)": "the driver gets ready to look up a type",
    r"select exists \(select from pg_(extension|dist_partition)": "whether there is a cluster",
    r".*\bpg_catalog\.": "the driver looks up a type",
    # The directory and the list of builds are small, and whole on every node.
    r"select (tenant_id|\*|m\.tenant_id).* from cocreate\.municipality": "the directory",
    r"select (exists|name).* from cocreate\.municipality where tenant_id = \$1": "the directory",
    r"select cocreate\.register_municipality\(": "the directory is written, once a municipality",
    r"select build, name, fingerprint from cocreate\.read_model_build": "the list of builds",
    r"select name from cocreate_keys\.master|select cocreate_keys\.know_master": "master keys",
    # What workers look for themselves, in case a signal was lost: seldom, and on all nodes at once.
    r"select distinct h\.tenant_id from cocreate\.log_head": "which read models are behind",
    r"select h\.tenant_id from cocreate\.log_head": "which trees are behind",
    r"select distinct tenant_id from cocreate\.webhook where sends": "who has webhooks at all",
    r"select \* from cocreate\.webhooks_behind\(": "which webhooks are behind",
    r"select \* from cocreate\.read_(lags|parked)\(": "the operator looks at all, one by one",
}
"""What may be sent without one tenant in it, and why."""

CALL = re.compile(r"\b(\w+\.\w+)\(\$(\d+)")
OF_TENANT = re.compile(r"\btenant_id = \$(\d+)")

Sent = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture(scope="module")
def sent() -> Sent:
    return []


@pytest.fixture(scope="module")
async def recorded(settings: Settings, sent: Sent) -> AsyncIterator[Litestar]:
    """The application, whose connections note what they send."""

    class Noting(connecting.Connection):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.add_query_logger(self._note)

        @staticmethod
        def _note(query: LoggedQuery) -> None:
            sent.append((query.query, tuple(query.args or ())))

        def cursor(self, query: str, *given: Any, **named: Any) -> Any:
            sent.append((query, given))
            return super().cursor(query, *given, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connecting, "Connection", Noting)
        yield create_app(settings)


@pytest.fixture(scope="module")
async def client(recorded: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with served(recorded) as client:
        yield client


@pytest.fixture(scope="module")
async def worked_in(recorded: Litestar, client: httpx.AsyncClient, settings: Settings) -> Town:
    """A municipality in which everything was asked and done once."""
    town = await found_town(client)
    project = await town.start()
    taken = await town.take(project, "wishes", title="Lampen in de tunnel")
    await town.take(project, "parties", **STEP_EXAMPLES["parties"])
    at = f"minPosition={taken['position']}"
    answer = await town.official.get(f"{town.home}/wishes?{at}")
    assert answer.status_code == 200, answer.text
    for method, path in requests(recorded, town.code, project):
        if method == "GET" and not path.endswith("event-stream"):
            for role in (None, Role.AUDITOR):
                answer = await town[role].get(path)
                assert answer.status_code < 500, (path, answer.text)
    async with town.official.client.stream("GET", f"{town.home}/event-stream?after=0") as stream:
        assert await anext(stream.aiter_lines())
    assert settings.database_url is not None
    async with open_service(settings.database_url, project=True) as service:
        assert service.engine is not None
        await rebuild(settings.database_url, service.engine._pool, ["timeline"])
    return town


@pytest.fixture(scope="module")
async def tenant_first(database: str) -> set[str]:
    """The functions whose first argument is the tenant."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch(
            "select distinct format('%s.%s', p.pronamespace::regnamespace, p.proname)"
            " from pg_proc p where p.proargnames[1] = 'p_tenant'"
        )
    finally:
        await connection.close()
    return {re.sub(r"_\d+\.", ".", row[0]) for row in rows}


def names_one(query: str, given: tuple[Any, ...], tenants: set[str], functions: set[str]) -> bool:
    """Tell whether all calls in a statement, or else its filters, are of one tenant."""
    places = [
        int(place)
        for function, place in CALL.findall(query)
        if re.sub(r"_\d+\.", ".", function) in functions
    ]
    if len(places) < len(CALL.findall(query)):
        return False
    places += map(int, OF_TENANT.findall(query))
    named = {given[place - 1] for place in places}
    return len(named) == 1 and named <= tenants


async def test_every_statement_is_of_one_tenant(
    worked_in: Town, sent: Sent, tenant_first: set[str]
) -> None:
    tenants = {worked_in.code, "*"}
    unnamed = {
        " ".join(query.split())
        for query, given in sent
        if not names_one(query, given, tenants, tenant_first)
    }
    unexplained = {
        query for query in unnamed if not any(re.match(known, query) for known in ABOUT_NO_TENANT)
    }
    assert sorted(unexplained) == []


async def test_what_is_of_the_hot_path_was_seen(worked_in: Town, sent: Sent) -> None:
    """The one above says nothing of what was never sent."""
    assert worked_in.code
    queries = " ".join(query for query, _ in sent)
    for part in (
        "append_one(",
        "read_history(",
        "read_salted_log(",
        "read_salted_stream(",
        "read_tail(",
        "read_tiles(",
        "grow_tree(",
        "lease(",
        "move_checkpoints(",
        "list_wishes(",
        "read_dashboard(",
        "read_streams(",
        "cocreate_keys.find(",
        "find_api_key(",
        "read_checkpoint(",
    ):
        assert part in queries, part


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("select * from cocreate.event where position > $1", (1,)),
        ("select * from cocreate.read_log($2, $1)", (1, "GM0001")),
        ("select * from cocreate.event where tenant_id = $1 or tenant_id = $2", ("GM0001", "GM2")),
        ("select cocreate.f($1), public.g($2)", ("GM0001", 2)),
    ],
)
def test_a_statement_that_names_none_or_two_is_found(query: str, given: tuple[Any, ...]) -> None:
    assert not names_one(query, given, {"GM0001", "GM2"}, {"cocreate.f"})
