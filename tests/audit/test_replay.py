"""A project is replayed event by event, with what each event changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
from tests.audit.conftest import CLERK, CODE, DAY, INTERNAL, OFFICIAL, Kept, wish

from cocreate.audit import replay as module
from cocreate.audit.replay import Narrow, ReplayedStep, replay
from cocreate.domain.steps.record import CorrectStep, PublishSteps
from cocreate.projections.accounts import Accounts, encode
from cocreate.projections.files import fold, known_steps
from cocreate.projections.known import Audience

EVERYTHING = 2**62


async def steps(kept: Kept, **asked: Any) -> list[ReplayedStep]:
    project = asked.pop("project", kept.project)
    found = replay(kept.service.reader, CODE, project, **{"up_to": EVERYTHING, **asked})
    return [step async for step in found]


def told(step: ReplayedStep) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Give the changes of a step by account and field, before and after."""
    return {
        change.id: {each.field: (_value(each.before), _value(each.after)) for each in change.fields}
        for change in step.changes
    }


def _value(raw: msgspec.Raw | None) -> Any:
    return None if raw is None else msgspec.json.decode(raw)


async def test_each_step_says_who_recorded_it_and_what_it_changed(kept: Kept) -> None:
    found = await steps(kept)
    assert [step.version for step in found] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [(step.actor, step.actor_role) for step in found[5:7]] == [
        (OFFICIAL.actor, OFFICIAL.actor_role),
        (CLERK.actor, CLERK.actor_role),
    ]
    assert told(found[0])[""]["title"] == (None, "Lampen in de <tunnel>")
    assert told(found[1])["w1"]["status"] == (None, "open")
    assert told(found[5]) == {"w1": {"supporters": (None, 12)}}
    decided = told(found[6])
    assert decided["w1"]["decisions"] == (None, ["d1"])
    assert decided["d1"]["kind"] == (None, "decision")
    assert "chain" not in decided["w1"]


async def test_a_correction_shows_what_it_set_right(kept: Kept) -> None:
    assert told((await steps(kept))[-1]) == {"w1": {"title": ("Wens 1", "Licht in de tunnel")}}


async def test_the_changes_add_up_to_the_accounts_at_every_position(kept: Kept) -> None:
    project = await kept.start("Lang")
    await kept.take(project, *(wish(number) for number in range(20)))
    await kept.take(project, wish(20, visibility=INTERNAL))
    for number in (2, 5, 2):
        changes: dict[str, object] = {"title": f"Anders {number}"}
        corrected = CorrectStep(occurred_on=DAY, step=number, changes=changes, reason="Fout.")
        await kept.take(project, corrected)
    await kept.take(project, PublishSteps(occurred_on=DAY, steps=(22,)))
    await kept.take(project, *(wish(30 + number) for number in range(5)))
    accounts: dict[str, dict[str, Any]] = {}
    reader = kept.service.reader
    for step in await steps(kept, project=project):
        for change, fields in told(step).items():
            held = accounts.setdefault(change, {})
            for name, (before, after) in fields.items():
                assert held.get(name) == before
                held[name] = after
        known = await known_steps(reader, CODE, project, Audience.INTERNAL, step.position)
        expected = _plain(await fold(project, known))
        shown = {
            subject: {name: value for name, value in held.items() if value is not None}
            for subject, held in accounts.items()
        }
        # Counts on the account of the project go along with the subjects, without a word.
        for each in (expected[""], shown[""]):
            for name in ("counts", "lastStepOn"):
                each.pop(name, None)
        assert shown == expected


def _plain(accounts: Accounts) -> dict[str, dict[str, Any]]:
    assert accounts.project is not None
    every = {"": accounts.project, **accounts.subjects}
    return {
        subject: {
            name: value
            for name, value in msgspec.json.decode(encode(account)).items()
            if name not in module._LEFT_OUT
        }
        for subject, account in every.items()
    }


async def test_it_is_narrowed_by_kind_and_by_who_recorded_it(kept: Kept) -> None:
    wishes = await steps(kept, narrow=Narrow(kind="WishExpressed"))
    assert [step.version for step in wishes] == [2, 3, 4]
    [decided] = await steps(kept, narrow=Narrow(actor=CLERK.actor))
    assert decided.type == "DecisionRecorded"
    assert "w1" in told(decided)
    assert not await steps(kept, narrow=Narrow(actor=CLERK.actor, kind="WishExpressed"))


async def test_it_goes_on_after_a_version_and_is_as_known_at_a_position(kept: Kept) -> None:
    whole = await steps(kept)
    assert await steps(kept, after=3) == whole[3:]
    assert await steps(kept, up_to=whole[4].position) == whole[:5]


async def test_a_project_that_is_not_there_has_no_steps(kept: Kept) -> None:
    assert not await steps(kept, project=uuid4())
