"""Registers as CSV (RFC 4180) and JSON Lines, beside JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
from msgspec.structs import astuple

from cocreate.api.preferences import weights

_JSON = msgspec.json.Encoder()


class Format(StrEnum):
    """How a register is answered."""

    JSON = "json"
    CSV = "csv"
    JSON_LINES = "jsonl"


MEDIA = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.JSON_LINES: "application/jsonl; charset=utf-8",
}
_ACCEPTED = {
    "application/json": Format.JSON,
    "text/csv": Format.CSV,
    "application/jsonl": Format.JSON_LINES,
    "application/x-ndjson": Format.JSON_LINES,
}


def preferred_format(accept: str) -> Format:
    """Give the format that a reader prefers (Accept, RFC 9110); JSON where it names none."""
    best, chosen = 0.0, Format.JSON
    for media, weight in weights(accept):
        if media in _ACCEPTED and weight > best:
            best, chosen = weight, _ACCEPTED[media]
    return chosen


def csv_head(row: type[msgspec.Struct]) -> bytes:
    """Give the first line of CSV: the names of the fields."""
    return _lines([row.__struct_encode_fields__])


def csv_lines(rows: Iterable[msgspec.Struct]) -> bytes:
    """Give rows as lines of CSV."""
    return _lines([[_cell(value) for value in astuple(row)] for row in rows])


def json_lines(rows: Iterable[msgspec.Struct]) -> bytes:
    """Give rows as JSON Lines."""
    return _JSON.encode_lines(rows)


def _lines(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return safe_cell("; ".join(map(str, value)))
    if isinstance(value, str):
        return safe_cell(value)
    return str(value)


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (OWASP, CSV Injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
