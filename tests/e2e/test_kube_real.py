"""Tests with a real kube-apiserver behind the cluster: users reach nothing outside of their roles' rules, and their
programs work unchanged."""

import concurrent.futures
import gzip
import itertools
import json
import urllib.parse

import pytest

from cluster_fixtures import MEMBER
from endpoints import log_in as log_in_by_web
from harness import Cluster, Tsh, started
from kube_endpoint import KubeEndpoint
from processes import run, wait_for
from real_kubernetes import tools_directory
from test_kube_roles import ROLE, rule

MARK = "OUT-OF-REACH"  # in the metadata of every object that the role does not reach
RULES = [rule("secrets", "team-a", verbs=["get", "list", "watch", "delete", "deletecollection", "create"]),
         rule("configmaps", "team-a", "mine-*"), rule("namespaces", name="team-a", verbs=["get", "list", "watch"])]
DENIED = [rule("secrets", "team-a", "alien-*")]
OBJECTS = [(kind, namespace, name) for kind in ("secrets", "configmaps")
           for namespace, name in (("team-a", "mine-1"), ("team-a", "alien-1"), ("team-b", "alien-2"))]
ALIENS = [one for one in OBJECTS if one[2].startswith("alien")]


def path_of(kind, namespace, name=""):
    return f"/api/v1/namespaces/{namespace}/{kind}" + (f"/{name}" if name else "")


def put_objects(real_kube):
    """Creates the objects that do not exist."""
    for kind, namespace, name in OBJECTS:
        body = {"metadata": {"name": name, "labels": {"set": "yes"}, "annotations": {
            "mark": MARK if (kind, namespace, name) in ALIENS else "within reach"}}}
        real_kube.call("POST", path_of(kind, namespace), body, ok=False)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, real_kube):
    for namespace in ("team-a", "team-b"):
        real_kube.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}}, ok=False)
    put_objects(real_kube)
    with started(Cluster(tmp_path_factory.mktemp("cluster"), real_kube, {"env": "dev"})) as running:
        running.create(MEMBER, "-f")
        running.create(ROLE.format(name="part", group='"system:masters"', rules=json.dumps(RULES),
                                   denied=json.dumps(DENIED)), "-f")
        yield running


@pytest.fixture(scope="module")
def identities(cluster, tmp_path_factory):
    directory = tmp_path_factory.mktemp("identities")
    return {name: log_in_by_web(cluster, cluster.add_user(name, role), directory, name)
            for name, role in (("part", "part"), ("whole", "member"))}


# Every spelling of the paths of forbidden objects, and of lists that contain them.

NAMED = [path_of(*one) for one in ALIENS]
LISTS = [path_of("secrets", "team-a"), path_of("secrets", "team-b"), "/api/v1/secrets", "/api/v1/configmaps",
         path_of("configmaps", "team-a"), path_of("configmaps", "team-b"), "/api/v1/namespaces"]
WATCHES = [path.replace("/api/v1/", "/api/v1/watch/") for path in LISTS + NAMED]
METHODS = ["GET", "HEAD", "OPTIONS", "get", "PROPFIND"]


def spellings(path):
    """Yields the path in every form that a server might read as the same path."""
    slashes = [index for index, letter in enumerate(path) if letter == "/"]
    yield path
    for index in slashes[1:]:
        for other in ("%2F", "%2f", "//", "/./", "/%2e/", "/x/../", "/x/%2e%2e/", "\\", "%5C", "%252F", "/;/", "%00/"):
            yield path[:index] + other + path[index + 1:]
    for index in range(1, len(path), 5):
        if path[index] != "/":
            yield f"{path[:index]}%{ord(path[index]):02x}{path[index + 1:]}"
    yield path.replace("/", "%2F")
    yield "/" + path[1:].replace("/", "%2F")
    for end in ("/", "//", "/.", "/..", "%20", "%00", ";x", "?", "#", "%0a", "/%2e", "%2F", "?x=%zz", "?a;b"):
        yield path + end
    for begin in ("/", "/.", "/x/..", "http://kubernetes", "https://127.0.0.1:443", "http:", "//kubernetes"):
        yield begin + path
    yield path[1:]
    yield path.upper()
    yield path.replace("/v1/", "/V1/")
    yield path.replace("/api/v1/", "/apis//v1/")
    yield path.replace("/api/", "/apis/")


