"""Tests of backups from a cluster of Teleport into one of ours, and the reverse: users log in as before."""

import yaml

import pytest

from cluster_fixtures import MEMBER
from grpc_client import GrpcClient
from harness import Tsh, reference_program, started
from reference_cluster import ReferenceCluster

# The kinds that `teleport start --bootstrap` of Teleport accepts.
TAKEN_THERE = {"role", "user", "token", "lock", "github", "cluster_networking_config", "cluster_auth_preference",
               "cert_authority"}
LOCK = "kind: lock\nversion: v2\nmetadata: {name: gone}\nspec: {target: {user: somebody}}\n"
TOKEN = "kind: token\nversion: v2\nmetadata: {name: join-me}\nspec: {roles: [Node], join_method: token}\n"


def is_accepted_by_teleport(document):
    """Returns whether Teleport accepts a document. Presets are left out: each cluster makes its own, and the presets
    for reviewers need Teleport Enterprise."""
    preset = document["metadata"].get("labels", {}).get("teleport.internal/resource-type") == "preset"
    return document["kind"] in TAKEN_THERE and not preset


@pytest.fixture(autouse=True)
def programs():
    reference_program("teleport")


def fill_and_log_in(cluster, directory, name):
    """Fills a cluster and logs a new user in; returns the user, and the certificate and key of the login."""
    cluster.create(MEMBER, "-f")
    for document in (LOCK, TOKEN):
        cluster.create(document, "-f")
    user = cluster.add_user(name)
    machine = Tsh(cluster, directory / f"before-{name}")
    machine.login(user)
    keys = machine.home / "tsh/keys" / cluster.host
    return user, (keys / f"{name}.crt", keys / f"{name}.key")


def check_restored(cluster, directory, user, identity):
    """Checks that the certificate, the password and the authenticator from before the backup work, and that the
    resources exist."""
    with GrpcClient(cluster.auth_port, identity) as client:
        assert client.call("/proto.AuthService/GetDomainName")
    Tsh(cluster, directory / "after").login(user)
    for resource in ("lock/gone", "token/join-me", "role/member"):
        assert cluster.tctl("get", resource).out


def test_a_backup_of_teleport_into_a_cluster_of_ours(reference_cluster, new_cluster, tmp_path):
    user, identity = fill_and_log_in(reference_cluster, tmp_path, "moves-to-us")
    reference_cluster.invite("has-not-come", "member")  # a backup also has open invites
    path = tmp_path / "backup.yaml"
    path.write_text(reference_cluster.tctl("get", "all").out)
    ours = new_cluster()
    ours.start("--bootstrap", path)
    check_restored(ours, tmp_path, user, identity)
    ours.stop()


def test_a_backup_of_ours_into_a_cluster_of_teleport(new_cluster, kube, tmp_path):
    ours = new_cluster()
    ours.start()
    user, identity = fill_and_log_in(ours, tmp_path, "moves-away")
    backup = ours.tctl("get", "all,cert_authority", "--with-secrets").out
    ours.stop()
    path = tmp_path / "backup.yaml"
    path.write_text(yaml.safe_dump_all(filter(is_accepted_by_teleport, yaml.safe_load_all(backup))))
    theirs = ReferenceCluster(tmp_path / "theirs", kube, {"env": "dev"})
    theirs.write_config()
    start = theirs.start
    theirs.start = lambda: start("--bootstrap", path)
    with started(theirs) as cluster:
        check_restored(cluster, tmp_path, user, identity)
