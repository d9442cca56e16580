"""Tests of the proxy's SSH tunnel to the auth service, by asyncssh: which certificates it accepts, which channels it
opens, and what clients without a good certificate, or with bad manners, cannot do."""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import time

import pytest

from endpoints import admin_identity
from grpc_client import GrpcClient, client_hello
from processes import wait_for
from tunnel_client import Keys, Relay, connect, dial, open_channel, tls

MEGABYTE = 1 << 20
USER = "tunnel-user"
MAX_CHANNELS = 8
PROHIBITED, CONNECT_FAILED, UNKNOWN_TYPE, RESOURCE_SHORTAGE = 1, 2, 3, 4


@pytest.fixture
def asyncssh():
    return pytest.importorskip("asyncssh", reason="no asyncssh: ./dev deps")


@pytest.fixture(scope="module")
def keys(cluster, tmp_path_factory):
    cluster.create(f"{{kind: user, version: v2, metadata: {{name: {USER}}}, spec: {{roles: [member]}}}}", "-f")
    return Keys(cluster, tmp_path_factory.mktemp("keys"), USER)


@pytest.fixture(scope="module")
def admin(cluster, tmp_path_factory):
    return admin_identity(cluster, tmp_path_factory.mktemp("admin"))


def ping(port, identity):
    with GrpcClient(port, identity) as client:
        return client.call("/proto.AuthService/GetDomainName")


def refusal(asyncssh, cluster, keys, pair, **more):
    """Returns the error of a client that must not get in."""
    async def try_to_connect():
        async with connect(asyncssh, cluster, keys, pair, **more):
            return None

    with pytest.raises((asyncssh.Error, OSError)) as failure:
        asyncio.run(asyncio.wait_for(try_to_connect(), 30))
    return str(failure.value)


def with_connection(asyncssh, cluster, keys, work, **more):
    async def run():
        async with connect(asyncssh, cluster, keys, **more) as connection:
            return await asyncio.wait_for(work(connection), 60)
    return asyncio.run(run())


def test_calls_of_the_auth_service_go_through_it(asyncssh, cluster, keys, admin):
    with Relay(asyncssh, cluster, keys) as relay:
        assert cluster.name.encode() in ping(relay.port, admin)
        with contextlib.ExitStack() as several:
            clients = [several.enter_context(GrpcClient(relay.port, admin)) for _ in range(MAX_CHANNELS - 1)]
            for client in clients:
                assert cluster.name.encode() in client.call("/proto.AuthService/GetDomainName")


def test_the_keys_change_while_calls_go_on(asyncssh, cluster, keys, admin):
    with Relay(asyncssh, cluster, keys, rekey_bytes=5000) as relay, GrpcClient(relay.port, admin) as client:
        for _ in range(200):
            assert cluster.name.encode() in client.call("/proto.AuthService/GetDomainName")


@pytest.mark.parametrize("algorithms", [
    {"kex_algs": ["ecdh-sha2-nistp256"]}, {"kex_algs": ["curve25519-sha256@libssh.org"]},
    {"encryption_algs": ["aes256-gcm@openssh.com"]}])
def test_the_algorithms_of_other_clients(asyncssh, cluster, keys, admin, algorithms):
    with Relay(asyncssh, cluster, keys, **algorithms) as relay:
        ping(relay.port, admin)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_the_certificate_is_for_the_names_of_the_proxy(asyncssh, cluster, keys, name):
    async def work(connection):
        return connection

    assert with_connection(asyncssh, cluster, keys, work, host=name)


def test_the_certificate_is_for_no_other_name(asyncssh, cluster, keys):
    assert "principal mismatch" in refusal(asyncssh, cluster, keys, None, host="other.example.com")


def test_a_certificate_with_a_principal_of_the_user(asyncssh, cluster, keys):
    pair = keys.signed("good", principals="root,other")

    async def work(connection):
        return (await open_channel(asyncssh, connection))[0]

    assert with_connection(asyncssh, cluster, keys, work, pair=pair, login="other")


