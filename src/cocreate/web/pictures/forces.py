"""The force field of a project as a picture: those of the organisation inside, others around it.

In the middle stands what is carried and brought; a line runs to it from each party that does. A
circle is as large as what its party carries, by area. Circles have numbers, since names are long;
the table beside the picture has the names under the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, pi, sin, sqrt
from typing import Final, NamedTuple

import msgspec

from cocreate.projections.accounts.account import WEIGHTS
from cocreate.projections.force_field import ForceField, InField

SIZE: Final = 470
"""How wide and high the picture is."""
MIDDLE: Final = SIZE / 2
INSIDE: Final = 135.0
"""How far from the middle the parties of the own organisation stand."""
BOUNDARY: Final = 165.0
OUTSIDE: Final = 205.0
LEAST: Final = 10.0
MOST: Final = 20.0
"""The radius of a circle, at least and at most."""
MOST_INSIDE: Final = 20
MOST_OUTSIDE: Final = 30
"""How many circles fit beside each other."""
WIDTH: Final = 96.0
HEIGHT: Final = 18.0
"""Of what stands in the middle."""
THICKEST: Final = 6

PROJECT: Final = "project"
"""What a party carries that carries the project itself."""
CARRIED: Final[Sequence[str]] = (PROJECT, *WEIGHTS)
"""What counts as carrying."""
BROUGHT: Final[Sequence[str]] = ("wishes", "proposals", "sessions")
"""What a party brings or takes part in, which is no load."""


class Circle(NamedTuple):
    """A party."""

    number: int
    x: float
    y: float
    radius: float
    inside: bool
    carries: bool


class Thing(NamedTuple):
    """Something that is carried or brought."""

    what: str
    y: float
    """Of its middle."""
    is_load: bool


class Line(NamedTuple):
    """From a party to what it carries or brings."""

    number: int
    what: str
    x: float
    y: float
    to_x: float
    to_y: float
    width: int
    is_load: bool


class Numbered(NamedTuple):
    """A party with its number in the picture; 0 where it is not drawn."""

    number: int
    party: InField


class Forces(msgspec.Struct, frozen=True):
    """The picture."""

    circles: Sequence[Circle]
    things: Sequence[Thing]
    lines: Sequence[Line]
    parties: Sequence[Numbered]
    """All parties, the ones inside first, in the order of the force field."""

    @property
    def left_out(self) -> int:
        """How many parties that take part are not drawn: there is no room for more."""
        return sum(each.party.present for each in self.parties) - len(self.circles)


def draw(field: ForceField) -> Forces:
    """Give the picture of a force field: of the parties that take part now."""
    inside = [each for each in field.internal if each.present][:MOST_INSIDE]
    outside = [each for each in field.external if each.present][:MOST_OUTSIDE]
    numbers = {each.party: number for number, each in enumerate((*inside, *outside), 1)}
    heaviest = max((each.load for each in (*inside, *outside)), default=0)
    circles = [
        _circle(each, numbers[each.party], place, len(ring), far, heaviest)
        for ring, far in ((inside, INSIDE), (outside, OUTSIDE))
        for place, each in enumerate(ring)
    ]
    carrying = {numbers[each.party]: _carried(each) for each in (*inside, *outside)}
    whats = [what for what in (*CARRIED, *BROUGHT) if any(what in of for of in carrying.values())]
    things = [
        Thing(what, MIDDLE + (place - (len(whats) - 1) / 2) * (HEIGHT + 4), what in CARRIED)
        for place, what in enumerate(whats)
    ]
    at = {each.what: each for each in things}
    lines = [
        _line(circle, at[what], number)
        for circle in circles
        for what, number in carrying[circle.number].items()
    ]
    parties = [
        Numbered(numbers.get(each.party, 0), each) for each in (*field.internal, *field.external)
    ]
    return Forces(circles, things, lines, parties)


def _carried(party: InField) -> Mapping[str, int]:
    """Give what a party carries and brings, with how many of each."""
    found = {PROJECT: 1} if party.carries else {}
    return found | {
        what: number
        for what, number in party.carried.items()
        if number and what in (*CARRIED, *BROUGHT)
    }


def _circle(
    party: InField, number: int, place: int, among: int, far: float, heaviest: int
) -> Circle:
    # Half a step further where a ring is inside: so a circle seldom stands behind another.
    angle = 2 * pi * (place + (0.5 if far == INSIDE else 0)) / among - pi / 2
    share = sqrt(party.load / heaviest) if heaviest else 0
    return Circle(
        number,
        round(MIDDLE + far * cos(angle), 1),
        round(MIDDLE + far * sin(angle), 1),
        round(LEAST + (MOST - LEAST) * share, 1),
        far == INSIDE,
        party.load > 0,
    )


def _line(circle: Circle, thing: Thing, number: int) -> Line:
    edge = WIDTH / 2 if circle.x >= MIDDLE else -WIDTH / 2
    return Line(
        circle.number,
        thing.what,
        circle.x,
        circle.y,
        MIDDLE + edge,
        round(thing.y, 1),
        min(number, THICKEST),
        thing.is_load,
    )
