"""The commands about those who follow by e-mail: what is held on an address, and its erasure."""

from __future__ import annotations

import sys

import click
import msgspec

from cocreate.commands.running import CODE, console, database, errors, reading, run, service
from cocreate.log.followers import HeldFollowing
from cocreate.log.keys import overwrite_destroyed
from cocreate.mail import NoMailAddress, mail_address
from cocreate.service import open_service
from cocreate.settings import Settings


def _read(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    try:
        return mail_address(text)
    except NoMailAddress:
        message = "it is no e-mail address"
        raise click.BadParameter(message) from None


ADDRESS = click.argument("address", callback=_read)


@click.group()
def followers() -> None:
    """Do what people may ask of what is held on their e-mail address. Needs the master key.

    Each letter lets its reader do the same.
    """


@followers.command(name="export")
@CODE
@ADDRESS
def export_following(code: str, address: str) -> None:
    """Print what an address follows, as JSON (AVG, art. 15 and 20)."""

    async def work() -> None:
        async with service(project=False) as opened:
            await opened.live.municipality(code)
            found = await opened.followers.of_address(code, address)
            if not found:
                errors.print("Nothing is held on this address", style="red")
                sys.exit(1)
            await opened.reads.record(reading(code, "cocreate followers export", None))
            held = HeldFollowing(municipality=code, address=address, following=found)
            sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(held)) + b"\n")

    run(work())


@followers.command(name="erase")
@CODE
@ADDRESS
def erase_address(code: str, address: str) -> None:
    """Let an address follow nothing any more, and destroy its keys (AVG, art. 17)."""

    async def work() -> None:
        settings = Settings.from_environment()
        async with (
            database(settings) as dsn,
            open_service(dsn, master=settings.on(dsn).master(), project=False) as opened,
        ):
            await opened.live.municipality(code)
            found = await opened.followers.of_address(code, address)
            for each in found:
                await opened.followers.leave(code, each)
            if found:
                await overwrite_destroyed(dsn, code)
            console.print(f"Erased: it followed {len(found)}" if found else "Nothing is held")

    run(work())