@pytest.mark.parametrize("name,options,reason", [
    ("unknown-authority", {"authority": "stranger"}, "invalid client certificate"),
    ("signed-by-hosts", {"authority": "host"}, "invalid client certificate"),
    ("expired", {"validity": "-2h:-1h"}, "expired"),
    ("not-yet", {"validity": "+1h:+2h"}, "expired"),
    ("other-principal", {"principals": "somebody"}, "not among the principals"),
    ("no-roles", {"roles": []}, "has no roles"),
    ("unknown-role", {"roles": ["no-such-role"]}, "no-such-role"),
])
def test_refused_certificates(asyncssh, cluster, keys, name, options, reason):
    assert reason in refusal(asyncssh, cluster, keys, keys.signed(name, **options), login="root")


def test_a_certificate_with_an_option_that_must_be_understood_is_refused(asyncssh, cluster, keys):
    pair = keys.signed("option", "-O", "force-command=true")
    assert "critical option" in refusal(asyncssh, cluster, keys, pair, login="root")


def test_a_certificate_for_another_address_is_refused(asyncssh, cluster, keys):
    pair = keys.signed("pinned", "-O", "source-address=192.0.2.7/32")
    assert "another address" in refusal(asyncssh, cluster, keys, pair, login="root")


def test_the_certificate_of_a_host_is_not_served(asyncssh, cluster, keys):
    pair = keys.signed("host", "-h", authority="host")
    assert "not implemented" in refusal(asyncssh, cluster, keys, pair, login="root")


def test_a_key_without_a_certificate_is_refused(asyncssh, cluster, keys):
    refusal(asyncssh, cluster, keys, (keys.signed("plain")[0].rename(keys.directory / "plain-alone"), None))


def lock(cluster, user):
    return json.loads(cluster.tctl("lock", f"--user={user}", "--message=gone", "--format=json").out)["metadata"]["name"]


def test_a_locked_user_is_refused_and_an_open_connection_ends(asyncssh, cluster, keys):
    async def work(connection):
        name = await asyncio.to_thread(lock, cluster, USER)
        try:
            await asyncio.wait_for(connection.wait_closed(), 20)
            return await asyncio.to_thread(refusal, asyncssh, cluster, keys, None)
        finally:
            await asyncio.to_thread(cluster.tctl, "rm", f"lock/{name}")

    assert "is in force" in with_connection(asyncssh, cluster, keys, work)


@pytest.mark.parametrize("request_of", [{"address": "127.0.0.1:22"}, {"address": "@local-node"}, b"10.0.0.1:3025",
                                        {"conn_type": "node"}, b" ", b"x" * 30000], ids=range(6))
def test_other_destinations_are_refused_with_a_reason(asyncssh, cluster, keys, request_of):
    async def work(connection):
        channel, session = await open_channel(asyncssh, connection)
        granted = await dial(channel, request_of)
        await session.closed.wait()
        return granted, session.error

    granted, error = with_connection(asyncssh, cluster, keys, work)
    assert not granted
    assert b"connection rejected" in error


def test_other_requests_on_a_channel_are_refused(asyncssh, cluster, keys):
    async def work(connection):
        channel, session = await open_channel(asyncssh, connection)
        assert not await dial(channel, name=b"exec")
        await session.closed.wait()
        other, _ = await open_channel(asyncssh, connection)
        assert await dial(other)
        assert not await dial(other)  # once

    with_connection(asyncssh, cluster, keys, work)


@pytest.mark.parametrize("kind,code,text", [
    (b"session", PROHIBITED, "right one"), (b"teleport-heartbeat", UNKNOWN_TYPE, "not implemented"),
    (b"direct-tcpip", UNKNOWN_TYPE, "not known"), (b"", UNKNOWN_TYPE, "not known")])
def test_other_channels_are_refused(asyncssh, cluster, keys, kind, code, text):
    async def work(connection):
        with pytest.raises(asyncssh.ChannelOpenError) as failure:
            await open_channel(asyncssh, connection, kind)
        return failure.value

    error = with_connection(asyncssh, cluster, keys, work)
    assert error.code == code
    assert text in error.reason


def test_ports_are_not_forwarded(asyncssh, cluster, keys):
    async def work(connection):
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "localhost", 1)

    with_connection(asyncssh, cluster, keys, work)


