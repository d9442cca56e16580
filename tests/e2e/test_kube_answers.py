"""Tests of an API server's answers, also malformed ones: an answer reaches only the user of its request, completely or
not at all."""

import http.client
import json
import threading
import time

import pytest

from cluster_fixtures import MEMBER
from endpoints import log_in as log_in_by_web
from harness import Cluster, started
from kube_endpoint import KubeEndpoint, ask
from processes import wait_for
from scripted_kube import answer, kube  # noqa: F401 pylint: disable=unused-import
from test_kube_roles import ROLE, rule

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
PODS = "/api/v1/namespaces/team-a/pods"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, kube):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), kube, {"env": "dev"})) as running:
        running.create(MEMBER, "-f")
        rules = [rule("pods", "team-a"), rule("services", "team-a")]
        running.create(ROLE.format(name="part", group='"g"', rules=json.dumps(rules), denied="[]"), "-f")
        yield running


@pytest.fixture(scope="module")
def people(cluster, tmp_path_factory):
    """Returns the identities of two users with all rights, and of a user with some."""
    directory = tmp_path_factory.mktemp("people")
    return {name: log_in_by_web(cluster, cluster.add_user(name, role), directory, name)
            for name, role in (("alice", "member"), ("bob", "member"), ("part", "part"))}


@pytest.fixture(autouse=True)
def forget(kube):
    kube.requests.clear()


def for_user(request):
    """Returns an ordinary answer with the name of its user."""
    return answer({"for": request.user})


# One answer for each request.


@pytest.mark.parametrize("before", [CONTINUE, HINTS, HINTS + HINTS, CONTINUE + HINTS])
def test_interim_answers_do_not_move_answers_to_others(cluster, kube, people, before):
    def script(request, send):
        if "hint" in request.target:
            send(before)
            time.sleep(0.2)  # the answer arrives after the interim answer
        send(for_user(request))
        return True

    kube.script = script
    for _ in range(3):
        first = ask(cluster, people["alice"], "GET", "/version?hint=1")
        second = ask(cluster, people["bob"], "GET", "/version")
        assert (first.status, first.json()) == (200, {"for": "alice"})
        assert (second.status, second.json()) == (200, {"for": "bob"})
    # The proxy uses a connection again, a moment after the answer.
    assert len({request.connection for request in kube.requests}) < len(kube.requests)


def test_the_first_request_of_a_connection_is_not_held_up(cluster, kube, people):
    """A proxy without TCP_NODELAY would wait up to 40 ms for an acknowledgement."""
    kube.script = lambda request, send: send(for_user(request)) or True

    def first():
        with KubeEndpoint(cluster, people["alice"]) as endpoint:
            begun = time.monotonic()
            assert endpoint.ask("GET", "/version").status == 200
            return time.monotonic() - begun

    assert min(first() for _ in range(10)) < 0.03


@pytest.mark.parametrize("wrong", [
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"nonsense\r\n\r\n", CONTINUE * 100,
])
def test_malformed_answers_are_errors(cluster, kube, people, wrong):
    def script(request, send):
        send(wrong if "wrong" in request.target else for_user(request))
        return True

    kube.script = script
    first = ask(cluster, people["alice"], "GET", "/version?wrong=1")
    assert first.status == 504 and first.json()["kind"] == "Status", first
    second = ask(cluster, people["bob"], "GET", "/version")
    assert (second.status, second.json()) == (200, {"for": "bob"})
    assert kube.requests[0].connection != kube.requests[-1].connection


@pytest.mark.parametrize("extra", [answer({"for": "nobody"}), b"x", b"\r\n", HINTS, CONTINUE])
@pytest.mark.parametrize("together", [True, False])
def test_bytes_after_an_answer_reach_no_user(cluster, kube, people, extra, together):
    sent = threading.Event()

    def script(request, send):
        if "more" not in request.target:
            send(for_user(request))
        elif together:
            send(for_user(request) + extra)
            sent.set()
        else:
            send(for_user(request))
            send(extra)
            sent.set()
        return True

    kube.script = script
    for _ in range(3):
        sent.clear()
        assert ask(cluster, people["alice"], "GET", "/version?more=1").json() == {"for": "alice"}
        assert sent.wait(10)
        assert ask(cluster, people["bob"], "GET", "/version").json() == {"for": "bob"}


