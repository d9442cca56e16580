"""Tests of operators beside each other: Teleport's operator keeps resources of our cluster, with our definitions."""

import pytest
import yaml

from harness import Cluster, program, reference_program, started
from operators import OperatorPlace, custom
from processes import run, wait_for
from test_both_definitions import NOT_IMPLEMENTED

ROLE = custom("TeleportRoleV7", "watched", {"allow": {"logins": ["reader"], "node_labels": {"env": "dev"}}},
              annotations={"description": "from a manifest"}, labels={"team": "a"})
USER = custom("TeleportUser", "watched", {"roles": ["access"], "traits": {"logins": ["a"]}}, "v2")
TOKEN = custom("TeleportProvisionToken", "watched-token", {"roles": ["Node"], "join_method": "token"}, "v2")
BOT = custom("TeleportBotV1", "watched", {"roles": ["access"], "traits": [{"name": "logins", "values": ["a"]}]})
SUBJECTS = {"TeleportRoleV7": "role/watched", "TeleportUser": "user/watched",
            "TeleportProvisionToken": "token/watched-token", "TeleportBotV1": "bot/watched"}


@pytest.fixture(scope="module")
def place(real_kube, tmp_path_factory):
    directory = tmp_path_factory.mktemp("operators")
    theirs = reference_program("teleport-operator").parent / "operator-crds"
    text = run([program("teleport-operator"), "crds"], {}).ok().out
    for path in theirs.glob("*.yaml"):  # their operator does not start without the definitions of all its kinds
        if yaml.safe_load(path.read_text())["spec"]["names"]["kind"] in NOT_IMPLEMENTED:
            text += f"---\n{path.read_text()}"
    with started(Cluster(tmp_path_factory.mktemp("cluster"), None)) as cluster:
        made = OperatorPlace(cluster, real_kube, directory)
        made.define(text)
        yield made
        made.remove()


def test_teleports_operator_keeps_resources_of_our_cluster(place):
    operator = place.start(reference_program("teleport-operator"), "theirs")
    try:
        objects = [ROLE, USER, TOKEN, BOT]
        place.apply(*objects)
        for wanted in objects:
            kind, name = wanted["kind"], wanted["metadata"]["name"]
            conditions = wait_for(lambda: len(found := place.conditions(kind, name)) == 3 and found,  # noqa: B023
                                  30, f"the conditions of {kind}")
            assert {status for status, _ in conditions.values()} == {"True"}, (kind, conditions)
            assert place.stored(SUBJECTS[kind])["metadata"]["labels"]["teleport.dev/origin"] == "kubernetes"
        role = place.stored("role/watched")
        assert role["metadata"]["description"] == "from a manifest" and role["metadata"]["labels"]["team"] == "a"
        assert role["spec"]["allow"]["logins"] == ["reader"]

        changed = custom("TeleportRoleV7", "watched", {"allow": {"logins": ["root"]}})
        place.apply(changed)
        wait_for(lambda: place.stored("role/watched")["spec"]["allow"]["logins"] == ["root"], 30, "the changed role")

        for wanted in objects:
            place.kubectl("delete", f"{wanted['kind']}.resources.teleport.dev", wanted["metadata"]["name"], "-n",
                          "teleport-iac", "--timeout=30s")
            assert place.stored(SUBJECTS[wanted["kind"]]) is None
    finally:
        operator.stop()
