"""The check of a receipt in the browser, run under node against a real log and its forgeries."""

from __future__ import annotations

import asyncio
import json
import shutil
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.api.conftest import Town, found_town
from tests.conftest import CHECKOUT

from cocreate.log.signing import SigningKeys
from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.hashing import leaf_hashes, root_of
from cocreate.log.tree.keys import SigningKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.receipts import Receipt
from cocreate.log.tree.tiles import tile_at
from cocreate.settings import Settings

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

RUNNER = Path(__file__).with_name("check_receipt.mjs")
ALL_WELL = {
    "read": ("ok", "ok"),
    "log": ("ok", "ok"),
    "signature": ("ok", "ok"),
    "included": ("ok", "ok"),
    "current": ("ok", "ok"),
    "kept": ("ok", "ok"),
}

Found = dict[str, tuple[str, str]]


class Receipts:
    """Receipts of a log of some hundreds of events, of early ones and of the last."""

    def __init__(self, town: Town, positions: list[int], kept: list[bytes]) -> None:
        self.town = town
        self.positions = positions
        self.kept = kept
        self.tree = f"{town.home}/tree"

    @property
    def early(self) -> Receipt:
        """One that was kept when the log was small."""
        return Receipt.parse(self.kept[0])

    @property
    def late(self) -> Receipt:
        """One of a log that fills more than a tile."""
        return Receipt.parse(self.kept[-1])


async def _take(town: Town, project: str, wishes: int) -> int:
    steps = [
        {"noun": "wishes", "occurredOn": "2024-09-17", "title": f"Wens {each}, \u20ac"}
        for each in range(wishes)
    ]
    answer = await town.official.post(f"{project}/commands", {"steps": steps})
    assert answer.status_code == 201, answer.text
    position: int = answer.json()["position"]
    return position


async def _receipt(town: Town, project: str, version: int) -> bytes:
    answer = await town.anyone.get(f"{project}/events/{version}/receipt")
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.fixture(scope="module")
async def receipts(client: httpx.AsyncClient) -> Receipts:
    town = await found_town(client)
    project = await town.start()
    positions, kept, version = [], [], 1
    for wishes in (1, 6, 50, 100, 100, 60):
        last = await _take(town, project, wishes)
        version += wishes
        positions.append(last)
        kept.append(await _receipt(town, project, version))
    return Receipts(town, positions, kept)


@pytest.fixture(scope="module")
def signer(settings: Settings, receipts: Receipts) -> SigningKey:
    """The key of the log itself, with which a dishonest keeper of it could sign anything."""
    assert settings.signing_keys_file is not None
    origin = Checkpoint.parse(receipts.late.note.text).origin
    return SigningKeys.read(settings.signing_keys_file).of(origin)[-1]