@pytest.mark.parametrize("half", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
])
def test_incomplete_answers_stay_incomplete(cluster, kube, people, half):
    def script(request, send):
        send(half if "half" in request.target else for_user(request))
        return "half" not in request.target

    kube.script = script
    with KubeEndpoint(cluster, people["alice"]) as endpoint:
        endpoint.send("GET", "/version?half=1")
        with pytest.raises(http.client.HTTPException):
            endpoint.receive()
    assert ask(cluster, people["bob"], "GET", "/version").json() == {"for": "bob"}


def test_an_answer_without_a_length_ends_with_its_connection(cluster, kube, people):
    def script(request, send):
        send(b"HTTP/1.1 200 OK\r\n\r\nendless " + request.user.encode())
        return False

    kube.script = script
    for name in ("alice", "bob"):
        assert ask(cluster, people[name], "GET", "/version").body == f"endless {name}".encode()
        assert ask(cluster, people[name], "GET", "/version", version="1.0").body == f"endless {name}".encode()
    assert len({request.connection for request in kube.requests}) == 4


def test_answers_without_a_body(cluster, kube, people):
    def script(request, send):
        status = {"/version?no": "204 No Content", "/version?not": "304 Not Modified"}.get(request.target.rstrip("="))
        send(f"HTTP/1.1 {status}\r\n\r\n".encode() if status else for_user(request))
        return True

    kube.script = script
    with KubeEndpoint(cluster, people["alice"]) as endpoint:
        assert endpoint.ask("GET", "/version?no").status == 204
        assert endpoint.ask("GET", "/version?not").status == 304
        assert endpoint.ask("GET", "/version").json() == {"for": "alice"}


# Requests that the proxy repeats, and requests that it must not repeat.


@pytest.mark.parametrize("method", ["DELETE", "POST", "PATCH", "PUT"])
def test_changing_requests_are_sent_once(cluster, kube, people, method):
    changes = []

    def script(request, send):
        if request.method != "GET":
            changes.append(request.connection)
            raise ConnectionError  # the server has read the request
        send(for_user(request))
        return True

    kube.script = script
    for _ in range(3):  # leaves an idle connection
        ask(cluster, people["alice"], "GET", "/version")
    answered = ask(cluster, people["alice"], method, PODS + "/db", "Content-Length: 0")
    assert answered.status == 504, answered
    assert len(changes) == 1


def test_reads_are_repeated_on_a_broken_connection(cluster, kube, people):
    used, broken = set(), []

    def script(request, send):
        # The proxy keeps a connection a moment after its answer; until then it opens a new one.
        if request.connection in used and not broken:
            broken.append(request.connection)
            raise ConnectionError
        used.add(request.connection)
        send(for_user(request))
        return True

    kube.script = script
    for number in range(100):
        assert ask(cluster, people["alice"], "GET", f"/version?again={number}").json() == {"for": "alice"}
        if broken:
            return
    pytest.fail("no connection was used twice")


def test_an_early_answer_is_passed_on(cluster, kube, people):
    """The server refuses a request before it has read the body."""
    def script(_, send):
        send(answer({"kind": "Status"}, "Connection: close", status="413 Too Large"))
        time.sleep(1)
        return False

    kube.script = script
    kube.early = {PODS + "/large"}
    with KubeEndpoint(cluster, people["alice"]) as endpoint:
        endpoint.send("PUT", PODS + "/large", f"Content-Length: {1 << 30}")
        answered = endpoint.receive("PUT")
        assert endpoint.ended()
    assert answered.status == 413, answered


# Filters.

OTHERS = {"metadata": {"name": "secret", "namespace": "kube-system"}}
OWN = {"metadata": {"name": "db", "namespace": "team-a"}}


