"""Following by e-mail, from the question to the last letter, through a real relay."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from tests.api.conftest import Town, found_town
from tests.conftest import served
from tests.relay import Relay, relaying
from tests.web.conftest import Visitor

from cocreate.api.parts import Parts
from cocreate.app import create_app
from cocreate.domain.vocabulary import Role
from cocreate.jobs import Connections
from cocreate.log.connection import AnyConnection, open_pool
from cocreate.projections.model import STATE
from cocreate.service import Service, open_service
from cocreate.settings import Settings
from cocreate.web.letters.letters import AFTER_ERROR, MOST_FAILURES, Letters
from cocreate.web.pages.following import asks_to_follow

ADDRESS = "Fatma.Yildiz@post.example"
DAY = {"occurredOn": "2024-09-17"}


class Post:
    """A municipality with a project, who writes to its followers, and where that comes to."""

    def __init__(
        self,
        town: Town,
        app: Litestar,
        letters: Letters,
        relay: Relay,
        admin: AnyConnection,
    ) -> None:
        self.town = town
        self.app = app
        self.letters = letters
        self.relay = relay
        self.admin = admin
        self.visitor = Visitor(town.anyone.client)
        self.project = ""
        self.project_id = ""

    @property
    def service(self) -> Service:
        parts: Parts = self.app.state["parts"]
        return parts.service

    def rest(self) -> None:
        """Let the time pass after which a client may ask for letters again."""
        self.app.state["asks_to_follow"] = asks_to_follow()

    async def reached(self) -> None:
        """Wait until the read models hold all that was recorded."""
        head = await self.service.reader.head(self.town.code) or 0
        await self.service.answers.reach(STATE, self.town.code, head, within=20)

    async def waits(self) -> float:
        """Give for how many seconds the only follower is not due."""
        seconds: float = await self.admin.fetchval(
            "select extract(epoch from due_at - now())::float8 from cocreate.follower"
            " where tenant_id = $1",
            self.town.code,
        )
        return seconds

    async def start(self, **said: object) -> None:
        self.project = await self.town.start(title="Lampen in de tunnel", **said)
        self.project_id = self.project.rpartition("/")[2]
        self.rest()
        await self.reached()

    def page(self, *places: str, language: str = "nl") -> str:
        home = f"/{language}/{self.town.code}/projects/{self.project_id}"
        return "/".join((home, *places))

    async def follow(
        self, address: str = ADDRESS, subject: str | None = None, language: str = "nl"
    ) -> None:
        about = "" if subject is None else f"?subject={subject}"
        answer = await self.visitor.post(
            self.page("follow", language=language) + about, {"address": address}
        )
        assert answer.status_code == 303, answer.text

    async def write(self) -> list[EmailMessage]:
        """Do whatever is due by now, and give the letters that came of it."""
        for due in await self.letters.due({self.town.code}):
            await self.letters.do(due.tenant, due.name)
        return self.relay.new()

    async def confirmed(self, address: str = ADDRESS, **said: str) -> str:
        """Follow, and say yes to the letter; give the path at which it is answered."""
        await self.follow(address, **said)
        [letter] = await self.write()
        path = answered_at(letter)
        answer = await self.visitor.post(path, {"answer": "yes"})
        assert answer.status_code == 303, answer.text
        return path

    async def rows(self) -> list[dict[str, object]]:
        rows = await self.admin.fetch(
            "select * from cocreate.follower where tenant_id = $1", self.town.code
        )
        return [dict(row) for row in rows]

    async def keys(self) -> int:
        kept: int = await self.admin.fetchval(
            "select count(*) from cocreate_keys.person where tenant_id = $1 and party like $2",
            self.town.code,
            "follower %",
        )
        return kept

    async def set(self, assignment: str) -> None:
        await self.admin.execute(
            f"update cocreate.follower set {assignment} where tenant_id = $1", self.town.code
        )


def answered_at(letter: EmailMessage) -> str:
    """Give the path at which a letter is answered, as its text and its headers have it."""
    [address] = re.findall(r"https://cocreate\.test(/\S+/following/\S+)", text_of(letter))
    assert letter["List-Unsubscribe"] == f"<https://cocreate.test{address}>"
    path: str = address
    return path


def text_of(letter: EmailMessage) -> str:
    assert letter.get_content_type() == "text/plain"
    content: str = letter.get_content()
    return content


@pytest.fixture(scope="module")
async def relay() -> AsyncIterator[Relay]:
    async with relaying() as running:
        yield running


@pytest.fixture(scope="module")
def settings(settings: Settings, relay: Relay) -> Settings:
    return msgspec.structs.replace(
        settings, smtp_url=f"smtp://127.0.0.1:{relay.port}", mail_from="volgen@cocreate.example"
    )


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """An application that writes to nobody by itself, and another process for the read models."""
    async with open_service(settings.database_url or "", master=settings.master()):
        yield create_app(settings, project=False)


@pytest.fixture(scope="module")
async def admin(database: str) -> AsyncIterator[AnyConnection]:
    """A connection of the superuser, whom row-level security does not hold back."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
