"""Tests of node resources that tctl writes: lists, explanations and plans."""

import json

import pytest

from harness import Tsh
from tctl_ways import FAILED, NOT_FOUND

ROLE = """
    kind: role
    version: v7
    metadata: {{name: {name}}}
    spec: {{allow: {{logins: [root, admin], node_labels: {{env: {env}}}}}, deny: {{logins: [guest]}}}}
"""


def node(host, env, name=""):
    return (f"kind: node\nversion: v2\nsub_kind: openssh\nmetadata:\n  name: '{name}'\n  labels: {{env: {env}}}\n"
            f"spec: {{addr: '{host}.example.com:22', hostname: {host}}}\n")


@pytest.fixture
def two_nodes(cluster, name):
    hosts = [f"{name}-dev", f"{name}-prod"]
    cluster.create(node(hosts[0], "dev"))
    cluster.create(node(hosts[1], "prod"))
    yield hosts
    for found in json.loads(cluster.tctl("get", "nodes", "--format=json").out):
        if found["spec"]["hostname"] in hosts:
            cluster.tctl("rm", f"node/{found['metadata']['name']}")


def test_written_without_a_name_gets_one(cluster, two_nodes):
    (found,) = json.loads(cluster.tctl("get", f"node/{two_nodes[0]}", "--format=json").out)
    assert found["sub_kind"] == "openssh" and len(found["metadata"]["name"]) == 36
    assert found["spec"]["addr"] == f"{two_nodes[0]}.example.com:22"
    uuid = found["metadata"]["name"]
    assert json.loads(cluster.tctl("get", f"node/{uuid}", "--format=json").out) == [found]
    again = node(two_nodes[0], "dev", uuid)
    assert cluster.tctl("create", stdin=again, ok=False).code == 6
    cluster.tctl("create", "-f", stdin=again.replace("env: dev", "env: test"))
    assert "env=test" in cluster.tctl("nodes", "ls").out
    cluster.tctl("rm", f"node/{uuid}")
    assert cluster.tctl("get", f"node/{uuid}", ok=False).code == NOT_FOUND


@pytest.mark.parametrize("wrong,said", [
    ("addr: 'x.example.com:22'", "spec.addr"), ("hostname: x", "spec.hostname"), ("sub_kind: openssh", "sub_kind")])
def test_mistakes(cluster, wrong, said):
    text = node("x", "dev", "x")
    assert wrong in text
    broken = text.replace(wrong, {"spec.addr": "addr: 'x'", "spec.hostname": "hostname: ''",
                                  "sub_kind": "sub_kind: windows"}[said])
    done = cluster.tctl("create", stdin=broken, ok=False)
    assert done.code == FAILED and said in done.err


def test_seen_by_labels(cluster, two_nodes, name, tmp_path):
    cluster.create(ROLE.format(name=name, env="dev"))
    machine = Tsh(cluster, tmp_path / "machine")
    machine.login(cluster.add_user(name, name))
    shown = [found["spec"]["hostname"] for found in json.loads(machine("ls", "--format=json").out)]
    assert two_nodes[0] in shown and two_nodes[1] not in shown


def test_explained(cluster, two_nodes, name):
    cluster.create(ROLE.format(name=name, env="dev"))
    cluster.create(f"{{kind: user, version: v2, metadata: {{name: {name}}}, spec: {{roles: [{name}]}}}}")
    explain = ["access", "explain", name, "ssh"]
    assert cluster.tctl(*explain, f"root@{two_nodes[0]}").out.startswith("allowed: ")
    done = cluster.tctl(*explain, f"root@{two_nodes[1]}", ok=False)
    assert done.code == 4 and done.out.startswith("not allowed: ") and "env: dev" in done.out
    assert cluster.tctl(*explain, f"guest@{two_nodes[0]}", ok=False).out.startswith("denied: ")


def test_plan_names_users_and_nodes(cluster, two_nodes, name, tmp_path):
    both = ROLE.format(name=name, env="[dev, prod]")
    cluster.create(both)
    cluster.create(f"{{kind: user, version: v2, metadata: {{name: {name}}}, spec: {{roles: [{name}]}}}}")
    change = tmp_path / "change.yaml"
    change.write_text(ROLE.format(name=name, env="dev"))
    plan = json.loads(cluster.tctl("plan", "-f", change, "--format=json").out)
    rows = [row for row in plan["access"] if row["name"] in two_nodes]
    assert rows == [{"user": name, "kind": "node", "name": two_nodes[1], "gains": [],
                     "loses": ["ssh as admin", "ssh as root"]}]
    assert f"- {name} loses node {two_nodes[1]}: ssh as admin, ssh as root" in cluster.tctl("plan", change).out
