"""Every setting and every metric that deploy/ names is one that the program knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.manifests import DEPLOY, documents

from cocreate.settings import PREFIX, Settings
from cocreate.telemetry import metrics

DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
NAME = re.compile(r"\bcocreate_[a-z_]+")


def told() -> set[str]:
    """The names of all series that the registry tells, whether or not there is one yet."""
    endings = {
        "counter": ("_total",),
        "gauge": ("",),
        "histogram": ("_bucket", "_count", "_sum"),
    }
    return {
        family.name + ending
        for family in metrics.REGISTRY.collect()
        for ending in endings.get(family.type, ())
    }


def expressions() -> list[tuple[str, str]]:
    """Every expression, with where it stands."""
    found = [
        (f"{file.stem}: {panel['title']}", target["expr"])
        for file in DASHBOARDS
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]
    (alerts,) = documents(DEPLOY / "prometheus" / "alerts.yml")
    return found + [
        (rule["alert"], rule["expr"]) for group in alerts["groups"] for rule in group["rules"]
    ]


def test_every_metric_that_is_asked_is_told() -> None:
    known = told()
    assert len(expressions()) >= 30
    for where, expression in expressions():
        names = NAME.findall(expression)
        assert names, where
        assert set(names) <= known, where


def test_labels_that_are_asked_are_those_of_the_metric() -> None:
    labels = {
        collector._name: set(collector._labelnames)
        for collector in vars(metrics).values()
        if hasattr(collector, "_labelnames")
    }
    for where, expression in expressions():
        of = {
            label
            for name in NAME.findall(expression)
            for label in labels[re.sub(r"_(bucket|count|sum|total)$", "", name)]
        }
        asked = {
            label.strip()
            for by in re.findall(r"by \(([^)]*)\)", expression)
            for label in by.split(",")
        } | set(re.findall(r"[{,]\s*([a-z_]+)=", expression))
        assert asked - {"le"} <= of, where


def test_panels_of_a_dashboard_stand_beside_each_other() -> None:
    assert DASHBOARDS
    for file in DASHBOARDS:
        board: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(at["x"], at["x"] + at["w"])
                for y in range(at["y"], at["y"] + at["h"])
            }
            assert max(x for x, _ in cells) < 24
            assert not cells & taken, panel["title"]
            taken |= cells


def files() -> list[Path]:
    return sorted(file for file in DEPLOY.rglob("*") if file.is_file())


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name)
def test_every_setting_is_one_that_there_is(file: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+", file.read_text(encoding="utf-8")))
    assert named <= {PREFIX + name.upper() for name in Settings.__struct_fields__}
