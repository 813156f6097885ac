"""What holds of the fold in every history."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.domain.project.test_histories import COMMANDS
from tests.domain.project.told import PROJECT, Told
from tests.projections.accounts.kept import Commands, everything, folded, kept, retold, seen

from cocreate.domain.identity import IDENTITY_EVENTS
from cocreate.domain.log_reads import LogRead
from cocreate.domain.municipality import DayOffDeclared, VisibilitySet
from cocreate.domain.own_settings import SettingsChanged
from cocreate.domain.signing_keys import SigningKeyAnnounced
from cocreate.domain.steps import record
from cocreate.domain.subscription import SUBSCRIPTION_EVENTS, PlanDefined
from cocreate.domain.webhooks import WEBHOOK_EVENTS
from cocreate.log.codec import ALL_EVENTS
from cocreate.projections.accounts import (
    Accounts,
    decode,
    encode,
    key_of,
    related,
    touched,
)
from cocreate.projections.accounts.ledger import CHANGES
from cocreate.projections.known import Audience, Known

NO_CHANGE = {
    record.StepsPublished,  # what was published or corrected is known as such already
    record.StepCorrected,
    SigningKeyAnnounced,  # what signs for the log: nothing of a project either
    LogRead,  # what was read, which is about the log and not about a project
    VisibilitySet,  # rules for what is recorded: they tell nothing of a subject
    DayOffDeclared,
    *IDENTITY_EVENTS,  # who is let in: nothing of a project
    *WEBHOOK_EVENTS,  # where events are sent: neither
    PlanDefined,
    *SUBSCRIPTION_EVENTS.values(),  # of the operator's own log, which has no read models
    SettingsChanged,
}

in_every_history = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def test_every_type_of_event_changes_accounts_or_is_known_not_to() -> None:
    assert CHANGES.keys() | NO_CHANGE == set(ALL_EVENTS.values())
    assert not CHANGES.keys() & NO_CHANGE


@in_every_history
@given(COMMANDS)
def test_what_a_step_changes_follows_from_what_it_touches(commands: Commands) -> None:
    told = retold(commands)
    for audience in Audience:
        steps = seen(told.events, audience)
        stored: dict[str, bytes] = {}
        for step in steps:
            take_from_store(stored, step)
        decoded = {one: decode(account) for one, account in stored.items()}
        assert decoded == everything(folded(steps))


def take_from_store(stored: dict[str, bytes], step: Known) -> None:
    """Take a step with no more in memory than the engine loads for it."""
    accounts = Accounts(PROJECT)
    for subject_id in touched(step.event):
        if subject_id in stored:
            account = decode(stored[subject_id])
            accounts.hold(account)
            for other in related(account):
                if other in stored and other not in accounts.subjects:
                    accounts.hold(decode(stored[other]))
    accounts.take(step)
    stored.update((one, encode(account)) for one, account in accounts.changed.items())
    if accounts.project is not None:  # every step counts there
        stored[""] = encode(accounts.project)


@in_every_history
@given(COMMANDS)
def test_a_fold_may_stop_anywhere_and_go_on_from_what_was_stored(commands: Commands) -> None:
    told = retold(commands)
    steps = seen(told.events)
    middle = len(steps) // 2
    accounts = Accounts(PROJECT)
    for account in everything(folded(steps[:middle])).values():
        accounts.hold(decode(encode(account)))
    for step in steps[middle:]:
        accounts.take(step)
    assert everything(accounts) == everything(folded(steps))


@in_every_history
@given(COMMANDS)
def test_every_account_comes_back_as_it_was_stored(commands: Commands) -> None:
    for audience in Audience:
        for one, account in everything(kept(retold(commands), audience)).items():
            again = decode(encode(account))
            assert (again, key_of(again)) == (account, one)
            assert encode(again) == encode(account)


@in_every_history
@given(COMMANDS)
def test_a_step_tells_which_accounts_it_changed(commands: Commands) -> None:
    accounts = Accounts(PROJECT)
    for step in seen(retold(commands).events):
        before = {one: encode(account) for one, account in everything(accounts).items() if one}
        accounts.changed.clear()
        accounts.take(step)
        changed = {
            one
            for one, account in everything(accounts).items()
            if one and before.get(one) != encode(account)
        }
        assert changed <= accounts.changed.keys()


@in_every_history
@given(COMMANDS)
def test_parties_carry_the_obstacles_that_are_open(commands: Commands) -> None:
    subjects = kept(retold(commands)).subjects.values()
    for party in subjects:
        if party.kind == "party":
            carried = party.carried  # type: ignore[attr-defined]
            owned = [one for one in subjects if getattr(one, "owner", None) == party.id]
            assert carried.get("obstacles", 0) == sum(one.stands == "open" for one in owned)
            assert all(carried.values())


@pytest.mark.parametrize("audience", Audience)
def test_a_step_on_what_is_not_known_leaves_it_alone(told: Told, audience: Audience) -> None:
    told.wishes("W1")
    accounts = Accounts(PROJECT)
    steps = seen(told.events, audience)
    accounts.take(steps[0])
    told.wishes("W2")
    accounts.take(seen(told.events, audience)[2])
    assert list(accounts.subjects) == ["W2"]
