"""The events of a log, and its notifications, as the library records, selects and follows them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import cast
from uuid import UUID

import msgspec
from eventsourcing.persistence import (
    ApplicationRecorder,
    DataError,
    InterfaceError,
    ListenNotifySubscription,
    Notification,
    ShutDown,
    StoredEvent,
    Tracking,
)

from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.vocabulary import Role
from cocreate.log.append import Command
from cocreate.log.codec import (
    ALL_EVENTS,
    Codec,
    Stored,
    UnknownEventType,
    Unsealed,
    secrets_of,
    set_envelope,
)
from cocreate.log.library import Envelope
from cocreate.log.read import Recorded
from cocreate.log.recorder.base import FOREIGN, LogRecorder, refuse_tracking, stream_of
from cocreate.log.recorder.door import MOST, Door
from cocreate.log.tokens import MARK


class LogApplicationRecorder(LogRecorder, ApplicationRecorder):
    """The events of a log. Notification ids are its positions, 1..n without a gap."""

    _codec = Codec(ALL_EVENTS)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        actor: str | None = None,
        actor_role: str | None = None,
        tracking: Tracking | None = None,
        **unknown: object,
    ) -> Sequence[int]:
        """Write events, all or none, and give their positions.

        An application names the actor as in ``application.save(project, actor="...")``.

        Raises ``IntegrityError`` where a history is not at the version before an event,
        ``NotSupportedError`` for what is no step, ``DataError`` for what nobody could read back,
        and ``OperationalError`` where the database gives no answer, so that it is not known
        whether the events were recorded.
        """
        if unknown:
            message = f"Events are not recorded with {', '.join(unknown)}"
            raise TypeError(message)
        if tracking is not None:
            refuse_tracking()
        actor = actor or self._settings.recorder_actor
        role = self._role(actor_role)
        commands = [
            Command(stream, expected, [self._to_log(each) for each in run], actor, role)
            for stream, expected, run in _runs(stored_events)
        ]
        if not commands:
            return []
        taken = self._ask(lambda door: door.append(commands))
        return [
            outcome.position - later
            for command, outcome in zip(commands, taken, strict=True)
            for later in reversed(range(len(command.events)))
        ]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read the events of a history between two versions."""
        stream = stream_of(originator_id)

        async def read(door: Door) -> list[Recorded]:
            after = max(gt or 0, 0)
            last = MOST if lte is None else min(lte, MOST)
            if limit is not None:
                if desc:
                    last = min(last, await door.version(stream))
                    after = max(after, last - limit)
                last = min(last, after + limit)
            return await door.history(stream, after, last)

        found = [_stored_event(each) for each in self._ask(read)]
        return found[::-1] if desc else found

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read the log between two positions, or what stands there under some topics."""
        after = 0 if start is None else max(start - inclusive_of_start, 0)
        found = self._ask(lambda door: door.log(after, stop, min(limit, MOST), list(topics)))
        return [_notification(each) for each in found]

    def max_notification_id(self) -> int | None:
        """Give the last position of the log, None where nothing was recorded."""
        return self._ask(Door.head) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        """Follow the log from a position on."""
        return LogSubscription(self, gt=gt, topics=topics)

    def hear(self, grown: Callable[[], None]) -> None:
        """Have a function called whenever the log may have grown."""
        self._ask(lambda door: door.hear(grown))

    def unhear(self, grown: Callable[[], None]) -> None:
        """Have a function called no more."""
        with contextlib.suppress(InterfaceError):  # closed before, so nobody calls it
            self._ask(lambda door: door.unhear(grown))

    def _role(self, named: str | None) -> Role:
        try:
            return self._settings.recorder_role if named is None else Role(named)
        except ValueError as problem:
            raise DataError(str(problem)) from None

    def _to_log(self, stored_event: StoredEvent) -> Stored | Unsealed:
        topic, state = stored_event.topic, stored_event.state
        if topic not in ALL_EVENTS:
            self._refuse_unless_anything_goes(topic)
            today = amsterdam_date(datetime.now(UTC))
            return Stored(topic, FOREIGN, occurred_on=today, public=False, data=state)
        try:
            envelope = Envelope.decode(state)
            # Whoever reads the log checks what it reads, and what stands there is never mended.
            event = self._codec.decode(topic, envelope.schema_version, envelope.data)
        except (msgspec.DecodeError, UnknownEventType) as problem:
            message = f"Nobody could read this {topic} back: {problem}"
            raise DataError(message) from problem
        if MARK.encode() in envelope.data:
            message = f"No {topic} may hold {MARK}: with it begins what is sealed"
            raise DataError(message)
        set_envelope(
            event,
            cast("UUID", stored_event.originator_id),
            stored_event.originator_version,
            envelope.timestamp,
            envelope.occurred_on,
            envelope.public,
        )
        if secrets := secrets_of(event):
            return Unsealed(event, secrets)
        return Stored(
            topic, envelope.schema_version, envelope.occurred_on, envelope.public, envelope.data
        )


class LogSubscription(ListenNotifySubscription[LogApplicationRecorder]):
    """Follows a log: woken when it grows, by this process or another, and each second."""

    def __init__(
        self, recorder: LogApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        recorder.hear(self._has_been_notified.set)
        self._has_been_notified.set()  # it may have grown between the first look and now

    def stop(self) -> None:
        """Stop following."""
        super().stop()
        self._recorder.unhear(self._has_been_notified.set)

    def _pull(self) -> None:
        """Read on to the end of the log: what holds none of the topics is looked at once."""
        while not self._has_been_stopped:
            self._has_been_notified.clear()
            after = self._last_notification_id or 0
            head = self._recorder.max_notification_id() or 0
            if head <= after:
                return
            found = self._recorder.select_notifications(
                start=after,
                limit=self._select_limit,
                stop=head,
                topics=self._topics,
                inclusive_of_start=False,
            )
            if found:
                with contextlib.suppress(ShutDown):  # stopped meanwhile
                    self._notifications_queue.put(found)
            full = len(found) == self._select_limit
            self._last_notification_id = found[-1].id if full else head


def _runs(stored_events: Sequence[StoredEvent]) -> Iterator[tuple[UUID, int, list[StoredEvent]]]:
    """Yield events that follow each other in one history together, after which version of it."""

    def history(numbered: tuple[int, StoredEvent]) -> tuple[UUID | str, int]:
        number, each = numbered
        return each.originator_id, each.originator_version - number

    for (originator_id, _), numbered in groupby(enumerate(stored_events), history):
        run = [each for _, each in numbered]
        yield stream_of(originator_id), run[0].originator_version - 1, run


def _stored_event(found: Recorded) -> StoredEvent:
    return StoredEvent(found.project, found.version, found.type, _state(found))


def _notification(found: Recorded) -> Notification:
    return Notification(found.project, found.version, found.type, _state(found), found.position)


def _state(found: Recorded) -> bytes:
    if found.schema_version == FOREIGN:
        return found.data
    return Envelope(
        found.schema_version, found.recorded_at, found.occurred_on, found.public, found.data
    ).encode()
