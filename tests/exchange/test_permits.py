import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cocreate.domain.errors import DatesOutOfOrder
from cocreate.domain.moment import Moment
from cocreate.domain.project import Project
from cocreate.domain.steps.approvals import ConcludeApproval, RequestApproval
from cocreate.domain.steps.base import Step
from cocreate.domain.steps.decisions import GiveAdvice
from cocreate.domain.vocabulary import AdviceConclusion, Sector
from cocreate.exchange import permits
from cocreate.exchange.source import BrokenOff, NotUnderstood, SourceUnusable, Understood

REAL = "wabo-permit-receipts.csv.gz"
IMPORTING = Moment(now=datetime.now(UTC), importing=True)

ROW = {
    "case:channel": "Internet",
    "case:concept:name": "case-1",
    "case:deadline": "2011-12-06 13:41:31.788000+01:00",
    "case:department": "General",
    "case:enddate": "2011-11-17 07:53:06.189000+01:00",
    "case:enddate_planned": "2011-12-07 13:41:31.788000+01:00",
    "case:group": "Group 2",
    "case:responsible": "Resource21",
    "case:startdate": "2011-10-10 23:42:22.688000+00:00",
    "concept:instance": "task-1",
    "concept:name": "Confirmation of receipt",
    "lifecycle:transition": "complete",
    "org:group": "Group 1",
    "org:resource": "Resource21",
    "time:timestamp": "2011-10-11 13:45:40.276000+02:00",
}


def row(number: int, **changes: str) -> dict[str, str]:
    renamed = {"case": "case:concept:name", "task": "concept:name", "at": "time:timestamp"}
    return (
        ROW
        | {"concept:instance": f"task-{number}"}
        | {renamed.get(name, name.replace("__", ":")): value for name, value in changes.items()}
    )


