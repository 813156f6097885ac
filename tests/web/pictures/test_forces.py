"""The force field is drawn as it is: who stands inside, who carries how much, and what."""

from __future__ import annotations

from itertools import combinations
from math import dist
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.vocabulary import PartyKind, Position
from cocreate.projections.accounts.account import WEIGHTS
from cocreate.projections.force_field import ForceField, InField
from cocreate.web.pictures.forces import (
    BOUNDARY,
    BROUGHT,
    MIDDLE,
    MOST_INSIDE,
    MOST_OUTSIDE,
    SIZE,
    WIDTH,
    draw,
)

Told = tuple[bool, bool, dict[str, int]]

told = st.tuples(
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.sampled_from([*WEIGHTS, *BROUGHT]), st.integers(0, 40), max_size=6),
)


def party(name: str, side: Position, of: Told) -> InField:
    carries, present, carried = of
    load = carries + sum(number for what, number in carried.items() if what in WEIGHTS)
    return InField(
        name,
        name,
        PartyKind.GROUP,
        side,
        None,
        None,
        carries,
        present,
        (),
        carried,
        load,
        None,
        None,
    )


def field_of(inside: list[Told], outside: list[Told]) -> ForceField:
    return ForceField(
        UUID(int=1),
        "Traject",
        1,
        [party(f"i{n}", Position.INTERNAL, each) for n, each in enumerate(inside)],
        [party(f"e{n}", Position.EXTERNAL, each) for n, each in enumerate(outside)],
        None,
        None,
        None,
        None,
    )


fields = st.builds(field_of, st.lists(told, max_size=25), st.lists(told, max_size=35))


@given(field=fields)
def test_every_party_that_takes_part_has_a_circle_on_its_side_or_is_counted(
    field: ForceField,
) -> None:
    forces = draw(field)
    inside = [each for each in field.internal if each.present][:MOST_INSIDE]
    outside = [each for each in field.external if each.present][:MOST_OUTSIDE]
    assert [each.inside for each in forces.circles] == [True] * len(inside) + [False] * len(outside)
    present = sum(each.present for each in (*field.internal, *field.external))
    assert forces.left_out == present - len(forces.circles)
    named = {number: each for number, each in forces.parties if number}
    assert len(named) == len(forces.circles)
    assert len(forces.parties) == len(field.internal) + len(field.external)
    for circle in forces.circles:
        far = dist((circle.x, circle.y), (MIDDLE, MIDDLE))
        within = far + circle.radius < BOUNDARY
        beyond = far - circle.radius > BOUNDARY
        assert within if circle.inside else beyond
        assert circle.carries is (named[circle.number].load > 0)
        for at in (circle.x, circle.y):
            assert circle.radius <= at <= SIZE - circle.radius


@given(field=fields)
def test_who_carries_more_has_a_larger_circle_and_none_covers_another(field: ForceField) -> None:
    forces = draw(field)
    loads = {number: each.load for number, each in forces.parties}
    for one, other in combinations(forces.circles, 2):
        if loads[one.number] > loads[other.number]:
            assert one.radius >= other.radius
        assert dist((one.x, one.y), (other.x, other.y)) > max(one.radius, other.radius)


@given(field=fields)
def test_a_line_runs_to_each_thing_that_is_carried_or_brought_and_to_no_other(
    field: ForceField,
) -> None:
    forces = draw(field)
    expected = {
        (number, what)
        for number, each in forces.parties
        if number
        for what in (
            *(["project"] if each.carries else []),
            *(what for what, times in each.carried.items() if times),
        )
    }
    assert {(each.number, each.what) for each in forces.lines} == expected
    things = {each.what: each for each in forces.things}
    assert things.keys() == {what for _, what in expected}
    for line in forces.lines:
        assert abs(line.to_x - MIDDLE) == WIDTH / 2
        assert abs(line.to_y - things[line.what].y) < 0.1
        assert line.is_load is (line.what not in BROUGHT)
