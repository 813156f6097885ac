"""Running the demonstration: the stories recorded through the rules and the log, then the API."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
from rich.console import Console

from cocreate.api.issuing import issue_key
from cocreate.app import server
from cocreate.demo.stories import MUNICIPALITIES, NORMS, Story, Told, stories
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.municipality import AdoptNorms, DecideOnComparison, RegisterMunicipality
from cocreate.domain.steps.course import StartProject
from cocreate.domain.vocabulary import Body, Role
from cocreate.log.errors import VersionConflict
from cocreate.log.live import LiveProjects, Sender
from cocreate.log.master import made_in
from cocreate.projections.model import read_models
from cocreate.service import Service, open_service
from cocreate.settings import Settings

TUNNEL = "lampen-in-de-tunnel"
HOME = "GM0503"
PERMIT = "omgevingsvergunning"
HALFWAY = 50
"""A version of the tunnel at which its story is half told."""
ImportFile = Callable[[Service, str, Path], Awaitable[object]]

console = Console(soft_wrap=True, highlight=False)


class Seeded(msgspec.Struct):
    """What the demonstration put in the log, kept beside the data for the next start."""

    today: str
    """The day the stories were told: they are dated from it."""
    keys: dict[str, str]
    """The keys of Delft by role, and that of the operator."""
    tunnel: UUID
    earlier: int
    """A position of the log halfway the story of the tunnel."""


async def run_demo(settings: Settings, data: Path | None, import_file: ImportFile) -> None:
    """Fill the log if it is empty, serve, and say what to open and what to ask."""
    dsn = settings.database_url
    if dsn is None:
        message = "The demonstration needs a database"
        raise ValueError(message)
    if settings.master() is None:
        made_in(settings.made_key_file)
        settings = msgspec.structs.replace(settings, master_key_file=settings.made_key_file)
    async with open_service(dsn, master=settings.master(), pool_size=settings.pool_size) as service:
        seeded = await _seed(service, settings.data_folder / "demo.json")
        if data is not None:
            await _import_folder(service, data, import_file)
        await _catch_up(service)
    serving = server(settings)
    task = asyncio.create_task(serving.serve())
    # The server tells that it started by a flag only.
    while not serving.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    if not task.done():
        _tell(settings, seeded)
    await task


async def _seed(service: Service, kept: Path) -> Seeded:
    known = _read(kept)
    if known is not None and await service.reader.head(HOME):
        return known
    today = amsterdam_date(datetime.now(UTC))
    for code, name in MUNICIPALITIES.items():
        step = RegisterMunicipality(occurred_on=today, code=code, name=name)
        sender = Sender(actor="demo", actor_role=Role.OPERATOR)
        with contextlib.suppress(VersionConflict):
            await service.subscriptions.register(step, sender)
        await _set_rules(service.live, code, today)
    console.print("Telling the stories of five municipalities ...")
    projects: dict[str, UUID] = {}

    async def tell(story: Story) -> None:
        projects[story.key] = await tell_story(service.live, story)

    await asyncio.gather(*(tell(story) for story in stories(today)))
    keys = {
        role: (await issue_key(service.pool, HOME, Role(role), f"demo {role}")).secret
        for role in ("tenant-administrator", "official", "clerk", "auditor", "reader")
    }
    keys["operator"] = (await issue_key(service.pool, "OP", Role.OPERATOR, "demo")).secret
    tunnel = projects[TUNNEL]
    [halfway] = await service.reader.stream(HOME, tunnel, after=HALFWAY, limit=1)
    seeded = Seeded(today.isoformat(), keys, tunnel, halfway.position)
    _write(kept, seeded)
    return seeded


async def _set_rules(live: LiveProjects, code: str, today: date) -> None:
    """Let a municipality take part in comparisons, and adopt its norms, unless it did so."""
    municipality, moment = await live.municipality(code), await live.moment(code)
    if not municipality.takes_part:
        municipality.decide_on_comparison(
            DecideOnComparison(occurred_on=today, takes_part=True, body=Body.COLLEGE), moment
        )
    if code in NORMS and not municipality.norm_packs:
        municipality.adopt_norms(
            AdoptNorms(
                occurred_on=today,
                version="2024-1",
                title="Normen bij de participatieverordening",
                basis="Participatieverordening 2023, artikel 7",
                valid_from=date(2024, 1, 1),
                thresholds=NORMS[code],
            ),
            moment,
        )
    sender = Sender(actor="demo", actor_role=Role.TENANT_ADMINISTRATOR)
    if municipality.pending_events:
        await live.record_municipality(code, municipality, sender)


def _read(kept: Path) -> Seeded | None:
    return msgspec.json.decode(kept.read_bytes(), type=Seeded) if kept.exists() else None


def _write(kept: Path, seeded: Seeded) -> None:
    """Keep the keys where only the owner of the data can read them."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(seeded))


async def tell_story(live: LiveProjects, story: Story) -> UUID:
    """Record a story, one command after another; a start that was broken off goes on."""
    first, *rest = story.told
    start, *others = first.steps
    sender = _sender(story, 0, first)
    started = await live.start(story.municipality, cast("StartProject", start), sender)
    if others:
        again = _sender(story, 0, first, part="b")
        await live.take(story.municipality, started.project, others, again)
    for number, told in enumerate(rest, 1):
        sender = _sender(story, number, told)
        await live.take(story.municipality, started.project, told.steps, sender)
    return started.project


