from datetime import date
from typing import Any, get_type_hints

import msgspec
import pytest
from msgspec import UNSET

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import (
    CATALOGUE,
    EVENT_OF,
    approvals,
    commitments,
    course,
    decisions,
    record,
    wishes,
)
from cocreate.domain.steps.base import (
    ENVELOPE,
    Document,
    Event,
    Reference,
    Step,
    content_of,
    fields_of,
    mentioning,
    personal_fields,
    references,
)
from cocreate.domain.vocabulary import (
    ApprovalKind,
    Body,
    DeviationGround,
    Outcome,
    PublicValue,
    Visibility,
)

DAY = date(2025, 3, 3)
each_event = pytest.mark.parametrize("event", CATALOGUE, ids=lambda event: event.__name__)


def decoded(json: str, kind: type[Any]) -> Any:
    return msgspec.json.decode(json, type=kind)


# -- what a step and its event have in common


@pytest.mark.parametrize("kind", EVENT_OF, ids=lambda kind: kind.noun)
def test_an_event_has_every_field_of_its_step(kind: type[Step]) -> None:
    assert set(fields_of(kind)) | ENVELOPE.keys() <= set(fields_of(EVENT_OF[kind]))


@each_event
def test_an_event_has_its_identity_beside_its_data(event: type[Event]) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(event)}  # type: ignore[arg-type]
    assert all(fields[name].default is UNSET for name in ENVELOPE)


def test_an_event_is_read_without_its_envelope() -> None:
    expressed = decoded('{"wish": "licht", "title": "Licht"}', wishes.WishExpressed)
    assert expressed.title == "Licht"
    assert all(getattr(expressed, name) is UNSET for name in ENVELOPE)
    assert msgspec.json.encode(expressed) == b'{"wish":"licht","title":"Licht"}'


def test_a_step_says_when_it_happened() -> None:
    with pytest.raises(msgspec.ValidationError, match="occurredOn"):
        decoded('{"title": "Licht"}', wishes.ExpressWish)


def test_the_content_of_a_step_is_its_fields() -> None:
    said = wishes.SupportWish(occurred_on=DAY, wish="licht")
    assert content_of(said) == {
        "occurred_on": DAY,
        "visibility": None,
        "source": None,
        "wish": "licht",
        "by": None,
        "supporters": 1,
    }


@each_event
def test_an_event_starts_at_schema_version_one_or_can_be_upcast(event: type[Event]) -> None:
    assert [*event.upcasts] == [*range(1, event.schema_version)]


# -- JSON


def test_names_are_camel_case() -> None:
    said = course.AssessSuitability(
        occurred_on=DAY,
        verdict="go",  # type: ignore[arg-type]
        political_sensitivity="low",  # type: ignore[arg-type]
        rule_pressure="high",  # type: ignore[arg-type]
        body=Body.COLLEGE,
        motivation="Ja.",
    )
    assert {"occurredOn", "politicalSensitivity", "rulePressure"} < msgspec.to_builtins(said).keys()


def test_a_tension_reads_between_and() -> None:
    torn = decisions.Tension(between=PublicValue.SAFETY, and_=PublicValue.PRIVACY)
    assert msgspec.to_builtins(torn) == {"between": "safety", "and": "privacy"}


@pytest.mark.parametrize(
    ("json", "kind"),
    [
        ('{"occurredOn": "2025-03-03", "title": "x", "colour": "red"}', wishes.ExpressWish),
        ('{"wish": "licht", "title": "x", "colour": "red"}', wishes.WishExpressed),
        ('{"title": "x", "url": "https://x.nl", "colour": "red"}', Document),
    ],
)
def test_unknown_fields_are_refused(json: str, kind: type[Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        decoded(json, kind)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (wishes.ExpressWish, {"title": ""}),
        (wishes.ExpressWish, {"title": "x" * 201}),
        (wishes.ExpressWish, {"title": "x", "text": "x" * 10_001}),
        (wishes.ExpressWish, {"title": "x", "source": "x" * 301}),
        (wishes.ExpressWish, {"title": "x", "url": "javascript:alert(1)"}),
        (wishes.ExpressWish, {"title": "x", "wish": "spatie erin"}),
        (wishes.ExpressWish, {"title": "x", "wish": "x" * 41}),
        (wishes.ExpressWish, {"title": "x", "wish": "../x"}),
        (wishes.ExpressWish, {"title": "x", "visibility": "secret"}),
        (wishes.SupportWish, {"wish": "x", "supporters": 0}),
        (wishes.SupportWish, {"wish": "x", "supporters": 10_000_001}),
        (wishes.MergeWishes, {"wishes": ["a"], "title": "x"}),
        (wishes.SubmitProposal, {"title": "x", "answers": ["w"] * 1_001}),
        (wishes.SplitWish, {"wish": "x", "into": [{"title": "x"}]}),
        (wishes.SplitWish, {"wish": "x", "into": [{"title": "x"}] * 101}),
        (decisions.GiveFeedback, {"about": [], "channel": "letter", "text": "x"}),
        (record.PublishSteps, {"steps": []}),
        (record.PublishSteps, {"steps": [0]}),
        (record.CorrectStep, {"step": 1, "changes": {}, "reason": "x"}),
        (record.CorrectStep, {"step": 0, "changes": {"title": "x"}, "reason": "x"}),
    ],
)
def test_texts_and_lists_are_bounded(kind: type[Step], fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"occurredOn": "2025-03-03", **fields}, kind)


