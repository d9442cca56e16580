"""Tests of the limits of the Kubernetes endpoint: limits for all clients, and limits of roles and settings."""

import contextlib
import json
import resource
import select
import socket
import time

import pytest

from cluster_fixtures import MEMBER
from endpoints import KUBE_SERVER_NAME, log_in as log_in_by_web
from grpc_client import client_hello
from harness import Cluster, started
from kube_endpoint import KubeEndpoint, ask
from processes import wait_for
from scripted_kube import answer, kube  # noqa: F401 pylint: disable=unused-import
from test_kube_roles import ROLE, rule

pytestmark = pytest.mark.alone

PODS = "/api/v1/namespaces/team-a/pods"
OPTIONS = """
    kind: role
    version: v8
    metadata:
      name: {name}
    spec:
      options: {options}
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels:
          '*': '*'
        kubernetes_resources: [{{kind: '*', api_group: '*', namespace: '*', name: '*', verbs: ['*']}}]
"""
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
MANY = 40
# Limits for a user: connections at a time, new connections at once, and new connections in a second.
MOST_CONNECTIONS = 1000
BURST, PER_SECOND = 200, 50


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, kube):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), kube, {"env": "dev"})) as running:
        running.create(MEMBER, "-f")
        running.create(ROLE.format(name="part", group='"g"', rules=json.dumps([rule("pods", "team-a")]), denied="[]"),
                       "-f")
        yield running


@pytest.fixture
def log_in(cluster, tmp_path):
    def identity(name, options="{}", role=""):
        if not role:
            role = f"role-{name}"
            cluster.create(OPTIONS.format(name=role, options=options), "-f")
        return log_in_by_web(cluster, cluster.add_user(name, role), tmp_path, name)
    return identity


# Time.


@pytest.mark.parametrize("said", [b"", b"GET /api HTTP/1.1\r\nHost: x\r\n"])
def test_a_client_without_a_certificate_is_disconnected_soon(cluster, said):
    with KubeEndpoint(cluster, None, timeout=40) as endpoint:
        endpoint.stream.sendall(said)
        begin = time.monotonic()
        assert endpoint.ended()
        assert time.monotonic() - begin < 25


def test_a_client_without_a_certificate_gets_one_answer(cluster):
    with KubeEndpoint(cluster, None) as endpoint:
        assert endpoint.ask("GET", "/version").status == 403
        assert endpoint.ended()


def test_an_unfinished_header_times_out(cluster, kube, log_in):
    identity = log_in("slow")
    kube.script = lambda request, send: send(answer({})) or True
    with KubeEndpoint(cluster, identity, timeout=40) as endpoint:
        assert endpoint.ask("GET", "/version").status == 200
        endpoint.stream.sendall(b"GET /version HTTP/1.1\r\n")
        begin = time.monotonic()
        assert endpoint.ended()
        assert time.monotonic() - begin < 25


# Connections.


def test_the_oldest_unfinished_handshakes_make_room(cluster, kube, log_in):
    identity = log_in("patient")
    kube.script = lambda request, send: send(answer({})) or True
    assert ask(cluster, identity, "GET", "/version").status == 200  # makes the address known to the cluster
    hello = client_hello(KUBE_SERVER_NAME, ["http/1.1"])
    with contextlib.ExitStack() as stack:
        halves = []
        for _ in range(560):
            halves.append(stack.enter_context(socket.create_connection(("127.0.0.1", cluster.proxy_port), timeout=5)))
            halves[-1].sendall(hello)
            assert halves[-1].recv(1 << 14)
        while halves[0].recv(1 << 14):  # the rest of the server's hello, then the end
            pass
        assert ask(cluster, identity, "GET", "/version").status == 200


def readable(streams):
    poll = select.poll()
    for stream in streams:
        poll.register(stream, select.POLLIN)
    return poll.poll(0)