def _sender(story: Story, number: int, told: Told, part: str = "") -> Sender:
    key = f"demo:{story.key}:{number}{part}"
    return Sender(
        actor=f"demo: {told.said_by}",
        actor_role=told.role,
        key=key,
        fingerprint=sha256(key.encode()).digest(),
    )


async def _import_folder(service: Service, folder: Path, import_file: ImportFile) -> None:
    for file in _files_in(folder):
        await import_file(service, HOME, file)


def _files_in(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*decidim*.jsonl*"), *folder.glob("*permit*.csv*")])


async def _catch_up(service: Service) -> None:
    for code in MUNICIPALITIES:
        head = await service.reader.head(code) or 0
        for name in read_models():
            await service.answers.reach(name, code, head, within=120)


def _tell(settings: Settings, seeded: Seeded) -> None:
    home = f"http://{settings.host}:{settings.port}/v1"
    tunnel = f"{home}/municipalities/{HOME}/projects/{seeded.tunnel}"
    keys: Mapping[str, str] = seeded.keys
    official, clerk = keys["official"], keys["clerk"]

    def curl(title: str, url: str, key: str | None = None, body: str | None = None) -> None:
        bearer = f" -H 'Authorization: Bearer {key}'" if key else ""
        data = f" -H 'Content-Type: application/json' -d '{body}'" if body else ""
        console.print(f"  [bold]{title}[/bold]\n  curl -s{bearer}{data} '{url}'\n")

    console.print(f"\n[bold]cocreate serves on http://{settings.host}:{settings.port}[/bold]")
    console.print(f"Database: {settings.database_url}\n", markup=False)
    pages = f"http://{settings.host}:{settings.port}/nl/{HOME}"
    console.print("Open in a browser:")
    for address, what in (
        (pages, "the projects of Delft, for everyone (English: /en)"),
        (f"{pages}/projects/{seeded.tunnel}", "the lamps in the tunnel"),
        (f"{pages}/dashboards/obstacles", "what stands in the way"),
        (f"{pages}/sign-in", "for those who work there, with a key:"),
    ):
        console.print(f"  {address}  {what}", markup=False)
    for role in ("official", "clerk", "auditor"):
        console.print(f"      {role}: {keys[role]}", markup=False)
    console.print(f"  {home}/docs  the API, explained\n", markup=False)
    console.print("Or ask the API:")
    curl("What became of our wish, and why? (everyone)", f"{tunnel}/timeline")
    curl("The same, from inside", f"{tunnel}/timeline", official)
    curl("As known at an earlier moment", f"{tunnel}/timeline?asOf={seeded.earlier}")
    curl(
        "Which days were counted for the permit, and why",
        f"{tunnel}/subjects/{PERMIT}/term",
    )
    curl("What the municipality still owes", f"{tunnel}/subjects?kind=wish&owed=true")
    curl("The steps as they were recorded, for an auditor", f"{tunnel}/events", keys["auditor"])
    curl("Proof that a step was logged: its receipt", f"{tunnel}/events/1/receipt")
    curl(
        "What the log is signed for: the checkpoint of its tree",
        f"{home}/municipalities/{HOME}/tree/checkpoint",
    )
    curl(
        "Why does it take so long? The obstacle dashboard",
        f"{home}/municipalities/{HOME}/obstacle-dashboard?sector=public-space",
        official,
    )
    curl("Search the projects", f"{home}/municipalities/{HOME}/projects?q=tunnel")
    curl(
        "What would the ombudsman ask? The norm check",
        f"{tunnel}/norm-check",
        keys["auditor"],
    )
    curl(
        "Wishes that wait for an answer, as CSV",
        f"{home}/municipalities/{HOME}/wishes?unanswered=true&format=csv",
    )
    curl(
        "Who has to give permission, and how long it takes",
        f"{home}/municipalities/{HOME}/approval-board",
    )
    curl(
        "What helped elsewhere: the co-creation map",
        f"{home}/municipalities/{HOME}/co-creation-map",
    )
    curl("Municipalities compared", f"{home}/comparison")
    curl(
        "Record a wish",
        f"{tunnel}/wishes",
        official,
        f'{{"occurredOn":"{seeded.today}","title":"Een spiegel in de bocht"}}',
    )
    curl(
        "Start a project",
        f"{home}/municipalities/{HOME}/projects",
        official,
        f'{{"occurredOn":"{seeded.today}","title":"Meer bankjes","sector":"public-space",'
        '"initiative":"residents","department":"Openbare ruimte"}',
    )
    curl(
        "A promise, by the council clerk",
        f"{tunnel}/commitments",
        clerk,
        f'{{"occurredOn":"{seeded.today}","title":"Terug in de raad","by":"wethouder",'
        '"to":"raad"}',
    )
    curl(
        "Keys of the municipality",
        f"{home}/municipalities/{HOME}/keys",
        keys["tenant-administrator"],
    )
    curl(
        "A new municipality",
        f"{home}/municipalities",
        keys["operator"],
        f'{{"occurredOn":"{seeded.today}","code":"GM0344","name":"Utrecht"}}',
    )
    curl("The words", f"{home}/glossary?vocabulary=deviation-ground")
    console.print("Ctrl-C stops everything; the next start finds the data again.")
