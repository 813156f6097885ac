"""An export that was tampered with is caught, and what is wrong with it is named."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
import pytest
from tests.audit.conftest import KEYS, ORIGIN, Kept
from tests.audit.tampering import Opened, Tamper
from tests.conftest import WITNESS

from cocreate.audit.found import Verified
from cocreate.audit.layout import (
    BAG_INFO,
    CHECKPOINT,
    DESCRIPTION,
    EVENTS,
    MANIFEST,
    MDTO,
    MDTO_EVENTS,
    REPORTS,
    TAG_MANIFEST,
    VERIFIER_KEYS,
    write_line,
)
from cocreate.audit.verify import verify
from cocreate.audit.wrong import TEXTS, Wrong
from cocreate.log.tree.checkpoints import Checkpoint
from cocreate.log.tree.hashing import root_of
from cocreate.log.tree.keys import SignatureType, SigningKey, VerifierKey
from cocreate.log.tree.notes import Note

TRUSTED = KEYS.verifiers(ORIGIN)
OTHER = SigningKey.generate(ORIGIN)
KINDS = [("project", "internal"), ("project", "public"), ("log", "internal"), ("log", "public")]


@pytest.fixture(scope="module")
async def exports(kept: Kept) -> dict[tuple[str, str], bytes]:
    """An export of each kind."""
    return {
        ("project", "internal"): await kept.export(kept.project),
        ("project", "public"): await kept.export(kept.project, "public"),
        ("log", "internal"): await kept.export(),
        ("log", "public"): await kept.export(None, "public"),
    }


@pytest.fixture(params=KINDS, ids=["-".join(kind) for kind in KINDS])
def export(request: pytest.FixtureRequest, exports: dict[tuple[str, str], bytes]) -> bytes:
    return exports[request.param]


@pytest.fixture
def project(exports: dict[tuple[str, str], bytes]) -> Opened:
    return Opened(exports["project", "internal"])


@pytest.fixture
def log(exports: dict[tuple[str, str], bytes]) -> Opened:
    return Opened(exports["log", "internal"])


def check(export: bytes, keys: Sequence[VerifierKey] = TRUSTED, **more: Any) -> Verified:
    return verify(io.BytesIO(export), keys=keys, **more)


def wrong(export: bytes | Opened, keys: Sequence[VerifierKey] = TRUSTED, **more: Any) -> Wrong:
    """Give what is found to be wrong."""
    given = export.packed() if isinstance(export, Opened) else export
    with pytest.raises(Wrong) as raised:
        check(given, keys, **more)
    found = raised.value
    assert found.in_words("nl")
    assert found.in_words("en")
    return found


# -- what holds -----------------------------------------------------------------------------------


def test_an_export_holds_as_it_is(export: bytes) -> None:
    found = check(export)
    assert found.trusted
    assert found.events == found.description.events > 0
    assert found.description.size == found.checkpoint.checkpoint.size


def test_an_export_that_is_packed_anew_holds(export: bytes) -> None:
    check(Opened(export).packed())
    check(Opened(export).listed().packed())


def test_each_kind_shows_what_it_may(exports: dict[tuple[str, str], bytes]) -> None:
    internal, public = (Opened(exports["project", sight]) for sight in ("internal", "public"))
    assert [line.version for line in internal.lines] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [line.version for line in public.lines] == [1, 2, 4, 5, 6, 7, 8]
    assert all(line.actor and not line.actor_mark for line in internal.lines)
    assert all(line.actor_mark and not line.actor for line in public.lines)
    assert check(exports["log", "internal"]).withheld == 0
    found = check(exports["log", "public"])
    assert found.withheld == 1
    assert found.projects == 3
    for content in Opened(exports["log", "public"]).files.values():
        assert b"geheim" not in content
        assert b"key-official" not in content


async def test_the_same_tree_makes_the_same_bytes(
    kept: Kept, exports: dict[tuple[str, str], bytes]
) -> None:
    assert await kept.export(kept.project) == exports["project", "internal"]
    assert await kept.export(None, "public") == exports["log", "public"]


def test_without_a_key_it_trusts_what_the_export_says(export: bytes) -> None:
    assert not check(export, ()).trusted


def test_what_was_recorded_long_after_it_happened_is_told(export: bytes) -> None:
    found = check(export)
    assert found.late == found.events
    assert found.latest is not None
    assert found.latest.days > 300


# -- one bit --------------------------------------------------------------------------------------


def names(kind: tuple[str, str]) -> Sequence[str]:
    """Give the files of which one bit is changed, those of a kind by one of it."""
    return (
        "bagit.txt",
        BAG_INFO,
        MANIFEST,
        TAG_MANIFEST,
        DESCRIPTION,
        EVENTS,
        CHECKPOINT,
        VERIFIER_KEYS,
        MDTO,
        MDTO_EVENTS,
        *REPORTS.values(),
        "data/schemas/WishExpressed.1.json",
        "data/tile/0/000",
        "data/tile/0/002.p/98",
        "data/tile/1/000.p/2",
        *(("data/tile/entries/001", "data/tile/entries/002.p/98") if kind[0] == "log" else ()),
    )


@pytest.mark.parametrize("kind", KINDS, ids=["-".join(kind) for kind in KINDS])
def test_one_bit_in_any_file_is_caught(
    exports: dict[tuple[str, str], bytes], kind: tuple[str, str]
) -> None:
    every = set(Opened(exports[kind]).files)
    assert set(names(kind)) <= every
    for name in names(kind):
        for where in (0.0, 0.3, 0.9999):
            opened = Opened(exports[kind])
            content = bytearray(opened.files[name])
            content[int(len(content) * where)] ^= 1
            opened.files[name] = bytes(content)
            found = wrong(opened)
            if name not in {MANIFEST, TAG_MANIFEST}:
                # Of a manifest, it may be the file that is listed that is said to be wrong.
                assert found.file in {name, MANIFEST, TAG_MANIFEST}, (name, found)


@pytest.mark.parametrize("kind", KINDS, ids=["-".join(kind) for kind in KINDS])
def test_one_bit_is_caught_when_all_manifests_were_fixed_up(
    exports: dict[tuple[str, str], bytes], kind: tuple[str, str]
) -> None:
    payload = [name for name in names(kind) if name.startswith("data/")]
    for name in payload:
        for where in (0.0, 0.3, 0.9999):
            opened = Opened(exports[kind])
            content = bytearray(opened.files[name])
            content[int(len(content) * where)] ^= 1
            opened.files[name] = bytes(content)
            try:
                opened.listed()
            except msgspec.DecodeError:  # what it says of itself cannot be read any more
                continue
            found = wrong(opened)
            assert found.code not in {"checksum", "missing", "damaged"}, (name, where, found)
            assert found.file.startswith("data/"), (name, found)


def test_one_bit_of_the_packed_content_is_caught(export: bytes) -> None:
    with ZipFile(io.BytesIO(export)) as packed:
        infos = packed.infolist()
    for info in infos[:12]:
        if info.compress_size < 50:
            continue
        place = info.header_offset + 30 + len(info.filename) + 20 + info.compress_size // 2
        changed = bytearray(export)
        changed[place] ^= 4
        wrong(bytes(changed))


def test_a_truncated_file_is_caught(export: bytes) -> None:
    for size in (0, 1, 100, len(export) // 2, len(export) - 30, len(export) - 1):
        assert wrong(export[:size]).code == "no-zip"


# -- events ---------------------------------------------------------------------------------------


def dropped(number: int) -> Tamper:
    def tamper(opened: Opened) -> None:
        lines = opened.lines
        del lines[number]
        opened.put(lines)

    return tamper


def swapped(opened: Opened) -> None:
    lines = opened.lines
    lines[2], lines[3] = lines[3], lines[2]
    opened.put(lines)


def swapped_places(opened: Opened) -> None:
    """Swap what happened, each at the position and the version of the other."""
    lines = opened.lines
    one, other = lines[2], lines[3]
    places = [(each.position, each.version, each.recorded_at) for each in (one, other)]
    for line, number, place in ((other, 2, places[0]), (one, 3, places[1])):
        position, version, recorded_at = place
        lines[number] = msgspec.structs.replace(
            line, position=position, version=version, recorded_at=recorded_at
        )
    opened.put(lines)


def inserted(opened: Opened) -> None:
    lines = opened.lines
    lines.insert(3, msgspec.structs.replace(lines[3], position=lines[3].position))
    opened.put(lines)


def inserted_between(opened: Opened) -> None:
    """Add an event of another project at a position that the export does not show."""
    lines = opened.lines
    lines.insert(1, msgspec.structs.replace(lines[0], position=3, version=2))
    opened.put(lines)


def with_changes(number: int, **changes: Any) -> Tamper:
    return lambda opened: opened.change(number, **changes)


def sooner(opened: Opened) -> None:
    line = opened.lines[3]
    opened.change(3, recorded_at=line.recorded_at - timedelta(days=400))


def other_project(opened: Opened) -> None:
    opened.change(3, project=str(uuid4()))


EVENTS_TAMPERED = {
    "dropped": (dropped(2), "version", "left-out"),
    "dropped-first": (dropped(0), "version", "left-out"),
    "dropped-last": (dropped(-1), "last-recorded", "end-left-out"),
    "swapped": (swapped, "version", "left-out"),
    "swapped-places": (swapped_places, "entry", "version"),
    "inserted": (inserted, "position", "position"),
    "salt": (with_changes(3, salt="ab" * 32), "entry", "entry"),
    "salt-form": (with_changes(3, salt="AB" * 32), "line", "line"),
    "actor": (with_changes(3, actor="key-someone"), "entry", "entry"),
    "no-actor": (with_changes(3, actor=None), "actor", "actor"),
    "role": (with_changes(3, actor_role="clerk"), "entry", "entry"),
    "type": (with_changes(3, type="WishWithdrawn"), "entry", "entry"),
    "schema-version": (with_changes(3, schema_version=2), "entry", "entry"),
    "visibility": (with_changes(1, visibility="internal"), "entry", "entry"),
    "data": (with_changes(3, data=msgspec.Raw(b'{"wish":"w9"}')), "entry", "entry"),
    "spelling": (with_changes(3, data=msgspec.Raw(b'{ "wish":"w9"}')), "entry", "entry"),
    "recorded-at": (sooner, "entry", "entry"),
    "project": (other_project, "project", None),
    "beyond": (with_changes(-1, position=2**40), "beyond", "beyond"),
}


@pytest.mark.parametrize("name", EVENTS_TAMPERED)
@pytest.mark.parametrize("kind", ["project", "log"])
def test_a_change_of_events_is_named(
    exports: dict[tuple[str, str], bytes], kind: str, name: str
) -> None:
    tamper, of_project, of_log = EVENTS_TAMPERED[name]
    opened = Opened(exports[kind, "internal"])
    tamper(opened)
    found = wrong(opened.listed())
    expected = of_project if kind == "project" else of_log
    assert found.code == (expected or found.code), found
    assert found.code not in {"checksum", "derived", "bag-info"}
    if found.line is not None:
        assert found.file == EVENTS


def test_an_event_that_is_added_where_the_export_shows_none_is_named(project: Opened) -> None:
    inserted_between(project)
    found = wrong(project.listed())
    assert (found.code, found.file, found.line, found.position) == ("entry", EVENTS, 2, 3)


def test_an_event_that_is_left_out_of_a_public_log_is_told_apart(
    exports: dict[tuple[str, str], bytes],
) -> None:
    """It counts as one that may not be shown: only whoever may see all can tell."""
    opened = Opened(exports["log", "public"])
    dropped(300)(opened)
    opened.derive()
    assert check(opened.listed().packed()).withheld == 2


def test_an_internal_event_in_a_public_export_is_named(
    exports: dict[tuple[str, str], bytes],
) -> None:
    opened = Opened(exports["project", "public"])
    dropped(3)(opened)  # the step that made it public
    found = wrong(opened.listed())
    assert (found.code, found.position) == ("sight", 6)


def test_a_line_in_another_spelling_is_named(project: Opened) -> None:
    content = project.files[EVENTS]
    for changed in (
        content.replace(b'{"position":2,', b'{ "position":2,'),
        content.replace(b'{"position":2,', b'{"position":9,"position":2,'),
        content.replace(b"Z", b"+00:00", 1),
        content.replace(b'"visibility":"public"', b'"visibility":"secret"', 1),
        content[:-1],
        content + b"\n",
        content + b"{}\n",
        content.replace(b"\n", b"\r\n", 1),
    ):
        project.files[EVENTS] = changed
        assert wrong(project.listed()).code == "line"


# -- trees ----------------------------------------------------------------------------------------


def test_a_tree_that_was_signed_anew_is_caught_by_the_key(log: Opened) -> None:
    """All of it is consistent, but for who signed it."""
    lines = log.lines
    lines[5] = msgspec.structs.replace(lines[5], actor="key-someone")
    log.put(lines)
    log.plant(OTHER)
    log.derive()
    forged = log.listed().packed()
    assert not check(forged, ()).trusted  # nothing but a key from elsewhere can tell
    found = wrong(forged)
    assert (found.code, found.file) == ("signature", CHECKPOINT)
    assert wrong(forged, [OTHER.verifier, *TRUSTED][1:]).code == "signature"


def test_an_older_checkpoint_is_caught(log: Opened, project: Opened) -> None:
    leaves = [log.files["data/tile/0/000"][at : at + 32] for at in range(0, 256 * 32, 32)]
    older = Note.signed(Checkpoint(ORIGIN, 256, root_of(leaves)).text, *KEYS.of(ORIGIN))
    for opened in (log, project):
        opened.files[CHECKPOINT] = bytes(older)
        assert wrong(opened.listed()).code == "checkpoint-size"
        opened.describe(size=256)
        assert wrong(opened.listed()).code == "unexpected"  # tiles of a larger tree
    project.drop_tiles()
    project.files["data/tile/0/000"] = log.files["data/tile/0/000"]
    project.files["data/tile/1/000.p/1"] = root_of(leaves)
    found = wrong(project.listed())
    assert (found.code, found.file, found.line) == ("beyond", EVENTS, 5)


def test_a_checkpoint_of_another_log_is_caught(project: Opened) -> None:
    other = Checkpoint("log.test/GM0014", 610, bytes(32))
    project.files[CHECKPOINT] = bytes(Note.signed(other.text, *KEYS.of(ORIGIN)))
    assert wrong(project.listed()).code == "checkpoint"
    project.files[CHECKPOINT] = b"niets"
    assert wrong(project.listed()).code == "checkpoint"


def test_a_tile_that_is_missing_or_too_many_is_named(project: Opened, log: Opened) -> None:
    for opened, name in (
        (project, "data/tile/0/000"),
        (project, "data/tile/0/002.p/98"),
        (project, "data/tile/1/000.p/2"),
        (log, "data/tile/0/001"),
        (log, "data/tile/entries/001"),
    ):
        content = opened.files.pop(name)
        found = wrong(opened.listed())
        assert (found.code, found.file) == ("missing", name)
        opened.files[name] = content
    for name in ("data/tile/0/001", "data/tile/0/003", "data/tile/9/000", "data/tile/0/x/000"):
        project.files[name] = bytes(8192)
        found = wrong(project.listed())
        assert (found.code, found.file) == ("unexpected", name)
        del project.files[name]


def test_a_changed_root_is_named(project: Opened) -> None:
    forged = Checkpoint(ORIGIN, 610, bytes(32))
    project.files[CHECKPOINT] = bytes(Note.signed(forged.text, *KEYS.of(ORIGIN)))
    assert wrong(project.listed()).code == "root"


# -- an earlier checkpoint ------------------------------------------------------------------------


def leaves_of(log: Opened) -> list[bytes]:
    tiles = ("data/tile/0/000", "data/tile/0/001", "data/tile/0/002.p/98")
    whole = b"".join(log.files[tile] for tile in tiles)
    return [whole[at : at + 32] for at in range(0, len(whole), 32)]


def held(size: int, leaves: Sequence[bytes], key: SigningKey | None = None) -> bytes:
    """Give a checkpoint that someone kept."""
    text = Checkpoint(ORIGIN, size, root_of(leaves[:size])).text
    return bytes(Note.signed(text, *([key] if key else KEYS.of(ORIGIN))))


def test_a_log_goes_on_from_a_checkpoint_that_someone_kept(log: Opened) -> None:
    leaves = leaves_of(log)
    for size in (1, 2, 255, 256, 257, 511, 512, 600, 610):
        assert check(log.packed(), since=held(size, leaves)).since == size


def test_a_log_that_does_not_go_on_from_it_is_caught(log: Opened) -> None:
    leaves = leaves_of(log)
    changed = [*leaves[:3], bytes(32), *leaves[4:]]
    for size in (4, 256, 610):
        assert wrong(log, since=held(size, changed)).code == "since-other"
    assert wrong(log, since=held(700, [*leaves, *leaves])).code == "since-newer"
    assert wrong(log, since=held(256, leaves, OTHER)).code == "since"
    assert wrong(log, since=b"niets").code == "since"


def test_an_export_of_a_project_says_what_it_cannot_show(project: Opened, log: Opened) -> None:
    leaves = leaves_of(log)
    assert check(project.packed(), since=held(100, leaves)).since == 100
    assert wrong(project, since=held(300, leaves)).code == "since-unproven"


# -- witnesses ------------------------------------------------------------------------------------


async def test_a_cosignature_is_in_the_export_and_can_be_asked_for(
    kept: Kept, exports: dict[tuple[str, str], bytes]
) -> None:
    assert wrong(exports["log", "internal"], witnesses=[WITNESS.verifier]).code == "no-witness"
    signed = await kept.signed()
    note = Note.parse(signed.checkpoint)
    note = note.also_signed(WITNESS.cosign(note.text, 1_790_000_000))
    await kept.service.trees.keep_cosigned("GM0503", str(WITNESS.verifier), 610, 1, bytes(note))
    export = await kept.export(kept.project)
    found = check(export, witnesses=[WITNESS.verifier])
    assert [each.at for each in found.checkpoint.signatures] == [None, 1_790_000_000]
    stranger = SigningKey.generate("stranger.test", SignatureType.COSIGNATURE)
    assert wrong(export, witnesses=[stranger.verifier]).code == "no-witness"
    opened = Opened(export)
    cosignature = note.signatures[1]
    changed = msgspec.structs.replace(
        cosignature, value=cosignature.value[:-1] + bytes([cosignature.value[-1] ^ 1])
    )
    opened.files[CHECKPOINT] = bytes(Note(note.text, (note.signatures[0], changed)))
    assert wrong(opened.listed()).code == "signature"
    opened.files[CHECKPOINT] = bytes(Note(note.text, note.signatures[:1]))
    assert wrong(opened.listed()).code == "key-unused"


# -- what it says of itself -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": 2}, "format"),
        ({"origin": "log.test/GM0014"}, "checkpoint"),
        ({"municipality": "GM0014"}, "derived"),
        ({"name": "Delfzijl"}, "derived"),
        ({"title": "Iets anders"}, "derived"),
        ({"project": None}, "left-out"),
        ({"project": uuid4()}, "project"),
        ({"sight": "public"}, "actor"),
        ({"size": 609}, "checkpoint-size"),
        ({"events": 7}, "events"),
        ({"appraisal": "destroy"}, "derived"),
        ({"retention": "P20Y"}, "derived"),
    ],
)
def test_a_false_description_is_named(project: Opened, changes: dict[str, Any], code: str) -> None:
    project.describe(**changes)
    assert wrong(project.listed()).code == code


def test_what_follows_from_the_events_is_checked(project: Opened) -> None:
    for name in (MDTO, MDTO_EVENTS, *REPORTS.values()):
        content = project.files[name]
        project.files[name] = content.replace(b"Lampen", b"Lammen").replace(b"jsonl", b"jsonx")
        found = wrong(project.listed())
        assert (found.code, found.file) == ("derived", name)
        project.files[name] = content


def test_a_schema_that_was_changed_is_named(project: Opened) -> None:
    name = "data/schemas/WishExpressed.1.json"
    project.files[name] = project.files[name].replace(b'"maxLength": 200', b'"maxLength": 900')
    found = wrong(project.listed())
    assert (found.code, found.file) == ("schema-changed", name)
    del project.files[name]
    assert wrong(project.listed()).code == "missing"


def test_data_that_do_not_fit_their_schema_are_named(log: Opened) -> None:
    """The tree has them: whoever signed wrote something that is no event."""
    for data in (b'{"wish":"w9"}', b'{"wish":"w9","title":"x","more":1}', b"[]", b'{"wish":1}'):
        lines = log.lines
        lines[3] = msgspec.structs.replace(lines[3], data=msgspec.Raw(data))
        log.put(lines)
        log.plant(OTHER)
        log.derive() if data.startswith(b"{") else None
        found = wrong(log.listed(), [OTHER.verifier])
        assert (found.code, found.line, found.position) == ("data", 4, 4)


def test_data_that_nobody_can_read_are_named(log: Opened) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    for number, data in (
        (-1, b'{"step":2,"changes":{"title":%b},"reason":"x"}' % deep),
        (3, b'{"wish":"w9","title":"\\ud800"}'),
        (3, b'{"wish":"w9","title":"\xff"}'),
    ):
        content = log.files[EVENTS]
        lines = content.splitlines()
        line = log.lines[number]
        lines[number] = lines[number].replace(bytes(line.data), data)
        log.files[EVENTS] = b"\n".join([*lines, b""])
        found = wrong(log.listed())
        assert found.code in {"line", "entry"}
        log.files[EVENTS] = content
    log.files[DESCRIPTION] = deep
    with pytest.raises((RecursionError, msgspec.DecodeError)):
        log.listed()


def test_a_type_that_nobody_knows_is_checked_by_the_schema_that_came_along(log: Opened) -> None:
    lines = log.lines
    lines[3] = msgspec.structs.replace(lines[3], type="WishSung")
    name = "data/schemas/WishSung.1.json"
    log.files[name] = log.files["data/schemas/WishExpressed.1.json"]
    log.put(lines)
    log.plant(OTHER)
    log.derive()
    assert check(log.listed().packed(), [OTHER.verifier]).unknown_schemas == [name]
    log.files[name] = b'{"type": "object", "not": {}}\n'
    assert wrong(log.listed(), [OTHER.verifier]).code == "schema"


def signed_with(log: Opened, number: int, **changes: Any) -> Opened:
    """Have a log that was signed with an event that no log should take."""
    lines = log.lines
    lines[number] = msgspec.structs.replace(lines[number], **changes)
    log.put(lines)
    log.plant(OTHER)
    log.derive()
    return log.listed()


def test_times_that_cannot_be_are_named_even_where_they_were_signed(
    exports: dict[tuple[str, str], bytes],
) -> None:
    for changes, code in (
        (
            {
                "recorded_at": Opened(exports["log", "internal"]).lines[3].recorded_at
                - timedelta(days=1)
            },
            "time",
        ),
        (
            {
                "occurred_on": Opened(exports["log", "internal"]).lines[3].recorded_at.date()
                + timedelta(days=3)
            },
            "future",
        ),
        ({"version": 5}, "version"),
        ({"version": 1}, "version"),
    ):
        log = signed_with(Opened(exports["log", "internal"]), 3, **changes)
        assert wrong(log, [OTHER.verifier]).code == code
    day = Opened(exports["log", "internal"]).lines[3].recorded_at.date()
    tomorrow = signed_with(Opened(exports["log", "internal"]), 3, occurred_on=day + timedelta(1))
    check(tomorrow.packed(), [OTHER.verifier])


# -- keys -----------------------------------------------------------------------------------------


def test_keys_that_are_none_are_named(project: Opened) -> None:
    own = project.files[VERIFIER_KEYS]
    for content, code in (
        (b"", None),
        (own.replace(b"+", b"-", 1), "key"),
        (b"\xff\n", "key"),
        (f"{OTHER.verifier}\n".encode(), "key-unused"),
        (own + f"{OTHER.verifier}\n".encode(), "key-unused"),
    ):
        project.files[VERIFIER_KEYS] = content
        if code is not None:
            assert wrong(project.listed()).code == code
        else:
            assert wrong(project.listed(), ()).code == "no-key"


# -- the zip file ---------------------------------------------------------------------------------


def repacked(opened: Opened, *more: tuple[ZipInfo | str, bytes]) -> bytes:
    """Pack an export with more files in it."""
    out = io.BytesIO(opened.packed())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with ZipFile(out, "a", ZIP_DEFLATED) as packing:
            for name, content in more:
                packing.writestr(name, content)
    return out.getvalue()


def test_tricks_with_names_are_named(project: Opened) -> None:
    bag = project.bag
    for name in (
        f"{bag}/../outside",
        "../outside",
        "/etc/passwd",
        f"{bag}/data/../../x",
        f"{bag}/data\\..\\x",
        f"{bag}/data/",
        f"{bag}/data//x",
        f"{bag}/./data/x",
        "another/data/x",
        "loose",
        f"{bag}/data/na\u00efef",
        f"{bag}/data/a b",
    ):
        assert wrong(repacked(project, (name, b""))).code == "zip-name", name
    assert wrong(repacked(project, (f"{bag}/data/more", b""))).code == "not-listed"
    assert wrong(repacked(project, (f"{bag}/more.txt", b""))).code == "unexpected"


def test_a_file_that_is_in_it_twice_is_named(project: Opened) -> None:
    found = wrong(repacked(project, (f"{project.bag}/{EVENTS}", b"{}")))
    assert (found.code, found.file) == ("zip-twice", EVENTS)


def test_links_and_other_ways_of_packing_are_named(project: Opened) -> None:
    link = ZipInfo(f"{project.bag}/data/link")
    link.external_attr = 0o120777 << 16
    packed = ZipInfo(f"{project.bag}/data/packed")
    packed.compress_type = ZIP_BZIP2
    for info in (link, packed):
        assert wrong(repacked(project, (info, b"/etc/passwd"))).code == "zip-method"


def test_an_encrypted_file_is_named(project: Opened) -> None:
    export = bytearray(project.packed())
    central = export.index(b"PK\x01\x02")
    export[central + 8] |= 1
    assert wrong(bytes(export)).code == "zip-method"


def test_a_bomb_is_not_set_off(project: Opened) -> None:
    bomb = b"{" + b" " * 60_000_000
    for name in (DESCRIPTION, CHECKPOINT, MDTO, "data/tile/0/000"):
        opened = Opened(project.packed())
        opened.files[name] = bomb
        if name != DESCRIPTION:
            opened.listed()
        else:
            opened.files[MANIFEST] = project.files[MANIFEST]
        found = wrong(opened)
        assert (found.code, found.file) == ("too-large", name)
    project.files[EVENTS] = bomb
    found = wrong(project.listed())
    assert (found.code, found.file) == ("too-large", EVENTS)


def test_a_size_that_cannot_be_is_named(project: Opened) -> None:
    export = bytearray(project.packed())
    central = export.index(b"PK\x01\x02")
    export[central + 24 : central + 28] = struct.pack("<I", 2**31)
    assert wrong(bytes(export)).code == "too-large"


def test_files_that_overlap_are_named(project: Opened) -> None:
    export = bytearray(project.packed())
    first = export.index(b"PK\x01\x02")
    second = export.index(b"PK\x01\x02", first + 4)
    export[second + 42 : second + 46] = export[first + 42 : first + 46]
    assert wrong(bytes(export)).code == "zip-overlap"


def test_a_manifest_of_another_form_is_named(project: Opened) -> None:
    content = project.files[MANIFEST]
    lines = content.splitlines(keepends=True)
    for changed in (
        b"".join(reversed(lines)),
        content + lines[-1],
        content.upper(),
        content[:-1],
        b"",
        content.replace(b"  data/", b" *data/", 1),
    ):
        project.files[MANIFEST] = changed
        assert wrong(project.list_tags()).code == "manifest"


def test_a_bag_that_says_something_else_of_itself_is_named(project: Opened) -> None:
    project.files[BAG_INFO] = project.files[BAG_INFO].replace(b"Delft", b"Delfs")
    assert wrong(project.list_tags()).code == "bag-info"
    project.files["bagit.txt"] = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
    assert wrong(project.list_tags()).code == "bagit"


def test_every_wrong_has_its_words_in_both_languages() -> None:
    for code, text in TEXTS.items():
        assert text.nl, code
        assert text.en, code
    found = Wrong("entry", EVENTS, line=17, position=18)
    assert found.in_words("en").startswith("data/events.jsonl, line 17, position 18: this event")
    assert found.in_words("nl").startswith("data/events.jsonl, regel 17, positie 18: deze")


def test_a_line_is_written_in_one_way(project: Opened) -> None:
    for raw, line in zip(project.files[EVENTS].splitlines(), project.lines, strict=True):
        assert write_line(line) == raw
