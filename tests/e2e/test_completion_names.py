"""Completion knows the names that lists showed last, from a cache: no network, no questions, nothing that a shell runs."""

import os
import shutil
import subprocess

import pytest

from harness import BIN, ROOT, Tsh, environment

BASH = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _$1_complete; printf "%s\\n" "${COMPREPLY[@]}"')


def complete(home, *words):
    """What bash offers for the last of some words."""
    done = subprocess.run(["bash", "-c", BASH, "bash", ROOT / "completions" / f"{words[0]}.bash", *words],
                          env=environment(home, PATH=f"{BIN}:{os.environ['PATH']}", TELEPORT_HOME=str(home / "tsh")),
                          capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture(scope="module")
def machine(cluster, tmp_path_factory):
    found = Tsh(cluster, tmp_path_factory.mktemp("completion"))
    found.login(cluster.add_user("completer"))
    return found


def test_kubernetes_clusters(machine):
    assert complete(machine.home, "tsh", "kube", "login", "") == []
    machine("kube", "ls", "--search=dev")  # a part is not remembered
    assert complete(machine.home, "tsh", "kube", "login", "") == []
    machine("kube", "ls")
    assert complete(machine.home, "tsh", "kube", "login", "") == ["dev-cluster", "prod-cluster"]
    assert complete(machine.home, "tsh", "kube", "login", "p") == ["prod-cluster"]
    assert complete(machine.home, "tsh", "login", "--kube-cluster", "d") == ["dev-cluster"]


def test_names_outlive_the_login(machine):
    machine("kube", "ls")
    machine("clusters")
    (machine.home / "tsh" / "keys").rename(machine.home / "gone")
    assert complete(machine.home, "tsh", "kube", "login", "d") == ["dev-cluster"]
    assert complete(machine.home, "tsh", "ls", "--cluster", "") == ["walk.test"]
    (machine.home / "gone").rename(machine.home / "tsh" / "keys")


def test_kinds_and_resources(cluster):
    home = cluster.directory
    cluster.tctl("get", "roles")
    assert "role" in complete(home, "tctl", "get", "ro")
    assert complete(home, "tctl", "get", "roles/mem") == ["roles/member"]
    assert complete(home, "tctl", "rm", "role/mem") == ["role/member"]


def test_secret_names_are_not_kept(cluster):
    cluster.tctl("get", "tokens")
    assert not list(cluster.directory.glob(".cache/**/token"))


def test_names_are_never_commands(machine):
    machine("kube", "ls")
    (cache,) = machine.home.glob(".cache/**/kube_cluster")
    assert cache.stat().st_mode & 0o777 == 0o600
    cache.write_text("$(touch bad)\n; touch bad\n`touch bad`\ngood\n--proxy=evil\n")
    assert complete(machine.home, "tsh", "kube", "login", "") == ["good"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
def test_fish(cluster, tmp_path):
    names = tmp_path / ".cache" / "sallyport" / "names" / "tctl"
    names.mkdir(parents=True)
    (names / "role").write_text("member\n")
    done = subprocess.run(["fish", "--no-config", "-c", 'source "$argv[1]"; complete -C "tctl get role/m"',
                           ROOT / "completions" / "tctl.fish"],
                          env=environment(tmp_path, PATH=f"{BIN}:{os.environ['PATH']}"), capture_output=True, text=True,
                          check=True)
    assert (done.stdout.split(), done.stderr) == (["role/member"], "")