@pytest.mark.parametrize("kind", EVENT_OF, ids=lambda kind: kind.noun)
def test_every_text_and_list_that_can_be_said_has_a_bound(kind: type[Step]) -> None:
    assert [*unbounded(msgspec.inspect.type_info(kind))] == []


def unbounded(kind: Any, name: str = "") -> list[str]:
    match kind:
        case msgspec.inspect.StrType(max_length=None, pattern=None):
            return [name]
        case msgspec.inspect.VarTupleType(item_type=item, max_length=longest):
            return [*([name] if longest is None else []), *unbounded(item, name)]
        case msgspec.inspect.UnionType(types=kinds):
            return [found for one in kinds for found in unbounded(one, name)]
        case msgspec.inspect.StructType(fields=fields):
            return [found for one in fields for found in unbounded(one.type, one.name)]
        case msgspec.inspect.DictType(key_type=key, max_length=longest):
            return [*([name] if longest is None else []), *unbounded(key, name)]
        case _:
            return []


# -- references


def test_a_step_mentions_subjects_in_the_order_of_its_fields() -> None:
    said = wishes.SubmitProposal(
        occurred_on=DAY, proposal="plan", title="x", answers=("a", "b"), by="buurt"
    )
    assert [*references(said)] == [
        Reference("wish", "a"),
        Reference("wish", "b"),
        Reference("party", "buurt"),
    ]


def test_an_event_mentions_what_it_created() -> None:
    expressed = wishes.WishExpressed(occurred_on=DAY, wish="licht", title="x")
    assert [*references(expressed)] == [Reference("wish", "licht")]


def test_parts_mention_too() -> None:
    said = decisions.RecordDecision(
        occurred_on=DAY,
        body=Body.COUNCIL,
        title="x",
        outcomes=(
            decisions.SubjectOutcome(subject="licht", outcome=Outcome.ADOPTED),
            decisions.SubjectOutcome(subject="plan", outcome=Outcome.DEFERRED),
        ),
        departs_from_advice="advies",
    )
    assert {*references(said)} == {
        Reference("*", "licht"),
        Reference("*", "plan"),
        Reference("advice", "advies"),
    }


def test_what_is_not_said_is_not_mentioned() -> None:
    said = approvals.RequestApproval(
        occurred_on=DAY,
        kind=ApprovalKind.PERMIT,
        title="x",
        authority="x",
        procedure=Procedure.NONE,
    )
    assert [*references(said)] == []


def test_every_event_about_something_says_which_fields_mention_it() -> None:
    assert mentioning(decisions.DeviationRecorded) == {
        "deviation",
        "decision",
        "subjects",
        "wishes",
    }
    assert mentioning(wishes.WishSplit) == {"wish", "into"}
    assert mentioning(course.ProjectPaused) == set()


@each_event
def test_what_recording_finds_is_a_reference_too(event: type[Event]) -> None:
    hints = get_type_hints(event, include_extras=True)
    for name in ("wishes", "deviations", "settles"):
        assert name not in hints or name in mentioning(event)


# -- personal data


def test_personal_data_of_a_party_is_marked_with_whose_it_is() -> None:
    assert personal_fields(course.PartyJoined) == {
        "name": "party",
        "contact": "party",
        "role": "party",
        "about": "party",
    }
    assert personal_fields(course.JoinParty) == personal_fields(course.PartyJoined)
    assert personal_fields(course.PartyLeft) == {"reason": "party"}
    for event in (
        wishes.WishExpressed,
        wishes.RealisationJudged,
        decisions.DeviationContested,
        commitments.ReflectionRecorded,
    ):
        assert personal_fields(event) == {"text": "by"}
    assert personal_fields(record.StepCorrected) == {"changes": "party"}


def test_who_holds_an_office_is_no_personal_data() -> None:
    for event in (decisions.DecisionRecorded, decisions.AdviceGiven, commitments.CommitmentMade):
        assert not personal_fields(event)


@each_event
def test_whose_personal_data_it_is_stands_in_the_event(event: type[Event]) -> None:
    whose = personal_fields(event).values()  # type: ignore[arg-type]
    assert set(whose) <= mentioning(event)


def test_who_someone_is_stays_internal_by_default() -> None:
    assert course.JoinParty.by_default is Visibility.INTERNAL
    assert course.LeaveParty.by_default is Visibility.INTERNAL


def test_a_deviation_from_an_import_may_lack_its_motivation_in_the_log_only() -> None:
    json = '{"deviation": "d", "subjects": ["w"], "ground": "not-stated"}'
    assert decoded(json, decisions.DeviationRecorded).ground is DeviationGround.NOT_STATED
    with pytest.raises(msgspec.ValidationError, match="motivation"):
        decoded(
            '{"occurredOn": "2025-03-03", "subjects": ["w"], "ground": "law"}',
            decisions.RecordDeviation,
        )
