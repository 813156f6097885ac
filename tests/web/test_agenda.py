"""An agenda leads to the proposals that its items are about, and to no others."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.vocabulary import ProposalStatus, Sector
from cocreate.projections.proposals import Proposal
from cocreate.web.agenda import MOST_ITEMS, MOST_PROJECTS, read_agenda


def proposal(project: int, name: str, title: str, project_title: str) -> Proposal:
    return Proposal(
        project=UUID(int=project),
        project_title=project_title,
        proposal=name,
        title=title,
        status=ProposalStatus.OPEN,
        outcome=None,
        sector=Sector.SAFETY,
        answers=(),
        comes_from=(),
        merged_into=None,
        decisions=(),
        deviations=(),
        revisions=0,
        submitted_on=date(2026, 1, 5),
        decided_on=None,
        days_waiting=10,
        source=None,
        position=1,
    )


WAITING = [
    proposal(1, "led", "Zuinige armaturen", "Lampen in de fietstunnel"),
    proposal(1, "verf", "Schildering op de wand", "Lampen in de fietstunnel"),
    proposal(2, "wip", "Een wip erbij", "Speeltuin aan de Vliet"),
    proposal(3, "bank", "Banken langs de Vliet", "Groen aan de Vliet"),
    proposal(4, "boom", "Bomen langs de Vliet", "Bomen aan de Vliet"),
]


def meant(line: str) -> dict[int, list[str]]:
    [item] = read_agenda(line, WAITING)
    return {each.project.int: [one.proposal for one in each.proposals] for each in item.about}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("1. Opening", "Opening"),
        ("5a) Verslag", "Verslag"),
        ("  12.3  Rondvraag", "Rondvraag"),
        ("- Moties", "Moties"),
        ("B. Bespreekstukken", "Bespreekstukken"),
        ("2026 begroten", "2026 begroten"),
    ],
)
def test_an_item_is_a_line_without_its_number(line: str, text: str) -> None:
    assert [item.text for item in read_agenda(f"\n{line}\r\n\n", [])] == [text]


def test_a_title_leads_to_its_proposal_and_that_of_a_project_to_all_of_its_proposals() -> None:
    assert meant("4. Voorstel zuinige armaturen") == {1: ["led"]}
    assert meant("Lampen in de fietstunnel") == {1: ["led", "verf"]}
    assert meant("Speeltuin") == {2: ["wip"]}


def test_what_many_have_in_common_leads_nowhere_by_itself() -> None:
    assert meant("De Vliet") == {}
    assert meant("Vaststellen besluit over voorstel") == {}
    assert meant("Bomen langs de Vliet") == {4: ["boom"], 3: ["bank"]}


@given(text=st.text(max_size=400))
def test_any_text_is_read_within_bounds(text: str) -> None:
    items = read_agenda(text, WAITING)
    assert len(items) <= MOST_ITEMS
    for item in items:
        assert item.text == item.text.strip() != ""
        assert len(item.about) <= MOST_PROJECTS
        assert all(about.proposals for about in item.about)
