"""Our CustomResourceDefinitions beside Teleport's: names, versions, columns and each field of each schema.

REFERENCE_BIN holds Teleport's definitions in the folder operator-crds.
"""

import re
import subprocess

import pytest
import yaml

from harness import program, reference_program

# Teleport's kinds that Sallyport has no resources of (docs/status.md).
NOT_IMPLEMENTED = {
    "TeleportAccessList",
    "TeleportAutoupdateConfigV1",
    "TeleportAutoupdateVersionV1",
    "TeleportLoginRule",
    "TeleportOktaImportRule",
}

# The keywords of a schema beside the type; we allow null for every list and map (docs/differences.md).
IGNORED = {"description", "nullable"}
CHILDREN = {"properties", "items", "additionalProperties"}

# Maps: Teleport's schemas describe one entry with the fields key and value, which no resource can have.
MAPS = {"TeleportAppV3 v1.spec.dynamic_labels", "TeleportDatabaseV3 v1.spec.dynamic_labels",
        "TeleportDatabaseV3 v1.spec.aws.session_tags"}


@pytest.fixture(scope="module", name="theirs")
def definitions_of_teleport():
    folder = reference_program("teleport-operator").parent / "operator-crds"
    definitions = [yaml.safe_load(file.read_text()) for file in sorted(folder.glob("*.yaml"))]
    return {definition["spec"]["names"]["kind"]: definition for definition in definitions}


@pytest.fixture(scope="module", name="ours")
def definitions_of_sallyport():
    text = subprocess.run([program("teleport-operator"), "crds"], check=True, capture_output=True, timeout=30).stdout
    return {definition["spec"]["names"]["kind"]: definition for definition in yaml.safe_load_all(text)}


def schema_of(version):
    return version["schema"]["openAPIV3Schema"]


def fields(schema, path=""):
    """Returns what a schema says of each path."""
    found = {path: {key: value for key, value in schema.items() if key not in IGNORED | CHILDREN}}
    for name, child in schema.get("properties", {}).items():
        found |= fields(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        child = schema.get(key)
        found |= fields(child, f"{path}[]") if isinstance(child, dict) else {f"{path}[]": child} if child else {}
    return found


def test_kinds(ours, theirs):
    assert set(ours) == set(theirs) - NOT_IMPLEMENTED


def test_names_versions_and_columns(ours, theirs):
    for kind, mine in ours.items():
        spec, other = mine["spec"], theirs[kind]["spec"]
        assert mine["metadata"]["name"] == theirs[kind]["metadata"]["name"]
        assert (spec["group"], spec["scope"], spec["names"]) == (other["group"], other["scope"], other["names"])
        for version, wanted in zip(spec["versions"], other["versions"], strict=True):
            for key in ("name", "served", "storage", "subresources"):
                assert version[key] == wanted[key], (kind, key)
            columns = [
                {key: value for key, value in column.items() if key != "description"}
                for column in wanted.get("additionalPrinterColumns", [])
            ]
            assert version.get("additionalPrinterColumns", []) == columns, kind


def test_every_field(ours, theirs):
    differences = {}
    for kind, mine in ours.items():
        for version, other in zip(mine["spec"]["versions"], theirs[kind]["spec"]["versions"], strict=True):
            here, there = fields(schema_of(version)), fields(schema_of(other))
            for path in sorted(here.keys() | there.keys()):
                name = f"{kind} {version['name']}{path}"
                if here.get(path) != there.get(path) and not any(re.match(re.escape(map_) + r"[.\[]", name) for map_ in MAPS):
                    differences[name] = (here.get(path), there.get(path))
    assert differences == {}