async def post(
    app: Litestar,
    client: httpx.AsyncClient,
    settings: Settings,
    relay: Relay,
    admin: AnyConnection,
) -> AsyncIterator[Post]:
    parts: Parts = app.state["parts"]
    assert parts.mailer is not None
    sending = await open_pool(settings.database_url or "", "cocreate_webhooks", size=2)
    letters = Letters(
        parts.service,
        Connections(sending, parts.service.pool),
        parts.mailer,
        settings.public_url,
        chance=lambda low, _high: low,
    )
    post = Post(await found_town(client), app, letters, relay, admin)
    await post.start()
    yield post
    assert relay.new() == []
    await sending.close()


async def test_an_address_is_asked_first_and_told_of_nothing_before_it_says_yes(
    post: Post,
) -> None:
    await post.follow()
    await post.town.take(post.project, "wishes", wish="w1", title="Licht")
    [letter] = await post.write()
    assert letter["Subject"] == "Wilt u Lampen in de tunnel volgen?"
    assert letter["To"] == ADDRESS
    assert letter["From"] == f"Gemeente {post.town.code} <volgen@cocreate.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "nl"
    assert f"https://cocreate.test{post.page()}" in text_of(letter)
    assert await post.write() == []
    path = answered_at(letter)
    page = await post.visitor.get(path)
    assert page.status_code == 200
    assert "Ja, ik wil dit volgen" in page.text
    assert page.headers["cache-control"] == "no-store"
    # Programs that look at mail open what is linked there: that says nothing yet.
    assert [row["confirmed_at"] for row in await post.rows()] == [None]
    assert (await post.visitor.post(path, {"answer": "yes"})).status_code == 303
    assert "U volgt Lampen in de tunnel" in (await post.visitor.get(path)).text
    assert await post.write() == []  # what was before is not news


async def test_who_follows_is_told_what_everyone_may_see_once_a_day(post: Post) -> None:
    path = await post.confirmed()
    await post.town.take(post.project, "wishes", wish="w1", title="Licht\nin de tunnel")
    await post.town.take(post.project, "wishes", wish="w2", title="Geheim", visibility="internal")
    [letter] = await post.write()
    assert letter["Subject"] == "Lampen in de tunnel: er is iets gebeurd"
    assert answered_at(letter) == path
    text = text_of(letter)
    assert "17 september 2024" in text
    assert "Geheim" not in text
    assert f"https://cocreate.test{post.page('subjects', 'w1')}" in text
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    await post.town.take(post.project, "wishes", wish="w3", title="Spiegels")
    await post.town.take(post.project, "wishes", wish="w4", title="Camera")
    assert await post.write() == []
    assert await post.waits() == pytest.approx(86_400, abs=60)
    await post.set("due_at = now()")
    [letter] = await post.write()
    assert letter["Subject"] == "Lampen in de tunnel: er is 2 keer iets gebeurd"
    assert "Spiegels" in text_of(letter)
    assert "Camera" in text_of(letter)
    assert "Licht" not in text_of(letter)


