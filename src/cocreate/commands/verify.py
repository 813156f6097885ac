"""The command that verifies an export: it needs no server, no database, and little of this."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console

from cocreate.audit.summary import in_words
from cocreate.audit.verify import verify
from cocreate.audit.wrong import Language, Wrong
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.keys import VerifierKey


def _keys(
    _context: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> Sequence[VerifierKey]:
    try:
        return [VerifierKey.parse(value) for value in values]
    except Unsound as problem:
        raise click.BadParameter(str(problem)) from None


@click.command(name="verify")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--key",
    "keys",
    callback=_keys,
    multiple=True,
    metavar="VERIFIERKEY",
    help="A key of the log that you trust.",
)
@click.option(
    "--witness",
    "witnesses",
    callback=_keys,
    multiple=True,
    metavar="VERIFIERKEY",
    help="A witness that must have cosigned.",
)
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that you kept: the log must go on from it.",
)
@click.option("--language", type=click.Choice(["nl", "en"]), help="Else that of the locale.")
def verify_export(
    file: BinaryIO,
    keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
    since: Path | None,
    language: Language | None,
) -> None:
    """Verify an export: no server and no database is asked anything.

    Says what was checked, or the first thing that is wrong and where; then it exits with 1.
    """
    words = language or _own_language()
    earlier = None if since is None else since.read_bytes()
    out = Console(soft_wrap=True, highlight=False)
    try:
        found = verify(file, keys=keys, witnesses=witnesses, since=earlier)
    except Wrong as wrong:
        label = "FOUT" if words == "nl" else "WRONG"
        out.print(f"{label}: {wrong.in_words(words)}", style="red", markup=False)
        sys.exit(1)
    for sentence in in_words(found, words):
        out.print(sentence, style=_style(sentence), markup=False)
    out.print("Alles klopt." if words == "nl" else "All is well.", style="green")


def _style(sentence: str) -> str | None:
    """Give how a sentence stands out: one that begins in capitals is a warning."""
    return "bold yellow" if sentence.partition(":")[0].isupper() else None


def _own_language() -> Language:
    """Give the language of the locale, English where it is another."""
    names = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next(filter(None, names), None) or locale.getlocale()[0] or ""
    return "nl" if first.lower().startswith("nl") else "en"
