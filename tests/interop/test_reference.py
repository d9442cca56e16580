"""Tests of Teleport's own tsh and tctl (REFERENCE_BIN) on a cluster of ours: forms of output and effects, not texts."""

import json
import re

import pytest

from harness import REFERENCE_BIN, Tsh

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")


@pytest.fixture(scope="module")
def machine(cluster, tmp_path_factory):
    """Returns a machine with the reference's tsh, logged in."""
    found = Tsh(cluster, tmp_path_factory.mktemp("reference"), reference=True)
    found.user = cluster.add_user("reference-user")
    found.login(found.user)
    return found


@pytest.fixture
def fresh(cluster, tmp_path):
    return Tsh(cluster, tmp_path / "fresh", reference=True)


def tctl(cluster, *words, **options):
    return cluster.tctl(*words, reference=True, **options)


def tctl_json(cluster, *words):
    return json.loads(tctl(cluster, *words, "--format=json").out)


# tsh.


def test_login_and_status(cluster, machine):
    status = json.loads(machine("status", "--format=json").out)["active"]
    assert status["username"] == machine.user.name
    assert status["cluster"] == cluster.name
    assert status["roles"] == ["member"]
    assert status["kubernetes_groups"] == ["system:masters"]
    assert status["profile_url"] == f"https://{cluster.proxy}"


def test_login_again_uses_the_profile(machine):
    assert machine("login", f"--proxy={machine.cluster.proxy}").code == 0


def test_lists(cluster, machine):
    assert json.loads(machine("ls", "--format=json").out) == []
    (only,) = json.loads(machine("clusters", "--format=json").out)
    assert (only["cluster_name"], only["status"], only["cluster_type"]) == (cluster.name, "online", "root")
    clusters = json.loads(machine("kube", "ls", "--format=json").out)
    assert {row["kube_cluster_name"] for row in clusters} == {"dev-cluster", "prod-cluster"}
    assert clusters[0]["labels"] == {"env": "dev"}
    assert "dev-cluster" in machine("kube", "ls").out


@pytest.mark.parametrize("query,found", [('labels["env"] == "dev"', 2), ('labels["env"] == "prod"', 0),
                                         ('name == "dev-cluster"', 1)])
def test_query(machine, query, found):
    rows = json.loads(machine("kube", "ls", f"--query={query}", "--format=json").out)
    assert len(rows) == found


def test_kubernetes(machine, kube):
    machine("kube", "login", "dev-cluster")
    kube.forget_requests()
    assert re.search(r"default +Active", machine.kubectl("get", "ns").out)
    assert kube.requests(path="/api/v1/namespaces")[-1]["user"] == machine.user.name
    done = machine.kubectl("exec", "web", "--", "sh", "-c", "exit 44", ok=False)
    assert done.code == 44


def test_unknown_kubernetes_cluster(machine):
    assert machine("kube", "login", "nosuch", ok=False).code != 0


def test_wrong_password(fresh, machine):
    done = fresh.login(machine.user, ok=False, password="wrong password")
    assert done.code != 0
    assert "invalid" in done.text.lower()


def test_replayed_code(cluster, fresh):
    user = cluster.add_user("reference-replay")
    done = fresh.login(user, ok=False, code=user.authenticator.codes[-1])  # the user accepted the invite with this code
    assert done.code != 0
    assert "invalid username, password or second factor" in done.text
    fresh.login(user)


def test_locked_user_is_told_so(cluster, fresh):
    user = cluster.add_user("reference-locked")
    fresh.login(user)
    tctl(cluster, "lock", f"--user={user.name}", "--message=on leave", "--ttl=10m")
    done = fresh("kube", "ls", ok=False)
    assert done.code != 0 and "on leave" in done.text


def test_logout(cluster, fresh):
    fresh.login(cluster.add_user("reference-logout"))
    fresh("logout")
    assert fresh("status", ok=False).code != 0
    assert fresh("ls", ok=False, timeout=60, stdin="").code != 0


# tctl.


def test_status(cluster):
    status = tctl(cluster, "status").out
    assert cluster.name in status
    assert re.search(r"sha256:[0-9a-f]{64}", status)


