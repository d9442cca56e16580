"""A server of a test, which accepts connections in a thread until it stops."""

import socket
import threading


class Accepting:
    """Calls `serve(connection)` for each connection to a port of this host, one after the other. `serve` owns the
    connection."""

    def __init__(self, serve, **options):
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0), **options)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._serve(connection)

    def stop(self):
        # close() does not end accept() in another thread. A signal would then begin it again, with a descriptor that
        # is the listener of another test by then, whose connection this thread would take.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        assert not self._thread.is_alive(), "a connection is still served"
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
