"""A project is replayed event by event, with what each event changed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.audit.conftest import CLERK, CODE, DAY, INTERNAL, OFFICIAL, Kept, wish

from cocreate.audit.replay import Narrow, ReplayedStep, replay
from cocreate.domain.steps.record import CorrectStep, PublishSteps
from cocreate.projections.accounts import Accounts, encode
from cocreate.projections.difference import LEFT_OUT, AccountChange, difference
from cocreate.projections.files import fold, known_steps, read_file
from cocreate.projections.known import Audience
from cocreate.projections.resource import ProjectFile

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
            if name not in LEFT_OUT
        }
        for subject, account in every.items()
    }


async def file_at(
    kept: Kept, project: UUID, audience: Audience, position: int
) -> ProjectFile | None:
    service = kept.service
    return await read_file(
        service.answers, service.reader, CODE, project, audience, position, DAY, now=False
    )


def field_by_field(changes: Iterable[AccountChange]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Give what is otherwise, but for the counts of the project, of which no step tells."""
    found = {
        change.id: {
            each.field: (_value(each.before), _value(each.after))
            for each in change.fields
            if change.id or each.field not in ("counts", "lastStepOn")
        }
        for change in changes
    }
    return {name: fields for name, fields in found.items() if fields}


@pytest.mark.parametrize("audience", Audience)
async def test_each_step_changes_what_is_known_otherwise_at_its_position(
    kept: Kept, audience: Audience
) -> None:
    project = await kept.start("Verschil")
    await kept.take(project, wish(1), wish(2, visibility=INTERNAL), wish(3, visibility=INTERNAL))
    for version, title, visibility in ((2, "Anders", None), (3, "Intern anders", INTERNAL)):
        corrected = CorrectStep(
            occurred_on=DAY,
            step=version,
            changes={"title": title},
            reason="Fout.",
            visibility=visibility,
        )
        await kept.take(project, corrected)
    await kept.take(project, PublishSteps(occurred_on=DAY, steps=(3, 6)), wish(4))
    found = await steps(kept, project=project, audience=audience)
    seen = {Audience.INTERNAL: [1, 2, 3, 4, 5, 6, 7, 8], Audience.PUBLIC: [1, 2, 3, 5, 6, 7, 8]}
    assert [step.version for step in found] == seen[audience]
    before = await file_at(kept, project, audience, found[0].position - 1)
    assert before is None
    for step in found:
        after = await file_at(kept, project, audience, step.position)
        assert after is not None
        assert field_by_field(step.changes) == field_by_field(difference(before, after))
        assert not difference(after, after)
        before = after


@pytest.mark.parametrize("audience", Audience)
async def test_a_difference_is_what_the_steps_between_brought(
    kept: Kept, audience: Audience
) -> None:
    found = await steps(kept, audience=audience)
    files = [await file_at(kept, kept.project, audience, step.position) for step in found]
    for first, last in combinations(range(len(found)), 2):
        earlier, later = files[first], files[last]
        assert later is not None
        together: dict[str, dict[str, tuple[Any, Any]]] = {}
        for step in found[first + 1 : last + 1]:
            for name, fields in field_by_field(step.changes).items():
                held = together.setdefault(name, {})
                for field, (was, now) in fields.items():
                    held[field] = (held.get(field, (was, now))[0], now)
        expected = {
            name: {field: pair for field, pair in fields.items() if pair[0] != pair[1]}
            for name, fields in together.items()
        }
        changes = difference(earlier, later)
        assert field_by_field(changes) == {name: held for name, held in expected.items() if held}
        came = {change.id for change in changes if change.came}
        assert came == {
            name for name, fields in together.items() if fields.get("kind", (0, 0))[0] is None
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
