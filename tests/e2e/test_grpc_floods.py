"""Tests of floods of the gRPC endpoints: other clients get answers in time, and the memory of the cluster stays
small."""

import collections
import concurrent.futures
import contextlib
import itertools
import socket
import ssl
import struct
import time

import h2.exceptions
import pytest

from endpoints import admin_identity, log_in, make_source_known
from grpc_client import GrpcClient, GrpcError, client_hello
from hostile_http2 import PING, HostileHttp2
from processes import wait_for
from test_watch import METHOD as WATCH
from test_watch import next_event, watch

pytestmark = pytest.mark.alone

ATTACK_S = 3
MAX_GROWTH = 200 << 20
MAX_ANSWER_S = 2.0
RESOURCE_EXHAUSTED = 8


@pytest.fixture
def own(new_cluster, tmp_path):
    """Starts a cluster for this test alone, to measure its memory. The address of the tests is known to the cluster, so
    that it does not limit their rate of connections."""
    running = new_cluster()
    running.start()
    make_source_known(running, admin_identity(running, tmp_path))
    answer_time(running)
    return running


def answer_time(cluster):
    begun = time.monotonic()
    with GrpcClient(cluster.auth_port) as client:
        assert client.call(PING, b"")
    return time.monotonic() - begun


@contextlib.contextmanager
def harmless(cluster, attack):
    """Runs an attack in several threads; checks that other clients get answers, and that the memory grows little."""
    before = cluster.resident()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        until = time.monotonic() + ATTACK_S
        running = [threads.submit(attack, until) for _ in range(4)]
        slowest = 0
        while time.monotonic() < until:
            slowest = max(slowest, answer_time(cluster))
        grown = cluster.resident() - before
        done = [future.result() for future in running]
    yield done
    assert slowest < MAX_ANSWER_S, f"another client waited {slowest:.1f} s"
    assert grown < MAX_GROWTH, f"{grown >> 20} MB more than before"
    cluster.stop()


def test_rapid_resets(own):
    """A client without a certificate opens and resets streams as fast as the connection carries them."""

    def attack(until):
        refused = 0
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ssl.SSLError):
                attacker = HostileHttp2(own)
                try:
                    while time.monotonic() < until:
                        for _ in range(100):
                            attacker.http.reset_stream(attacker.open())
                        attacker.flush()
                finally:
                    attacker.socket.close()
            refused += 1
        return refused

    with harmless(own, attack) as refused:
        assert all(count > 3 for count in refused), "the cluster did not end the connections"


def test_messages_that_never_end(own, tmp_path):
    """Clients with and without certificates send messages of 4 MB without the last byte."""
    user = log_in(own, own.add_user("attacker", "access"), tmp_path, "attacker")

    def attack(until):
        attackers = []
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ssl.SSLError, h2.exceptions.ProtocolError):
                attackers.append(HostileHttp2(own, user if len(attackers) % 2 else None))
                attackers[-1].send_unfinished(until - time.monotonic())
        for attacker in attackers:
            attacker.close()

    with harmless(own, attack):
        pass


def test_handshakes_that_never_end(new_cluster, tmp_path):
    """Unfinished handshakes take all file descriptors, and time out soon."""
    cluster = new_cluster(wrapper=("prlimit", "--nofile=256:256"))
    cluster.start()
    make_source_known(cluster, admin_identity(cluster, tmp_path))
    opened = []
    for _ in range(400):
        opened.append(socket.create_connection(("127.0.0.1", cluster.auth_port), timeout=20))
        opened[-1].sendall(client_hello())
    wait_for(lambda: answers(cluster), timeout=25, what="an answer to another client")
    for raw in opened:
        raw.close()


def test_handshakes_of_unknown_addresses_do_not_delay_a_known_one(own):
    """Many addresses send a TLS hello and nothing more; a caller with a certificate has used our own address."""
    hello, numbers = client_hello(), itertools.count()

    def attack(until):
        opened = collections.deque(maxlen=500)
        while time.monotonic() < until:
            number = next(numbers) % 5000
            with contextlib.suppress(OSError):
                opened.append(socket.create_connection(("127.0.0.1", own.auth_port), timeout=5,
                                                       source_address=(f"127.1.{number // 250}.{number % 250 + 1}", 0)))
                opened[-1].sendall(hello)

    with harmless(own, attack):
        assert "a source opens too many connections" in own.log.read_text()


def answers(cluster):
    with contextlib.suppress(OSError):
        return bool(answer_time(cluster))
    return False


def test_pings_with_unread_answers(own):
    def attack(until):
        frame = b"\0\0\x08\x06\0\0\0\0\0" + bytes(8)
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ssl.SSLError):
                attacker = HostileHttp2(own)
                while time.monotonic() < until:
                    attacker.socket.sendall(frame * 500)

    with harmless(own, attack):
        pass


def test_an_unfinished_message_times_out(own):
    """The call times out, and the connection stays."""
    with GrpcClient(own.auth_port) as client:
        stream = client.open(PING)
        client._http.send_data(stream, b"\0")  # pylint: disable=protected-access
        client._flush()  # pylint: disable=protected-access
        with pytest.raises(GrpcError) as refused:
            client.receive(stream)
        assert refused.value.code == 4
        assert client.call(PING, b"")


def test_a_caller_without_certificate_sends_little(own):
    with GrpcClient(own.auth_port) as client:
        stream = client.open(PING)
        client._http.send_data(stream, struct.pack(">BI", 0, 200_000))  # pylint: disable=protected-access
        client._flush()  # pylint: disable=protected-access
        with pytest.raises(GrpcError) as refused:
            client.receive(stream)
        assert refused.value.code == RESOURCE_EXHAUSTED
        assert client.call(PING, b"")


def test_unread_watches_share_their_memory(own, tmp_path):
    """One caller has fifty watches and reads nothing during 9 MB of changes."""
    identity = admin_identity(own, tmp_path)
    clients = [GrpcClient(own.auth_port, identity) for _ in range(50)]
    for client in clients:
        stream = client.send(WATCH, watch("role"))
        next_event(client, stream)
    with GrpcClient(own.auth_port, identity) as client:
        with pytest.raises(GrpcError) as refused:
            next_event(client, client.send(WATCH, watch("role")))
        assert refused.value.code == RESOURCE_EXHAUSTED

    before = own.resident()
    role = tmp_path / "role.yaml"
    labels = "".join(f"        l{number}: {'v' * 1000}\n" for number in range(250))
    role.write_text("---\n".join(f"kind: role\nversion: v7\nmetadata:\n  name: large{number}\nspec:\n  allow:\n"
                                 f"    node_labels:\n{labels}" for number in range(38)))
    own.tctl("create", "-f", role)
    assert own.resident() - before < 150 << 20
    for client in clients:
        client._socket.close()  # pylint: disable=protected-access
    wait_for(lambda: watch_is_taken(own, identity), what="a free place for a watch")


def watch_is_taken(cluster, identity):
    with GrpcClient(cluster.auth_port, identity) as client, contextlib.suppress(GrpcError):
        next_event(client, client.send(WATCH, watch("role")))
        return True
    return False
