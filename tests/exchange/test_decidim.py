import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocreate.domain.moment import Moment
from cocreate.domain.project import Project
from cocreate.domain.steps.decisions import RecordDecision
from cocreate.domain.steps.wishes import ExpressWish, SupportWish
from cocreate.domain.vocabulary import Body, Outcome, Sector
from cocreate.exchange import decidim
from cocreate.exchange.source import BrokenOff, NotUnderstood, SourceUnusable, Understood

REAL = "decidim-barcelona-pam-2016.jsonl.gz"
IMPORTING = Moment(now=datetime.now(UTC), importing=True)

PROPOSAL = {
    "id": 7,
    "code": "BCN-2016-01-7",
    "title": "Llums al túnel",
    "summary": "Que s'hi vegi.",
    "status": "rejected",
    "created_at": "22/01/2016",
    "total_votes": 26,
    "url": "https://decidim.barcelona/pam/proposals/llums",
    "category": "Bon viure",
    "subcategory": "Autonomia personal ",
    "district": "Gràcia",
    "author_id": 1,
}


def write(path: Path, *proposals: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(proposal) + "\n" for proposal in proposals))
    return path


def one(path: Path, **changes: object) -> Understood | NotUnderstood:
    (item,) = decidim.read(write(path / "one.jsonl", PROPOSAL | changes))
    return item


def steps_of(path: Path, **changes: object) -> tuple[ExpressWish, *tuple[Any, ...]]:
    item = one(path, **changes)
    assert isinstance(item, Understood)
    wish, *others = item.steps
    assert isinstance(wish, ExpressWish)
    return (wish, *others)


def reason_of(path: Path, **changes: object) -> str:
    item = one(path, **changes)
    assert isinstance(item, NotUnderstood)
    assert item.line == 1
    return item.reason