@pytest.fixture
def many_files():
    """Raises this process's limit of file descriptors to the maximum."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
def test_connections_of_a_user_are_paced_and_limited(cluster, kube, log_in):
    eager, another = log_in("eager"), log_in("calm")
    kube.script = lambda request, send: send(answer({})) or True
    with contextlib.ExitStack() as stack:
        endpoints = []
        began = time.monotonic()
        for _ in range(MOST_CONNECTIONS):
            endpoints.append(stack.enter_context(KubeEndpoint(cluster, eager)))
            endpoints[-1].send("GET", "/version")
        refused = ask(cluster, eager, "GET", "/version")
        assert refused.status == 429 and int(refused.headers["retry-after"]) > 0, refused
        assert 'user "eager"' in refused.json()["message"], refused
        answered = readable(endpoint.stream for endpoint in endpoints)
        most = BURST + PER_SECOND * (time.monotonic() - began)
        assert BURST <= len(answered) <= most + 5
        assert endpoints[0].receive().status == 200
        assert ask(cluster, another, "GET", "/version").status == 200
    wait_for(lambda: ask(cluster, eager, "GET", "/version").status == 200, what="a free connection")
    # Requests of clients that left while they waited for their turn are not sent.
    time.sleep(0.5)
    kube.requests.clear()
    time.sleep(1)
    assert not kube.requests


# Memory.


def test_bodies_that_are_read_whole_are_bounded_by_user(cluster, kube, log_in):
    greedy, another = log_in("greedy"), log_in("modest")
    kube.script = lambda request, send: send(answer({"status": {"allowed": True}})) or True
    review = json.dumps({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                         "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}).encode()
    fields = ["Content-Type: application/json"]
    with contextlib.ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(KubeEndpoint(cluster, greedy)).send("POST", REVIEWS, *fields, "Content-Length: 3000000",
                                                                body=b"{")
        wait_for(lambda: ask(cluster, greedy, "POST", REVIEWS, *fields, body=review).status == 429,
                 what="a refusal of more bodies")
        refused = ask(cluster, greedy, "POST", REVIEWS, *fields, body=review)
        assert int(refused.headers["retry-after"]) > 0, refused
        assert ask(cluster, another, "POST", REVIEWS, *fields, body=review).status in (200, 201)
        assert ask(cluster, greedy, "GET", "/version").status == 200
    wait_for(lambda: ask(cluster, greedy, "POST", REVIEWS, *fields, body=review).status in (200, 201),
             what="room for a body")


def test_a_large_list_is_filtered_as_it_arrives(cluster, kube, log_in):
    item = {"metadata": {"name": "db", "namespace": "team-a"}, "data": {str(number): "x" * 20 for number in range(400)}}
    other = {**item, "metadata": {"name": "secret", "namespace": "default"}}
    items = [json.dumps(item).encode(), json.dumps(other).encode()]
    count = (16 << 20) // (len(items[0]) + 1)

    def script(_, send):
        send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        send(b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[' + items[0])
        for number in range(1, count):
            send(b"," + items[number % 2])
        send(b"]}")
        return False

    kube.script = script
    identity = log_in("list", role="part")
    cluster.forget_peak()
    before = cluster.resident()
    with KubeEndpoint(cluster, identity, timeout=120) as endpoint:
        answered = endpoint.ask("GET", PODS)
    listed = answered.json()["items"]
    assert len(listed) == (count + 1) // 2 and {one["metadata"]["name"] for one in listed} == {"db"}
    assert cluster.resident("VmHWM") - before < 64 << 20


def test_unread_watches_use_little_memory_and_end(cluster, kube, log_in):
    event = json.dumps({"type": "ADDED", "object": {"metadata": {"name": "db", "namespace": "team-a"},
                                                    "data": "x" * 100_000}}).encode() + b"\n"
    ended = []

    def script(request, send):
        if "watch" not in request.target:
            send(answer({"kind": "PodList", "items": []}))
            return True
        send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                send(b"%x\r\n%s\r\n" % (len(event), event))
        finally:
            ended.append(request)

    kube.script = script
    identity = log_in("watches", role="part")
    ask(cluster, identity, "GET", PODS)
    cluster.forget_peak()
    before = cluster.resident()
    endpoints = [KubeEndpoint(cluster, identity) for _ in range(MANY)]
    for endpoint in endpoints:
        endpoint.send("GET", PODS + "?watch=1")
    kube.requests.clear()
    # The proxy ends a connection whose client reads nothing, and its request to the API server.
    wait_for(lambda: len(ended) == MANY, 90, "the end of the watches")
    assert cluster.resident("VmHWM") - before < MANY * (2 << 20)
    for endpoint in endpoints:
        endpoint.stream.close()


# Roles and settings.


def test_session_mfa_of_a_role_is_asked_for(cluster, kube, log_in):
    kube.script = lambda request, send: send(answer({})) or True
    identity = log_in("mfa", "{require_session_mfa: true}")
    kube.requests.clear()
    answered = ask(cluster, identity, "GET", "/version")
    assert answered.status == 403 and "MFA" in answered.json()["message"], answered
    assert not kube.requests


def test_session_mfa_of_the_cluster_is_asked_for(cluster, kube, log_in):
    kube.script = lambda request, send: send(answer({})) or True
    identity = log_in("clustermfa")
    assert ask(cluster, identity, "GET", "/version").status == 200
    preference = cluster.tctl("get", "cap").out
    try:
        cluster.create(preference.replace("spec:\n", "spec:\n  require_session_mfa: true\n"), "-f")
        kube.requests.clear()
        answered = ask(cluster, identity, "GET", "/version")
        assert answered.status == 403 and "MFA" in answered.json()["message"], answered
        assert not kube.requests
    finally:
        cluster.create(preference, "-f")
    assert ask(cluster, identity, "GET", "/version").status == 200


def test_requests_at_a_time_are_counted(cluster, kube, log_in):
    def script(request, send):
        if "watch" in request.target:
            send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                send(b"1\r\n\n\r\n")
                time.sleep(0.2)
        send(answer({"for": request.user}))
        return True

    kube.script = script
    two, another = log_in("two", "{max_kubernetes_connections: 2}"), log_in("another")
    # Waits until the stand-in has ended the watches of earlier tests.
    wait_for(lambda: ask(cluster, another, "GET", "/version").status == 200, what="an answer of Kubernetes")
    with KubeEndpoint(cluster, two) as first, KubeEndpoint(cluster, two) as second:
        for endpoint in (first, second):
            endpoint.send("GET", PODS + "?watch=1")
            assert endpoint.stream.recv(16).startswith(b"HTTP/1.1 200")
        refused = ask(cluster, two, "GET", "/version")
        assert refused.status == 403, refused
        assert 'too many concurrent kubernetes connections for user "two" (max=2)' in refused.json()["message"]
        assert ask(cluster, another, "GET", "/version").status == 200
    wait_for(lambda: ask(cluster, two, "GET", "/version").status == 200, what="the end of the watches")


@pytest.mark.parametrize("name, method, target, status", [
    ("exec", "GET", PODS + "/db/exec?command=sh&stdin=true&tty=true", 403),
    ("spelled", "POST", PODS + "/db/exec?command=sh&tty", 403), ("again", "GET", PODS + "/db/attach?tty=1", 403),
    ("node", "GET", "/api/v1/nodes/n1/proxy/exec/team-a/db/c?tty=true", 403),
    ("plain", "GET", PODS + "/db/exec?command=sh&stdin=true", 101), ("no", "GET", PODS + "/db/exec?command=sh&tty=False", 101),
    ("forward", "POST", PODS + "/db/portforward?ports=80", 101),
])
def test_strict_recording_forbids_terminals(cluster, kube, log_in, name, method, target, status):
    def script(request, send):
        send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n")
        return False

    kube.script = script
    kube.requests.clear()
    upgrade = ("Connection: Upgrade", "Upgrade: SPDY/3.1")
    strict = log_in(f"strict-{name}", "{record_session: {default: strict}}")
    answered = ask(cluster, strict, method, target, *upgrade)
    assert answered.status == status, answered
    if status == 403:
        refusal = answered.json()
        assert (refusal["kind"], refusal["reason"]) == ("Status", "Forbidden")
        assert "not implemented" in refusal["message"] and f"role-strict-{name}" in refusal["message"]
        assert not kube.requests
        free = log_in(f"free-{name}", "{record_session: {default: best_effort, ssh: strict}}")
        allowed = ask(cluster, free, method, target, *upgrade)
        assert allowed.status == 101, allowed