def csv_of(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "permits.csv"
    path.write_text(csv_of(*rows))
    return path


def steps_of(folder: Path, *rows: dict[str, str]) -> tuple[Step, ...]:
    (item,) = permits.read(write(folder, *rows))
    assert isinstance(item, Understood), item
    return item.steps


def cases_of(items: list[Understood | NotUnderstood]) -> list[str]:
    return [item.key for item in items if isinstance(item, Understood)]


def test_the_real_file_is_understood_and_accepted_whole(
    real_file: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    path = real_file(REAL)
    began = perf_counter()

    project = Project.start(uuid4(), permits.start(path), IMPORTING)
    items = list(permits.read(path))
    for item in items:
        assert isinstance(item, Understood), item
        project.take(item.steps, IMPORTING)

    record_property("seconds", round(perf_counter() - began, 2))
    assert len(items) == 717
    assert sum(item.lines for item in items if isinstance(item, Understood)) == 4279
    assert [item.line for item in items] == sorted(item.line for item in items)
    assert Counter(type(event).__name__ for event in project.pending_events) == {
        "ProjectStarted": 1,
        "ApprovalRequested": 717,
        "AdviceGiven": 58,
        "ApprovalConcluded": 657,
    }
    assert permits.survey(path) == permits.Survey(
        lines=4279,
        cases=717,
        advice=58,
        concluded=657,
        concluded_late=145,
        unfinished=60,
        held=10,
        first_on=date(2010, 10, 1),
        last_on=date(2012, 1, 23),
    )


def test_no_person_of_the_real_file_is_taken(real_file: Callable[[str], Path]) -> None:
    assert not any("Resource" in repr(item) for item in permits.read(real_file(REAL)))


def test_a_case_is_a_request_and_its_conclusion(tmp_path: Path) -> None:
    path = write(tmp_path, row(1), row(2, task="T02 Check", at="2011-11-24T15:36:51+01:00"))

    (item,) = permits.read(path)

    assert isinstance(item, Understood)
    assert (item.line, item.lines, item.key) == (2, 2, "permits:case-1")
    request, conclusion = item.steps
    assert isinstance(request, RequestApproval)
    assert request.approval == request.reference == "case-1"
    assert request.occurred_on == date(2011, 10, 11)  # in Amsterdam, not in UTC
    assert request.stated_due_on == date(2011, 12, 6)
    assert request.title == "Aanvraag omgevingsvergunning case-1, via internet"
    assert request.authority == "Vergunningenloket van de gemeente (General, Group 2)"
    assert request.department == "General"
    assert request.text == (
        "Taken volgens de bron:\n2011-10-11: Confirmation of receipt\n2011-11-24: T02 Check"
    )
    assert isinstance(conclusion, ConcludeApproval)
    assert conclusion.occurred_on == date(2011, 11, 17)
    assert "niet of zij is verleend of geweigerd" in (conclusion.text or "")


def test_a_case_without_end_is_not_concluded(tmp_path: Path) -> None:
    assert len(steps_of(tmp_path, row(1, case__enddate=""))) == 1


def test_the_planned_end_stands_in_for_a_deadline(tmp_path: Path) -> None:
    request = steps_of(tmp_path, row(1, case__deadline=""))[0]

    assert isinstance(request, RequestApproval)
    assert request.stated_due_on == date(2011, 12, 7)


def test_a_case_without_any_day_due_has_none(tmp_path: Path) -> None:
    request = steps_of(tmp_path, row(1, case__deadline="", case__enddate_planned=""))[0]

    assert isinstance(request, RequestApproval)
    assert request.stated_due_on is None


def test_advice_is_neutral_and_a_request_for_it_is_no_advice(tmp_path: Path) -> None:
    steps = steps_of(
        tmp_path,
        row(1, task="T07-2 Draft intern advice aspect 2", org__group="Group 15"),
        row(2, task="T08 Draft and send request for advice", at="2011-10-12 09:00:00+02:00"),
        row(3, task="T09-4 Process or receive external advice", at="2011-10-14 09:00:00+02:00"),
        row(4, task="T07-1 Draft intern advice", org__group="EMPTY", at="2011-10-15 09:00:00Z"),
    )

    advice = [step for step in steps if isinstance(step, GiveAdvice)]

    assert [(step.advice, step.adviser, step.occurred_on.day) for step in advice] == [
        ("task-1", "Intern adviseur, aspect 2 (Group 15)", 11),
        ("task-3", "Externe partij 4", 14),
        ("task-4", "Intern adviseur, aspect 1", 15),
    ]
    assert {step.conclusion for step in advice} == {AdviceConclusion.NEUTRAL}
    assert all(step.about == ("case-1",) for step in advice)
    assert "Het advies is gevraagd op 2011-10-12." in (advice[1].text or "")


def test_advice_that_was_only_begun_is_none(tmp_path: Path) -> None:
    steps = steps_of(tmp_path, row(1, task="T07-1 Draft", lifecycle__transition="start"))

    assert [type(step) for step in steps] == [RequestApproval, ConcludeApproval]


def test_reasons_to_hold_are_told_and_suspend_nothing(tmp_path: Path) -> None:
    steps = steps_of(tmp_path, row(1, task="T16 Report reasons to hold request"))

    assert [type(step) for step in steps] == [RequestApproval, ConcludeApproval]
    assert isinstance(steps[1], ConcludeApproval)
    assert "aan te houden zijn gemeld op 2011-10-11" in (steps[1].text or "")


def test_repeated_tasks_of_a_day_are_counted(tmp_path: Path) -> None:
    request = steps_of(tmp_path, *(row(n, task="T02 Check") for n in range(3)))[0]

    assert isinstance(request, RequestApproval)
    assert request.text == "Taken volgens de bron:\n2011-10-11: T02 Check (3x)"


def test_a_case_with_very_many_tasks_tells_their_number(tmp_path: Path) -> None:
    rows = [row(n, task=f"T02 {n} " + "x" * 100) for n in range(150)]

    request = steps_of(tmp_path, *rows)[0]

    assert isinstance(request, RequestApproval)
    assert request.text == "De bron telt 150 taken, van 2011-10-11 tot en met 2011-10-11."


def test_cases_may_lie_mixed(tmp_path: Path) -> None:
    path = write(tmp_path, row(1), row(2, case="case-2"), row(3), row(4, case="case-2"))

    items = [item for item in permits.read(path) if isinstance(item, Understood)]

    assert [(item.key, item.line, item.lines) for item in items] == [
        ("permits:case-1", 2, 2),
        ("permits:case-2", 3, 2),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"case__enddate": "2011-10-01 07:53:06+02:00"}, "case:enddate (2011-10-01) lies before"),
        ({"case__deadline": "2011-10-01 07:53:06+02:00"}, "case:deadline or case:enddate_planned"),
        ({"case__department": "x" * 301}, "field 'authority': expected 'str' of length <= 300"),
        ({"case__startdate": "yesterday"}, "field 'case:startdate': invalid RFC3339"),
        ({"case__startdate": ""}, "field 'case:startdate': expected 'datetime', got nothing"),
        ({"case__startdate": "2011-10-11 13:42:22"}, "field 'case:startdate': expected 'datetime'"),
        ({"at": "2011-13-11 13:42:22+02:00"}, "field 'time:timestamp': invalid RFC3339"),
        ({"at": "0001-01-01 00:00:00+02:00"}, "beyond the calendar"),
        ({"task": ""}, "field 'concept:name': expected 'str', got nothing"),
        ({"case": "no id"}, "field 'case:concept:name': expected 'str' matching"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    (item,) = permits.read(write(tmp_path, row(1, **changes)))

    assert isinstance(item, NotUnderstood)
    assert item.line == 2
    assert reason in item.reason


@pytest.mark.parametrize("asked_on", [date(2011, 11, 18), date(2011, 12, 7)])
def test_the_domain_refuses_the_same_order_of_days(tmp_path: Path, asked_on: date) -> None:
    request, conclusion = steps_of(tmp_path, row(1))
    started = permits.start(tmp_path / "permits.csv")
    project = Project.start(uuid4(), started, IMPORTING)

    with pytest.raises(DatesOutOfOrder):
        project.take([replace(request, occurred_on=asked_on), conclusion], IMPORTING)


def test_a_case_with_a_bad_line_is_left_out_whole(tmp_path: Path) -> None:
    path = write(
        tmp_path, row(1), row(2, at="nonsense"), row(3), row(4, case="case-2"), row(5, case="c-3")
    )

    items = list(permits.read(path))

    assert cases_of(items) == ["permits:case-2", "permits:c-3"]
    refused = [item for item in items if isinstance(item, NotUnderstood)]
    assert [item.line for item in refused] == [2, 3, 4]
    assert "case-1 is left out whole: line 3 was not understood" in refused[0].reason


def test_a_case_that_contradicts_itself_is_left_out_whole(tmp_path: Path) -> None:
    items = list(permits.read(write(tmp_path, row(1), row(2, case__channel="Desk"))))

    assert [item.line for item in items] == [2, 3]
    assert all("'case:channel' differs" in getattr(item, "reason", "") for item in items)


def test_a_task_that_comes_twice_is_refused(tmp_path: Path) -> None:
    items = list(permits.read(write(tmp_path, row(1), row(1))))

    assert all("'task-1' comes more than once" in getattr(i, "reason", "") for i in items)


@pytest.mark.parametrize("broken", ["a,b", '"open', "caf\udce9", ",".join(["x y"] * 15)])
def test_a_line_without_a_case_leaves_out_those_beside_it(tmp_path: Path, broken: str) -> None:
    lines = csv_of(*(row(n, case=f"case-{n}") for n in range(4))).splitlines()
    lines.insert(3, broken)
    path = tmp_path / "permits.csv"
    path.write_bytes("\n".join(lines).encode(errors="surrogateescape"))

    items = list(permits.read(path))

    assert cases_of(items) == ["permits:case-0", "permits:case-3"]
    assert [item.line for item in items] == [2, 3, 4, 5, 6]


def test_a_line_without_a_case_among_mixed_cases_leaves_out_all(tmp_path: Path) -> None:
    path = write(tmp_path, row(1), row(2, case="case-2"), row(3), row(4, case="case-4"))
    path.write_text(path.read_text() + "a,b\n")

    assert cases_of(list(permits.read(path))) == []


def test_a_truncated_gzip_leaves_out_the_case_it_breaks_off_in(tmp_path: Path) -> None:
    rows = [row(n, case=f"case-{n // 3}", task=f"T02 {n**5}") for n in range(3000)]
    packed = gzip.compress(csv_of(*rows).encode())
    path = tmp_path / "permits.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])

    items = list(permits.read(path))

    taken = [item for item in items if isinstance(item, Understood)]
    assert taken
    assert all(item.lines == 3 for item in taken)
    assert isinstance(items[-1], BrokenOff)
    lines = sum(item.lines if isinstance(item, Understood) else 1 for item in items)
    assert lines == items[-1].line - 1


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", '"open\n', '{"id": 4}\n'])
def test_a_file_without_the_columns_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(content)

    with pytest.raises(SourceUnusable, match="lacks the columns case:startdate"):
        list(permits.read(path))


def test_columns_may_come_in_any_order_and_number(tmp_path: Path) -> None:
    names = ["extra", *sorted(set(ROW) - {"org:resource", "case:responsible"}, reverse=True)]
    path = tmp_path / "permits.csv"
    path.write_text(",".join(names) + "\n" + ",".join(ROW.get(name, "") for name in names))

    assert cases_of(list(permits.read(path))) == ["permits:case-1"]


def test_the_project_starts_on_the_first_day_and_takes_what_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, row(1, at="2011-10-01 08:00:00+02:00"), row(2))

    started = permits.start(path, sector=Sector.HOUSING, department="Bouwen")

    assert started.occurred_on == date(2011, 10, 1)
    assert (started.sector, started.department) == (Sector.HOUSING, "Bouwen")


def test_a_file_without_any_case_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="no permit case"):
        permits.start(write(tmp_path))


dates = st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(str)
garbage = st.one_of(
    st.binary(max_size=80).map(lambda line: line.replace(b"\n", b" ")),
    st.text(max_size=80).map(lambda line: line.replace("\n", " ").encode(errors="replace")),
    st.dictionaries(st.sampled_from(sorted(ROW)), dates | st.text(max_size=10), min_size=1).map(
        lambda changes: csv_of(ROW | changes).partition("\n")[2].replace("\n", " ").encode("utf-8")
    ),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(garbage, max_size=5))
def test_no_line_makes_the_reader_raise(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "garbage.csv"
    path.write_bytes(csv_of(row(0, case="case-0")).encode() + b"\n".join(lines))

    items = list(permits.read(path))
    permits.survey(path)

    assert all(isinstance(item, Understood | NotUnderstood) for item in items)
