from collections.abc import Mapping, Sequence
from datetime import date

from cocreate.projections.landscape import Against, OneLog, Seen, Shown, draw

NOTHING = OneLog([], [])
DAY = date(2026, 6, 1)


def log(seen: list[Seen], against: Sequence[Against] = ()) -> OneLog:
    done = [
        Seen("intervention-kind", each.kind, "safety", each.tried, each.projects)
        for each in against
    ]
    return OneLog([*seen, *done], against)


def obstacles(**sectors: int) -> list[Seen]:
    """So many projects per sector with an obstacle of rule pressure, once each."""
    return [
        Seen("obstacle-category", "rule-pressure", sector.replace("_", "-"), times, times)
        for sector, times in sectors.items()
    ]


def tension(code: str, projects: int, sector: str = "safety") -> list[Seen]:
    return [
        Seen("tension", code, sector, projects, projects),
        *(Seen("public-value", value, sector, projects, projects) for value in code.split("+")),
    ]


def tried(
    kind: str, projects: int, *, resolved: int = 0, code: str = "rule-pressure", days: int = 3
) -> Against:
    return Against(
        "obstacle-category", code, kind, projects, projects, resolved, resolved, [(days, resolved)]
    )


def shown(
    others: Mapping[str, OneLog], vocabulary: str = "obstacle-category", code: str = "rule-pressure"
) -> Shown | None:
    drawn = draw(NOTHING, others, position=1, as_of=DAY, takes_part=True)
    words = {(term.vocabulary, term.code): term.others for term in drawn.terms}
    return words.get((vocabulary, code))


def sectors(told: Shown | None) -> set[str]:
    assert told is not None
    return {str(each.sector) for each in told.sectors}


def test_a_word_that_too_few_show_is_not_told() -> None:
    assert shown({code: log(obstacles(safety=1)) for code in "abcd"}) is None
    assert shown({code: log(obstacles(safety=9)) for code in "ab"}) is None
    told = shown({code: log(obstacles(safety=2)) for code in "abc"})
    assert told is not None
    assert (told.times, told.projects) == (6, 6)


def test_a_sector_that_too_few_show_is_not_told_nor_to_be_worked_out() -> None:
    others = {code: log(obstacles(safety=3, care=2, housing=4)) for code in "abc"}
    assert sectors(shown(others)) == {"safety", "care", "housing"}
    others["a"] = log(obstacles(safety=3, care=2, housing=4, education=1))
    # What is left of the total would be that one project, were no second sector left out.
    assert sectors(shown(others)) == {"safety", "housing"}


def test_the_own_log_is_told_in_full() -> None:
    own = log(obstacles(safety=1), [tried("pilot", 1, resolved=1)])
    drawn = draw(own, {}, position=1, as_of=DAY, takes_part=False)
    [term] = [term for term in drawn.terms if term.code == "rule-pressure"]
    assert term.own is not None
    assert [each.times for each in term.own.sectors] == [1]
    assert [each.median_days_to_resolve for each in term.own.helped] == [3]
    assert term.others is None


def test_what_helped_too_few_is_not_told() -> None:
    others = {code: log(obstacles(safety=4), [tried("pilot", 2)]) for code in "abc"}
    others["a"] = log(obstacles(safety=4), [tried("pilot", 2), tried("mediation", 1, resolved=1)])
    told = shown(others)
    assert told is not None
    assert [str(each.kind) for each in told.helped] == ["pilot"]


def test_the_days_of_too_few_that_resolved_are_not_told() -> None:
    others = {code: log(obstacles(safety=4), [tried("pilot", 2)]) for code in "abc"}
    others["a"] = log(obstacles(safety=4), [tried("pilot", 2, resolved=1, days=40)])
    told = shown(others)
    assert told is not None
    [helped] = told.helped
    assert (helped.tried, helped.resolved, helped.median_days_to_resolve) == (6, 1, None)
    others = {code: log(obstacles(safety=4), [tried("pilot", 2, resolved=2)]) for code in "abc"}
    told = shown(others)
    assert told is not None
    assert told.helped[0].median_days_to_resolve == 3


def test_what_helped_is_not_to_be_worked_out_from_how_often_it_was_done() -> None:
    def one(rare: int) -> OneLog:
        against = [tried("pilot", 3), *([tried("pilot", rare, code="money")] if rare else [])]
        return log(
            [*obstacles(safety=3), Seen("obstacle-category", "money", "safety", 3, 3)], against
        )

    told = shown({code: one(2) for code in "abc"})
    assert told is not None
    assert len(told.helped) == 1
    told = shown({"a": one(1), "b": one(0), "c": one(0)})
    assert told is not None
    assert told.helped == []


def test_a_tension_is_not_to_be_worked_out_from_how_often_its_values_are_seen() -> None:
    shared = "equality+safety"
    others = {code: log(tension(shared, 3)) for code in "abc"}
    assert shown(others, "tension", shared) is not None
    others["a"] = log([*tension(shared, 3), *tension("legality+safety", 1)])
    assert shown(others, "public-value", "safety") is not None
    assert shown(others, "tension", "legality+safety") is None
    assert shown(others, "tension", shared) is None
