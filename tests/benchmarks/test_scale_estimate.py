"""The estimate is arithmetic on what was measured: each line follows from it, by hand as well."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from benchmarks.scale.estimate import WORKING_SECONDS, Assumptions, Line, UnitCosts, estimate
from msgspec.structs import replace

UNIT = UnitCosts(
    append_api=2.0,
    append_database=1.0,
    project=3.0,
    project_database=4.0,
    rebuild=0.1,
    rebuild_database=0.3,
    sign=0.5,
    sign_database=0.5,
    read_warm_api=0.2,
    read_warm_database=0.0,
    read_cold_api=1.0,
    read_cold_database=2.0,
    log_bytes=350.0,
    key_bytes=150.0,
    tree_bytes=100.0,
    read_model_bytes=4_400.0,
    wal_bytes=10_000.0,
    api_megabytes=150.0,
    projector_megabytes=100.0,
    signer_megabytes=120.0,
    backend_megabytes=20.0,
)
GIVEN = Assumptions()


def test_load_follows_from_events_a_year() -> None:
    load = _by_name(estimate(UNIT, GIVEN).load)

    assert load["events a year"].value == 100_000_000
    assert load["years until full"].value == 10
    mean = 100_000_000 / WORKING_SECONDS
    assert load["appends at the peak"].value == pytest.approx(10 * mean)
    assert load["reads at the peak"].value == pytest.approx(1_000 * mean)


def test_disk_is_bytes_of_an_event_times_events() -> None:
    storage = _by_name(estimate(UNIT, GIVEN).storage)

    assert storage["all on disk"].value == pytest.approx(5_000)
    assert storage["read models"].value == pytest.approx(4_400)
    assert storage["write-ahead log on a working day"].value == pytest.approx(
        100_000_000 / 220 * 10_000 / 1e9
    )


def test_cores_are_rates_times_costs_and_leave_the_room_that_is_asked() -> None:
    given = replace(GIVEN, cold=0.0)
    appends, reads = (
        _by_name(estimate(UNIT, given).load)[f"{what} at the peak"].value
        for what in ("appends", "reads")
    )

    cores = _by_name(estimate(UNIT, given).processors)

    assert cores["API"].value == pytest.approx(2 * (appends * 2.0 + reads * 0.2) / 1000)
    assert cores["database"].value == pytest.approx(2 * appends * (1.0 + 4.0 + 0.5) / 1000)
    assert cores["coordinator"].value == pytest.approx(0.3 * cores["database"].value)


def test_cold_reads_cost_what_cold_reads_cost() -> None:
    all_cold = _by_name(estimate(UNIT, replace(GIVEN, cold=1.0)).processors)["database"].value
    half_cold = _by_name(estimate(UNIT, replace(GIVEN, cold=0.5)).processors)["database"].value
    none_cold = _by_name(estimate(UNIT, replace(GIVEN, cold=0.0)).processors)["database"].value

    assert none_cold < half_cold < all_cold
    assert all_cold - half_cold == pytest.approx(half_cold - none_cold)


@pytest.mark.parametrize(
    ("given", "decides", "workers"),
    [
        (replace(GIVEN, worker_terabytes=1.0, worker_gigabytes=10_000), "disk", 8),
        (
            replace(GIVEN, worker_terabytes=100.0, worker_gigabytes=10_000, worker_cores=8),
            "cores",
            2,
        ),
        (replace(GIVEN, worker_terabytes=100.0, worker_gigabytes=10), "memory", 37),
    ],
)
def test_what_is_scarcest_decides_how_many_workers(
    given: Assumptions, decides: str, workers: int
) -> None:
    line = _by_name(estimate(UNIT, given).cluster)["workers"]

    assert f"{decides} decides" in line.reckoned
    assert line.value == workers


def test_what_has_the_least_room_comes_first_and_nothing_is_more_than_full_by_itself() -> None:
    rooms = estimate(UNIT, GIVEN).rooms

    assert [room.share for room in rooms] == sorted((room.share for room in rooms), reverse=True)
    assert all(room.share < 1 for room in rooms if "workers" in room.name)


def test_every_process_that_may_fail_has_one_to_spare() -> None:
    idle = replace(GIVEN, events_per_year=1)

    cluster = _by_name(estimate(UNIT, idle).cluster)

    assert [cluster[f"processes, {name}"].value for name in ("API", "projectors", "signers")] == [
        2,
        2,
        2,
    ]


def test_another_size_costs_in_proportion() -> None:
    whole = _by_name(estimate(UNIT, GIVEN).processors)
    half = _by_name(estimate(UNIT, replace(GIVEN, municipalities=5_000)).processors)

    assert half["projectors"].value == pytest.approx(whole["projectors"].value / 2)


def _by_name(lines: Sequence[Line]) -> dict[str, Line]:
    return {line.name: line for line in lines}
