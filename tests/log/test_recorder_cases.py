"""The library's own test cases, on recorders and applications that have a log of their own.

Those that do not apply, and why, are listed in ``docs/library.md``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from eventsourcing.persistence import (
    NotSupportedError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.tests import application as application_cases
from eventsourcing.tests import persistence as persistence_cases
from eventsourcing.tests import projection as projection_cases
from eventsourcing.utils import Environment
from tests.log.conftest import Given

from cocreate.log.recorder import LogFactory
from cocreate.log.recorder.events import LogApplicationRecorder


class CountsFromOne(LogApplicationRecorder):
    """Takes histories that begin at 0, as some of the library's test cases write them."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **given: Any) -> Sequence[int]:
        shifted = [replace(e, originator_version=e.originator_version + 1) for e in stored_events]
        return super().insert_events(shifted, **given)


class OnALog:
    """Gives the library's test cases recorders on fresh logs."""

    recorder_class: type[LogApplicationRecorder] = LogApplicationRecorder

    @pytest.fixture(autouse=True)
    def _given(self, given: Given) -> Iterator[None]:
        self.given = given
        with contextlib.ExitStack() as self.opened:
            yield

    def create_recorder(self) -> LogApplicationRecorder:
        factory = LogFactory(Environment(env=self.given()))
        self.opened.callback(factory.close)
        recorder = factory.application_recorder()
        return self.recorder_class(recorder._loop, recorder._settings)


class TestRecorder(OnALog, persistence_cases.ApplicationRecorderTestCase[LogApplicationRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    def test_concurrent_no_conflicts(self, initial_position: int = 0) -> None:  # noqa: PT028
        self.recorder_class = CountsFromOne
        super().test_concurrent_no_conflicts(initial_position)

    def test_concurrent_throughput(self) -> None:
        self.recorder_class = CountsFromOne
        super().test_concurrent_throughput()


class TestNotificationsDoNotInterleave(
    OnALog, persistence_cases.NonInterleavingNotificationIDsBaseCase
):
    recorder_class = CountsFromOne


class TestFactory(OnALog, persistence_cases.InfrastructureFactoryTestCase[LogFactory]):
    def setUp(self) -> None:
        self.env = Environment(env=self.given())
        super().setUp()

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[LogApplicationRecorder]:
        return LogApplicationRecorder

    def expected_application_recorder_class(self) -> type[LogApplicationRecorder]:
        return LogApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        raise NotImplementedError

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        raise NotImplementedError

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        raise NotImplementedError

    def test_create_tracking_recorder(self) -> None:
        with pytest.raises(NotSupportedError, match="PERSISTENCE_MODULE of its own"):
            self.factory.tracking_recorder()

    def test_create_process_recorder(self) -> None:
        with pytest.raises(NotSupportedError, match="PERSISTENCE_MODULE of its own"):
            self.factory.process_recorder()


@pytest.mark.filterwarnings("default:'log' is deprecated")
class TestApplication(OnALog, application_cases.ApplicationTestCase):
    def setUp(self) -> None:
        self.opened.enter_context(mock.patch.dict(os.environ, self.given()))


class Counters(POPOTrackingRecorder, projection_cases.EventCountersView):
    """Counts as the library's test cases ask."""

    def __init__(self) -> None:
        super().__init__()
        self._created = self._subsequent = 0

    def get_created_event_counter(self) -> int:
        return self._created

    def get_subsequent_event_counter(self) -> int:
        return self._subsequent

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking)
        self._created += 1

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking)
        self._subsequent += 1


class TestProjection(OnALog, projection_cases.AggregateEventCountersProjectionTestCase):
    view_class = Counters

    def setUp(self) -> None:
        environment = {**self.given(), "EVENTCOUNTERS_PERSISTENCE_MODULE": "eventsourcing.popo"}
        self.opened.enter_context(mock.patch.dict(os.environ, environment))