async def test_a_step_that_is_made_public_later_is_told_then(post: Post) -> None:
    hidden = await post.town.take(
        post.project, "wishes", wish="w1", title="Eerst intern", visibility="internal"
    )
    await post.confirmed()
    await post.town.take(post.project, "publications", steps=[hidden["version"]])
    [letter] = await post.write()
    assert "Eerst intern" in text_of(letter)


async def test_a_letter_about_one_wish_tells_of_that_alone(post: Post) -> None:
    for wish, title in (("w1", "Licht"), ("w2", "Banken")):
        await post.town.take(post.project, "wishes", wish=wish, title=title)
    await post.reached()
    await post.confirmed(subject="w1", language="en")
    await post.town.take(post.project, "wish-supports", wish="w2", supporters=3)
    assert await post.write() == []
    await post.town.take(post.project, "wishes", wish="w3", title="Nog iets")
    await post.town.take(
        post.project,
        "feedback",
        about=["w1"],
        channel="letter",
        text="Wij kijken er in mei naar.",
    )
    [letter] = await post.write()
    assert letter["Subject"] == "Licht: something happened"
    assert letter["Content-Language"] == "en"
    assert f"https://cocreate.test{post.page('subjects', 'w1', language='en')}" in text_of(letter)
    assert "Nog iets" not in text_of(letter)


async def test_one_click_in_a_mail_program_is_enough_to_leave(post: Post) -> None:
    path = await post.confirmed()
    assert await post.keys() == 1
    # As the server of a provider sends it (RFC 8058, 3.1): no cookie, and no origin.
    answer = await post.visitor.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "gewist" in answer.text
    assert await post.rows() == []
    assert await post.keys() == 0
    await post.town.take(post.project, "wishes", wish="w1", title="Licht")
    assert await post.write() == []
    # Once more, it is still true; and whoever comes back finds nothing.
    again = await post.visitor.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert again.status_code == 200
    assert (await post.visitor.get(path)).status_code == 404
    assert (await post.visitor.post(path, {"answer": "yes"})).status_code == 404


async def test_who_says_no_is_forgotten_and_so_is_who_says_nothing(post: Post) -> None:
    await post.follow()
    [letter] = await post.write()
    await post.visitor.post(answered_at(letter), {"answer": "no"})
    assert await post.rows() == []
    await post.follow()
    [_] = await post.write()
    assert await post.waits() == pytest.approx(2 * 86_400, abs=60)
    await post.set("asked_at = now() - interval '2 days', due_at = now()")
    assert await post.write() == []
    assert (await post.rows(), await post.keys()) == ([], 0)


async def test_nobody_can_tell_who_follows_or_have_others_flooded(post: Post) -> None:
    await post.confirmed("een@post.example")
    for address in ("een@post.example", "twee@post.example", "twee@post.example"):
        answer = await post.visitor.post(post.page("follow"), {"address": address})
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"{post.page('follow')}?asked=1",
        )
    # One who follows is not asked, and another once.
    assert [letter["To"] for letter in await post.write()] == ["twee@post.example"]
    await post.set("asked_at = now() - interval '61 minutes'")
    await post.follow("TWEE@post.example")  # however it is written
    assert len(await post.write()) == 1
    assert len(await post.rows()) == 2
    projects = [post.project_id]
    for _ in range(5):
        await post.start()
        projects.append(post.project_id)
        await post.reached()
        post.rest()
        await post.follow("twee@post.example")
    assert len(await post.write()) == 4
    assert await post.keys() == len(await post.rows()) == 6