def test_a_thousand_channels(asyncssh, cluster, keys, admin):
    cluster.forget_peak()
    before = cluster.resident()

    async def work(connection):
        opened = [await open_channel(asyncssh, connection) for _ in range(MAX_CHANNELS)]
        for channel, _ in opened:
            assert await dial(channel)
        refused = await asyncio.gather(*(open_channel(asyncssh, connection) for _ in range(1000)),
                                       return_exceptions=True)
        assert {error.code for error in refused} == {RESOURCE_SHORTAGE}
        assert cluster.name.encode() in await asyncio.to_thread(ping, cluster.auth_port, admin)
        opened[0][0].close()
        await opened[0][1].closed.wait()
        assert await dial((await open_channel(asyncssh, connection))[0])

    with_connection(asyncssh, cluster, keys, work)
    assert cluster.resident("VmHWM") - before < 40 * MEGABYTE


def test_a_client_that_reads_nothing_takes_little_memory(asyncssh, cluster, keys, admin, tmp_path):
    """The client asks for answers of the whole connection, and leaves all of them unread."""
    reading = tmp_path / "reading"
    reading.touch()
    cluster.forget_peak()
    before = cluster.resident()

    async def work(connection):
        reading.unlink()
        for _ in range(100):
            for _ in range(2000):
                connection.send_packet(80, struct.pack(">I", 4) + b"what" + b"\x01")
            await asyncio.sleep(0.01)
        return await asyncio.to_thread(ping, cluster.auth_port, admin)

    assert cluster.name.encode() in with_connection(asyncssh, cluster, keys, work, reading=reading)
    assert cluster.resident("VmHWM") - before < 30 * MEGABYTE


def ended(stream, patience):
    """Returns whether the server ends a connection in time; drops what it sends."""
    deadline = time.monotonic() + patience
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            stream.settimeout(max(0.1, deadline - time.monotonic()))
            if not stream.recv(65536):
                return True
        return False
    return time.monotonic() < deadline


@pytest.mark.parametrize("words", [
    b"", b"SSH-2.0-silent", b"SSH-2.0-silent\r\n", b"SSH-2.0-x\r\n" + struct.pack(">I", 60000)])
def test_silence_in_the_handshake_ends_it(cluster, words):
    with tls(cluster) as stream:
        stream.sendall(words)
        assert ended(stream, 25)


def test_silence_before_tls_ends_it(cluster):
    with socket.create_connection(("127.0.0.1", cluster.proxy_port)) as raw:
        raw.sendall(client_hello("localhost", ["teleport-reversetunnel"]))
        assert ended(raw, 25)


@pytest.mark.parametrize("words", [
    b"GET / HTTP/1.1\r\n\r\n", b"SSH-1.5-old\r\n", b"SSH-2.0-" + b"x" * 1000, b"SSH-2.0-x\r\n" + b"\xff" * 64,
    b"SSH-2.0-x\r\n" + struct.pack(">I", 1 << 20), b"SSH-2.0-x\r\n" + struct.pack(">IB", 12, 200) + b"x" * 11,
    b"SSH-2.0-x\r\n" + struct.pack(">IBB", 12, 10, 90) + b"x" * 10], ids=range(7))
def test_other_bytes_end_the_connection_at_once(cluster, words):
    with tls(cluster) as stream:
        stream.sendall(words)
        assert ended(stream, 5)


def test_many_silent_strangers_keep_nobody_away(asyncssh, cluster, keys, admin):
    with contextlib.ExitStack() as silent:
        for number in range(300):
            stream = tls(cluster, source=f"127.3.0.{number % 100 + 1}")
            silent.enter_context(stream)
            with contextlib.suppress(OSError, ssl.SSLError):
                stream.sendall(b"SSH-2.0-silent\r\n")
        with Relay(asyncssh, cluster, keys) as relay:
            assert cluster.name.encode() in ping(relay.port, admin)


def test_a_client_that_tests_for_balancers_sees_the_protocol(cluster):
    with tls(cluster, protocols=["teleport-reversetunnel"]) as stream:
        assert stream.selected_alpn_protocol() == "teleport-reversetunnel"


def test_the_log_says_why_a_login_was_refused(asyncssh, cluster, keys):
    refusal(asyncssh, cluster, keys, keys.signed("logged", validity="-2h:-1h"), login="root")
    wait_for(lambda: "SSH login refused" in cluster.log.read_text(), what="a line of the log")
