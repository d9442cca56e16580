"""Tests that Teleport's own cluster decides as tests/fixtures/decisions says, with a user, roles and resources for each
row."""

import json
import re
import uuid

import pytest
import yaml

from grpc_client import GrpcClient, GrpcError
from harness import REFERENCE_BIN, ROOT, Tsh, environment, program
from processes import run
from protobuf import field, fields

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

TABLES = ROOT / "tests" / "fixtures" / "decisions"
AUTH = "/proto.AuthService/"
LABELLED = ("node", "app", "db", "kube_cluster")

SIGNER = {"kind": "role", "version": "v7", "metadata": {"name": "signer"},
          "spec": {"allow": {"impersonate": {"users": ["*"], "roles": ["*"]}}}}

# The call for a verb on a kind, for a resource that does not exist: all answers but "access denied" mean permission.
NO_ROLE = field(1, "role") + field(3, "v7") + field(4, field(1, "nosuch")) + field(5, b"")
NO_USER = field(1, "user") + field(3, "v2") + field(4, field(1, "nosuch")) + field(5, b"")
NO_TOKEN = field(1, "token") + field(3, "v2") + field(4, field(1, "nosuch"))
NO_LOCK = field(1, "lock") + field(3, "v2") + field(4, field(1, "nosuch"))
CALLS = {
    ("role", "read"): ("GetRole", field(1, "nosuch")),
    ("role", "update"): ("UpdateRole", field(1, NO_ROLE)),
    ("role", "delete"): ("DeleteRole", field(1, "nosuch")),
    ("user", "read"): ("/teleport.users.v1.UsersService/GetUser", field(1, "nosuch")),
    ("user", "create"): ("/teleport.users.v1.UsersService/CreateUser", field(1, NO_USER)),
    ("user", "delete"): ("/teleport.users.v1.UsersService/DeleteUser", field(1, "nosuch")),
    ("token", "read"): ("GetToken", field(1, "nosuch")),
    ("token", "create"): ("CreateTokenV2", field(1, NO_TOKEN)),
    ("token", "delete"): ("DeleteToken", field(1, "nosuch")),
    ("lock", "read"): ("GetLock", field(1, "nosuch")),
    ("lock", "create"): ("UpsertLock", NO_LOCK),
    ("lock", "delete"): ("DeleteLock", field(1, "nosuch")),
    ("cert_authority", "readnosecrets"): ("/teleport.trust.v1.TrustService/GetCertAuthority",
                                          field(1, "nosuch") + field(2, "nosuch")),
}


def rows():
    """Returns (name, row) for the rows that a test can ask a cluster about."""
    wanted = []
    for table in ("labels", "rules"):
        for number, row in enumerate(yaml.safe_load((TABLES / f"{table}.yaml").read_text())):
            ask = row["ask"]
            labelled = next(iter(ask)) in LABELLED
            callable_ = set(ask) == {"verb", "kind"} and (ask["kind"], ask["verb"]) in CALLS
            if "here_only" not in row and (labelled or callable_):
                wanted.append((f"{table}-{number}", row))
    return wanted


ROWS = rows()


def role_names(name, row):
    return [f"{name}-r{number}" for number in range(len(row["roles"]))]


def in_names_of(name, value):
    """Replaces the placeholders in a role by the names of the row's user and roles."""
    text = json.dumps(value).replace("ROW", name)
    return json.loads(re.sub(r'\\"r(\d)\\"', rf'\\"{name}-r\1\\"', text))


def node_name(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def documents_of(name, row):
    for role, spec in zip(role_names(name, row), row["roles"]):
        yield {"kind": "role", "version": row.get("version", "v7"), "metadata": {"name": role},
               "spec": in_names_of(name, spec)}
    yield {"kind": "user", "version": "v2", "metadata": {"name": name},
           "spec": {"roles": role_names(name, row), "traits": row.get("traits", {})}}
    kind = next(iter(row["ask"]))
    if kind not in LABELLED:
        return
    metadata = {"name": name, "labels": row["ask"][kind]}
    if kind == "node":
        yield {"kind": "node", "sub_kind": "openssh", "version": "v2",
               "metadata": {**metadata, "name": node_name(name)}, "spec": {"addr": "127.0.0.1:1", "hostname": name}}
    elif kind == "app":
        yield {"kind": "app", "version": "v3", "metadata": metadata, "spec": {"uri": "http://127.0.0.1:1"}}
    elif kind == "db":
        yield {"kind": "db", "version": "v3", "metadata": metadata,
               "spec": {"protocol": "postgres", "uri": "127.0.0.1:1"}}
    else:
        yield {"kind": "kube_cluster", "version": "v3", "metadata": metadata, "spec": {}}


@pytest.fixture(scope="module")
def asked(reference_cluster, tmp_path_factory):
    """Creates the users, roles and resources of all rows; returns a function that connects as a user."""
    path = reference_cluster.directory / "decisions.yaml"
    path.write_text(yaml.safe_dump_all(
        [SIGNER, *(document for name, row in ROWS for document in documents_of(name, row))]))
    reference_cluster.tctl("create", "-f", path, timeout=300)
    identity = reference_cluster.directory / "signer"
    Tsh(reference_cluster, tmp_path_factory.mktemp("signer")).login(
        reference_cluster.add_user("signer", "signer"), f"--out={identity}")

    def connect(user):
        out = reference_cluster.directory / f"identity-{user}"
        run([program("tctl"), "-i", identity, f"--auth-server={reference_cluster.proxy}", "auth", "sign",
             f"--user={user}", "--format=tls", f"--out={out}"], environment(reference_cluster.directory)).ok()
        return GrpcClient(reference_cluster.auth_port, (f"{out}.crt", f"{out}.key"), f"{out}.cas")

    return connect


def name_of(resource):
    return fields(fields(resource)[4][0])[1][0].decode()


def node_logins(connection, name):
    """Returns the logins of a node; an empty list for a node that the user does not see."""
    request = field(1, "node") + field(2, 1000) + field(7, field(2, "name")) + field(12, 1)
    for item in fields(connection.call(AUTH + "ListUnifiedResources", request)).get(1, []):
        item = fields(item)
        if name_of(item[3][0]) == node_name(name):
            return [login.decode() for login in item.get(13, [])]
    return []


def sees(connection, kind, name):
    method = {"app": "GetApps", "db": "GetDatabases", "kube_cluster": "GetKubernetesClusters"}[kind]
    return name in [name_of(item) for item in fields(connection.call(AUTH + method)).get(1, [])]


def decided(connection, name, ask):
    kind = next(iter(ask))
    if kind == "node":
        return ask["login"] in node_logins(connection, name)
    if kind in LABELLED:
        return sees(connection, kind, name)
    method, request = CALLS[ask["kind"], ask["verb"]]
    try:
        connection.call(method if method.startswith("/") else AUTH + method, request)
    except GrpcError as error:
        return error.code != 7
    return True


@pytest.mark.parametrize("name,row", ROWS, ids=[name for name, _ in ROWS])
def test_teleport_decides_the_same(asked, name, row):
    with asked(name) as connection:
        assert decided(connection, name, row["ask"]) == (row["want"] == "allowed"), row["covers"]


def test_the_tables_have_enough_rows():
    assert len(ROWS) >= 150
