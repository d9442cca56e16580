"""Joins and renews bots by the calls of their programs, with keys made by openssl."""

import base64
import json
import time

from certs import make_key, openssl, public_key
from grpc_client import GrpcClient
from protobuf import field, fields

RENEW = "/proto.AuthService/GenerateUserCerts"
HEARTBEAT = "/teleport.machineid.v1.BotInstanceService/SubmitHeartbeat"


def ssh_line(key):
    """Returns the line of authorized_keys of a P-256 key."""
    point = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")[-65:]
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ecdsa-sha2-nistp256", b"nistp256", point))
    return b"ecdsa-sha2-nistp256 " + base64.b64encode(blob)


class Bot:
    """A bot with a token, and the machines that join as it."""

    def __init__(self, cluster, directory, name, roles=("deployer",)):
        self.cluster = cluster
        self.directory = directory
        self.name = name
        self.count = 0
        self.token = self._added("bots", "add", name, f"--roles={','.join(roles)}", "--logins=ubuntu")

    def _added(self, *words):
        answer = json.loads(self.cluster.tctl(*words, "--format=json").out)
        self.cluster.secrets.add(answer["token_id"])
        return answer["token_id"]

    def new_token(self):
        return self._added("bots", "instances", "add", self.name)

    def instances(self):
        return {one["spec"]["instance_id"]: one for one in
                json.loads(self.cluster.tctl("bots", "instances", "ls", self.name, "--format=json").out)}

    def path(self, suffix):
        self.count += 1
        return self.directory / f"{self.name}-{self.count}.{suffix}"

    def write(self, certificate):
        path = self.path("crt")
        path.write_bytes(certificate)
        return path

    def request(self, token, key, **more):
        return {"hostID": "", "node_name": "", "role": "Bot", "token": token, "additional_principals": None,
                "dns_names": None, "public_tls_key": base64.b64encode(public_key(key)).decode(),
                "public_ssh_key": base64.b64encode(ssh_line(key)).decode(), **more}

    def post(self, token, key, **more):
        """Asks to join, and returns the answer of the web API."""
        return self.cluster.web().request("POST", "/v1/webapi/host/credentials", self.request(token, key, **more))

    def join(self, token=None, **more):
        """Joins; returns the paths of certificate and key."""
        key = make_key(self.path("key"))
        answer = self.post(token or self.token, key, **more)
        assert answer.status == 200, answer.body
        certs = answer.json()
        assert len(certs["tls_ca_certs"]) == len(certs["ssh_ca_certs"]) == 2
        assert certs["ssh"]
        return self.write(base64.b64decode(certs["tls"])), key

    def certs(self, identity, *parts, seconds=3600, port=None, key=None):
        """Asks for certificates as the holder of an identity; returns the paths of certificate and key."""
        key = key or make_key(self.path("key"))
        request = field(2, f"bot-{self.name}") + field(3, field(1, int(time.time()) + seconds)) + b"".join(parts)
        with GrpcClient(port or self.cluster.auth_port, identity) as client:
            answer = fields(client.call(RENEW, request + field(22, ssh_line(key)) + field(23, public_key(key))))
        return self.write(answer[2][0]), key

    def renew(self, identity, **options):
        return self.certs(identity, **options)

    def output(self, identity, *roles, reissuable=False, **options):
        """Asks for a certificate with roles."""
        parts = [field(12, role) for role in roles] + [field(14, 1)] + ([field(27, 1)] if reissuable else [])
        return self.certs(identity, *parts, **options)

    def beat(self, holder, **services):
        """Sends a heartbeat, with reasons of the states of services."""
        heartbeat = field(2, 1) + field(3, "18.3.0") + field(4, "machine") + field(6, "token")
        health = b"".join(field(2, field(1, field(1, "identity") + field(2, name)) + field(2, 3) + field(3, reason))
                          for name, reason in services.items())
        with GrpcClient(self.cluster.auth_port, holder) as client:
            client.call(HEARTBEAT, field(1, heartbeat) + health)


def subject(cert):
    """Returns the attributes of a certificate's subject as texts by OID or short name."""
    text = openssl("x509", "-in", cert, "-noout", "-subject", "-nameopt", "multiline,-align,-esc_msb,utf8").decode()
    found = {}
    for line in text.splitlines()[1:]:
        name, _, value = line.strip().partition(" = ")
        found.setdefault(name, []).append(value)
    return found
