"""Connects its own input and output to a TLS port: tls_pipe.py PORT CA_FILE PROTOCOLS [FILE]. Reads from the port as
long as the file is there."""

import os
import socket
import ssl
import sys
import threading
import time


def main(port, ca_file, protocols, reading=None):
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(protocols.split(","))
    stream = context.wrap_socket(socket.create_connection(("127.0.0.1", int(port))), server_hostname="localhost")

    def pass_on():
        while reading is None or os.path.exists(reading):
            data = stream.recv(65536)
            if not data:
                os._exit(0)
            os.write(1, data)
        while True:
            time.sleep(1)

    threading.Thread(target=pass_on, daemon=True).start()
    while data := os.read(0, 65536):
        stream.sendall(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