async def checked(receipts: Receipts, receipt: Receipt | bytes, **asked: Any) -> dict[str, Any]:
    """Give what a browser finds of a receipt."""
    client = receipts.town.anyone.client
    said = (await client.get(f"{receipts.tree}/verifier-keys")).json()
    question = {
        "receipt": b64encode(bytes(receipt)).decode(),
        "origin": said["origin"],
        "keys": said["keys"],
        "tree": f"{str(client.base_url).rstrip('/')}{receipts.tree}",
        **asked,
    }
    node = await asyncio.create_subprocess_exec(
        "node",
        str(RUNNER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
    )
    out, err = await node.communicate(json.dumps(question).encode())
    assert node.returncode == 0, err.decode()
    found: dict[str, Any] = json.loads(out)
    return found


async def steps(receipts: Receipts, receipt: Receipt | bytes, **asked: Any) -> Found:
    """Give the result and the reason of each step."""
    found = await checked(receipts, receipt, **asked)
    return {each["name"]: (each["result"], each["reason"]) for each in found["steps"]}


def flipped(data: bytes, place: int) -> bytes:
    """Give bytes of which one bit is another."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def resigned(receipt: Receipt, key: SigningKey, checkpoint: Checkpoint) -> Receipt:
    return msgspec.structs.replace(receipt, note=Note.signed(checkpoint.text, key))


async def test_every_receipt_of_an_honest_log_holds(receipts: Receipts) -> None:
    for position, receipt in zip(receipts.positions, receipts.kept, strict=True):
        found = await checked(receipts, receipt)
        told = {each["name"]: (each["result"], each["reason"]) for each in found["steps"]}
        assert told == ALL_WELL
        event = found["event"]
        assert (event["position"], event["type"]) == (position, "WishExpressed")
        assert event["occurredOn"] == "2024-09-17T00:00:00.000Z"
        assert event["public"] is True
        assert json.loads(event["data"])["title"].startswith("Wens ")


@pytest.mark.parametrize("place", [0, 31, -3])
async def test_a_changed_bit_of_the_salt_or_the_event_is_not_in_the_tree(
    receipts: Receipts, place: int
) -> None:
    late = receipts.late
    changed = flipped(late.extra, place % len(late.extra))
    found = await steps(receipts, msgspec.structs.replace(late, extra=changed))
    assert found == {**ALL_WELL, "included": ("wrong", "wrong")}


@pytest.mark.parametrize("at", [0, -1])
async def test_a_changed_bit_of_the_path_leads_to_another_root(receipts: Receipts, at: int) -> None:
    late = receipts.late
    proof = list(late.proof)
    proof[at] = flipped(proof[at], 7)
    for changed in (proof, proof[:-1], [*proof, proof[0]]):
        found = await steps(receipts, msgspec.structs.replace(late, proof=tuple(changed)))
        assert found == {**ALL_WELL, "included": ("wrong", "wrong")}


async def test_a_changed_bit_of_the_signature_is_found(receipts: Receipts) -> None:
    late = receipts.late
    [signature] = late.note.signatures
    false = msgspec.structs.replace(signature, value=flipped(signature.value, 40))
    note = msgspec.structs.replace(late.note, signatures=(false,))
    found = await steps(receipts, msgspec.structs.replace(late, note=note))
    assert found == {**ALL_WELL, "signature": ("wrong", "wrong")}


async def test_a_key_that_did_not_sign_finds_nothing_signed(
    receipts: Receipts, signer: SigningKey
) -> None:
    other = SigningKey.generate(signer.verifier.name).verifier
    found = await steps(receipts, receipts.late, keys=[str(other)])
    assert found["included"] == ("ok", "ok")
    assert found["signature"] == ("wrong", "not-signed")
    assert found["current"] == ("wrong", "unsigned")
    assert found["kept"] == ("unknown", "not-reached")


@pytest.mark.parametrize("key", ["geen sleutel", "log+00000000+AAAA", ""])
async def test_what_is_no_key_of_the_log_checks_nothing(receipts: Receipts, key: str) -> None:
    found = await steps(receipts, receipts.late, keys=[key])
    assert found["signature"] == ("unknown", "bad-key")
    assert found["included"] == ("ok", "ok")


async def test_a_receipt_of_another_log_is_told_apart(
    receipts: Receipts, client: httpx.AsyncClient
) -> None:
    other = await found_town(client)
    project = await other.start()
    found = await steps(receipts, await _receipt(other, project, 1))
    assert found["read"] == ("ok", "ok")
    assert found["log"] == ("wrong", "other-log")
    assert found["signature"] == ("wrong", "not-signed")
    assert found["current"] == ("unknown", "not-reached")


async def test_an_event_of_another_place_is_told_apart(receipts: Receipts) -> None:
    other = msgspec.structs.replace(receipts.late, extra=receipts.early.extra)
    found = await steps(receipts, other)
    assert found["log"] == ("wrong", "other-place")
    assert found["included"] == ("wrong", "wrong")


async def test_an_older_checkpoint_does_not_hold_the_event(receipts: Receipts) -> None:
    older = msgspec.structs.replace(receipts.late, note=receipts.early.note)
    found = await steps(receipts, older)
    assert found == {**ALL_WELL, "included": ("wrong", "too-small")}


async def test_a_log_that_shows_less_than_it_signed_before_is_found_out(receipts: Receipts) -> None:
    earlier = b64encode(bytes(receipts.early.note)).decode()
    found = await steps(receipts, receipts.late, checkpoint=earlier)
    assert found == {
        **ALL_WELL,
        "current": ("wrong", "shorter"),
        "kept": ("unknown", "not-reached"),
    }


async def test_a_log_that_was_written_anew_is_found_out(
    receipts: Receipts, signer: SigningKey
) -> None:
    origin = signer.verifier.name
    leaves = leaf_hashes(b"other %d" % each for each in range(200))
    rewritten = Checkpoint(origin, len(leaves), root_of(leaves))
    tile = tile_at(0, 0, len(leaves))
    found = await steps(
        receipts,
        receipts.early,
        checkpoint=b64encode(bytes(Note.signed(rewritten.text, signer))).decode(),
        tiles={tile.path.removeprefix("tile/"): b64encode(b"".join(leaves)).decode()},
    )
    assert found == {**ALL_WELL, "kept": ("wrong", "wrong")}


async def test_two_trees_of_one_size_are_told_apart(receipts: Receipts, signer: SigningKey) -> None:
    now = Checkpoint.parse(receipts.late.note.text)
    other = Checkpoint(now.origin, now.size, flipped(now.root, 0))
    note = b64encode(bytes(Note.signed(other.text, signer))).decode()
    found = await steps(receipts, receipts.late, checkpoint=note)
    assert found["kept"] == ("wrong", "wrong")
    assert found["current"] == ("ok", "ok")


async def test_a_root_that_was_made_to_fit_is_not_that_of_the_log(
    receipts: Receipts, signer: SigningKey
) -> None:
    now = Checkpoint.parse(receipts.late.note.text)
    stranger = SigningKey.generate(signer.verifier.name)
    found = await steps(receipts, resigned(receipts.late, stranger, now))
    assert found == {**ALL_WELL, "signature": ("wrong", "not-signed")}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "malformed"),
        (b"een brief", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"c2sp.org/tlog-proof@v1\nindex 01\n\nlog\n1\nx\n", "malformed"),
    ],
)
async def test_what_is_no_receipt_is_said_to_be_none(
    receipts: Receipts, data: bytes, reason: str
) -> None:
    found = await steps(receipts, data)
    assert found.pop("read") == ("wrong", reason)
    assert set(found.values()) == {("unknown", "not-reached")}


async def test_a_receipt_without_its_event_proves_nothing_here(receipts: Receipts) -> None:
    for extra in (b"", b"x" * 200, receipts.late.extra[:-1]):
        found = await steps(receipts, msgspec.structs.replace(receipts.late, extra=extra))
        assert found["read"] == ("wrong", "no-event")


async def test_a_browser_without_ed25519_says_what_it_could_not_check(receipts: Receipts) -> None:
    found = await steps(receipts, receipts.late, browser="older")
    assert found["signature"] == found["current"] == ("unknown", "no-ed25519")
    assert found["included"] == ("ok", "ok")


async def test_nothing_is_reckoned_where_the_connection_is_not_safe(receipts: Receipts) -> None:
    found = await steps(receipts, receipts.late, browser="insecure")
    assert [found[each][0] for each in ("read", "log")] == ["ok", "ok"]
    assert found["included"] == found["signature"] == ("unknown", "insecure")


async def test_a_server_that_cannot_be_reached_leaves_the_rest_as_it_is(receipts: Receipts) -> None:
    found = await steps(receipts, receipts.late, tree="http://127.0.0.1:9/tree")
    assert found["signature"] == found["included"] == ("ok", "ok")
    assert found["current"] == ("unknown", "unreachable")
