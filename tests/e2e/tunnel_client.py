"""A client of the proxy's SSH tunnel to the auth service, by asyncssh; and clients that do less."""

import asyncio
import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import threading

from grpc_client import client_context

PROTOCOLS = ["teleport-reversetunnelv2", "teleport-reversetunnel"]
AUTH = {"address": "@remote-auth-server", "conn_type": "node"}
JOIN_PRINCIPAL = "-teleport-internal-join"


def tls(cluster, source="127.0.0.1", protocols=None):
    """Opens the TLS connection inside of which the tunnel's SSH is."""
    raw = socket.create_connection(("127.0.0.1", cluster.proxy_port), timeout=30, source_address=(source, 0))
    context = client_context(ca_file=cluster.ca_file, protocols=protocols or PROTOCOLS)
    return context.wrap_socket(raw, server_hostname="localhost")


class Keys:
    """The files of a user's SSH key and certificate, and the authorities of the cluster's hosts."""

    def __init__(self, cluster, directory, user):
        self.directory = directory
        self.key = directory / "user"
        cluster.tctl("auth", "sign", "--format=openssh", f"--user={user}", f"--out={self.key}", "--overwrite")
        self.certificate = pathlib.Path(f"{self.key}-cert.pub")
        self.known_hosts = directory / "known_hosts"
        line = cluster.tctl("auth", "export", "--type=host").out.split()
        self.known_hosts.write_text(f"@cert-authority * {' '.join(line[2:4])}\n")
        self.authorities = {}
        for kind in ("user", "host"):
            path = directory / f"authority-{kind}"
            path.touch(mode=0o600)
            path.write_text(cluster.tctl("auth", "export", f"--type={kind}", "--keys").out)
            self.authorities[kind] = path
        stranger = directory / "authority-stranger"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger], check=True)
        self.authorities["stranger"] = stranger

    def signed(self, name, *words, authority="user", principals="root", validity="-1h:+1h", roles=("member",)):
        """Returns a new key with a certificate that ssh-keygen has signed with an authority of the cluster."""
        key = self.directory / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        written = json.dumps({"roles": list(roles)}, separators=(",", ":"))
        subprocess.run(["ssh-keygen", "-q", "-s", self.authorities[authority], "-I", "tunnel-user", "-n", principals,
                        "-V", validity, "-O", f"extension:teleport-roles={written}", *words, f"{key}.pub"], check=True)
        return key, pathlib.Path(f"{key}-cert.pub")


def connect(asyncssh, cluster, keys, pair=None, login=JOIN_PRINCIPAL, host="localhost", reading=None,
            **more):
    """Returns the context of a connection by SSH inside of TLS. `pair` replaces the user's key and certificate; the
    client reads as long as the file `reading` is there."""
    key, certificate = pair or (keys.key, keys.certificate)
    identity = str(key) if certificate is None else (str(key), str(certificate))
    command = [sys.executable, str(pathlib.Path(__file__).with_name("tls_pipe.py")), str(cluster.proxy_port),
               str(cluster.ca_file), ",".join(PROTOCOLS), *([str(reading)] if reading else [])]
    return asyncssh.connect(host, username=login, client_keys=[identity], config=None, agent_path=None,
                            known_hosts=str(keys.known_hosts), proxy_command=command, **more)


class Transport:
    """A channel of the tunnel, as asyncssh's session; what arrives is kept."""

    def __init__(self):
        self.data = b""
        self.error = b""
        self.closed = asyncio.Event()
        self.arrived = asyncio.Event()

    def connection_made(self, chan):
        pass

    def session_started(self):
        pass

    def pause_writing(self):
        pass

    def resume_writing(self):
        pass

    def data_received(self, data, datatype):
        if datatype is None:
            self.data += data
        else:
            self.error += data
        self.arrived.set()

    def eof_received(self):
        return False

    def connection_lost(self, _):
        self.closed.set()
        self.arrived.set()

    async def take(self):
        """Returns what has arrived, or b"" at the end."""
        while not self.data and not self.closed.is_set():
            self.arrived.clear()
            await self.arrived.wait()
        taken, self.data = self.data, b""
        return taken


async def open_channel(asyncssh, connection, kind=b"teleport-transport", window=1 << 20):
    """Opens a channel of any type; returns the channel and its session."""
    class Channel(asyncssh.SSHTCPChannel):  # pylint: disable=abstract-method
        _read_datatypes = {asyncssh.EXTENDED_DATA_STDERR}

    channel = Channel(connection, asyncio.get_running_loop(), None, "strict", window, 32768)
    # pylint: disable-next=protected-access
    return channel, await channel._open_forward(Transport, kind)


async def dial(channel, request=None, name=b"teleport-transport-dial"):
    """Asks for a destination; returns whether the answer is yes."""
    data = request if isinstance(request, bytes) else json.dumps(request or AUTH).encode()
    return await channel._make_request(name, data)  # pylint: disable=protected-access


class Relay:
    """A local port, each of whose connections goes through a channel of its own to the auth service."""

    def __init__(self, asyncssh, cluster, keys, **more):
        self._parts = (asyncssh, cluster, keys, more)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self.port = None
        self.failure = None

    def __enter__(self):
        self._thread.start()
        self._ready.wait(30)
        assert self.port, self.failure
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _run(self):
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self):
        asyncssh, cluster, keys, more = self._parts
        self._end = asyncio.Event()
        async with connect(asyncssh, cluster, keys, **more) as connection:
            async def accept(reader, writer):
                channel, session = await open_channel(asyncssh, connection)
                assert await dial(channel)
                await asyncio.gather(self._to_tunnel(reader, channel), self._from_tunnel(session, writer))

            server = await asyncio.start_server(accept, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end.wait()
            server.close()

    @staticmethod
    async def _to_tunnel(reader, channel):
        with contextlib.suppress(OSError):
            while data := await reader.read(16384):
                channel.write(data)
        channel.close()

    @staticmethod
    async def _from_tunnel(session, writer):
        with contextlib.suppress(OSError):
            while data := await session.take():
                writer.write(data)
                await writer.drain()
        writer.close()
