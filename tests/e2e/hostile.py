"""Hostile hosts: they join with any id, and implement the tunnel's protocol themselves."""

import base64
import json
import subprocess

from certs import make_key, openssl, public_key, split_pem
from grpc_client import GrpcClient
from protobuf import field, fields

CONTROL = "/sallyport.v1.TunnelService/Control"
CONNECT = "/sallyport.v1.TunnelService/Connect"


def token(cluster, roles="node"):
    """Creates a join token with these roles, and returns its secret."""
    value = json.loads(cluster.tctl("nodes", "add", f"--roles={roles}", "--ttl=1h", "--format=json").out)[0]
    cluster.secrets.add(value)
    return value


def join(cluster, directory, secret, host_id, role="Instance", **more):
    """Requests certificates for a host id; returns the answer, and the path of the key."""
    directory.mkdir(parents=True, exist_ok=True)
    key = make_key(directory / "key")
    pem = public_key(key)
    (directory / "key.pub").write_bytes(pem)
    line = subprocess.run(["ssh-keygen", "-i", "-m", "PKCS8", "-f", directory / "key.pub"], capture_output=True,
                          check=True).stdout
    body = {"hostID": host_id, "node_name": "hostile", "role": role, "token": secret, "additional_principals": [],
            "dns_names": [], "public_tls_key": base64.b64encode(pem).decode(),
            "public_ssh_key": base64.b64encode(line.strip()).decode(), **more}
    return cluster.web().request("POST", "/v1/webapi/host/credentials", body), key


def joined(cluster, directory, secret, host_id, **more):
    """Requests certificates, which must succeed; returns the paths of certificate and key."""
    answer, key = join(cluster, directory, secret, host_id, **more)
    assert answer.status == 200, answer.body
    cert = directory / "cert.pem"
    cert.write_bytes(base64.b64decode(answer.json()["tls"]))
    (directory / "ssh-cert.pub").write_bytes(base64.b64decode(answer.json()["ssh"]))
    return str(cert), str(key)


def identity_of(agent_directory, directory):
    """Copies the TLS certificate and key of a real agent, and returns the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    blocks = split_pem((agent_directory / "data" / "agent_identity").read_text())
    cert, key = directory / "stolen.crt", directory / "stolen.key"
    cert.write_text(next(text for label, text in blocks if label == "CERTIFICATE"))
    key.write_text(next(text for label, text in blocks if label.endswith("PRIVATE KEY")))
    return str(cert), str(key)


def host_id_of(identity):
    """Returns the host id in a certificate's subject, without the name of the cluster."""
    subject = openssl("x509", "-in", identity[0], "-noout", "-subject", "-nameopt", "RFC2253,sep_multiline").decode()
    name = next(line.strip() for line in subject.splitlines() if line.strip().startswith("CN="))
    return name[3:].split(".")[0]


def labels_field(number, labels):
    return b"".join(field(number, field(1, key) + field(2, value)) for key, value in labels.items())


def node(hostname, labels, name="any", sub_kind="", **more):
    """Returns the message by which an agent announces a node; `more` are further labels from commands."""
    commands = b"".join(field(4, field(1, key) + field(2, field(3, value))) for key, value in more.items())
    return (field(1, "node") + field(2, sub_kind) + field(3, "v2") +
            field(4, field(1, name) + field(2, "default") + labels_field(5, labels)) +
            field(5, field(3, hostname) + field(6, 1) + field(7, "18.3.0") + commands))


def kube_server(name, labels, hostname="hostile"):
    metadata = field(1, name) + field(2, "default")
    inner = field(1, "kube_cluster") + field(3, "v3") + field(4, metadata + labels_field(5, labels)) + field(5, b"")
    return (field(1, "kube_server") + field(3, "v3") + field(4, metadata) +
            field(5, field(1, "18.3.0") + field(2, hostname) + field(3, "any") + field(5, inner)))


class HostileAgent:
    """A control call of an agent, and its messages."""

    def __init__(self, cluster, identity, hostname="hostile", services=("Node", "Kube")):
        self.cluster = cluster
        self.identity = identity
        self.client = GrpcClient(cluster.auth_port, identity)
        self.call = self.client.open(CONTROL)
        self.say(1, field(1, "18.3.0") + field(2, hostname) + b"".join(field(3, name) for name in services))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.__exit__()

    def say(self, number, message):
        self.client.send_message(self.call, field(number, message))

    def announce(self, *words, **named):
        self.say(2, node(*words, **named))

    def announce_kube(self, *servers):
        self.say(6, b"".join(field(1, server) for server in servers))

    def report(self, **event):
        self.say(3, field(1, json.dumps(event)))

    def hear(self, number):
        """Waits for a message of one kind from the proxy, and returns its fields; GrpcError when the call ends."""
        while True:
            said = fields(self.client.next_message(self.call))
            if number in said:
                return fields(said[number][0])

    def welcome(self):
        return self.hear(1)

    def refusal(self):
        """Waits for a refusal of an announcement; returns the refused part and the reason."""
        said = self.hear(5)
        return said[1][0].decode(), said[2][0].decode()
