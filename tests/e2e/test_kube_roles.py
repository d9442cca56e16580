"""Tests of the kubernetes_resources of roles: lists, access reviews, deletions, custom resources."""

import json
import socket

import pytest

from endpoints import KUBE_SERVER_NAME, kube_route, log_in as log_in_by_web
from grpc_client import client_context
from harness import Tsh, assert_plain
from processes import run

ROLE = """
    kind: role
    version: v8
    metadata:
      name: {name}
    spec:
      allow:
        kubernetes_groups: [{group}]
        kubernetes_labels:
          '*': '*'
        kubernetes_resources: {rules}
      deny:
        kubernetes_resources: {denied}
"""
TEAM_PODS = {"kind": "pods", "api_group": "", "namespace": "team-a", "name": "*", "verbs": ["*"]}


def rule(kind, namespace="", name="*", verbs=("*",), api_group=""):
    return {"kind": kind, "api_group": api_group, "namespace": namespace, "name": name, "verbs": list(verbs)}


@pytest.fixture
def log_in(cluster, tmp_path):
    """Returns a function that adds a user with a role of these rules, and logs the user in."""
    def machine(name, rules, denied=(), group="system:masters"):
        cluster.create(ROLE.format(name=name, group=json.dumps(group), rules=json.dumps(rules),
                                   denied=json.dumps(list(denied))), "-f")
        tsh = Tsh(cluster, tmp_path / name)
        tsh.login(cluster.add_user(f"user-{name}", name))
        tsh("kube", "login", "dev-cluster")
        return tsh
    return machine


def names(done):
    return {item["metadata"]["name"] for item in json.loads(done.out)["items"]}


def configmap(kube, name, namespace="default", **labels):
    kube.call("POST", f"/api/v1/namespaces/{namespace}/configmaps",
              {"metadata": {"name": name, "labels": labels}, "data": {}})


# Lists.


def test_lists_show_what_roles_reach(log_in):
    machine = log_in("lists", [rule("pods", "team-a"), rule("pods", "default", "w*b")])
    everywhere = machine.kubectl("get", "pods", "-A").out
    assert "db" in everywhere and "web" in everywhere and "worker" not in everywhere and "dns" not in everywhere
    assert names(machine.kubectl("get", "pods", "-o", "json")) == {"web"}
    refused = machine.kubectl("get", "pods", "-n", "kube-system", ok=False)
    assert refused.code == 1 and "Forbidden" in refused.err and "kubernetes_resources" in refused.err
    assert_plain(refused.text)


def test_created_objects_have_a_name(log_in):
    machine = log_in("creates", [rule("configmaps", "default", "mine-*")], [rule("configmaps", "default", "mine-not")])
    for name in ("other", "mine-not"):  # kubectl sends protobuf
        refused = machine.kubectl("create", "configmap", name, ok=False)
        assert refused.code == 1 and f'configmaps "{name}" is forbidden' in refused.err
    for name, accepted in (("mine-1", True), ("mine-2", True), ("others", False)):  # kubectl sends JSON
        yaml = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
        done = machine.kubectl("create", "-f", "-", "--validate=false", stdin=yaml, ok=False)
        assert (done.code == 0) == accepted, done
    machine.kubectl("delete", "configmap", "mine-1", "mine-2")


# Access reviews.


@pytest.mark.parametrize("words, answer", [
    (["get", "pods", "-n", "team-a"], "yes"), (["get", "pods/db", "-n", "team-a"], "yes"),
    (["delete", "pods", "-n", "team-a"], "no"), (["list", "pods", "-n", "default"], "no"),
    (["list", "pods", "-A"], "no"), (["get", "secrets", "-n", "team-a"], "no"),
    (["create", "pods", "--subresource=exec", "-n", "team-a"], "no"),
    (["list", "nodes"], "yes"), (["list", "clusterwidgets.example.com"], "yes"),
    (["list", "widgets.example.com"], "no"), (["get", "/healthz"], "no"),
])
def test_questions(questioner, words, answer):
    done = questioner.kubectl("auth", "can-i", *words, ok=False)
    assert done.out.split()[0] == answer, done
    assert (done.code == 0) == (answer == "yes")


@pytest.fixture(scope="module")
def questioner(cluster, kube, tmp_path_factory):
    rules = [rule("pods", "team-a", verbs=["get", "list"]), rule("nodes"),
             rule("clusterwidgets", api_group="example.com")]
    cluster.create(ROLE.format(name="questions", group="askers", rules=json.dumps(rules), denied="[]"), "-f")
    kube.allow("askers", ["*"], ["pods", "nodes", "secrets", "clusterwidgets", "widgets"])
    machine = Tsh(cluster, tmp_path_factory.mktemp("questions"))
    machine.login(cluster.add_user("asker", "questions"))
    machine("kube", "login", "dev-cluster")
    return machine


def test_denials_say_why(questioner, kube):
    kube.forget_requests()
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {
        "resourceAttributes": {"verb": "delete", "resource": "pods", "namespace": "team-a", "name": "db"}}}
    done = questioner.kubectl("create", "-f", "-", "-o", "json", "--validate=false", stdin=json.dumps(review))
    status = json.loads(done.out)["status"]
    assert (status["allowed"], status["denied"]) == (False, True)
    assert 'cannot delete resource "pods"' in status["reason"] and "kubernetes_resources" in status["reason"]
    assert not kube.requests(method="POST")  # the API server gets no request
    assert_plain(done.text)


