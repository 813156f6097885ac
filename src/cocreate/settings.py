"""The settings of an installation, from environment variables that start with ``COCREATE_``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from cocreate.log.master import MasterKey
from cocreate.mail import MailAddress, Mailer, Relay, RelayUrl

PREFIX = "COCREATE_"


class SettingsWrong(OSError):  # noqa: N818 - OSError, since it is the environment that is wrong
    """A setting has a value that cannot be used."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set; each field is read from the variable of its name, such as COCREATE_PORT."""

    database_url: str | None = None
    """The address of PostgreSQL; without it the embedded server is used."""
    data_folder: Path = Path(".cocreate")
    """Where the embedded server keeps its data."""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000
    public_url: Annotated[str, Meta(pattern=r"^https://[^\s/]+(/[^\s]*[^\s/])?(?![\s\S])")] = (
        "https://cocreate.example"
    )
    """Where the API is reached from outside, without ``/v1`` and without a slash at the end."""
    contact_name: str = "cocreate"
    contact_email: str = "cocreate@cocreate.example"
    contact_url: str = "https://cocreate.example"
    pool_size: Annotated[int, Meta(ge=1, le=1_000)] = 10
    """How many connections a process opens at most to answer requests."""
    operator_key: Annotated[str, Meta(pattern=r"^cck_OP_[A-Za-z0-9_-]{43}(?![\s\S])")] | None = None
    """A key of the operator to begin with; only its hash is stored."""
    operator_issuer: Annotated[str, Meta(pattern=r"^https?://[^\s?#]+(?![\s\S])")] | None = None
    """The OpenID Connect issuer whose tokens let the operator in beside the operator's keys."""
    operator_audience: str | None = None
    """What such tokens say in ``aud``; without it, the public address."""
    operator_roles_claim: Annotated[tuple[str, ...], Meta(min_length=1)] = ("roles",)
    """Where such tokens tell roles: the name of a claim, after those it is in, apart by spaces."""
    operator_role: str = "cocreate-operator"
    """The role by which such tokens tell the operator from others."""
    private_issuers: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    """Origins at which issuers may be though they are not public, or not https, apart by spaces.

    Such as ``http://127.0.0.1:8080``, or an identity provider in the network of the installation.
    """
    issuer_refetch_seconds: Annotated[float, Meta(ge=0, le=3_600)] = 10.0
    """How long it takes at least until an issuer is asked again for keys that it may have."""
    signing_keys_file: Path | None = None
    """The keys that sign for the trees of the logs, one per line in base64, the newest last.

    Beside the embedded server it is made where there is none, as ``signing-keys``. With a server of
    one's own and no such file, no checkpoints are signed.
    """
    witnesses: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    """The verifier keys of witnesses whose cosignatures are taken, separated by spaces."""
    master_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=(?![\s\S])")] | None = None
    """The key that wraps the keys under which personal data is sealed: 32 bytes in base64."""
    master_key_file: Path | None = None
    """A file that holds it instead."""
    webhook_private_networks: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    """The networks, such as ``10.20.0.0/16``, to which events are sent besides public addresses.

    Separated by spaces. In them, any port is sent to, and http as well.
    """
    smtp_url: RelayUrl | None = None
    """The relay that takes mail, such as ``smtp+starttls://user@mail.example:587``.

    ``smtps`` begins with TLS, ``smtp+starttls`` turns to it, ``smtp`` does without. Without a relay
    nobody can follow by e-mail.
    """
    smtp_password_file: Path | None = None
    """A file that holds the password of the user at the relay."""
    mail_from: MailAddress | None = None
    """From which address letters come; without it, the contact address."""
    max_body_bytes: Annotated[int, Meta(ge=1_000)] = 10_000_000
    freshness_timeout: Annotated[float, Meta(ge=0, le=60)] = 5.0
    """For how many seconds a reader waits at most for what was asked to be in sight."""
    requests_at_once: Annotated[int, Meta(ge=1, le=10_000)] = 2
    """How many requests of one municipality a process works on at a time; others wait."""
    requests_waiting: Annotated[int, Meta(ge=0, le=1_000_000)] = 200
    """How many requests of one municipality may wait in a process; more are told to come back."""
    max_event_streams: Annotated[int, Meta(ge=0, le=100_000)] = 1_000
    """How many event streams a process keeps open at most; each holds a file descriptor."""
    max_event_streams_per_municipality: Annotated[int, Meta(ge=0, le=100_000)] = 500
    requests_per_second: Annotated[float, Meta(ge=0, le=1_000_000)] = 0
    """How many requests a client may send each second, by its key or else its address; 0: any."""
    request_burst: Annotated[int, Meta(ge=1, le=1_000_000)] = 200
    """How many at once."""
    max_requests: Annotated[int, Meta(ge=1, le=1_000_000)] = 1_000
    """How many requests a process handles at a time, without event streams."""
    request_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 60.0
    """For how long a request may go on until its answer begins, its body included."""
    drain_seconds: Annotated[float, Meta(ge=0, le=300)] = 0.0
    """For how long requests are still taken after the process was told to stop.

    Meanwhile it says that it is not ready, so that whoever spreads the requests sends it no more.
    """
    stop_seconds: Annotated[int, Meta(ge=1, le=300)] = 10
    """For how long the requests that were taken may go on after that."""
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """From which level on is logged; each request is one line of level info."""
    metrics_port: Annotated[int, Meta(ge=0, le=65_535)] | None = None
    """Where ``/metrics`` is served, apart from the API; without it, nowhere."""
    metrics_host: str = "127.0.0.1"
    metrics_per_municipality: bool = False
    """Whether the metrics name municipalities: the hundred whose read models are most behind."""
    heartbeat_seconds: Annotated[float, Meta(gt=0, le=60)] = 15.0
    """How often an event stream shows that it is alive, and its key is looked at again."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Raises :class:`SettingsWrong` with the name of the variable."""
        given = {
            name: environment[PREFIX + name.upper()]
            for name in cls.__struct_fields__
            if environment.get(PREFIX + name.upper())
        }
        if "public_url" in given:
            given["public_url"] = given["public_url"].rstrip("/")
        try:
            return msgspec.convert(
                {**given, **_split(given, *_LISTS)}, cls, strict=False, dec_hook=_as_path
            )
        except msgspec.ValidationError as problem:
            reason, _, place = str(problem).partition(" - at `$.")
            message = f"{PREFIX}{place.rstrip('`').upper()} cannot be used: {reason}"
            raise SettingsWrong(message) from None

    def mailer(self) -> Mailer | None:
        """Give what hands letters to the relay; None where there is none.

        Raises :class:`SettingsWrong`, and OSError for a file that cannot be read.
        """
        if self.smtp_url is None:
            return None
        file = self.smtp_password_file
        password = None if file is None else file.read_text(encoding="utf-8").strip()
        try:
            relay = Relay.at(self.smtp_url, password)
        except ValueError as problem:
            message = f"{PREFIX}SMTP_URL cannot be used: {problem}"
            raise SettingsWrong(message) from None
        return Mailer(relay, self.mail_from or self.contact_email)

    @property
    def made_key_file(self) -> Path:
        """Where the demonstration makes a master key for itself."""
        return self.data_folder / "master.key"

    def master(self) -> MasterKey | None:
        """Give the master key, if one is set, or was made beside the data of the embedded server.

        Raises OSError for a file that cannot be read.
        """
        file = self.master_key_file
        if file is None and self.database_url is None and self.made_key_file.exists():
            file = self.made_key_file
        return MasterKey.given(self.master_key, file)

    def on(self, database_url: str) -> Self:
        """Give these settings for a server that runs at an address, with the keys beside its data.

        Raises nothing: a key that cannot be read is found out when it is needed.
        """
        master, signing = self.master_key_file, self.signing_keys_file
        if self.database_url is None:
            if self.master_key is None and master is None and self.made_key_file.exists():
                master = self.made_key_file
            signing = signing or self.made_signing_keys_file
        return msgspec.structs.replace(
            self, database_url=database_url, master_key_file=master, signing_keys_file=signing
        )

    @property
    def made_signing_keys_file(self) -> Path:
        """Where the signing keys of the embedded server are made."""
        return self.data_folder / "signing-keys"

    def __repr__(self) -> str:
        """Show the settings without what is secret in them."""
        return f"Settings(host={self.host!r}, port={self.port}, public_url={self.public_url!r})"


_LISTS = (
    "witnesses",
    "operator_roles_claim",
    "private_issuers",
    "webhook_private_networks",
)
"""The settings that hold several values, apart by spaces."""


def _split(given: Mapping[str, str], *names: str) -> Mapping[str, list[str]]:
    return {name: given[name].split() for name in names if name in given}


def _as_path(_type: type, value: str) -> Path:
    return Path(value)
