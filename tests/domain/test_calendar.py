"""The Dutch calendar: which days are not ordinary, and why."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.calendar import (
    PUBLISHED_DECREE_DAYS,
    Calendar,
    DayOffReason,
    amsterdam_date,
    seconds_to_midnight,
)

CALENDAR = Calendar()


@pytest.mark.parametrize(
    ("day", "nl", "en"),
    [
        (date(2026, 1, 1), "Nieuwjaarsdag", "New Year's Day"),
        (date(2026, 4, 3), "Goede vrijdag", "Good Friday"),
        (date(2026, 4, 6), "Tweede paasdag", "Easter Monday"),
        (date(2026, 4, 27), "Koningsdag", "King's Day"),
        (date(2026, 5, 5), "Bevrijdingsdag", "Liberation Day"),
        (date(2026, 5, 14), "Hemelvaartsdag", "Ascension Day"),
        (date(2026, 5, 25), "Tweede pinksterdag", "Pentecost Monday"),
        (date(2026, 12, 25), "Eerste kerstdag", "Christmas Day"),
        (date(2026, 12, 26), "Tweede kerstdag", "Second Day of Christmas"),
    ],
)
def test_holidays_of_the_atw_in_2026(day: date, nl: str, en: str) -> None:
    off = CALENDAR.day_off(day)
    assert off is not None
    assert (off.reason, off.nl, off.en, off.source) == (DayOffReason.HOLIDAY, nl, en, "Atw 3")


def test_the_weekdays_off_in_2026_are_these_and_no_others() -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    weekdays_off = [d for d in days if d.weekday() < 5 and CALENDAR.day_off(d)]
    assert [(d.month, d.day) for d in weekdays_off] == [
        (1, 1), (1, 2), (4, 3), (4, 6), (4, 27), (5, 5), (5, 14), (5, 15), (5, 25), (12, 25),
    ]  # fmt: skip


@pytest.mark.parametrize("year", range(1991, 2101))
def test_5_may_is_a_holiday_in_every_year(year: int) -> None:
    off = CALENDAR.day_off(date(year, 5, 5))
    assert off is not None
    assert off.reason is DayOffReason.HOLIDAY


def test_kings_day_moves_to_the_saturday_when_it_would_be_a_sunday() -> None:
    saturday, sunday = CALENDAR.day_off(date(2025, 4, 26)), CALENDAR.day_off(date(2025, 4, 27))
    assert saturday is not None
    assert saturday.en == "King's Day"
    assert sunday is not None
    assert sunday.reason is DayOffReason.SUNDAY


def test_easter_sunday_is_a_sunday_and_no_holiday_of_the_atw() -> None:
    off = CALENDAR.day_off(date(2026, 4, 5))
    assert off is not None
    assert off.reason is DayOffReason.SUNDAY


def test_two_holidays_on_one_day_are_both_named() -> None:
    off = CALENDAR.day_off(date(2016, 5, 5))
    assert off is not None
    assert set(off.nl.split(" en ")) == {"Bevrijdingsdag", "Hemelvaartsdag"}


def test_ordinary_days_have_no_reason() -> None:
    assert CALENDAR.day_off(date(2026, 4, 28)) is None


def test_weekends_say_which_day_they_are() -> None:
    saturday, sunday = CALENDAR.day_off(date(2026, 9, 19)), CALENDAR.day_off(date(2026, 9, 20))
    assert saturday is not None
    assert sunday is not None
    assert (saturday.reason, sunday.reason) == (DayOffReason.SATURDAY, DayOffReason.SUNDAY)


def test_decree_days_carry_their_publication() -> None:
    for day in (
        date(2026, 1, 2),
        date(2026, 5, 15),
        date(2027, 5, 7),
        date(2028, 4, 28),
        date(2028, 5, 26),
    ):
        off = CALENDAR.day_off(day)
        assert off is not None
        assert (off.reason, off.source) == (DayOffReason.DECREE_DAY, "Stcrt. 2025, 24713")


def test_decree_days_are_what_the_caller_gives() -> None:
    assert Calendar({}).day_off(date(2026, 5, 15)) is None
    day = date(2030, 5, 31)
    assert CALENDAR.day_off(day) is None
    extended = CALENDAR.with_decree_days({day: "Stcrt. 2028, 1"})
    assert extended.day_off(day) is not None
    assert extended.day_off(date(2026, 5, 15)) is not None
    assert CALENDAR.day_off(day) is None


def test_a_calendar_does_not_follow_the_mapping_it_was_made_from() -> None:
    days = dict(PUBLISHED_DECREE_DAYS)
    made = Calendar(days)
    days.clear()
    assert made.day_off(date(2026, 5, 15)) is not None
    assert made == CALENDAR


@pytest.mark.parametrize("year", [1, 1900, 2101, 9999])
def test_outside_the_known_years_only_weekends_are_off(year: int) -> None:
    assert CALENDAR.day_off(date(year, 12, 25)) is None or date(year, 12, 25).weekday() >= 5


def test_the_dutch_day_begins_at_midnight_in_amsterdam() -> None:
    assert amsterdam_date(datetime(2026, 1, 1, 22, 59, 59, tzinfo=UTC)) == date(2026, 1, 1)
    assert amsterdam_date(datetime(2026, 1, 1, 23, 0, tzinfo=UTC)) == date(2026, 1, 2)
    assert amsterdam_date(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)
    assert amsterdam_date(datetime(2026, 7, 1, 1, 0, tzinfo=timezone(timedelta(hours=9)))) == date(
        2026, 6, 30
    )


def test_a_naive_moment_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        amsterdam_date(datetime(2026, 1, 1, 12, 0))  # noqa: DTZ001


@given(st.datetimes(timezones=st.just(ZoneInfo("Europe/Amsterdam"))))
def test_a_moment_told_in_dutch_time_keeps_its_day(moment: datetime) -> None:
    assert amsterdam_date(moment) == moment.date()


@given(st.dates(min_value=date(1966, 1, 1), max_value=date(2100, 12, 31)))
def test_every_saturday_and_sunday_is_off(day: date) -> None:
    if day.weekday() >= 5:
        assert CALENDAR.day_off(day) is not None


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (datetime(2025, 1, 15, 22, 59, 59, tzinfo=UTC), 1),
        (datetime(2025, 1, 15, 22, 59, 59, 1, tzinfo=UTC), 1),
        (datetime(2025, 1, 15, 23, tzinfo=UTC), 24 * 3600),
        (datetime(2025, 7, 15, 22, tzinfo=UTC), 24 * 3600),
        (datetime(2025, 3, 29, 23, tzinfo=UTC), 23 * 3600),  # summer time begins that day
        (datetime(2025, 10, 25, 22, tzinfo=UTC), 25 * 3600),  # and ends
    ],
)
def test_a_day_has_so_many_seconds_left(moment: datetime, seconds: int) -> None:
    assert seconds_to_midnight(moment) == seconds


def test_seconds_left_are_those_of_a_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        seconds_to_midnight(datetime(2025, 1, 15))  # noqa: DTZ001
