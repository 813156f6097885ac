"""What is wrong with a form, each thing at the field that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from cocreate.api.problem_texts import INPUT
from cocreate.api.problems import FieldError
from cocreate.domain import errors
from cocreate.domain.errors import Fact, RuleBroken
from cocreate.domain.glossary import label
from cocreate.domain.vocabulary import Outcome, Vocabulary
from cocreate.projections.accounts.account import Account
from cocreate.projections.story import day_in_words
from cocreate.web.forms.entries import Entries, below, body_of
from cocreate.web.forms.fields import Field, Kind
from cocreate.web.texts import Texts

Said = Callable[[Field], str]
"""Gives what a field is called."""


class Wrong(NamedTuple):
    """One thing that is wrong: where, what the field is called, and what is the matter."""

    at: str
    """Where it stands; empty for the form as a whole."""
    said: str
    text: str


class Placed(NamedTuple):
    """A field, and where in the form it stands."""

    at: str
    field: Field | None


# -- of the input ---------------------------------------------------------------------------------


def wrong_input(
    found: Iterable[FieldError], fields: Sequence[Field], typed: Entries, t: Texts, said: Said
) -> list[Wrong]:
    """Say what is wrong with the input, at its fields."""
    told: dict[Wrong, None] = {}
    for error in found:
        placed = place_of(fields, typed, error.location)
        name = "" if placed.field is None else said(placed.field)
        told[Wrong(placed.at, name, _in_words(error, placed.field, t))] = None
    return list(told)


def place_of(fields: Sequence[Field], typed: Entries, pointer: str) -> Placed:
    """Give the field that a JSON pointer into the body is about."""
    at, inside, found = "", fields, Placed("", None)
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    while keys:
        field = next((each for each in inside if each.key == keys[0]), None)
        if field is None:
            return found
        at = below(at, field.key)
        found = Placed(at, field)
        keys = keys[1:]
        if field.kind is Kind.PARTS and keys and keys[0].isdecimal():
            at = below(at, _row_of(field, typed, at, int(keys[0])))
            keys = keys[1:]
        inside = field.fields
    return found


def _row_of(field: Field, typed: Entries, at: str, number: int) -> int:
    """Give the row that a part of the body was typed in."""
    before = 0
    for row in typed.rows(at):
        subjects = typed.all(f"{at}.{row}.{field.spread}") if field.spread else ()
        before += max(1, len(subjects))
        if number < before:
            return row
    return number


def _in_words(error: FieldError, field: Field | None, t: Texts) -> str:
    """Say what is wrong in the words of people who fill in forms, not of those who send JSON."""
    names = [f"wrong-{error.code}-{field.name}"] if field is not None else []
    if field is not None and field.kind in _MANY:
        names.append(f"wrong-{error.code}-some")
    for name in (*names, f"wrong-{error.code}"):
        if t.has(name):
            return t(name, **{key: value or "" for key, value in error.facts.items()})
    nl, en = INPUT[error.code]
    return (nl if t.language == "nl" else en).format(**error.facts)


_MANY: Final = frozenset({Kind.REFERENCES, Kind.CHOICES, Kind.PARTS, Kind.STEPS, Kind.LINES})


# -- of the rules ---------------------------------------------------------------------------------

_FIELD_OF: Final[Mapping[type[RuleBroken], str]] = {
    errors.OccurredInFuture: "occurredOn",
    errors.GroundsMissing: "deviation.ground",
    errors.DeviationWithoutCause: "outcome",
    errors.MotivationMissing: "motivation",
    errors.GroundNotStated: "ground",
    errors.TensionNeedsTwoValues: "and",
    errors.NothingAnnounced: "sentOn",
    errors.NobodyNamed: "department",
    errors.ConsentNeedsDate: "until",
    errors.ExtensionTooLate: "occurredOn",
    errors.NoticeTooEarly: "occurredOn",
    errors.CorrectionOfInternalIsPublic: "visibility",
}
"""The key of the field that a rule is about."""


def wrong_by_rule(
    broken: RuleBroken,
    fields: Sequence[Field],
    typed: Entries,
    t: Texts,
    said: Said,
    subjects: Mapping[str, Account],
) -> Wrong:
    """Say which rule is broken, at the field that it names if it names one."""
    placed = place_of_rule(broken, fields, typed)
    name = "" if placed.field is None else said(placed.field)
    called = {each.field.key: said(each.field) for each in _every(fields, typed, "") if each.field}
    account = subjects.get(str(broken.facts.get("id")))
    facts = {
        key: _fact_in_words(key, fact, called, account, t) for key, fact in broken.facts.items()
    }
    return Wrong(placed.at, name, type(broken)(**facts).detail(t.language))


def _fact_in_words(
    key: str, fact: Fact, called: Mapping[str, str], account: Account | None, t: Texts
) -> Fact:
    """Say a fact that a rule names as people call it, rather than by its code."""
    match key:
        case "id" if account is not None:
            return account.title
        case "kind" if t.has(f"kind-{fact}"):
            return t(f"kind-{fact}").lower()
        case "status" if account is not None and isinstance(account.stands, Vocabulary):
            return label(account.stands, t.language)
        case "outcome":
            return label(Outcome(str(fact)), t.language)
        case "field" | "earlier" | "later":
            return called.get(str(fact), fact)
    try:
        return day_in_words(date.fromisoformat(str(fact)), t.language)
    except ValueError:
        return fact


def place_of_rule(broken: RuleBroken, fields: Sequence[Field], typed: Entries) -> Placed:
    """Give the field that a rule is about: by its kind, by the field it names, or by the id."""
    every = list(_every(fields, typed, ""))
    named = str(broken.facts.get("id", ""))
    holding = [each for each in every if named and named in typed.all(each.at)]
    key = _FIELD_OF.get(type(broken)) or str(
        broken.facts.get("field") or broken.facts.get("later") or ""
    )
    if key:
        row = holding[0].at.rpartition(".")[0] if holding else ""
        for start in dict.fromkeys((row, "")):
            for each in every:
                if each.at == below(start, key):
                    return each
        for each in every:
            if each.at.endswith(f".{key}") and _is_cause(broken, each, typed):
                return each
    if holding:
        return holding[0]
    if "step" in broken.facts:
        return next((each for each in every if each.at in ("step", "steps")), Placed("", None))
    return Placed("", None)


def _is_cause(broken: RuleBroken, placed: Placed, typed: Entries) -> bool:
    """Tell whether what stands in a field, one of several of the same key, breaks the rule."""
    if isinstance(broken, errors.TensionNeedsTwoValues):
        return (
            typed.one(placed.at)
            == broken.facts["value"]
            == typed.one(f"{placed.at.rpartition('.')[0]}.between")
        )
    if isinstance(broken, errors.GroundNotStated):
        return typed.one(placed.at) == "not-stated"
    return True


def _every(fields: Sequence[Field], typed: Entries, at: str) -> Iterator[Placed]:
    """Give every field of a form, with those of its parts."""
    for field in fields:
        here = below(at, field.key)
        yield Placed(here, field)
        if field.kind in (Kind.PART, Kind.CHANGES):
            yield from _every(field.fields, typed, here)
        elif field.kind is Kind.PARTS:
            for row in typed.rows(here):
                yield from _every(field.fields, typed, below(here, row))


def is_filled(field: Field, typed: Entries, at: str) -> bool:
    """Tell whether anything was typed in a part."""
    return bool(body_of(field.fields, typed, at))
