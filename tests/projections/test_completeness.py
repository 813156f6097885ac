"""Silence: the day on which it has lasted for long is the day on which the months tell so."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from tests.domain.project.told import Told
from tests.projections.accounts.kept import kept

from cocreate.projections.accounts import ProjectAccount
from cocreate.projections.accounts.account import Place
from cocreate.projections.completeness import LONG_SILENCE, long_silence_from, silent_months


def a_project() -> ProjectAccount:
    account = kept(Told()).project
    assert isinstance(account, ProjectAccount)
    return account


def longest(months: list[int]) -> int:
    run = most = 0
    for before, month in zip([None, *months], months, strict=False):
        run = run + 1 if before == month - 1 else 1
        most = max(most, run)
    return most


@pytest.mark.parametrize("seed", range(40))
def test_a_silence_is_long_from_the_day_on_which_its_months_are(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - not for secrets
    project = a_project()
    project.since = date(2024, chance.randint(1, 12), chance.randint(1, 28))
    days = [project.since + timedelta(days=chance.randint(0, 700)) for _ in range(6)]
    if chance.random() < 0.5:
        project.closed = Place(on=max(days[:3]), position=9)
        days.append(project.closed.on)
    project.months = {f"{day:%Y-%m}": 1 for day in (project.since, *days)}
    since = long_silence_from(project)
    for after in range(0, 900, 5):
        today = max(days) + timedelta(days=after)
        long = longest(silent_months(project, today)) >= LONG_SILENCE
        assert long == (since is not None and since <= today)


def test_a_month_that_is_not_over_is_not_silent_yet() -> None:
    project = a_project()
    project.since, project.months = date(2026, 1, 31), {"2026-01": 1}
    assert silent_months(project, date(2026, 2, 28)) == []
    assert len(silent_months(project, date(2026, 3, 1))) == 1