async def test_a_client_may_ask_for_some_letters_only(post: Post) -> None:
    answers = [
        await post.visitor.post(post.page("follow"), {"address": f"a{number}@post.example"})
        for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert len(await post.write()) == 10


async def test_what_is_typed_wrongly_is_kept_and_named(post: Post) -> None:
    for wrong in ("", "geen adres", "a@b", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.e"):
        answer = await post.visitor.post(post.page("follow"), {"address": wrong})
        assert answer.status_code == 422, wrong
        assert "geen e-mailadres" in answer.text
    assert (
        'value="geen adres"'
        in (await post.visitor.post(post.page("follow"), {"address": "geen adres"})).text
    )
    assert await post.rows() == []


async def test_only_what_everyone_knows_of_can_be_followed(post: Post) -> None:
    await post.town.take(post.project, "wishes", wish="w1", title="Geheim", visibility="internal")
    await post.reached()
    assert (await post.visitor.get(post.page("follow") + "?subject=w1")).status_code == 404
    answer = await post.visitor.post(post.page("follow") + "?subject=w1", {"address": ADDRESS})
    assert answer.status_code == 404
    await post.start(visibility="internal")
    await post.reached()
    official = Visitor(post.town.anyone.client)
    await official.sign_in(post.town.code, post.town.official.key or "")
    answer = await official.post(post.page("follow"), {"address": ADDRESS})
    assert answer.status_code == 404
    assert await post.rows() == []


async def test_a_token_is_good_for_nobody_else(post: Post, client: httpx.AsyncClient) -> None:
    path = await post.confirmed()
    token = path.rpartition("/")[2]
    other = await found_town(client)
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for made_up in (
        f"/nl/{post.town.code}/following/{changed}",
        f"/nl/{post.town.code}/following/{token[:22]}",
        f"/nl/{post.town.code}/following/é",
        f"/nl/{other.code}/following/{token}",
        f"/nl/GM9999/following/{token}",
    ):
        assert (await post.visitor.get(made_up)).status_code == 404, made_up
        answer = await client.post(made_up, data={"answer": "yes"})
        assert answer.status_code == 404, made_up
        await client.post(made_up, data={"answer": "no"})
    assert len(await post.rows()) == 1


async def test_an_address_stands_nowhere_in_the_clear(post: Post) -> None:
    await post.confirmed()
    [row] = await post.rows()
    assert str(row["address"]).startswith("⟦sealed:")
    assert "yildiz" not in repr(row).casefold()
    jobs = await post.admin.fetch("select payload::text from cocreate_queue.pgqueuer")
    assert not [job for job in jobs if "yildiz" in repr(job).casefold()]


async def test_sealed_values_are_opened_in_a_letter_as_on_a_page(post: Post) -> None:
    await post.confirmed()
    await post.town.take(
        post.project,
        "parties",
        party="karin",
        kind="resident",
        position="external",
        name="Karin Vos",
    )
    await post.town.take(post.project, "wishes", wish="w1", title="Licht")
    await post.town.take(
        post.project,
        "decisions",
        decision="d1",
        body="council",
        title="Geen licht",
        outcomes=[
            {
                "subject": "w1",
                "outcome": "rejected",
                "deviation": {"ground": "budget", "motivation": "Te duur."},
                "deviationId": "a1",
            }
        ],
        motivation="Er is geen geld.",
    )
    said = "Ik val er elke avond over de stoep. " * 20
    await post.town.take(
        post.project,
        "deviation-contests",
        deviation="a1",
        by="karin",
        text=said,
        visibility="public",
    )
    stored = await post.admin.fetchval(
        "select convert_from(data, 'UTF8') from cocreate.event"
        " where tenant_id = $1 and type = 'DeviationContested'",
        post.town.code,
    )
    assert "⟦sealed:" in stored
    [letter] = await post.write()
    assert "Ik val er elke avond over de stoep." in text_of(letter)
    assert "sealed" not in text_of(letter)


async def test_a_relay_that_is_away_is_tried_again_and_a_mailbox_that_is_not_there_is_not(
    post: Post,
) -> None:
    post.relay.replies = ["451 4.2.0 Busy"]
    await post.follow()
    assert await post.write() == []
    [row] = await post.rows()
    assert row["failures"] == 1
    assert await post.waits() == pytest.approx(60, abs=10)
    await post.set("due_at = now()")
    assert len(await post.write()) == 1
    [row] = await post.rows()
    assert row["failures"] == 0
    post.relay.replies = ["550 5.1.1 No such user"]
    await post.follow("weg@post.example")
    assert await post.write() == []
    assert len(await post.rows()) == 1
    # A relay that turns everyone away says nothing of the address.
    post.relay.replies = ["550 5.7.1 Relaying denied"]
    await post.follow("nieuw@post.example")
    assert await post.write() == []
    assert len(await post.rows()) == 2
    await post.set(f"failures = {MOST_FAILURES - 1}, due_at = now()")
    post.relay.replies = ["451 4.2.0 Busy"] * 2
    assert await post.write() == []
    assert (await post.rows(), await post.keys()) == ([], 0)


async def test_what_goes_wrong_on_this_side_costs_nobody_a_letter(post: Post) -> None:
    await post.confirmed()
    await post.town.take(post.project, "wishes", wish="w1", title="Licht")
    await post.set("address = '⟦sealed:'")
    with pytest.raises(ValueError, match="sealed"):
        await post.write()
    assert await post.waits() == pytest.approx(AFTER_ERROR.total_seconds(), abs=10)
    assert [row["failures"] for row in await post.rows()] == [0]


async def test_who_closes_the_portal_is_not_written_about_and_can_still_be_left(
    post: Post,
) -> None:
    path = await post.confirmed()
    await post.town.take(post.project, "wishes", wish="w1", title="Licht")
    administrator = post.town[Role.TENANT_ADMINISTRATOR]
    answer = await administrator.post(
        f"{post.town.home}/settings", {"occurredOn": "2024-09-18", "publicPortal": False}
    )
    assert answer.status_code == 201, answer.text
    assert await post.write() == []
    assert len(await post.rows()) == 1
    assert (await post.visitor.get(post.page("follow"))).status_code == 404
    assert (await post.visitor.post(path, {"answer": "no"})).status_code == 200
    assert await post.rows() == []


async def test_two_processes_send_a_letter_once(post: Post) -> None:
    await post.confirmed()
    await post.town.take(post.project, "wishes", wish="w1", title="Licht")
    [due] = await post.letters.due({post.town.code})
    assert due.waits == timedelta(minutes=30)  # others may come with it
    await asyncio.gather(*(post.letters.do(due.tenant, due.name) for _ in range(4)))
    assert len(post.relay.new()) == 1


async def test_an_installation_without_a_relay_offers_nothing(settings: Settings) -> None:
    plain = msgspec.structs.replace(settings, smtp_url=None)
    async with served(create_app(plain)) as client:
        town = await found_town(client)
        project = (await town.start()).rpartition("/")[2]
        page = f"/nl/{town.code}/projects/{project}"
        shown = await client.get(page)
        assert "/follow" not in shown.text
        assert (await client.get(f"{page}/follow")).status_code == 404


async def test_an_application_writes_by_itself(settings: Settings, relay: Relay) -> None:
    async with served(create_app(settings)) as client:
        town = await found_town(client)
        project = (await town.start(title="Banken")).rpartition("/")[2]
        visitor = Visitor(client)
        page = f"/nl/{town.code}/projects/{project}"
        assert f"{page}/follow" in (await visitor.get(f"{page}?minPosition=2")).text
        await visitor.post(f"{page}/follow", {"address": ADDRESS})
        letter = await relay.next()
        assert letter["Subject"] == "Wilt u Banken volgen?"
