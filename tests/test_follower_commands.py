"""What an operator does for someone who asks what is held on an e-mail address."""

from __future__ import annotations

import json
from uuid import UUID

import httpx
from litestar import Litestar
from tests.api.conftest import found_town
from tests.conftest import MASTER_KEY
from tests.test_privacy_commands import cocreate

from cocreate.api.parts import Parts

ADDRESS = "fatma@post.example"


async def test_an_address_is_given_what_is_held_on_it_and_is_erased(
    database: str, app: Litestar, client: httpx.AsyncClient
) -> None:
    town = await found_town(client)
    parts: Parts = app.state["parts"]
    followers = parts.service.followers
    projects = [UUID((await town.start()).rpartition("/")[2]) for _ in range(2)]
    for project in projects:
        assert await followers.ask(town.code, project, None, ADDRESS, "nl")
    assert await followers.ask(town.code, projects[0], "w1", "ander@post.example", "en")
    given = {"COCREATE_MASTER_KEY": MASTER_KEY}

    held = await cocreate(database, "followers", "export", town.code, "Fatma@post.example", **given)
    assert held.code == 0, held.errors
    told = json.loads(held.said)
    assert told["municipality"] == town.code
    assert {each["project"] for each in told["following"]} == set(map(str, projects))
    assert {each["confirmedAt"] for each in told["following"]} == {None}

    erased = await cocreate(database, "followers", "erase", town.code, ADDRESS, **given)
    assert erased.code == 0, erased.errors
    assert "it followed 2" in erased.said
    assert await followers.of_address(town.code, ADDRESS) == []
    assert len(await followers.of_address(town.code, "ander@post.example")) == 1
    kept = await parts.service.keys.people(town.code)
    assert [project for project, party in kept if party.startswith("follower ")] == [projects[0]]

    nothing = await cocreate(database, "followers", "export", town.code, ADDRESS, **given)
    assert (nothing.code, nothing.said) == (1, "")
    for arguments in ((town.code, "geen adres"), ("GM9999", ADDRESS)):
        wrong = await cocreate(database, "followers", "erase", *arguments, **given)
        assert wrong.code in (1, 2)
        assert "Traceback" not in wrong.errors
