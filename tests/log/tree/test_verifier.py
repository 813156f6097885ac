"""What we publish of a log is accepted by a verifier that shares no code with us, and only that."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.commitments import Entry, Envelope
from cocreate.log.tree.hashing import Frontier, leaf_hash
from cocreate.log.tree.keys import SignatureType, SigningKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.proofs import consistency_proof
from cocreate.log.tree.receipts import Receipt
from cocreate.log.tree.tiles import (
    Tile,
    filled_tiles,
    new_bundles,
    new_tiles,
    subtrees_in_tiles,
    write_bundle,
)

SOURCE = Path(__file__).parent / "verifier"
ORIGIN = "log.example.nl/gm0503"
LOG = SigningKey.generate(ORIGIN)
WITNESS = SigningKey.generate("witness.example", SignatureType.COSIGNATURE)
AT = 1_736_253_000
SIZES = [1, 2, 255, 256, 257, 511, 700]
"""The sizes at which the log made a checkpoint."""
SIZE = SIZES[-1]

Published = dict[str, Any]
Verify = Callable[[Published], tuple[int, str]]


@pytest.fixture(scope="session")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """Run the verifier on what a log published; gives its exit code and what it says."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed (Debian: golang-go, golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("verifier")
    program = folder / "verifier"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    built = subprocess.run(
        [go, "build", "-o", program, "."],
        cwd=SOURCE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, f"{built.stderr}\nDebian: apt install golang-golang-x-mod-dev"

    def run(published: Published) -> tuple[int, str]:
        given = msgspec.json.encode(published)
        said = subprocess.run([program], input=given, capture_output=True, check=False)
        return said.returncode, said.stdout.decode()

    return run


def event(position: int) -> Published:
    return {
        "origin": ORIGIN,
        "position": position,
        "project": UUID(int=position % 7),
        "version": position // 7 + 1,
        "type": "WishExpressed",
        "schema_version": 1 + position % 2,
        "recorded_at": datetime(2025, 1, 7, 12, tzinfo=UTC) + timedelta(microseconds=position),
        "occurred_on": date(1969, 12, 1) + timedelta(days=position),
        "actor": f"medewerker {position} \N{EURO SIGN}",
        "actor_role": "adviseur",
        "public": position % 3 > 0,
    }


def data_of(position: int) -> bytes:
    return b'{"summary":"wens"}' * (position % 4)


def salt_of(position: int) -> bytes:
    return sha256(b"salt %d" % position).digest()


def entry_of(position: int) -> bytes:
    return bytes(Entry.of(salt_of(position), Envelope(**event(position)), data_of(position)))


def checkpoint(size: int, root: bytes) -> Note:
    text = Checkpoint(ORIGIN, size, root).text
    return Note.signed(text, LOG).also_signed(WITNESS.cosign(text, AT))


@pytest.fixture(scope="module")
def published() -> Published:
    """Give all that is published of a log of 700 events, which grew in steps."""
    entries = [entry_of(position) for position in range(1, SIZE + 1)]
    leaves = [leaf_hash(entry) for entry in entries]
    tiles: dict[Tile, bytes] = {}
    frontier = Frontier()
    roots = {}
    for size in SIZES:
        fresh = leaves[frontier.size : size]
        tiles.update(filled_tiles(frontier.size, fresh, tiles.__getitem__))
        frontier = frontier.extended(fresh)
        roots[size] = frontier.root
    bundles = {tile: write_bundle(entries[tile.start : tile.end]) for tile in new_bundles(0, SIZE)}
    subtrees = subtrees_in_tiles(SIZE, tiles.__getitem__)
    note = checkpoint(SIZE, frontier.root)
    return {
        "key": str(LOG.verifier),
        "witness": str(WITNESS.verifier),
        "witnessedAt": AT,
        "checkpoint": bytes(note).decode(),
        "files": {tile.path: content for tile, content in (tiles | bundles).items()},
        "earlier": [
            {
                "size": size,
                "root": root,
                "proof": consistency_proof(size, SIZE, subtrees),
                "newTiles": [tile.path for tile in new_tiles(size, SIZE)],
            }
            for size, root in roots.items()
        ],
        "receipts": [
            bytes(Receipt.issued(index, note, subtrees, salt_of(index + 1))).decode()
            for index in range(SIZE)
        ],
        "events": [
            {
                **{without_underscores(name): value for name, value in event(position).items()},
                "salt": salt_of(position),
                "data": data_of(position),
            }
            for position in range(1, SIZE + 1)
        ],
    }


def without_underscores(name: str) -> str:
    """Give a name as the verifier reads it: it does not mind capitals."""
    return name.replace("_", "")


def test_all_that_a_log_publishes_is_accepted(verify: Verify, published: Published) -> None:
    assert verify(published) == (0, "all is well\n")


def test_a_log_of_one_event_is_accepted(verify: Verify, published: Published) -> None:
    leaf = leaf_hash(entry_of(1))
    note = checkpoint(1, leaf)
    one = published | {
        "checkpoint": bytes(note).decode(),
        "earlier": [],
        "receipts": [bytes(Receipt.issued(0, note, lambda _level, _index: leaf)).decode()],
        "events": published["events"][:1],
        "files": {"tile/0/000.p/1": leaf, "tile/entries/000.p/1": write_bundle([entry_of(1)])},
    }
    assert verify(one) == (0, "all is well\n")


def changed(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def other_file(published: Published, path: str) -> Mapping[str, Any]:
    files = published["files"]
    return {"files": files | {path: changed(files[path])}}


def other_root(published: Published) -> Mapping[str, Any]:
    first = published["earlier"][0]
    return {"earlier": [first | {"root": changed(first["root"])}]}


def other_tiles(published: Published) -> Mapping[str, Any]:
    first = published["earlier"][0]
    return {"earlier": [first | {"newTiles": first["newTiles"][1:]}]}


def other_proof(published: Published) -> Mapping[str, Any]:
    before = published["earlier"][-2]
    return {"earlier": [before | {"proof": [changed(each) for each in before["proof"]]}]}


def other_receipt(published: Published) -> Mapping[str, Any]:
    return {"receipts": [published["receipts"][4].replace("index 4", "index 5")]}


def other_event(published: Published) -> Mapping[str, Any]:
    return {"events": [published["events"][8] | {"actor": "iemand anders"}]}


def other_time(published: Published) -> Mapping[str, Any]:
    return {"witnessedAt": published["witnessedAt"] + 1}


def other_checkpoint(published: Published) -> Mapping[str, Any]:
    root = b64encode(published["earlier"][-1]["root"]).decode()
    other = b64encode(published["earlier"][-2]["root"]).decode()
    return {"checkpoint": published["checkpoint"].replace(root, other)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_checkpoint, "checkpoint: invalid signature"),
        (other_time, "cosignature: not there, or wrong"),
        (lambda log: other_file(log, "tile/0/001"), "bundles: "),
        (lambda log: other_file(log, "tile/1/000.p/2"), "bundles: "),
        (lambda log: other_file(log, "tile/entries/002.p/188"), "bundles: entry 699 is not"),
        (other_root, "tree of 1: another root"),
        (other_tiles, "tree of 1: other new tiles"),
        (other_proof, "tree of 511: another proof"),
        (other_receipt, "receipt: "),
        (other_event, "event 9: the entry commits to something else"),
    ],
)
def test_the_verifier_sees_what_is_wrong(
    verify: Verify,
    published: Published,
    change: Callable[[Published], Mapping[str, Any]],
    said: str,
) -> None:
    code, says = verify({**published, **change(published)})
    assert code == 1
    assert said in says
