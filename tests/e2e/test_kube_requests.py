"""Tests of ambiguous requests: the API server gets exactly the request that the proxy checked, and filters apply."""

import json

import pytest

from endpoints import log_in as log_in_by_web
from kube_endpoint import KubeEndpoint, ask
from test_kube_roles import ROLE, rule

# The restricted role allows the pods of team-a, and some configmaps of default.
RULES = [rule("pods", "team-a", verbs=["get", "list", "watch", "deletecollection", "delete"]),
         rule("configmaps", "default", "mine-*", verbs=["*"])]
ALIEN = ("kube-system", "dns", "worker", "prod")  # names of objects that the role does not allow


@pytest.fixture(scope="module")
def restricted(cluster, tmp_path_factory):
    """Returns the identity of a user whose role allows a part of the objects."""
    cluster.create(ROLE.format(name="part", group='"system:masters"', rules=json.dumps(RULES), denied="[]"), "-f")
    return log_in_by_web(cluster, cluster.add_user("part", "part"), tmp_path_factory.mktemp("part"), "part")


@pytest.fixture(scope="module")
def unrestricted(cluster, tmp_path_factory):
    return log_in_by_web(cluster, cluster.add_user("whole", "member"), tmp_path_factory.mktemp("whole"), "whole")


def reached(kube):
    """Returns the requests of users that reached the API server, without those of the service itself."""
    return [(request["method"], request["path"]) for request in kube.requests() if request["user"] is not None]


# Targets.

PODS = "/api/v1/namespaces/team-a/pods"
TARGETS = [
    ("GET", "/api%2Fv1%2Fnamespaces"), ("GET", "/api%2fv1/namespaces"), ("GET", "/api/v1%2Fsecrets"),
    ("GET", "https://kubernetes/api/v1/namespaces/kube-system/pods"), ("GET", "http://k/api/v1/pods"),
    ("POST", "http://k/api/v1/namespaces/kube-system/pods/dns/exec"), ("DELETE", "http://k/api/v1/namespaces/default"),
    ("GET", "api/v1/namespaces/kube-system/pods"), ("GET", "*"), ("OPTIONS", "*"), ("GET", "?watch=1"),
    ("GET", PODS + "/db%2Fexec"), ("GET", PODS + "/db%2Fproxy/x"), ("GET", "/api/v1/namespaces%2Fdefault%2Fpods/web"),
    ("GET", PODS + "/%2e%2e/pods"), ("GET", PODS + "/../../default/pods"), ("GET", "/api/./v1/pods"),
    ("GET", "//api/v1/pods"), ("GET", "/api//v1/pods"), ("GET", "/api/v1//pods"), ("GET", PODS + "//"),
    ("GET", PODS + "%00"), ("GET", PODS + "%5C"), ("GET", PODS + "\\db"), ("GET", PODS + "%0d%0a"),
    ("GET", PODS + "/%zz"), ("GET", PODS + "/%"), ("GET", PODS + "/db%252Fexec"), ("GET", PODS + "#db"),
    ("GET", PODS + "?watch=1;"), ("GET", PODS + "?watch=|%zz"), ("GET", PODS + "?a;b=c"), ("GET", PODS + "?%"),
    ("CONNECT", "kubernetes:443"), ("TRACE", PODS),
]


@pytest.mark.parametrize("method, target", TARGETS)
@pytest.mark.parametrize("who", ["restricted", "unrestricted"])
def test_ambiguous_targets_are_refused(cluster, kube, request, who, method, target):
    identity = request.getfixturevalue(who)
    kube.forget_requests()
    answer = ask(cluster, identity, method, target, "Connection: close")
    assert answer.status == 400, answer
    status = answer.json()
    assert (status["kind"], status["reason"], status["code"]) == ("Status", "BadRequest", 400)
    assert not reached(kube)


def test_other_spellings_are_read_and_sent_in_one_form(cluster, kube, restricted):
    kube.forget_requests()
    for target in ("/%61pi/v1/namespaces/team%2Da/pods", PODS + "/", PODS):
        assert ask(cluster, restricted, "GET", target).status == 200
    assert reached(kube) == [("GET", PODS)] * 3
    event = cluster.wait_for_events(event="kube.request", user="part", resource_kind="pods")[-1]
    assert event["request_path"] == PODS