def test_the_real_file_is_understood_and_accepted_whole(
    real_file: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    path = real_file(REAL)
    began = perf_counter()

    project = Project.start(uuid4(), decidim.start(path), IMPORTING)
    items = list(decidim.read(path))
    for item in items:
        assert isinstance(item, Understood), item
        project.take(item.steps, IMPORTING)

    record_property("seconds", round(perf_counter() - began, 2))
    steps = Counter(type(event).__name__ for event in project.pending_events)
    assert steps == {
        "ProjectStarted": 1,
        "WishExpressed": 5430,
        "WishSupported": 4638,
        "DecisionRecorded": 5430,
        "DeviationRecorded": 1392,
    }
    assert [item.line for item in items] == list(range(1, 5431))
    assert len({item.key for item in items if isinstance(item, Understood)}) == 5430
    assert decidim.survey(path) == decidim.Survey(
        lines=5430,
        wishes=5430,
        supported=4638,
        supporters=82_955,
        adopted=4038,
        rejected_without_motivation=1392,
        shortened_titles=22,
        first_on=date(2016, 1, 22),
        last_on=date(2016, 4, 25),
    )


def test_a_proposal_is_a_wish_with_support_and_a_decision(tmp_path: Path) -> None:
    path = write(
        tmp_path / "two.jsonl", PROPOSAL, PROPOSAL | {"code": "X", "created_at": "25/04/2016"}
    )

    first = next(decidim.read(path))

    assert isinstance(first, Understood)
    assert (first.line, first.lines, first.key) == (1, 1, "decidim:BCN-2016-01-7")
    wish, support, decision = first.steps
    assert wish == ExpressWish(
        wish="BCN-2016-01-7",
        title="Llums al túnel",
        text="Que s'hi vegi.",
        theme="Bon viure / Autonomia personal",
        place="Gràcia",
        url="https://decidim.barcelona/pam/proposals/llums",
        occurred_on=date(2016, 1, 22),
        source="decidim.barcelona 7",
    )
    assert support == SupportWish(
        wish="BCN-2016-01-7",
        supporters=26,
        occurred_on=date(2016, 4, 25),
        source="decidim.barcelona 7",
    )
    assert isinstance(decision, RecordDecision)
    assert decision.outcomes[0].outcome is Outcome.REJECTED
    assert decision.outcomes[0].deviation is None
    assert decision.source_states_no_motivation
    assert decision.body is Body.COLLEGE
    assert decision.occurred_on == date(2016, 4, 25)
    assert "De bron noemt geen besluitdatum" in decision.title
    assert "2016-04-25, de dag van het laatste voorstel" in decision.title


def test_the_day_of_decision_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", PROPOSAL)

    (item,) = decidim.read(path, decided_on=date(2016, 7, 1))

    assert isinstance(item, Understood)
    decision = item.steps[-1]
    assert isinstance(decision, RecordDecision)
    assert decision.occurred_on == date(2016, 7, 1)
    assert "2016-07-01, opgegeven bij de import" in decision.title


def test_a_proposal_after_the_given_day_of_decision_is_not_understood(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", PROPOSAL)

    (item,) = decidim.read(path, decided_on=date(2015, 7, 1))

    assert isinstance(item, NotUnderstood)
    assert "'created_at': 2016-01-22 lies after the day taken for the decision" in item.reason


def test_another_status_tells_of_no_decision(tmp_path: Path) -> None:
    assert len(steps_of(tmp_path, status="evaluating", total_votes=0)) == 1


@pytest.mark.parametrize("summary", ["...", "", None, " \r\n… "])
def test_a_summary_that_says_nothing_is_no_text(tmp_path: Path, summary: str | None) -> None:
    assert steps_of(tmp_path, summary=summary)[0].text is None


def test_line_ends_in_a_summary_are_plain(tmp_path: Path) -> None:
    assert steps_of(tmp_path, summary="a\r\nb\rc\n")[0].text == "a\nb\nc"


def test_a_long_title_stands_in_full_at_the_head_of_the_text(tmp_path: Path) -> None:
    title = "Moltes paraules " * 20

    wish = steps_of(tmp_path, title=title)[0]

    assert len(wish.title) <= 200
    assert wish.title.endswith("paraules…") or wish.title.endswith("Moltes…")
    assert wish.text == f"{title.strip()}\n\nQue s'hi vegi."


def test_a_title_of_200_characters_stays(tmp_path: Path) -> None:
    wish = steps_of(tmp_path, title="x" * 200, summary=None)[0]

    assert (wish.title, wish.text) == ("x" * 200, None)


def test_a_long_title_without_spaces_is_shortened_as_well(tmp_path: Path) -> None:
    assert steps_of(tmp_path, title="x" * 201)[0].title == "x" * 199 + "…"


@pytest.mark.parametrize("url", ["ftp://a.b", "https://a b", "", None, "https://" + "x" * 2001])
def test_a_url_that_is_none_is_left_out(tmp_path: Path, url: str | None) -> None:
    assert steps_of(tmp_path, url=url)[0].url is None


def test_the_whole_city_is_no_place(tmp_path: Path) -> None:
    wish = steps_of(tmp_path, district=None, subcategory=None)[0]

    assert (wish.place, wish.theme) == (None, "Bon viure")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": 5}, "field 'title': expected 'str', got 'int'"),
        ({"title": "  "}, "field 'title': it is empty"),
        ({"title": "a\0b"}, "field 'title': it holds a NUL character"),
        ({"total_votes": -1}, "field 'total_votes': expected 'int' >= 0"),
        ({"total_votes": "12"}, "field 'total_votes': expected 'int', got 'str'"),
        ({"created_at": "2016-01-22"}, "field 'created_at': expected 'str' matching"),
        ({"created_at": "31/02/2016"}, "field 'created_at': there is no day 31/02/2016"),
        ({"created_at": "31/12/9998"}, "field 'created_at': 9998-12-31 lies in the future"),
        ({"code": "no id"}, "field 'code': 'no id' is no id"),
        ({"code": "X-1\n"}, "field 'code': 'X-1\\n' is no id"),
        ({"summary": "x" * 10_001}, "field 'text': expected 'str' of length <= 10000"),
        ({"district": "x" * 201}, "field 'place': expected 'str' of length <= 200"),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    assert reason_of(tmp_path, **changes).startswith(reason)


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", {k: v for k, v in PROPOSAL.items() if k != "status"})

    assert list(decidim.read(path)) == [NotUnderstood(1, "field 'status' is missing")]


@pytest.mark.parametrize(
    "line", ["{", '{"id": 7', "no json", "[" * 100_000, '{"title": "\\ud800"}', "17", "null"]
)
def test_a_broken_line_is_reported_and_the_others_are_taken(tmp_path: Path, line: str) -> None:
    good = json.dumps(PROPOSAL)
    path = tmp_path / "three.jsonl"
    path.write_text(f"{good}\n{line}\n{good}\n")

    first, second, third = decidim.read(path)

    assert isinstance(first, Understood)
    assert isinstance(second, NotUnderstood)
    assert second.line == 2
    assert second.reason
    assert isinstance(third, Understood)
    assert third.line == 3


def test_a_truncated_gzip_gives_its_whole_lines_and_says_where_it_broke(tmp_path: Path) -> None:
    proposals = [PROPOSAL | {"code": f"BCN-{n}", "id": n * n} for n in range(2000)]
    path = write(tmp_path / "cut.gz", *proposals)
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])

    *whole, last = decidim.read(path)

    assert whole
    assert all(isinstance(item, Understood) for item in whole)
    assert isinstance(last, BrokenOff)
    assert last.line == len(whole) + 1


