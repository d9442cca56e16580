"""Tests of invalid input: the cluster answers with an error or ends the connection, and continues to serve."""

import contextlib
import re
import socket
import ssl
import time

import pytest

from cluster_fixtures import MEMBER
from endpoints import KUBE_SERVER_NAME, admin_identity
from grpc_client import GrpcClient, GrpcError, SERVER_NAME, client_context, create_role
from harness import Tsh, assert_plain, environment, program
from kube_stand_in import KubeStandIn
from processes import run
from protobuf import field

INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED = 3, 8, 12
# Server name and protocols that select each service of the proxy's port; None stands for the auth port.
SERVICES = {"web": ("localhost", ["http/1.1"]), "auth http": (SERVER_NAME, None),
            "kubernetes": (KUBE_SERVER_NAME, ["http/1.1"])}


def short(value):
    """Returns a short id for a row of a table."""
    return re.sub(r"[^ -~]|[\[\]]", ".", str(value))[:40]


@pytest.fixture(autouse=True)
def still_serving(cluster):
    """Checks after each test that the cluster still serves."""
    yield
    assert cluster.alive()
    assert cluster.web().get("/webapi/ping").status == 200


@pytest.fixture(scope="module")
def admin(cluster, tmp_path_factory):
    return admin_identity(cluster, tmp_path_factory.mktemp("admin"))


@contextlib.contextmanager
def connect(cluster, service, identity=None):
    """Opens a TLS connection to a service."""
    name, protocols = SERVICES[service]
    port = cluster.auth_port if protocols is None else cluster.proxy_port
    context = client_context(*(identity or (None, None)), None, protocols or [])
    with socket.create_connection(("127.0.0.1", port), timeout=15) as raw:
        with context.wrap_socket(raw, server_hostname=name) as stream:
            yield stream


def read_all(stream):
    """Returns the received bytes until the other side ends the connection."""
    data = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while piece := stream.recv(65536):
            data += piece
    return data


def status_of(data):
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", data)
    return int(match.group(1)) if match else None


# HTTP.


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("text", ids=short, argvalues=[
    b"", b"GET", b"GET /webapi/ping HTT", b"GET /webapi/ping HTTP/1.1\r\nHost: x\r\n",
    b"POST /webapi/mfa/login/begin HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
])
def test_truncated_request(cluster, service, text):
    with connect(cluster, service) as stream:
        stream.sendall(text)
        with contextlib.suppress(ssl.SSLError, ConnectionError):  # an answer may come in place of the end
            stream.unwrap().close()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("text", ids=short, argvalues=[
    b"\x00\x01\x02\x03\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET  /x y HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
])
def test_malformed_request(cluster, service, text):
    with connect(cluster, service) as stream:
        stream.sendall(text)
        stream.settimeout(10)
        answer = read_all(stream) if b"chunked" not in text else stream.recv(65536)
    assert status_of(answer) in (400, 403, 404, 413), answer
    assert_plain(answer.decode(errors="replace"))


@pytest.mark.parametrize("service", SERVICES)
def test_header_of_a_megabyte(cluster, service):
    with connect(cluster, service) as stream:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"x" * 1_000_000 + b"\r\n\r\n")
        answer = read_all(stream)
    assert status_of(answer) == 431, answer[:300]


@pytest.mark.parametrize("service", ["web", "auth http"])
def test_huge_body(cluster, service):
    head = b"POST /webapi/mfa/login/begin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with connect(cluster, service) as stream:
        stream.sendall(head + b"Content-Length: 1000000000\r\n\r\n{")
        answer = read_all(stream)
    assert status_of(answer) == 413, answer[:300]


def test_huge_chunked_body(cluster):
    head = b"POST /webapi/mfa/login/begin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with connect(cluster, "web") as stream:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            stream.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(400):
                stream.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        answer = read_all(stream)
    assert status_of(answer) in (413, None), answer[:300]


@pytest.mark.parametrize("body", ids=short, argvalues=[
    "", "{", "[]", "null", "5", '"x"', '{"user":', '{"user":"a","user"', "{" * 100_000, "[" * 100_000,
    '{"user":"\\ud800"}', b"\xff\xfe", '{"user":1e999}', "{'user':'x'}",
])
def test_malformed_json(cluster, body):
    answer = cluster.web().request("POST", "/webapi/mfa/login/begin", body)
    assert answer.status in (400, 403), answer.body
    assert answer.message
    assert_plain(answer.body.decode())


