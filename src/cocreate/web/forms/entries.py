"""What was typed in a form, by where it stands: read as the JSON that a client sends, and back.

A field is named by the keys that lead to it, with a dot between: ``outcomes.0.deviation.ground``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from cocreate.web.forms.fields import Field, Kind

TRUE: Final = "true"
LONGEST_NUMBER: Final = 15
_DUTCH_DAY: Final = "%d-%m-%Y"

Body = dict[str, Any]
"""A body as JSON has it."""


class Entries:
    """What stands in the fields of a form, as text."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._typed: dict[str, list[str]] = {}
        for name, text in pairs:
            self.add(name, text)

    @classmethod
    def parse(cls, text: str) -> Entries:
        """Give what :meth:`as_text` wrote."""
        return cls(parse_qsl(text, keep_blank_values=True))

    def as_text(self) -> str:
        """Write all of it down in one text."""
        return urlencode(list(self.pairs()))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Give it as a browser would send it."""
        for name, texts in self._typed.items():
            for text in texts:
                yield name, text

    def add(self, at: str, text: str) -> None:
        """Let a text stand in a field, beside what stands there."""
        self._typed.setdefault(at, []).append(text)

    def put(self, at: str, texts: Iterable[str]) -> None:
        """Let these stand in a field, and nothing else."""
        self._typed[at] = list(texts)

    def update(self, typed: Entries) -> None:
        """Let what stands in another form stand in this one."""
        self._typed.update(typed._typed)

    def one(self, at: str) -> str:
        """Give what stands in a field."""
        texts = self._typed.get(at)
        return texts[-1].replace("\r\n", "\n").strip() if texts else ""

    def all(self, at: str) -> Sequence[str]:
        """Give all that was chosen in a field."""
        return [text for text in self._typed.get(at, ()) if text]

    def own(self, at: str) -> Sequence[str]:
        """Give all that a form sent of a field itself, just as it was typed."""
        return self._typed.get(at, ())

    def holds(self, at: str) -> bool:
        """Tell whether a form sent anything of a field, be it empty."""
        return at in self._typed or any(name.startswith(f"{at}.") for name in self._typed)

    def rows(self, at: str) -> Sequence[int]:
        """Give the numbers of the parts that a field holds, in order."""
        found = set()
        for name in self._typed:
            if name.startswith(f"{at}."):
                number = name[len(at) + 1 :].partition(".")[0]
                if number.isdecimal() and number.isascii():
                    found.add(int(number))
        return sorted(found)


def below(at: str, key: object) -> str:
    """Give where something within a field stands."""
    return f"{at}.{key}" if at else str(key)


# -- read -----------------------------------------------------------------------------------------


def body_of(fields: Sequence[Field], typed: Entries, at: str = "") -> Body:
    """Give what was typed as JSON; what does not fit stands in it as it was typed."""
    body: Body = {}
    for field in fields:
        value = _value(field, typed, below(at, field.key))
        if value is not None and value != field.default:
            body[field.key] = value
    return body


def _value(field: Field, typed: Entries, at: str) -> object:
    match field.kind:
        case Kind.DATE:
            return _day(typed.one(at))
        case Kind.NUMBER | Kind.STEP:
            return _number(typed.one(at))
        case Kind.FLAG:
            return (TRUE in typed.all(at)) or None
        case Kind.CHOICES | Kind.REFERENCES:
            return list(typed.all(at)) or None
        case Kind.STEPS:
            return [_number(text) for text in typed.all(at)] or None
        case Kind.LINES:
            return [line.strip() for line in typed.one(at).splitlines() if line.strip()] or None
        case Kind.PART:
            return body_of(field.fields, typed, at) or None
        case Kind.PARTS:
            return [
                part for row in typed.rows(at) for part in _parts(field, typed, at, row)
            ] or None
        case Kind.CHANGES:
            return _changes(field, typed, at) or None
        case _:
            return typed.one(at) or None


def _parts(field: Field, typed: Entries, at: str, row: int) -> Iterator[Body]:
    """Give the part that a row says, or one for each subject that the row is about."""
    part = body_of(field.fields, typed, below(at, row))
    if field.spread is not None and field.spread in part:
        for subject in part[field.spread]:
            yield {**part, field.spread: subject}
    elif part:
        yield part


def _changes(field: Field, typed: Entries, at: str) -> Body:
    """Give what was typed that is not what the step says now."""
    changes: Body = {}
    for each in field.fields:
        place = below(at, each.key)
        if typed.holds(place):
            value = _value(each, typed, place)
            value = each.default if value is None else value
            if value != field.now.get(each.key, each.default):
                changes[each.key] = value
    return changes


def _day(text: str) -> str | None:
    try:
        return datetime.strptime(text, _DUTCH_DAY).date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        return text or None


def _number(text: str) -> int | str | None:
    fits = re.fullmatch(r"-?[0-9]+", text) and len(text) <= LONGEST_NUMBER
    return int(text) if fits else text or None


# -- write ----------------------------------------------------------------------------------------


def entries_of(fields: Sequence[Field], body: Mapping[str, Any]) -> Entries:
    """Give what has to be typed for a body."""
    typed = Entries()
    _write(fields, body, typed, "")
    return typed


def _write(fields: Sequence[Field], body: Mapping[str, Any], typed: Entries, at: str) -> None:
    for field in fields:
        if (value := body.get(field.key)) is not None:
            _write_one(field, value, typed, below(at, field.key))


def _write_one(field: Field, value: Any, typed: Entries, at: str) -> None:  # noqa: ANN401 - JSON
    match field.kind:
        case Kind.FLAG:
            typed.put(at, [TRUE] if value else [])
        case Kind.LINES:
            typed.put(at, ["\n".join(value)])
        case Kind.CHOICES | Kind.STEPS:
            typed.put(at, map(str, value))
        case Kind.REFERENCES:
            typed.put(at, [value] if isinstance(value, str) else value)
        case Kind.PART:
            _write(field.fields, value, typed, at)
        case Kind.PARTS:
            for row, part in enumerate(value):
                _write(field.fields, part, typed, below(at, row))
        case Kind.CHANGES:
            _write(field.fields, value, typed, at)
        case _:
            typed.put(at, [str(value)])


# -- parts of a form, more and fewer --------------------------------------------------------------


def kept(fields: Sequence[Field], typed: Entries) -> Entries:
    """Give what stands in these fields; parts in which nothing was typed are left out.

    So the numbers of parts are those that they have in the body.
    """
    result = Entries()
    _keep(fields, typed, result, "", "")
    return result


def _keep(fields: Sequence[Field], typed: Entries, result: Entries, at: str, to: str) -> None:
    for field in fields:
        here, there = below(at, field.key), below(to, field.key)
        if field.kind in (Kind.PART, Kind.CHANGES):
            _keep(field.fields, typed, result, here, there)
        elif field.kind is Kind.PARTS:
            said = (
                row for row in typed.rows(here) if body_of(field.fields, typed, f"{here}.{row}")
            )
            for number, row in enumerate(said):
                _keep(field.fields, typed, result, below(here, row), below(there, number))
        if typed.own(here):
            day = field.kind is Kind.DATE
            result.put(there, [_day(typed.one(here)) or ""] if day else typed.own(here))


def with_one_more(typed: Entries, at: str, first: Field) -> Entries:
    """Give it with a further, empty part, of which a field is the first."""
    result = Entries(typed.pairs())
    rows = typed.rows(at)
    result.put(below(below(at, rows[-1] + 1 if rows else 0), first.key), [""])
    return result


def without(typed: Entries, at: str) -> Entries:
    """Give it without a part."""
    gone = f"{at}."
    return Entries((name, text) for name, text in typed.pairs() if not name.startswith(gone))


def today_in(fields: Sequence[Field], day: date) -> Entries:
    """Give what stands in a new form: that it happened on a day, and each number by default."""
    typed = Entries()
    for field in fields:
        if field.key == "occurredOn":
            typed.put(field.key, [day.isoformat()])
        elif field.kind is Kind.NUMBER and field.default is not None:
            typed.put(field.key, [str(field.default)])
    return typed