@pytest.mark.parametrize("method, target", [
    ("GET", "/logs/"), ("GET", "/debug/pprof/"), ("GET", "/API/v1/pods"), ("POST", "/version"), ("OPTIONS", PODS),
    ("HEAD", PODS), ("PUT", PODS), ("PATCH", PODS), ("POST", PODS + "/db"), ("get", PODS), ("PROPFIND", PODS),
    ("DELETE", "/api/v1/watch/namespaces/team-a/pods"), ("GET", "/api/v1/proxy/namespaces/team-a/pods/db"),
    ("GET", PODS + "/db/log/x"), ("GET", "/api/v1/watch"), ("GET", "/api/v1/watch/watch/pods"),
])
def test_unknown_targets_are_refused_to_restricted_users(cluster, kube, restricted, method, target):
    kube.forget_requests()
    answer = ask(cluster, restricted, method, target)
    assert answer.status == 403, answer
    assert not reached(kube)


def test_unrestricted_users_may_request_unknown_targets(cluster, kube, unrestricted):
    kube.forget_requests()
    assert ask(cluster, unrestricted, "GET", "/logs/").status == 404
    assert reached(kube) == [("GET", "/logs/")]


# Upgrades.

UPGRADE = ("Connection: Upgrade", "Upgrade: x")


@pytest.mark.parametrize("method, target", [
    ("GET", PODS), ("GET", "/api/v1/pods"), ("GET", PODS + "?watch=1"), ("GET", "/api/v1/watch/pods"),
    ("DELETE", PODS), ("GET", PODS + "/db"), ("GET", PODS + "/db/log"), ("GET", "/version"),
    ("GET", "/apis/example.com/v1/namespaces/team-a/pods/db/exec"),
])
@pytest.mark.parametrize("who", ["restricted", "unrestricted"])
def test_only_sessions_change_the_protocol(cluster, kube, request, who, method, target):
    identity = request.getfixturevalue(who)
    kube.forget_requests()
    for fields in (UPGRADE, ("Connection: keep-alive", *UPGRADE), ("Connection: upgrade", "Upgrade: websocket")):
        answer = ask(cluster, identity, method, target, *fields)
        assert answer.status == 400, answer
    assert not reached(kube)


def test_an_upgrade_does_not_delete_what_is_out_of_reach(cluster, kube, restricted):
    kube.call("POST", "/api/v1/namespaces/default/configmaps", {"metadata": {"name": "others-1"}, "data": {}})
    answer = ask(cluster, restricted, "DELETE", "/api/v1/namespaces/default/configmaps", *UPGRADE)
    assert answer.status == 400
    assert kube.call("GET", "/api/v1/namespaces/default/configmaps/others-1")["metadata"]["name"] == "others-1"


def test_an_upgrade_field_without_connection_is_ignored(cluster, kube, restricted):
    kube.forget_requests()
    answer = ask(cluster, restricted, "GET", "/api/v1/pods", "Upgrade: x")
    assert answer.status == 200
    assert {item["metadata"]["namespace"] for item in answer.json()["items"]} == {"team-a"}
    sent = kube.requests(path="/api/v1/pods")[-1]["headers"]
    assert not [name for name, _ in sent if name.lower() in ("upgrade", "connection")]


# Lists and watches.


@pytest.mark.parametrize("query", ["watch=False", "watch=FALSE", "watch=false", "watch=0", "watch=fal%C5%BFe",
                                   "w%61tch=False", "watch=0&watch=1", "Watch=1"])
@pytest.mark.parametrize("path", ["/api/v1/pods", "/api/v1/namespaces/default/configmaps"])
def test_every_spelling_of_a_list_is_filtered(cluster, kube, restricted, path, query):
    kube.call("POST", "/api/v1/namespaces/default/configmaps", {"metadata": {"generateName": "x", "name": "prod"}}) \
        if not [item for item in kube.call("GET", "/api/v1/namespaces/default/configmaps")["items"]
                if item["metadata"]["name"] == "prod"] else None
    with KubeEndpoint(cluster, restricted) as endpoint:
        endpoint.send("GET", f"{path}?{query}&timeoutSeconds=1")
        answer = endpoint.receive()
    assert answer.status == 200
    for name in ALIEN:
        assert f'"{name}"' not in answer.body.decode(), answer


@pytest.mark.parametrize("target", ["/api/v1/pods?watch", "/api/v1/pods?watch=", "/api/v1/pods?watch=T",
                                    "/api/v1/pods?watch=1&watch=0", "/api/v1/watch/pods", "/api/v1/watch/pods?watch=0",
                                    "/api/v1/watch/namespaces/team-a/pods"])
