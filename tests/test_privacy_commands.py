"""The commands of privacy, as an operator runs them, and what starts without a master key."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

import httpx
from litestar import Litestar
from msgspec.structs import replace
from tests.api.conftest import Town, found_town
from tests.conftest import MASTER_KEY, Template, prepared_database, served

from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.log.tokens import ERASED
from cocreate.settings import Settings

NAME = "Sanne de Wit"
OTHER = b64encode(bytes(32)).decode()


class Ran(NamedTuple):
    code: int
    said: str
    errors: str


async def cocreate(database: str, *arguments: str, **given: str) -> Ran:
    environment = {name: value for name, value in os.environ.items() if "COCREATE" not in name}
    settings = {"COCREATE_DATABASE_URL": database, "COCREATE_PORT": "0", "COLUMNS": "2000"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cocreate.cli", *arguments),
        env={**environment, **settings, **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, errors = await process.communicate()
    return Ran(process.returncode or 0, said.decode(), errors.decode())


async def joined(client: httpx.AsyncClient) -> tuple[Town, str, list[str]]:
    """Give a town, the path of a project with a resident in it, and what names that resident."""
    town = await found_town(client)
    project = await town.start()
    said = {"kind": "resident", "position": "external", "name": NAME}
    await town.take(project, "parties", party="sanne", **said)
    return town, project, [town.code, project.rsplit("/", 1)[1], "sanne"]


async def pseudonyms(app: Litestar, town: Town) -> list[str]:
    """Give what the logs call someone who works for a town, and for the operator."""
    tokens = app.state["parts"].access.tokens
    return [await tokens.actor(each, "https://id.example", "anna") for each in (town.code, "*")]


async def test_a_person_is_exported_and_erased(client: httpx.AsyncClient, database: str) -> None:
    town, project, person = await joined(client)
    key = {"COCREATE_MASTER_KEY": MASTER_KEY}
    exported = await cocreate(database, "privacy", "export", *person, **key)
    assert exported.code == 0, exported.errors
    held = json.loads(exported.said)
    assert held["events"][0]["data"]["name"] == NAME
    by_api = await town[Role.TENANT_ADMINISTRATOR].get(f"{project}/parties/sanne/personal-data")
    assert by_api.json()["events"] == held["events"]

    ground = ("--ground", "consent-withdrawn")
    erased = await cocreate(database, "privacy", "erase", *person, *ground, **key)
    assert erased.code == 0, erased.errors
    assert "sanne is erased: the certificate is at position" in erased.said
    again = await cocreate(database, "privacy", "erase", *person, *ground, **key)
    assert "was erased before" in again.said
    exported = await cocreate(database, "privacy", "export", *person, **key)
    held = json.loads(exported.said)
    assert held["events"][0]["data"]["name"] == ERASED
    assert held["certificate"] == held["events"][-1]["position"]
    seen = await town.official.get(f"{project}/events/2")
    assert seen.json()["data"]["name"] == ERASED


async def test_what_is_not_there_is_said_in_plain_words(
    client: httpx.AsyncClient, database: str
) -> None:
    town, _, person = await joined(client)
    key = {"COCREATE_MASTER_KEY": MASTER_KEY}
    nobody = await cocreate(database, "privacy", "export", *person[:2], "niemand", **key)
    assert (nobody.code, "no party niemand" in nobody.errors) == (1, True)
    project = "0b6f3c1e-8f64-4f0a-9d0c-5d3f6a1c2b7e"
    nowhere = await cocreate(database, "privacy", "export", town.code, project, "sanne", **key)
    assert (nowhere.code, f"no project {project}" in nowhere.errors) == (1, True)


async def test_keys_rotate_under_a_server_that_runs(
    client: httpx.AsyncClient, database: str
) -> None:
    town, project, _ = await joined(client)
    before = await town.official.get(f"{project}/events/2")
    rotated = await cocreate(database, "privacy", "rotate", COCREATE_MASTER_KEY=MASTER_KEY)
    assert rotated.code == 0, rotated.errors
    after = await town.official.get(f"{project}/events/2")
    assert after.json() == before.json()
    assert after.json()["data"]["name"] == NAME
    said = {"kind": "resident", "position": "external", "name": "Bas"}
    await town.take(project, "parties", party="bas", **said)


async def test_a_new_master_key_takes_over(
    prepared: Template, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "new.key"
    async with prepared_database(prepared) as dsn:
        before = replace(settings, database_url=dsn)
        async with served(app := create_app(before)) as client:
            town, project, _ = await joined(client)
            called = await pseudonyms(app, town)
        key = {"COCREATE_MASTER_KEY": MASTER_KEY}
        option = ("--new-master-key-file", str(file))
        rotated = await cocreate(dsn, "privacy", "rotate", *option, **key)
        assert rotated.code == 0, rotated.errors
        after = replace(before, master_key=None, master_key_file=file)
        async with served(app := create_app(after)) as client:
            town.official.client = client
            seen = await town.official.get(f"{project}/events/2")
            assert seen.json()["data"]["name"] == NAME
            assert await pseudonyms(app, town) == called
        async with served(create_app(before)) as client:
            town.official.client = client
            seen = await town.official.get(f"{project}/events/2")
            assert (seen.status_code, seen.json()["code"]) == (503, "keys-unusable")
        old = await cocreate(dsn, "serve", **key)
        assert (old.code, "was given instead" in old.errors) == (1, True)


async def test_what_sealed_data_needs_is_asked_for_before_serving(
    client: httpx.AsyncClient, database: str
) -> None:
    await joined(client)
    without = await cocreate(database, "serve")
    assert (without.code, "set COCREATE_MASTER_KEY" in without.errors) == (1, True)
    wrong = await cocreate(database, "serve", COCREATE_MASTER_KEY=OTHER)
    assert (wrong.code, "was given instead" in wrong.errors) == (1, True)
    no_key = await cocreate(database, "serve", COCREATE_MASTER_KEY="geheim")
    assert (no_key.code, "COCREATE_MASTER_KEY" in no_key.errors) == (1, True)
    assert "geheim" not in no_key.errors
