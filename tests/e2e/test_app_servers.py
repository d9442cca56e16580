"""Tests of app_server resources, the servers of applications. An application may have several servers."""

import json

import pytest

from harness import Tsh
from tctl_ways import CONFLICT, DENIED, FAILED, NOT_FOUND, Tctl

SERVER = """
    kind: app_server
    version: v3
    metadata: {{name: {name}}}
    spec:
      host_id: {host}
      hostname: {host}.example.com
      app:
        kind: app
        version: v3
        metadata: {{name: {name}, labels: {{env: {env}}}}}
        spec: {{uri: "tcp://localhost:5000", public_addr: {name}.example.com}}
"""
SEEING = """
    kind: role
    version: v7
    metadata: {{name: {name}}}
    spec: {{allow: {{app_labels: {{env: dev}}, rules: [{{resources: [app_server], verbs: [list, read, delete]}}]}}}}
"""


@pytest.fixture
def two_servers(cluster, name):
    for host in ("one", "two"):
        cluster.create(SERVER.format(name=name, host=f"{name}-{host}", env="dev"))
    yield
    cluster.tctl("rm", f"app_server/{name}", ok=False)


def hosts_of(cluster, what):
    return sorted(server["spec"]["host_id"] for server in json.loads(cluster.tctl("get", what, "--format=json").out))


@pytest.mark.usefixtures("two_servers")
def test_several_hosts_announce_one(cluster, name):
    both = [f"{name}-one", f"{name}-two"]
    assert hosts_of(cluster, f"app_server/{name}") == both
    assert hosts_of(cluster, f"app_servers/{name}-one.example.com") == both[:1]
    (row,) = [line for line in cluster.tctl("get", "app_servers", "--format=text").out.splitlines()
              if line.startswith(f"{name}-one")]
    assert row.split()[1:6] == [name, "TCP", f"{name}.example.com", "tcp://localhost:5000", "env=dev"]
    one = SERVER.format(name=name, host=f"{name}-one", env="prod")
    assert cluster.tctl("create", stdin=one, ok=False).code == CONFLICT
    cluster.tctl("create", "-f", stdin=one)
    assert hosts_of(cluster, f"app_server/{name}") == both
    cluster.tctl("rm", f"app_server/{name}")
    assert cluster.tctl("get", f"app_server/{name}", ok=False).code == NOT_FOUND
    assert cluster.tctl("rm", f"app_server/{name}", ok=False).code == NOT_FOUND


@pytest.mark.usefixtures("two_servers")
def test_lists_show_what_roles_reach(cluster, name, tmp_path):
    cluster.create(SERVER.format(name=f"{name}-prod", host=name, env="prod"))
    cluster.create(SEEING.format(name=name))
    machine = Tsh(cluster, tmp_path / "machine")
    machine.login(cluster.add_user(name, name))
    tctl = Tctl(cluster, [], machine.env)
    seen = {server["metadata"]["name"] for server in tctl.json("get", "app_servers")}
    assert name in seen and f"{name}-prod" not in seen
    done = tctl("create", "-f", stdin=SERVER.format(name=name, host=name, env="dev"), ok=False)
    assert done.code == DENIED
    cluster.tctl("rm", f"app_server/{name}-prod")


@pytest.mark.parametrize("left_out,said", [("host_id: HOST", "spec.host_id"),
                                           ('uri: "tcp://localhost:5000",', "spec.app: spec.uri")])
def test_mistakes(cluster, name, left_out, said):
    text = SERVER.format(name=name, host="HOST", env="dev").replace(left_out, "")
    done = cluster.tctl("create", stdin=text, ok=False)
    assert done.code == FAILED and said in done.err
