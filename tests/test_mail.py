"""Handing mail to a relay, over real connections; and what is an address."""

from __future__ import annotations

import logging
import ssl
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import free_port
from tests.relay import relaying
from tests.webhooks.receiver import certify

from cocreate.mail import Mailer, NoMailAddress, Outcome, Relay, RelayUrl, mail_address
from cocreate.settings import Settings, SettingsWrong

SENDER = "gemeente@cocreate.example"
ADDRESS = "fatma@post.example"


def a_letter() -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = "Lampen"
    letter["From"] = SENDER
    letter["To"] = ADDRESS
    letter.set_content("Er is licht: één lamp.\n")
    return letter


def mailer_at(port: int, scheme: str = "smtp") -> Mailer:
    return Mailer(Relay.at(f"{scheme}://127.0.0.1:{port}"), SENDER)


def proving(certificate: Path) -> ssl.SSLContext:
    """Give what a server proves with who it is."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_a_letter_comes_through_as_it_was_written() -> None:
    async with relaying() as relay:
        assert await mailer_at(relay.port).send(a_letter(), ADDRESS) is Outcome.SENT
        letter = await relay.next()
        assert letter.get_content().strip() == "Er is licht: één lamp."
        assert (relay.senders, relay.recipients) == ([SENDER], [ADDRESS])


async def test_who_signs_in_gives_a_password_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, _ = certify(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    file = tmp_path / "password"
    file.write_text("geheim\n")
    async with relaying(proving(certificate), signs_in=True) as relay:
        address = f"smtp+starttls://co%20create@localhost:{relay.port}"
        mailer = Settings(smtp_url=address, smtp_password_file=file).mailer()
        assert mailer is not None
        assert mailer.sender == Settings().contact_email
        assert await mailer.send(a_letter(), ADDRESS) is Outcome.SENT
        assert relay.users == [b"co create"]
        wrong = Mailer(Relay.at(address, "fout"), SENDER)
        assert await wrong.send(a_letter(), ADDRESS) is Outcome.FAILED
        assert len(relay.new()) == 1
    assert "geheim" not in repr(mailer.relay)
    with pytest.raises(OSError, match="nowhere"):
        Settings(smtp_url=address, smtp_password_file=tmp_path / "nowhere").mailer()


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_letters_go_to_a_relay_that_proves_who_it_is_and_to_no_other(
    scheme: str, tmp_path: Path
) -> None:
    file, trusting = certify(tmp_path, "localhost")
    async with relaying(proving(file), at_once=scheme == "smtps") as relay:
        at = Relay.at(f"{scheme}://localhost:{relay.port}")
        assert await Mailer(at, SENDER).send(a_letter(), ADDRESS) is Outcome.FAILED
        by_number = Relay.at(f"{scheme}://127.0.0.1:{relay.port}")
        mailer = Mailer(by_number, SENDER, tls=trusting)
        assert await mailer.send(a_letter(), ADDRESS) is Outcome.FAILED
        assert relay.new() == []
        assert await Mailer(at, SENDER, tls=trusting).send(a_letter(), ADDRESS) is Outcome.SENT
        assert relay.encrypted == [True]


async def test_a_relay_that_cannot_turn_to_tls_gets_nothing() -> None:
    async with relaying() as relay:
        mailer = mailer_at(relay.port, "smtp+starttls")
        assert await mailer.send(a_letter(), ADDRESS) is Outcome.FAILED
        assert relay.new() == []


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("550 5.1.1 No such user", Outcome.NOBODY),
        ("550 No such user", Outcome.NOBODY),
        ("552 5.2.1 Mailbox disabled", Outcome.NOBODY),
        ("550 5.7.1 Relaying denied", Outcome.FAILED),
        ("552 5.2.2 Mailbox full", Outcome.FAILED),
        ("554 Transaction failed", Outcome.FAILED),
        ("450 4.2.0 Greylisted", Outcome.FAILED),
    ],
)
async def test_only_what_is_said_of_a_mailbox_makes_it_nobodys(
    reply: str, outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with relaying() as relay:
        relay.replies = [f"{reply} {ADDRESS}"]
        assert await mailer_at(relay.port).send(a_letter(), ADDRESS) is outcome
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("cocreate")]
    assert len(ours) == (outcome is Outcome.FAILED)
    assert ADDRESS not in " ".join(ours)


async def test_a_relay_that_is_away_raises_nothing() -> None:
    assert await mailer_at(free_port()).send(a_letter(), ADDRESS) is Outcome.FAILED


def test_the_address_of_a_relay_says_how_to_speak_to_it() -> None:
    assert Relay.at("smtp://mail").port == 25
    assert Relay.at("smtps://mail").port == 465
    starting = Relay.at("smtp+starttls://u%40v:p%3Aw@mail:2525")
    assert (starting.host, starting.port, starting.start_tls) == ("mail", 2525, True)
    assert (starting.user, starting.password) == ("u@v", "p:w")
    for wrong in ("http://mail", "smtp:", "mail:25", "smtp://mail:99999", "smtp://u:p@mail"):
        with pytest.raises(ValueError, match=r".+"):
            Relay.at(wrong)


@pytest.mark.parametrize("wrong", ["http://mail", "smtp://", "smtp://a b", "smtp://mail/x"])
def test_settings_name_a_relay_that_cannot_be_used(wrong: str) -> None:
    with pytest.raises(SettingsWrong, match="COCREATE_SMTP_URL"):
        Settings.from_environment({"COCREATE_SMTP_URL": wrong})
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, RelayUrl)


def test_settings_name_a_port_that_is_none() -> None:
    settings = Settings.from_environment({"COCREATE_SMTP_URL": "smtp://mail:99999"})
    with pytest.raises(SettingsWrong, match="COCREATE_SMTP_URL"):
        settings.mailer()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" fatma@post.example ", "fatma@post.example"),
        ("Fatma.Y+licht@Post.Example", "Fatma.Y+licht@post.example"),
        ("o'brien@post.example", "o'brien@post.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_written_as_it_is_sent_to(text: str, address: str) -> None:
    assert mail_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fatma",
        "@post.example",
        "fatma@",
        "fatma@post",
        "a@b@c.example",
        "a b@post.example",
        "a@post.example,b@post.example",
        "<a@post.example>",
        '"a"@post.example',
        "a@post..example",
        "a.@post.example",
        "fatmé@post.example",
        "a@post.example\r\nBcc: b@post.example",
        "a\0@post.example",
        f"{'a' * 65}@post.example",
        f"a@{'b' * 64}.example",
        "a@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(NoMailAddress):
        mail_address(text)


@given(st.text(max_size=80) | st.from_regex(r"[^\s@]{1,20}@[^\s@]{1,30}", fullmatch=True))
def test_whatever_is_taken_for_an_address_can_be_put_in_a_letter(text: str) -> None:
    try:
        address = mail_address(text)
    except NoMailAddress:
        return
    letter = EmailMessage()
    letter["To"] = address
    assert [each.addr_spec for each in letter["To"].addresses] == [address]
    assert mail_address(address) == address
