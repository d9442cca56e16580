"""An API server whose answers a test writes as bytes."""

import io
import json
import socket
import ssl
import threading

import pytest

from certs import make_self_signed


class Request:
    def __init__(self, connection, method, target, headers, body):
        self.connection = connection  # the number of the connection
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body

    @property
    def user(self):
        return self.headers.get("impersonate-user", "")


class RecordedTls(io.RawIOBase):
    """TLS of a server on a socket. Keeps the first bytes of both directions, to explain a failed test."""

    KEPT_BYTES = 48

    def __init__(self, context, raw):
        super().__init__()
        self.received = self.sent = b""
        self._raw = raw
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def _flush(self):
        data = self._outgoing.read()
        self.sent += data[:self.KEPT_BYTES - len(self.sent)]
        self._raw.sendall(data)

    def _run(self, operation, *arguments):
        while True:
            try:
                result = operation(*arguments)
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                data = self._raw.recv(1 << 16)
                self.received += data[:self.KEPT_BYTES - len(self.received)]
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()

    def handshake(self):
        self._run(self._tls.do_handshake)

    def readable(self):
        return True

    def readinto(self, room):
        try:
            return self._run(self._tls.read, len(room), room)
        except ssl.SSLZeroReturnError:
            return 0

    def sendall(self, data):
        self._run(self._tls.write, data)

    def end(self):
        """Sends the end of the TLS stream and waits for the peer's."""
        self._run(self._tls.unwrap)

    def __repr__(self):
        return f"received {self.received.hex()}, sent {self.sent.hex()}"


class ScriptedKube:
    """`script(request, send)` answers a request with bytes for `send`, and returns whether the connection stays. An
    exception ends the connection. The server answers the targets in `early` before it reads their bodies."""

    def __init__(self, directory, clusters, script=None):
        directory.mkdir(parents=True, exist_ok=True)
        cert, key = make_self_signed(directory, "scripted", "-addext", "subjectAltName=IP:127.0.0.1")
        self.script = script
        self.early = set()
        self.requests = []
        self.connections = {}  # the streams
        self.failures = []  # the connections that failed, and why
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(cert, key)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._count = 0
        self.kubeconfig = directory / "kubeconfig"
        entry = {"server": f"https://127.0.0.1:{self._listener.getsockname()[1]}", "certificate-authority": str(cert)}
        self.kubeconfig.write_text(json.dumps({  # JSON is YAML
            "apiVersion": "v1", "kind": "Config", "clusters": [{"name": "scripted", "cluster": entry}],
            "users": [{"name": "service", "user": {"token": "token-of-the-scripted"}}],
            "contexts": [{"name": name, "context": {"cluster": "scripted", "user": "service"}} for name in clusters]}))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # sends small writes at once
            self._count += 1
            threading.Thread(target=self._serve, args=(raw, self._count), daemon=True).start()

    def _serve(self, raw, number):
        connection = f"connection {number} from port {raw.getpeername()[1]}"
        try:
            with raw, RecordedTls(self._context, raw) as stream, io.BufferedReader(stream) as reader:
                self.connections[connection] = stream
                stream.handshake()
                while True:
                    request = self._read(reader, number)
                    if request is None:
                        return
                    self.requests.append(request)
                    if not self.script(request, stream.sendall):
                        stream.end()
                        return
        except (OSError, ssl.SSLError, ValueError) as failure:
            self.failures.append((connection, repr(failure)))

    def explain(self):
        """Returns the first bytes of the last connections, and why the last failed connections ended."""
        last = [f"{name}: {stream!r}" for name, stream in list(self.connections.items())[-4:]]
        return "\n".join(last + [f"{name} failed: {why}" for name, why in self.failures[-4:]])

    def _read(self, reader, number):
        line = reader.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while field := reader.readline().decode("latin-1").strip():
            name, _, value = field.partition(":")
            headers[name.lower()] = value.strip()
        body = b""
        if line[1] in self.early:
            return Request(number, line[0], line[1], headers, body)
        if headers.get("transfer-encoding") == "chunked":
            while size := int(reader.readline(), 16):
                body += reader.read(size)
                reader.readline()
            reader.readline()
        else:
            body = reader.read(int(headers.get("content-length", "0")))
        return Request(number, line[0], line[1], headers, body)

    def stop(self):
        self._listener.close()


def answer(body, *fields, status="200 OK", content_type="application/json"):
    """Returns an ordinary answer in bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(data)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + data


@pytest.fixture(scope="module")
def kube(tmp_path_factory):
    """Starts a server for the tests of a module that imports this fixture."""
    server = ScriptedKube(tmp_path_factory.mktemp("scripted"), ["dev-cluster"])
    yield server
    server.stop()
