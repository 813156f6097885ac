import gzip
from pathlib import Path

import pytest

from cocreate.exchange.source import (
    LONGEST_LINE,
    BrokenOff,
    Line,
    NotUnderstood,
    SourceUnusable,
    lines_of,
    open_text,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "source"


def test_gzip_is_told_by_its_first_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    packed, plain = tmp_path / "packed.txt", tmp_path / "plain.gz"
    packed.write_bytes(gzip.compress("één\n".encode(), mtime=0))
    plain.write_bytes("één\n".encode())

    assert list(lines_of(packed)) == list(lines_of(plain)) == [Line(1, "één")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo")

    assert list(lines_of(file)) == [Line(1, "one"), Line(2, "two")]


def test_empty_lines_are_passed_over_and_counted(file: Path) -> None:
    file.write_text("one\n\n   \nfour\n")

    assert list(lines_of(file)) == [Line(1, "one"), Line(4, "four")]


def test_a_line_that_is_not_utf8_does_not_hide_the_others(file: Path) -> None:
    file.write_bytes(b"one\ncaf\xe9\nthree\n")

    first, second, third = lines_of(file)

    assert (first, third) == (Line(1, "one"), Line(3, "three"))
    assert second == NotUnderstood(2, "the line is not UTF-8 (from character 4 on)")


def test_a_line_with_a_nul_is_not_understood(file: Path) -> None:
    file.write_bytes(b"x" * 100 + b"\n" + b"a\0b\n" + "é\0\n".encode())

    assert [type(line) for line in lines_of(file)] == [Line, NotUnderstood, NotUnderstood]


def test_a_line_that_is_too_long_is_skipped_whole(file: Path) -> None:
    file.write_text("one\n" + "x" * (2 * LONGEST_LINE + 5) + "\nthree\n")

    first, second, third = lines_of(file)

    assert (first, third) == (Line(1, "one"), Line(3, "three"))
    assert isinstance(second, NotUnderstood)
    assert "longer than 1,000,000" in second.reason


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_gzip_breaks_off_after_whole_lines(file: Path, kept: float) -> None:
    packed = gzip.compress("".join(f"line {n * n * n}\n" for n in range(5000)).encode())
    file.write_bytes(packed[: int(len(packed) * kept)])

    *whole, last = lines_of(file)

    assert whole == [Line(n + 1, f"line {n * n * n}") for n in range(len(whole))]
    assert isinstance(last, BrokenOff)
    assert last.line == len(whole) + 1


@pytest.mark.parametrize("at", [300, 2000, 9000, -6])
def test_no_line_of_a_damaged_gzip_is_trusted(file: Path, at: int) -> None:
    packed = bytearray(gzip.compress("".join(f"line {n**3}\n" for n in range(5000)).encode()))
    packed[at] ^= 0xFF
    file.write_bytes(packed)

    with pytest.raises(SourceUnusable, match="damaged"):
        list(lines_of(file))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither text nor text in gzip"),
        (gzip.compress(b"\0\1\2\3" * 20, mtime=0), "neither text nor text in gzip"),
        (b"\x1f\x8b", "breaks off before its first line"),
        (b"\x1f\x8bthis is no gzip at all", "damaged"),
        (gzip.compress(b"some lines", mtime=0)[:10], "breaks off before its first line"),
    ],
)
def test_a_file_that_is_no_text_is_refused(file: Path, content: bytes, reason: str) -> None:
    file.write_bytes(content)

    with pytest.raises(SourceUnusable, match=reason) as refused:
        open_text(file)

    assert str(file) in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="there is no such file"):
        open_text(tmp_path / "nowhere")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="directory"):
        open_text(tmp_path)


def test_an_empty_file_has_no_lines(file: Path) -> None:
    file.write_bytes(b"")

    assert list(lines_of(file)) == []
