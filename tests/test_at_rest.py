"""Nothing personal is at rest in the clear: looked for in every file of the database itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from tests.api.conftest import Town, found_town
from tests.conftest import MASTER_KEY, OPERATOR_KEY, served

from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.postgres import EmbeddedServer
from cocreate.service import prepare_database
from cocreate.settings import Settings

NAME = "Quirijn Vlasblom-Achterberg"
CONTACT = "quirijn.vlasblom@voorbeeld.example"
ABOUT = "Kwartelstraat 17; heeft een hulphond, slaapt slecht door het licht. " * 60
REASON = "Is verhuisd naar Zevenaar vanwege de scheiding"
RIGHT = "Quirina Vlasblom-Zonderland"
WORDS = "Sinds mijn netvliesloslating zie ik in de tunnel geen hand voor ogen"
REFLECTION = "Mijn leidinggevende belde mij hierover thuis op"
PLANTED = {
    text.encode(encoding)
    for text in (NAME, CONTACT, ABOUT[:67], REASON, RIGHT, WORDS, REFLECTION)
    for encoding in ("utf-8", "utf-16-le")
}


class Found:
    """A database server of its own, whose files can be searched."""

    def __init__(self, server: EmbeddedServer, dsn: str) -> None:
        self.dsn = dsn
        self._folder = server.data_folder / "postgresql"

    async def checkpoint(self) -> None:
        """Have everything written that is in memory."""
        connection = await asyncpg.connect(self.dsn)
        await connection.execute("checkpoint")
        await connection.close()

    def files(self, under: str = "") -> Iterator[tuple[Path, bytes]]:
        for file in sorted((self._folder / under).rglob("*")):
            if file.is_file():
                yield file, file.read_bytes()

    def holding(self, *texts: bytes, under: str = "") -> set[str]:
        """Give the files that hold one of some texts."""
        return {
            file.relative_to(self._folder).parts[0]
            for file, content in self.files(under)
            if any(text in content for text in texts)
        }

    async def files_of_keys(self, tenant: str) -> list[Path]:
        """Give the files that hold the keys of the people of a municipality."""
        connection = await asyncpg.connect(self.dsn)
        paths = await connection.fetch(
            "select pg_relation_filepath(c) as path from (select cocreate_keys.shelf_of($1) as c"
            " union all select indexrelid from pg_index"
            " where indrelid = cocreate_keys.shelf_of($1)) each",
            tenant,
        )
        await connection.close()
        return [self._folder / each["path"] for each in paths]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with (
        tempfile.TemporaryDirectory(prefix="cocreate-rest-", ignore_cleanup_errors=True) as folder,
        # WAL as it is in production: whole, and not compressed out of sight.
        EmbeddedServer(
            Path(folder) / "data",
            durable=False,
            settings={"wal_compression": "off", "full_page_writes": "on"},
        ) as server,
    ):
        yield server


@pytest.fixture(scope="module")
async def found(server: EmbeddedServer) -> Found:
    await prepare_database(server.dsn())
    return Found(server, server.dsn())


@pytest.fixture(scope="module")
async def client(found: Found) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        database_url=found.dsn, operator_key=OPERATOR_KEY, master_key=MASTER_KEY, pool_size=4
    )
    async with served(create_app(settings)) as client:
        yield client


async def planted(town: Town) -> str:
    """Record personal data in every field that may hold it, and have it read."""
    project = await town.start()
    join = {
        "party": "qva",
        "kind": "resident",
        "position": "external",
        "name": NAME,
        "contact": CONTACT,
        "role": NAME,
        "about": ABOUT,
        "visibility": "public",
    }
    official = town.official
    said = {"occurredOn": "2024-09-06", **join}
    answer = await official.post(f"{project}/parties", said, Idempotency_Key="planted")
    assert answer.status_code == 201, answer.text
    again = await official.post(f"{project}/parties", said, Idempotency_Key="planted")
    assert again.headers["idempotency-replayed"] == "true"
    await town.take(project, "mandates", role="directs", party="qva", body="college")
    await town.take(project, "wishes", wish="licht", title="Licht", text=WORDS, by="qva")
    await town.take(project, "reflections", title="Geleerd", text=REFLECTION, by="qva")
    await town.take(project, "wish-realisations", wish="licht", text="Er is licht.")
    await town.take(
        project, "realisation-judgements", wish="licht", word="disputed", text=WORDS, by="qva"
    )
    await town.take(
        project,
        "corrections",
        step=2,
        changes={"name": RIGHT, "about": ABOUT, "contact": CONTACT},
        reason="De naam klopte niet.",
    )
    last = await town.take(project, "departures", party="qva", reason=REASON)
    timeline = await official.get(f"{project}/timeline?minPosition={last['position']}")
    assert {NAME, RIGHT, REASON, WORDS, REFLECTION} <= set(_strings(timeline.json()))
    return project


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


async def test_what_is_planted_is_in_no_file_before_or_after_an_erasure(
    client: httpx.AsyncClient, found: Found
) -> None:
    town = await found_town(client)
    project = await planted(town)
    # The search would find it: a wish is public, and stands in the files as it was said.
    await town.take(project, "wishes", title="Ooievaarsnest-op-de-tunnelmond")
    await found.checkpoint()
    assert found.holding(b"Ooievaarsnest-op-de-tunnelmond") >= {"base", "pg_wal"}
    assert found.holding(*PLANTED) == set()

    connection = await asyncpg.connect(found.dsn)
    [(key_id, wrapped)] = await connection.fetch(
        "select key_id, wrapped from cocreate_keys.person where tenant_id = $1", town.code
    )
    await connection.close()
    table = await found.files_of_keys(town.code)
    assert any(wrapped in file.read_bytes() for file in table)

    erasure = {"occurredOn": "2024-10-01", "party": "qva", "ground": "objection"}
    administrator = town[Role.TENANT_ADMINISTRATOR]
    erased = await administrator.post(f"{project}/erasures", erasure)
    assert erased.status_code == 201, erased.text
    timeline = await town.official.get(
        f"{project}/timeline?minPosition={erased.json()['position']}"
    )
    assert not {NAME, RIGHT, REASON, CONTACT, WORDS, REFLECTION} & set(_strings(timeline.json()))
    await found.checkpoint()
    assert found.holding(*PLANTED) == set()
    # The key is gone from its table, its old files included; the tokens in the log tell its id.
    # In the write-ahead log it stays until that is overwritten: see docs/personal-data.md.
    assert found.holding(wrapped) <= {"pg_wal"}
    assert "base" in found.holding(key_id.encode())


async def test_the_keys_of_others_are_left_when_one_is_destroyed(
    client: httpx.AsyncClient, found: Found
) -> None:
    town = await found_town(client)
    project = await town.start()
    for number in range(50):
        said = {"party": f"p{number}", "kind": "resident", "position": "external"}
        await town.take(project, "parties", **said, name=f"Naam {number}")
    connection = await asyncpg.connect(found.dsn)
    keys = {
        row["party"]: row["wrapped"]
        for row in await connection.fetch(
            "select party, wrapped from cocreate_keys.person where tenant_id = $1", town.code
        )
    }
    await connection.close()
    erasure = {"occurredOn": "2024-10-01", "party": "p20", "ground": "objection"}
    erased = await town[Role.TENANT_ADMINISTRATOR].post(f"{project}/erasures", erasure)
    assert erased.status_code == 201
    await found.checkpoint()
    assert found.holding(keys["p20"]) <= {"pg_wal"}
    assert "base" in found.holding(keys["p21"])
    events = await town.official.get(f"{project}/events")
    names = [each["data"].get("name") for each in events.json()["events"]]
    assert names.count("[gewist / erased]") == 1
    assert json.dumps(names).count("Naam") == 49
