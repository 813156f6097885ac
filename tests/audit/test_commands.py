"""The tool of auditors, as a user runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.audit.conftest import CODE, KEYS, ORIGIN, Kept, Tool

from cocreate.domain.log_reads import LogRead, log_reads_id
from cocreate.domain.signing_keys import SigningKeyAnnounced, signing_keys_id
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.notes import Note

KEY = str(KEYS.verifiers(ORIGIN)[0])


@pytest.fixture(scope="module")
def tool(kept: Kept, database: str, tmp_path_factory: pytest.TempPathFactory) -> Tool:
    assert kept.project.int
    return Tool(database, tmp_path_factory.mktemp("tool"))


async def reads(kept: Kept) -> list[LogRead]:
    reader = kept.service.reader
    found = [reader.event(each) for each in await reader.stream(CODE, log_reads_id(CODE))]
    return [event for event in found if isinstance(event, LogRead)]


async def test_a_project_is_replayed_as_json_lines(kept: Kept, tool: Tool) -> None:
    before = len(await reads(kept))
    code, out, complained = await tool("replay", CODE, str(kept.project), "--json")
    assert code == 0, complained
    steps = [json.loads(line) for line in out.splitlines()]
    assert [step["version"] for step in steps] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert steps[6]["actorRole"] == "clerk"
    read = (await reads(kept))[before]
    assert (read.what, read.project) == ("cocreate audit replay", kept.project)


async def test_a_project_is_replayed_as_a_table(kept: Kept, tool: Tool) -> None:
    code, out, _ = await tool("replay", CODE, str(kept.project), "--kind", "StepCorrected")
    assert code == 0
    assert '"Wens 1" \N{RIGHTWARDS ARROW} "Licht in de tunnel"' in out
    assert "official key-official" in out
    assert "WishExpressed" not in out
    code, out, _ = await tool("replay", CODE, str(kept.project), "--as-of", "1")
    assert (code, out.strip()) == (0, "There is nothing to show")
    code, _, complained = await tool("replay", CODE, str(kept.project), "--as-of", "gisteren")
    assert code == 2
    assert "gisteren" in complained


async def test_what_is_exported_is_verified(kept: Kept, tool: Tool, tmp_path: Path) -> None:
    before = len(await reads(kept))
    for number, more in enumerate(([], ["--public"], [str(kept.project), "--retention", "P20Y"])):
        file = tmp_path / f"{number}.zip"
        code, out, complained = await tool("export", CODE, *more, "-o", file)
        assert code == 0, complained
        assert f"--key {KEY}" in out.replace("\n", "")
        code, out, _ = await tool("verify", file, "--key", KEY)
        assert code == 0, out
        assert out.endswith("All is well.\n")
        assert "BEWARE" not in out
    assert [read.what for read in (await reads(kept))[before:]] == ["cocreate audit export"] * 3
    assert sorted(os.listdir(tmp_path)) == ["0.zip", "1.zip", "2.zip"]  # noqa: PTH208
    code, out, _ = await tool("verify", tmp_path / "0.zip", LC_ALL="nl_NL.UTF-8")
    assert code == 0
    assert "LET OP: die sleutel staat in de export zelf." in out
    assert out.endswith("Alles klopt.\n")


async def test_what_is_wrong_is_named_and_ends_with_1(
    kept: Kept, tool: Tool, tmp_path: Path
) -> None:
    file = tmp_path / "export.zip"
    export = await kept.export(kept.project)
    file.write_bytes(export[:-100])
    code, out, _ = await tool("verify", file, "--key", KEY)
    assert code == 1
    assert out.startswith("WRONG: this is no zip file, or it was cut off")
    code, out, _ = await tool("verify", file, "--language", "nl")
    assert (code, out[:5]) == (1, "FOUT:")
    file.write_bytes(export)
    since = tmp_path / "checkpoint"
    since.write_text("niets")
    code, out, _ = await tool("verify", file, "--key", KEY, "--since", since)
    assert code == 1
    code, _, complained = await tool("verify", file, "--key", "niets")
    assert code == 2
    assert "niets" in complained


async def test_what_is_not_there_cannot_be_exported(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    nobody = "00000000-0000-4000-8000-000000000000"
    for arguments in ([CODE, nobody], ["GM9999"]):
        code, _, complained = await tool("export", *arguments, "-o", file)
        assert code == 1
        assert "There is no" in complained
    assert not file.exists()
    code, _, _ = await tool("export", CODE, "-o", file, "--retention", "20")
    assert code == 2


async def test_a_new_key_is_announced_under_the_one_of_before(
    kept: Kept, database: str, tmp_path: Path
) -> None:
    tool = Tool(database, tmp_path)
    code, out, complained = await tool("rotate-keys")
    assert code == 0, complained
    rotated = SigningKeys.read(tmp_path / "signing-keys")
    old, new = rotated.verifiers(ORIGIN)
    assert str(old) == KEY
    assert f"{CODE}: {new}" in out
    reader = kept.service.reader
    (announced,) = await reader.stream(CODE, signing_keys_id(CODE))
    event = reader.event(announced)
    assert isinstance(event, SigningKeyAnnounced)
    assert event.verifier_key == str(new)
    assert announced.public
    # Signed for with the key of before, and with both from now on.
    signed = await kept.service.trees.reach(CODE, announced.position, within=10)
    assert [found.key for found in Note.parse(signed.checkpoint).verify([old, new])] == [old]
    file = tmp_path / "log.zip"
    code, _, complained = await tool("export", CODE, "-o", file)
    assert code == 0, complained
    code, out, _ = await tool("verify", file, "--key", KEY)
    assert code == 0, out
    again = SigningKeys.read(tmp_path / "signing-keys").rotated()
    assert KEY not in map(str, again.verifiers(ORIGIN))
