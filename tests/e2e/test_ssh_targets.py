"""Tests of GetSSHTargets and ResolveSSHTarget, with which the auth service finds the nodes of a target. tests/interop
runs the tests with Teleport."""

import getpass
import json

import pytest

from endpoints import log_in
from grpc_client import GrpcClient, GrpcError
from harness import Cluster, started
from processes import wait_for
from protobuf import field, fields

LOGIN = getpass.getuser()
UNKNOWN, INVALID, NOT_FOUND = 2, 3, 5
ROLES = f"""
kind: role
version: v7
metadata: {{name: all-nodes}}
spec: {{allow: {{logins: [{LOGIN}], node_labels: {{'*': '*'}}}}}}
---
kind: role
version: v7
metadata: {{name: one-node}}
spec: {{allow: {{logins: [{LOGIN}], node_labels: {{place: here}}}}}}
"""
ASKING = """
kind: role
version: v7
metadata: {name: asking}
spec: {allow: {request: {search_as_roles: [all-nodes]}}}
"""
FIRST, SECOND, UPPER = (f"{digit * 8}-1111-4111-8111-{digit * 12}" for digit in "123")
NODES = [(FIRST, "twin", "10.0.0.1:22", "here", "2040-01-01"), (SECOND, "twin", "10.0.0.2:2022", "there", "2041-01-01"),
         (UPPER, "Upper", "10.0.0.3:22", "there", "2040-01-01")]


def add_nodes(cluster):
    cluster.create("---".join(f"""
kind: node
version: v2
sub_kind: openssh
metadata: {{name: {node}, labels: {{place: {place}, test: targets}}, expires: "{day}T00:00:00Z"}}
spec: {{addr: "{address}", hostname: {hostname}}}
""" for node, hostname, address, place, day in NODES))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        running.create(ROLES, "-f")
        running.create(ASKING, "-f")
        add_nodes(running)
        yield running


@pytest.fixture(scope="module")
def callers(place, tmp_path_factory):
    """Returns a function that gives the connection of a user with a role; each is made at its first use."""
    directory = tmp_path_factory.mktemp("callers")
    clients = {}

    def client_of(role):
        if role not in clients:
            clients[role] = GrpcClient(place.auth_port, log_in(place, place.add_user(f"u-{role}", role), directory, role))
        return clients[role]
    yield client_of
    for client in clients.values():
        client.__exit__()


def id_of(node):
    return fields(fields(node)[4][0])[1][0].decode()


@pytest.fixture(params=["all-nodes"])
def targets(request, callers):
    """Returns a function that asks for the ids of the nodes of a host and a port."""
    client = callers(request.param)

    def ask(host, port=""):
        answer = fields(client.call("/proto.AuthService/GetSSHTargets", field(1, host) + field(2, port)))
        return [id_of(node) for node in answer.get(1, [])]
    return ask


@pytest.fixture
def resolve(callers):
    """Returns a function that resolves a target to the id of its node, or to code and message of the refusal."""
    def ask(role="all-nodes", host="", port="", labels=(), query="", words=()):
        request = field(1, host) + field(2, port) + field(4, query) + b"".join(field(5, word) for word in words)
        for key, value in labels:
            request += field(3, field(1, key) + field(2, value))
        try:
            return id_of(fields(callers(role).call("/proto.AuthService/ResolveSSHTarget", request))[1][0])
        except GrpcError as error:
            return error.code, error.message
    return ask


@pytest.mark.parametrize("host,port,found", [
    ("twin", "", [FIRST, SECOND]), ("twin", "0", [FIRST, SECOND]), ("twin", "22", [FIRST]), ("twin", "2022", [SECOND]),
    ("twin", "3", []), ("10.0.0.2", "", [SECOND]), ("10.0.0.2", "22", []), (SECOND, "", [SECOND]), ("nosuch", "", []),
    ("TWIN", "", []), ("upper", "", []), ("Upper", "", [UPPER])])
def test_targets(targets, host, port, found):
    # Teleport's lists have a new node a moment later.
    wait_for(lambda: sorted(targets(host, port)) == found, what="the expected nodes")


@pytest.mark.parametrize("targets", ["one-node"], indirect=True)
def test_inaccessible_nodes_are_not_found(targets):
    assert targets("twin") == [FIRST] and targets(SECOND) == []


@pytest.mark.parametrize("targets", ["asking"], indirect=True)
def test_requestable_nodes_are_found(place, targets, resolve):
    assert sorted(targets("twin")) == [FIRST, SECOND]
    assert resolve("asking", host=SECOND) == SECOND
    assert resolve("asking", labels=[("place", "here")])[0] == NOT_FOUND  # a search finds only accessible nodes
    (event, *_) = place.wait_for_events(event="access_request.search", user="u-asking")
    assert (event["search_as_roles"], event["resource_type"]) == (["all-nodes"], "node")


def test_one_node(resolve):
    assert resolve(host="twin", port="22") == FIRST
    assert resolve("one-node", host="twin") == FIRST
    assert resolve(host=UPPER) == UPPER
    assert resolve(labels=[("place", "here")]) == FIRST
    assert resolve(query='labels["place"] == "here"') == FIRST
    assert resolve(words=["targets", "10.0.0.1"]) == FIRST
    assert resolve(host="Upper", labels=[("place", "here")]) == UPPER  # the host has precedence over the labels


def test_several_nodes(resolve):
    for asked in ({"host": "twin"}, {"labels": [("place", "there")]}, {"words": ["targets"]}):
        code, message = resolve(**asked)
        assert code == NOT_FOUND and "ambiguous" in message


def test_no_node(resolve):
    for asked in ({"host": "nosuch"}, {"labels": [("place", "nowhere")]}, {"words": ["nowhere"]}):
        code, message = resolve(**asked)
        assert code == NOT_FOUND and "ambiguous" not in message


def test_nothing_asked_for(resolve, targets):
    assert resolve()[0] == INVALID
    assert resolve(query="labels[")[0] in (UNKNOWN, INVALID)
    with pytest.raises(GrpcError):
        targets("")


@pytest.fixture
def networking(place):
    """Returns a function that changes the routing in the cluster's networking configuration."""
    before = json.loads(place.tctl("get", "cluster_networking_config", "--format=json").out)[0]

    def change(**spec):
        place.create(json.dumps({**before, "spec": {**before["spec"], **spec}}), "-f", "--confirm")
    yield change
    change()


def test_the_most_recent_of_several(networking, resolve):
    networking(routing_strategy=1)
    wait_for(lambda: resolve(host="twin") == SECOND, what="the new strategy")
    assert resolve(labels=[("test", "targets")]) == SECOND


def test_upper_case_names(networking, targets):
    networking(case_insensitive_routing=True)
    wait_for(lambda: targets("upper") == [UPPER], what="the new routing")
    assert targets("UPPER") == []
