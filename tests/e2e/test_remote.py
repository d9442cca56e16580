"""Tests of identity files, and of tctl on other hosts, with an identity file on either port and with a login of tsh."""

import itertools
import json
import re
import stat

import pytest
import yaml

from harness import Tsh, assert_plain, program
from processes import run

ADMINISTRATOR = """
    kind: role
    version: v7
    metadata:
      name: remote-admin
    spec:
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels: {'*': '*'}
        rules:
        - resources: ['*']
          verbs: ['*']
"""


@pytest.fixture(scope="module")
def administrator(cluster):
    """Returns a function that adds an administrator. Each login needs a new one, because a code works only once."""
    cluster.create(ADMINISTRATOR, "-f")
    numbers = itertools.count(1)
    return lambda: cluster.add_user(f"remote-{next(numbers)}", "remote-admin")


@pytest.fixture(scope="module")
def identity(cluster, administrator, tmp_path_factory):
    """Returns the path of an administrator's identity file."""
    home = tmp_path_factory.mktemp("identity")
    machine = Tsh(cluster, home)
    done = machine.login(administrator(), f"--out={home / 'identity'}")
    assert done.out == f"The certificate has been written to {home / 'identity'}\n"
    return home / "identity"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_login_to_file_leaves_no_profile(cluster, identity, tmp_path):
    assert mode(identity) == 0o600
    assert not (identity.parent / "tsh").exists()
    assert re.search(rf"@cert-authority localhost,{cluster.name},\*\.{cluster.name} ", identity.read_text())
    other = Tsh(cluster, tmp_path)
    assert other("status", ok=False).code == 3


def test_every_command_takes_an_identity_file(cluster, identity, tmp_path):
    machine = Tsh(cluster, tmp_path)

    def tsh(*words):
        return machine("-i", identity, f"--proxy={cluster.proxy}", *words)

    status = json.loads(tsh("status", "--format=json").out)["active"]
    assert (status["username"], status["kubernetes_enabled"]) == ("remote-1", True)
    assert len(json.loads(tsh("kube", "ls", "--format=json").out)) == 2
    assert json.loads(tsh("ls", "--format=json").out) == []
    assert json.loads(tsh("clusters", "--format=json").out)[0]["cluster_name"] == cluster.name
    tsh("kube", "login", "dev-cluster")
    assert re.search(r"default +Active", machine.kubectl("get", "ns").out)
    assert not (tmp_path / "tsh").exists()


def test_identity_needs_a_proxy(cluster, identity, tmp_path):
    done = Tsh(cluster, tmp_path)("-i", identity, "ls", ok=False)
    assert done.code == 2 and "--proxy" in done.err
    assert_plain(done.err)


def test_missing_identity_file(cluster, tmp_path):
    done = Tsh(cluster, tmp_path)("-i", tmp_path / "none", f"--proxy={cluster.proxy}", "ls", ok=False)
    assert done.code == 5 and str(tmp_path / "none") in done.err
    assert_plain(done.err)


def test_file_is_not_replaced_by_accident(cluster, administrator, tmp_path):
    machine = Tsh(cluster, tmp_path)
    target = tmp_path / "there"
    target.write_text("mine")
    assert machine.login(administrator(), f"--out={target}", ok=False).code == 6
    assert target.read_text() == "mine"
    machine.login(administrator(), f"--out={target}", "--overwrite")
    assert "PRIVATE KEY" in target.read_text()


def test_other_formats(cluster, administrator, tmp_path):
    machine = Tsh(cluster, tmp_path)
    user = administrator()
    machine.login(user, f"--out={tmp_path / 'o'}", "--format=openssh")
    shown = run(["ssh-keygen", "-L", "-f", tmp_path / "o-cert.pub"], machine.env).ok().out
    assert "ssh-ed25519-cert-v01@openssh.com" in shown and user.name in shown
    public = run(["ssh-keygen", "-y", "-f", tmp_path / "o"], machine.env).ok().out
    assert public.startswith("ssh-ed25519 ")
    user = administrator()
    machine.login(user, f"--out={tmp_path / 't'}", "--format=tls")
    shown = run(["openssl", "x509", "-in", tmp_path / "t.crt", "-noout", "-subject"], machine.env).ok().out
    assert user.name in shown
    machine.login(administrator(), f"--out={tmp_path / 'k'}", "--format=kubernetes", "--kube-cluster=dev-cluster")
    config = yaml.safe_load((tmp_path / "k").read_text())
    assert config["current-context"] == f"{cluster.name}-dev-cluster"
    assert "exec" not in config["users"][0]["user"]
    assert {mode(tmp_path / name) for name in ("o", "o-cert.pub", "t.crt", "t.key", "t.cas", "k")} == {0o600}
    assert re.search(r"default +Active", machine.kubectl("get", "ns", KUBECONFIG=str(tmp_path / "k")).out)


def test_unknown_format(cluster, administrator, tmp_path):
    machine = Tsh(cluster, tmp_path)
    assert machine.login(administrator(), f"--out={tmp_path / 'x'}", "--format=opensh", ok=False).code == 2
    assert not (tmp_path / "x").exists()


# tctl.


@pytest.mark.parametrize("port", ["auth", "proxy"])
def test_tctl_by_identity_file(cluster, identity, tmp_path, port):
    address = cluster.proxy if port == "proxy" else f"127.0.0.1:{cluster.auth_port}"
    env = {**Tsh(cluster, tmp_path).env, "HOME": str(tmp_path)}
    done = run([program("tctl"), "-i", identity, "--auth-server", address, "get", "roles", "--format=json"], env).ok()
    assert "remote-admin" in [role["metadata"]["name"] for role in json.loads(done.out)]


def test_tctl_by_login(cluster, administrator, tmp_path):
    machine = Tsh(cluster, tmp_path)
    user = administrator()
    machine.login(user)
    done = run([program("tctl"), "get", f"user/{user.name}", "--format=json"], machine.env).ok()
    assert json.loads(done.out)[0]["spec"]["roles"] == ["remote-admin"]
    done = run([program("tctl"), f"--auth-server={cluster.proxy}", "status"], machine.env).ok()
    assert cluster.name in done.out
    machine("logout")
    done = run([program("tctl"), f"--auth-server={cluster.proxy}", "status"], machine.env)
    assert done.code == 3
    assert_plain(done.err)


def test_remote_tctl_is_no_more_than_its_roles(cluster, make_user, tmp_path):
    machine = Tsh(cluster, tmp_path)
    machine.login(make_user())
    done = run([program("tctl"), "get", "users"], machine.env)
    assert done.code == 4 and "access denied" in done.err
    assert_plain(done.err)


def test_wrong_cluster_is_named(cluster, identity, tmp_path, new_cluster):
    other = new_cluster().start()
    env = {**Tsh(cluster, tmp_path).env, "HOME": str(tmp_path)}
    done = run([program("tctl"), "-i", identity, "--auth-server", f"127.0.0.1:{other.auth_port}", "status"], env)
    assert done.code == 7
    assert str(identity) in done.err
    assert_plain(done.err)
