"""A step, typed into its form and read from it, is the same step."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.forms.generating import steps

from cocreate.api.validation import errors_in
from cocreate.domain.project.record import correctable_fields
from cocreate.domain.steps import EVENT_OF, STEPS
from cocreate.web.forms.catalogue import form_fields, said_as
from cocreate.web.forms.entries import (
    Entries,
    body_of,
    entries_of,
    kept,
    with_one_more,
    without,
)
from cocreate.web.forms.fields import Field, Kind
from cocreate.web.forms.form import changes_field

FILLED = sorted(set(STEPS) - {"corrections"})
"""Those whose fields are known beforehand; a correction has those of another step."""
CORRECTABLE = sorted(
    noun
    for noun, step in STEPS.items()
    if correctable_fields(EVENT_OF[step])  # type: ignore[arg-type]
)


def as_browsers_send(typed: Entries) -> Entries:
    """Let line ends be those of a form that was sent."""
    return Entries((name, text.replace("\n", "\r\n")) for name, text in typed.pairs())


@pytest.mark.parametrize("noun", FILLED)
@settings(max_examples=10)
@given(data=st.data())
def test_what_is_typed_for_a_step_is_that_step(noun: str, data: st.DataObject) -> None:
    struct, fields = said_as(noun), form_fields(noun)
    step = data.draw(steps(struct))
    typed = entries_of(fields, msgspec.to_builtins(step))
    sent = as_browsers_send(Entries.parse(typed.as_text()))
    body = body_of(fields, sent)
    assert msgspec.convert(body, struct) == step
    assert body_of(fields, kept(fields, sent)) == body


@pytest.mark.parametrize("noun", CORRECTABLE)
@settings(max_examples=10)
@given(data=st.data())
def test_a_correction_changes_what_was_typed_otherwise_and_nothing_else(
    noun: str, data: st.DataObject
) -> None:
    step = STEPS[noun]
    may_change = correctable_fields(EVENT_OF[step])  # type: ignore[arg-type]
    of = [each for each in form_fields(noun) if each.key in may_change]
    now, wanted = (as_json(data.draw(steps(step))) for _ in range(2))
    fields = changes_field(form_fields("corrections"), of, now)
    filled: dict[str, Any] = {each.key: wanted[each.key] for each in of if each.key in wanted}
    typed = entries_of(fields, {"step": 3, "changes": filled})
    for each in of:
        if each.key not in filled:  # an empty field is sent all the same
            typed.put(f"changes.{each.key}", [""])
    changes = body_of(fields, as_browsers_send(typed)).get("changes", {})
    for each in of:
        is_now = now.get(each.key, each.default)
        is_wanted = filled.get(each.key, each.default)
        assert (each.key in changes) == (is_now != is_wanted)
        assert changes.get(each.key, is_now) == is_wanted


def as_json(step: object) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(step))
    return said


@given(
    noun=st.sampled_from(FILLED),
    pairs=st.lists(
        st.tuples(
            st.text(alphabet="abcdefot.0129-", max_size=20)
            | st.sampled_from(
                ["outcomes.0.subject", "outcomes.7.outcome", "occurredOn", "votes.inFavour"]
            ),
            st.text(max_size=8),
        ),
        max_size=12,
    ),
)
def test_whatever_is_sent_is_read_and_what_is_wrong_with_it_found(
    noun: str, pairs: list[tuple[str, str]]
) -> None:
    fields = form_fields(noun)
    typed = kept(fields, Entries(pairs))
    body = msgspec.json.encode(body_of(fields, typed))
    try:
        msgspec.json.decode(body, type=said_as(noun))
    except msgspec.ValidationError:
        assert errors_in(body, said_as(noun))


def test_parts_without_a_word_are_left_out_and_the_others_keep_their_order() -> None:
    fields = form_fields("sessions")
    typed = Entries(
        [("documents.0.title", ""), ("documents.4.title", "A"), ("documents.9.title", "B")]
    )
    assert [*kept(fields, typed).pairs()] == [
        ("documents.0.title", "A"),
        ("documents.1.title", "B"),
    ]


def test_a_part_more_and_a_part_less_leave_the_others_as_they_were_typed() -> None:
    fields = {each.key: each for each in form_fields("sessions")}
    documents: Field = fields["documents"]
    typed = Entries([("title", "Avond"), ("documents.0.title", "A"), ("documents.1.title", "B")])
    longer = with_one_more(typed, "documents", documents.fields[0])
    assert longer.rows("documents") == [0, 1, 2]
    assert longer.one("documents.1.title") == "B"
    shorter = without(longer, "documents.0")
    assert [*kept([*fields.values()], shorter).pairs()] == [
        ("title", "Avond"),
        ("documents.0.title", "B"),
    ]


def test_one_outcome_is_said_of_many_subjects_at_once() -> None:
    typed = Entries(
        [
            *(("outcomes.0.subject", f"W{number}") for number in range(300)),
            ("outcomes.0.outcome", "rejected"),
            ("outcomes.0.deviation.ground", "budget"),
            ("outcomes.1.subject", "P1"),
            ("outcomes.1.outcome", "adopted"),
        ]
    )
    outcomes = body_of(form_fields("decisions"), typed)["outcomes"]
    assert len(outcomes) == 301
    assert outcomes[299] == {
        "subject": "W299",
        "outcome": "rejected",
        "deviation": {"ground": "budget"},
    }
    assert outcomes[300] == {"subject": "P1", "outcome": "adopted"}


def test_days_are_taken_as_people_in_the_netherlands_write_them() -> None:
    fields = form_fields("pauses")
    assert body_of(fields, Entries([("occurredOn", " 31-1-2026 ")]))["occurredOn"] == "2026-01-31"
    assert body_of(fields, Entries([("occurredOn", "gisteren")]))["occurredOn"] == "gisteren"


def test_a_form_has_every_field_of_its_step() -> None:
    for noun in STEPS:
        names = {each.encode_name for each in msgspec.structs.fields(said_as(noun))}
        shown = {each.key for each in form_fields(noun)}
        assert names - shown <= {"sourceStatesNoMotivation"}
        assert all(each.fields for each in form_fields(noun) if each.kind is Kind.PARTS)