@pytest.mark.parametrize("path,body", ids=short, argvalues=[
    ("/webapi/mfa/login/begin", {"user": 5, "pass": ["x"]}),
    ("/webapi/mfa/login/begin", {"user": "x" * 5000, "pass": "y"}),
    ("/webapi/mfa/login/begin", {"user": "../../secrets", "pass": "y"}),
    ("/webapi/mfa/login/finish", {"user": "x", "password": "y", "totp_code": "0", "tls_pub_key": "no base64!"}),
    ("/webapi/mfa/login/finish", {"user": "x", "password": "y", "totp_code": "0", "tls_pub_key": "AAAA"}),
    ("/webapi/mfa/login/finish", {"user": "x", "password": "y", "totp_code": "0", "ssh_pub_key": "AAAA"}),
    ("/webapi/mfa/login/finish", {"user": "x", "password": "y", "totp_code": "0"}),
    ("/webapi/mfa/login/finish", {"user": "x", "password": "y", "totp_code": "0", "ttl": -1}),
    ("/webapi/mfa/login/finish", {"user": {}, "password": None, "ttl": "x"}),
])
def test_json_of_the_wrong_kind(cluster, path, body):
    answer = cluster.web().request("POST", path, body)
    assert answer.status in (400, 403), answer.body
    assert_plain(answer.body.decode())


@pytest.mark.parametrize("method,path,status", ids=short, argvalues=[
    ("GET", "/nosuch", 404), ("GET", "/webapi/../../etc/passwd", 404), ("DELETE", "/webapi/ping", 404),
    ("GET", "/v1/v1/webapi/ping", 404), ("GET", "/webapi/ping/nosuch", 400), ("GET", "/webapi/ping/%00", 400),
    ("GET", "//webapi/ping", 404), ("GET", "/webapi/connectionupgrade", 404),
    ("GET", "/webapi/users/password/token/", 404),
    ("GET", "/" + "x" * 60_000, 404),
])
def test_unknown_path(cluster, method, path, status):
    answer = cluster.web().request(method, path)
    assert answer.status == status, answer.body
    assert_plain(answer.body.decode())


def test_wrong_content_type(cluster):
    answer = cluster.web().request("POST", "/webapi/mfa/login/begin", "{}", {"Content-Type": "text/plain"})
    assert (answer.status, answer.message) == (400, "invalid request")


# Connections.

