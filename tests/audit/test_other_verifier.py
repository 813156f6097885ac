"""An export is accepted by a verifier that shares no code with us: that of tests/log/tree."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from tests.audit.conftest import CODE, KEYS, ORIGIN, Kept
from tests.audit.tampering import Opened
from tests.conftest import WITNESS
from tests.log.tree.test_verifier import Verify, verify

from cocreate.audit.layout import CHECKPOINT
from cocreate.log.tree.commitments import actor_mark
from cocreate.log.tree.notes import Note

AT = 1_790_000_000

__all__ = ["verify"]


@pytest.fixture
async def published(kept: Kept) -> dict[str, Any]:
    """Give what stands in an export of a whole log, as the verifier takes it."""
    signed = await kept.signed()
    note = Note.parse(signed.checkpoint)
    note = note.also_signed(WITNESS.cosign(note.text, AT))
    await kept.service.trees.keep_cosigned(
        CODE, str(WITNESS.verifier), signed.size, AT, bytes(note)
    )
    opened = Opened(await kept.export())
    events = [
        {
            "origin": ORIGIN,
            "position": line.position,
            "project": line.project,
            "version": line.version,
            "type": line.type,
            "schemaVersion": line.schema_version,
            "recordedAt": line.recorded_at,
            "occurredOn": line.occurred_on,
            "actor": actor_mark(bytes.fromhex(line.salt), line.actor or ""),
            "actorRole": line.actor_role,
            "public": line.visibility == "public",
            "salt": b64encode(bytes.fromhex(line.salt)).decode(),
            "data": b64encode(line.data).decode(),
        }
        for line in opened.lines
    ]
    return {
        "key": str(KEYS.verifiers(ORIGIN)[0]),
        "witness": str(WITNESS.verifier),
        "witnessedAt": AT,
        "checkpoint": opened.files[CHECKPOINT].decode(),
        "files": {
            name.removeprefix("data/"): b64encode(content).decode()
            for name, content in opened.files.items()
            if name.startswith("data/tile/")
        },
        "events": events,
    }


async def test_an_export_is_accepted(verify: Verify, published: dict[str, Any]) -> None:
    assert verify(published) == (0, "all is well\n")


async def test_a_change_of_an_event_is_found(verify: Verify, published: dict[str, Any]) -> None:
    published["events"][7]["data"] = b64encode(b"{}").decode()
    code, said = verify(published)
    assert code == 1
    assert said == "event 8: the entry commits to something else\n"
