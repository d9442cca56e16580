"""Tests of walk 1, steps 6 and 8, with nodes: the developer role reaches only dev servers."""

import getpass
import json
import socket

import pytest

from harness import Cluster, Tsh, environment, program, started
from processes import Background, Terminal, wait_for
from test_walks import DEVELOPER

LOGIN = getpass.getuser()
# The section in the walk's guide.
SSH_SERVICE = """\
ssh_service:
  enabled: "yes"
  commands:
  - name: hostname
    command: [hostname]
    period: 1m0s
  labels:
    environment: ENVIRONMENT
"""


class ConfiguredNode:
    """A node with the walk's teleport.yaml."""

    def __init__(self, cluster, directory, name, labelled):
        token = json.loads(cluster.tctl("nodes", "add", "--format=json").out)[0]
        cluster.secrets.add(token)
        directory.mkdir(parents=True)
        config = directory / "teleport.yaml"
        config.write_text(f"""\
version: v3
teleport:
  nodename: {name}
  data_dir: {directory / "data"}
  proxy_server: {cluster.proxy}
  join_params: {{method: token, token_name: {token}}}
auth_service: {{enabled: no}}
proxy_service: {{enabled: no}}
""" + SSH_SERVICE.replace("ENVIRONMENT", labelled))
        self._program = Background([program("teleport"), "start", "-c", config, "--insecure"], environment(directory),
                                   directory / "node.log")
        self._program.wait_for_output("agent is ready")
        wait_for(lambda: name in cluster.tctl("nodes", "ls").out, what="the node")

    def stop(self):
        assert self._program.stop() == 0, self._program.output()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        directory = tmp_path_factory.mktemp("nodes")
        nodes = [ConfiguredNode(running, directory / name, name, name.split("-")[0]) for name in ("dev-1", "prod-1")]
        running.create(DEVELOPER, "-f")
        yield running
        for node in nodes:
            node.stop()


@pytest.fixture(scope="module")
def developer(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("developer"))
    user = place.add_user("dora", "dev2")
    place.tctl("users", "update", "dora", f"--set-logins={LOGIN},guest")
    machine.login(user)
    return machine


def test_dev_servers_are_listed_with_their_labels(developer):
    (node,) = json.loads(developer("ls", "--format=json").out)
    assert node["spec"]["hostname"] == "dev-1"
    assert node["metadata"]["labels"] == {"environment": "dev"}
    assert node["spec"]["cmd_labels"]["hostname"]["result"] == socket.gethostname()


@pytest.mark.parametrize("target", ["dev-1", "environment=dev"])
def test_dev_servers_are_reached_by_name_and_by_label(developer, target):
    assert developer("ssh", f"{LOGIN}@{target}", "--", "hostname").out == socket.gethostname() + "\n"


@pytest.mark.parametrize("login, node", [("guest", "dev-1"), (LOGIN, "prod-1"), ("nobody", "dev-1")])
def test_other_logins_and_nodes_are_denied(developer, login, node):
    done = developer("ssh", f"{login}@{node}", "hostname", ok=False)
    assert done.code == 255 and done.out == ""
    assert "denied" in done.err or "not found" in done.err, done


def test_own_sessions_are_seen(place, developer):
    done = Terminal([developer.path, "ssh", "-t", f"{LOGIN}@dev-1", "echo $TELEPORT_SESSION"], developer.env).finish()
    session = done.out.split()[0]
    wait_for(lambda: session in developer("recordings", "ls").out, what="the session in the list")
    wait_for(lambda: developer("play", "--format=text", session, ok=False).out.strip() == session, what="the recording")
    assert place.wait_for_events(event="session.end", sid=session)
