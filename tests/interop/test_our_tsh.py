"""Tests of our tsh on a cluster of the reference (REFERENCE_BIN)."""

import json
import re

import pytest

from harness import REFERENCE_BIN, Tsh, assert_plain, program
from processes import wait_for

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

NOT_LOGGED_IN = 3
DENIED = 4
NOT_FOUND = 5


@pytest.fixture(scope="module")
def machine(reference_cluster, tmp_path_factory):
    """Returns a machine with our tsh, logged in."""
    program("tsh")
    found = Tsh(reference_cluster, tmp_path_factory.mktemp("ours"))
    found.user = reference_cluster.add_user("our-user")
    found.login(found.user)
    return found


@pytest.fixture
def fresh(reference_cluster, tmp_path):
    return Tsh(reference_cluster, tmp_path / "fresh")


def test_login_and_status(reference_cluster, machine):
    status = json.loads(machine("status", "--format=json").out)["active"]
    assert status["username"] == machine.user.name
    assert status["cluster"] == reference_cluster.name
    assert status["roles"] == ["member"]
    assert status["kubernetes_groups"] == ["system:masters"]
    assert status["profile_url"] == f"https://{reference_cluster.proxy}"


def test_login_again_uses_the_profile(reference_cluster, machine):
    assert machine.user.name in machine("login", f"--proxy={reference_cluster.proxy}").out


def test_lists(reference_cluster, machine):
    assert json.loads(machine("ls", "--format=json").out) == []
    (only,) = json.loads(machine("clusters", "--format=json").out)
    assert (only["cluster_name"], only["status"]) == (reference_cluster.name, "online")
    clusters = json.loads(machine("kube", "ls", "--format=json").out)
    assert {row["kube_cluster_name"] for row in clusters} == {"dev-cluster", "prod-cluster"}
    assert clusters[0]["labels"] == {"env": "dev"}
    assert "dev-cluster" in machine("kube", "ls").out


@pytest.mark.parametrize("words,found", [(['--query=labels["env"] == "dev"'], 2), (['--query=labels["env"] == "x"'], 0),
                                         (["--search=prod"], 1), (["env=dev"], 2), (["env=x"], 0)])
def test_selection(machine, words, found):
    assert len(json.loads(machine("kube", "ls", *words, "--format=json").out)) == found


def test_refused_query(machine):
    done = machine("kube", "ls", "--query=nonsense(", ok=False)
    assert done.code not in (0, NOT_LOGGED_IN) and done.err
    assert_plain(done.text)


def test_kubernetes(reference_cluster, machine, kube):
    machine("kube", "login", "dev-cluster")
    assert machine.kubectl("config", "current-context").out == f"{reference_cluster.name}-dev-cluster\n"
    kube.forget_requests()
    assert re.search(r"default +Active", machine.kubectl("get", "ns").out)
    assert kube.requests(path="/api/v1/namespaces")[-1]["user"] == machine.user.name
    done = machine.kubectl("exec", "web", "--", "sh", "-c", "echo said; exit 44", ok=False)
    assert (done.code, done.out) == (44, "said\n")
    done = machine.kubectl("exec", "-i", "web", "--", "cat", stdin="through\n")
    assert done.out == "through\n"
    assert re.search(r"web +1/1", machine("kubectl", "get", "pods").out)


def test_unknown_kubernetes_cluster(machine):
    done = machine("kube", "login", "nosuch", ok=False)
    assert done.code == NOT_FOUND and '"nosuch"' in done.err
    assert_plain(done.text)


def test_wrong_password(fresh, machine):
    done = fresh.login(machine.user, ok=False, password="wrong password")
    assert done.code == DENIED and "invalid" in done.err
    assert_plain(done.text)
    assert fresh("status", ok=False).code == NOT_LOGGED_IN


def test_replayed_code(reference_cluster, fresh):
    user = reference_cluster.add_user("our-replay")
    done = fresh.login(user, ok=False, code=user.authenticator.codes[-1])  # the user accepted the invite with this code
    assert done.code == DENIED
    assert "invalid username, password or second factor" in done.err
    assert_plain(done.text)
    fresh.login(user)


def test_unknown_user(fresh, machine):
    class Stranger:
        name, password, authenticator = "stranger", "a password of nobody", machine.user.authenticator
    done = fresh.login(Stranger, ok=False, code="123456")
    assert done.code == DENIED and "invalid" in done.err
    assert_plain(done.text)


def test_locked_user(reference_cluster, fresh, tmp_path):
    user = reference_cluster.add_user("our-locked")
    fresh.login(user)
    reference_cluster.tctl("lock", f"--user={user.name}", "--message=on leave", "--ttl=10m")

    def refused():  # the reference's services learn of a lock a moment later
        done = fresh("kube", "ls", ok=False)
        return done if done.code else None
    done = wait_for(refused, 10, "the lock")
    assert done.code == DENIED
    assert done.err.count("access denied") == 1
    assert_plain(done.text)
    done = Tsh(reference_cluster, tmp_path / "another").login(user, ok=False)
    assert done.code == DENIED and "on leave" in done.err
    assert_plain(done.text)


def test_logout(reference_cluster, fresh):
    fresh.login(reference_cluster.add_user("our-logout"))
    fresh("kube", "login", "dev-cluster")
    fresh("logout")
    assert fresh("status", ok=False).code == NOT_LOGGED_IN
    assert fresh("kube", "ls", ok=False).code == NOT_LOGGED_IN
    assert fresh.kubectl("get", "ns", ok=False).code != 0
    assert not [path for path in (fresh.home / "tsh").rglob("*") if path.is_file()]