@pytest.mark.parametrize("sent", [
    answer(b"k8s\0\n\x06secret", content_type="application/vnd.kubernetes.protobuf"),
    answer(b"\x1f\x8b\x08\x00secret", "Content-Encoding: gzip"),
    answer(b"secret", content_type="text/plain"),
    answer({"kind": "Pod", **OTHERS}),
    answer([OTHERS]),
    answer({"kind": "PodList", "items": {"a": OTHERS}}),
    answer(b'{"items":[],"items":[{"metadata":{"name":"secret","namespace":"kube-system"}}]}'),
    answer(b'{"items":[]}{"items":["secret"]}'),
    answer({"kind": "PodList", "items": [OTHERS]}, status="299 Other", content_type="text/html"),
])
def test_unfilterable_answers_are_refused(cluster, kube, people, sent):
    def script(_, send):
        send(sent)
        return True

    kube.script = script
    answered = ask(cluster, people["part"], "GET", PODS)
    assert answered.status == 501 and answered.json()["kind"] == "Status", answered
    assert b"secret" not in answered.body


@pytest.mark.parametrize("sent", [
    {"kind": "PodList", "items": [OWN, OTHERS]}, {"kind": "PodList", "items": [OWN], "Items": [OTHERS]},
    {"kind": "PodList", "items": [OWN, {"metadata": {"namespace": "team-a"}, "x": "secret"}, "secret", None]},
    {"kind": "Table", "rows": [{"cells": ["db"], "object": OWN}, {"cells": ["secret"], "object": None},
                               {"cells": ["secret"]}, {"cells": ["secret"], "object": OTHERS}]},
    {"kind": "PartialObjectMetadataList", "items": [OWN, OTHERS]},
])
@pytest.mark.parametrize("status", ["200 OK", "203 Other", "299 Other"])
def test_objects_out_of_reach_are_filtered(cluster, kube, people, sent, status):
    def script(request, send):
        assert request.headers["accept-encoding"] == "identity" and "range" not in request.headers
        send(answer(sent, status=status))
        return True

    kube.script = script
    answered = ask(cluster, people["part"], "GET", PODS, "Accept-Encoding: gzip", "Range: bytes=0-1")
    assert answered.status == int(status[:3])
    assert b"secret" not in answered.body and b'"db"' in answered.body


def test_the_accept_field_of_a_filtered_list(cluster, kube, people):
    accepts = []

    def script(request, send):
        accepts.append(request.headers["accept"])
        send(answer({"kind": "PodList", "items": []}))
        return True

    kube.script = script
    for accept in ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
                   "application/json", "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
                   "application/vnd.kubernetes.protobuf", "application/json;as=Other;g=x;v=v1"):
        ask(cluster, people["part"], "GET", PODS, f"Accept: {accept}")
    json_only = "application/json"
    assert accepts == [
        f"{json_only};as=Table;v=v1;g=meta.k8s.io,{json_only};as=Table;v=v1beta1;g=meta.k8s.io,{json_only}",
        f"{json_only};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,{json_only}", json_only, json_only]


def test_watch_events_are_filtered(cluster, kube, people):
    lines = [{"type": "ADDED", "object": OWN}, {"type": "ADDED", "object": OTHERS}, {"type": "ADDED"},
             {"type": "OTHER", "object": OTHERS}, {"kind": "SecretList", "items": [OTHERS]}, {"items": [OTHERS]},
             {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "7"}}},
             {"type": "BOOKMARK", "object": OTHERS}, {"type": "ERROR", "object": {"kind": "Status", "code": 410}}]

    def script(request, send):
        send(answer(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))
        return True

    kube.script = script
    for target in (PODS + "?watch=1", "/api/v1/watch/namespaces/team-a/pods/db"):
        answered = ask(cluster, people["part"], "GET", target)
        assert [json.loads(line) for line in answered.body.splitlines()] == [lines[0], lines[6], lines[8]]


# Clients that leave.


def test_a_request_ends_with_its_client(cluster, kube, people):
    ended = threading.Event()

    def script(request, send):
        if "hangs" in request.target:
            try:
                while True:
                    send(CONTINUE)
                    time.sleep(0.5)
            finally:
                ended.set()
        send(for_user(request))
        return True

    kube.script = script
    # pylint: disable=consider-using-with
    endpoint = KubeEndpoint(cluster, people["alice"])
    endpoint.send("DELETE", PODS + "/hangs")
    wait_for(lambda: kube.requests, what="the request")
    endpoint.stream.close()
    assert ended.wait(20)
    event = cluster.wait_for_events(event="kube.request", user="alice", resource_name="hangs")[-1]
    assert event["verb"] == "DELETE"
