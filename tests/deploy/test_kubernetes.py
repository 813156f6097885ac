"""What is given to a cluster is well-formed, fits together, and asks for no more than it needs."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml
from tests.deploy.manifests import KUSTOMIZE, Manifest, documents, objects, pods

VERSIONS = ("1.31", "1.34")
"""The oldest and the newest release that the manifests are held against."""

OBJECTS = {f"{found['kind']} {found['metadata']['name']}": found for _, found in objects()}


def test_no_two_objects_have_one_name() -> None:
    assert len(OBJECTS) == len(list(objects()))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [name for name in OBJECTS if not name.startswith("PodMonitor")])
def test_an_object_is_of_its_schema(name: str, version: str) -> None:
    kubernetes_validate.validate(OBJECTS[name], version, strict=True)


def test_the_schemas_refuse_what_is_misspelt() -> None:
    broken = {**OBJECTS["Service cocreate-api"], "spec": {"selectr": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("pod", [pod for _, pod in pods()], ids=[name for name, _ in pods()])
def test_a_pod_is_restricted(pod: Manifest) -> None:
    """As the standard of that name has it, and with a root that cannot be written."""
    spec = pod["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


def test_selectors_find_pods() -> None:
    labels = [pod["metadata"]["labels"] for _, pod in pods()]
    selectors = [
        selector
        for found in OBJECTS.values()
        for selector in _selectors(found)
        if found["kind"] != "Namespace"
    ]
    assert len(selectors) >= 8
    for selector in selectors:
        assert any(selector.items() <= each.items() for each in labels), selector


def _selectors(found: Manifest) -> list[dict[str, str]]:
    spec = found.get("spec", {})
    if found["kind"] == "Service":
        return [spec["selector"]]
    return [spec[name]["matchLabels"] for name in ("selector", "podSelector") if name in spec]


def test_what_is_referred_to_is_there() -> None:
    """Ports by name, settings, the account, and what scales and takes requests."""
    ports = {
        port["name"]
        for _, pod in pods()
        for container in pod["spec"]["containers"]
        for port in container.get("ports", ())
    }
    assert OBJECTS["Service cocreate-api"]["spec"]["ports"][0]["targetPort"] in ports
    for name, found in OBJECTS.items():
        if name.startswith("NetworkPolicy"):
            for rule in found["spec"].get("ingress", ()):
                assert {port["port"] for port in rule["ports"]} <= ports
    scaled = OBJECTS["HorizontalPodAutoscaler cocreate-api"]["spec"]["scaleTargetRef"]
    assert f"{scaled['kind']} {scaled['name']}" in OBJECTS
    for _, pod in pods():
        assert f"ServiceAccount {pod['spec']['serviceAccountName']}" in OBJECTS
        for container in pod["spec"]["containers"]:
            for source in container["envFrom"]:
                assert f"ConfigMap {source['configMapRef']['name']}" in OBJECTS
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}


def test_nothing_secret_is_in_the_manifests() -> None:
    assert not [name for name in OBJECTS if name.startswith("Secret")]
    for _, pod in pods():
        for container in pod["spec"]["containers"]:
            assert all("valueFrom" in given for given in container["env"])


@pytest.mark.parametrize(
    "file", sorted(KUSTOMIZE.rglob("kustomization.yaml")), ids=lambda file: file.parent.name
)
def test_a_kustomization_names_every_file_beside_it(file: Any) -> None:
    (found,) = documents(file)
    beside = {other.name for other in file.parent.glob("*.yaml")} - {file.name}
    named = {name for name in found["resources"] if "/" not in name}
    assert named == beside
    for folder in [name for name in found["resources"] if "/" in name]:
        assert (file.parent / folder / "kustomization.yaml").is_file()
    for folder in found.get("components", ()):
        assert (file.parent / folder / "kustomization.yaml").is_file()


def test_patches_of_the_example_change_what_is_there() -> None:
    (example,) = documents(KUSTOMIZE / "overlays" / "example" / "kustomization.yaml")
    for patch in example["patches"]:
        target = OBJECTS[f"{patch['target']['kind']} {patch['target']['name']}"]
        for change in yaml.safe_load(patch["patch"]):
            assert change["op"] == "replace"
            place: Any = target
            for part in change["path"].strip("/").split("/"):
                place = place[int(part) if isinstance(place, list) else part]
            assert isinstance(place, str)
