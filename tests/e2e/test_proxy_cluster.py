"""Tests of TransportService/ProxyCluster: a TLS connection to the auth service inside of a call to the proxy."""

import contextlib
import socket
import ssl
import threading

import pytest

from cluster_fixtures import MEMBER
from endpoints import log_in
from grpc_client import GrpcClient, GrpcError, client_context
from harness import Cluster, started
from protobuf import field, fields

PROXY_CLUSTER = "/teleport.transport.v1.TransportService/ProxyCluster"
PROTOCOLS = ["teleport-proxy-ssh-grpc", "h2"]
PING = "/proto.AuthService/Ping"
INVALID, DENIED = 3, 7


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        running.create(MEMBER, "-f")
        yield running


@pytest.fixture(scope="module")
def identity(place, tmp_path_factory):
    return log_in(place, place.add_user("inside"), tmp_path_factory.mktemp("inside"), "inside")


def wrap(data):
    return field(2, field(1, data))


def unwrap(message):
    return fields(fields(message)[1][0])[1][0]


@contextlib.contextmanager
def tunnel(place, identity, first):
    """Yields a socket whose bytes a call carries, and a list that gets the refusal of the call."""
    ours, theirs = socket.socketpair()
    refused = []
    client = GrpcClient(place.proxy_port, identity, protocols=PROTOCOLS)
    call = client.open(PROXY_CLUSTER)
    client.send_message(call, first)

    def carry():
        with client:
            try:
                client.carry(call, theirs, wrap, unwrap)
            except GrpcError as error:
                refused.append(error)
            except OSError:
                pass  # the test has closed its socket
        theirs.close()

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    ours.settimeout(20)
    try:
        yield ours, refused
    finally:
        ours.close()
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("named", ["", "walk.test"])
def test_the_auth_service_answers_inside(place, identity, named):
    with tunnel(place, identity, field(1, named)) as (inner, _):
        with GrpcClient(None, identity, raw=inner) as client:
            answer = fields(client.call(PING))
            assert answer[1] == [place.name.encode()]
            assert fields(client.call("/proto.AuthService/GetDomainName"))[1] == [place.name.encode()]


def test_the_inner_certificate_identifies_the_caller(place, identity):
    """The outer certificate opens the call; the inner certificate decides the caller's rights."""
    with tunnel(place, identity, b"") as (inner, _), GrpcClient(None, raw=inner) as client:
        with pytest.raises(GrpcError) as refused:
            client.call("/proto.AuthService/GetDomainName")
        assert refused.value.code in (DENIED, 16)


def test_bytes_may_come_with_the_first_message(place, identity):
    """The first message has the cluster's name and the beginning of a TLS hello; the rest follows."""
    hello = ssl.MemoryBIO()
    context = client_context(*identity, protocols=["h2"])
    inner = context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="teleport.cluster.local")
    with pytest.raises(ssl.SSLWantReadError):
        inner.do_handshake()
    data = hello.read()
    with tunnel(place, identity, field(1, place.name) + wrap(data[:20])) as (carried, _):
        carried.sendall(data[20:])
        assert carried.recv(1) == bytes([22])  # the type of a handshake record


def test_another_cluster(place, identity):
    with tunnel(place, identity, field(1, "elsewhere.test")) as (inner, refused):
        assert inner.recv(1) == b""
        assert refused[0].code == DENIED and "elsewhere.test" in refused[0].message


def test_nobody_is_let_in_without_a_certificate(place):
    with GrpcClient(place.proxy_port, protocols=PROTOCOLS) as client:
        call = client.open(PROXY_CLUSTER)
        client.send_message(call, b"")
        with pytest.raises((GrpcError, OSError)) as refused:
            client.next_message(call)
        assert not isinstance(refused.value, GrpcError) or refused.value.code in (DENIED, 16)


def test_no_message_at_all(place, identity):
    with GrpcClient(place.proxy_port, identity, protocols=PROTOCOLS) as client:
        call = client.open(PROXY_CLUSTER)
        client.end(call)
        with pytest.raises(GrpcError) as refused:
            client.next_message(call)
        assert refused.value.code == INVALID
