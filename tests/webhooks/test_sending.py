"""A request goes to the address that was checked, under the name that was asked for."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from tests.webhooks.receiver import LOOPBACK, NAME, Receiver, certify, receiving

from cocreate.internet import AnyAddress
from cocreate.webhooks.addresses import AddressPolicy
from cocreate.webhooks.sending import Outcome, Sender

ALLOWED = AddressPolicy([ip_network("127.0.0.0/8")])


class Names:
    """Looks names up; each time, it gives the next of the answers."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers) or [str(LOOPBACK)]
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[AnyAddress]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ip_address(each) for each in answer.split()]


@pytest.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@contextlib.asynccontextmanager
async def sender(
    names: Names | None = None,
    policy: AddressPolicy = ALLOWED,
    *,
    within: float = 10,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Sender]:
    async with contextlib.aclosing(
        Sender(policy, resolve=names or Names(), within=within, tls=tls)
    ) as made:
        yield made


async def test_a_request_says_the_name_and_goes_to_the_address(receiver: Receiver) -> None:
    async with sender() as sending:
        url = f"http://{NAME}:{receiver.port}/pad?x=1"
        answered = await sending.send(url, [(b"x-own", b"1")], b'{"a":1}')
    assert (answered.outcome, answered.status) == (Outcome.DELIVERED, 204)
    request = await receiver.next()
    assert (request.path, request.body) == ("/pad", b'{"a":1}')
    assert request.headers["host"] == f"{NAME}:{receiver.port}"
    assert request.headers["x-own"] == "1"


async def test_tls_is_with_the_name(tmp_path: Path) -> None:
    certificate, trusting = certify(tmp_path)
    async with receiving(certificate) as receiver, sender(tls=trusting) as sending:
        good = await sending.send(f"https://{NAME}:{receiver.port}/", [], b"{}")
        other = await sending.send(f"https://ander.test:{receiver.port}/", [], b"{}")
        bare = await sending.send(f"https://127.0.0.1:{receiver.port}/", [], b"{}")
    assert good.outcome is Outcome.DELIVERED
    assert (other.outcome, bare.outcome) == (Outcome.UNREACHABLE, Outcome.UNREACHABLE)
    assert len(receiver.requests) == 1


async def test_a_certificate_that_is_not_trusted_is_not_sent_to(tmp_path: Path) -> None:
    certificate, _ = certify(tmp_path)
    async with receiving(certificate) as receiver, sender() as sending:
        answered = await sending.send(f"https://{NAME}:{receiver.port}/", [], b"{}")
    assert answered.outcome is Outcome.UNREACHABLE
    assert receiver.requests == []


async def test_a_name_is_looked_up_once_and_what_was_checked_is_dialled(
    receiver: Receiver,
) -> None:
    """The second answer, by which DNS rebinding would get in, is never asked for."""
    names = Names("127.0.0.1", "10.0.0.1")
    async with sender(names) as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    assert answered.outcome is Outcome.DELIVERED
    assert names.asked == [NAME]
    assert len(receiver.new()) == 1


@pytest.mark.parametrize("addresses", ["127.0.0.1", "93.184.216.34 127.0.0.1", "::ffff:127.0.0.1"])
async def test_a_name_that_comes_to_be_of_a_private_address_is_not_sent_to(
    receiver: Receiver, addresses: str
) -> None:
    async with sender(Names(addresses), AddressPolicy()) as sending:
        answered = await sending.send(f"https://{NAME}/", [], b"{}")
        literal = await sending.send(f"https://127.0.0.1:{receiver.port}/", [], b"{}")
    assert (answered.outcome, literal.outcome) == (Outcome.FORBIDDEN, Outcome.FORBIDDEN)
    assert receiver.new() == []


async def test_the_next_address_is_tried_where_the_first_does_not_answer(
    receiver: Receiver,
) -> None:
    async with sender(Names("127.0.0.2 127.0.0.1")) as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    assert answered.outcome is Outcome.DELIVERED
    assert len(receiver.new()) == 1


async def test_no_redirect_is_followed(receiver: Receiver) -> None:
    receiver.answers = [302]
    receiver.answer_headers = [(b"location", f"http://{NAME}:{receiver.port}/elders".encode())]
    async with sender() as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    receiver.answer_headers = []
    assert (answered.outcome, answered.status) == (Outcome.FAILED, 302)
    assert [request.path for request in receiver.new()] == ["/"]


async def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with sender() as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    assert answered.outcome is Outcome.DELIVERED
    receiver.new()


async def test_little_is_read_of_an_answer_that_never_ends(receiver: Receiver) -> None:
    receiver.endless = True
    async with sender() as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    receiver.endless = False
    assert answered.outcome is Outcome.DELIVERED
    assert len(receiver.new()) == 1


async def test_an_answer_is_waited_for_so_long(receiver: Receiver) -> None:
    receiver.open.clear()
    async with sender(within=0.05) as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    receiver.open.set()
    assert (answered.outcome, answered.status) == (Outcome.TIMEOUT, None)
    receiver.new()


async def test_what_does_not_listen_is_unreachable_and_so_is_no_name() -> None:
    async def nowhere(_host: str, _port: int) -> Sequence[AnyAddress]:
        raise OSError(-2, "Name or service not known")

    async with sender() as sending:
        answered = await sending.send("http://127.0.0.1:9/", [], b"{}")
    async with contextlib.aclosing(Sender(ALLOWED, resolve=nowhere)) as sending:
        unknown = await sending.send(f"http://{NAME}/", [], b"{}")
    assert (answered.outcome, unknown.outcome) == (Outcome.UNREACHABLE, Outcome.UNREACHABLE)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (400, Outcome.REFUSED),
        (401, Outcome.FAILED),
        (404, Outcome.FAILED),
        (410, Outcome.GONE),
        (422, Outcome.REFUSED),
        (429, Outcome.FAILED),
        (503, Outcome.FAILED),
    ],
)
async def test_what_an_answer_comes_to(receiver: Receiver, status: int, outcome: Outcome) -> None:
    receiver.answers = [status]
    async with sender() as sending:
        answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
    assert (answered.outcome, answered.status) == (outcome, status)
    receiver.new()


async def test_it_is_told_when_to_come_back(receiver: Receiver) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    async with sender() as sending:
        for said, low, high in (
            ("120", 120, 120),
            (moment, 110, 120),
            ("gisteren", None, None),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ):
            receiver.answers, receiver.answer_headers = [429], [(b"Retry-After", said.encode())]
            answered = await sending.send(f"http://{NAME}:{receiver.port}/", [], b"{}")
            if low is None or high is None:
                assert answered.retry_after is None
            else:
                assert answered.retry_after is not None
                assert low <= answered.retry_after <= high
    receiver.answer_headers = []
    receiver.new()
