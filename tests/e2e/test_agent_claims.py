"""Tests of the limits for agents: agents announce only their own nodes and Kubernetes clusters, the auth service sets
the fields of events, names cannot control a terminal, and a silent agent delays no other client."""

import contextlib
import getpass
import json
import socket
import time

import pytest

from grpc_client import GrpcClient, GrpcError
from harness import Cluster, Tsh, started, wait_for
from hostile import HostileAgent, host_id_of, joined, kube_server, token
from kube_stand_in import KubeStandIn
from nodes import Agent
from protobuf import field
from test_kube_agents import KubeAgent, kube_token

pytestmark = pytest.mark.alone

LOGIN = getpass.getuser()
PROXY_SSH = "/teleport.transport.v1.TransportService/ProxySSH"
EXHAUSTED, UNAVAILABLE = 8, 14
ROLE = f"""
kind: role
version: v7
metadata: {{name: dev}}
spec:
  allow:
    logins: [{LOGIN}]
    node_labels: {{environment: dev}}
    kubernetes_labels: {{'*': '*'}}
    kubernetes_groups: [system:masters]
    kubernetes_resources: [{{kind: '*', name: '*', namespace: '*', verbs: ['*']}}]
"""


@pytest.fixture(name="place", scope="module")
def fixture_place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(name="person", scope="module")
def fixture_person(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.user = place.add_user("dan", "dev")
    machine.login(machine.user)
    return machine


@pytest.fixture(name="near")
def fixture_near(place, tmp_path):
    agent = Agent(place, tmp_path / "near", "near").start()
    yield agent
    agent.stop()


@pytest.fixture(name="kube", scope="module")
def fixture_kube(tmp_path_factory):
    stand_in = KubeStandIn(tmp_path_factory.mktemp("kube"), ["prod"])
    yield stand_in
    stand_in.stop()


def own_id(place):
    return (place.data_dir / "host_uuid").read_text().strip()


def node_named(place, hostname):
    return [found for found in json.loads(place.tctl("get", "nodes", "--format=json").out)
            if found["spec"]["hostname"] == hostname]


# Announcements of agents.


def test_a_node_is_announced_within_limits(place, tmp_path):
    identity = joined(place, tmp_path, token(place), "")
    with HostileAgent(place, identity) as agent:
        agent.welcome()
        for said, why in [(("x" * 256, {}), "not the name of a host"), (("a\x1b[31m", {}), "not the name of a host"),
                          (("a\u202eb", {}), "not the name of a host"), (("a\u009bb", {}), "not the name of a host"),
                          (("big", {"a": "x" * 70000}), "bytes"),
                          (("many", {f"k{number}": "v" for number in range(300)}), "labels")]:
            agent.announce(*said)
            what, reason = agent.refusal()
            assert what == "the node" and why in reason, (said, reason)
        assert host_id_of(identity) not in place.tctl("nodes", "ls").out
        # The auth service ignores the parts of an announcement that it decides itself.
        agent.announce("fine", {"env": "dev", "dynamic/team": "red"}, name=own_id(place), sub_kind="openssh")
        wait_for(lambda: node_named(place, "fine"), what="the node")
    (found,) = node_named(place, "fine")
    assert found["metadata"]["name"] == host_id_of(identity) and "sub_kind" not in found
    assert found["metadata"]["labels"] == {"env": "dev"}


def test_a_large_node_is_not_written_by_hand_either(place):
    text = json.dumps({"kind": "node", "version": "v2", "sub_kind": "openssh", "metadata": {
        "name": "large", "labels": {"a": "x" * 70000}}, "spec": {"addr": "x:22", "hostname": "large"}})
    done = place.tctl("create", stdin=text, ok=False)
    assert done.code == 1 and "bytes" in done.err


def test_an_agent_serves_only_the_services_of_its_certificate(place, tmp_path):
    identity = joined(place, tmp_path, token(place), "")
    with HostileAgent(place, identity, services=("Node", "Auth", "Proxy", "Kube")) as agent:
        agent.welcome()
        listed = wait_for(lambda: [one for one in json.loads(place.tctl("inventory", "ls", "--format=json").out)
                                   if one["metadata"]["name"] == host_id_of(identity)], what="the agent")
        assert listed[0]["spec"]["services"] == ["Node"]


# L4: events.


def test_the_auth_service_sets_fields_of_agents_events(place, tmp_path):
    identity = joined(place, tmp_path, token(place), "")
    with HostileAgent(place, identity) as agent:
        agent.welcome()
        agent.announce("teller", {})
        wait_for(lambda: node_named(place, "teller"), what="the node")
        fixed = {"cluster_name": "other", "server_id": own_id(place), "server_hostname": "localhost"}
        agent.report(event="exec", code="T3002I", uid="chosen", time="2001-01-01T00:00:00Z", command="past", **fixed)
        agent.report(event="exec", code="T3002I", uid="chosen", time="2100-01-01T00:00:00Z", command="future", **fixed)
        agent.report(event="exec", code="T1000I", command="other code", **fixed)
        agent.report(event="user.login", code="T1000I", command="other event", **fixed)
        agent.report(event="exec", code="T3002I", command="x" * 3_000_000)
        agent.report(event="exec", code="T3002I", command="y" * 200_000, **fixed)
        agent.report(event="exec", code="T3002I", command="last", **fixed)
        place.wait_for_events(command="last")
    begin = time.time() - 120
    for event in place.events(server_id=host_id_of(identity)):
        assert event["code"] == "T3002I" and event["cluster_name"] == place.name, event
        assert event["server_hostname"] == "teller"
        when = time.mktime(time.strptime(event["time"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        assert begin < when < time.time() + 5, event
        assert event["uid"] != "chosen" and len(json.dumps(event)) < 70_000
    commands = [event["command"] for event in place.events(server_id=host_id_of(identity))]
    assert [command[:6] for command in commands] == ["past", "future", "yyyyyy", "last"]
    assert not place.events(uid="chosen") and not place.events(server_id=own_id(place), event="exec")


# L3: names on terminals.


@pytest.mark.parametrize("words", [["ls"], ["ls", "-v"], ["ls", "--format=names"], ["ls", "--format=json"],
                                   ["ls", "--format=yaml"]])
def test_names_of_agents_do_not_control_a_terminal(place, person, tmp_path, words):
    """The node stands for nodes from before names had limits, and for nodes written with tctl."""
    evil = "e\x1b[2J\u009b31m\u202evil\u2066"
    place.tctl("create", "-f", stdin=json.dumps({
        "kind": "node", "version": "v2", "sub_kind": "openssh",
        "metadata": {"name": "evil-node", "labels": {"environment": "dev", "say": evil}},
        "spec": {"addr": "evil.example.com:22", "hostname": evil}}))
    said = person(*words).out
    assert "vil" in said
    assert not set("\x1b\x7f\u009b\u202e\u2066") & set(said), said.encode()
    if "--format=json" in words:
        assert [one for one in json.loads(said) if one["spec"]["hostname"] == evil]


def test_names_of_agents_do_not_control_a_terminal_in_the_log(place, tmp_path):
    identity = joined(place, tmp_path, token(place), "")
    with HostileAgent(place, identity) as agent:
        agent.welcome()
        agent.announce("in the log \u009b31m\u202e", {})
        agent.refusal()
    with HostileAgent(place, identity, "hello \u009b31m\u202e") as agent, pytest.raises(GrpcError):
        agent.welcome()
    log = place.log.read_text()
    assert "an announcement was refused" in log
    assert not set("\u009b\u202e\x1b") & set(log)


# M8: the names of Kubernetes clusters.


def servers_of(place, name):
    """Returns the host ids and labels of the servers of a Kubernetes cluster."""
    return [(one["spec"]["host_id"], one["spec"]["cluster"]["metadata"].get("labels", {}))
            for one in json.loads(place.tctl("get", "kube_servers", "--format=json").out)
            if one["metadata"]["name"] == name]


def test_an_agent_cannot_take_over_a_kubernetes_cluster(place, person, kube, tmp_path):
    agent = KubeAgent(place, tmp_path / "true", kube).start()
    wait_for(lambda: servers_of(place, "prod"), what="the cluster")
    before = servers_of(place, "prod")
    identity = joined(place, tmp_path / "thief", token(place, "kube"), "00000000-0000-4000-8000-000000000000")
    with HostileAgent(place, identity) as thief:
        thief.welcome()
        thief.announce_kube(kube_server("prod", {"env": "dev"}), kube_server("own", {"env": "dev"}))
        wait_for(lambda: servers_of(place, "own"), what="the agent's own cluster")
        assert servers_of(place, "prod") == before
        person("kube", "login", "prod")
        kube.forget_requests()
        assert "web" in person.kubectl("get", "pods").out
        assert kube.requests(path="/api/v1/namespaces/default/pods")
        what, reason = thief.refusal()
        assert "prod" in what and f"tctl inventory rm {before[0][0]}" in reason
        # The name stays reserved while the agent of its host is stopped.
        agent.stop()
        thief.announce_kube(kube_server("prod", {"env": "dev"}))
        what, _ = thief.refusal()
        assert "prod" in what and not servers_of(place, "prod")
        # After the removal of the host the name is free.
        place.tctl("inventory", "rm", before[0][0])
        thief.announce_kube(kube_server("prod", {"env": "dev"}))
        wait_for(lambda: servers_of(place, "prod") == [(host_id_of(identity), {"env": "dev"})], what="the new server")
        place.tctl("inventory", "rm", host_id_of(identity))


def test_hosts_with_the_same_token_serve_a_cluster_together(place, person, tmp_path):
    stand_in = KubeStandIn(tmp_path / "kube", ["both"])
    secret = kube_token(place)
    first = KubeAgent(place, tmp_path / "first", stand_in, token=secret).start()
    second = KubeAgent(place, tmp_path / "second", stand_in, token=secret).start()
    wait_for(lambda: len(servers_of(place, "both")) == 2, what="both agents")
    person("kube", "login", "both")
    assert "web" in person.kubectl("get", "pods").out
    first.kill()
    wait_for(lambda: person.kubectl("get", "pods", ok=False).code == 0, what="an answer through the other agent")
    second.stop()
    stand_in.stop()


def test_an_agent_cannot_take_the_name_of_the_clusters_own_kubernetes(tmp_path):
    stand_in = KubeStandIn(tmp_path / "kube", ["own"])
    with started(Cluster(tmp_path / "cluster", kube=stand_in)) as cluster:
        identity = joined(cluster, tmp_path / "thief", token(cluster, "kube"), "")
        with HostileAgent(cluster, identity) as thief:
            thief.welcome()
            thief.announce_kube(kube_server("own", {"env": "dev"}))
            what, reason = thief.refusal()
            assert "own" in what and "itself serves a Kubernetes cluster with this name" in reason
            assert len(servers_of(cluster, "own")) == 1
    stand_in.stop()


# H7: an agent that does not answer.


def test_a_silent_agent_delays_no_other_client(place, person, near, tmp_path):
    identity = joined(place, tmp_path / "silent", token(place), "")
    eve = Tsh(place, tmp_path / "eve")
    eve.login(place.add_user("eve", "dev"))
    keys = eve.home / "tsh" / "keys" / "localhost"
    tls = str(next(keys.glob("*.crt"))), str(next(keys.glob("*.key")))
    with HostileAgent(place, identity, "silent") as silent, GrpcClient(place.auth_port, tls) as client:
        silent.welcome()
        silent.announce("silent", {"environment": "dev"})
        wait_for(lambda: "silent" in person("ls").out, what="the node")
        begin = time.monotonic()
        calls = []
        for _ in range(80):
            calls.append(client.open(PROXY_SSH))
            client.send_message(calls[-1], field(1, field(1, "silent:0")))
        for _ in range(5):
            asked = time.monotonic()
            assert person("ssh", f"{LOGIN}@near", "echo in").out == "in\n"
            assert time.monotonic() - asked < 5
        codes = []
        for call in calls:
            with contextlib.suppress(ConnectionResetError), pytest.raises(GrpcError) as error:
                client.next_message(call)
            codes.append((error.value.code, error.value.message))
        assert 14 < time.monotonic() - begin < 40
        assert sorted({code for code, _ in codes}) == [EXHAUSTED, UNAVAILABLE]
        assert sum(code == EXHAUSTED for code, _ in codes) == 80 - 64
        assert all("does not answer" in message for code, message in codes if code == UNAVAILABLE)


# An agent that stops while something hangs.


class MuteServer:
    """An API server that accepts connections and reads nothing."""

    def __init__(self, directory):
        self._socket = socket.create_server(("127.0.0.1", 0))
        directory.mkdir(parents=True)
        self.kubeconfig = directory / "kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "users": [{"name": "u", "user": {"token": "t"}}],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self._socket.getsockname()[1]}"}}],
            "contexts": [{"name": "mute", "context": {"cluster": "c", "user": "u"}}]}))

    def stop(self):
        self._socket.close()


def stalled(pid, seconds=3):
    """Returns whether a process that has written a megabyte writes nothing more for some seconds."""
    def written():
        with open(f"/proc/{pid}/io", encoding="ascii") as io:
            return int(next(line for line in io if line.startswith("wchar")).split()[1])
    before, end = written(), time.monotonic() + seconds
    while before > 1_000_000 and written() == before:
        if time.monotonic() > end:
            return True
        time.sleep(0.05)
    return False


def test_an_agent_stops_while_an_api_server_hangs(place, person, tmp_path):
    mute = MuteServer(tmp_path / "mute")
    agent = KubeAgent(place, tmp_path / "agent", mute).start()
    wait_for(lambda: servers_of(place, "mute"), what="the cluster")
    person("kube", "login", "mute")
    big = tmp_path / "big.json"
    big.write_text(json.dumps({"kind": "ConfigMap", "data": {"x": "y" * 80_000_000}}))
    with person.kubectl_background("big", "create", "--raw", "/api/v1/namespaces/default/configmaps", "-f", big) as sender:
        wait_for(lambda: stalled(sender.process.pid), what="kubectl to stall")
        begin = time.monotonic()
        agent.stop()
        assert time.monotonic() - begin < 8
    mute.stop()
