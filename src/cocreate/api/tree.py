"""The tree of a log in public: checkpoints, tiles, proofs and receipts (C2SP tlog-tiles).

Nothing here needs a key, and nothing shows what the log holds: entries are salted commitments. Only
a receipt has more in it, and is given to who may see the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.admission import aside
from cocreate.api.answers import Answer, as_json
from cocreate.api.authentication import is_code
from cocreate.api.documented import documented
from cocreate.api.events import visible_event
from cocreate.api.knowing import READ_PROBLEMS, AnyRequest
from cocreate.api.noting import note_read
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import FieldError, Problem
from cocreate.api.query import read_query
from cocreate.api.recording import require_project
from cocreate.api.steps import MUNICIPALITY, PROJECT
from cocreate.domain.municipality import municipality_id
from cocreate.log.notary import envelope_of
from cocreate.log.read import Recorded
from cocreate.log.tree.checkpoints import open_checkpoint
from cocreate.log.tree.commitments import canonical_bytes
from cocreate.log.tree.encoding import base64_of
from cocreate.log.tree.errors import Malformed, Unsound
from cocreate.log.tree.keys import VerifierKey
from cocreate.log.tree.notes import Note
from cocreate.log.tree.receipts import SUFFIX
from cocreate.log.tree.tiles import Tile
from cocreate.log.trees import SignedTree, TreeBehind

TREE = f"{MUNICIPALITY}/tree"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
MAX_NOTE = 20_000
"""How many bytes of a cosigned checkpoint are taken."""

_FOREVER = b"public, max-age=31536000, immutable"
_FRESH = b"public, no-cache"
_PROBLEMS = (400, 404, 503)


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Of which entry in which tree the place is to be proven."""

    position: Annotated[int, Meta(ge=1, le=2**62, description="The position in the log.")]
    size: (
        Annotated[int, Meta(ge=1, le=2**62, description="The size of the tree; that of now.")]
        | None
    ) = None


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """Which trees are to be proven to go on from each other."""

    from_: Annotated[int, Meta(ge=1, le=2**62, description="The size of the earlier tree.")] = (
        msgspec.field(name="from")
    )
    until: (
        Annotated[int, Meta(ge=1, le=2**62, description="The size of the later one; that of now.")]
        | None
    ) = None


