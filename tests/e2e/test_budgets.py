"""Tests of the limits for callers: connections, bodies, joins, names, dry runs. The cluster refuses callers above a
limit, and serves other callers."""

import concurrent.futures
import contextlib
import re
import socket
import uuid

import pytest

from certs import make_key, public_key
from endpoints import admin_identity, log_in, make_source_known
from grpc_client import GrpcClient, GrpcError, client_context
from harness import Cluster, assert_plain, started
from processes import wait_for
from protobuf import field, fields

pytestmark = pytest.mark.alone

JOIN = "/proto.JoinService/RegisterUsingToken"
MEGABYTE = 1 << 20
INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED = 3, 7, 8


def soft_and_hard_files(pid):
    limits = open(f"/proc/{pid}/limits", encoding="ascii").read()
    return re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()


def tls(cluster, source="127.0.0.1", port=None):
    """Opens a TLS connection to the web API, and sends nothing."""
    raw = socket.create_connection(("127.0.0.1", port or cluster.proxy_port), timeout=20, source_address=(source, 0))
    return client_context(protocols=["http/1.1"]).wrap_socket(raw, server_hostname="localhost")


def answer_of(stream):
    """Returns the head of an answer, or the bytes before the end of the connection."""
    data = b""
    with contextlib.suppress(OSError):
        while b"\r\n\r\n" not in data and (piece := stream.recv(65536)):
            data += piece
    return data.decode(errors="replace")


@pytest.fixture(scope="module")
def admin(cluster, tmp_path_factory):
    return admin_identity(cluster, tmp_path_factory.mktemp("admin"))


# Joins.


def join_request(name="x", token="no-such-token", role="Node"):
    return field(1, str(uuid.uuid4())) + field(2, name) + field(3, role) + field(4, token)


@pytest.mark.parametrize("big", [{"name": "x" * 3 * MEGABYTE}, {"role": "x" * 3 * MEGABYTE},
                                 {"token": "x" * 3 * MEGABYTE}], ids=lambda big: next(iter(big)))
def test_large_joins_do_not_fill_the_disk(new_cluster, big):
    """A caller without a token cannot fill the disk."""
    running = new_cluster()
    running.start()
    before = sum(path.stat().st_size for path in running.database.parent.iterdir())
    for _ in range(8):
        with pytest.raises((GrpcError, OSError)):
            with GrpcClient(running.auth_port) as client:
                client.send_large(JOIN, join_request(**big))
    written = sum(path.stat().st_size for path in running.database.parent.iterdir()) - before
    assert written < MEGABYTE // 2, written
    for event in running.events(event="instance.join"):
        assert len(str(event)) < 4000
    running.stop()


def test_large_join_by_the_web_port(cluster):
    body = '{"hostID":"' + "x" * 3 * MEGABYTE + '"}'
    with contextlib.suppress(OSError):  # the answer may come before the whole request is sent
        assert cluster.web().request("POST", "/webapi/host/credentials", body).status == 413
    assert not [event for event in cluster.events(event="instance.join") if len(str(event)) > 10_000]


def test_refused_joins_are_few(new_cluster):
    """After some refused joins the cluster refuses more from this address for a while; other addresses may join."""
    running = new_cluster()
    running.start()
    codes = []
    with GrpcClient(running.auth_port) as client:
        for _ in range(60):
            with pytest.raises(GrpcError) as refusal:
                client.call(JOIN, join_request())
            codes.append(refusal.value.code)
    assert codes[0] == PERMISSION_DENIED and codes[-1] == RESOURCE_EXHAUSTED
    assert len(running.events(event="instance.join")) < 50
    raw = socket.create_connection(("127.0.0.1", running.auth_port), timeout=20, source_address=("127.0.0.77", 0))
    with GrpcClient(running.auth_port, raw=raw) as client, pytest.raises(GrpcError) as refusal:
        client.call(JOIN, join_request())
    assert refusal.value.code == PERMISSION_DENIED
    running.stop()


# Bodies and connections.


@pytest.mark.parametrize("path", ["/webapi/nosuch", "/webapi/ping", "/webapi/mfa/login/begin"])
def test_bodies_are_not_read_before_the_route_is_known(new_cluster, path):
    running = new_cluster()
    running.start()
    before = running.resident()
    streams = []
    with contextlib.ExitStack() as stack:
        for number in range(40):
            stream = stack.enter_context(tls(running, f"127.0.3.{number + 1}"))
            stream.settimeout(0.2)
            streams.append(stream)
            with contextlib.suppress(OSError):  # the cluster may refuse the request early
                stream.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               f"Content-Length: {9 * MEGABYTE}\r\n\r\n".encode() + b"{" * 4 * MEGABYTE)
        assert running.resident() - before < 60 * MEGABYTE
        assert running.web().get("/webapi/ping").status == 200
    running.stop()


def test_unfinished_bodies_are_bounded_together(new_cluster):
    """While the cluster reads too many bodies, it answers further requests with 503 and Retry-After."""
    running = new_cluster()
    running.start()
    head = (b"POST /webapi/mfa/login/begin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 120000\r\n\r\n")
    refused = []
    with contextlib.ExitStack() as stack:
        streams = []
        for number in range(250):
            stream = stack.enter_context(tls(running, f"127.0.4.{number + 1}"))
            streams.append(stream)
            with contextlib.suppress(OSError):
                stream.sendall(head + b" " * 100_000)
        for stream in streams:
            stream.settimeout(0.01)
            with contextlib.suppress(OSError):
                refused.append(stream.recv(65536).decode(errors="replace"))
        refused = [text for text in refused if text]
        assert len(refused) > 20 and all(text.startswith("HTTP/1.1 503 ") for text in refused), refused[:3]
        assert all("Retry-After: " in text for text in refused)
        assert running.web().get("/webapi/ping").status == 200
    wait_for(lambda: running.web().login_begin("nobody", "x" * 12).status == 403, what="room for a body")
    running.stop()


