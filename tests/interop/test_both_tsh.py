"""Tests of one user with our tsh and the reference's (REFERENCE_BIN): each continues with the files of the other, on a
cluster of ours and on a cluster of the reference."""

import collections
import json

import pytest

from harness import REFERENCE_BIN, Tsh

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

FOREIGN = {
    "apiVersion": "v1", "kind": "Config", "preferences": {}, "current-context": "foreign",
    "clusters": [{"name": "foreign",
                  "cluster": {"server": "https://192.0.2.1:6443", "insecure-skip-tls-verify": True}}],
    "users": [{"name": "someone", "user": {"token": "of-somebody-else"}}],
    "contexts": [{"name": "foreign", "context": {"cluster": "foreign", "user": "someone", "namespace": "kept"}},
                 {"name": "second", "context": {"cluster": "foreign", "user": "someone"}}]}

Pair = collections.namedtuple("Pair", "first second user cluster home")


@pytest.fixture(scope="module", params=["cluster", "reference_cluster"])
def place(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module", params=["ours-first", "theirs-first"])
def order(request):
    return request.param


def make_pair(place, order, home, user):
    """Returns both programs with one home directory and one kubeconfig, which has foreign entries. Tests share a pair
    where they can: a cluster accepts about twenty requests of logins a minute from one address."""
    ours, theirs = Tsh(place, home), Tsh(place, home, reference=True)
    first, second = (ours, theirs) if order == "ours-first" else (theirs, ours)
    first.kubeconfig.write_text(json.dumps(FOREIGN))
    first.login(user)
    return Pair(first, second, user, place, home)


@pytest.fixture(scope="module")
def pair(place, order, tmp_path_factory):
    """Returns a pair whose first program has logged in. Tests with this pair must not log out."""
    return make_pair(place, order, tmp_path_factory.mktemp("pair"), place.add_user(f"pair-{order}"))


@pytest.fixture
def new_pair(place, order, tmp_path, request):
    return make_pair(place, order, tmp_path / "pair", place.add_user(f"{request.node.originalname[5:]}-{order}"))


def as_json(machine, *words):
    return json.loads(machine(*words, "--format=json").out)


def kubeconfig(machine):
    return json.loads(machine.kubectl("config", "view", "--raw", "-o", "json").out)


def by_name(entries):
    return {entry["name"]: entry for entry in entries or []}


def assert_foreign_kept(machine):
    config = kubeconfig(machine)
    for part in ("clusters", "users", "contexts"):
        entries = by_name(config[part])
        for entry in FOREIGN[part]:
            found = entries[entry["name"]]
            found.get("context", {}).pop("extensions", None)  # tsh marks the previous context there
            assert found == entry


def assert_only_foreign(machine):
    assert_foreign_kept(machine)
    config = kubeconfig(machine)
    for part in ("clusters", "users", "contexts"):
        assert set(by_name(config[part])) == set(by_name(FOREIGN[part]))
    assert config["current-context"] == "foreign"


def assert_logged_out(machine):
    assert machine("status", ok=False).code != 0
    assert machine("kube", "ls", ok=False).code != 0


@pytest.mark.parametrize("words", [["status"], ["ls"], ["clusters"], ["kube", "ls"], ["env"]],
                         ids=" ".join)
def test_both_print_the_same_json(pair, words):
    assert as_json(pair.second, *words) == as_json(pair.first, *words)


def test_second_login_asks_nothing(pair):
    done = pair.second("login", f"--proxy={pair.cluster.proxy}")
    assert pair.user.name in done.text
    assert as_json(pair.first, "status")["active"]["username"] == pair.user.name


def test_each_selects_a_cluster_and_both_work(pair, kube):
    pair.first("kube", "login", "dev-cluster")
    pair.second("kube", "login", "prod-cluster")
    contexts = {"dev-cluster": pair.first, "prod-cluster": pair.second}
    config = kubeconfig(pair.first)
    assert config["current-context"] == f"{pair.cluster.name}-prod-cluster"
    for name, writer in contexts.items():
        context = f"{pair.cluster.name}-{name}"
        plugin = by_name(config["users"])[context]["user"]["exec"]
        assert plugin["command"] == str(writer.path)
        kube.forget_requests()
        assert "kube-system" in pair.first.kubectl("--context", context, "get", "ns").out
        assert kube.requests(path="/api/v1/namespaces")[-1]["user"] == pair.user.name
        done = pair.first.kubectl("--context", context, "exec", "web", "--", "sh", "-c", "exit 44", ok=False)
        assert done.code == 44
    assert_foreign_kept(pair.first)
    for machine in (pair.first, pair.second):
        selected = {row["kube_cluster_name"]: row["selected"] for row in as_json(machine, "kube", "ls")}
        assert selected == {"dev-cluster": False, "prod-cluster": True}


def test_second_rewrites_the_same_entries(pair):
    pair.first("kube", "login", "dev-cluster")
    before = kubeconfig(pair.first)
    pair.second("kube", "login", "dev-cluster")
    after = kubeconfig(pair.first)
    name = f"{pair.cluster.name}-dev-cluster"
    plugins = [by_name(config["users"])[name]["user"]["exec"] for config in (before, after)]
    assert [plugin.pop("command") for plugin in plugins] == [str(pair.first.path), str(pair.second.path)]
    assert after == before


def test_all_clusters(pair):
    for machine in (pair.first, pair.second):
        machine("kube", "login", "--all")
        contexts = set(by_name(kubeconfig(machine)["contexts"]))
        assert contexts == {"foreign", "second", *(f"{pair.cluster.name}-{name}-cluster" for name in ("dev", "prod"))}


def test_kubernetes_credentials_of_the_first_are_used(pair):
    words = ["kube", "credentials", "--kube-cluster=dev-cluster", f"--teleport-cluster={pair.cluster.name}",
             f"--proxy={pair.cluster.proxy}"]
    pair.first("kube", "login", "dev-cluster")
    first, second = json.loads(pair.first(*words).out), json.loads(pair.second(*words).out)
    assert first == second


def test_another_user_logs_in(place, tmp_path, kube):
    pair = make_pair(place, "theirs-first", tmp_path / "pair", place.add_user("before"))
    user = place.add_user("after")
    pair.second.login(user)
    for machine in (pair.first, pair.second):
        assert as_json(machine, "status")["active"]["username"] == user.name
        machine("kube", "login", "dev-cluster")
        machine.kubectl("get", "ns")
        assert kube.requests(path="/api/v1/namespaces")[-1]["user"] == user.name
    assert log_out_one(pair.second, user) == []
    assert_logged_out(pair.first)


def test_logout(new_pair):
    new_pair.first("kube", "login", "dev-cluster")
    new_pair.second("kube", "login", "prod-cluster")
    new_pair.second("logout")
    assert_logged_out(new_pair.first)
    assert_logged_out(new_pair.second)
    assert_only_foreign(new_pair.first)
    assert not [path for path in (new_pair.home / "tsh").rglob("*") if path.is_file()]


def log_out_one(machine, user):
    """Logs out one of the users; returns the files of that user which remain."""
    machine("logout", "--proxy=localhost", f"--user={user.name}")
    return list((machine.home / "tsh" / "keys" / "localhost").glob(f"{user.name}*"))


def test_logout_of_one_user(new_pair):
    new_pair.first("kube", "login", "dev-cluster")
    assert log_out_one(new_pair.second, new_pair.user) == []
    assert_logged_out(new_pair.first)
    assert_only_foreign(new_pair.first)
