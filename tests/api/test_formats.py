import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.api.formats import Format, csv_head, csv_lines, json_lines, preferred_format


class Row(msgspec.Struct, rename="camel"):
    the_text: str | None
    some: list[str]
    number: int | float
    yes: bool


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", Format.JSON),
        ("*/*", Format.JSON),
        ("text/csv", Format.CSV),
        ("application/json;q=0.2, text/csv;q=0.8", Format.CSV),
        ("text/csv;q=0, application/jsonl", Format.JSON_LINES),
        ("application/x-ndjson", Format.JSON_LINES),
        ("text/csv;q=veel", Format.JSON),
        ("image/png", Format.JSON),
    ],
)
def test_the_reader_gets_the_format_it_prefers(accept: str, expected: Format) -> None:
    assert preferred_format(accept) is expected


@given(
    st.lists(
        st.builds(Row, st.none() | st.text(), st.lists(st.text()), st.integers(), st.booleans())
    )
)
def test_csv_reads_back_and_holds_no_formula(rows: list[Row]) -> None:
    text = (csv_head(Row) + csv_lines(rows)).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["theText", "some", "number", "yes"]
    assert len(read) == len(rows) + 1
    for line, row in zip(read[1:], rows, strict=True):
        cell = line[0]
        assert cell.removeprefix("'") == (row.the_text or "").removeprefix("'") or (
            cell == (row.the_text or "")
        )
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert line[2] == str(row.number)


def test_json_lines_hold_one_row_a_line() -> None:
    rows = [Row("a\nb", [], 1, True), Row(None, ["c"], 2.5, False)]
    lines = json_lines(rows).splitlines()
    assert [msgspec.json.decode(line, type=Row) for line in lines] == rows
