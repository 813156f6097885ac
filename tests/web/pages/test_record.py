"""Steps recorded by forms: every kind of step, as the API would record it, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.api.test_steps import BEFOREHAND
from tests.web.conftest import Visitor
from tests.web.filling import Pairs, filled_in, in_page

from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.parts import Parts
from cocreate.api.roles import STEPS_OF
from cocreate.domain.steps import STEPS
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import Role
from cocreate.log.live import Sender
from cocreate.log.tokens import MARK
from cocreate.web.forms.catalogue import form_fields
from cocreate.web.forms.entries import entries_of

APART = {"projects", "stops", "erasures", "publications", "approval-conclusions"}
"""Steps that are no part of the story, or nobody takes by hand."""
IMPORTED = Sender(actor="import", actor_role="official")


class Desk:
    """Someone who is signed in and fills in forms about a project."""

    def __init__(self, town: Town, role: Role, cookie: str) -> None:
        self.town = town
        self.role = role
        self.client = town.anyone.client
        self.cookie = cookie

    def at(self, project: str, *places: str) -> str:
        home = f"/nl/{self.town.code}"
        return "/".join((project.replace(self.town.home, home), *places))

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"Cookie": self.cookie})

    async def send(self, path: str, pairs: Pairs, do: str) -> httpx.Response:
        headers = {
            "Cookie": self.cookie,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode([*pairs, ("do", do)])
        return await self.client.post(path, content=body, headers=headers)

    async def fill_in(self, path: str, typed: Pairs, query: str = "") -> httpx.Response:
        """Fill in the form at an address, and have it checked."""
        form = await self.get(path + query)
        assert form.status_code == 200, form.text
        return await self.send(path, filled_in(in_page(form.text), typed), "preview")

    async def record(self, path: str, typed: Pairs, query: str = "") -> httpx.Response:
        """Fill in the form, look at what it will come to, and record that."""
        preview = await self.fill_in(path, typed, query)
        assert preview.status_code == 200, preview.text
        assert "Dit wordt vastgelegd" in preview.text
        return await self.send(path, in_page(preview.text), "record")


async def sit_down(town: Town, role: Role) -> Desk:
    visitor = Visitor(town.anyone.client)
    await visitor.sign_in(town.code, str(town[role].key))
    return Desk(town, role, visitor.cookie)


@pytest.fixture(scope="module")
async def official(town: Town) -> Desk:
    return await sit_down(town, Role.OFFICIAL)


def typed_for(noun: str, body: Mapping[str, Any]) -> Pairs:
    """Give what someone types for the body of a step, with what they have no field for."""
    return [*entries_of(form_fields(noun), body).pairs()]


async def events(town: Town, project: str) -> list[dict[str, Any]]:
    page = await town[Role.AUDITOR].get(f"{project}/events?limit=1000")
    found: list[dict[str, Any]] = page.json()["events"]
    return found


def told(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: event[name] for name in ("type", "version", "occurredOn", "visibility", "data")}


async def test_every_step_of_the_story_is_recorded_by_its_form_as_by_the_api(
    app: Litestar, town: Town, official: Desk
) -> None:
    parts: Parts = app.state["parts"]
    by_api, by_form = await town.start(), await town.start()
    taken = set()
    for noun, example in STEP_EXAMPLES.items():
        if noun in APART:
            continue
        for project in (by_api, by_form):
            for before, said in BEFOREHAND.get(noun, ()):
                await town.take(project, before, **said)
            if noun == "deviation-motivations":
                await imported(parts, town, project)
        answer = await town.official.post(f"{by_api}/{noun}", example)
        assert answer.status_code == 201, (noun, answer.text)
        form = official.at(by_form, "record", noun)
        if noun == "corrections":
            typed = [("changes.title", example["changes"]["title"]), ("reason", example["reason"])]
            typed.append(("occurredOn", example["occurredOn"]))
            sent = await official.record(form, typed, f"?step={example['step']}")
        else:
            sent = await official.record(form, typed_for(noun, example))
        assert sent.status_code == 303, (noun, sent.text)
        shown = await official.get(sent.headers["location"])
        assert shown.status_code == 200, (noun, shown.text)
        assert "Vastgelegd als stap" in shown.text
        taken.add(noun)
    assert taken | APART == set(STEPS)
    expected, found = await events(town, by_api), await events(town, by_form)
    assert [told(each) for each in found] == [told(each) for each in expected]
    assert {each["actorRole"] for each in found} == {"official"}


async def imported(parts: Parts, town: Town, project: str) -> None:
    """Have an import bring a decision that says not why: what the example motivates."""
    said = {
        "occurredOn": "2025-02-03",
        "decision": "uit-bron",
        "body": "college",
        "title": "Overgenomen uit de bron",
        "outcomes": [
            {"subject": "bron-wens", "outcome": "rejected", "deviationId": "afwijking-bron"}
        ],
        "sourceStatesNoMotivation": True,
    }
    await town.take(project, "wishes", wish="bron-wens", title="Uit de bron")
    step: Step = msgspec.convert(said, STEPS["decisions"])
    of = UUID(project.rsplit("/", 1)[1])
    await parts.service.live.take(town.code, of, [step], IMPORTED, importing=True)


async def test_a_project_is_started_by_a_form(town: Town, official: Desk) -> None:
    sent = await official.record(
        f"/nl/{town.code}/record/projects", typed_for("projects", STEP_EXAMPLES["projects"])
    )
    assert sent.status_code == 303
    place = sent.headers["location"]
    [event] = await events(town, town.home + place.split("?")[0].removeprefix(f"/nl/{town.code}"))
    by_api = await events(town, await town.start())
    assert told(event) == told(by_api[0])
    assert "Lampen in de fietstunnel" in (await official.get(place)).text


async def test_a_project_is_stopped_and_takes_no_more_wishes(
    town: Town, official: Desk, project: str
) -> None:
    stopped = await official.record(
        official.at(project, "record", "stops"), typed_for("stops", STEP_EXAMPLES["stops"])
    )
    assert stopped.status_code == 303
    assert (await events(town, project))[-1]["type"] == "ProjectStopped"
    choices = (await official.get(official.at(project, "record"))).text
    assert "Het traject is afgesloten." in choices
    assert f'href="{official.at(project, "record", "wishes")}"' not in choices
    assert f'href="{official.at(project, "record", "reflections")}"' in choices
    refused = await official.fill_in(official.at(project, "record", "wishes"), [("title", "Licht")])
    assert refused.status_code == 422
    assert "Dit traject is afgesloten" in refused.text


async def test_internal_steps_are_offered_to_be_published_and_those_alone(
    town: Town, official: Desk, project: str
) -> None:
    await town.take(project, "wishes", title="Stil", visibility="internal")
    await town.take(project, "wishes", title="Luid")
    form = await official.get(official.at(project, "record", "publications"))
    assert 'value="2"' in form.text
    assert 'value="3"' not in form.text
    sent = await official.record(official.at(project, "record", "publications"), [("steps", "2")])
    assert sent.status_code == 303
    last = (await events(town, project))[-1]
    assert (last["type"], last["data"]) == ("StepsPublished", {"steps": [2]})


async def test_an_import_alone_leaves_out_how_an_approval_ended(
    town: Town, official: Desk, project: str
) -> None:
    said = {**STEP_EXAMPLES["approvals"], "approval": "oud", "neededFor": []}
    await town.take(project, "approvals", **said)
    refused = await official.fill_in(
        official.at(project, "record", "approval-conclusions"), [("approval", "oud")]
    )
    assert refused.status_code == 422
    assert "verleend, geweigerd of ingetrokken" in refused.text


async def test_an_administrator_erases_a_person_and_may_do_nothing_else(
    town: Town, project: str
) -> None:
    await town.take(project, "parties", **STEP_EXAMPLES["parties"])
    administrator = await sit_down(town, Role.TENANT_ADMINISTRATOR)
    form = administrator.at(project, "record", "erasures")
    sent = await administrator.record(form, typed_for("erasures", STEP_EXAMPLES["erasures"]))
    assert sent.status_code == 303, sent.text
    last = (await events(town, project))[-1]
    assert (last["type"], last["visibility"]) == ("PersonErased", "internal")
    assert {each["field"] for each in last["data"]["erased"]} == {"name", "contact"}
    refused = await administrator.get(administrator.at(project, "record", "wishes"))
    assert refused.status_code == 403


async def test_what_is_corrected_shows_what_it_says_now_also_where_it_is_sealed(
    town: Town, official: Desk, project: str
) -> None:
    await town.take(project, "parties", **STEP_EXAMPLES["parties"])
    path = official.at(project, "record", "corrections")
    form = await official.get(f"{path}?step=2")
    pairs = dict(in_page(form.text))
    assert pairs["changes.name"] == "Bewonersgroep Spoorzone"
    sent = await official.record(
        path, [("changes.name", "Groep Spoorzone"), ("reason", "Zo heten zij.")], "?step=2"
    )
    assert sent.status_code == 303, sent.text
    last = (await events(town, project))[-1]
    assert last["data"]["changes"] == {"name": "Groep Spoorzone"}
    again = await official.get(f"{path}?step=2")
    assert dict(in_page(again.text))["changes.name"] == "Groep Spoorzone"


# -- what is wrong, and what is kept --------------------------------------------------------------


async def test_each_error_stands_at_its_field_and_leads_there_from_the_top(
    official: Desk, project: str
) -> None:
    typed = [
        ("occurredOn", "31 februari"),
        ("title", ""),
        ("invited", "heel veel"),
        ("reached", "Ouders\n" + "x" * 301),
        ("documents.0.title", "Verslag"),
        ("documents.0.url", "geen adres"),
    ]
    answer = await official.fill_in(official.at(project, "record", "sessions"), typed)
    assert answer.status_code == 422
    html = answer.text
    assert "<title>Fout: Een bijeenkomst vastleggen" in html
    for at in ("occurredOn", "workForm", "title", "invited", "reached", "documents.0.url"):
        assert f'href="#f.{at}"' in html
        assert html.count(f'id="f.{at}"') == 1
        assert f'id="e.{at}"' in html
    assert html.count('aria-invalid="true"') == 6
    assert "Vul een datum in die bestaat" in html
    kept = [pair for pair in in_page(html) if pair in typed]
    assert sorted(kept) == sorted(typed)


async def test_a_broken_rule_is_told_at_its_field_in_words_that_people_use(
    town: Town, official: Desk, project: str
) -> None:
    await town.take(project, "wishes", wish="licht", title="Licht in de tunnel")
    typed = [
        ("body", "college"),
        ("title", "Besluit"),
        ("motivation", "Daarom."),
        ("outcomes.0.subject", "licht"),
        ("outcomes.0.outcome", "rejected"),
    ]
    answer = await official.fill_in(official.at(project, "record", "decisions"), typed)
    assert answer.status_code == 422
    assert 'href="#f.outcomes.0.deviation.ground"' in answer.text
    assert "&#39;afgewezen&#39; volgt &#39;Licht in de tunnel&#39; niet" in answer.text
    assert {*typed} <= {*in_page(answer.text)}


async def test_a_preview_records_nothing(town: Town, official: Desk, project: str) -> None:
    answer = await official.fill_in(official.at(project, "record", "wishes"), [("title", "Licht")])
    assert "Dit wordt vastgelegd" in answer.text
    assert len(await events(town, project)) == 1


async def test_a_preview_says_who_will_read_it_as_the_step_or_the_one_who_fills_in_has_it(
    official: Desk, project: str
) -> None:
    wishes = official.at(project, "record", "wishes")
    usual = await official.fill_in(wishes, [("title", "Licht")])
    assert "Dit wordt openbaar." in usual.text
    hidden = await official.fill_in(wishes, [("title", "Licht"), ("visibility", "internal")])
    assert "Dit blijft intern." in hidden.text
    assert "Dit wordt openbaar." not in hidden.text
    reflections = official.at(project, "record", "reflections")
    lesson = await official.fill_in(reflections, [("title", "Eerder"), ("text", "Begin eerder.")])
    assert "Dit blijft intern." in lesson.text


async def test_one_goes_back_from_the_preview_with_all_that_was_typed(
    official: Desk, project: str
) -> None:
    typed = [("title", "Licht & lucht"), ("text", 'Een "lamp"\nen nog een')]
    path = official.at(project, "record", "wishes")
    preview = await official.fill_in(path, typed)
    back = await official.send(path, in_page(preview.text), "change")
    assert back.status_code == 200
    assert [(name, text) for name, text in in_page(back.text) if (name, text) in typed] == typed


async def test_recording_twice_records_once(town: Town, official: Desk, project: str) -> None:
    path = official.at(project, "record", "pauses")
    preview = await official.fill_in(path, [("reason", "Vakantie")])
    first, again = [await official.send(path, in_page(preview.text), "record") for _ in range(2)]
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert len(await events(town, project)) == 2


async def test_whoever_loses_a_race_is_told_what_was_recorded_and_can_still_record(
    town: Town, official: Desk, project: str
) -> None:
    path = official.at(project, "record", "pauses")
    preview = await official.fill_in(path, [("reason", "Vakantie")])
    await town.take(project, "wishes", title="Licht")
    lost = await official.send(path, in_page(preview.text), "record")
    assert lost.status_code == 409
    assert "Een ander legde intussen een stap vast." in lost.text
    assert "Een wens vastleggen" in lost.text
    assert "Vakantie" in lost.text
    assert len(await events(town, project)) == 2
    recorded = await official.send(path, in_page(lost.text), "record")
    assert recorded.status_code == 303
    assert len(await events(town, project)) == 3


async def test_a_race_after_which_the_rules_refuse_says_both(
    town: Town, official: Desk, project: str
) -> None:
    path = official.at(project, "record", "pauses")
    preview = await official.fill_in(path, [("reason", "Vakantie")])
    await town.take(project, "pauses", reason="Storm")
    lost = await official.send(path, in_page(preview.text), "record")
    assert lost.status_code == 422
    assert "Een ander legde intussen een stap vast." in lost.text
    assert ("reason", "Vakantie") in in_page(lost.text)


async def test_what_means_the_same_whatever_came_between_is_recorded_at_once(
    town: Town, official: Desk, project: str
) -> None:
    path = official.at(project, "record", "wishes")
    preview = await official.fill_in(path, [("title", "Licht")])
    await town.take(project, "wishes", title="Lucht")
    assert (await official.send(path, in_page(preview.text), "record")).status_code == 303


# -- much at once ---------------------------------------------------------------------------------


async def test_one_decision_and_one_letter_are_about_hundreds_of_wishes(
    town: Town, official: Desk, project: str
) -> None:
    steps = [
        {"noun": "wishes", "occurredOn": "2024-09-17", "wish": f"w{each}", "title": f"Wens {each}"}
        for each in range(300)
    ]
    answer = await town.official.post(f"{project}/commands", {"steps": steps})
    assert answer.status_code == 201
    path = official.at(project, "record", "decisions")
    form = await official.get(path)
    assert len(form.content) < 100_000
    chosen = await official.send(path, in_page(form.text), "all:outcomes.0.subject")
    pairs = in_page(chosen.text)
    assert len([name for name, _ in pairs if name == "outcomes.0.subject"]) == 300
    typed = [
        ("body", "council"),
        ("title", "Over alles"),
        ("outcomes.0.outcome", "rejected"),
        ("outcomes.0.deviation.ground", "budget"),
        ("outcomes.0.deviation.motivation", "Er is geen geld."),
    ]
    preview = await official.send(path, filled_in(pairs, typed), "preview")
    assert "300 wensen krijgen hierdoor een andere stand." in preview.text
    assert "Er worden ook 300 afwijkingen vastgelegd." in preview.text
    assert len(preview.content) < 50_000
    sent = await official.send(path, in_page(preview.text), "record")
    assert sent.status_code == 303, sent.text
    assert len(await events(town, project)) == 1 + 300 + 1 + 300

    letter = official.at(project, "record", "feedback")
    form = await official.get(letter)
    narrowed = await official.send(
        letter,
        filled_in(in_page(form.text), [("only-kind", "wish"), ("only-text", "Wens 29")]),
        "narrow",
    )
    assert narrowed.text.count('name="about"') == 11
    ten = await official.send(letter, in_page(narrowed.text), "all:about")
    wide = [("only-kind", "wish"), ("only-text", "")]
    every = await official.send(letter, filled_in(in_page(ten.text), wide), "all:about")
    letter_pairs = filled_in(in_page(every.text), [("channel", "letter"), ("text", "Beste buren")])
    preview = await official.send(letter, letter_pairs, "preview")
    assert "Het gaat over 300 wensen." in preview.text
    assert (await official.send(letter, in_page(preview.text), "record")).status_code == 303
    data = (await events(town, project))[-1]["data"]
    assert len(data["about"]) == len(data["deviations"]) == 300


async def test_a_form_grows_and_shrinks_without_losing_what_was_typed(
    official: Desk, project: str
) -> None:
    path = official.at(project, "record", "wish-splits")
    form = await official.get(path)
    typed = [("into.0.title", "Een"), ("into.1.title", "Twee"), ("reason", "Zo is het.")]
    longer = await official.send(path, filled_in(in_page(form.text), typed), "more:into")
    assert longer.status_code == 200
    pairs = in_page(longer.text)
    assert {*typed, ("into.2.title", "")} <= {*pairs}
    assert 'id="f.into.2.wish"' in longer.text
    shorter = await official.send(path, filled_in(pairs, [("into.2.title", "Drie")]), "less:into.0")
    pairs = in_page(shorter.text)
    assert ("into.0.title", "Twee") in pairs
    assert ("into.1.title", "Drie") in pairs
    assert ("reason", "Zo is het.") in pairs


async def test_a_form_that_is_come_to_from_a_subject_names_it(
    town: Town, official: Desk, project: str
) -> None:
    await town.take(project, "wishes", wish="licht", title="Licht")
    head = (await events(town, project))[-1]["position"]
    page = await official.get(f"{official.at(project, 'subjects', 'licht')}?minPosition={head}")
    for noun, field in (
        ("wish-supports", "wish"),
        ("decisions", "outcomes.0.subject"),
    ):
        link = f"{official.at(project, 'record', noun)}?about=licht"
        assert link in page.text
        assert (field, "licht") in in_page((await official.get(link)).text)
    letter = await official.get(f"{official.at(project, 'record', 'feedback')}?about=licht")
    assert ("about", "licht") in in_page(letter.text)


# -- who may --------------------------------------------------------------------------------------


async def test_everyone_is_shown_the_steps_of_their_role(town: Town, project: str) -> None:
    for role in (Role.OFFICIAL, Role.CLERK, Role.TENANT_ADMINISTRATOR):
        desk = await sit_down(town, role)
        page = (await desk.get(desk.at(project, "record"))).text
        for noun in STEPS:
            named = f"/record/{noun}" in page or noun in _NOT_NOW
            assert named >= (noun in STEPS_OF[role])
            assert f'/record/{noun}"' not in page or noun in STEPS_OF[role]


_NOT_NOW = {noun for noun in STEPS if noun not in ("wishes", "decisions", "sessions")}


@pytest.mark.parametrize(
    ("role", "noun", "status"),
    [
        (Role.CLERK, "wishes", 403),
        (Role.CLERK, "decisions", 200),
        (Role.READER, "wishes", 403),
        (Role.AUDITOR, "decisions", 403),
        (Role.OFFICIAL, "erasures", 403),
        (Role.OFFICIAL, "projects", 404),
        (Role.OFFICIAL, "geen-stap", 404),
    ],
)
async def test_others_are_turned_away_with_a_page(
    town: Town, project: str, role: Role, noun: str, status: int
) -> None:
    desk = await sit_down(town, role)
    path = desk.at(project, "record", noun)
    asked = await desk.get(path)
    sent = await desk.send(path, [("title", "x")], "preview")
    assert asked.status_code == status
    assert sent.status_code == (422 if status == 200 else status)
    assert asked.headers["content-type"].startswith("text/html")
    assert len(await events(town, project)) == 1


async def test_whoever_is_not_signed_in_is_asked_to(town: Town, project: str) -> None:
    nobody = Desk(town, Role.READER, "")
    path = nobody.at(project, "record", "wishes")
    assert (await nobody.get(path)).status_code == 401
    assert (await nobody.send(path, [("title", "x")], "record")).status_code == 401
    assert "/record" not in (await nobody.get(nobody.at(project))).text


async def test_whoever_requested_an_approval_does_not_grant_it(
    town: Town, official: Desk, project: str
) -> None:
    divided = await town[Role.TENANT_ADMINISTRATOR].post(
        f"{town.home}/duties", {"occurredOn": "2024-01-02", "dividedForKeys": True}
    )
    assert divided.status_code == 201, divided.text
    said = {**STEP_EXAMPLES["approvals"], "neededFor": []}
    await town.take(project, "approvals", **said)
    form = official.at(project, "record", "approval-grants")
    refused = await official.fill_in(form, [("approval", "vergunning")])
    assert refused.status_code == 403
    assert "Dat moet een ander doen" in refused.text


async def test_a_suspended_municipality_records_nothing_but_an_erasure(
    client: httpx.AsyncClient,
) -> None:
    town = await found_town(client)
    project = await town.start()
    await town.take(project, "parties", **STEP_EXAMPLES["parties"])
    said = {"occurredOn": "2024-01-02", "reason": "De rekening staat open."}
    suspended = await town[Role.OPERATOR].post(f"/v1/subscriptions/{town.code}/suspensions", said)
    assert suspended.status_code == 201
    official = await sit_down(town, Role.OFFICIAL)
    refused = await official.fill_in(official.at(project, "record", "wishes"), [("title", "Licht")])
    assert refused.status_code == 403
    assert "Het abonnement is opgeschort" in refused.text
    administrator = await sit_down(town, Role.TENANT_ADMINISTRATOR)
    form = administrator.at(project, "record", "erasures")
    erased = await administrator.record(form, typed_for("erasures", STEP_EXAMPLES["erasures"]))
    assert erased.status_code == 303


async def test_what_looks_sealed_is_not_shown_again(
    town: Town, official: Desk, project: str
) -> None:
    path = official.at(project, "record", "wishes")
    answer = await official.send(path, [("title", f"{MARK}1,x,y,z")], "preview")
    assert answer.status_code == 400
    assert "1,x,y,z" not in answer.text
    assert len(await events(town, project)) == 1


async def test_a_form_of_another_site_records_nothing(
    town: Town, official: Desk, project: str
) -> None:
    answer = await official.client.post(
        official.at(project, "record", "wishes"),
        data={"title": "x", "do": "record"},
        headers={"Cookie": official.cookie, "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert len(await events(town, project)) == 1


async def test_more_than_may_be_sent_is_refused_with_a_page(official: Desk, project: str) -> None:
    answer = await official.send(
        official.at(project, "record", "wishes"), [("text", "x" * 2_100_000)], "preview"
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")


async def test_what_a_proposal_is_split_into_may_answer_the_same_wish(
    town: Town, official: Desk, project: str
) -> None:
    await town.take(project, "wishes", wish="licht", title="Licht")
    await town.take(project, "proposals", proposal="plan", title="Plan")
    typed = [
        ("proposal", "plan"),
        ("into.0.title", "Een"),
        ("into.0.answers", "licht"),
        ("into.1.title", ""),
        ("into.1.answers", "licht"),
    ]
    wrong = await official.fill_in(official.at(project, "record", "proposal-splits"), typed)
    assert wrong.status_code == 422
    assert {*typed} <= {*in_page(wrong.text)}
