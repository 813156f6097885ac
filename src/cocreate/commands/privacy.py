"""The commands about what is held on people, and the keys it is sealed under."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec

from cocreate.commands.running import CODE, OPERATOR, console, errors, reading, run, service
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.steps.record import ErasePerson
from cocreate.domain.vocabulary import ErasureGround
from cocreate.log.master import made_in
from cocreate.log.opening import in_json
from cocreate.log.opening import opened as open_sealed

PROJECT = click.argument("project", type=click.UUID)
PARTY = click.argument("party")


@click.group()
def privacy() -> None:
    """Do what people may ask of what is held on them, and look after its keys.

    A person is a party in a project of a municipality. Needs the master key.
    """


@privacy.command(name="export")
@CODE
@PROJECT
@PARTY
def export_person(code: str, project: UUID, party: str) -> None:
    """Print all that is held on a person, as JSON (AVG, art. 15 and 20)."""

    async def work() -> None:
        async with service(project=False) as opened:
            held = await opened.people.held(code, project, party)
            if held is None:
                errors.print(f"There is no party {party} in this project", style="red")
                sys.exit(1)
            await opened.reads.record(reading(code, "cocreate privacy export", project))
            data = msgspec.json.format(msgspec.json.encode(held))
            sys.stdout.buffer.write((await open_sealed(opened.keys, code, data, in_json)).data)
            sys.stdout.write("\n")

    run(work())


@privacy.command(name="erase")
@CODE
@PROJECT
@PARTY
@click.option("--ground", required=True, type=click.Choice([str(each) for each in ErasureGround]))
def erase_person(code: str, project: UUID, party: str, ground: str) -> None:
    """Destroy the key of a person, and record the certificate (AVG, art. 17).

    Both, or neither. Asking again destroys a key that a backup brought back.
    """

    async def work() -> None:
        step = ErasePerson(occurred_on=_today(), party=party, ground=ErasureGround(ground))
        async with service(project=False) as opened:
            receipt = await opened.people.erase(code, project, step, OPERATOR)
            when = "was erased before" if receipt.repeated else "is erased"
            console.print(f"{party} {when}: the certificate is at position {receipt.position}")
            for position in await opened.people.in_the_clear(code, project, party):
                console.print(
                    f"Position {position} was recorded before personal data was sealed: it holds"
                    " its data in the clear, and cannot be changed",
                    style="yellow",
                )

    run(work())


@privacy.command()
@click.option(
    "--new-master-key-file",
    "file",
    type=click.Path(path_type=Path),
    help="The key that wraps those of the municipalities from now on; made if it is not there.",
)
def rotate(file: Path | None) -> None:
    """Give every municipality a new key, and wrap those of its people by that. No event changes.

    With a new master key, stop the processes that serve first, and start them with that one.
    """

    async def work() -> None:
        async with service(project=False) as opened:
            master = None if file is None else made_in(file)
            codes = await opened.pool.fetch(
                # The operator has keys of its own, of the pseudonyms of those who act for it.
                "select tenant_id from cocreate.municipality union all select '*' order by 1"
            )
            people = [await opened.keys.rotate(row["tenant_id"], master) for row in codes]
            if master is not None:
                await opened.keys.retire_all_but(master.name)
            console.print(f"Wrapped the keys of {sum(people):,} people anew")

    run(work())


def _today() -> date:
    return amsterdam_date(datetime.now().astimezone())
