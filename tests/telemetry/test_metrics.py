"""What a process tells of itself in the words of Prometheus, asked over HTTP as Prometheus asks."""

from __future__ import annotations

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from tests.api.conftest import Town
from tests.conftest import free_port

from cocreate.app import create_app
from cocreate.sampling import Sampler
from cocreate.settings import Settings
from cocreate.telemetry import denials

ACCEPT = {"Accept": "application/openmetrics-text; version=1.0.0"}


class Told:
    """The figures of a moment."""

    def __init__(self, samples: list[Sample]) -> None:
        self.samples = samples

    def __call__(self, name: str, **labels: str) -> float:
        """Give a figure; 0 for one that is not there."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


class Metrics:
    """Where the metrics of a served application are asked for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}/metrics"

    async def read(self) -> Told:
        async with httpx.AsyncClient() as asking:
            answer = await asking.get(self.address, headers=ACCEPT)
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
        return Told([sample for family in families for sample in family.samples])


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    return Metrics(free_port())


@pytest.fixture(scope="module")
async def app(settings: Settings, metrics: Metrics) -> Litestar:
    """An application that tells its metrics."""
    return create_app(replace(settings, metrics_port=metrics.port))


async def test_requests_are_counted_by_template_and_never_by_path(
    town: Town, metrics: Metrics
) -> None:
    project = await town.start()
    before = await metrics.read()
    await town.take(project, "wishes", title="Licht")
    for path in (f"{project}/events", f"{project}/events", "/v1/nergens", f"{project}/nergens"):
        await town.official.get(path)
    await town.official.send("PROPFIND", f"{project}/events")
    after = await metrics.read()
    name = "cocreate_http_request_duration_seconds_count"
    here = "/v1/municipalities/{code}/projects/{project}"

    def more(**labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert more(method="POST", route=f"{here}/wishes", status="2xx") == 1
    assert more(method="GET", route=f"{here}/events", status="2xx") == 2
    assert more(method="GET", route="none", status="4xx") == 2
    assert more(method="other") == 1
    identity = project.rpartition("/")[2]
    labels = [value for sample in after.samples for value in sample.labels.values()]
    assert not [value for value in labels if identity in value or "nergens" in value]


async def test_appends_are_counted_by_what_became_of_them(town: Town, metrics: Metrics) -> None:
    project = await town.start()
    before = await metrics.read()
    wish = {"occurredOn": "2024-09-17", "title": "Licht"}
    for _ in range(2):
        await town.official.post(f"{project}/wishes", wish, Idempotency_Key="een")
    after = await metrics.read()
    taken = {"outcome": "taken"}
    assert after("cocreate_appends_total", **taken) - before("cocreate_appends_total", **taken) == 1
    calls, commands = "cocreate_append_duration_seconds_count", "cocreate_append_commands_sum"
    assert after(calls) > before(calls)
    assert after(commands) > before(commands)


async def test_it_tells_how_far_read_models_and_trees_are(
    town: Town, app: Litestar, metrics: Metrics, database: str
) -> None:
    """What another process holds up is behind, and told of by the log where it is most."""
    project = await town.start()
    sampler = Sampler(app.state["parts"].service, per_municipality=True)
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('cocreate.tenant', $1, true)", town.code)
            await connection.execute(
                "select from cocreate.projection_checkpoint where tenant_id = $1 for update",
                town.code,
            )
            await connection.execute(
                "select from cocreate.tree where tenant_id = $1 for update", town.code
            )
            for number in range(3):
                await town.take(project, "wishes", title=f"Licht {number}")
            await sampler.sample()
            told = await metrics.read()
    finally:
        await connection.close()
    assert told("cocreate_projection_lag_events", read_model="timeline") >= 3
    assert told("cocreate_projection_logs_behind", read_model="timeline") >= 1
    assert told("cocreate_projection_lag_of_municipality_events", municipality=town.code) >= 3
    assert told("cocreate_tree_behind_events") >= 3
    assert 0 < told("cocreate_tree_behind_seconds") < 60


async def test_connections_and_the_process_are_told_of(town: Town, metrics: Metrics) -> None:
    await town.start()
    told = await metrics.read()
    for role in ("cocreate_app", "cocreate_projector", "cocreate_notary"):
        assert told("cocreate_pool_connections", role=role) >= 1
    assert told("cocreate_pool_waiters") == 0
    assert told("process_resident_memory_bytes") > 1_000_000
    assert told("python_gc_collections_total") > 0
    assert told("cocreate_http_requests_in_flight") == 0


async def test_a_denial_is_counted_without_the_municipality(metrics: Metrics) -> None:
    labels = {"reason": "forbidden", "role": "reader"}
    before = (await metrics.read())("cocreate_denials_total", **labels)
    denials.denied("forbidden", "GM0503", "reader")
    denials.denied("unauthenticated", None, None)
    after = await metrics.read()
    assert after("cocreate_denials_total", **labels) == before + 1
    assert after("cocreate_denials_total", reason="unauthenticated", role="none") >= 1
    denied = [each for each in after.samples if each.name == "cocreate_denials_total"]
    assert all(each.labels.keys() == {"reason", "role"} for each in denied)


async def test_metrics_stand_apart_from_the_api(
    client: httpx.AsyncClient, metrics: Metrics
) -> None:
    assert (await client.get("/metrics")).status_code == 404
    async with httpx.AsyncClient() as asking:
        assert (await asking.get(metrics.address + "/x")).status_code == 404
        assert (await asking.post(metrics.address)).status_code == 404