def test_the_oldest_silent_connections_make_room(new_cluster, tmp_path):
    """An address has a limit of silent connections; the cluster closes the oldest and serves new ones."""
    running = new_cluster()
    running.start()
    make_source_known(running, admin_identity(running, tmp_path))
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", running.proxy_port)))
                  for _ in range(560)]
        silent[0].settimeout(5)
        assert silent[0].recv(1) == b""  # long before its timeout
        silent[-1].settimeout(0.2)
        with pytest.raises(TimeoutError):
            silent[-1].recv(1)
        assert running.web().get("/webapi/ping").status == 200
    running.stop()


def test_open_files(tmp_path):
    """The cluster raises its limit of open files to the maximum."""
    words = ["prlimit", "--nofile=1024:4096"]
    with started(Cluster(tmp_path / "cluster", wrapper=words)) as running:
        assert soft_and_hard_files(running.pid) == ("4096", "4096")


# Logins.


def test_a_flooding_user_does_not_lock_out_others_at_the_address(cluster, make_user, tmp_path):
    user = make_user()
    pem = public_key(make_key(tmp_path / "key"))
    flooder = cluster.web(source="127.0.9.20")
    statuses = [flooder.login_begin("flooder", "not the password").status for _ in range(60)]
    assert statuses[0] == 403 and statuses[-1] == 429
    neighbour = cluster.web(source="127.0.9.20")
    assert neighbour.login_begin(user.name, user.password).status == 200
    assert neighbour.login_finish(user.name, user.password, user.authenticator.code(), pem).status == 200


def test_refusals_have_retry_after(cluster):
    client = cluster.web(source="127.0.9.21")
    # Several at a time: on a busy host one after the other would be few enough a minute.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.login_begin("nobody", "x" * 12), range(45)))
    refused = [answer for answer in answers if answer.status == 429]
    assert refused and all(int(answer.headers["Retry-After"]) > 0 for answer in refused)


# Resources.


def test_no_resource_is_larger_than_a_list_can_show(cluster, admin):
    spec = field(5, field(1, "127.0.0.1:22") + field(3, "wide"))
    labels = field(5, field(1, "huge") + field(2, "x" * 3_900_000))
    node = field(1, "node") + field(3, "v2") + field(4, field(1, str(uuid.uuid4())) + labels) + spec
    with GrpcClient(cluster.auth_port, admin) as client:
        with pytest.raises(GrpcError) as refusal:
            client.send_large("/proto.AuthService/UpsertNode", node)
    assert refusal.value.code in (INVALID_ARGUMENT, RESOURCE_EXHAUSTED), refusal.value
    assert_plain(refusal.value.message)
    cluster.tctl("nodes", "ls")


def test_long_reasons_are_refused(cluster, admin, tmp_path):
    cluster.create("""
        kind: role
        version: v7
        metadata: {name: asks-much}
        spec: {allow: {request: {roles: [access]}}}
    """, "-f")
    identity = log_in(cluster, cluster.add_user("asks-much", "asks-much"), tmp_path, "asks")
    request = field(1, "access_request") + field(3, "v3") + field(4, field(1, str(uuid.uuid4())))

    def ask(client, **more):
        spec = field(1, "asks-much") + field(2, "access") + b"".join(
            field(number, value) for number, value in more.pop("spec", []))
        return client.send_large("/proto.AuthService/CreateAccessRequestV2", request + field(5, spec))

    with GrpcClient(cluster.auth_port, identity) as client:
        identifier = fields(fields(ask(client))[4][0])[1][0]
        with pytest.raises(GrpcError) as refusal:
            ask(client, spec=[(6, "x" * 3_900_000)])
        assert refusal.value.code in (INVALID_ARGUMENT, RESOURCE_EXHAUSTED)
    with GrpcClient(cluster.auth_port, admin) as client:
        for method, message in (("SetAccessRequestState", field(1, identifier) + field(2, 2) + field(3, "x" * 3_900_000)),
                                ("SetAccessRequestState", field(1, identifier) + field(2, 2) + field(4, "x" * 100_000))):
            with pytest.raises(GrpcError) as refusal:
                client.send_large(f"/proto.AuthService/{method}", message)
            assert refusal.value.code in (INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED)
    assert all(len(str(event)) < 10_000 for event in cluster.events()
               if event["event"].startswith("access_request"))


def test_dry_runs_of_many_users_do_not_block_those_of_another(cluster, tmp_path):
    begin = "/sallyport.v1.RehearsalService/Begin"
    identities = [log_in(cluster, cluster.add_user(f"rehearser-{number}"), tmp_path, f"rehearser-{number}")
                  for number in range(9)]
    for number, identity in enumerate(identities[:-1]):
        with GrpcClient(cluster.auth_port, identity) as client:
            for _ in range(4):
                assert client.call(begin)
            if number == 0:
                with pytest.raises(GrpcError) as refusal:
                    client.call(begin)
                assert refusal.value.code == RESOURCE_EXHAUSTED
    with GrpcClient(cluster.auth_port, identities[-1]) as client:
        assert client.call(begin)
