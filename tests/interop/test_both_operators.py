"""Tests of operators beside each other: each keeps resources of either cluster with our definitions, and takes over the custom
resources of the other."""

import re
import subprocess

import pytest
import yaml

from harness import Cluster, program, reference_program, started
from operators import OperatorPlace, custom
from processes import run, wait_for
from reference_cluster import ReferenceCluster
from test_both_definitions import NOT_IMPLEMENTED

ROLE = custom("TeleportRoleV7", "watched", {"allow": {"logins": ["reader"], "node_labels": {"env": "dev"}}},
              annotations={"description": "from a manifest"}, labels={"team": "a"})
USER = custom("TeleportUser", "watched", {"roles": ["access"], "traits": {"logins": ["a"]}}, "v2")
TOKEN = custom("TeleportProvisionToken", "watched-token", {"roles": ["Node"], "join_method": "token"}, "v2")
BOT = custom("TeleportBotV1", "watched", {"roles": ["access"], "traits": [{"name": "logins", "values": ["a"]}]})
SUBJECTS = {"TeleportRoleV7": "role/watched", "TeleportUser": "user/watched",
            "TeleportProvisionToken": "token/watched-token", "TeleportBotV1": "bot/watched"}


def definitions():
    theirs = reference_program("teleport-operator").parent / "operator-crds"
    text = run([program("teleport-operator"), "crds"], {}).ok().out
    for path in theirs.glob("*.yaml"):  # their operator does not start without the definitions of all its kinds
        if yaml.safe_load(path.read_text())["spec"]["names"]["kind"] in NOT_IMPLEMENTED:
            text += f"---\n{path.read_text()}"
    return text


@pytest.fixture(scope="module", params=["on-ours", "on-theirs"])
def place(request, real_kube, tmp_path_factory):
    kind = Cluster if request.param == "on-ours" else ReferenceCluster
    with started(kind(tmp_path_factory.mktemp("cluster"), None)) as cluster:
        made = OperatorPlace(cluster, real_kube, tmp_path_factory.mktemp("operators"))
        made.define(definitions())
        yield made
        made.remove()


def start(place, whose, name):
    path = reference_program("teleport-operator") if whose == "theirs" else program("teleport-operator")
    return place.start(path, name)


def wait_until_reconciled(place, objects):
    for wanted in objects:
        kind, name = wanted["kind"], wanted["metadata"]["name"]
        conditions = wait_for(lambda: len(found := place.conditions(kind, name)) == 3 and found,  # noqa: B023
                              30, f"the conditions of {kind}")
        assert {status for status, _ in conditions.values()} == {"True"}, (kind, conditions)


def remove(place, objects):
    for wanted in objects:
        place.kubectl("delete", f"{wanted['kind']}.resources.teleport.dev", wanted["metadata"]["name"], "-n",
                      "teleport-iac", "--timeout=30s")


def wait_until_gone(place):
    """Waits, since Teleport's auth service answers from a cache that follows its writes."""
    for subject in SUBJECTS.values():
        wait_for(lambda: place.stored(subject) is None, 10, f"the end of {subject}")  # noqa: B023


def contents(place):
    """Returns the resources without their revisions, since Teleport's operator writes each one again when it starts, and
    without the status of the user, whose password_state is lost when Teleport's operator writes to Teleport's cluster."""
    found = {subject: place.stored(subject) for subject in SUBJECTS.values()}
    for resource in found.values():
        resource["metadata"].pop("revision", None)
    found["user/watched"].pop("status", None)
    return found


def takes_over(place, whose, name):
    """Starts an operator, and waits until it has looked at every custom resource."""
    operator = start(place, whose, name)
    mark = custom("TeleportRoleV7", f"mark-{name}", {"allow": {"logins": ["mark"]}})
    place.apply(mark)
    wait_until_reconciled(place, [mark])

    def has_looked():
        done = subprocess.run(["curl", "-s", operator.metrics_url], capture_output=True, text=True, check=False)
        return all(re.search(rf'reconcile_total{{controller="{kind.lower()}",result="success"}} [1-9]', done.stdout)
                   for kind in SUBJECTS)

    wait_for(has_looked, 30, "a look at all kinds")
    remove(place, [mark])
    return operator


@pytest.mark.parametrize("whose", ["theirs", "ours"])
def test_an_operator_keeps_resources(place, whose):
    operator = start(place, whose, whose)
    try:
        objects = [ROLE, USER, TOKEN, BOT]
        place.apply(*objects)
        wait_until_reconciled(place, objects)
        for wanted in objects:
            assert place.stored(SUBJECTS[wanted["kind"]])["metadata"]["labels"]["teleport.dev/origin"] == "kubernetes"
        role = place.stored("role/watched")
        assert role["metadata"]["description"] == "from a manifest" and role["metadata"]["labels"]["team"] == "a"
        assert role["spec"]["allow"]["logins"] == ["reader"]

        changed = custom("TeleportRoleV7", "watched", {"allow": {"logins": ["root"]}})
        place.apply(changed)
        wait_for(lambda: place.stored("role/watched")["spec"]["allow"]["logins"] == ["root"], 30, "the changed role")
        remove(place, objects)
        wait_until_gone(place)
    finally:
        operator.stop()


@pytest.mark.parametrize("first, second", [("ours", "theirs"), ("theirs", "ours")])
def test_an_operator_takes_over_and_changes_nothing(place, first, second):
    objects = [ROLE, USER, TOKEN, BOT]
    operator = start(place, first, f"before-{second}")
    try:
        place.apply(*objects)
        wait_until_reconciled(place, objects)
        before = contents(place)
        operator.stop()
        operator = takes_over(place, second, f"after-{first}")
        assert contents(place) == before
        remove(place, objects)
        wait_until_gone(place)
    finally:
        operator.stop()
