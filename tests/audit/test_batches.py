"""Events that are checked many at a time come to what they come to one by one."""

from __future__ import annotations

import io
from collections.abc import Callable

import msgspec
import pytest
from tests.audit.conftest import KEYS, ORIGIN, Kept
from tests.audit.tampering import Opened
from tests.audit.test_verify import EVENTS_TAMPERED, OTHER

from cocreate.audit import event_checks
from cocreate.audit.event_checks import EventChecks
from cocreate.audit.event_schemas import event_schemas
from cocreate.audit.found import Verified
from cocreate.audit.layout import EVENTS, Line, Sight, write_line
from cocreate.audit.shapes import Shape
from cocreate.audit.verify import verify
from cocreate.audit.wrong import Wrong

Told = tuple[str, str, int | None, int | None]

TRUSTED = [*KEYS.verifiers(ORIGIN), OTHER.verifier]


@pytest.fixture(scope="module")
async def exports(kept: Kept) -> dict[Sight, bytes]:
    """An export of the whole log, all of it and what is public."""
    return {"internal": await kept.export(), "public": await kept.export(None, "public")}


@pytest.fixture
def log(exports: dict[Sight, bytes]) -> Opened:
    return Opened(exports["internal"])


def found(export: bytes) -> Verified:
    return verify(io.BytesIO(export), keys=TRUSTED)


def wrong(export: bytes) -> Told:
    with pytest.raises(Wrong) as raised:
        found(export)
    named = raised.value
    return named.code, named.file, named.line, named.position


def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing checked many at a time."""
    monkeypatch.setattr(event_checks, "read_batch", lambda _raw: None)


def refuse(_checks: EventChecks, number: int, _raw: bytes) -> None:
    message = f"Line {number} was gone past by itself"
    raise AssertionError(message)


@pytest.mark.parametrize("sight", ["internal", "public"])
def test_a_whole_log_is_checked_many_at_a_time_and_found_to_be_the_same(
    exports: dict[Sight, bytes], sight: Sight, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(EventChecks, "_take", refuse)
        at_once = found(exports[sight])
    with monkeypatch.context() as patched:
        one_by_one(patched)
        assert msgspec.structs.asdict(found(exports[sight])) == msgspec.structs.asdict(at_once)


@pytest.mark.parametrize("name", EVENTS_TAMPERED)
def test_the_same_is_named_either_way(
    log: Opened, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper, *_ = EVENTS_TAMPERED[name]
    tamper(log)
    export = log.listed().packed()
    named = wrong(export)
    one_by_one(monkeypatch)
    assert wrong(export) == named


def with_data(number: int, data: bytes) -> Callable[[Line], Line]:
    return lambda line: (
        msgspec.structs.replace(line, data=msgspec.Raw(data)) if line.position == number else line
    )


@pytest.mark.parametrize(
    "data",
    [
        b'{"wish":"w9"}',
        b'{"wish":"w 9","title":"x"}',
        b'{"wish":"w9\\n","title":"x"}',
        b'{"wish":"w9","title":"x","by":"two words"}',
        b'{"wish":"w9","title":"x\\u0000"}',
        b'{"wish":"w9","title":"x","url":"ftp://x"}',
        b'{"wish":"w9","title":null}',
        b"[]",
        b"1",
    ],
)
def test_data_that_were_signed_and_fit_no_schema_are_named(log: Opened, data: bytes) -> None:
    """Whoever signs a log may write in it what no log takes."""
    lines = list(map(with_data(300, data), log.lines))
    log.put(lines)
    log.plant(OTHER)
    assert wrong(log.listed().packed()) == ("data", EVENTS, 300, 300)


def test_a_text_that_only_looks_like_a_nul_is_taken(log: Opened) -> None:
    log.put(map(with_data(300, b'{"wish":"w9","title":"\\\\u0000"}'), log.lines))
    log.plant(OTHER)
    log.derive()
    assert found(log.listed().packed()).events == 610


def test_a_line_break_within_data_is_named_though_it_was_signed(log: Opened) -> None:
    """It would be two lines of events for whoever reads line by line."""
    broken = b'{"wish":"w9",\n"title":"x"}'
    lines = list(map(with_data(300, broken), log.lines))
    log.put(lines)
    assert log.files[EVENTS] == b"".join(write_line(line) + b"\n" for line in lines)
    plain = [with_data(300, b"{}")(line) for line in lines]
    log.put(plain)
    log.plant(OTHER)
    log.files[EVENTS] = b"".join(write_line(line) + b"\n" for line in lines)
    assert wrong(log.listed().packed()) == ("line", EVENTS, 300, None)


@pytest.mark.parametrize("name", event_schemas())
def test_many_data_fit_a_schema_when_each_does(name: str) -> None:
    shape = Shape(event_schemas()[name])
    assert shape.fit(b"")
    assert not shape.fit(b'{"somethingElse":1}')
    assert not shape.fit(b"{")


def test_a_pattern_is_asked_of_every_text() -> None:
    shape = Shape(event_schemas()["WishExpressed.1"])
    fits = b'{"wish":"w1","title":"Licht"}'
    by = b'{"wish":"w1","title":"Licht","by":"p1"}'
    assert shape.fit(b",".join([fits, by, fits]))
    assert not shape.fit(b",".join([fits, by, b'{"wish":"w 1","title":"Licht"}']))
    assert not shape.fit(b",".join([fits, by.replace(b"p1", b"p 1"), fits]))
