"""Running the demonstration: its stories told, then pages and API served, and what to open."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec
from rich.console import Console

from cocreate.app import server
from cocreate.demo.seeding import HOME, Seeded, catch_up, seed
from cocreate.log.master import made_in
from cocreate.service import Service, open_service
from cocreate.settings import Settings

PERMIT = "omgevingsvergunning"
ImportFile = Callable[[Service, str, Path], Awaitable[object]]

console = Console(soft_wrap=True, highlight=False)


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
        seeded = await _seeded(service, settings.data_folder / "demo.json")
        if data is not None:
            await _import_folder(service, data, import_file)
        await catch_up(service)
    serving = server(settings)
    task = asyncio.create_task(serving.serve())
    # The server tells that it started by a flag only.
    while not serving.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    if not task.done():
        _tell(settings, seeded)
    await task


async def _seeded(service: Service, kept: Path) -> Seeded:
    known = _read(kept)
    if known is not None and await service.reader.head(HOME):
        return known
    console.print("Telling the stories of five municipalities ...")
    seeded = await seed(service)
    _write(kept, seeded)
    return seeded


def _read(kept: Path) -> Seeded | None:
    return msgspec.json.decode(kept.read_bytes(), type=Seeded) if kept.exists() else None


def _write(kept: Path, seeded: Seeded) -> None:
    """Keep the keys where only the owner of the data can read them."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(seeded))


async def _import_folder(service: Service, folder: Path, import_file: ImportFile) -> None:
    for file in _files_in(folder):
        await import_file(service, HOME, file)


def _files_in(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*decidim*.jsonl*"), *folder.glob("*permit*.csv*")])


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