@pytest.mark.parametrize("accept", ["application/json", "application/json;as=Table;v=v1;g=meta.k8s.io",
                                    "application/vnd.kubernetes.protobuf", "*/*"])
def test_every_spelling_of_a_watch_is_filtered(cluster, restricted, target, accept):
    query = "&" if "?" in target else "?"
    answer = ask(cluster, restricted, "GET", f"{target}{query}timeoutSeconds=1", f"Accept: {accept}")
    assert answer.status == 200
    events = [json.loads(line) for line in answer.body.splitlines()]
    assert events, answer
    assert '"db"' in answer.body.decode()
    for name in ALIEN:
        assert f'"{name}"' not in answer.body.decode(), answer


# Bodies.


def test_a_name_that_is_hidden_in_a_body_is_refused(cluster, kube, restricted):
    def field(number, data):
        return bytes([number << 3 | 2, len(data)]) + data
    path = "/api/v1/namespaces/default/configmaps"
    kind = field(1, field(1, b"v1") + field(2, b"ConfigMap"))
    for raw in (field(1, field(1, b"hidden")) + field(1, b""), field(1, field(1, b"hidden")) + field(1, field(2, b"x")),
                field(1, field(1, b"hidden") + field(1, b"mine-1"))):
        kube.forget_requests()
        answer = ask(cluster, restricted, "POST", path, "Content-Type: application/vnd.kubernetes.protobuf",
                     body=b"k8s\0" + kind + field(2, raw))
        assert answer.status == 400, answer
        assert not reached(kube)
    for content_type, body in (("application/json", b'{"metadata":{"name":"hidden"},"metadata":{"name":"mine-1"}}'),
                               ("application/cbor", b"\xa0"), ("text/plain", b"{}")):
        kube.forget_requests()
        answer = ask(cluster, restricted, "POST", path, f"Content-Type: {content_type}", body=body)
        assert answer.status == 400, answer
        assert not reached(kube)
    answer = ask(cluster, restricted, "POST", path, "Content-Type: application/json", "Content-Type: application/yaml",
                 body=b'{"metadata":{"name":"mine-1"}}')
    assert answer.status == 400


# Framing.


@pytest.mark.parametrize("fields, body", [
    (["Content-Length: 2", "Content-Length: 2"], b"{}"), (["Content-Length: 2, 2"], b"{}"),
    (["Content-Length: 2", "Transfer-Encoding: chunked"], b"0\r\n\r\n"), (["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
    (["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n"), (["Transfer-Encoding: identity"], b"{}"),
    (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n"), (["Host: other"], b""),
    (["Expect: nothing"], b""), (["Connection: Upgrade", "Upgrade: x", "Content-Length: 2"], b"{}"),
])
def test_ambiguous_framing_is_refused(cluster, kube, unrestricted, fields, body):
    kube.forget_requests()
    with KubeEndpoint(cluster, unrestricted) as endpoint:
        answer = endpoint.ask("POST", PODS, *fields, body=body)
        assert answer.status == 400, answer
        assert endpoint.ended()
    assert not reached(kube)


def test_chunks_in_http_1_0_are_refused(cluster, unrestricted):
    assert ask(cluster, unrestricted, "POST", PODS, "Transfer-Encoding: chunked", body=b"0\r\n\r\n",
               version="1.0").status == 400


def test_hop_by_hop_fields_are_removed(cluster, kube, unrestricted):
    kube.forget_requests()
    answer = ask(cluster, unrestricted, "GET", PODS, "Connection: x-mine, close", "X-Mine: 1", "TE: trailers",
                 "X-Remote-User: admin", "X-Forwarded-For: 192.0.2.1", "X-Other: 1")
    assert answer.status == 200
    sent = {name.lower(): value for name, value in kube.requests(path=PODS)[-1]["headers"]}
    assert sent["x-other"] == "1" and sent["x-forwarded-for"] == "127.0.0.1"
    assert not {"x-mine", "te", "x-remote-user"} & set(sent)


def test_expect_100_continue_is_answered(cluster, unrestricted):
    body = json.dumps({"metadata": {"name": "invited"}, "data": {}}).encode()
    with KubeEndpoint(cluster, unrestricted) as endpoint:
        endpoint.send("POST", "/api/v1/namespaces/default/configmaps", "Expect: 100-continue",
                  "Content-Type: application/json", f"Content-Length: {len(body)}")
        assert endpoint.stream.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        endpoint.stream.sendall(body)
        assert endpoint.receive("POST").status == 201
