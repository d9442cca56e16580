"""Sends requests to the Kubernetes endpoint of a cluster as bytes, also requests that ordinary clients do not send."""

import http.client
import json
import socket
import ssl

from endpoints import KUBE_SERVER_NAME, kube_route
from grpc_client import client_context


class KubeAnswer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


class KubeEndpoint:
    """One connection. `identity` is a pair of files with certificate and key."""

    def __init__(self, cluster, identity, kube_cluster="dev-cluster", timeout=20):
        self.route = kube_route(cluster, kube_cluster)
        raw = socket.create_connection(("127.0.0.1", cluster.proxy_port), timeout=timeout)
        context = client_context(*(identity or (None, None)), None, ["http/1.1"])
        self.stream = context.wrap_socket(raw, server_hostname=KUBE_SERVER_NAME)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def send(self, method, target, *fields, body=b"", version="1.1"):
        """Sends a request with these fields. A target with a slash at the beginning is in the Kubernetes cluster."""
        if target.startswith("/"):
            target = self.route + target
        lines = [f"{method} {target} HTTP/{version}", f"Host: {KUBE_SERVER_NAME}", *fields]
        if body and not any("length" in field.lower() or "transfer" in field.lower() for field in fields):
            lines.append(f"Content-Length: {len(body)}")
        self.stream.sendall("\r\n".join(lines + ["", ""]).encode("latin-1") + body)

    def receive(self, method="GET"):
        """Reads one answer to its end; http.client.HTTPException when the connection ends before."""
        response = http.client.HTTPResponse(self.stream, method=method)
        response.begin()
        try:
            return KubeAnswer(response, response.read())
        except ssl.SSLError as failure:
            raise http.client.IncompleteRead(b"") from failure

    def ask(self, method, target, *fields, body=b"", version="1.1"):
        self.send(method, target, *fields, body=body, version=version)
        return self.receive(method)

    def ended(self):
        """Waits for the cluster to end the connection, and returns whether it did."""
        try:
            return self.stream.recv(1) == b""
        except ConnectionError:
            return True


def ask(cluster, identity, method, target, *fields, body=b"", version="1.1", kube_cluster="dev-cluster"):
    """Sends one request on a separate connection."""
    with KubeEndpoint(cluster, identity, kube_cluster) as endpoint:
        return endpoint.ask(method, target, *fields, body=body, version=version)
