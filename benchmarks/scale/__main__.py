"""Measure many municipalities, and write ``docs/scale.json`` and ``docs/scale.md``.

``python -m benchmarks.scale [--municipalities 1000 --events 5000000 --minutes 1 --log-only]``

The data stays in ``--data``: a run that was stopped, or one for more events, goes on from there.
``--page`` writes the page anew from what was measured before.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from benchmarks.scale.measured import Run
from benchmarks.scale.page import page
from benchmarks.scale.running import Asked, measure_scale
from benchmarks.scale.standing import standing_server

DOCS = Path(__file__).parent.parent.parent / "docs"
KEPT = DOCS / "scale.json"


def _arguments() -> tuple[Asked, bool]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--municipalities", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rate", type=float, default=100.0, help="appends a second")
    parser.add_argument("--minutes", type=float, default=1.0, help="of load, and of rest each")
    parser.add_argument("--read-seconds", type=float, default=1.0, help="for each kind of request")
    parser.add_argument("--log-only", action="store_true", help="keep no read models and no trees")
    parser.add_argument("--data", type=Path, default=Path(".scale"))
    parser.add_argument("--page", action="store_true", help="measure nothing")
    given = parser.parse_args()
    asked = Asked(
        data=given.data.resolve(),
        municipalities=given.municipalities,
        events=given.events,
        rate=given.rate,
        seconds=given.minutes * 60,
        idle_seconds=given.minutes * 60,
        read_seconds=given.read_seconds,
        read_models=not given.log_only,
    )
    return asked, given.page


def measured_before() -> Sequence[Run]:
    """Give the runs whose figures are kept, one of each size."""
    return msgspec.json.decode(KEPT.read_bytes(), type=list[Run]) if KEPT.exists() else []


def main() -> None:
    """Measure, keep the figures, and write the page."""
    asked, only_page = _arguments()
    runs = measured_before()
    if not only_page:
        asked.data.mkdir(parents=True, exist_ok=True)
        with (
            standing_server(asked.data) as server,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            run = runner.run(measure_scale(server, asked))
        runs = sorted(
            [*(each for each in runs if each.name != run.name), run], key=lambda each: each.events
        )
        KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(runs), indent=1) + b"\n")
    (DOCS / "scale.md").write_text(page(runs))


if __name__ == "__main__":
    main()
