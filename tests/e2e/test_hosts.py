"""Tests of the identity of hosts: the cluster assigns ids, which belong to the key of the host; agents announce only
their own resources; every endpoint refuses locked and removed hosts."""

import contextlib
import getpass
import json
import pathlib
import sqlite3
import time

import pytest

from certs import openssl
from grpc_client import GrpcClient, GrpcError
from harness import Background, Cluster, Tsh, environment, program, run, started, wait_for
from hostile import HostileAgent, host_id_of, identity_of, join, joined, token
from nodes import Agent
from protobuf import field

pytestmark = pytest.mark.long

LOGIN = getpass.getuser()
DENIED, ALREADY_EXISTS = 7, 6
LOCK_REACHES_S = 3.5  # three seconds, and the time of the test itself
ROLE = f"""
kind: role
version: v7
metadata: {{name: dev}}
spec:
  allow:
    logins: [{LOGIN}]
    node_labels: {{environment: dev}}
"""


@pytest.fixture(name="place", scope="module")
def fixture_place(tmp_path_factory):
    ssh = "enabled: yes\nlabels: {environment: prod}\n"
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh=ssh)) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(name="person", scope="module")
def fixture_person(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.user = place.add_user("dan", "dev")
    machine.login(machine.user)
    return machine


@pytest.fixture(name="far")
def fixture_far(place, tmp_path):
    """Starts a node whose labels no role reaches."""
    agent = Agent(place, tmp_path / "far", "far", "environment=prod").start()
    yield agent
    agent.stop()


@pytest.fixture(name="near")
def fixture_near(place, tmp_path):
    """Starts a node that the user dan reaches."""
    agent = Agent(place, tmp_path / "near", "near").start()
    yield agent
    agent.stop()


def without_token(agent):
    return [word for word in agent.pasted_command() if not word.startswith("--token=")]


def node_named(place, hostname):
    """Returns the resources of nodes with this hostname."""
    return [found for found in json.loads(place.tctl("get", "nodes", "--format=json").out)
            if found["spec"]["hostname"] == hostname]


def node_with_id(place, host_id):
    """Returns the resource of a host's node, without the fields that the cluster sets."""
    (found,) = [one for one in json.loads(place.tctl("get", "nodes", "--format=json").out)
                if one["metadata"]["name"] == host_id]
    for key in ("expires", "revision"):
        found["metadata"].pop(key, None)
    return found


def id_of(agent):
    return (agent.directory / "data" / "host_uuid").read_text().strip()


def own_id(place):
    return (place.data_dir / "host_uuid").read_text().strip()


# C1: use of another host's id.


def test_a_joiner_does_not_get_the_id_of_the_auth_host(place, person, tmp_path):
    identity = joined(place, tmp_path, token(place), own_id(place))
    given = host_id_of(identity)
    assert given != own_id(place)
    with HostileAgent(place, identity, "localhost") as agent:
        agent.welcome()
        agent.announce("localhost", {"environment": "dev"}, name=own_id(place))
        wait_for(lambda: given in place.tctl("nodes", "ls").out, what="the impostor's node")
        (own,) = [one for one in node_named(place, "localhost") if one["metadata"]["name"] == own_id(place)]
        assert own["metadata"]["labels"]["environment"] == "prod"
        done = person("ssh", f"{LOGIN}@{own_id(place)}", "id", ok=False)
        assert done.code != 0 and "denied" in done.err and "uid=" not in done.out


def test_a_joiner_does_not_get_the_id_of_another_agent(place, person, far, tmp_path):
    identity = joined(place, tmp_path / "thief", token(place), id_of(far))
    assert host_id_of(identity) != id_of(far)
    with HostileAgent(place, identity, "far") as agent:
        agent.welcome()
        agent.announce("far", {"environment": "dev"}, name=id_of(far))
        wait_for(lambda: len(node_named(place, "far")) == 2, what="both nodes")
        labels = {one["metadata"]["name"]: one["metadata"]["labels"]["environment"] for one in node_named(place, "far")}
        assert labels[id_of(far)] == "prod"
        done = person("ssh", f"{LOGIN}@{id_of(far)}", "id", ok=False)
        assert done.code != 0 and "uid=" not in done.out


def test_a_deleted_data_directory_gets_a_new_id(place, tmp_path):
    agent = Agent(place, tmp_path, "reborn").start()
    first = id_of(agent)
    agent.stop()
    (tmp_path / "data" / "agent_identity").unlink()
    agent.start()  # the file with the old id still exists
    assert id_of(agent) != first
    assert node_named(place, "reborn")[0]["metadata"]["name"] == id_of(agent)
    agent.stop()


def test_an_agent_decides_by_its_own_labels(place, person, far):
    """An administrator has written other labels into the node's resource, which the proxy believes."""
    found = node_with_id(place, id_of(far))
    found["metadata"]["labels"]["environment"] = "dev"
    place.tctl("create", "-f", stdin=json.dumps(found))
    assert "far" in person("ls").out
    done = person("ssh", f"{LOGIN}@{id_of(far)}", "echo in", ok=False)
    assert done.code != 0 and "in\n" not in done.out
    assert "the labels of this node differ" in done.err, done
    wait_for(lambda: "a connection was refused" in far.log.read_text(), what="the refusal in the agent's log")


def test_the_own_node_decides_by_its_own_labels(place, person):
    found = node_with_id(place, own_id(place))
    found["metadata"]["labels"]["environment"] = "dev"
    place.tctl("create", "-f", stdin=json.dumps(found))
    done = person("ssh", f"{LOGIN}@{own_id(place)}", "echo in", ok=False)
    assert done.code != 0 and "in\n" not in done.out and "the labels of this node differ" in done.err, done


def test_labels_that_others_give_are_not_written_into_a_node(place, tmp_path, far):
    place.create(ROLE.replace("name: dev", "name: red").replace("environment: dev", "dynamic/team: red"), "-f")
    machine = Tsh(place, tmp_path / "red")
    machine.login(place.add_user("rita", "red"))
    found = node_with_id(place, id_of(far))
    found["metadata"]["labels"]["dynamic/team"] = "red"
    place.tctl("create", "-f", stdin=json.dumps(found))
    done = machine("ssh", f"{LOGIN}@{id_of(far)}", "echo in", ok=False)
    assert done.code != 0 and "in\n" not in done.out, done


def test_one_live_call_a_host(place, person, near, tmp_path):
    """A second process with the same identity ends the first one's call."""
    with HostileAgent(place, identity_of(near.directory, tmp_path), "near") as first:
        first.welcome()
        with HostileAgent(place, identity_of(near.directory, tmp_path), "near") as second:
            second.welcome()
            with pytest.raises(GrpcError) as ended:
                first.hear(99)
            assert ended.value.code == ALREADY_EXISTS
    # The call of the real agent ended before; the agent reconnects.
    wait_for(lambda: "another agent of this host" in near.log.read_text(), what="the reason in the agent's log")
    wait_for(lambda: person("ssh", f"{LOGIN}@{id_of(near)}", "echo in", ok=False).out == "in\n", 60, "the node again")


# L5 and M9: certificates and tokens.


def test_a_host_has_no_name_of_the_cluster(place, near, tmp_path):
    wanted = ["teleport.cluster.local", "x.teleport.cluster.local", "kube-teleport-proxy-alpn.localhost",
              own_id(place), f"{own_id(place)}.{place.name}", "web.example.com"]
    identity = joined(place, tmp_path, token(place, "node,kube"), "", additional_principals=wanted, dns_names=wanted)
    for cert in (identity[0], identity_of(near.directory, tmp_path)[0]):
        text = openssl("x509", "-in", cert, "-noout", "-text").decode()
        assert "teleport.cluster.local" not in text and "kube-teleport-proxy-alpn" not in text
        assert own_id(place) not in text
    assert "web.example.com" in openssl("x509", "-in", identity[0], "-noout", "-text").decode()
    names = run(["ssh-keygen", "-L", "-f", tmp_path / "ssh-cert.pub"], environment(tmp_path)).out
    assert "web.example.com" in names and own_id(place) not in names and "teleport.cluster.local" not in names


def test_a_certificate_of_a_host_is_good_for_a_week(near, tmp_path):
    cert = identity_of(near.directory, tmp_path)[0]
    assert openssl("x509", "-in", cert, "-noout", "-checkend", str(6 * 86400))
    openssl("x509", "-in", cert, "-noout", "-checkend", str(8 * 86400), accept=(1,))


@pytest.mark.parametrize("role", ["Admin", "Nop", "Signup", "ProvisionToken", "RemoteProxy", "Instance"])
def test_a_token_gives_only_roles_of_services(place, role):
    text = f"{{kind: token, version: v2, metadata: {{name: a-token-of-{role}}}, spec: {{roles: [{role}]}}}}"
    done = place.tctl("create", stdin=text, ok=False)
    assert done.code == 1 and f"a token cannot give the role {role}" in done.err, done
    done = place.tctl("tokens", "add", f"--type={role}", ok=False)
    assert done.code == 1 and f"a token cannot give the role {role}" in done.err, done


@pytest.mark.parametrize("role", ["Admin", "Auth", "Proxy", "Nop"])
def test_an_old_token_gives_no_forbidden_role(new_place, role, tmp_path):
    """The token is from a version that permitted the role: the test writes it into the database."""
    secret = "0123456789abcdef0123456789abcdef"
    new_place.tctl("create", stdin=f"{{kind: token, version: v2, metadata: {{name: {secret}}}, spec: {{roles: [Node]}}}}")
    new_place.secrets.add(secret)
    new_place.stop()
    with contextlib.closing(sqlite3.connect(new_place.database)) as database, database:
        (value,) = database.execute("select value from items where key = ?", (f"/resources/token/{secret}",)).fetchone()
        assert field(1, "Node") in value
        changed = value.replace(field(1, "Node"), field(1, role))
        spec = value.index(field(1, "Node")) - 1
        size = value[spec] + len(role) - len("Node")
        changed = changed[:spec] + bytes([size]) + changed[spec + 1:]
        database.execute("update items set value = ? where key = ?", (changed, f"/resources/token/{secret}"))
    new_place.start()
    for wanted in (role, "Instance"):
        answer, _ = join(new_place, tmp_path / wanted, secret, "", role=wanted)
        assert answer.status in (403, 501), (answer.status, answer.body)


@pytest.fixture(name="new_place")
def fixture_new_place(tmp_path):
    with started(Cluster(tmp_path / "cluster")) as running:
        yield running


# H4: locks and the end of a host.


def test_a_lock_reaches_a_host_within_three_seconds(place, person, near, tmp_path):
    log = tmp_path / "session.log"
    session = Background([person.path, "ssh", f"{LOGIN}@{id_of(near)}", "echo begun; sleep 60"], person.env, log)
    identity = identity_of(near.directory, tmp_path)
    try:
        session.wait_for_output("begun")
        place.tctl("lock", f"--server-id={id_of(near)}", "--message=broken into", "--ttl=1m")
        begin = time.monotonic()
        session.process.wait(timeout=10)
        wait_for(lambda: id_of(near) not in place.tctl("inventory", "status", "--connected").out, 5, "no agent")
        assert time.monotonic() - begin < LOCK_REACHES_S
        assert "broken into" in log.read_text()
        # The cluster also refuses new calls, certificates and connections.
        with HostileAgent(place, identity) as agent, pytest.raises(GrpcError) as refused:
            agent.welcome()
        assert refused.value.code == DENIED and "broken into" in refused.value.message
        with GrpcClient(place.auth_port, identity) as client, pytest.raises(GrpcError) as refused:
            client.call("/proto.AuthService/GenerateHostCerts", field(1, id_of(near)))
        assert refused.value.code == DENIED and "broken into" in refused.value.message
        done = person("ssh", f"{LOGIN}@{id_of(near)}", "echo in", ok=False)
        assert done.code != 0 and "broken into" in done.err
    finally:
        session.__exit__()
        for lock in json.loads(place.tctl("get", "locks", "--format=json").out):
            place.tctl("rm", f"lock/{lock['metadata']['name']}")
    wait_for(lambda: person("ssh", f"{LOGIN}@{id_of(near)}", "echo in", ok=False).out == "in\n", 60, "the node again")


def test_a_lock_of_the_own_host_reaches_its_node_and_not_the_administrator(place, person):
    lock = json.loads(place.tctl("lock", f"--server-id={own_id(place)}.{place.name}", "--ttl=1m", "--format=json").out)
    done = person("ssh", f"{LOGIN}@{own_id(place)}", "echo in", ok=False)
    assert done.code != 0
    name = (lock[0] if isinstance(lock, list) else lock)["metadata"]["name"]
    place.tctl("rm", f"lock/{name}")


def test_a_removed_host_is_gone_for_good(place, person, tmp_path):
    agent = Agent(place, tmp_path / "gone", "gone").start()
    host_id = id_of(agent)
    identity = identity_of(agent.directory, tmp_path)
    said = place.tctl("inventory", "rm", host_id).out
    assert host_id in said
    wait_for(lambda: host_id not in place.tctl("inventory", "status", "--connected").out, 5, "no agent")
    assert "gone" not in place.tctl("nodes", "ls").out
    event = place.wait_for_events(event="instance.remove", name=host_id)[0]
    assert event["user"] and event["success"]
    with HostileAgent(place, identity) as call, pytest.raises(GrpcError) as refused:
        call.welcome()
    assert refused.value.code == DENIED and "removed from the cluster" in refused.value.message
    assert person("ssh", f"{LOGIN}@gone", "true", ok=False).code != 0
    agent.stop()
    # The cluster refuses the host after a restart, too; with a token the host gets another id.
    place.stop()
    place.start()
    with HostileAgent(place, identity) as call, pytest.raises(GrpcError) as refused:
        call.welcome()
    assert refused.value.code == DENIED
    (agent.directory / "data" / "agent_identity").unlink()
    agent.start()
    assert id_of(agent) != host_id
    agent.stop()


@pytest.mark.parametrize("name", ["nobody", "../x", ""])
def test_what_cannot_be_removed(place, name):
    assert place.tctl("inventory", "rm", name, ok=False).code != 0
    done = place.tctl("inventory", "rm", own_id(place), ok=False)
    assert done.code == 1 and "the auth service runs on this host" in done.err


def test_a_user_without_the_right_removes_nobody(place, person, near):
    done = run([program("tctl"), "--auth-server", place.proxy, "inventory", "rm", id_of(near)], person.env)
    assert done.code == 4, done


def test_a_removed_node_resource_returns(place, person, near):
    place.tctl("rm", f"node/{id_of(near)}")
    event = place.wait_for_events(event="node.delete", name=id_of(near))[0]
    assert event["user"]
    # The node returns at its next announcement.
    near.stop()
    near.start(without_token(near))
    assert person("ssh", f"{LOGIN}@{id_of(near)}", "echo in").out == "in\n"


# Certificates that have expired.


def test_a_host_that_was_away_keeps_its_id_by_its_key_and_a_token(tmp_path):
    (clock, *_) = [*pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")] or pytest.skip("no faketime")
    past = ["env", f"LD_PRELOAD={clock}", "FAKETIME=-8d", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
    cluster = Cluster(tmp_path / "cluster", wrapper=past)
    with started(cluster):
        first = Agent(cluster, tmp_path / "host", "host", wrapper=past).start()
        host_id = id_of(first)
        first.stop()
        cluster.stop()
        cluster.wrapper = []
        cluster.start()
        agent = Agent(cluster, tmp_path / "host", "host")
        words = agent.pasted_command()
        bare = [word for word in words if not word.startswith("--token=")]
        start = [program("teleport"), *bare[1:], f"--data-dir={agent.directory / 'data'}", "--nodename=host"]
        done = run(start, environment(tmp_path), "", 30)
        assert done.code != 0 and "has expired" in done.err and "tctl nodes add" in done.err, done
        # The certificate without its key is refused.
        identity = agent.directory / "data" / "agent_identity"
        true = identity.read_text()
        stolen_cert, _ = identity_of(agent.directory, tmp_path / "stolen")
        other = Agent(cluster, tmp_path / "other", "other").start()
        other_key = open(identity_of(other.directory, tmp_path / "o")[1], encoding="ascii").read()
        own_key = open(identity_of(agent.directory, tmp_path / "p")[1], encoding="ascii").read()
        other.stop()
        identity.write_text(true.replace(own_key, other_key))
        done = run([*start, next(word for word in words if word.startswith("--token="))], environment(tmp_path), "", 30)
        assert done.code == 4 and "was not made with the key" in done.err, done
        assert open(stolen_cert, encoding="ascii").read() in identity.read_text()
        identity.write_text(true)
        agent.start(words)
        assert id_of(agent) == host_id and identity.read_text() != true
        agent.stop()
        # A removed host cannot return with its key and a token.
        identity.write_text(true)
        cluster.tctl("inventory", "rm", host_id)
        done = run([*start, next(word for word in agent.pasted_command() if word.startswith("--token="))],
                   environment(tmp_path), "", 30)
        assert done.code == 4 and "removed from the cluster" in done.err, done
