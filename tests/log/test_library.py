"""The same aggregate runs unchanged in the ``eventsourcing`` library's own Application."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import IntegrityError
from tests.log.conftest import DAY, START

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, RegisterMunicipality, SetVisibility
from cocreate.domain.project import Project, ProjectSnapshot
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.steps.course import PauseProject
from cocreate.domain.steps.wishes import ExpressWish, SupportWish, WithdrawWish
from cocreate.domain.vocabulary import Visibility
from cocreate.log.codec import AGGREGATE_EVENTS, Codec
from cocreate.log.library import LogMapper

NOW = Moment(now=datetime(2025, 1, 7, 12, tzinfo=UTC))


class Projects(Application[UUID]):
    """An application of the library, as its manual has it."""

    env: ClassVar = {"MAPPER_TOPIC": "cocreate.log.library:LogMapper"}
    is_snapshotting_enabled = True
    snapshotting_intervals: ClassVar = {Project: 5}
    snapshot_class = ProjectSnapshot

    def start(self) -> UUID:
        project = Project.start(uuid4(), START, NOW)
        self.save(project)
        return project.id

    def take(self, project_id: UUID, *steps: Step) -> list[str | None]:
        project: Project = self.repository.get(project_id)
        ids = project.take(steps, NOW)
        self.save(project)
        return ids


@pytest.fixture
def projects() -> Projects:
    return Projects()


def express(wish: str) -> Step:
    return ExpressWish(occurred_on=DAY, wish=wish, title="Meer licht")


def test_a_project_is_saved_and_loaded(projects: Projects) -> None:
    project_id = projects.start()
    assert projects.take(project_id, express("w"), SupportWish(occurred_on=DAY, wish="w")) == [
        "w",
        "w",
    ]
    found: Project = projects.repository.get(project_id)
    assert found.version == 3
    assert found.steps == ["ProjectStarted", "WishExpressed", "WishSupported"]
    assert found.modified_on == NOW.now
    with pytest.raises(AggregateNotFoundError):
        projects.repository.get(uuid4())


def test_the_rules_hold(projects: Projects) -> None:
    project_id = projects.start()
    projects.take(project_id, express("w"), WithdrawWish(occurred_on=DAY, wish="w"))
    with pytest.raises(errors.WrongStatus):
        projects.take(project_id, express("x"), SupportWish(occurred_on=DAY, wish="w"))
    assert projects.repository.get(project_id).version == 3


def test_of_two_who_decided_on_the_same_version_one_is_saved(projects: Projects) -> None:
    project_id = projects.start()
    one: Project = projects.repository.get(project_id)
    other: Project = projects.repository.get(project_id)
    for project in (one, other):
        project.take([PauseProject(occurred_on=DAY, reason="vakantie")], NOW)
    projects.save(one)
    with pytest.raises(IntegrityError):
        projects.save(other)


def test_an_earlier_version_can_be_asked_for(projects: Projects) -> None:
    project_id = projects.start()
    projects.take(project_id, express("w"))
    projects.take(project_id, WithdrawWish(occurred_on=DAY, wish="w"))
    early: Project = projects.repository.get(project_id, version=2)
    assert early.steps == ["ProjectStarted", "WishExpressed"]
    assert early.subjects != projects.repository.get(project_id).subjects


def test_snapshots_are_taken_and_used(projects: Projects) -> None:
    project_id = projects.start()
    for number in range(12):
        projects.take(project_id, express(f"w{number}"))
    assert projects.snapshots is not None
    taken = list(projects.snapshots.get(project_id))
    assert [snapshot.originator_version for snapshot in taken] == [5, 10]
    found: Project = projects.repository.get(project_id)
    whole: Project | None = None
    for event in projects.events.get(project_id):
        assert isinstance(event, Event)
        whole = event.mutate(whole)
    assert whole is not None
    assert vars(found) == vars(whole)
    assert projects.take(project_id, SupportWish(occurred_on=DAY, wish="w3")) == ["w3"]


def test_the_notification_log_tells_of_every_event_in_order(projects: Projects) -> None:
    first, second = projects.start(), projects.start()
    projects.take(first, express("w"))
    told = projects.notification_log.select(start=1, limit=10)
    assert [one.id for one in told] == [1, 2, 3]
    assert [one.originator_id for one in told] == [first, second, first]
    events = [projects.mapper.to_domain_event(one) for one in told]
    assert [type(event).__name__ for event in events] == [
        "ProjectStarted",
        "ProjectStarted",
        "WishExpressed",
    ]
    assert [one.id for one in projects.notification_log.select(start=2, limit=1)] == [2]


def test_what_is_stored_are_the_bytes_of_the_log_and_the_envelope(projects: Projects) -> None:
    project = Project.start(uuid4(), START, NOW)
    project.take([ExpressWish(occurred_on=DAY, title="x", visibility=Visibility.INTERNAL)], NOW)
    event = project.pending_events[1]
    assert isinstance(event, Event)
    stored = projects.mapper.to_stored_event(event)
    assert (stored.originator_id, stored.originator_version) == (project.id, 2)
    assert stored.topic == "WishExpressed"
    assert Codec(AGGREGATE_EVENTS).encode(event).data in stored.state
    found = projects.mapper.to_domain_event(stored)
    assert found == event
    assert type(found) is type(event)


def test_the_library_may_compress_what_is_stored() -> None:
    compressed = Projects({"COMPRESSOR_TOPIC": "zlib"})
    project_id = compressed.start()
    for number in range(6):
        compressed.take(project_id, express(f"w{number}"))
    found: Project = compressed.repository.get(project_id)
    assert found.version == 7
    [told] = compressed.notification_log.select(start=1, limit=1)
    assert b"Lampen" not in told.state


def test_a_municipality_is_saved_and_loaded() -> None:
    application = Application[UUID]({"MAPPER_TOPIC": "cocreate.log.library:LogMapper"})
    registration = RegisterMunicipality(occurred_on=DAY, code="GM0503", name="Delft")
    municipality = Municipality.register(registration, NOW)
    step = SetVisibility(occurred_on=DAY, steps="wishes", default=Visibility.INTERNAL)
    municipality.set_visibility(step, NOW)
    application.save(municipality)
    found: Municipality = application.repository.get(municipality.id)
    assert found.rules() == municipality.rules()
    assert isinstance(application.mapper, LogMapper)