QUERIES = ["", "?limit=1", "?watch=false", "?watch=False", "?watch=0", "?watch=fal%C5%BFe", "?watch=|%zz", "?watch=1;",
           "?includeObject=None", "?includeObject=Object", "?resourceVersion=0", "?pretty=true", "?labelSelector=set%3Dyes",
           "?fieldSelector=metadata.name%3Dalien-1", "?fieldSelector=metadata.name!%3Dmine-1"]
WATCH_QUERIES = ["?watch", "?watch=1", "?watch=true", "?watch=no", "?watch=+", "?w%61tch=1", "?watch=1&watch=0",
                 "?watch=1&includeObject=None", "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&"
                 "resourceVersionMatch=NotOlderThan", "?watch=1&fieldSelector=metadata.name%3Dalien-1"]
ACCEPTS = ["application/json", "application/vnd.kubernetes.protobuf", "application/yaml", "application/cbor", "*/*",
           "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
           "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
           "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"]
FIELDS = [(), ("Accept-Encoding: gzip",), ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), ("Connection: Upgrade", "Upgrade: SPDY/3.1"),
          ("Range: bytes=0-100000",), ("X-HTTP-Method-Override: GET",)]


def requests():
    """Yields method, target and fields of each request of the test."""
    for path in NAMED + LISTS + WATCHES:
        watch = ["?timeoutSeconds=1&resourceVersion=0"] if "/watch/" in path else [""]
        for spelled, more in itertools.product(spellings(path), watch):
            yield "GET", spelled + more, ()
    for path, method in itertools.product(NAMED + LISTS, METHODS):
        yield method, path, ()
    for path, query, accept in itertools.product(LISTS, QUERIES, ACCEPTS):
        yield "GET", path + query, (f"Accept: {accept}",)
    for path, query, accept in itertools.product(LISTS[:3], WATCH_QUERIES, ACCEPTS):
        yield "GET", f"{path}{query}&timeoutSeconds=1&resourceVersion=0", (f"Accept: {accept}",)
    for path, query, fields in itertools.product(NAMED + LISTS, ("", "?watch=1&timeoutSeconds=1&resourceVersion=0"), FIELDS):
        yield "GET", path + query, fields
    for path, fields in itertools.product(WATCHES, FIELDS):
        yield "GET", path + "?timeoutSeconds=1&resourceVersion=0", fields


def shown(cluster, identity, method, target, fields):
    """Sends a request; returns the answer as text."""
    data = b""
    try:
        with KubeEndpoint(cluster, identity, timeout=60) as endpoint:
            endpoint.send(method, target, "Connection: close", *fields)
            while piece := endpoint.stream.recv(65536):
                data += piece
    except OSError:
        pass
    body = data.partition(b"\r\n\r\n")[2]
    if b"\x1f\x8b" in body[:64]:
        body += gzip.decompress(body[body.index(b"\x1f\x8b"):])
    return (data + body).decode("latin-1")


def test_no_spelling_shows_what_is_out_of_reach(cluster, identities):
    asked = list(requests())
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda one: shown(cluster, identities["part"], *one), asked))
    # A refusal may have the name that is in the request.
    leaks = [one for one, text in zip(asked, answers)
             if MARK in text or ("alien" in text and "alien" not in urllib.parse.unquote(one[1]).lower())]
    assert not leaks, leaks[:20]
    answered = [one for one, text in zip(asked, answers) if text.startswith("HTTP/1.1 200")]
    assert len(answered) > 300, "permitted requests were refused"
    silent = [one for one, text in zip(asked, answers) if not text.startswith("HTTP/1.1 ")]
    assert not silent, silent[:20]


def test_the_mark_would_be_seen(cluster, identities):
    """The same requests show the mark to a user with all rights."""
    seen = {target: MARK in shown(cluster, identities["whole"], "GET", target, ()) for target in NAMED + LISTS[:6]}
    assert all(seen.values()), seen
    # The API server's cache for watches may be behind at first.
    target = "/api/v1/secrets?watch=1&timeoutSeconds=1&resourceVersion=0"
    wait_for(lambda: MARK in shown(cluster, identities["whole"], "GET", target, ()), what="the mark in a watch")


