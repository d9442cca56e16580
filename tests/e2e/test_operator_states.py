"""Sets the status that the operator gives a custom resource in each state beside the status that Teleport's operator gave it
(tests/fixtures/operator/states.yaml)."""

import json

import pytest
import yaml

from operators import NAMESPACE, started_place
from processes import wait_for
from test_walk_bot import ROOT

STATES = yaml.safe_load((ROOT / "tests" / "fixtures" / "operator" / "states.yaml").read_text())


@pytest.fixture(scope="module")
def place(tmp_path_factory, real_kube):
    with started_place(tmp_path_factory.mktemp("states"), real_kube) as made:
        yield made


def conditions(place, kind, name):
    status = place.get(kind, name).get("status", {})
    assert status.get("teleportResourceID", 0) == 0
    return [[one[key] for key in ("type", "status", "reason", "message")] for one in status.get("conditions", [])]


def prepare(place, state):
    if definition := state.get("loosened"):
        schema = "/spec/versions/0/schema/openAPIV3Schema/properties/spec"
        patch = [{"op": "add", "path": f"{schema}/x-kubernetes-preserve-unknown-fields", "value": True}]
        place.kubectl("patch", "crd", definition, "--type=json", "-p", json.dumps(patch))
    for resource in state.get("before", []):
        place.cluster.create(yaml.safe_dump(resource), "-f")
    if secret := state.get("secret"):
        place.apply({"apiVersion": "v1", "kind": "Secret", "metadata": secret, "data": {"client": "c2VjcmV0"}})


@pytest.mark.parametrize("state", STATES, ids=lambda one: one["state"].replace(" ", "-"))
def test_the_status_is_the_recorded_one(place, state):
    kind, name = state["object"]["kind"].lower(), state["object"]["metadata"]["name"]
    prepare(place, state)
    wait_for(lambda: place.try_to_apply(state["object"]), 10, "the API server to take the custom resource")
    if not state["recorded"]:  # the custom resource after it is looked at too
        place.apply(STATES[0]["object"])
        place.all_true("teleportrolev7", STATES[0]["object"]["metadata"]["name"])

    if holder := state.get("holder"):
        wait_for(lambda: conditions(place, kind, name) == STATES[0]["recorded"], 10, "the role")
        place.cluster.add_user(holder, roles=name)
        place.kubectl("delete", kind, name, "-n", NAMESPACE, "--wait=false")

    wanted = state.get("ours", state["recorded"])
    try:
        wait_for(lambda: conditions(place, kind, name) == wanted, 30, "the status")
    finally:
        assert conditions(place, kind, name) == wanted
    if holder:
        place.cluster.tctl("users", "rm", holder)
    else:
        place.delete(kind, name)
