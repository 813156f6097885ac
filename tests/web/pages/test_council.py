"""The page for council and clerk: what was decided and promised, what is owed, an agenda."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from tests.api.conftest import Town
from tests.web.pages.conftest import Guest
from tests.web.reading import Page, require_readable


@pytest.fixture(scope="module")
async def decided(town: Town) -> str:
    """A project in which something was decided, deviated from and promised."""
    path = await town.start(title="Lampen in de fietstunnel")
    await town.take(path, "wishes", wish="licht", title="Meer licht")
    for name, title in (("led", "Zuinige armaturen"), ("verf", "Schildering op de wand")):
        await town.take(path, "proposals", proposal=name, title=title, answers=["licht"])
    await town.take(
        path,
        "decisions",
        decision="besluit",
        title="Vaststelling van de lampen",
        body="council",
        outcomes=[
            {
                "subject": "led",
                "outcome": "rejected",
                "deviation": {"ground": "budget", "motivation": "Er is geen geld"},
                "deviationId": "afwijking",
            }
        ],
        openToObjection=True,
        occurredOn="2024-10-10",
    )
    for name, due in (("gedaan", "2024-11-01"), ("gebroken", "2024-11-01"), ("open", None)):
        await town.take(
            path,
            "commitments",
            commitment=name,
            title=f"Belofte {name}",
            by="Wethouder",
            to="De raad",
            dueOn=due,
        )
    await town.take(
        path,
        "commitment-fulfilments",
        commitment="gedaan",
        text="Af",
        occurredOn="2024-10-12",
    )
    await town.take(
        path,
        "commitment-breaches",
        commitment="gebroken",
        reason="Geen mensen",
        occurredOn="2024-11-12",
    )
    return path.rsplit("/", 1)[1]


def section(page: Page, name: str) -> str:
    return " ".join(page.main.one("section", **{"aria-labelledby": name}).text.split())


OCTOBER = "/council?from=2024-10-01&until=2024-10-31"


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_it_tells_what_was_decided_and_ended_in_a_period(
    clerk: Guest, decided: str, language: str
) -> None:
    page = await clerk.get(OCTOBER, language)
    require_readable(page)
    assert "Vaststelling van de lampen" in section(page, "decided")
    assert "Belofte gedaan" in section(page, "ended")
    assert "Belofte gebroken" not in section(page, "ended")
    subjects = f"/{language}/{clerk.town.code}/projects/{decided}/subjects"
    assert {f"{subjects}/besluit", f"{subjects}/gedaan"} <= page.links


@pytest.mark.usefixtures("decided")
async def test_another_period_has_other_decisions(clerk: Guest) -> None:
    page = await clerk.get("/council?from=2024-11-01&until=2024-11-30")
    assert "Vaststelling van de lampen" not in section(page, "decided")
    assert "Belofte gebroken" in section(page, "ended")
    assert "Belofte gedaan" not in section(page, "ended")


async def test_what_is_owed_leads_to_the_forms_that_do_it(
    clerk: Guest, auditor: Guest, decided: str
) -> None:
    page = await clerk.get("/council")
    form = clerk.at("projects", decided, "record")
    assert {
        f"{form}/decision-announcements?about=besluit",
        f"{form}/feedback?about=afwijking",
        f"{form}/commitment-changes?about=open",
        f"{form}/decisions?about=verf",
    } <= page.links
    assert "Vaststelling van de lampen" in section(page, "announcement")
    assert not any("/record/" in each for each in (await auditor.get("/council")).links)


async def test_an_agenda_leads_to_the_decision_on_the_proposals_it_names(
    clerk: Guest, town: Town, decided: str
) -> None:
    other = await town.start(title="Speeltuin")
    await town.take(other, "proposals", proposal="wip", title="Een houten wip")
    agenda = urlencode({"agenda": "1. Opening\r\n2. Raadsvoorstel schildering op de wand\r\n"})
    page = await clerk.get(f"/council?{agenda}")
    require_readable(page)
    told = section(page, "agenda-heading")
    assert "Opening Hierover wacht geen voorstel op een besluit." in told
    assert "houten wip" not in told
    forms = {each for each in page.links if "/record/decisions" in each}
    assert forms == {clerk.at("projects", decided, "record", "decisions?about=verf")}


async def test_it_is_for_those_who_work_here(anyone: Guest, reader: Guest) -> None:
    assert (await anyone.get("/council")).status == 401
    assert (await reader.get("/council")).status == 403
