"""A hostile HTTP/2 client of the auth service's port, which ignores the answers."""

import contextlib
import socket
import struct
import time

import h2.config
import h2.connection
import h2.events

from grpc_client import SERVER_NAME, client_context

PING = "/proto.AuthService/Ping"
LARGEST_MESSAGE = 4 << 20


class HostileHttp2:
    """A connection from a separate address, without a certificate unless one is given."""

    def __init__(self, cluster, identity=None, source="127.0.0.2"):
        context = client_context(*(identity or (None, None)), protocols=["h2"])
        raw = socket.create_connection(("127.0.0.1", cluster.auth_port), timeout=20, source_address=(source, 0))
        self.socket = context.wrap_socket(raw, server_hostname=SERVER_NAME)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.http.initiate_connection()
        self.flush()
        self._left = {}  # remaining bytes of unfinished messages, by stream

    def close(self):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.http.data_to_send())

    def open(self, path=PING):
        stream = self.http.get_next_available_stream_id()
        self.http.send_headers(stream, [(":method", "POST"), (":scheme", "https"), (":path", path),
                                        (":authority", SERVER_NAME), ("te", "trailers"),
                                        ("content-type", "application/grpc")])
        return stream

    def send_unfinished(self, seconds):
        """Sends messages of 4 MB without their last byte, in as many streams and as far as the windows permit. Returns
        when the windows are full, or after the time; OSError when the cluster ends the connection."""
        until = time.monotonic() + seconds
        self.socket.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < until:
                self._send_some()
                self.flush()
                self._take(self.socket.recv(65536))

    def _send_some(self):
        while len(self._left) < min(100, self.http.remote_settings.max_concurrent_streams):
            stream = self.open()
            self.http.send_data(stream, struct.pack(">BI", 0, LARGEST_MESSAGE))
            self._left[stream] = LARGEST_MESSAGE - 1
        for stream, size in self._left.items():
            room = min(self.http.local_flow_control_window(stream), self.http.max_outbound_frame_size, size)
            if room > 0:
                self.http.send_data(stream, bytes(room))
                self._left[stream] -= room

    def _take(self, data):
        for event in self.http.receive_data(data) if data else [None]:
            if event is None or isinstance(event, h2.events.ConnectionTerminated):
                raise ConnectionResetError("the cluster ended the connection")
            if isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                self._left.pop(event.stream_id, None)