def test_a_role_is_created_read_and_replaced(cluster, tmp_path):
    path = tmp_path / "role.yaml"
    path.write_text("kind: role\nversion: v7\nmetadata:\n  name: round\nspec:\n  allow:\n    logins: [root]\n")
    tctl(cluster, "create", path)
    assert tctl(cluster, "create", path, ok=False).code != 0
    (role,) = tctl_json(cluster, "get", "role/round")
    assert role["spec"]["allow"]["logins"] == ["root"]
    assert role["metadata"]["revision"]
    path.write_text(tctl(cluster, "get", "role/round").out.replace("- root", "- ubuntu"))
    tctl(cluster, "create", "-f", path)
    (role,) = tctl_json(cluster, "get", "role/round")
    assert role["spec"]["allow"]["logins"] == ["ubuntu"]
    tctl(cluster, "rm", "role/round")
    assert tctl(cluster, "get", "role/round", ok=False).code != 0


def test_both_tctls_read_the_same_role(cluster, tmp_path):
    path = tmp_path / "role.yaml"
    path.write_text("kind: role\nversion: v7\nmetadata:\n  name: crossed\nspec: {}\n")
    tctl(cluster, "create", path)
    ours = json.loads(cluster.tctl("get", "role/crossed", "--format=json").out)
    assert ours == tctl_json(cluster, "get", "role/crossed")
    cluster.tctl("rm", "role/crossed")
    assert tctl(cluster, "get", "role/crossed", ok=False).code != 0


@pytest.mark.parametrize("kind", ["roles", "users", "tokens", "cap", "cluster_networking_config", "locks",
                                  "kube_server", "cert_authority"])
def test_both_list_the_same(cluster, kind):
    theirs = tctl(cluster, "get", kind, "--format=json", ok=False)
    ours = cluster.tctl("get", kind, "--format=json", ok=False)
    assert theirs.code == 0, theirs
    assert ours.code == 0, ours
    assert json.loads(ours.out) == json.loads(theirs.out)


def test_users(cluster):
    text = tctl(cluster, "users", "add", "added", "--roles=member").out
    cluster.secrets.add(re.search(r"/web/invite/([0-9a-f]{32})", text).group(1))
    assert "added" in [user["metadata"]["name"] for user in tctl_json(cluster, "users", "ls")]
    assert tctl(cluster, "users", "add", "added", "--roles=member", ok=False).code != 0
    tctl(cluster, "users", "update", "added", "--set-roles=member,access")
    (user,) = tctl_json(cluster, "get", "user/added")
    assert sorted(user["spec"]["roles"]) == ["access", "member"]
    text = tctl(cluster, "users", "reset", "added").out
    cluster.secrets.add(re.search(r"/web/reset/([0-9a-f]{32})", text).group(1))
    tctl(cluster, "users", "rm", "added")
    assert tctl(cluster, "get", "user/added", ok=False).code != 0


def test_role_in_use_is_kept(cluster, machine):
    assert machine.user.name
    assert tctl(cluster, "rm", "role/member", ok=False).code != 0
    assert tctl_json(cluster, "get", "role/member")


def test_locks(cluster):
    name = re.search(r'"([0-9a-f-]{36})"', tctl(cluster, "lock", "--user=nobody", "--ttl=1m").out).group(1)
    assert name in [lock["metadata"]["name"] for lock in tctl_json(cluster, "get", "lock")]
    tctl(cluster, "rm", f"lock/{name}")
    assert name not in [lock["metadata"]["name"] for lock in tctl_json(cluster, "get", "lock")]


def test_tokens(cluster):
    added = tctl_json(cluster, "tokens", "add", "--type=kube", "--ttl=1h")
    token = added["token"] if isinstance(added, dict) else added[0]["token"]
    cluster.secrets.add(token)
    names = [row["metadata"]["name"] for row in tctl_json(cluster, "tokens", "ls")]
    assert token in names
    tctl(cluster, "tokens", "rm", token)


def test_signed_identity_opens_the_cluster(cluster, tmp_path, machine):
    identity = tmp_path / "identity"
    tctl(cluster, "auth", "sign", f"--user={machine.user.name}", f"--out={identity}", "--ttl=1h")
    rows = json.loads(machine("-i", identity, f"--proxy={cluster.proxy}", "kube", "ls", "--format=json").out)
    assert len(rows) == 2