class Proof(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A proof (RFC 9162, 2.1.3 and 2.1.4), and the last checkpoint with whose tree it goes."""

    size: int
    """Of the tree in which, or of the later tree up to which, it proves."""
    hashes: list[str]
    """In base64, from the leaf up."""
    checkpoint: str
    """The last that was signed, of a tree that may be larger."""


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What verifies the checkpoints of a log."""

    origin: str
    keys: list[str]
    """Verifier keys (C2SP signed-note) of the log itself, the newest last."""
    witnesses: list[str]
    """Those of the witnesses whose cosignatures are taken."""


@get(
    f"{TREE}/checkpoint",
    operation_id="readCheckpoint",
    summary="Read the checkpoint of a log that was signed last",
    description="A signed note with the size and the root of the tree (C2SP tlog-checkpoint). It "
    "is a second behind the log at most.",
    tags=["tree"],
    opt=documented(media=TEXT, answers=str, problems=_PROBLEMS, open=True),
)
async def read_checkpoint(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give the checkpoint."""
    return _text(bytes((await _signed_tree(parts_of(request), code)).checkpoint))


@get(
    f"{TREE}/cosigned-checkpoint",
    operation_id="readCosignedCheckpoint",
    summary="Read the last checkpoint of a log that witnesses cosigned",
    tags=["tree"],
    opt=documented(media=TEXT, answers=str, problems=_PROBLEMS, open=True),
)
async def read_cosigned_checkpoint(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give the checkpoint with the cosignatures of all witnesses that saw it."""
    parts = parts_of(request)
    await _admit(parts, code)
    notes = await parts.service.trees.cosigned(code)
    if not notes:
        raise Problem("not-found")
    signatures = dict.fromkeys(signature for note in notes for signature in note.signatures)
    return _text(bytes(Note(notes[0].text, tuple(signatures))))


@get(
    f"{TREE}/verifier-keys",
    operation_id="readVerifierKeys",
    summary="Read the keys that verify the checkpoints of a log",
    description="Whoever trusts nobody here compares them with those published elsewhere.",
    tags=["tree"],
    opt=documented(answers=Keys, problems=_PROBLEMS, open=True),
)
async def read_keys(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give the keys."""
    parts = parts_of(request)
    origin = (await _signed_tree(parts, code)).origin
    keys = () if parts.signing is None else parts.signing.keys.verifiers(origin)
    return as_json(
        Keys(
            origin=origin,
            keys=[str(key) for key in keys],
            witnesses=[str(key) for key in parts.witnesses],
        )
    )


@get(
    f"{TREE}/tile/{{tile:path}}",
    operation_id="readTile",
    summary="Read a tile of hashes, or a bundle of entries, of the tree of a log",
    description="As C2SP tlog-tiles has it: `0/x001/067`, `entries/000.p/7`. Each stays as it is.",
    tags=["tree"],
    opt=documented(media=BYTES, answers=bytes, problems=_PROBLEMS, open=True),
)
async def read_tile(request: AnyRequest, code: FromPath[str], tile: FromPath[str]) -> ASGIResponse:
    """Give a tile."""
    try:
        asked = Tile.parse(f"tile{tile}")
    except Malformed:
        raise Problem("not-found") from None
    parts = parts_of(request)
    await _admit(parts, code)
    content = await parts.service.trees.tile(code, asked)
    if content is None:
        raise Problem("not-found")
    return _given(content, BYTES.encode(), _FOREVER)


@get(
    f"{TREE}/proofs/inclusion",
    operation_id="proveInclusion",
    summary="Prove that a position is in the tree of a log",
    tags=["tree"],
    opt=documented(answers=Proof, problems=_PROBLEMS, open=True, query=(Inclusion,)),
)
async def prove_inclusion(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give an inclusion proof."""
    parts = parts_of(request)
    signed = await _signed_tree(parts, code)
    (asked,) = read_query(request, Inclusion)
    size = _size(signed, asked.size, "size")
    if asked.position > size:
        raise _beyond("position")
    hashes = await parts.service.trees.inclusion(code, asked.position - 1, size)
    return _proof(signed, size, hashes)


@get(
    f"{TREE}/proofs/consistency",
    operation_id="proveConsistency",
    summary="Prove that the tree of a log goes on from an earlier one",
    tags=["tree"],
    opt=documented(answers=Proof, problems=_PROBLEMS, open=True, query=(Consistency,)),
)
async def prove_consistency(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give a consistency proof."""
    parts = parts_of(request)
    signed = await _signed_tree(parts, code)
    (asked,) = read_query(request, Consistency)
    size = _size(signed, asked.until, "until")
    if asked.from_ > size:
        raise _beyond("from")
    hashes = await parts.service.trees.consistency(code, asked.from_, size)
    return _proof(signed, size, hashes)


@put(
    f"{TREE}/cosigned-checkpoint",
    operation_id="putCosignedCheckpoint",
    summary="Hand in a checkpoint of a log that a witness cosigned",
    description="The whole signed note, with the signature of the log and the cosignature "
    "(C2SP tlog-cosignature) of one of the witnesses that are known here.",
    tags=["tree"],
    status_code=204,
    opt=documented(problems=(400, 404, 413, 503), open=True),
)
async def put_cosigned_checkpoint(request: AnyRequest, code: FromPath[str]) -> None:
    """Keep a cosigned checkpoint."""
    parts = parts_of(request)
    signed = await _signed_tree(parts, code)
    body = await request.body()
    if len(body) > MAX_NOTE:
        raise Problem("too-large", facts={"limit": MAX_NOTE})
    keys = () if parts.signing is None else parts.signing.keys.verifiers(signed.origin)
    try:
        cosigned = open_checkpoint(Note.parse(body), signed.origin, [*keys, *parts.witnesses])
    except Unsound as problem:
        raise Problem("unproven", facts={"problem": str(problem)}) from None
    note = Note.parse(body)
    own = [found.key for found in cosigned.signatures if found.at is None]
    witnesses = [found for found in cosigned.signatures if found.at is not None]
    if not witnesses:
        raise Problem("unproven", facts={"problem": "no witness that is known here signed it"})
    for found in witnesses:
        await parts.service.trees.keep_cosigned(
            code,
            str(found.key),
            cosigned.checkpoint.size,
            found.at or 0,
            _verified(note, [*own, found.key]),
        )


@get(
    f"{PROJECT}/events/{{version:int}}/receipt",
    operation_id="readReceipt",
    summary="Read the receipt of an event: a small file that proves that it was logged",
    description="In the form of C2SP tlog-proof. Its extra data are the salt and the canonical "
    "bytes of the event, so that it can be checked with nothing but the verifier key of the log.",
    tags=["tree"],
    opt=documented(media=TEXT, answers=str, problems=READ_PROBLEMS, open=True),
)
async def read_receipt(
    request: AnyRequest, code: FromPath[str], project: FromPath[UUID], version: FromPath[int]
) -> ASGIResponse:
    """Give the receipt of an event of a project."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    event = await visible_event(parts, principal, code, require_project(code, project), version)
    return await receipt_of(parts, code, event)


@get(
    f"{MUNICIPALITY}/events/{{version:int}}/receipt",
    operation_id="readMunicipalityReceipt",
    summary="Read the receipt of an event of a municipality itself",
    description="In the same form as that of an event of a project.",
    tags=["tree"],
    opt=documented(media=TEXT, answers=str, problems=READ_PROBLEMS, open=True),
)
async def read_municipality_receipt(
    request: AnyRequest, code: FromPath[str], version: FromPath[int]
) -> ASGIResponse:
    """Give a receipt of a rule that was set, or of the registration."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    event = await visible_event(parts, principal, code, municipality_id(code), version)
    return await receipt_of(parts, code, event)


async def receipt_of(parts: Parts, code: str, event: Recorded) -> Answer:
    """Give the receipt of an event, as soon as the tree that has it was signed."""
    trees = parts.service.trees
    # Where nobody signs there is nothing to wait for.
    within = parts.settings.freshness_timeout if parts.signing is not None else 0
    async with aside():
        signed = await trees.reach(code, event.position, within=within)
    receipt = await trees.receipt(code, signed, event.position - 1, revealed(signed.origin, event))
    name = f"{code}-{event.position}{SUFFIX}"
    return _given(
        bytes(receipt),
        TEXT.encode(),
        b"private, no-cache",
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
    )


def revealed(origin: str, event: Recorded) -> bytes:
    """Give what shows that the commitment is to this event: the salt, and the canonical bytes."""
    return event.salt + canonical_bytes(envelope_of(origin, event), event.data)


async def _signed_tree(parts: Parts, code: str) -> SignedTree:
    await _admit(parts, code)
    signed = await parts.service.trees.signed(code)
    if signed is None:
        if not await parts.service.reader.head(code):
            raise Problem("not-found")
        raise TreeBehind(code)
    return signed


async def _admit(parts: Parts, code: str) -> None:
    if not is_code(code):
        raise Problem("not-found")
    await parts.gate.admit_to_tree(code)


def _size(signed: SignedTree, asked: int | None, name: str) -> int:
    if asked is None:
        return signed.size
    if asked > signed.size:
        raise _beyond(name)
    return asked


def _beyond(name: str) -> Problem:
    wrong = FieldError(name, "invalid", {"problem": name}, source="query")
    return Problem("invalid-input", errors=[wrong])


def _verified(note: Note, keys: Sequence[VerifierKey]) -> bytes:
    """Give a note with one signature of each of some keys that were seen to have signed it.

    All else that came with it is left out: nobody looked at that.
    """
    first = {
        (signature.name, signature.key_id): signature for signature in reversed(note.signatures)
    }
    return bytes(Note(note.text, tuple(first[key.name, key.key_id] for key in keys)))


def _proof(signed: SignedTree, size: int, hashes: list[bytes]) -> Answer:
    return as_json(
        Proof(
            size=size,
            hashes=[base64_of(each) for each in hashes],
            checkpoint=signed.checkpoint.decode(),
        )
    )


def _text(body: bytes) -> Answer:
    return _given(body, TEXT.encode(), _FRESH)


def _given(body: bytes, media: bytes, cache: bytes, *more: tuple[bytes, bytes]) -> Answer:
    return Answer(
        200,
        body,
        [
            (b"content-type", media),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", cache),
            *more,
        ],
    )


HANDLERS = (
    read_checkpoint,
    read_cosigned_checkpoint,
    read_keys,
    read_tile,
    prove_inclusion,
    prove_consistency,
    put_cosigned_checkpoint,
    read_receipt,
    read_municipality_receipt,
)
