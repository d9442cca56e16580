"""Stands between a gRPC client and a server: passes calls on, but for methods that it answers UNIMPLEMENTED."""

import socket
import ssl
import threading

import h2.config
import h2.connection
import h2.events

BYTES = 1 << 16
UNIMPLEMENTED = "12"


class GrpcFilter:
    """Listens with a certificate of its own; calls the server with the client's certificate of the given files."""

    def __init__(self, upstream_port, server_name, listen_context, connect_context, refused):
        self.refused = set(refused)
        self.called = []
        self._upstream = ("127.0.0.1", upstream_port)
        self._server_name = server_name
        self._listen = listen_context
        self._connect = connect_context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self._listen.set_alpn_protocols(["h2"])
            self._connect.set_alpn_protocols(["h2"])
            near = self._listen.wrap_socket(connection, server_side=True)
            far = self._connect.wrap_socket(socket.create_connection(self._upstream), server_hostname=self._server_name)
            self._open += [near, far]
            _Pair(self, near, far).run()
        except (OSError, ssl.SSLError):
            connection.close()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class _End:
    """One HTTP/2 connection; bytes wait here until its windows are open."""

    def __init__(self, connection, is_client):
        self.socket = connection
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=is_client, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(1 << 24)
        self.waiting = {}  # by stream: bytes, and whether the stream ends after them

    def queue(self, stream, data, end):
        before, ends = self.waiting.get(stream, (b"", False))
        self.waiting[stream] = (before + data, ends or end)
        self.push(stream)

    def push(self, stream):
        data, ends = self.waiting.get(stream, (b"", False))
        while data:
            size = min(len(data), self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if size == 0:
                break
            self.h2.send_data(stream, data[:size])
            data = data[size:]
        if not data and ends:
            self.h2.send_data(stream, b"", end_stream=True)
            self.waiting.pop(stream, None)
        else:
            self.waiting[stream] = (data, ends)

    def flush(self):
        data = self.h2.data_to_send()
        if data:
            self.socket.sendall(data)


class _Pair:
    """The two connections of a client. A lock keeps their states together; stream ids are the same on both."""

    def __init__(self, owner, near, far):
        self.owner = owner
        self.near, self.far = _End(near, False), _End(far, True)
        self.lock = threading.Lock()

    def run(self):
        with self.lock:
            self.near.flush()
            self.far.flush()
        back = threading.Thread(target=self._pump, args=(self.far, self.near), daemon=True)
        back.start()
        self._pump(self.near, self.far)
        back.join()

    def _pump(self, source, sink):
        while True:
            try:
                data = source.socket.recv(BYTES)
            except (OSError, ssl.SSLError):
                data = b""
            if not data:
                for end in (source, sink):
                    try:
                        end.socket.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return
            with self.lock:
                try:
                    for event in source.h2.receive_data(data):
                        self._take(event, source, sink)
                    source.flush()
                    sink.flush()
                except OSError:
                    pass

    def _take(self, event, source, sink):
        stream = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.RequestReceived):
            method = dict(event.headers)[":path"]
            self.owner.called.append(method)
            if method.rsplit("/", 1)[1] in self.owner.refused:
                source.h2.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc"),
                                                ("grpc-status", UNIMPLEMENTED)], end_stream=True)
                return
            sink.h2.send_headers(stream, event.headers, end_stream=event.stream_ended is not None)
        elif isinstance(event, h2.events.ResponseReceived):
            sink.h2.send_headers(stream, event.headers, end_stream=event.stream_ended is not None)
        elif isinstance(event, h2.events.TrailersReceived):
            sink.push(stream)
            sink.h2.send_headers(stream, event.headers, end_stream=True)
        elif isinstance(event, h2.events.DataReceived):
            source.h2.acknowledge_received_data(event.flow_controlled_length, stream)
            if stream in _open_streams(sink):
                sink.queue(stream, event.data, event.stream_ended is not None)
        elif isinstance(event, h2.events.StreamEnded):
            pass
        elif isinstance(event, h2.events.StreamReset):
            if stream in _open_streams(sink):
                sink.h2.reset_stream(stream, event.error_code)
        elif isinstance(event, h2.events.WindowUpdated):
            for waiting in list(source.waiting) if stream == 0 else [stream]:
                if waiting in source.waiting:
                    source.push(waiting)


def _open_streams(end):
    return {number for number, stream in end.h2.streams.items() if not stream.closed}
