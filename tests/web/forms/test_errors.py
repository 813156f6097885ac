"""What is wrong with a form stands at the field that it is about."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.api.validation import errors_in
from cocreate.domain import errors
from cocreate.domain.errors import RuleBroken
from cocreate.web.forms.catalogue import form_fields, said_as
from cocreate.web.forms.entries import Entries, body_of
from cocreate.web.forms.errors import place_of, place_of_rule


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    data=st.data(),
)
def test_an_error_in_a_body_is_placed_in_the_part_that_it_was_typed_in(
    sizes: list[int], data: st.DataObject
) -> None:
    typed = Entries()
    for row, size in enumerate(sizes):
        for each in range(size):
            typed.add(f"outcomes.{row}.subject", f"w{row}-{each}")
        typed.put(f"outcomes.{row}.outcome", ["rejected"])
        typed.put(f"outcomes.{row}.deviation.ground", ["budget"])
    wrong = data.draw(st.integers(0, len(sizes) - 1))
    typed.put(f"outcomes.{wrong}.outcome", ["misschien"])
    fields = form_fields("decisions")
    found = errors_in(msgspec.json.encode(body_of(fields, typed)), said_as("decisions"))
    placed = {place_of(fields, typed, each.location).at for each in found}
    assert f"outcomes.{wrong}.outcome" in placed
    assert all(f"outcomes.{row}.outcome" not in placed for row in range(len(sizes)) if row != wrong)
    assert placed >= {f"outcomes.{row}.deviation.motivation" for row in range(len(sizes))}


@pytest.mark.parametrize(
    "pointer", ["", "/", "/nergens", "/outcomes/x/y", "/outcomes/99/outcome", "/title/0/1"]
)
def test_an_error_that_is_nowhere_in_the_form_breaks_nothing(pointer: str) -> None:
    assert place_of(form_fields("decisions"), Entries(), pointer).at in (
        "",
        "outcomes",
        "outcomes.99.outcome",
        "title",
    )


DECISION: Any = [
    ("outcomes.0.subject", "a"),
    ("outcomes.1.subject", "b"),
    ("outcomes.1.deviation.ground", "law"),
    ("outcomes.1.deviation.tension.between", "safety"),
    ("outcomes.1.deviation.tension.and", "safety"),
    ("outcomes.0.deviation.tension.between", "safety"),
    ("outcomes.0.deviation.tension.and", "privacy"),
]


@pytest.mark.parametrize(
    ("noun", "typed", "broken", "at"),
    [
        (
            "decisions",
            DECISION,
            errors.GroundsMissing(outcome="rejected", id="b"),
            "outcomes.1.deviation.ground",
        ),
        ("decisions", DECISION, errors.MotivationMissing(id="a"), "outcomes.0.motivation"),
        (
            "decisions",
            DECISION,
            errors.TensionNeedsTwoValues(value="safety"),
            "outcomes.1.deviation.tension.and",
        ),
        (
            "decisions",
            DECISION,
            errors.WrongStatus(kind="wish", id="b", status="split"),
            "outcomes.1.subject",
        ),
        ("decisions", DECISION, errors.OccurredInFuture(occurred_on="x", today="y"), "occurredOn"),
        (
            "decisions",
            DECISION,
            errors.DatesOutOfOrder(
                later="sentOn", later_on="x", earlier="occurredOn", earlier_on="y"
            ),
            "sentOn",
        ),
        (
            "decisions",
            DECISION,
            errors.DateTooFar(field="effectiveOn", on="x", last="y"),
            "effectiveOn",
        ),
        ("wishes", [("wish", "licht")], errors.IdTaken(id="licht"), "wish"),
        ("wishes", [], errors.ProjectClosed(status="stopped"), ""),
        ("obstacle-reassignments", [("obstacle", "h")], errors.NobodyNamed(), "department"),
        ("publications", [("steps", "3")], errors.NotInternal(step=3), "steps"),
        ("corrections", [("step", "3")], errors.UnknownStep(step=3), "step"),
    ],
)
def test_a_rule_is_told_where_it_can_be_kept(
    noun: str, typed: list[tuple[str, str]], broken: RuleBroken, at: str
) -> None:
    assert place_of_rule(broken, form_fields(noun), Entries(typed)).at == at
