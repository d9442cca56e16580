"""A client for gRPC calls over HTTP/2 with bytes as messages, for calls that no program of ours makes."""

import contextlib
import select
import socket
import ssl
import struct
import urllib.parse

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from protobuf import field

SERVER_NAME = "teleport.cluster.local"


def create_role(name):
    """Returns the method and the request that create an empty role."""
    role = field(1, "role") + field(3, "v7") + field(4, field(1, name)) + field(5, b"")
    return "/proto.AuthService/CreateRole", field(1, role)


def client_context(cert=None, key=None, ca_file=None, protocols=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        context.load_verify_locations(ca_file)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert:
        context.load_cert_chain(cert, key)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context


def client_hello(server_name=SERVER_NAME, protocols=("h2",)):
    """Returns the hello of a TLS client, for tests of clients that send nothing else."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context(protocols=protocols).wrap_bio(incoming, outgoing, server_hostname=server_name)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


class GrpcError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class GrpcClient:
    """One connection, for one thread only."""

    def __init__(self, port, identity=None, ca_file=None, protocols=("h2",), timeout=20, raw=None):
        context = client_context(*(identity or (None, None)), ca_file, list(protocols))
        if raw is None:
            raw = socket.create_connection(("127.0.0.1", port), timeout=timeout)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(raw, server_hostname=SERVER_NAME)
        self._http = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._http.initiate_connection()
        self._flush()
        self._answers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _flush(self):
        self._socket.sendall(self._http.data_to_send())

    @staticmethod
    def _headers(method, **metadata):
        return [(":method", "POST"), (":scheme", "https"), (":path", method), (":authority", SERVER_NAME),
                ("te", "trailers"), ("content-type", "application/grpc"), ("user-agent", "tctl/18.3.0 test"),
                *metadata.items()]

    def open(self, method, **metadata):
        """Begins a call and returns its number."""
        stream = self._http.get_next_available_stream_id()
        self._http.send_headers(stream, self._headers(method, **metadata))
        self._answers[stream] = {"headers": {}, "data": b"", "ended": False}
        return stream

    def send_message(self, stream, message, end=False):
        left = struct.pack(">BI", 0, len(message)) + message
        while True:
            room = min(self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size)
            if room == 0 and not self._answers[stream]["ended"]:
                self._read()
                continue
            if self._answers[stream]["ended"]:
                return  # the cluster refused the call before the end of the message
            part, left = left[:room], left[room:]
            self._http.send_data(stream, part, end_stream=end and not left)
            self._flush()
            if not left:
                return

    def end(self, stream):
        """Ends the messages of a call."""
        self._http.end_stream(stream)
        self._flush()

    def send(self, method, request, **metadata):
        """Sends a call and returns its number for receive()."""
        stream = self.open(method, **metadata)
        self.send_message(stream, request, end=True)
        return stream

    def receive(self, stream):
        """Returns the answer of a call; GrpcError when the cluster refuses the call, OSError when the connection ends
        before."""
        answer = self._answers[stream]
        while not answer["ended"]:
            self._read()
        del self._answers[stream]
        status = int(answer["headers"].get("grpc-status", -1))
        if status != 0:
            raise GrpcError(status, urllib.parse.unquote(answer["headers"].get("grpc-message", "")))
        return answer["data"][5:]

    def next_message(self, stream):
        """Returns the next message of a stream of answers; GrpcError when the call ends."""
        answer = self._answers[stream]
        while True:
            data = answer["data"]
            size = 5 + int.from_bytes(data[1:5], "big")
            if len(data) >= max(5, size):
                answer["data"] = data[size:]
                return data[5:size]
            if answer["ended"]:
                return self.receive(stream)
            self._read()

    def carry(self, stream, inner, wrap, unwrap):
        """Carries bytes between a socket and the messages of a call, until the call ends; raises GrpcError when the
        cluster refuses the call."""
        answer, ended = self._answers[stream], False
        while True:
            while len(answer["data"]) >= 5:
                inner.sendall(unwrap(self.next_message(stream)))
            if answer["ended"]:
                return self.receive(stream)
            ready = select.select([self._socket] if ended else [self._socket, inner], [], [],
                                  0 if self._socket.pending() else None)[0]
            if self._socket in ready or self._socket.pending():
                self._read()
            if inner in ready:
                data = inner.recv(16384)
                ended = not data
                self.end(stream) if ended else self.send_message(stream, wrap(data))

    def wait_for_some(self):
        """Waits until some calls have their answers, and returns their numbers."""
        while not (ended := [stream for stream, answer in self._answers.items() if answer["ended"]]):
            self._read()
        return ended

    def _read(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError("the cluster ended the connection")
        for event in self._http.receive_data(data):
            self._take(event)
        self._flush()

    def _take(self, event):
        answer = self._answers.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.ConnectionTerminated):
            raise ConnectionResetError("the cluster sent GOAWAY")
        if answer is None:
            return
        if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
            answer["headers"].update(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            answer["data"] += event.data
            self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamReset) and not answer["ended"]:
            raise ConnectionResetError(f"the call was reset with {event.error_code}")
        if isinstance(event, h2.events.StreamEnded):
            answer["ended"] = True

    def send_large(self, method, request):
        """Makes a call whose request is larger than the windows: sends the parts as the windows open."""
        stream = self.open(method)
        self._flush()
        data = struct.pack(">BI", 0, len(request)) + request
        while data and not self._answers[stream]["ended"]:
            size = min(len(data), self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size)
            if size == 0:
                for event in self._http.receive_data(self._socket.recv(65536)):
                    self._take(event)
            else:
                self._http.send_data(stream, data[:size], end_stream=size == len(data))
                data = data[size:]
            self._flush()
        return self.receive(stream)

    def call(self, method, request=b"", **metadata):
        return self.receive(self.send(method, request, **metadata))
