"""Stock applications of the library, with aggregates of their own, on a log."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    DataError,
    InfrastructureFactoryError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    StoredEvent,
)
from tests.log.conftest import Given, Log


class Kettle(Aggregate):
    """An aggregate as the library's manual has it."""

    @event("Bought")
    def __init__(self, colour: str) -> None:
        self.colour = colour
        self.boiled = 0

    @event("Boiled")
    def boil(self) -> None:
        self.boiled += 1


def test_topics_and_states_of_a_stock_application_come_back_as_they_were(given: Given) -> None:
    states = [b"", b"\x00\xff", b'{"a": 1}', b"x" * 100_000]
    with Application[UUID](given()) as application:
        stream = uuid4()
        written = [
            StoredEvent(stream, version, f"topic{version}", state)
            for version, state in enumerate(states, 1)
        ]
        application.recorder.insert_events(written)
        assert application.recorder.select_events(stream) == written
        told = application.recorder.select_notifications(1, 10)
        assert [(one.topic, one.state) for one in told] == [(e.topic, e.state) for e in written]


def test_a_stock_application_finds_its_aggregates_after_a_restart(given: Given) -> None:
    environment = {**given(), "IS_SNAPSHOTTING_ENABLED": "y", "COMPRESSOR_TOPIC": "zlib"}
    kettle = Kettle("red")
    for _ in range(4):
        kettle.boil()
    with Application[UUID](environment) as application:
        application.save(kettle)
        application.take_snapshot(kettle.id, version=3)
    with Application[UUID](environment) as application:
        assert application.snapshots is not None
        [snapshot] = application.snapshots.get(kettle.id)
        assert snapshot.originator_version == 3
        assert application.repository.get(kettle.id) == kettle
        early: Kettle = application.repository.get(kettle.id, version=2)
        assert (early.colour, early.boiled) == ("red", 1)


def test_windows_of_a_history_are_those_of_the_library(given: Given) -> None:
    with Application[UUID](given()) as ours, Application[UUID]() as theirs:
        stream = uuid4()
        written = [StoredEvent(stream, version, "topic", b"") for version in range(1, 8)]
        for application in (ours, theirs):
            application.recorder.insert_events(written)
        bounds = (None, 0, 1, 3, 6, 7, 9)
        for gt in bounds:
            for lte in bounds:
                for desc in (False, True):
                    for limit in (None, 1, 3, 9):
                        window = {"gt": gt, "lte": lte, "desc": desc, "limit": limit}
                        found = [
                            application.recorder.select_events(stream, **cast("Any", window))
                            for application in (ours, theirs)
                        ]
                        assert found[0] == found[1], window


def test_windows_of_the_log_are_those_of_the_library(given: Given) -> None:
    with Application[UUID](given()) as ours, Application[UUID]() as theirs:
        stream = uuid4()
        written = [StoredEvent(stream, n, f"topic{n % 3}", b"") for n in range(1, 12)]
        for application in (ours, theirs):
            application.recorder.insert_events(written)
        for start in (None, 1, 4, 11, 12):
            for stop in (None, 1, 6, 11, 20):
                for inclusive in (False, True):
                    for topics in ((), ("topic1",), ("topic0", "topic2"), ("none",)):
                        for limit in (1, 4, 20):
                            found = [
                                application.recorder.select_notifications(
                                    start, limit, stop, topics, inclusive_of_start=inclusive
                                )
                                for application in (ours, theirs)
                            ]
                            assert found[0] == found[1], (start, stop, inclusive, topics, limit)


