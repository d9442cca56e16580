"""Functions that call each endpoint of a cluster with a client certificate, and return the result."""

import base64
import http.client
import json
import socket

from certs import make_key, openssl, public_key, split_pem
from grpc_client import GrpcClient, GrpcError, client_context

KUBE_SERVER_NAME = "kube-teleport-proxy-alpn.localhost"


class Access:
    """The result of a call: whether access was granted, and the message."""

    def __init__(self, granted, text):
        self.granted = granted
        self.text = text

    def __repr__(self):
        return f"{'granted' if self.granted else 'refused'}: {self.text}"


def auth_protocol(cluster):
    return f"teleport-auth@{cluster.name.encode().hex()}.teleport.cluster.local"


def _https(port, identity, path, server_name, protocols, ca_file=None):
    """Sends a GET with a given server name."""
    context = client_context(*(identity or (None, None)), ca_file, protocols)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        with context.wrap_socket(raw, server_hostname=server_name) as stream:
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {server_name}\r\nConnection: close\r\n\r\n".encode())
            response = http.client.HTTPResponse(stream)
            response.begin()
            body = json.loads(response.read() or b"{}")
    if response.status == 200:
        return Access(True, json.dumps(body))
    return Access(False, body["error"]["message"] if "error" in body else body["message"])


def _grpc(port, identity, protocols, **metadata):
    try:
        with GrpcClient(port, identity, protocols=protocols) as client:
            return Access(True, client.call("/proto.AuthService/GetDomainName", **metadata).decode(errors="replace"))
    except GrpcError as error:
        return Access(False, error.message)


def grpc_on_auth(cluster, identity, **metadata):
    return _grpc(cluster.auth_port, identity, ["h2"], **metadata)


def grpc_by_proxy(cluster, identity, **metadata):
    return _grpc(cluster.proxy_port, identity, [auth_protocol(cluster), "h2"], **metadata)


def http_on_auth(cluster, identity):
    return _https(cluster.auth_port, identity, "/v2/configuration/name", "teleport.cluster.local", [])


def http_by_proxy(cluster, identity):
    return _https(cluster.proxy_port, identity, "/v2/configuration/name", "teleport.cluster.local",
                  [auth_protocol(cluster), "http/1.1"])


def kube_route(cluster, name="dev-cluster"):
    """Returns the prefix of paths that name the Kubernetes cluster, for certificates without its name."""
    return "/v1/teleport/" + "/".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
                                      for part in (cluster.name, name))


def kubernetes(cluster, identity):
    return _https(cluster.proxy_port, identity, f"{kube_route(cluster)}/api/v1/namespaces", KUBE_SERVER_NAME,
                  ["http/1.1"])


AUTH_ENDPOINTS = {endpoint.__name__: endpoint for endpoint in (grpc_on_auth, grpc_by_proxy, http_on_auth, http_by_proxy)}
ALL_ENDPOINTS = {**AUTH_ENDPOINTS, "kubernetes": kubernetes}


def log_in(cluster, user, directory, name, ttl_seconds=3600, **more):
    """Logs in by the web API without tsh; returns the paths of certificate and key."""
    cert, key = directory / f"{name}.crt", make_key(directory / f"{name}.key")
    client = cluster.web()
    answer = client.login_finish(user.name, user.password, user.authenticator.code(), public_key(key),
                                 ttl=ttl_seconds * 10**9, **more)
    assert answer.status == 200, answer.body
    cluster.secrets |= set(user.authenticator.codes)
    cert.write_bytes(base64.b64decode(answer.json()["tls_cert"]))
    return cert, key


def admin_identity(cluster, directory):
    """Returns certificate and key of the administrator of the host."""
    blocks = split_pem((cluster.data_dir / "admin_identity").read_text())
    cert, key = directory / "admin.crt", directory / "admin.key"
    cert.write_text(next(text for label, text in blocks if label == "CERTIFICATE"))
    key.write_text(next(text for label, text in blocks if label.endswith("PRIVATE KEY")))
    return cert, key


def make_source_known(cluster, identity, source="127.0.0.1"):
    """Calls with a certificate from an address, because the cluster permits more connections from such addresses."""
    raw = socket.create_connection(("127.0.0.1", cluster.auth_port), timeout=5, source_address=(source, 0))
    with GrpcClient(cluster.auth_port, identity, raw=raw) as client:
        assert client.call("/proto.AuthService/GetDomainName")


def host_authority(cluster, directory):
    """Returns the path of a file with the authorities of the identity file."""
    blocks = split_pem((cluster.data_dir / "admin_identity").read_text())
    path = directory / "authorities.crt"
    path.write_text("".join([text for label, text in blocks if label == "CERTIFICATE"][1:]))
    return path


def ended(cert):
    """Returns whether a certificate has expired."""
    return b"Certificate will expire" in openssl("x509", "-in", cert, "-noout", "-checkend", "0", accept=(0, 1))
