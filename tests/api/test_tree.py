"""The tree of a log over HTTP: whoever trusts nobody here can check that nothing was left out."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from msgspec.structs import replace
from tests.api.conftest import As, Town, found_town
from tests.conftest import WITNESS, Template, prepared_database, served

from cocreate.api.examples import (
    COMPARISON_EXAMPLE,
    DECREE_DAY_EXAMPLE,
    NORMS_EXAMPLE,
    STEP_EXAMPLES,
    VISIBILITY_EXAMPLE,
)
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.log.tree.checkpoints import Checkpoint, open_checkpoint
from cocreate.log.tree.commitments import Entry, Envelope, actor_mark
from cocreate.log.tree.encoding import read_hash
from cocreate.log.tree.hashing import Frontier, leaf_hash, root_of
from cocreate.log.tree.keys import SignatureType, SigningKey, VerifierKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.proofs import verify_consistency, verify_inclusion
from cocreate.log.tree.receipts import Receipt
from cocreate.log.tree.tiles import (
    ENTRIES,
    Tile,
    hashes_at,
    new_tiles,
    read_bundle,
    subtrees_in_tiles,
    tile_at,
)
from cocreate.settings import Settings


@pytest.fixture(scope="module")
async def told(town: Town) -> tuple[str, int]:
    """A project with more events than a tile holds, and the position of the last."""
    project = await town.start()
    last: dict[str, Any] = {}
    for number in range(0, 300, 50):
        steps = [
            {
                "noun": "wishes",
                "occurredOn": "2024-09-17",
                "title": f"Wens {number + each}",
                "visibility": "internal" if each % 7 == 0 else "public",
            }
            for each in range(50)
        ]
        answer = await town.official.post(f"{project}/commands", {"steps": steps})
        assert answer.status_code == 201, answer.text
        last = answer.json()
    await receipt(town, last["resources"][-1]["href"])
    return project, last["position"]


async def receipt(town: Town, event: str) -> Receipt:
    answer = await town.official.get(f"{event}/receipt")
    assert answer.status_code == 200, answer.text
    return Receipt.parse(answer.content)


async def keys(town: Town) -> tuple[str, list[VerifierKey]]:
    told = (await town.anyone.get(f"{town.home}/tree/verifier-keys")).json()
    return told["origin"], [VerifierKey.parse(key) for key in told["keys"]]


async def checkpoint(town: Town) -> Checkpoint:
    answer = await town.anyone.get(f"{town.home}/tree/checkpoint")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    origin, trusted = await keys(town)
    return open_checkpoint(Note.parse(answer.content), origin, trusted).checkpoint


async def tile(town: Town, which: Tile) -> bytes:
    answer = await town.anyone.get(f"{town.home}/tree/{which.path}")
    assert answer.status_code == 200, (which.path, answer.text)
    assert "immutable" in answer.headers["cache-control"]
    return answer.content


async def test_the_tiles_come_to_the_root_that_was_signed(
    town: Town, told: tuple[str, int]
) -> None:
    signed = await checkpoint(town)
    assert signed.size >= told[1] > 256
    assert signed.origin == f"cocreate.test/v1/municipalities/{town.code}/tree"
    tiles = {which: await tile(town, which) for which in new_tiles(0, signed.size)}
    assert {which.level for which in tiles} == {0, 1}
    frontier = Frontier.of(signed.size, subtrees_in_tiles(signed.size, tiles.__getitem__))
    assert frontier.root == signed.root
    entries = []
    for index in range((signed.size - 1) // 256 + 1):
        bundle = tile_at(ENTRIES, index, signed.size)
        entries += read_bundle(bundle, await tile(town, bundle))
    assert root_of(map(leaf_hash, entries)) == signed.root
    assert [Entry.parse(entry).position for entry in entries] == list(range(1, signed.size + 1))


async def test_a_narrower_tile_is_what_it_was(town: Town, told: tuple[str, int]) -> None:
    for level, size in ((0, told[1]), (ENTRIES, told[1])):
        wide = await tile(town, tile_at(level, 0, size))
        for width in (1, 255):
            narrow = await tile(town, Tile(level, 0, width))
            assert wide.startswith(narrow)
            assert len(narrow) < len(wide)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/5/000",
        "tile/entries/001.p/255",
        "tile/0/x000/000",
        "tile/0/../checkpoint",
        "tile/",
        "tile/0/000.p/0",
        "tile/9999999999/000",
    ],
)
async def test_a_tile_that_is_not_there_is_not_found(
    town: Town, told: tuple[str, int], path: str
) -> None:
    assert told[1] < 512
    assert (await town.anyone.get(f"{town.home}/tree/{path}")).status_code == 404


async def test_an_event_is_in_the_tree_as_it_is_told(town: Town, told: tuple[str, int]) -> None:
    """Worked out from the JSON alone, as someone without our code would."""
    project, _ = told
    signed = await checkpoint(town)
    events = (await town.anyone.get(f"{project}/events?limit=20")).json()["events"]
    text = (await town.anyone.get(f"{project}/events?limit=20")).text
    assert any(event["visibility"] == "public" for event in events)
    for event in events:
        assert "actor" not in event
        data = json.dumps(event["data"], separators=(",", ":"), ensure_ascii=False)
        assert f'"data":{data}' in text
        envelope = Envelope(
            origin=signed.origin,
            position=event["position"],
            project=UUID(event["project"]),
            version=event["version"],
            type=event["type"],
            schema_version=event["schemaVersion"],
            recorded_at=datetime.fromisoformat(event["recordedAt"]),
            occurred_on=date.fromisoformat(event["occurredOn"]),
            actor=event["actorMark"],
            actor_role=event["actorRole"],
            public=event["visibility"] == "public",
        )
        entry = Entry.of(bytes.fromhex(event["salt"]), envelope, data.encode())
        proof = await prove(town, f"inclusion?position={event['position']}&size={signed.size}")
        verify_inclusion(leaf_hash(bytes(entry)), entry.index, signed.size, proof, signed.root)


async def test_the_mark_of_the_actor_is_that_of_the_key(town: Town, told: tuple[str, int]) -> None:
    inside = (await town.official.get(f"{told[0]}/events/2")).json()
    salt = bytes.fromhex(inside["salt"])
    assert actor_mark(salt, inside["actor"]) == inside["actorMark"]


async def prove(town: Town, asked: str) -> list[bytes]:
    answer = await town.anyone.get(f"{town.home}/tree/proofs/{asked}")
    assert answer.status_code == 200, answer.text
    return [read_hash(each, "A hash") for each in answer.json()["hashes"]]


async def test_each_tree_goes_on_from_those_before(town: Town, told: tuple[str, int]) -> None:
    signed = await checkpoint(town)
    leaves = []
    for index in range((hashes_at(0, signed.size) - 1) // 256 + 1):
        content = await tile(town, tile_at(0, index, signed.size))
        leaves += [content[at : at + 32] for at in range(0, len(content), 32)]
    for size in (1, 2, 3, 100, 255, 256, 257, told[1]):
        proof = await prove(town, f"consistency?from={size}&until={signed.size}")
        verify_consistency(size, root_of(leaves[:size]), signed.size, signed.root, proof)


@pytest.mark.parametrize(
    "asked",
    [
        "inclusion",
        "inclusion?position=0",
        "inclusion?position=99999999",
        "inclusion?position=5&size=4",
        "inclusion?position=1&size=99999999",
        "consistency?from=0",
        "consistency?from=5&until=4",
        "consistency?from=1&until=99999999",
        "consistency?from=een",
    ],
)
async def test_what_cannot_be_proven_is_refused(
    town: Town, told: tuple[str, int], asked: str
) -> None:
    assert told
    answer = await town.anyone.get(f"{town.home}/tree/proofs/{asked}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "invalid-input"


async def test_a_receipt_proves_with_nothing_but_the_key_that_a_wish_was_logged(
    town: Town,
) -> None:
    project = await town.start()
    taken = await town.take(project, "wishes", title="Licht in de tunnel")
    kept = await receipt(town, taken["resources"][0]["href"])
    origin, trusted = await keys(town)
    salt, canonical = kept.extra[:32], kept.extra[32:]
    entry = Entry(taken["position"], sha256(salt + canonical).digest())
    kept.verify(bytes(entry), origin, trusted)
    assert b"Licht in de tunnel" in canonical
    assert canonical.startswith(b"cocreate/event@v1\n")


async def test_every_command_says_where_its_receipt_is(town: Town) -> None:
    body = {**STEP_EXAMPLES["projects"]}
    started = await town.official.post(f"{town.home}/projects", body)
    wish = {"occurredOn": "2024-09-17", "title": "Licht"}
    path = started.headers["location"]
    taken = await town.official.post(f"{path}/wishes", wish)
    many = await town.official.post(
        f"{path}/commands", {"steps": [{"noun": "wishes", **wish}, {"noun": "wishes", **wish}]}
    )
    for answer, version in ((started, 1), (taken, 2), (many, 4)):
        assert answer.headers["link"] == f'<{path}/events/{version}/receipt>; rel="receipt"'
        proof = await town.anyone.get(f"{path}/events/{version}/receipt")
        assert Receipt.parse(proof.content).index == answer.json()["position"] - 1


async def test_what_a_municipality_decides_on_itself_has_a_receipt(
    client: httpx.AsyncClient,
) -> None:
    town = await found_town(client)
    administrator = town[Role.TENANT_ADMINISTRATOR]
    rules = {
        "visibility-rules": VISIBILITY_EXAMPLE,
        "decree-days": DECREE_DAY_EXAMPLE,
        "norm-packs": NORMS_EXAMPLE,
        "comparison-decisions": COMPARISON_EXAMPLE,
    }
    for version, (noun, rule) in enumerate(rules.items(), 2):
        answer = await administrator.post(f"{town.home}/{noun}", rule)
        assert answer.status_code == 201, answer.text
        event = f"{town.home}/events/{version}"
        assert answer.headers["location"] == answer.json()["resources"][0]["href"] == event
        assert answer.headers["link"] == f'<{event}/receipt>; rel="receipt"'
        told = await town.official.get(event)
        kept = await receipt(town, event)
        assert told.json()["position"] == answer.json()["position"] == kept.index + 1
        origin, trusted = await keys(town)
        kept.verify(bytes(Entry(kept.index + 1, sha256(kept.extra).digest())), origin, trusted)
        assert told.json()["type"].encode() in kept.extra
    listed = (await town.official.get(f"{town.home}/events?after=1&limit=2")).json()
    assert [each["version"] for each in listed["events"]] == [2, 3]
    rest = (await town.official.get(listed["next"])).json()
    assert ([each["version"] for each in rest["events"]], rest["next"]) == ([4, 5], None)
    assert (await town.official.get(f"{town.home}/events/9/receipt")).status_code == 404


async def test_what_is_internal_of_a_municipality_itself_is_not_for_the_public(
    client: httpx.AsyncClient,
) -> None:
    town = await found_town(client)
    said = {**NORMS_EXAMPLE, "visibility": "internal"}
    answer = await town[Role.TENANT_ADMINISTRATOR].post(f"{town.home}/norm-packs", said)
    event = answer.headers["location"]
    assert (await town.official.get(f"{event}/receipt")).status_code == 200
    for hidden in (event, f"{event}/receipt"):
        assert (await town.anyone.get(hidden)).status_code == 404
        assert (await town[Role.OPERATOR].get(hidden)).status_code == 404
    events = (await town.anyone.get(f"{town.home}/events")).json()["events"]
    assert [each["type"] for each in events] == ["MunicipalityRegistered"]


async def test_there_is_no_receipt_to_fetch_where_nobody_signs(
    prepared: Template, settings: Settings
) -> None:
    async with prepared_database(prepared) as dsn:
        signing = replace(settings, database_url=dsn)
        unsigned = replace(signing, signing_keys_file=None, witnesses=())
        async with served(create_app(unsigned, project=False)) as client:
            town = await found_town(client)
            home = town.home

            async def answers() -> list[httpx.Response]:
                project = await town.official.post(f"{home}/projects", STEP_EXAMPLES["projects"])
                wish = {"occurredOn": "2024-09-17", "title": "Licht"}
                wished = await town.official.post(f"{project.headers['location']}/wishes", wish)
                administrator = town[Role.TENANT_ADMINISTRATOR]
                rule = await administrator.post(f"{home}/visibility-rules", VISIBILITY_EXAMPLE)
                found = [project, wished, rule]
                assert {answer.status_code for answer in found} == {201}
                return found

            for answer in await answers():
                assert "link" not in answer.headers
            # Another process signs from now on.
            async with served(create_app(signing)) as other:
                elsewhere = Town(town.code, {Role.OFFICIAL: As(other, town.official.key)})
                await receipt(elsewhere, (await answers())[1].headers["location"])
            # It may hear of that a moment after the one who signed.
            async with asyncio.timeout(10):
                while not all("link" in answer.headers for answer in await answers()):
                    pass


async def test_a_receipt_is_given_to_who_may_see_the_event(town: Town) -> None:
    project = await town.start()
    taken = await town.take(project, "wishes", title="Geheim", visibility="internal")
    href = f"{taken['resources'][0]['href']}/receipt"
    assert (await town.official.get(href)).status_code == 200
    assert (await town.anyone.get(href)).status_code == 404
    assert (await town.official.get(f"{project}/events/99/receipt")).status_code == 404


async def test_the_tree_is_a_second_behind_at_most(town: Town) -> None:
    project = await town.start()
    loop = asyncio.get_running_loop()
    for _ in range(3):
        taken = await town.take(project, "wishes", title="Licht")
        began = loop.time()
        await receipt(town, taken["resources"][0]["href"])
        assert loop.time() - began < 5
        assert (await checkpoint(town)).size >= taken["position"]


async def test_nothing_of_another_municipality_is_in_a_tree(
    client: httpx.AsyncClient, town: Town, told: tuple[str, int]
) -> None:
    other = await found_town(client)
    project = await other.start()
    taken = await other.take(project, "wishes", title="Licht")
    kept = await receipt(other, taken["resources"][0]["href"])
    assert Checkpoint.parse(kept.note.text).size == taken["position"] == 3
    assert (await checkpoint(town)).size >= told[1]
    assert (await town.anyone.get("/v1/municipalities/GM9998/tree/checkpoint")).status_code == 404


async def test_the_keys_are_those_of_one_log(town: Town, client: httpx.AsyncClient) -> None:
    other = await found_town(client)
    await other.start()
    await receipt(other, f"{(await other.start())}/events/1")
    (origin, [key]), (elsewhere, [its]) = await keys(town), await keys(other)
    assert origin != elsewhere
    assert key.name == origin
    assert key.key_id != its.key_id


# -- witnesses ------------------------------------------------------------------------------------


async def put(town: Town, body: bytes) -> httpx.Response:
    return await town.anyone.client.put(f"{town.home}/tree/cosigned-checkpoint", content=body)


async def cosigned(town: Town, *, by: SigningKey = WITNESS, at: int = 1_732_000_000) -> Note:
    note = Note.parse((await town.anyone.get(f"{town.home}/tree/checkpoint")).content)
    return note.also_signed(by.cosign(note.text, at))


async def test_a_witness_hands_in_what_it_saw(client: httpx.AsyncClient) -> None:
    town = await found_town(client)
    project = await town.start()
    address = f"{town.home}/tree/cosigned-checkpoint"
    assert (await town.anyone.get(address)).status_code == 404
    await receipt(town, f"{project}/events/1")
    first = await cosigned(town)
    assert (await put(town, bytes(first))).status_code == 204
    origin, trusted = await keys(town)
    found = (await town.anyone.get(address)).content
    signed = open_checkpoint(Note.parse(found), origin, [*trusted, WITNESS.verifier])
    assert [each.at for each in signed.signatures] == [None, 1_732_000_000]
    await town.take(project, "wishes", title="Licht")
    await receipt(town, f"{project}/events/2")
    second = await cosigned(town)
    assert (await put(town, bytes(second))).status_code == 204
    assert (await put(town, bytes(first))).status_code == 204  # an earlier one changes nothing
    assert (await town.anyone.get(address)).content == bytes(second)


async def test_nothing_is_kept_of_a_note_but_what_was_verified(client: httpx.AsyncClient) -> None:
    town = await found_town(client)
    await receipt(town, f"{await town.start()}/events/1")
    address = f"{town.home}/tree/cosigned-checkpoint"
    good = await cosigned(town)
    stranger = SigningKey.generate("witness.test", SignatureType.COSIGNATURE)
    junk = [stranger.cosign(good.text, at) for at in range(50)]
    assert (await put(town, bytes(good.also_signed(*junk)))).status_code == 204
    found = (await town.anyone.get(address)).content
    assert found == bytes(good)
    later = await cosigned(town, at=1_732_000_500)
    for note in (later, good):  # of one tree the later cosignature stays
        assert (await put(town, bytes(note))).status_code == 204
    assert (await town.anyone.get(address)).content == bytes(later)


@pytest.mark.parametrize(
    "path", ["checkpoint", "cosigned-checkpoint", "verifier-keys", "tile/0/000.p/1"]
)
@pytest.mark.parametrize("code", ["GM05%00", "GM05030", "gm0503", "%20"])
async def test_what_is_no_code_is_not_found(town: Town, code: str, path: str) -> None:
    answer = await town.anyone.get(f"/v1/municipalities/{code}/tree/{path}")
    assert answer.status_code == 404, answer.text


async def test_a_cosignature_that_does_not_hold_is_refused(
    town: Town, told: tuple[str, int]
) -> None:
    assert told
    stranger = SigningKey.generate("stranger.test", SignatureType.COSIGNATURE)
    good = await cosigned(town)
    size = str(Checkpoint.parse(good.text).size)
    forged = good.text.replace(f"\n{size}\n", "\n1\n")
    for body in (
        b"",
        b"niets",
        b"\xff",
        bytes(await cosigned(town, by=stranger)),
        bytes(good).replace(good.text.encode(), forged.encode()),
        bytes(Note(good.text, good.signatures[1:])),
        bytes(Note(good.text, good.signatures[:1])),
        b"x" * 30_000,
    ):
        answer = await put(town, body)
        assert answer.status_code in {400, 413}, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