def test_a_topic_is_found_far_along_the_log(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocreate.log.recorder.door.PAGE", 3)
    with Application[UUID](given()) as application:
        stream = uuid4()
        application.recorder.insert_events(
            [
                StoredEvent(stream, n, "rare" if n in (8, 20) else "common", b"")
                for n in range(1, 21)
            ]
        )
        told = application.recorder.select_notifications(None, 10, topics=["rare"])
        assert [one.id for one in told] == [8, 20]


def test_events_of_several_aggregates_stand_or_fall_together(given: Given) -> None:
    with Application[UUID](given()) as application:
        red, blue = Kettle("red"), Kettle("blue")
        recordings = application.save(red, blue)
        assert [each.notification.id for each in recordings] == [1, 2]
        stale: Kettle = application.repository.get(red.id)
        red.boil()
        application.save(red)
        stale.boil()
        blue.boil()
        with pytest.raises(IntegrityError):
            application.save(blue, stale)
        found: Kettle = application.repository.get(blue.id)
        assert found.boiled == 0
        assert application.recorder.max_notification_id() == 3


def test_histories_that_alternate_keep_the_order_they_were_given_in(given: Given) -> None:
    with Application[UUID](given()) as application:
        one, other = uuid4(), uuid4()
        order = [(one, 1), (other, 1), (one, 2), (one, 3), (other, 2)]
        written = [StoredEvent(stream, version, "topic", b"") for stream, version in order]
        assert application.recorder.insert_events(written) == [1, 2, 3, 4, 5]
        told = application.recorder.select_notifications(1, 10)
        assert [(each.originator_id, each.originator_version) for each in told] == order


@pytest.mark.parametrize("versions", [(0,), (2,), (1, 3), (1, 1), (2, 1)])
def test_a_history_begins_at_one_and_has_no_gaps(given: Given, versions: Sequence[int]) -> None:
    with Application[UUID](given()) as application:
        stream = uuid4()
        with pytest.raises(IntegrityError):
            application.recorder.insert_events(
                [StoredEvent(stream, version, "topic", b"") for version in versions]
            )
        assert application.recorder.max_notification_id() is None


def test_threads_leave_no_gap_and_every_reader_sees_one_order(given: Given) -> None:
    environment = given()
    with Application[UUID](environment) as one, Application[UUID](environment) as other:

        def write(number: int) -> list[int]:
            application = (one, other)[number % 2]
            kettle = Kettle("red")
            positions = []
            for _ in range(10):
                kettle.boil()
                others = [Kettle("blue")] * (number % 3 > 0)
                saved = application.save(kettle, *others)
                positions += [each.notification.id for each in saved]
            return positions

        with ThreadPoolExecutor(12) as threads:
            positions = sorted(chain.from_iterable(threads.map(write, range(24))))
        assert positions == list(range(1, len(positions) + 1))
        told = one.recorder.select_notifications(1, 10_000)
        assert [each.id for each in told] == positions
        assert told == other.recorder.select_notifications(1, 10_000)


def test_an_id_that_is_no_uuid_is_refused(given: Given) -> None:
    with Application[UUID](given()) as application:
        with pytest.raises(NotSupportedError, match="UUID"):
            application.recorder.insert_events([StoredEvent("kettle-1", 1, "topic", b"")])
        with pytest.raises(NotSupportedError, match="UUID"):
            application.recorder.select_events("kettle-1")


def test_what_the_database_cannot_hold_is_refused(given: Given) -> None:
    with Application[UUID](given()) as application:
        with pytest.raises(DataError):
            application.recorder.insert_events([StoredEvent(uuid4(), 1, "nul\x00", b"")])
        assert application.recorder.max_notification_id() is None


def test_who_writes_can_be_named(given: Given) -> None:
    with Application[UUID](given()) as application:
        with pytest.raises(DataError, match="mayor"):
            application.save(Kettle("red"), actor_role="mayor")
        with pytest.raises(TypeError, match="colour"):
            application.save(Kettle("red"), colour="red")
        assert application.recorder.max_notification_id() is None


# -- opening and closing --------------------------------------------------------------------------


def test_what_is_wrong_with_the_environment_is_named(given: Given) -> None:
    for changes, said in (
        ({"municipality": "Delft"}, "COCREATE_MUNICIPALITY cannot be used"),
        ({"database_url": ""}, "COCREATE_DATABASE_URL is not set"),
        ({"recorder_role": "mayor"}, "COCREATE_RECORDER_ROLE cannot be used"),
        ({"recorder_takes": "steps"}, "There is no log of municipality"),
    ):
        with pytest.raises(InfrastructureFactoryError, match=said):
            Application[UUID](given(**changes))


def test_settings_are_found_under_the_name_of_the_application(given: Given) -> None:
    class Kitchen(Application[UUID]):
        pass

    environment = given()
    environment["KITCHEN_COCREATE_MUNICIPALITY"] = given()["COCREATE_MUNICIPALITY"]
    with Kitchen(environment) as kitchen, Application[UUID](environment) as application:
        kitchen.save(Kettle("red"))
        assert kitchen.recorder.max_notification_id() == 1
        assert application.recorder.max_notification_id() is None


def test_a_closed_recorder_says_so(given: Given) -> None:
    application = Application[UUID](given())
    application.close()
    application.close()
    with pytest.raises(InterfaceError, match="closed"):
        application.recorder.max_notification_id()


def test_what_is_under_way_when_it_is_closed_gets_its_outcome(given: Given) -> None:
    environment = given()
    application = Application[UUID](environment)
    writing = Barrier(9)

    def write() -> list[int]:
        positions: list[int] = []
        with contextlib.suppress(InterfaceError):
            while True:
                positions += [each.notification.id for each in application.save(Kettle("red"))]
                if len(positions) == 5:
                    writing.wait()
        return positions

    with ThreadPoolExecutor(8) as threads:
        written = [threads.submit(write) for _ in range(8)]
        writing.wait()
        application.close()
        positions = sorted(chain.from_iterable(each.result() for each in written))
    with Application[UUID](environment) as again:
        told = again.recorder.select_notifications(1, 10_000)
    assert positions == [each.id for each in told] == list(range(1, len(told) + 1))


def test_an_application_that_nobody_closed_lets_the_process_end(given: Given) -> None:
    program = (
        "from eventsourcing.application import Application\n"
        "from eventsourcing.domain import Aggregate\n"
        "application = Application()\n"
        "application.save(Aggregate())\n"
        "print(application.recorder.max_notification_id())\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, **given()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_is_told_to_open_its_own(given: Given) -> None:
    program = (
        "import os\n"
        "from eventsourcing.application import Application\n"
        "from eventsourcing.persistence import InterfaceError\n"
        "application = Application()\n"
        "if os.fork() == 0:\n"
        "    try:\n"
        "        application.recorder.max_notification_id()\n"
        "    except InterfaceError as problem:\n"
        "        print(problem, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **given()},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "forked" in done.stdout


async def test_connections_that_were_cut_are_made_anew(given: Given, log: Log) -> None:
    with await asyncio.to_thread(Application[UUID], given()) as application:
        await asyncio.to_thread(application.save, Kettle("red"))
        await log.admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        while True:  # a connection that is not yet known to be cut fails once
            with contextlib.suppress(OperationalError):
                kettle = Kettle("blue")
                [saved] = await asyncio.to_thread(application.save, kettle)
                break
        assert saved.notification.id == 2
        assert await asyncio.to_thread(application.repository.get, kettle.id) == kettle
