"""The statutory clock: when a term is over, and why on that day.

Pure functions of dates. The terms stand in :mod:`cocreate.domain.statutory_terms`, the days off
in :mod:`cocreate.domain.calendar`, the words for each reason in
:mod:`cocreate.domain.statutory_reckoning`. All dates are days in the Netherlands.

The readings of the law chosen here, each used everywhere:

- *Start*: the day of the event does not count, a term starts the day after (Awb 6:8). Weeks end on
  the same weekday; months on the same day number, or the last day of a shorter month
  (ECLI:NL:HR:2017:2225).
- *Suspension* (Awb 4:15: "met ingang van de dag na die waarop ... tot de dag waarop"): the day
  after the request is the first suspended day, the day of completion counts again. A request on
  10 June completed on 18 June suspends 11 to 17 June: seven days. So for every ground.
- *Order*: the term, its extension and the suspended days give the nominal end; then Atw 1 and
  Atw 2 move that end, once.
- *Length* (Atw 4: terms "omschreven in" more than twelve weeks): the term and its extension are
  weighed each as the law describes them: 8 + 6 weeks is covered, six months + 6 weeks is not. An
  end that was named as a date or agreed with the applicant is not set by law and does not move.
- *In time*: what begins after the term is over changes nothing, be it an extension or a
  suspension. A date named in an extension has regard to the suspensions begun by then.
"""

from datetime import date, timedelta

from cocreate.domain.calendar import Calendar
from cocreate.domain.running_term import RunningTerm
from cocreate.domain.statutory_reckoning import (
    ClockFacts,
    Extension,
    ExtensionGround,
    Penalty,
    PenaltyState,
    Reckoning,
    Step,
    StepReason,
    Suspension,
)
from cocreate.domain.statutory_terms import (
    OBJECTION_TERM,
    PENALTY_TARIFFS,
    VIEWS_TERM,
    AtwApplies,
    Length,
    PenaltyTariff,
    StatutoryTerm,
    Term,
    TermUnit,
    penalty_tariff,
    statutory_term,
)
from cocreate.domain.vocabulary import Procedure

__all__ = [
    "AtwApplies",
    "ClockFacts",
    "Extension",
    "ExtensionGround",
    "Length",
    "Penalty",
    "PenaltyState",
    "Procedure",
    "Reckoning",
    "StatutoryTerm",
    "Step",
    "StepReason",
    "Suspension",
    "Term",
    "TermUnit",
    "end_of_term",
    "extension_in_time",
    "last_day_for_views",
    "objection_term",
    "penalty",
    "reckon",
    "statutory_term",
]

_DAY = timedelta(days=1)


def end_of_term(start: date, term: Term, calendar: Calendar) -> Reckoning:
    """Reckon a term that nothing interrupts (Awb 6:8, Atw 1, 2 and 4).

    ``start`` is the day of the event, such as receipt: the day after is the first that counts.
    """
    return RunningTerm(start, term, calendar).reckoning()


def last_day_for_views(laid_open: date, calendar: Calendar) -> Reckoning:
    """Reckon the six weeks for views on a draft (Awb 3:16), which count the day of laying open."""
    return end_of_term(laid_open - _DAY, VIEWS_TERM, calendar)


def objection_term(published: date, calendar: Calendar) -> Reckoning:
    """Reckon the six weeks for objection, which start the day after publication (Awb 6:7, 6:8)."""
    return end_of_term(published, OBJECTION_TERM, calendar)


def reckon(facts: ClockFacts, calendar: Calendar) -> Reckoning:
    """Reckon when an approval is due (Awb 4:13 to 4:15, 7:10, 3:18; Atw).

    The end is None when there is no term, and while a suspension is open. Raises ValueError for
    an extension of no stated length where the law gives none either.
    """
    if facts.term is None:
        return Reckoning(starts_on=facts.requested_on + _DAY)
    return _run(facts, facts.term, calendar).reckoning()


def extension_in_time(facts: ClockFacts, announced_on: date, calendar: Calendar) -> bool:
    """Say whether an extension announced on a date is in time: before the term is over.

    Only what happened before that date is weighed. While the clock stands still the term is not
    over. Where the law gives its own limit (Awb 3:18: eight weeks after receipt), that holds too.
    False when there is no term to extend.
    """
    if facts.term is None:
        return False
    return _run(facts, facts.term, calendar, before=announced_on).in_time(announced_on)


def penalty(
    facts: ClockFacts,
    calendar: Calendar,
    today: date,
    tariffs: tuple[PenaltyTariff, ...] = PENALTY_TARIFFS,
) -> Penalty | None:
    """Reckon the penalty for deciding late (Awb 4:17), up to and including today, in euro cents.

    A notice of default counts when received after the last day of the term; before that it is
    premature. The fourteen days of grace start the day after receipt, so a notice of 14 March
    costs money from 29 March. The day of the decision is no day in default. The Atw does not
    apply. Whether the notice was unreasonably late, the applicant no interested party or the
    request manifestly unfounded (sixth paragraph) is for people to weigh; several applicants share
    the amount.

    None when there is no term, no notice before the decision, or no penalty on this term.
    """
    received_on, decided_on = facts.notice_of_default_on, facts.decided_on
    if facts.term is None or not facts.term.penalty or received_on is None:
        return None
    if decided_on is not None and decided_on < received_on:
        return None
    tariff = penalty_tariff(received_on, tariffs)
    if tariff is None:
        return None
    due = reckon(facts, calendar).end
    if due is None or received_on <= due:
        return Penalty(state=PenaltyState.PREMATURE, ground=tariff.ground)
    from_on = received_on + timedelta(days=tariff.grace_days + 1)
    last_on = from_on + timedelta(days=tariff.longest - 1)
    until_on = min(today, last_on)
    if decided_on is not None:
        until_on = min(until_on, decided_on - _DAY)
    days = max(0, (until_on - from_on).days + 1)
    return Penalty(
        state=_penalty_state(days, tariff, decided=decided_on is not None and decided_on <= today),
        from_on=from_on,
        until_on=until_on if days else None,
        last_on=last_on,
        days=days,
        cents=tariff.cents(days),
        ground=tariff.ground,
    )


def _penalty_state(days: int, tariff: PenaltyTariff, *, decided: bool) -> PenaltyState:
    if days == tariff.longest:
        return PenaltyState.FULL
    if decided:
        return PenaltyState.STOPPED if days else PenaltyState.AVERTED
    return PenaltyState.RUNNING if days else PenaltyState.WAITING


def _run(facts: ClockFacts, term: Term, calendar: Calendar, before: date = date.max) -> RunningTerm:
    clock = RunningTerm(facts.requested_on, term, calendar)
    for item in _in_order_of_time(facts, before):
        if isinstance(item, Suspension):
            clock.suspend(item)
        else:
            clock.extend(item, further=item is facts.further_extension)
    return clock


def _in_order_of_time(facts: ClockFacts, before: date) -> list[Suspension | Extension]:
    items: list[tuple[date, Suspension | Extension]] = [
        (extension.announced_on, extension)
        for extension in (facts.extension, facts.further_extension)
        if extension is not None
    ]
    items += ((suspension.from_on, suspension) for suspension in facts.suspensions)
    items.sort(key=lambda item: item[0])
    return [item for on, item in items if on < before]
