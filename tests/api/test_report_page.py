"""The participation report at its one address: data, or a document to print."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.api.conftest import Town

HOSTILE = '</p><script>alert("x")</script>&amp;{{ 7 * 7 }}'


class Read(HTMLParser):
    """The tags of a document, in order, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "hr", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
async def told(town: Town) -> str:
    project = await town.start(title=f"Lampen {HOSTILE}")
    await town.take(
        project,
        "frameworks",
        level="co-produce",
        fixed=[HOSTILE],
        open=["kleur"],
        body="council",
        before="ontwerp",
    )
    await town.take(
        project, "sessions", workForm="workshop", title="Avond", attended=12, missed=["jongeren"]
    )
    await town.take(project, "wishes", wish="w1", title="Licht", text=HOSTILE)
    await town.take(project, "wishes", wish="w2", title="Bankje")
    await town.take(
        project,
        "decisions",
        decision="b1",
        body="college",
        title="Besluit",
        motivation="Geld.",
        outcomes=[
            {
                "subject": "w1",
                "outcome": "rejected",
                "deviation": {"ground": "budget", "motivation": HOSTILE},
            }
        ],
    )
    await town.take(project, "wishes", wish="w3", title="GEPLANT GEHEIM", visibility="internal")
    last = await town.take(
        project, "obstacles", title="GEPLANT", category="money", visibility="internal"
    )
    await town.official.get(f"{project}?minPosition={last['position']}")
    return f"{project}/participation-report"


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_document_is_well_formed_and_holds_nothing_that_runs(
    town: Town, told: str, language: str
) -> None:
    answer = await town.anyone.get(f"{told}?format=html&language={language}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    read = Read(answer.text)
    assert read.open == []
    tags = [tag for tag, _ in read.tags]
    assert read.tags[0] == ("html", {"lang": language})
    assert not {"script", "img", "iframe", "form", "object"} & set(tags)
    assert not any(name.startswith("on") for _, attrs in read.tags for name in attrs)
    addresses = [attrs.get("href") for _, attrs in read.tags if attrs.get("href")]
    assert all(address and address.startswith("#") for address in addresses)
    assert HOSTILE in read.text
    assert "49" not in read.text.partition("Lampen")[2][:200]


async def test_headings_and_tables_say_what_they_are(town: Town, told: str) -> None:
    read = Read((await town.official.get(f"{told}?format=html")).text)
    levels = [int(tag[1]) for tag, _ in read.tags if tag[0] == "h" and tag[1:].isdecimal()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    tags = [tag for tag, _ in read.tags]
    assert tags.count("table") == tags.count("caption") > 0
    assert all("scope" in attrs for tag, attrs in read.tags if tag == "th")


async def test_the_public_document_holds_nothing_internal(town: Town, told: str) -> None:
    for form in ("html", "json"):
        outside = await town.anyone.get(f"{told}?format={form}")
        inside = await town.official.get(f"{told}?format={form}")
        assert "GEPLANT" not in outside.text
        assert "GEPLANT GEHEIM" in inside.text
        assert outside.headers["etag"] != inside.headers["etag"]


async def test_form_and_language_are_as_the_reader_prefers(town: Town, told: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = await town.anyone.get(told, Accept=browser, Accept_Language="en-GB,en;q=0.9,nl;q=0.2")
    assert page.headers["content-language"] == "en"
    assert "Accept-Language" in page.headers["vary"]
    data = await town.anyone.get(told)
    assert data.headers["content-type"] == "application/json"
    assert (await town.anyone.get(told, Accept="*/*")).json() == data.json()
    again = await town.anyone.get(
        told,
        Accept=browser,
        Accept_Language="en-GB,en;q=0.9,nl;q=0.2",
        If_None_Match=page.headers["etag"],
    )
    assert again.status_code == 304
    dutch = await town.anyone.get(told, Accept=browser, If_None_Match=page.headers["etag"])
    assert (dutch.status_code, dutch.headers["content-language"]) == (200, "nl")
    for wrong in ("format=pdf", "language=fy"):
        assert (await town.anyone.get(f"{told}?{wrong}")).status_code == 400


async def test_the_report_tells_what_was_done_with_each_contribution(town: Town, told: str) -> None:
    report = (await town.anyone.get(told)).json()
    first, second = report["contributions"]
    assert (first["id"], first["outcome"], first["answer"]) == ("w1", "rejected", "decided")
    [treated] = first["decisions"]
    assert (treated["decision"]["id"], treated["body"]) == ("b1", "college")
    [ground] = first["grounds"]
    assert (ground["ground"], ground["motivation"]) == ("budget", HOSTILE)
    assert second["answer"] == "not-answered"
    assert second["daysWithoutAnswer"] > 0
    assert report["reach"]["missed"] == ["jongeren"]


async def test_the_report_is_given_as_known_earlier(town: Town, told: str) -> None:
    project = told.removesuffix("/participation-report")
    started = (await town.anyone.get(project)).json()["position"]
    early = (await town.anyone.get(f"{told}?asOf={started + 3}")).json()
    assert [each["id"] for each in early["contributions"]] == ["w1"]
    assert early["position"] == started + 3
    written = (await town.official.get(f"{project}/events?limit=4")).json()["events"][3]
    assert written["position"] == started + 3
    assert early["recordedAt"] == written["recordedAt"]
    assert (await town.anyone.get(f"{told}?asOf={started - 1}")).status_code == 404


async def test_the_story_of_a_wish_goes_from_wish_to_answer(town: Town) -> None:
    project = await town.start()
    await town.take(project, "wishes", wish="w1", title="Licht")
    await town.take(project, "wishes", wish="w2", title="Meer licht")
    await town.take(
        project, "wish-mergers", wishes=["w1", "w2"], into="w3", title="Licht voor allen"
    )
    await town.take(project, "proposals", proposal="p1", title="Lampen", answers=["w3"])
    await town.take(
        project,
        "decisions",
        decision="b1",
        body="council",
        title="Besluit",
        motivation="Ja.",
        outcomes=[{"subject": "p1", "outcome": "adopted"}],
    )
    last = await town.take(
        project, "feedback", about=["b1"], channel="letter", text="Er komt licht."
    )
    address = f"{project}/subjects/w1/story?minPosition={last['position']}"
    story = (await town.anyone.get(address)).json()
    assert story["subject"]["id"] == "w1"
    types = [chapter["type"] for chapter in story["chapters"]]
    assert [each for each in types if each != "WishExpressed"] == [
        "WishesMerged",
        "ProposalSubmitted",
        "DecisionRecorded",
        "FeedbackGiven",
    ]
    places = [(chapter["on"], chapter["position"]) for chapter in story["chapters"]]
    assert places == sorted(places)
    assert all(chapter["told"]["nl"] and chapter["told"]["en"] for chapter in story["chapters"])
    assert story["waitingFor"] == []
    waiting = (await town.anyone.get(f"{project}/subjects/w1/story?asOf=0")).status_code
    assert waiting == 404
    assert (await town.anyone.get(f"{project}/subjects/b1/story")).status_code == 404
