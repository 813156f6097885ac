"""The last steps of a municipality over all its projects, by when its readers came to know of them.

It goes back from the position as known at through what a follower of the event stream was told, and
reads the files of those projects only. So the work has a bound, however many projects there are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from cocreate.api.knowing import Known
from cocreate.domain.municipality import municipality_id
from cocreate.log.tail import Place, Told, read_stretch
from cocreate.projections.known import Audience
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import Chapter, latest

LOOKED_BACK: Final = (100, 300, 900, 2_700)
"""How many positions are looked at, each time that those before were too few."""
MOST_PROJECTS: Final = 50
"""Of how many projects the file is read at most."""


class LatestStep(NamedTuple):
    """A step, and the project it was taken in."""

    file: ProjectFile
    chapter: Chapter


async def latest_steps(known: Known, most: int) -> Sequence[LatestStep]:
    """Give the last steps that tell of something, the last first.

    They are fewer than ``most`` where so many cannot be found within the bounds.
    """
    found: list[LatestStep] = []
    files: dict[UUID, ProjectFile | None] = {municipality_id(known.code): None}
    async for positions in _backwards(known):
        told: dict[UUID, Mapping[int, Chapter]] = {}
        for position, project in positions.items():
            if project not in files:
                if len(files) > MOST_PROJECTS:
                    return found
                files[project] = await known.file(project)
            file = files[project]
            if file is None:
                continue
            if project not in told:
                here = {each for each, where in positions.items() if where == project}
                chapters = latest(file, len(here), among=here)
                told[project] = {each.position: each for each in chapters}
            if (chapter := told[project].get(position)) is not None:
                found.append(LatestStep(file, chapter))
            if len(found) == most:
                return found
    return found


async def _backwards(known: Known) -> AsyncIterator[Mapping[int, UUID]]:
    """Yield the projects of the steps that readers were told of, by position, the last first."""
    until = known.position
    for looked_at in LOOKED_BACK:
        after = max(until - looked_at, 0)
        told = await _told(known, after, until)
        yield {each.event.position: each.event.project for each in reversed(told)}
        until = after
        if not until:
            return


async def _told(known: Known, after: int, until: int) -> Sequence[Told]:
    """Give what readers were told of by what the log took behind one position and up to another."""
    found: list[Told] = []
    place, end, more = Place(after), Place(until), True
    while more and place < end:
        stretch = await read_stretch(
            known.parts.service.pool,
            known.code,
            place,
            internal=known.audience is Audience.INTERNAL,
            most=until - after,
        )
        found += (each for each in stretch.told if each.place <= end)
        place, more = stretch.until, stretch.more
    return found
