"""Tests of `teleport-operator plan`: what the operator would do to a cluster for custom resources."""

import json

import pytest
import yaml

from harness import environment, program
from processes import run

ROLE = {"apiVersion": "resources.teleport.dev/v1", "kind": "TeleportRoleV7", "metadata": {"name": "planned"},
        "spec": {"allow": {"logins": ["reader"]}}}
TOKEN = {"apiVersion": "resources.teleport.dev/v2", "kind": "TeleportProvisionToken", "metadata": {"name": "s3cret-name"},
         "spec": {"roles": ["Node"], "join_method": "token"}}


@pytest.fixture(name="plan")
def planner(cluster, tmp_path):
    cluster.tctl("users", "add", "planner", "--roles=editor,access")
    cluster.tctl("auth", "sign", "--user=planner", "--out", tmp_path / "identity")

    def plan(*objects, words=()):
        text = yaml.safe_dump_all(objects)
        return run([program("teleport-operator"), "plan", "-i", tmp_path / "identity", "--auth-server",
                    f"127.0.0.1:{cluster.auth_port}", *words], environment(tmp_path), text)

    yield plan
    cluster.tctl("users", "rm", "planner")


def stored(**allow):
    return json.dumps({"kind": "role", "version": "v7", "spec": {"allow": allow}, "metadata": {
        "name": "planned", "labels": {"teleport.dev/origin": "kubernetes"}}})


def test_a_plan_follows_the_cluster_and_changes_nothing(cluster, plan, tmp_path):
    assert plan(ROLE).ok().out == '+ role "planned"\n'
    assert plan(ROLE, words=["--exit-code"]).code == 1
    assert cluster.tctl("get", "role/planned", ok=False).code != 0

    path = tmp_path / "role.json"
    path.write_text(stored(logins=["reader"]))
    cluster.tctl("create", "-f", path)
    assert plan(ROLE, words=["--exit-code"]).ok().out == "no differences\n"
    path.write_text(stored(logins=["root"]))
    cluster.tctl("create", "-f", path)
    assert plan({"apiVersion": "v1", "kind": "List", "items": [ROLE]}).ok().out == (
        '~ role "planned"\n    - spec.allow.logins: "root"\n    + spec.allow.logins: "reader"\n')
    (row,) = json.loads(plan(ROLE, words=["--format=json"]).ok().out)
    assert (row["change"], row["name"], row["custom_resource"]) == ("update", "planned", "TeleportRoleV7")
    cluster.tctl("rm", "role/planned")


def test_a_plan_shows_no_name_of_a_token(plan):
    answer = plan(TOKEN).ok()
    assert answer.out == "+ token\n" and "s3cret" not in answer.err


def test_what_is_no_custom_resource_is_refused(plan):
    answer = plan({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}})
    assert answer.code != 0 and "v1 Pod is no custom resource of the operator" in answer.err


def test_an_identity_is_asked_for(tmp_path):
    answer = run([program("teleport-operator"), "plan"], environment(tmp_path))
    assert answer.code != 0 and "--identity is missing" in answer.err