def test_rules_are_listed(questioner):
    assert "pods" in questioner.kubectl("auth", "can-i", "--list").out


# Deleting collections.


def test_part_of_a_collection_is_deleted(log_in, kube, cluster, tmp_path):
    machine = log_in("deleter", [rule("configmaps", "default", "gone-*")])
    for name in ("gone-1", "gone-2", "gone-other", "stays"):
        configmap(kube, name, app="other" if name == "gone-other" else "mine")
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"}
    (tmp_path / "options.json").write_text(json.dumps(options))
    kube.forget_requests()
    path = "/api/v1/namespaces/default/configmaps"
    done = machine.kubectl("delete", "--raw", f"{path}?labelSelector=app%3Dmine&gracePeriodSeconds=5", "-f",
                           tmp_path / "options.json")
    answer = json.loads(done.out)
    assert answer["kind"] == "ConfigMapList"
    assert {item["metadata"]["name"] for item in answer["items"]} == {"gone-1", "gone-2"}
    left = {item["metadata"]["name"] for item in kube.call("GET", path)["items"]}
    assert {"gone-other", "stays"} <= left and not {"gone-1", "gone-2"} & left
    deletes = kube.requests(method="DELETE")
    assert {request["path"] for request in deletes} == {f"{path}/gone-1", f"{path}/gone-2"}
    for request in deletes:
        assert json.loads(request["body"]) == options
        assert request["query"] == {"gracePeriodSeconds": ["5"]}
        assert request["user"] == "user-deleter"
    event = cluster.wait_for_events(event="kube.request", user="user-deleter", verb="DELETE")[-1]
    assert (event["response_code"], event["request_path"]) == (200, path)


def test_refusals_of_the_api_server_are_passed_on(log_in, kube):
    machine = log_in("viewer", [rule("configmaps", "default", "kept-*")], group="viewers")
    configmap(kube, "kept-1")
    path = "/api/v1/namespaces/default/configmaps"
    refused = machine.kubectl("delete", "--raw", path, ok=False)
    assert 'User "user-viewer" cannot list resource "configmaps"' in refused.text
    kube.allow("viewers", ["list"], ["configmaps"], ["default"])
    refused = machine.kubectl("delete", "--raw", path, ok=False)
    assert 'User "user-viewer" cannot delete resource "configmaps"' in refused.text


# Custom resources.


def test_scope_of_custom_resources_is_asked_for(log_in, kube):
    for name in ("one", "two"):
        kube.call("POST", "/apis/example.com/v1/clusterwidgets", {"metadata": {"name": name}})
    kube.call("POST", "/apis/example.com/v1/namespaces/team-a/widgets", {"metadata": {"name": "inside"}})
    machine = log_in("widgets", [rule("clusterwidgets", name="one", api_group="example.com"),
                                 rule("widgets", "team-a", api_group="example.com")],
                     [rule("clusterwidgets", name="two", api_group="example.com")])
    assert names(machine.kubectl("get", "clusterwidgets", "-o", "json")) == {"one"}
    assert names(machine.kubectl("get", "widgets", "-A", "-o", "json")) == {"inside"}
    assert machine.kubectl("get", "clusterwidgets", "two", ok=False).code == 1
    asked = [request for request in kube.requests(path="/apis/example.com/v1") if request["user"] is None]
    assert len(asked) <= 1
    denied = log_in("nowidgets", [rule("*", "*", api_group="*")], [rule("clusterwidgets", api_group="example.com")])
    refused = denied.kubectl("get", "clusterwidgets", ok=False)
    assert refused.code == 1 and "Forbidden" in refused.err


def test_api_resources(log_in):
    machine = log_in("resources", [TEAM_PODS])
    assert "clusterwidgets" in machine.kubectl("api-resources").out
    assert run(["kubectl", "version"], machine.env).code == 0


# Connections.


def read_answer(reader):
    """Reads one answer exactly to its end; returns its body."""
    status = reader.readline()
    assert status.startswith(b"HTTP/1.1 200 "), status
    headers = {}
    while line := reader.readline().strip():
        name, _, value = line.decode().partition(": ")
        headers[name.lower()] = value
    if "content-length" in headers:
        return reader.read(int(headers["content-length"]))
    body = b""
    while size := int(reader.readline(), 16):
        body += reader.read(size)
        assert reader.readline() == b"\r\n"
    assert reader.readline() == b"\r\n"
    return body


def test_chunked_answers_end_once(cluster, tmp_path):
    """After an answer in chunks the next bytes are the next answer, also after a watch that timed out."""
    context = client_context(*log_in_by_web(cluster, cluster.add_user("pieces"), tmp_path, "pieces"), None, ["http/1.1"])
    with socket.create_connection(("127.0.0.1", cluster.proxy_port), timeout=20) as raw:
        with context.wrap_socket(raw, server_hostname=KUBE_SERVER_NAME) as stream, stream.makefile("rb") as reader:
            for query in ("?watch=true&timeoutSeconds=1", "", "?watch=true&timeoutSeconds=1", ""):
                path = f"{kube_route(cluster)}/api/v1/namespaces{query}"
                stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {KUBE_SERVER_NAME}\r\n\r\n".encode())
                assert b"team-a" in read_answer(reader)