# Requests that delete or create.


def test_no_spelling_deletes_what_is_out_of_reach(cluster, identities, real_kube):
    asked = [(target, fields) for path in NAMED + LISTS[:6] for target in spellings(path) for fields in ((),)]
    asked += [(path + query, fields) for path in NAMED + LISTS[:6] for fields in FIELDS
              for query in ("", "?labelSelector=set%3Dyes", "?watch=1", "?dryRun=")]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda one: shown(cluster, identities["part"], "DELETE", one[0], one[1]), asked))
    for one in ALIENS:
        assert real_kube.call("GET", path_of(*one), ok=False)[0] == 200, one
    # The permitted objects must be deleted, otherwise the test would prove nothing.
    assert real_kube.call("GET", path_of("secrets", "team-a", "mine-1"), ok=False)[0] == 404
    put_objects(real_kube)


def test_no_body_makes_what_is_out_of_reach(cluster, identities, real_kube):
    def field(number, data):
        return bytes([number << 3 | 2, len(data)]) + data
    kind = field(1, field(1, b"v1") + field(2, b"ConfigMap"))
    protobuf = "application/vnd.kubernetes.protobuf"
    bodies = [(protobuf, b"k8s\0" + kind + field(2, field(1, field(1, b"hidden") + more) + rest))
              for more, rest in ((b"", field(1, b"")), (b"", field(1, field(2, b"x-"))), (field(1, b"mine-x"), b""))]
    bodies += [(protobuf, b"k8s\0" + kind + field(2, field(1, field(1, b"mine-x"))) + field(2, field(1, field(1, b"hidden"))))]
    bodies += [("application/json", text.encode()) for text in (
        '{"metadata":{"name":"hidden"},"metadata":{"labels":{}}}', '{"metadata":{"name":"mine-x","name":"hidden"}}',
        '{"metadata":{"name":"hidden"},"Metadata":{"name":"mine-x"}}', '{"metadata":{"name":"hidden"}}{"metadata":{}}')]
    bodies += [("application/yaml", text.encode()) for text in (
        "a: &a {name: hidden}\nmetadata: {<<: *a}\n", "metadata: {name: hidden}\n---\nmetadata: {name: mine-x}\n",
        "metadata: {name: mine-x}\nmetadata: {name: hidden}\n")]
    bodies += [("application/json; x=yaml", b"metadata: {name: hidden}\n"), ("application/yaml ;x", b"metadata: {name: hidden}"),
               ("text/yaml", b"metadata: {name: hidden}")]
    for content_type, body in bodies:
        with KubeEndpoint(cluster, identities["part"]) as endpoint:
            endpoint.ask("POST", path_of("configmaps", "team-a"), f"Content-Type: {content_type}", body=body)
        assert real_kube.call("GET", path_of("configmaps", "team-a", "hidden"), ok=False)[0] == 404, (content_type, body)


# Programs of users.

CHART = {"Chart.yaml": "apiVersion: v2\nname: thing\nversion: 0.1.0\n",
         "templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-map}\n"
                               "data: {value: {{ .Values.value | quote }}}\n", "values.yaml": "value: one\n"}


@pytest.fixture(scope="module")
def machine(cluster, tmp_path_factory):
    tsh = Tsh(cluster, tmp_path_factory.mktemp("machine"))
    tsh.login(cluster.add_user("person", "member"))
    tsh("kube", "login", "dev-cluster")
    return tsh


