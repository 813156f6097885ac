"""What a principal may do depends on where it asks."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.api.principal import ANONYMOUS, ORDER, Principal, first_of
from cocreate.api.roles import SEE_INTERNAL, STEPS_OF
from cocreate.domain.vocabulary import Role

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
ROLES = st.frozensets(st.sampled_from(Role))


@given(ROLES, ROLES)
def test_a_role_in_a_project_counts_before_that_project_only(
    everywhere: frozenset[Role], limited: frozenset[Role]
) -> None:
    principal = Principal.of("GM0001", "sub-x", everywhere, {HERE: limited}, person=True)
    assert principal.at(HERE).roles == everywhere | limited
    for place in (ELSEWHERE, None, str(HERE), 1):
        assert principal.at(place).roles == everywhere
    for place in (HERE, ELSEWHERE, None):
        seen = principal.at(place)
        assert (seen.tenant, seen.actor, seen.person) == ("GM0001", "sub-x", True)
        assert seen.sees_internal == bool(seen.roles & SEE_INTERNAL)
        assert seen.role == first_of(seen.roles)
        assert not seen.in_projects


def test_of_several_roles_that_comes_first_which_may_take_the_fewest_steps() -> None:
    assert set(ORDER) == set(Role)
    writing = [role for role in ORDER if role in STEPS_OF and role is not Role.TENANT_ADMINISTRATOR]
    assert writing == sorted(writing, key=lambda role: len(STEPS_OF[role]))
    assert first_of({Role.OFFICIAL, Role.CLERK}) is Role.CLERK
    assert first_of(()) is None


@pytest.mark.parametrize("code", ["GM0001", "GM0002"])
def test_whoever_has_no_role_belongs_nowhere(code: str) -> None:
    assert not ANONYMOUS.is_of(code)
    assert not Principal.of("GM0001", "sub-x", ()).is_of(code)
    assert Principal.of("*", "key-x", {Role.OPERATOR}).is_of(code)
    limited = Principal.of("GM0001", "key-x", (), {HERE: frozenset({Role.CLERK})})
    assert limited.is_of(code) == (code == "GM0001")
