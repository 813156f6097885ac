"""What is counted and measured, in the words of Prometheus.

Nothing has a label whose values have no bound: no path, no municipality, no key. Where a figure is
of each municipality, the largest is told. A process counts for itself and is asked by itself;
whoever looks at several adds them up, so nothing here is shared between processes.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry(auto_describe=True)
"""All that this process tells."""

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# -- requests --------------------------------------------------------------------------------------

REQUESTS = Histogram(
    "cocreate_http_request_duration_seconds",
    "Requests by method, route template and class of status; a stream of events until it begins.",
    ["method", "route", "status"],
    buckets=SECONDS,
    registry=REGISTRY,
)
IN_FLIGHT = Gauge(
    "cocreate_http_requests_in_flight",
    "Requests that are being answered, streams of events among them.",
    registry=REGISTRY,
)
DENIALS = Counter(
    "cocreate_denials",
    "Requests that were turned away, by reason and role.",
    ["reason", "role"],
    registry=REGISTRY,
)
STREAMS = Gauge(
    "cocreate_event_streams_open", "Streams of events that are open.", registry=REGISTRY
)

# -- the log ---------------------------------------------------------------------------------------

APPENDS = Counter(
    "cocreate_appends",
    "Commands that were sent to the log: taken, repeated, conflict or failed.",
    ["outcome"],
    registry=REGISTRY,
)
APPEND_SECONDS = Histogram(
    "cocreate_append_duration_seconds",
    "How long a call that appends took, with all the commands it carried.",
    buckets=SECONDS,
    registry=REGISTRY,
)
APPEND_COMMANDS = Histogram(
    "cocreate_append_commands",
    "How many commands such a call carried.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000),
    registry=REGISTRY,
)
LANES = Gauge("cocreate_append_lanes", "Logs that are being appended to.", registry=REGISTRY)
LANES_WAITING = Gauge(
    "cocreate_append_commands_waiting", "Commands that wait in all lanes.", registry=REGISTRY
)
LANE_LONGEST = Gauge(
    "cocreate_append_commands_waiting_longest",
    "Commands that wait in the longest lane.",
    registry=REGISTRY,
)

# -- read models -----------------------------------------------------------------------------------

LAG = Gauge(
    "cocreate_projection_lag_events",
    "How many events a read model is behind, in the log where it is most.",
    ["read_model"],
    registry=REGISTRY,
)
LOGS_BEHIND = Gauge(
    "cocreate_projection_logs_behind",
    "In how many logs a read model is behind.",
    ["read_model"],
    registry=REGISTRY,
)
INCOMPLETE = Gauge(
    "cocreate_projection_logs_being_built",
    "Of how many logs a read model cannot be asked yet.",
    ["read_model"],
    registry=REGISTRY,
)
PARKED = Gauge(
    "cocreate_projection_parked_projects",
    "Projects that stand still before a step that could not be folded.",
    ["read_model"],
    registry=REGISTRY,
)
REBUILT = Gauge(
    "cocreate_rebuild_logs_done",
    "Of how many logs a rebuild beside a read model is done.",
    ["read_model"],
    registry=REGISTRY,
)
REBUILDING = Gauge(
    "cocreate_rebuild_logs",
    "Of how many logs a read model is being rebuilt.",
    ["read_model"],
    registry=REGISTRY,
)
LAG_OF_MUNICIPALITY = Gauge(
    "cocreate_projection_lag_of_municipality_events",
    "How many events the furthest read model is behind; of the hundred most behind, where set.",
    ["municipality"],
    registry=REGISTRY,
)

# -- trees -----------------------------------------------------------------------------------------

TREE_BEHIND = Gauge(
    "cocreate_tree_behind_events",
    "How many events a tree is behind its log, where it is most.",
    registry=REGISTRY,
)
TREES_BEHIND = Gauge(
    "cocreate_trees_behind", "How many trees are behind their logs.", registry=REGISTRY
)
TREE_BEHIND_SECONDS = Gauge(
    "cocreate_tree_behind_seconds",
    "How long ago the oldest event was recorded that no checkpoint covers.",
    registry=REGISTRY,
)

# -- connections -----------------------------------------------------------------------------------

CONNECTIONS = Gauge(
    "cocreate_pool_connections",
    "Connections to the database, by role: in use or free.",
    ["role", "state"],
    registry=REGISTRY,
)
WAITERS = Gauge("cocreate_pool_waiters", "Who waits for a connection.", ["role"], registry=REGISTRY)

# -- what goes out ---------------------------------------------------------------------------------

WEBHOOK_SECONDS = Histogram(
    "cocreate_webhook_delivery_duration_seconds",
    "Attempts to deliver to a webhook: delivered, refused, unreachable, or dead.",
    ["outcome"],
    buckets=SECONDS,
    registry=REGISTRY,
)
LETTERS = Counter(
    "cocreate_letters",
    "Letters to followers: sent, nobody where there is no such address, or failed.",
    ["outcome"],
    registry=REGISTRY,
)
JOBS = Gauge(
    "cocreate_jobs",
    "Jobs by kind and state: queued or picked.",
    ["kind", "state"],
    registry=REGISTRY,
)
SAMPLE_FAILURES = Counter(
    "cocreate_metrics_sample_failures",
    "How often the database could not be asked for what is told here.",
    registry=REGISTRY,
)
