"""What makes the recorders of an application, from its environment."""

from __future__ import annotations

from typing import Never, cast

from eventsourcing.domain import TAggregateID
from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    TrackingRecorder,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType

from cocreate.log.library import LogMapper
from cocreate.log.master import MasterKey
from cocreate.log.recorder.base import in_the_librarys_words, refuse_tracking
from cocreate.log.recorder.door import Door, open_door
from cocreate.log.recorder.events import LogApplicationRecorder
from cocreate.log.recorder.loop_thread import LoopThread
from cocreate.log.recorder.settings import RecorderSettings
from cocreate.log.recorder.snapshots import LogSnapshotRecorder


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes the recorders of an application on the log of one municipality."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._settings = RecorderSettings.from_environment(self.env)
        self._loop: LoopThread[Door] | None = None

    def mapper(
        self,
        transcoder: Transcoder | None = None,
        mapper_class: type[Mapper[TAggregateID]] | None = None,
    ) -> Mapper[TAggregateID]:
        """Give the mapper of the log where it takes steps, unless another one is named."""
        named = mapper_class is not None or self.env.get(self.MAPPER_TOPIC)
        if self._settings.takes_steps and not named:
            mapper_class = cast("type[Mapper[TAggregateID]]", LogMapper)
        mapper = super().mapper(transcoder, mapper_class)
        if self._settings.takes_steps and (mapper.compressor or mapper.cipher):
            message = "Steps stand in the log as the API reads them: no compressor, no cipher"
            raise InfrastructureFactoryError(message)
        return mapper

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Give what records events, or snapshots."""
        if purpose == "snapshots":
            return LogSnapshotRecorder(self._opened(), self._settings)
        return self.application_recorder()

    def application_recorder(self) -> LogApplicationRecorder:
        """Give what records events."""
        return LogApplicationRecorder(self._opened(), self._settings)

    def tracking_recorder(
        self,
        tracking_recorder_class: type[TrackingRecorder] | None = None,  # noqa: ARG002
    ) -> Never:
        """Refuse: a log keeps no account of who reads it."""
        refuse_tracking()

    def process_recorder(self) -> Never:
        """Refuse: a log keeps no account of who reads it."""
        refuse_tracking()

    def close(self) -> None:
        """Let what is under way end, and close the connections."""
        if self._loop is not None:
            self._loop.close()

    def _opened(self) -> LoopThread[Door]:
        if self._loop is None:
            settings = self._settings
            with in_the_librarys_words():
                loop = LoopThread(
                    lambda: open_door(
                        settings.database_url,
                        settings.municipality,
                        pool_size=settings.pool_size,
                        master=MasterKey.given(settings.master_key, settings.master_key_file),
                    )
                )
                loop.run(lambda door: _check(door, settings))
            self._loop = loop
        return self._loop


async def _check(door: Door, settings: RecorderSettings) -> None:
    """See that there is a log, and that it may take what it is to take."""
    if settings.takes_steps:
        if await door.head() is None:
            message = f"There is no log of municipality {door.tenant}"
            raise InfrastructureFactoryError(message)
    elif await door.is_registered():
        message = f"The log of municipality {door.tenant} takes steps, and nothing else"
        raise InfrastructureFactoryError(message)
    else:
        await door.make(settings.recorder_actor)
