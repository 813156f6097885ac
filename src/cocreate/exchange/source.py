"""What every source of an import has in common: its lines, understood or not.

A line that is not understood is reported with its number and the reason, and nothing of it is
taken. A file that cannot be read at all raises :class:`SourceUnusable`.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar, cast

import msgspec

from cocreate.domain.steps.base import MAX_ITEMS, Step

S = TypeVar("S", bound=Step)

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_LINE = 1_000_000
"""In characters; a longer line is skipped, so that memory stays bounded."""

_HEAD = 64
_DAMAGED = (gzip.BadGzipFile, zlib.error)


class Understood(msgspec.Struct, frozen=True):
    """One command from a source: its steps stand or fall together."""

    line: int
    """The number of its first line in the file, from 1."""
    lines: int
    """How many lines of the file it holds."""
    key: str
    """The idempotency key: the same for the same subject in every copy of the source."""
    steps: tuple[Step, ...]


class NotUnderstood(msgspec.Struct, frozen=True):
    """A line of which nothing was taken, and why."""

    line: int
    reason: str


class BrokenOff(NotUnderstood, frozen=True):
    """The file breaks off in this line; nothing after it can be read."""


class Line(msgspec.Struct, frozen=True):
    """A line of the file, without its line end."""

    number: int
    text: str


class SourceUnusable(Exception):  # noqa: N818 - named as people say it
    """A file cannot be read at all, or is not of the format that was named."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Unfit(Exception):  # noqa: N818 - named as people say it
    """What a line says does not fit; the message is the reason."""


def open_text(path: Path) -> TextIO:
    """Open a text file in UTF-8, plain or gzip: told apart by its first bytes, not by its name.

    Bytes that are no UTF-8 come as lone surrogates, so that one bad line does not hide the rest.
    Raises :class:`SourceUnusable`.
    """
    try:
        raw = path.open("rb")
    except FileNotFoundError:
        raise SourceUnusable(path, "there is no such file") from None
    except OSError as error:
        raise SourceUnusable(path, error.strerror or "the file cannot be opened") from error
    try:
        binary = _unpacked(raw)
        head = cast("gzip.GzipFile", binary).peek(_HEAD)[:_HEAD]
    except EOFError as error:
        raw.close()
        raise SourceUnusable(path, "the gzip file breaks off before its first line") from error
    except _DAMAGED as error:
        raw.close()
        raise SourceUnusable(path, f"the gzip file is damaged ({error})") from error
    except OSError as error:
        raw.close()
        raise SourceUnusable(path, error.strerror or "the file cannot be read") from error
    if b"\0" in head:
        raw.close()
        raise SourceUnusable(path, "this is neither text nor text in gzip")
    return _Text(binary, raw)


def _unpacked(raw: BinaryIO) -> BinaryIO:
    magic = raw.read(len(GZIP_MAGIC))
    raw.seek(0)
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if magic == GZIP_MAGIC else raw


class _Text(TextIOWrapper):
    """Text over a file that is closed with it: a gzip stream leaves its file open."""

    def __init__(self, binary: BinaryIO, raw: BinaryIO) -> None:
        super().__init__(binary, encoding="utf-8-sig", errors="surrogateescape", newline="\n")
        self._raw = raw

    def close(self) -> None:
        super().close()
        self._raw.close()


def lines_of(path: Path) -> Iterator[Line | NotUnderstood]:
    """Yield the lines of a file, but for empty ones; :class:`BrokenOff` is the last, if it comes.

    Raises :class:`SourceUnusable`; for a damaged gzip file perhaps only at its end, where its
    checksum stands. So a reader goes through a file once before anything of it is recorded.
    """
    number = 0
    with open_text(path) as file:
        try:
            while text := file.readline(LONGEST_LINE):
                number += 1
                if len(text) == LONGEST_LINE and not text.endswith("\n"):
                    _skip_rest(file)
                    reason = f"the line is longer than {LONGEST_LINE:,} characters"
                    yield NotUnderstood(number, reason)
                    continue
                text = text.rstrip("\r\n")
                if reason := _unreadable(text):
                    yield NotUnderstood(number, reason)
                elif text.strip():
                    yield Line(number, text)
        except EOFError:
            yield BrokenOff(number + 1, "the gzip file is incomplete: it breaks off in this line")
        except _DAMAGED as error:
            reason = f"the gzip file is damaged, and no line of it can be trusted ({error})"
            raise SourceUnusable(path, reason) from error


def _skip_rest(file: TextIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith("\n"):
        pass


def _unreadable(text: str) -> str:
    if text.isascii():
        return "the line holds a NUL character" if "\0" in text else ""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"the line is not UTF-8 (from character {error.start + 1} on)"
    return "the line holds a NUL character" if "\0" in text else ""


def checked(step: S) -> S:
    """Give the step back if its values are what the domain takes.

    Raises :class:`Unfit`, which names the field.
    """
    try:
        return msgspec.json.decode(msgspec.json.encode(step), type=type(step))
    except msgspec.ValidationError as error:
        raise Unfit(in_plain_words(error)) from error


def require_command(steps: tuple[Step, ...]) -> None:
    """Raise :class:`Unfit` where there are more steps than one command may carry."""
    if len(steps) > MAX_ITEMS:
        message = f"{len(steps):,} steps are more than one command takes ({MAX_ITEMS:,})"
        raise Unfit(message)


def in_plain_words(error: msgspec.DecodeError) -> str:
    """Say what is wrong with a value, its field first."""
    said = str(error).replace("`null`", "nothing").replace("`", "'")
    if at := re.fullmatch(r"(.*) - at '(?:\$|key in )\.?(.*)'", said, re.DOTALL):
        problem, field = at.groups()
        return f"field '{field}': {_lower(problem)}" if field else _lower(problem)
    if missing := re.fullmatch(r"Object missing required field ('.*')", said, re.DOTALL):
        return f"field {missing[1]} is missing"
    return _lower(said)


def _lower(said: str) -> str:
    return said[:1].lower() + said[1:]