@pytest.mark.parametrize("kubectl", ["kubectl", "newer"])
def test_kubectl_works(machine, kubectl, tmp_path):
    program = "kubectl" if kubectl == "kubectl" else tools_directory() / "kubectl"
    name = f"thing-{kubectl}"

    def call(*words, stdin="", code=0):
        done = run([program, *words], machine.env, stdin, 60)
        assert done.code == code, done
        return done.out

    assert "team-a" in call("get", "namespaces")
    assert "configmaps" in call("api-resources")
    assert "KIND" in call("explain", "configmaps")
    assert "v1.34" in call("version")
    call("create", "configmap", name, "-n", "team-b", "--from-literal=a=b")
    assert json.loads(call("get", "configmap", name, "-n", "team-b", "-o", "json"))["data"] == {"a": "b"}
    yaml = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: team-b}}\ndata: {{a: c}}\n"
    call("apply", "-f", "-", stdin=yaml.replace(name, name + "-2"))
    call("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=yaml)
    call("patch", "configmap", name, "-n", "team-b", "-p", '{"data":{"a":"d"}}')
    call("label", "configmap", name, "-n", "team-b", "x=y")
    assert name in call("get", "configmaps", "-A", "-l", "x=y", "-o", "wide")
    call("create", "deployment", name, "-n", "team-b", "--image=example")
    call("scale", "deployment", name, "-n", "team-b", "--replicas=2")
    assert call("auth", "can-i", "delete", "pods").strip() == "yes"
    assert "team-b" in call("get", "--raw", "/api/v1/namespaces/")
    with machine.kubectl_background(f"watch-{kubectl}", "get", "configmaps", "-n", "team-b", "-w") as watch:
        watch.wait_for_output(name)
        call("create", "configmap", name + "-3", "-n", "team-b")
        watch.wait_for_output(name + "-3")
    assert "NotFound" in run([program, "get", "configmap", "nosuch"], machine.env).err
    call("delete", "configmap", name, name + "-2", name + "-3", "-n", "team-b", "--wait=false")
    call("delete", "deployment", name, "-n", "team-b", "--wait=false")


def test_helm_works(machine, tmp_path):
    for file, text in CHART.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)

    def helm(*words):
        return run([tools_directory() / "helm", *words], {**machine.env, "HOME": str(tmp_path)}, "", 60).ok().out

    assert "deployed" in helm("install", "it", tmp_path, "-n", "team-b")
    assert "it" in helm("list", "-n", "team-b")
    helm("upgrade", "it", tmp_path, "-n", "team-b", "--set", "value=two")
    assert "two" in helm("get", "manifest", "it", "-n", "team-b")
    helm("rollback", "it", "1", "-n", "team-b")
    helm("uninstall", "it", "-n", "team-b")


def test_answers_are_those_of_the_api_server(cluster, identities, real_kube):
    """A user with all rights gets the API server's answers byte by byte."""
    for target in ("/api", "/api/", "/apis", "/api/v1", "/api/v1/", "/apis/apps/v1", "/openapi/v3", "/version/", "/healthz",
                   "/healthz/", "/nosuch", "/apis/nosuch/v1/x", path_of("secrets", "team-b"), path_of("secrets", "team-b") + "/",
                   "/api/v1/namespaces/team-b/services/nosuch/proxy/a/?b;c", "/apis/apps/v1/deployments?limit=1"):
        status, body = real_kube.call("GET", target, user="whole", groups=["system:masters"], ok=False)
        with KubeEndpoint(cluster, identities["whole"]) as endpoint:
            answered = endpoint.ask("GET", target)
        assert (answered.status, answered.body) == (status, body), target


def test_restricted_kubectl_sees_its_part(cluster, identities, machine, tmp_path, real_kube):
    tsh = Tsh(cluster, tmp_path)
    tsh.login(cluster.add_user("partly", "part"))
    tsh("kube", "login", "dev-cluster")
    put_objects(real_kube)
    out = tsh.kubectl("get", "secrets", "-A").out
    assert "mine-1" in out and "alien" not in out
    assert tsh.kubectl("get", "ns").out.count("Active") == 1
    with tsh.kubectl_background("watch", "get", "secrets", "-A", "-w", "--output-watch-events") as watch:
        watch.wait_for_output("mine-1")
        for namespace, name in (("team-b", "alien-9"), ("team-a", "mine-9")):
            real_kube.call("POST", path_of("secrets", namespace), {"metadata": {"name": name}})
        watch.wait_for_output("mine-9")
        assert "alien" not in watch.output()
    for namespace, name in (("team-b", "alien-9"), ("team-a", "mine-9")):
        real_kube.call("DELETE", path_of("secrets", namespace, name))
