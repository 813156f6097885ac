"""The installation for one machine is well-formed, and its containers may do little."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from tests.deploy.manifests import DEPLOY, documents

(COMPOSE,) = documents(DEPLOY / "compose.yaml")
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "cocreate"}


def validate(compose: dict[str, Any]) -> None:
    read = PyCompose.from_yaml(yaml.safe_dump(compose))
    read.validate_volumes()
    read.validate_networks()
    read.validate_secrets()


def test_it_is_of_the_specification() -> None:
    validate(COMPOSE)


@pytest.mark.parametrize(
    ("part", "given"), [("portz", ["80"]), ("secrets", ["nowhere"]), ("networks", ["nowhere"])]
)
def test_what_is_not_of_the_specification_is_found(part: str, given: list[str]) -> None:
    broken = {**COMPOSE["services"]["grafana"], part: given}
    with pytest.raises(ValueError, match=r"portz|nowhere"):
        validate({**COMPOSE, "services": {"grafana": broken}})


def test_our_containers_are_not_root_and_write_nowhere() -> None:
    assert OURS.keys() == {"migrate", "api", "worker"}
    for service in OURS.values():
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_nothing_is_reached_from_other_machines() -> None:
    ports = [port for each in COMPOSE["services"].values() for port in each.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_in_it() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("PASSWORD", "OPERATOR_KEY")):
                assert value.startswith("${"), name
                assert value.endswith(":?}"), name


def test_files_that_are_mounted_are_there() -> None:
    volumes: list[Any] = [
        volume for each in COMPOSE["services"].values() for volume in each.get("volumes", ())
    ]
    for volume in volumes:
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (DEPLOY / source).is_dir(), volume
        else:
            assert source in COMPOSE["volumes"], volume
