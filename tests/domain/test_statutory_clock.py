"""The statutory clock against worked examples, and against what must always hold."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.calendar import Calendar, DayOffReason
from cocreate.domain.statutory_clock import (
    AtwApplies,
    ClockFacts,
    Extension,
    ExtensionGround,
    Length,
    Penalty,
    PenaltyState,
    Procedure,
    Reckoning,
    StatutoryTerm,
    StepReason,
    Suspension,
    Term,
    TermUnit,
    end_of_term,
    extension_in_time,
    last_day_for_views,
    objection_term,
    penalty,
    reckon,
    statutory_term,
)
from cocreate.domain.statutory_reckoning import PENALTY_STATES, REASONS, SUSPENSION_GROUNDS
from cocreate.domain.statutory_terms import penalty_tariff
from cocreate.domain.vocabulary import SuspensionGround

CALENDAR = Calendar()


def term(amount: int, unit: TermUnit, atw: AtwApplies = AtwApplies.BY_LAW) -> Term:
    return Term(amount=amount, unit=unit, atw=atw, ground="test", valid_from=date(2000, 1, 1))


def weeks(amount: int) -> Term:
    return term(amount, TermUnit.WEEKS)


def law(procedure: Procedure, on: date = date(2026, 1, 1)) -> Term:
    found = statutory_term(procedure, on)
    assert found is not None
    return found


def completed(from_on: date, until_on: date | None) -> Suspension:
    return Suspension(
        ground=SuspensionGround.INCOMPLETE_APPLICATION, from_on=from_on, until_on=until_on
    )


def reasons(reckoning: Reckoning) -> list[StepReason]:
    return [step.reason for step in reckoning.steps]


def test_every_code_has_its_words() -> None:
    assert set(REASONS) == set(StepReason)
    assert set(PENALTY_STATES) == set(PenaltyState)
    assert set(SUSPENSION_GROUNDS) == set(SuspensionGround)


class TestTheEndOfATerm:
    @pytest.mark.parametrize(
        ("start", "length", "nominal", "end"),
        [
            (date(2026, 3, 2), weeks(8), date(2026, 4, 27), date(2026, 4, 28)),
            (date(2026, 4, 3), weeks(6), date(2026, 5, 15), date(2026, 5, 18)),
            (date(2026, 5, 18), weeks(6), date(2026, 6, 29), date(2026, 6, 29)),
            (date(2026, 5, 18), weeks(12), date(2026, 8, 10), date(2026, 8, 10)),
            (date(2026, 3, 19), term(6, TermUnit.MONTHS), date(2026, 9, 19), date(2026, 9, 19)),
        ],
    )
    def test_worked_examples_of_2026(
        self, start: date, length: Term, nominal: date, end: date
    ) -> None:
        reckoning = end_of_term(start, length, CALENDAR)
        assert (reckoning.starts_on, reckoning.nominal_end, reckoning.end) == (
            start + timedelta(days=1),
            nominal,
            end,
        )

    def test_it_says_which_days_were_counted_and_why_the_end_moved(self) -> None:
        steps = end_of_term(date(2026, 3, 2), weeks(8), CALENDAR).steps
        assert [(s.reason, s.first, s.last, s.days) for s in steps] == [
            (StepReason.TERM, date(2026, 3, 3), date(2026, 4, 27), 56),
            (StepReason.ATW_DAY_OFF, date(2026, 4, 27), date(2026, 4, 27), 1),
        ]
        assert steps[1].day_off is not None
        assert (steps[1].day_off.nl, steps[1].day_off.en) == ("Koningsdag", "King's Day")

    def test_each_day_it_moves_over_is_a_step(self) -> None:
        steps = end_of_term(date(2026, 4, 3), weeks(6), CALENDAR).steps[1:]
        assert [s.day_off.reason for s in steps if s.day_off] == [
            DayOffReason.DECREE_DAY,
            DayOffReason.SATURDAY,
            DayOffReason.SUNDAY,
        ]

    def test_exactly_twelve_weeks_three_months_and_ninety_days_are_covered(self) -> None:
        for length, start in (
            (weeks(12), date(2026, 6, 27)),
            (term(3, TermUnit.MONTHS), date(2026, 6, 19)),
            (term(90, TermUnit.DAYS), date(2026, 6, 21)),
        ):
            reckoning = end_of_term(start, length, CALENDAR)
            assert reckoning.nominal_end == date(2026, 9, 19)
            assert reckoning.end == date(2026, 9, 21)

    def test_longer_terms_end_on_the_day_itself_and_say_so(self) -> None:
        for length, start in (
            (weeks(13), date(2026, 6, 20)),
            (term(4, TermUnit.MONTHS), date(2026, 5, 19)),
            (term(91, TermUnit.DAYS), date(2026, 6, 20)),
        ):
            reckoning = end_of_term(start, length, CALENDAR)
            assert reckoning.end == date(2026, 9, 19)
            assert reasons(reckoning) == [StepReason.TERM, StepReason.ATW_TOO_LONG]

    def test_a_promise_does_not_move(self) -> None:
        promise = term(8, TermUnit.WEEKS, AtwApplies.NO)
        reckoning = end_of_term(date(2026, 3, 2), promise, CALENDAR)
        assert reckoning.end == date(2026, 4, 27)
        assert reasons(reckoning)[-1] is StepReason.ATW_NOT_SET_BY_LAW

    def test_a_term_declared_to_follow_the_atw_moves(self) -> None:
        declared = term(8, TermUnit.WEEKS, AtwApplies.DECLARED)
        assert end_of_term(date(2026, 3, 2), declared, CALENDAR).end == date(2026, 4, 28)

    def test_a_term_of_three_days_holds_two_ordinary_days(self) -> None:
        # Thursday 2 April 2026: Good Friday, Saturday and Sunday, Easter Monday, and then Tuesday.
        reckoning = end_of_term(date(2026, 4, 2), term(3, TermUnit.DAYS), CALENDAR)
        assert reckoning.nominal_end == date(2026, 4, 5)
        assert reckoning.end == date(2026, 4, 8)
        assert reasons(reckoning)[-1] is StepReason.ATW_TWO_DAYS
        assert reckoning.steps[-1].days == 1

    def test_a_term_of_two_days_may_hold_one(self) -> None:
        assert end_of_term(date(2026, 4, 2), term(2, TermUnit.DAYS), CALENDAR).end == date(
            2026, 4, 7
        )

    @pytest.mark.parametrize(
        ("start", "amount", "end"),
        [
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2027, 8, 30), 6, date(2028, 2, 29)),
            (date(2016, 2, 29), 12, date(2017, 2, 28)),
            (date(2026, 12, 15), 1, date(2027, 1, 15)),
            (date(2016, 2, 29), 3, date(2016, 5, 30)),  # HR 2017:2225: 29 May, a Sunday
        ],
    )
    def test_months_end_on_the_same_number_or_the_last_day(
        self, start: date, amount: int, end: date
    ) -> None:
        assert end_of_term(start, term(amount, TermUnit.MONTHS), CALENDAR).end == end

    def test_a_decree_day_added_later_recomputes(self) -> None:
        start, length = date(2026, 3, 3), weeks(8)
        assert end_of_term(start, length, CALENDAR).end == date(2026, 4, 28)
        later = CALENDAR.with_decree_days({date(2026, 4, 28): "Stcrt."})
        assert end_of_term(start, length, later).end == date(2026, 4, 29)

    def test_a_term_lasts_at_least_one_unit(self) -> None:
        for amount in (0, -1):
            with pytest.raises(ValueError, match="at least one"):
                weeks(amount)
            with pytest.raises(ValueError, match="at least one"):
                Length(amount, TermUnit.DAYS)


class TestViewsAndObjections:
    def test_views_count_the_day_of_laying_open(self) -> None:
        plain = last_day_for_views(date(2026, 4, 2), CALENDAR)
        assert (plain.starts_on, plain.end) == (date(2026, 4, 2), date(2026, 5, 13))
        moved = last_day_for_views(date(2026, 4, 3), CALENDAR)
        assert (moved.nominal_end, moved.end) == (date(2026, 5, 14), date(2026, 5, 18))

    def test_objection_counts_from_the_day_after_publication(self) -> None:
        reckoning = objection_term(date(2026, 4, 3), CALENDAR)
        assert reckoning.starts_on == date(2026, 4, 4)
        assert reckoning.nominal_end == date(2026, 5, 15)
        assert reckoning.end == date(2026, 5, 18)


class TestTermsAsDatedData:
    @pytest.mark.parametrize(
        ("procedure", "amount", "unit", "extension"),
        [
            (Procedure.AWB_REASONABLE, 8, TermUnit.WEEKS, None),
            (Procedure.OMGEVINGSWET_REGULAR, 8, TermUnit.WEEKS, 6),
            (Procedure.OMGEVINGSWET_EXTENSIVE, 6, TermUnit.MONTHS, 6),
            (Procedure.WOO_REQUEST, 4, TermUnit.WEEKS, 2),
            (Procedure.OBJECTION_DECISION, 6, TermUnit.WEEKS, 6),
            (Procedure.OBJECTION_DECISION_COMMITTEE, 12, TermUnit.WEEKS, 6),
            (Procedure.PUBLIC_PREPARATION, 6, TermUnit.MONTHS, None),
        ],
    )
    def test_the_table(
        self, procedure: Procedure, amount: int, unit: TermUnit, extension: int | None
    ) -> None:
        found = law(procedure)
        assert (found.amount, found.unit) == (amount, unit)
        assert found.extension == (extension and Length(extension, TermUnit.WEEKS))

    def test_no_term_where_the_law_sets_none(self) -> None:
        assert statutory_term(Procedure.NONE, date(2026, 1, 1)) is None

    def test_no_term_before_the_law_was_in_force(self) -> None:
        assert statutory_term(Procedure.OMGEVINGSWET_REGULAR, date(2023, 12, 31)) is None
        assert statutory_term(Procedure.OMGEVINGSWET_REGULAR, date(2024, 1, 1)) is not None

    def test_an_override_holds_from_its_date(self) -> None:
        shorter = Term(amount=6, unit=TermUnit.WEEKS, ground="new", valid_from=date(2027, 1, 1))
        rows = [StatutoryTerm(Procedure.OMGEVINGSWET_REGULAR, shorter)]
        regular = Procedure.OMGEVINGSWET_REGULAR
        assert statutory_term(regular, date(2026, 12, 31), rows) == law(regular)
        assert statutory_term(regular, date(2027, 1, 1), rows) is shorter

    def test_an_override_of_the_same_date_goes_first(self) -> None:
        other = msgspec.structs.replace(law(Procedure.WOO_REQUEST), amount=3)
        rows = [StatutoryTerm(Procedure.WOO_REQUEST, other)]
        assert statutory_term(Procedure.WOO_REQUEST, date(2026, 1, 1), rows) is other

    def test_facts_travel_as_json(self) -> None:
        facts = ClockFacts(
            requested_on=date(2026, 6, 1),
            term=law(Procedure.OMGEVINGSWET_REGULAR),
            suspensions=(completed(date(2026, 6, 10), None),),
        )
        wire = msgspec.json.encode(facts)
        assert b'"requestedOn":"2026-06-01"' in wire
        assert msgspec.json.decode(wire, type=ClockFacts) == facts
        reckoning = reckon(facts, CALENDAR)
        assert msgspec.json.decode(msgspec.json.encode(reckoning), type=Reckoning) == reckoning


class TestSuspension:
    facts = ClockFacts(requested_on=date(2026, 6, 1), term=weeks(8))

    def suspended(self, *suspensions: Suspension) -> Reckoning:
        return reckon(msgspec.structs.replace(self.facts, suspensions=suspensions), CALENDAR)

    def test_asked_on_10_june_and_completed_on_18_june_stands_still_11_to_17_june(self) -> None:
        reckoning = self.suspended(completed(date(2026, 6, 10), date(2026, 6, 18)))
        step = reckoning.steps[1]
        assert (step.first, step.last, step.days) == (date(2026, 6, 11), date(2026, 6, 17), 7)
        assert step.ground == "Awb 4:15 lid 1 onder a"
        assert reckoning.suspended_days == 7
        assert reckoning.nominal_end == date(2026, 8, 3)  # 27 July + 7

    def test_no_due_date_while_it_stands_still(self) -> None:
        reckoning = self.suspended(completed(date(2026, 6, 10), None))
        assert (reckoning.nominal_end, reckoning.end) == (None, None)
        assert reckoning.suspended_since == date(2026, 6, 11)

    def test_overlapping_suspensions_count_each_day_once(self) -> None:
        reckoning = self.suspended(
            completed(date(2026, 6, 14), date(2026, 6, 21)),
            completed(date(2026, 6, 10), date(2026, 6, 18)),
            completed(date(2026, 6, 11), date(2026, 6, 13)),
        )
        assert reckoning.suspended_days == 10  # 11 to 20 June
        assert reckoning.nominal_end == date(2026, 8, 6)

    def test_completed_the_next_day_costs_no_day(self) -> None:
        for until_on in (date(2026, 6, 10), date(2026, 6, 11)):
            reckoning = self.suspended(completed(date(2026, 6, 10), until_on))
            assert reckoning == reckon(self.facts, CALENDAR)

    def test_days_before_the_term_starts_do_not_count(self) -> None:
        reckoning = self.suspended(completed(date(2026, 5, 20), date(2026, 6, 4)))
        assert reckoning.suspended_days == 2  # 2 and 3 June

    def test_asking_on_the_last_day_is_too_late_to_stop_the_clock(self) -> None:
        reckoning = self.suspended(completed(date(2026, 7, 27), None))
        assert reckoning.end == date(2026, 7, 27)
        assert reasons(reckoning)[-1] is StepReason.SUSPENSION_TOO_LATE

    def test_the_atw_moves_the_end_after_the_suspended_days(self) -> None:
        reckoning = self.suspended(completed(date(2026, 6, 10), date(2026, 6, 16)))
        assert reckoning.nominal_end == date(2026, 8, 1)  # a Saturday
        assert reckoning.end == date(2026, 8, 3)

    def test_suspended_in_a_day_the_atw_added(self) -> None:
        # Ends on Saturday 13 June, so runs to Monday 15 June; asked on Sunday, completed on Friday:
        # Monday to Thursday stand still, and the Friday is the last day.
        facts = ClockFacts(
            requested_on=date(2026, 5, 30),
            term=weeks(2),
            suspensions=(completed(date(2026, 6, 14), date(2026, 6, 19)),),
        )
        assert reckon(facts, CALENDAR).end == date(2026, 6, 19)

    def test_suspended_days_are_no_ordinary_days_of_a_short_term(self) -> None:
        facts = ClockFacts(
            requested_on=date(2026, 6, 4),  # Thursday, three days: to Sunday
            term=term(3, TermUnit.DAYS),
            suspensions=(completed(date(2026, 6, 4), date(2026, 6, 6)),),  # Friday stands still
        )
        reckoning = reckon(facts, CALENDAR)
        assert reckoning.nominal_end == date(2026, 6, 8)
        assert reckoning.end == date(2026, 6, 9)

    def test_a_suspension_cannot_end_before_it_starts(self) -> None:
        with pytest.raises(ValueError, match="cannot end"):
            completed(date(2026, 6, 10), date(2026, 6, 9))


class TestExtension:
    regular = ClockFacts(
        requested_on=date(2026, 3, 2), term=law(Procedure.OMGEVINGSWET_REGULAR)
    )  # nominal end 27 April, King's Day; last day 28 April

    def extended(self, **changes: object) -> Reckoning:
        return reckon(msgspec.structs.replace(self.regular, **changes), CALENDAR)

    def test_by_law_it_gets_what_the_law_gives(self) -> None:
        reckoning = self.extended(extension=Extension(announced_on=date(2026, 4, 20)))
        assert reckoning.nominal_end == date(2026, 6, 8)  # 27 April + six weeks
        assert reasons(reckoning) == [StepReason.TERM, StepReason.EXTENSION]

    def test_it_may_be_shorter_but_not_longer(self) -> None:
        announced = date(2026, 4, 20)
        for amount, end, reason in (
            (2, date(2026, 5, 11), StepReason.EXTENSION),
            (8, date(2026, 6, 8), StepReason.EXTENSION_SHORTENED),
        ):
            length = Length(amount, TermUnit.WEEKS)
            reckoning = self.extended(extension=Extension(announced_on=announced, length=length))
            assert reckoning.end == end
            assert reasons(reckoning)[-1] is reason
        reckoning = self.extended(
            extension=Extension(announced_on=announced, until=date(2026, 12, 1))
        )
        assert reckoning.end == date(2026, 6, 8)

    def test_a_named_date_stays_where_it_was_named(self) -> None:
        reckoning = self.extended(
            extension=Extension(announced_on=date(2026, 4, 20), until=date(2026, 5, 16))
        )
        assert reckoning.end == date(2026, 5, 16)  # a Saturday
        assert reasons(reckoning)[-1] is StepReason.ATW_NOT_SET_BY_LAW

    def test_an_extension_never_shortens_the_term(self) -> None:
        reckoning = self.extended(
            extension=Extension(announced_on=date(2026, 4, 20), until=date(2026, 4, 22))
        )
        assert reckoning.end == date(2026, 4, 28)

    def test_announced_after_the_term_it_is_not_valid(self) -> None:
        for announced, valid in ((date(2026, 4, 28), True), (date(2026, 4, 29), False)):
            reckoning = self.extended(extension=Extension(announced_on=announced))
            assert (reckoning.end == date(2026, 6, 8)) is valid
            assert (StepReason.EXTENSION_TOO_LATE in reasons(reckoning)) is not valid
            assert extension_in_time(self.regular, announced, CALENDAR) is valid

    def test_a_suspension_makes_room_for_announcing(self) -> None:
        suspended = msgspec.structs.replace(
            self.regular, suspensions=(completed(date(2026, 4, 10), date(2026, 4, 21)),)
        )
        assert extension_in_time(suspended, date(2026, 5, 7), CALENDAR)
        assert not extension_in_time(suspended, date(2026, 5, 8), CALENDAR)
        still = msgspec.structs.replace(
            self.regular, suspensions=(completed(date(2026, 4, 10), None),)
        )
        assert extension_in_time(still, date(2026, 9, 1), CALENDAR)

    def test_a_suspension_after_the_announcement_does_not_rescue_it(self) -> None:
        facts = msgspec.structs.replace(
            self.regular, suspensions=(completed(date(2026, 5, 1), date(2026, 6, 1)),)
        )
        assert not extension_in_time(facts, date(2026, 4, 30), CALENDAR)

    def test_extension_and_suspension_add_up_in_either_order(self) -> None:
        for announced in (date(2026, 4, 1), date(2026, 4, 27)):
            reckoning = self.extended(
                extension=Extension(announced_on=announced),
                suspensions=(completed(date(2026, 4, 10), date(2026, 4, 21)),),
            )
            assert reckoning.nominal_end == date(2026, 6, 18)  # 8 June + 10 days

    def test_once_by_law_and_further_only_by_consent(self) -> None:
        first = Extension(announced_on=date(2026, 4, 20))
        again = Extension(announced_on=date(2026, 6, 1))
        reckoning = self.extended(extension=first, further_extension=again)
        assert reckoning.end == date(2026, 6, 8)
        assert reasons(reckoning)[-1] is StepReason.EXTENSION_NOT_ALLOWED
        agreed = Extension(
            announced_on=date(2026, 6, 1),
            length=Length(3, TermUnit.WEEKS),
            ground=ExtensionGround.CONSENT,
        )
        reckoning = self.extended(extension=first, further_extension=agreed)
        assert reckoning.end == date(2026, 6, 29)

    def test_eight_plus_six_weeks_is_covered_by_the_atw(self) -> None:
        facts = ClockFacts(
            requested_on=date(2026, 3, 21),
            term=law(Procedure.OMGEVINGSWET_REGULAR),
            extension=Extension(announced_on=date(2026, 4, 1)),
        )
        assert reckon(facts, CALENDAR).nominal_end == date(2026, 6, 27)  # a Saturday
        assert reckon(facts, CALENDAR).end == date(2026, 6, 29)

    def test_six_months_plus_six_weeks_is_not(self) -> None:
        facts = ClockFacts(
            requested_on=date(2026, 3, 19),
            term=law(Procedure.OMGEVINGSWET_EXTENSIVE),
            extension=Extension(announced_on=date(2026, 4, 1)),
        )
        assert reckon(facts, CALENDAR).end == date(2026, 10, 31)  # Saturday 19 September + 6 weeks

    def test_a_reasonable_term_runs_to_the_day_named_within_eight_weeks(self) -> None:
        facts = ClockFacts(requested_on=date(2026, 3, 2), term=law(Procedure.AWB_REASONABLE))
        for announced, end in (
            (date(2026, 4, 28), date(2026, 7, 1)),
            (date(2026, 4, 29), date(2026, 4, 28)),
        ):
            extension = Extension(announced_on=announced, until=date(2026, 7, 1))
            changed = msgspec.structs.replace(facts, extension=extension)
            assert reckon(changed, CALENDAR).end == end

    def test_public_preparation_is_extended_within_eight_weeks_of_receipt(self) -> None:
        facts = ClockFacts(requested_on=date(2026, 3, 2), term=law(Procedure.PUBLIC_PREPARATION))
        assert extension_in_time(facts, date(2026, 4, 28), CALENDAR)
        assert not extension_in_time(facts, date(2026, 4, 29), CALENDAR)

    def test_nothing_to_extend_without_a_term(self) -> None:
        facts = ClockFacts(requested_on=date(2026, 3, 2))
        assert not extension_in_time(facts, date(2026, 3, 3), CALENDAR)
        reckoning = reckon(facts, CALENDAR)
        assert (reckoning.end, reckoning.nominal_end, reckoning.steps) == (None, None, ())

    def test_an_extension_the_law_does_not_know(self) -> None:
        facts = ClockFacts(
            requested_on=date(2026, 3, 2),
            term=weeks(4),
            extension=Extension(announced_on=date(2026, 3, 9)),
        )
        assert reasons(reckon(facts, CALENDAR))[-1] is StepReason.EXTENSION_NOT_ALLOWED

    def test_consent_without_a_length_says_nothing(self) -> None:
        agreed = Extension(announced_on=date(2026, 3, 9), ground=ExtensionGround.CONSENT)
        with pytest.raises(ValueError, match="no length and no date"):
            self.extended(extension=agreed)
        with pytest.raises(ValueError, match="not both"):
            Extension(
                announced_on=date(2026, 3, 9),
                length=Length(1, TermUnit.DAYS),
                until=date(2026, 4, 1),
            )


class TestPenalty:
    late = ClockFacts(
        requested_on=date(2026, 3, 2), term=law(Procedure.OMGEVINGSWET_REGULAR)
    )  # last day 28 April

    def owed(self, today: date, **changes: object) -> Penalty:
        found = penalty(msgspec.structs.replace(self.late, **changes), CALENDAR, today)
        assert found is not None
        return found

    def test_the_container_spot(self) -> None:
        # ECLI:NL:RVS:2019:2356: decision 16 October 2017, objection on day 42, two notices of
        # default in March, decision on 15 May 2018. A notice of 2018 goes by the tariff of 2009.
        objection_over = objection_term(date(2017, 10, 16), CALENDAR).end
        assert objection_over == date(2017, 11, 27)
        facts = ClockFacts(
            requested_on=objection_over,
            term=law(Procedure.OBJECTION_DECISION_COMMITTEE, objection_over),
            decided_on=date(2018, 5, 15),
        )
        assert reckon(facts, CALENDAR).end == date(2018, 2, 19)
        for received_on, from_on, days, cents, state in (
            (date(2018, 3, 14), date(2018, 3, 29), 42, 1_260_00, PenaltyState.FULL),
            (date(2018, 3, 28), date(2018, 4, 12), 33, 900_00, PenaltyState.STOPPED),
        ):
            found = penalty(
                msgspec.structs.replace(facts, notice_of_default_on=received_on),
                CALENDAR,
                date(2018, 6, 1),
            )
            assert found is not None
            assert (found.from_on, found.days, found.cents, found.state) == (
                from_on,
                days,
                cents,
                state,
            )

    def test_the_whole_of_it_is_1442_euro(self) -> None:
        found = self.owed(date(2027, 1, 1), notice_of_default_on=date(2026, 5, 1))
        assert (found.state, found.days, found.cents) == (PenaltyState.FULL, 42, 1_442_00)
        assert (found.from_on, found.until_on, found.last_on) == (
            date(2026, 5, 16),  # a Saturday: the Atw does not apply
            date(2026, 6, 26),
            date(2026, 6, 26),
        )

    @pytest.mark.parametrize(
        ("today", "days", "cents", "state"),
        [
            (date(2026, 5, 15), 0, 0, PenaltyState.WAITING),
            (date(2026, 5, 16), 1, 23_00, PenaltyState.RUNNING),
            (date(2026, 5, 29), 14, 322_00, PenaltyState.RUNNING),
            (date(2026, 5, 30), 15, 357_00, PenaltyState.RUNNING),
            (date(2026, 6, 13), 29, 857_00, PenaltyState.RUNNING),
            (date(2026, 6, 26), 42, 1_442_00, PenaltyState.FULL),
        ],
    )
    def test_it_grows_by_the_day(
        self, today: date, days: int, cents: int, state: PenaltyState
    ) -> None:
        found = self.owed(today, notice_of_default_on=date(2026, 5, 1))
        assert (found.days, found.cents, found.state) == (days, cents, state)

    def test_a_notice_before_the_term_is_over_is_premature(self) -> None:
        for received_on, premature in ((date(2026, 4, 28), True), (date(2026, 4, 29), False)):
            found = self.owed(date(2026, 6, 1), notice_of_default_on=received_on)
            assert (found.state is PenaltyState.PREMATURE) is premature
            assert (found.from_on is None) is premature
            assert (found.cents == 0) is premature

    def test_a_notice_while_the_clock_stands_still_is_premature(self) -> None:
        found = self.owed(
            date(2026, 6, 1),
            notice_of_default_on=date(2026, 5, 20),
            suspensions=(completed(date(2026, 4, 10), None),),
        )
        assert found.state is PenaltyState.PREMATURE

    def test_the_day_of_the_decision_is_no_day_in_default(self) -> None:
        notice = date(2026, 5, 1)
        for decided_on, days, state in (
            (date(2026, 5, 15), 0, PenaltyState.AVERTED),
            (date(2026, 5, 16), 0, PenaltyState.AVERTED),
            (date(2026, 5, 17), 1, PenaltyState.STOPPED),
        ):
            found = self.owed(date(2026, 9, 1), notice_of_default_on=notice, decided_on=decided_on)
            assert (found.days, found.state) == (days, state)

    def test_a_decision_still_to_come_has_not_stopped_it(self) -> None:
        found = self.owed(
            date(2026, 5, 20),
            notice_of_default_on=date(2026, 5, 1),
            decided_on=date(2026, 5, 25),
        )
        assert (found.days, found.state) == (5, PenaltyState.RUNNING)

    def test_none_without_a_notice_a_term_or_a_penalty_on_the_term(self) -> None:
        today, notice = date(2026, 9, 1), date(2026, 5, 1)
        assert penalty(self.late, CALENDAR, today) is None
        for facts in (
            ClockFacts(requested_on=date(2026, 3, 2), notice_of_default_on=notice),
            ClockFacts(
                requested_on=date(2026, 3, 2),
                term=law(Procedure.WOO_REQUEST),
                notice_of_default_on=notice,
            ),
            msgspec.structs.replace(
                self.late, notice_of_default_on=notice, decided_on=date(2026, 4, 30)
            ),
        ):
            assert penalty(facts, CALENDAR, today) is None

    def test_the_tariff_goes_by_the_day_of_receipt(self) -> None:
        old, new = penalty_tariff(date(2018, 12, 31)), penalty_tariff(date(2019, 1, 1))
        assert old is not None
        assert new is not None
        assert (old.cents(42), new.cents(42)) == (1_260_00, 1_442_00)
        assert penalty_tariff(date(2009, 9, 30)) is None
        with pytest.raises(ValueError, match="zero days"):
            new.cents(-1)


DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2035, 12, 31))
COVERED = st.one_of(
    st.builds(term, st.integers(1, 90), st.just(TermUnit.DAYS)),
    st.builds(term, st.integers(1, 12), st.just(TermUnit.WEEKS)),
    st.builds(term, st.integers(1, 3), st.just(TermUnit.MONTHS)),
)
ANY_TERM = st.one_of(
    COVERED,
    st.sampled_from([law(p) for p in Procedure if p is not Procedure.NONE]),
    st.builds(term, st.integers(1, 30), st.sampled_from(TermUnit), st.just(AtwApplies.NO)),
)


@st.composite
def clocks(draw: st.DrawFn) -> ClockFacts:
    requested_on = draw(DAYS)
    spans = draw(st.lists(st.tuples(st.integers(-10, 200), st.integers(0, 60)), max_size=4))
    return ClockFacts(
        requested_on=requested_on,
        term=draw(ANY_TERM),
        suspensions=tuple(
            completed(
                requested_on + timedelta(days=after), requested_on + timedelta(days=after + length)
            )
            for after, length in spans
        ),
        extension=draw(
            st.none()
            | st.builds(
                Extension,
                announced_on=st.integers(0, 200).map(lambda n: requested_on + timedelta(days=n)),
                length=st.just(Length(2, TermUnit.WEEKS)),
                ground=st.sampled_from(ExtensionGround),
            )
        ),
    )


@given(DAYS, COVERED)
def test_a_term_the_atw_covers_ends_on_an_ordinary_day(start: date, length: Term) -> None:
    reckoning = end_of_term(start, length, CALENDAR)
    assert reckoning.end is not None
    assert reckoning.nominal_end is not None
    assert CALENDAR.day_off(reckoning.end) is None
    assert reckoning.nominal_end <= reckoning.end <= reckoning.nominal_end + timedelta(days=9)


@given(DAYS, COVERED)
def test_the_steps_add_up_to_the_end(start: date, length: Term) -> None:
    reckoning = end_of_term(start, length, CALENDAR)
    assert start + timedelta(days=sum(s.days for s in reckoning.steps)) == reckoning.end


@given(DAYS, COVERED)
def test_a_term_of_three_days_or_more_holds_two_ordinary_days(start: date, length: Term) -> None:
    reckoning = end_of_term(start, length, CALENDAR)
    assert reckoning.nominal_end is not None
    assert reckoning.end is not None
    if (reckoning.nominal_end - start).days >= 3:
        days = (start + timedelta(days=n + 1) for n in range((reckoning.end - start).days))
        assert sum(CALENDAR.day_off(day) is None for day in days) >= 2


@given(DAYS, st.integers(0, 30), COVERED)
def test_a_later_start_never_ends_earlier(start: date, later: int, length: Term) -> None:
    first = end_of_term(start, length, CALENDAR).end
    second = end_of_term(start + timedelta(days=later), length, CALENDAR).end
    assert first is not None
    assert second is not None
    assert first <= second


@given(DAYS, ANY_TERM, st.data())
def test_a_suspension_of_n_days_moves_the_nominal_end_by_n(
    start: date, length: Term, data: st.DataObject
) -> None:
    plain = reckon(ClockFacts(requested_on=start, term=length), CALENDAR)
    assert plain.nominal_end is not None
    last_moment = (plain.nominal_end - start).days - 1
    asked = start + timedelta(days=data.draw(st.integers(0, last_moment)))
    days = data.draw(st.integers(0, 400))
    facts = ClockFacts(
        requested_on=start,
        term=length,
        suspensions=(completed(asked, asked + timedelta(days=days + 1)),),
    )
    suspended = reckon(facts, CALENDAR)
    assert suspended.suspended_days == days
    assert suspended.nominal_end == plain.nominal_end + timedelta(days=days)


@given(clocks())
def test_the_steps_of_any_clock_add_up(facts: ClockFacts) -> None:
    reckoning = reckon(facts, CALENDAR)
    assert reckoning.end is not None
    total = timedelta(days=sum(step.days for step in reckoning.steps))
    assert facts.requested_on + total == reckoning.end
    assert reckoning.suspended_days == sum(
        step.days for step in reckoning.steps if step.reason is StepReason.SUSPENSION
    )


@given(clocks())
def test_the_order_in_which_suspensions_are_told_does_not_matter(facts: ClockFacts) -> None:
    turned = msgspec.structs.replace(facts, suspensions=facts.suspensions[::-1])
    assert reckon(turned, CALENDAR).end == reckon(facts, CALENDAR).end


@given(clocks(), st.integers(0, 300))
def test_an_extension_counts_exactly_when_it_is_in_time(facts: ClockFacts, after: int) -> None:
    announced_on = facts.requested_on + timedelta(days=after)
    extension = Extension(
        announced_on=announced_on,
        length=Length(1, TermUnit.WEEKS),
        ground=ExtensionGround.CONSENT,
    )
    facts = msgspec.structs.replace(facts, extension=extension)
    too_late = StepReason.EXTENSION_TOO_LATE in reasons(reckon(facts, CALENDAR))
    assert extension_in_time(facts, announced_on, CALENDAR) is not too_late


@given(clocks(), st.integers(0, 500), st.integers(0, 700), st.none() | st.integers(0, 700))
def test_a_penalty_is_at_most_42_days_and_1442_euro(
    facts: ClockFacts, notice: int, today: int, decided: int | None
) -> None:
    facts = msgspec.structs.replace(
        facts,
        notice_of_default_on=facts.requested_on + timedelta(days=notice),
        decided_on=None if decided is None else facts.requested_on + timedelta(days=decided),
    )
    on = facts.requested_on + timedelta(days=today)
    found = penalty(facts, CALENDAR, on)
    if found is None:
        return
    assert 0 <= found.cents <= 1_442_00
    assert 0 <= found.days <= 42
    assert (found.days == 0) == (found.cents == 0) == (found.until_on is None)
    tomorrow = penalty(facts, CALENDAR, on + timedelta(days=1))
    assert tomorrow is not None
    assert found.cents <= tomorrow.cents
