"""Verifying an export, without a server and without a database.

The first thing that is wrong is raised as :class:`~cocreate.audit.wrong.Wrong`, with the file and
the place. The order is that of docs/verifying.md: the zip file and the bag, what it says it is, the
checkpoint, the tiles, each event, and last what is made of the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from cocreate.audit.bag import Bag
from cocreate.audit.batches import UNREADABLE
from cocreate.audit.event_checks import EventChecks
from cocreate.audit.found import Verified
from cocreate.audit.layout import (
    CHECKPOINT,
    DESCRIPTION,
    EVENTS,
    FIXED,
    FORMAT,
    MDTO,
    MDTO_EVENTS,
    REPORTS,
    TILES,
    VERIFIER_KEYS,
    WITNESS_KEYS,
    Description,
    bag_info,
    read_description,
    tiles_of_entries,
    tiles_of_log,
    write_description,
)
from cocreate.audit.mdto import file_metadata, object_metadata
from cocreate.audit.tiles import Tiles
from cocreate.audit.wrong import Wrong
from cocreate.log.tree.checkpoints import Checkpoint, open_checkpoint
from cocreate.log.tree.errors import NotSigned, SignatureFails, Unsound
from cocreate.log.tree.keys import VerifierKey
from cocreate.log.tree.notes import Note


def verify(
    file: BinaryIO,
    *,
    keys: Sequence[VerifierKey] = (),
    witnesses: Sequence[VerifierKey] = (),
    since: bytes | None = None,
) -> Verified:
    """Verify an export.

    ``keys`` are those of the log that are trusted; without any, those in the export are used.
    Each of ``witnesses`` must have cosigned. ``since`` is an earlier checkpoint of the log, a
    signed note. Raises :class:`Wrong`.
    """
    bag = Bag(file)
    description = _description(bag)
    found = _checkpoint(bag, description, keys, witnesses)
    tree = found.checkpoint.checkpoint
    tiles = Tiles(bag, tree)
    if since is not None:
        earlier = _earlier(since, tree.origin, found.keys)
        tiles.require_goes_on(earlier)
        found.since = earlier.size
    events = EventChecks(bag, tiles, found)
    events.check()
    _require_expected_files(bag, description, events)
    _require_derived(bag, found, events)
    return found


# -- what it says it is, and who signed for it ----------------------------------------------------


def _description(bag: Bag) -> Description:
    for name in FIXED:
        bag.sha256(name)
    content = bag.read(DESCRIPTION)
    try:
        told = msgspec.json.decode(content)
        if isinstance(told, dict) and told.get("format", FORMAT) != FORMAT:
            raise Wrong("format", DESCRIPTION, format=told["format"], known=FORMAT)
        description = read_description(content)
    except UNREADABLE as problem:
        raise Wrong("description", DESCRIPTION, problem=problem) from None
    if write_description(description) != content:
        raise Wrong("description", DESCRIPTION, problem="another spelling")
    if bag.info != bag_info(description, bag.payload_size, len(bag.names)):
        raise Wrong("bag-info", "bag-info.txt")
    return description


def _keys(bag: Bag, name: str) -> list[VerifierKey]:
    keys = []
    for number, line in enumerate(bag.lines(name), 1):
        try:
            keys.append(VerifierKey.parse(line.decode("utf-8", "replace")))
        except Unsound as problem:
            raise Wrong("key", name, line=number, problem=problem) from None
    return keys


def _checkpoint(
    bag: Bag,
    description: Description,
    keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
) -> Verified:
    own, known = _keys(bag, VERIFIER_KEYS), _keys(bag, WITNESS_KEYS)
    trusted = list(keys) or own
    if not trusted:
        raise Wrong("no-key", VERIFIER_KEYS)
    try:
        note = Note.parse(bag.read(CHECKPOINT))
        open_checkpoint(note, description.origin, trusted)
        signed = open_checkpoint(note, description.origin, {*trusted, *own, *known, *witnesses})
    except (NotSigned, SignatureFails) as problem:
        raise Wrong("signature", CHECKPOINT, problem=problem) from None
    except Unsound as problem:
        raise Wrong("checkpoint", CHECKPOINT, problem=problem) from None
    size = signed.checkpoint.size
    if size != description.size:
        raise Wrong("checkpoint-size", CHECKPOINT, found=size, told=description.size)
    signers = {each.key for each in signed.signatures}
    for name, told in ((VERIFIER_KEYS, own), (WITNESS_KEYS, known)):
        for number, key in enumerate(told, 1):
            if key not in signers:
                raise Wrong("key-unused", name, line=number)
    for witness in witnesses:
        if witness not in signers:
            raise Wrong("no-witness", CHECKPOINT, witness=witness.name)
    return Verified(
        description=description,
        checkpoint=signed,
        trusted=bool(keys),
        keys=trusted,
        unknown_schemas=[],
    )


def _earlier(since: bytes, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    try:
        return open_checkpoint(Note.parse(since), origin, keys).checkpoint
    except Unsound as problem:
        raise Wrong("since", problem=problem) from None


# -- what else is in it ---------------------------------------------------------------------------


def _require_expected_files(bag: Bag, description: Description, events: EventChecks) -> None:
    size = description.size
    tiles = tiles_of_log(size) if description.whole else tiles_of_entries(size, events.leaves)
    expected = {*FIXED, *events.schemas, *(f"{TILES}{tile.path}" for tile in tiles)}
    for name in sorted(expected - bag.names):
        raise Wrong("missing", name)
    for name in sorted(bag.names - expected):
        raise Wrong("unexpected", name)


def _require_derived(bag: Bag, found: Verified, events: EventChecks) -> None:
    """Make sure that the metadata and the reports are what follows from the events."""
    description = found.description
    first = found.first_recorded_at or description.last_recorded_at
    checksum = bag.sha256(EVENTS)
    derived = {
        MDTO: object_metadata(description, first, checksum),
        MDTO_EVENTS: file_metadata(description, checksum, bag.size(EVENTS)),
    }
    for name, content in derived.items():
        if bag.read(name) != content:
            raise Wrong("derived", name)
    for language, name in REPORTS.items():
        bag.check(name)
        if bag.sha256(name) != events.report(language):
            raise Wrong("derived", name)
