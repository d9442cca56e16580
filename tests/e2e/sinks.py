"""An endpoint for events such as Fluentd's: HTTP or HTTPS with client certificates, which can misbehave when told."""

import collections
import gzip
import http.server
import json
import socket
import ssl
import struct
import threading

import certs


class Sink:
    """Keeps the events that it takes, by path. `answers` are used up by the next requests: an HTTP status, a pair of
    status and headers, "reset" (after half of the body), "drop" (takes the event, and closes without an answer), or a
    number of seconds as a float, to wait before status 200."""

    def __init__(self, tls=None):
        self.got = collections.defaultdict(list)
        self.requests = []  # (path, headers) of all requests
        self.answers = collections.deque()
        self.always = None  # an answer for each request
        self.connections = 0
        self.subjects = set()  # of the client certificates
        self._tls = tls
        self._server = None
        self.stopped = threading.Event()
        self.port = 0
        self.start()

    @property
    def url(self):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def start(self):
        """Serves at the port of before."""
        self.stopped.clear()
        self._server = _Server(("127.0.0.1", self.port), _handler_of(self))
        self._server.tls = self._tls
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()

    def events(self, path="/test.log"):
        return list(self.got[path])

    def uids(self, path="/test.log"):
        return [event["uid"] for event in self.events(path)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    tls = None

    def __init__(self, *arguments):
        self._open = set()
        super().__init__(*arguments)

    def get_request(self):
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def finish_request(self, request, client_address):
        if self.tls:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                return
            self._open.add(request)
        super().finish_request(request, client_address)

    def close_connections(self):
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    def handle_error(self, request, client_address):
        pass  # clients that close, and connections that this server closes


def _handler_of(sink):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self):
            super().setup()
            sink.connections += 1
            if sink._tls:
                sink.subjects.add(str(self.request.getpeercert().get("subject")))

        def do_POST(self):  # pylint: disable=invalid-name
            answer = sink.answers.popleft() if sink.answers else sink.always or 200
            size = int(self.headers["Content-Length"])
            if answer == "reset":
                self.rfile.read(size // 2)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            body = self.rfile.read(size)
            sink.requests.append((self.path, dict(self.headers)))
            if isinstance(answer, float):
                sink.stopped.wait(answer)
                answer = 200
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            if status == "drop" or 200 <= status <= 299:
                if self.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                sink.got[self.path].extend(json.loads(line) for line in body.splitlines())
            if status == "drop":
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    return Handler


class SinkAuthority:
    """Makes the certificates of a sink and its clients in a directory: ca.crt, server.crt, client.crt, and keys."""

    def __init__(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        authority = certs.make_self_signed(directory, "ca")
        certs.sign(directory, "server", authority, "/CN=Server", extensions="subjectAltName=IP:127.0.0.1,DNS:localhost")
        certs.sign(directory, "client", authority, "/CN=Client")

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "server.crt", self.directory / "server.key")
        context.load_verify_locations(self.directory / "ca.crt")
        context.verify_mode = ssl.CERT_REQUIRED
        return context
