"""Tests of a full disk: the cluster refuses actions that must be audited, serves reads, and loses no event."""

import contextlib
import getpass
import os
import sqlite3

import pytest

from certs import make_key, public_key
from cluster_fixtures import MEMBER
from endpoints import log_in
from harness import Cluster, Tsh, assert_plain, started
from kube_endpoint import ask
from kube_stand_in import KubeStandIn
from machines import filled, small_disk
from processes import wait_for

pytestmark = pytest.mark.alone

LOGIN = getpass.getuser()
ROLE = f"""
kind: role
version: v7
metadata: {{name: shells}}
spec: {{allow: {{logins: [{LOGIN}], node_labels: {{'*': '*'}}}}}}
"""
REFUSED = "audit log cannot be written"
LOCKED_OUT = "too many incorrect attempts, please try again later"


@pytest.fixture(name="small", scope="module")
def small_cluster(tmp_path_factory):
    """Starts a cluster with a node and a user, whose data directory is a small separate file system."""
    if os.getuid() != 0:
        pytest.skip("only root mounts a file system")
    directory = tmp_path_factory.mktemp("small")
    stand_in = KubeStandIn(directory / "kube", ["dev-cluster"])
    cluster = Cluster(directory / "cluster", stand_in, {"env": "dev"}, ssh="enabled: yes\n")
    with contextlib.ExitStack() as stack:
        stack.callback(stand_in.stop)
        stack.enter_context(small_disk(cluster.data_dir, "32m"))
        stack.enter_context(started(cluster))
        cluster.create(MEMBER)
        cluster.create(ROLE)
        cluster.person = Tsh(cluster, directory / "person")
        cluster.user = cluster.add_user("person", "member,shells,access")
        cluster.person.login(cluster.user)
        cluster.identity = log_in(cluster, cluster.add_user("writer", "member"), directory, "writer")
        cluster.person("ssh", f"{LOGIN}@localhost", "true")
        cluster.kube = stand_in
        yield cluster


@contextlib.contextmanager
def full(small):
    """Fills the disk, and empties the database's write-ahead log before, which would have free room."""
    with contextlib.closing(sqlite3.connect(small.database)) as database:
        wait_for(lambda: database.execute("pragma wal_checkpoint(truncate)").fetchone()[0] == 0, what="an empty log")
    with filled(small.data_dir):
        yield


def delete(small, name):
    """Requests a deletion without kubectl, which would repeat a request after an answer with Retry-After."""
    return ask(small, small.identity, "DELETE", f"/api/v1/namespaces/default/pods/{name}")


def is_refused(answer):
    return answer.status == 504 and REFUSED in answer.json()["message"]


def is_full(small):
    """Waits until the cluster refuses requests that must be audited; earlier requests have their events."""
    wait_for(lambda: is_refused(delete(small, "nosuch")), what="the refusal of a request")


def serves_again(small):
    wait_for(lambda: not is_refused(delete(small, "nosuch")), what="requests to be served")


def test_audited_actions_are_refused(small):
    small.kube.forget_requests()
    before = len(small.events(event="kube.request", verb="DELETE"))
    ssh_before = len(small.events(event="exec"))
    with full(small):
        is_full(small)
        served = len(small.kube.requests(method="DELETE"))
        for _ in range(5):
            answer = delete(small, "web")
            assert is_refused(answer), answer
            assert_plain(answer.json()["message"])
        assert len(small.kube.requests(method="DELETE")) == served
        shell = small.person("ssh", f"{LOGIN}@localhost", "echo", "was", "here", ok=False)
        assert shell.code != 0 and "was here" not in shell.out and REFUSED in shell.err, shell
        small.directory.joinpath("resource.yaml").write_text(MEMBER.replace("member", "late"))
        created = small.tctl("create", small.directory / "resource.yaml", ok=False)
        assert created.code != 0 and "cannot write its state" in created.err, created
        assert_plain(created.text)
    serves_again(small)
    wait_for(lambda: len(small.events(event="kube.request", verb="DELETE")) - before
             == len(small.kube.requests(method="DELETE")), what="an event for each request that was served")
    assert not small.events(event="role.created", name="late")
    assert len(small.events(event="exec")) == ssh_before
    small.person("ssh", f"{LOGIN}@localhost", "true")
    small.create(MEMBER.replace("member", "late"))
    assert small.events(event="role.created", name="late")


def test_reads_continue(small):
    with full(small):
        is_full(small)
        assert "person" in small.tctl("get", "users").out
        assert "dev-cluster" in small.tctl("kube", "ls").out
        assert "user.login" in small.tctl("events", "ls", "--format=json").out
        assert "localhost" in small.person("ls").out
        assert "dev-cluster" in small.person("kube", "ls").out
        assert small.web().get("/webapi/ping").status == 200
        assert "audit events cannot be written" in small.log.read_text()
    serves_again(small)
    assert "audit events are written again" in small.log.read_text()


def test_logins_are_refused_alike_and_counted(small):
    user = small.add_user("guessed", "access")
    key = public_key(make_key(small.directory / "guessed.key"))
    small.wait_for_events(event="user.create", name="guessed")
    failures = len(small.events(event="user.login", code="T1000W", user="guessed"))
    with full(small):
        client = small.web()
        wrong = [client.login_begin("guessed", "not the password") for _ in range(3)]
        right = client.login_begin("guessed", user.password)
        unknown = client.login_begin("nobody-of-that-name", "not the password")
        for answer in (*wrong, right, unknown):
            assert (answer.status, answer.body) == (503, wrong[0].body), answer.body
            assert int(answer.headers["Retry-After"]) > 0
        finish = [client.login_finish("guessed", password, user.authenticator.code(), key)
                  for password in ("not the password", "not that", user.password)]
        assert {(answer.status, answer.body) for answer in finish} == {(503, wrong[0].body)}
    serves_again(small)
    client = small.web()
    answer = client.login_finish("guessed", user.password, user.authenticator.code(), key)
    assert (answer.status, answer.message) == (403, LOCKED_OUT)
    assert len(small.events(event="user.login", code="T1000W", user="guessed")) - failures == 5
    assert not small.events(event="user.login", code="T1000I", user="guessed")
