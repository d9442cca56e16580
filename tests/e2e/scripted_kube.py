"""An API server whose answers a test writes as bytes."""

import json
import socket
import ssl
import threading

import pytest

from accepting import Accepting
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


class ScriptedKube:
    """`script(request, send)` answers a request with bytes for `send`, and returns whether the connection stays. An
    exception ends the connection. The server answers the targets in `early` before it reads their bodies."""

    def __init__(self, directory, clusters, script=None):
        directory.mkdir(parents=True, exist_ok=True)
        cert, key = make_self_signed(directory, "scripted", "-addext", "subjectAltName=IP:127.0.0.1")
        self.script = script
        self.early = set()
        self.requests = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(cert, key)
        self._count = 0
        self._server = Accepting(self._begin, backlog=256)
        self.kubeconfig = directory / "kubeconfig"
        entry = {"server": f"https://127.0.0.1:{self._server.port}", "certificate-authority": str(cert)}
        self.kubeconfig.write_text(json.dumps({  # JSON is YAML
            "apiVersion": "v1", "kind": "Config", "clusters": [{"name": "scripted", "cluster": entry}],
            "users": [{"name": "service", "user": {"token": "token-of-the-scripted"}}],
            "contexts": [{"name": name, "context": {"cluster": "scripted", "user": "service"}} for name in clusters]}))

    def _begin(self, raw):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # sends small writes at once
        self._count += 1
        threading.Thread(target=self._serve, args=(raw, self._count), daemon=True).start()

    def _serve(self, raw, number):
        try:
            with self._context.wrap_socket(raw, server_side=True) as stream, stream.makefile("rb") as reader:
                while True:
                    request = self._read(reader, number)
                    if request is None:
                        return
                    self.requests.append(request)
                    if not self.script(request, stream.sendall):
                        stream.unwrap()
                        return
        except (OSError, ssl.SSLError, ValueError):
            pass

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
        self._server.stop()


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