def test_nothing_is_taken_from_a_gzip_whose_checksum_fails(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.gz", *(PROPOSAL | {"code": f"B-{n}"} for n in range(2000)))
    packed = bytearray(gzip.compress(path.read_bytes()))
    packed[-6] ^= 0xFF
    path.write_bytes(packed)

    with pytest.raises(SourceUnusable, match="damaged"):
        next(decidim.read(path, decided_on=date(2016, 7, 1)))


def test_the_project_starts_on_the_first_day_and_takes_what_is_given(tmp_path: Path) -> None:
    path = write(tmp_path / "two.jsonl", PROPOSAL, PROPOSAL | {"created_at": "01/01/2016"})

    started = decidim.start(path, sector=Sector.PUBLIC_SPACE, title="Actieplan")

    assert started.occurred_on == date(2016, 1, 1)
    assert (started.sector, started.title) == (Sector.PUBLIC_SPACE, "Actieplan")


def test_a_file_without_any_proposal_starts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_text("a,b,c\n1,2,3\n")

    with pytest.raises(SourceUnusable, match="no line of it is a Decidim proposal"):
        decidim.start(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="there is no such file"):
        list(decidim.read(tmp_path / "nowhere"))


values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
garbage = st.one_of(
    st.binary(max_size=80).map(lambda line: line.replace(b"\n", b" ")),
    st.text(max_size=80).map(lambda line: line.replace("\n", " ").encode(errors="replace")),
    st.dictionaries(st.sampled_from(sorted(PROPOSAL)), values, min_size=1).map(
        lambda changes: json.dumps(PROPOSAL | changes).encode()
    ),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(garbage, max_size=5))
def test_no_line_makes_the_reader_raise(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "garbage.jsonl"
    good = json.dumps(PROPOSAL | {"code": "GOOD"}).encode()
    path.write_bytes(b"\n".join([good, *lines, good]))

    items = list(decidim.read(path))
    project = Project.start(uuid4(), decidim.start(path), IMPORTING)

    assert all(isinstance(item, Understood | NotUnderstood) for item in items)
    taken = set()
    for item in items:
        if isinstance(item, Understood) and item.key not in taken:
            taken.add(item.key)
            project.take(item.steps, IMPORTING)
