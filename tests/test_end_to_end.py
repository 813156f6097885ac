"""The demonstration and the commands, as a user runs them: processes, signals, HTTP."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

COCREATE = [sys.executable, "-m", "cocreate.cli"]
PATIENCE = 120
"""In seconds; how long a process may take to say what it has to say."""


class Demonstration:
    """A demonstration that runs, and what it printed when it was ready."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        environment = {
            **{name: value for name, value in os.environ.items() if "COCREATE" not in name},
            "COCREATE_DATA_FOLDER": str(folder / "data"),
            "COCREATE_PORT": str(self.port),
            "COLUMNS": "2000",
        }
        self.process = subprocess.Popen(
            [*COCREATE, "demo", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        giving_up = threading.Timer(PATIENCE, self.process.kill)
        giving_up.start()
        self.printed = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if "Ctrl-C" in line:
                break
        giving_up.cancel()
        assert self.process.poll() is None, self.printed

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Stop it as Ctrl-C does, and give its exit code and last words."""
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def curls(self) -> list[tuple[str, dict[str, str], str | None]]:
        """Give the requests that it printed: address, headers, body."""
        found = []
        for line in self.printed.splitlines():
            if not line.strip().startswith("curl"):
                continue
            words = shlex.split(line)
            named = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
            headers = dict(each.split(": ", 1) for each in named)
            body = words[words.index("-d") + 1] if "-d" in words else None
            found.append((words[-1], headers, body))
        return found


def ask(address: str, headers: dict[str, str] | None = None, body: str | None = None) -> Any:
    """Send a request to loopback and give its answer: JSON, the lines of CSV, or text."""
    request = Request(address, headers=headers or {}, data=body.encode() if body else None)  # noqa: S310
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        if answer.headers.get_content_type() == "text/csv":
            return list(csv.DictReader(answer.read().decode().splitlines()))
        if answer.headers.get_content_type() in ("text/plain", "text/html"):
            return answer.read().decode()
        return json.load(answer)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def proposals(folder: Path) -> Path:
    """A folder with a file of three proposals and a line that is none."""
    line = {
        "id": 1,
        "code": "BCN-1",
        "title": "Bancs a la plaça",
        "summary": "Falten bancs.",
        "status": "rejected",
        "created_at": "22/01/2016",
        "total_votes": 4,
        "url": "https://decidim.example/1",
        "category": "Bon viure",
        "subcategory": "Espai",
        "district": "Gràcia",
    }
    lines = [
        json.dumps({**line, "id": number, "code": f"BCN-{number}", "status": status})
        for number, status in enumerate(("rejected", "accepted", "rejected"), 1)
    ]
    data = folder / "files"
    data.mkdir()
    with gzip.open(data / "decidim-small.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join([*lines, "{broken"]) + "\n")
    return data


@pytest.fixture(scope="module")
def demonstration(folder: Path, proposals: Path) -> Iterator[Demonstration]:
    running = Demonstration(folder, "--data", str(proposals))
    yield running
    if running.process.poll() is None:
        running.interrupt()


def test_every_curl_that_is_printed_works(demonstration: Demonstration) -> None:
    curls = demonstration.curls()
    assert len(curls) >= 12
    for address, headers, body in curls:
        assert ask(address, headers, body)


def test_the_tunnel_tells_its_whole_chain(demonstration: Demonstration) -> None:
    [page] = re.findall(r"(http\S+)  the lamps", demonstration.printed)
    assert "Lampen in de fietstunnel" in ask(page)
    timeline = page.replace("/nl/", "/v1/municipalities/") + "/timeline"
    told = ask(f"{timeline}?limit=500")
    types = {entry["type"] for entry in told["entries"]}
    assert types >= {
        "WishExpressed",
        "ProposalSubmitted",
        "DecisionRecorded",
        "DeviationRecorded",
        "ApprovalRequested",
        "ObstacleRaised",
        "InterventionTried",
        "FeedbackGiven",
    }
    assert any(len(wish.get("chain", [])) > 3 for wish in told["wishes"])
    assert told["entries"] == sorted(told["entries"], key=lambda each: each["occurredOn"])


def test_an_import_reports_what_it_did_not_understand(demonstration: Demonstration) -> None:
    assert "line 4:" in demonstration.printed
    assert re.search(r"Motivations owed\W+2\b", demonstration.printed)


def test_it_tells_where_its_database_is(demonstration: Demonstration) -> None:
    assert "data in" in demonstration.printed
    assert "socket in" in demonstration.printed
    assert "log in" in demonstration.printed


def test_the_data_outlives_a_restart(demonstration: Demonstration, folder: Path) -> None:
    [page] = re.findall(r"(http\S+)  the lamps", demonstration.printed)
    assert "Lampen in de fietstunnel" in ask(page)
    timeline = page.replace("/nl/", "/v1/municipalities/") + "/timeline"
    [wish] = [each for each in demonstration.curls() if each[0].endswith("/wishes")]
    position = ask(*wish)["position"]
    before = ask(f"{timeline}?minPosition={position}")
    code, said = demonstration.interrupt()
    assert code == 0, said
    again = Demonstration(folder)
    try:
        assert "Telling the stories" not in again.printed
        place = timeline.split("/v1/")[1]
        after = ask(f"http://127.0.0.1:{again.port}/v1/{place}")
        assert after["project"] == before["project"]
        for address, headers, _ in again.curls():
            if "Content-Type" not in headers:
                assert ask(address, headers)
    finally:
        code, said = again.interrupt(signal.SIGTERM)
    assert code == 0, said


@pytest.mark.parametrize(
    "arguments", [["--help"], ["import", "decidim", "--help"], ["projections", "--help"]]
)
def test_every_command_explains_itself(arguments: list[str]) -> None:
    done = subprocess.run([*COCREATE, *arguments], check=True, capture_output=True, text=True)
    assert "Usage:" in done.stdout
