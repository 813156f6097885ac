"""The Dutch calendar of the Algemene termijnenwet: which days are not ordinary days, and why.

Saturdays, Sundays and the generally recognised holidays (Atw 3) follow from the date. Days put on
a par by royal decree (Atw 3, third paragraph) do not: they are data, which the caller gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from math import ceil
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_DECREE_2026_2028 = "Stcrt. 2025, 24713"

PUBLISHED_DECREE_DAYS: Mapping[date, str] = MappingProxyType(
    {
        date(2026, 1, 2): _DECREE_2026_2028,
        date(2026, 5, 15): _DECREE_2026_2028,
        date(2027, 5, 7): _DECREE_2026_2028,
        date(2028, 4, 28): _DECREE_2026_2028,
        date(2028, 5, 26): _DECREE_2026_2028,
    }
)
"""The decree days of 2026 to 2028, each with the publication it comes from.

Earlier years are not listed: give them to :class:`Calendar` where old terms are reckoned.
"""

_NOT_IN_ATW = frozenset({"Eerste paasdag", "Eerste pinksterdag"})  # Sundays, so never ordinary


class DayOffReason(StrEnum):
    """Why a day is not an ordinary day."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    DECREE_DAY = "decree-day"


class DayOff(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What makes a day other than ordinary: the reason, its name, and the law or publication."""

    reason: DayOffReason
    nl: str
    en: str
    source: str


_SATURDAY = DayOff(reason=DayOffReason.SATURDAY, nl="zaterdag", en="Saturday", source="Atw 1")
_SUNDAY = DayOff(reason=DayOffReason.SUNDAY, nl="zondag", en="Sunday", source="Atw 1")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off in the Netherlands, with the decree days the caller knows of.

    ``decree_days`` maps each day that a royal decree equates with a holiday to the publication of
    that decree; by default these are :data:`PUBLISHED_DECREE_DAYS`. Holidays are known for the
    years 1966 to 2100; outside those years only Saturdays, Sundays and decree days count as off.
    """

    decree_days: Mapping[date, str] = field(
        default_factory=lambda: PUBLISHED_DECREE_DAYS, hash=False
    )
    _years: dict[int, dict[date, DayOff]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "decree_days", MappingProxyType(dict(self.decree_days)))

    def day_off(self, day: date) -> DayOff | None:
        """Say why a day is no ordinary day (Atw 1 and 3), or None when it is one.

        A holiday in a weekend is called a holiday; a decree day in a weekend is called the weekend.
        """
        days = self._years.get(day.year)
        if days is None:
            days = self._years[day.year] = _days_off(day.year, self.decree_days)
        return days.get(day)

    def with_decree_days(self, further: Mapping[date, str]) -> "Calendar":
        """Give a calendar that knows further decree days as well (Atw 3, third paragraph)."""
        return Calendar({**self.decree_days, **further})


def amsterdam_date(moment: datetime) -> date:
    """Give the day it is in the Netherlands at a moment: terms count in Dutch days.

    Raises ValueError for a naive moment, one without a time zone.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        message = f"A moment needs a time zone: {moment.isoformat()}"
        raise ValueError(message)
    return moment.astimezone(AMSTERDAM).date()


def seconds_to_midnight(moment: datetime) -> int:
    """Give how many seconds, rounded up, the day in the Netherlands has left at a moment.

    Where the clocks change that day it has an hour more or less. Raises ValueError for a naive
    moment.
    """
    tomorrow = datetime.combine(amsterdam_date(moment) + timedelta(days=1), time(), AMSTERDAM)
    return ceil((tomorrow.astimezone(UTC) - moment.astimezone(UTC)).total_seconds())


def _days_off(year: int, decree_days: Mapping[date, str]) -> dict[date, DayOff]:
    days = {
        day: DayOff(
            reason=DayOffReason.DECREE_DAY,
            nl="bij besluit gelijkgestelde dag",
            en="day equated with a holiday by decree",
            source=source,
        )
        for day, source in decree_days.items()
        if day.year == year
    }
    first = date(year, 1, 1)
    for number in range((date(year, 12, 31) - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() >= 5:
            days[day] = _SATURDAY if day.weekday() == 5 else _SUNDAY
    return days | _holidays(year)


@cache
def _holidays(year: int) -> dict[date, DayOff]:
    # Here, since it takes a quarter of a second to import, and many commands count no days.
    import holidays  # noqa: PLC0415

    # Good Friday is public in this package, 5 May optional: it is a paid day off only each fifth
    # year, but a holiday of the Atw in every year.
    dutch, english = (
        holidays.country_holidays(
            "NL", years=year, categories=("public", "optional"), language=language
        )
        for language in ("nl", "en_US")
    )
    return {
        day: DayOff(
            reason=DayOffReason.HOLIDAY,
            nl=name.replace("; ", " en "),
            en=english[day].replace("; ", " and "),
            source="Atw 3",
        )
        for day, name in dutch.items()
        if name not in _NOT_IN_ATW
    }