NO_TLS = {"http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "ssh": b"SSH-2.0-test\r\n", "zeros": b"\x00" * 4096,
          "large hello": b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000, "http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}


def test_half_open_connections(cluster, member):
    """Silent connections do not keep other clients out."""
    with contextlib.ExitStack() as stack:
        for port in (cluster.proxy_port, cluster.auth_port):
            for number in range(100):
                silent = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                if number % 2:
                    silent.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a TLS hello
        for _ in range(50):
            stream = stack.enter_context(connect(cluster, "web"))
            stream.sendall(b"GET /webapi/ping HTTP/1.1\r\nHost:")
        started = time.monotonic()
        assert cluster.web().get("/webapi/ping").status == 200
        cluster.tctl("get", "role/member")
        assert "web" in member.kubectl("get", "pods").out
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("port", ["proxy_port", "auth_port"])
@pytest.mark.parametrize("data", NO_TLS)
def test_bytes_that_are_no_tls(cluster, port, data):
    answer = b""
    with socket.create_connection(("127.0.0.1", getattr(cluster, port)), timeout=20) as stream:
        with contextlib.suppress(OSError):  # the cluster may close at any time
            stream.sendall(NO_TLS[data])
            stream.shutdown(socket.SHUT_WR)
            answer = read_all(stream)
    assert b"ping" not in answer and len(answer) < 200


def test_protocol_that_nobody_serves(cluster):
    context = client_context(protocols=["nosuch"])
    with socket.create_connection(("127.0.0.1", cluster.proxy_port), timeout=10) as raw:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(raw, server_hostname="localhost").recv(1)


# gRPC.


@pytest.mark.parametrize("method,request_bytes,code", ids=short, argvalues=[
    ("/proto.AuthService/CreateRole", b"\xff\xff\xff", INVALID_ARGUMENT),
    ("/proto.AuthService/CreateRole", b"", INVALID_ARGUMENT),
    ("/proto.AuthService/CreateRole", create_role(b"\xff")[1], INVALID_ARGUMENT),
    ("/proto.AuthService/CreateRole", field(1, field(1, "role") + field(3, "v99") + field(4, field(1, "x"))),
     INVALID_ARGUMENT),
    ("/proto.AuthService/CreateRole", field(1, field(1, "role") + field(3, "v7") + field(5, b"")), INVALID_ARGUMENT),
    ("/proto.AuthService/NoSuchMethod", b"", UNIMPLEMENTED),
    ("/", b"", UNIMPLEMENTED),
    ("/proto.AuthService/ListResources", field(1, "nosuch"), UNIMPLEMENTED),
    ("/proto.AuthService/CreateRole", create_role("x" * 5_000_000)[1], RESOURCE_EXHAUSTED),
])
def test_bad_call(cluster, admin, method, request_bytes, code):
    with GrpcClient(cluster.auth_port, admin) as client:
        with pytest.raises(GrpcError) as refusal:
            if len(request_bytes) > 60_000:
                client.send_large(method, request_bytes)
            else:
                client.call(method, request_bytes)
    assert refusal.value.code == code, refusal.value
    assert_plain(refusal.value.message)


@pytest.mark.parametrize("method,request_bytes", [("/proto.AuthService/NoSuchMethod2", b""),
                                                  ("/proto.AuthService/ListResources", field(1, "nosuch2"))])
def test_what_is_not_implemented_is_logged(cluster, admin, method, request_bytes):
    before = len(cluster.log.read_text())
    with GrpcClient(cluster.auth_port, admin) as client, pytest.raises(GrpcError):
        client.call(method, request_bytes)
    assert f'unimplemented method called method="{method}" error="' in cluster.log.read_text()[before:]


def test_garbage_instead_of_http2(cluster, admin):
    context = client_context(*admin, None, ["h2"])
    for data in (b"\x00" * 100, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100):
        with socket.create_connection(("127.0.0.1", cluster.auth_port), timeout=20) as raw:
            with context.wrap_socket(raw, server_hostname=SERVER_NAME) as stream:
                stream.sendall(data)
                read_all(stream)


# Kubernetes.


@pytest.mark.parametrize("path", ids=short, argvalues=[
    "/v1/teleport/!!!/@@@/api", "/v1/teleport/", "/v1/teleport//", "/v1/teleport/AAAA/AAAA/api/v1/pods",
    "/api/v1/namespaces/%2e%2e/pods/%00", "/api/v1/namespaces/default/pods/web/exec?command=" + "x" * 50_000,
])
def test_bad_kubernetes_paths(cluster, member, path):
    done = member.kubectl("get", "--raw", path, ok=False)
    assert done.code != 0
    assert_plain(done.text)
    assert cluster.alive()


# Programs.

BAD_CONFIGS = {
    "unknown key": ("auth_service:\n  enabled: yes\n  cluster_nam: x\n", 3, 'did you mean "auth_service.cluster_name"'),
    "duplicate key": ("teleport:\n  nodename: a\n  nodename: b\n", 3, "nodename"),
    "wrong type": ("teleport:\n  data_dir: [1]\n", 2, "teleport.data_dir"),
    "a text for a map": ("auth_service: x\n", 1, "auth_service"),
    "unknown section": ("nosuch_service:\n  enabled: yes\n", None, "nosuch_service"),
    "no YAML": ("teleport:\n  nodename: [\n", None, ""),
    "a tab": ("teleport:\n\tnodename: a\n", 2, ""),
    "a list": ("- teleport\n", None, ""),
    "unknown severity": ("teleport:\n  log:\n    severity: LOUD\n", 3, "LOUD"),
    "bad address": ("proxy_service:\n  web_listen_addr: 'host:port'\n", 2, "web_listen_addr"),
    "what is not implemented": ("teleport:\n  diag_addr: x:1\n", 2, "not implemented"),
    "bytes": ("\x00\x01\x02", None, ""),
    "no kubeconfig": ("kubernetes_service:\n  enabled: yes\n  kubeconfig_file: /nosuch/file\n", None, "/nosuch/file"),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_bad_configuration(tmp_path, name):
    text, line, said = BAD_CONFIGS[name]
    path = tmp_path / "teleport.yaml"
    if name == "no kubeconfig":
        text += (f"teleport:\n  data_dir: {tmp_path}/data\nauth_service:\n  listen_addr: 127.0.0.1:0\n"
                 "proxy_service:\n  web_listen_addr: 127.0.0.1:0\n")
    path.write_text(text)
    done = run([program("teleport"), "start", "-c", path], environment(tmp_path))
    assert done.code not in (0, -6, -11, 134, 139), done
    assert (f"{path}:{line}" if line else "teleport: ") in done.err, done
    assert said in done.err
    assert_plain(done.text.replace(str(path), ""))


def test_missing_configuration(tmp_path):
    done = run([program("teleport"), "start", "-c", tmp_path / "nosuch.yaml"], environment(tmp_path))
    assert done.code != 0 and "nosuch.yaml" in done.err


def test_port_in_use(new_cluster, cluster, tmp_path):
    other = new_cluster()
    other.write_config()
    other.config.write_text(other.config.read_text().replace("web_listen_addr: 127.0.0.1:0",
                                                             f"web_listen_addr: 127.0.0.1:{cluster.proxy_port}"))
    done = run([program("teleport"), "start", "-c", other.config], environment(tmp_path))
    assert done.code != 0 and str(cluster.proxy_port) in done.err and "in use" in done.err, done
    assert_plain(done.text.replace(str(other.config), ""))


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefghi", "bcdefghij"))
BAD_RESOURCES = {
    "unknown kind": "kind: nosuch\nversion: v1\nmetadata: {name: x}\n",
    "no kind": "metadata: {name: x}\n",
    "no name": "kind: role\nversion: v7\nspec: {}\n",
    "unknown version": "kind: role\nversion: v99\nmetadata: {name: x}\nspec: {}\n",
    "unknown field": "kind: role\nversion: v7\nmetadata: {name: x}\nspec: {alow: {}}\n",
    "duplicate key": "kind: role\nkind: role\nversion: v7\nmetadata: {name: x}\nspec: {}\n",
    "wrong type": "kind: role\nversion: v7\nmetadata: {name: x}\nspec: {allow: {logins: {a: b}}}\n",
    "bad expression": ("kind: role\nversion: v7\nmetadata: {name: x}\nspec:\n  allow:\n    rules:\n"
                       "    - {resources: [session], verbs: [list], where: 'contains('}\n"),
    "no YAML": "kind: [role\n",
    "bytes": "\x00\x01",
    "nothing": "",
    "bomb": BOMB,
    "deep": "[" * 20_000,
}


@pytest.mark.parametrize("name", BAD_RESOURCES)
def test_bad_resource(cluster, tmp_path, name):
    path = tmp_path / "resource.yaml"
    path.write_text(BAD_RESOURCES[name])
    done = cluster.tctl("create", path, ok=False, timeout=15)
    assert done.code not in (0, -6, -9, -11), done
    assert done.err
    assert_plain(done.text.replace(str(path), ""))
    assert cluster.tctl("get", "role/x", ok=False).code != 0


@pytest.mark.parametrize("words", [
    ["nosuch"], ["users", "add"], ["users", "add", "x", "--rolez=member"], ["get"], ["get", "nosuch"],
    ["rm", "role/nosuch"], ["get", "role/nosuch"], ["users", "rm", "nosuch"], ["create", "/nosuch/file"],
    ["get", "roles", "--format=nosuch"], ["users", "add", "../x", "--roles=member,nosuch"],
])
def test_bad_command(cluster, words):
    done = cluster.tctl(*words, ok=False)
    assert done.code != 0 and done.err
    assert_plain(done.text)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_closed_port(tsh):
    started = time.monotonic()
    done = tsh("login", f"--proxy=localhost:{closed_port()}", "--user=x", ok=False, stdin="x\n1\n")
    assert done.code != 0 and "refused" in done.err, done
    assert time.monotonic() - started < 10
    assert_plain(done.text)


def test_cluster_that_is_not_running(new_cluster):
    other = new_cluster()
    other.start()
    other.stop()
    started = time.monotonic()
    done = other.tctl("get", "roles", ok=False)
    assert done.code != 0 and done.err
    assert time.monotonic() - started < 15
    assert_plain(done.text)


def test_server_that_is_no_teleport(tsh, kube):
    """Another TLS server is in the place of the proxy."""
    done = tsh("login", f"--proxy=localhost:{kube.port}", "--user=x", ok=False, stdin="x\n1\n")
    assert done.code != 0 and done.err
    assert_plain(done.text)


def test_api_server_that_is_gone(new_cluster, tmp_path):
    """kubectl prints a Status with the reason, and the cluster continues to serve."""
    stand_in = KubeStandIn(tmp_path / "kube", ["gone"])
    running = new_cluster(kube=stand_in)
    running.start()
    running.create(MEMBER)
    machine = Tsh(running, tmp_path / "machine")
    machine.login(running.add_user("visitor"))
    machine("kube", "login", "gone")
    assert "default" in machine.kubectl("get", "ns").out
    stand_in.stop()
    done = machine.kubectl("get", "--raw", "/api/v1/namespaces", ok=False)
    assert done.code != 0 and '"gone"' in done.err, done
    assert_plain(done.text)
    assert running.web().get("/webapi/ping").status == 200
    running.stop()


def test_stopping_with_open_connections(new_cluster):
    running = new_cluster()
    running.start()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection(("127.0.0.1", running.proxy_port)))
            stack.enter_context(connect(running, "web"))
        stack.enter_context(GrpcClient(running.auth_port, admin_identity(running, running.directory)))
        started = time.monotonic()
        running.stop()
        assert time.monotonic() - started < 10


def test_log_is_plain(cluster):
    """The log of all tests of this file has no stack trace and no source path."""
    log = cluster.log.read_text()
    assert not re.search(r"stack trace|terminate called|\.cpp:\d|AddressSanitizer|runtime error:", log)
    assert "cluster is ready" in log
