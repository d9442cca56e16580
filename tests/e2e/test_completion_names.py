"""Tests of completion of names: completion offers the names of the last lists from a cache, without network and
prompts, and offers no text that a shell would run."""

import os
import shutil
import subprocess
import time

import pytest

from harness import BIN, ROOT, Cluster, Tsh, environment, started
from processes import Terminal
from test_recordings import role

BASH = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; '
        '_$1_complete; printf "%s\\n" "${COMPREPLY[@]}"')
# Prints the words that the completion gives to zsh, and the texts that zsh shows.
ZSH = ('compdef() { }; compadd() { print -l -- "$@" "${shown[@]}" }; source "$1"; words=(tsh "${@:2}"); '
       'CURRENT=$#words; PREFIX=$words[-1]; _tsh')
NODE = """\
enabled: yes
labels: {env: dev, fleet: a}
"""


def complete(home, *words):
    """Returns the words that bash offers for the last of some words."""
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
    machine("kube", "ls", "--search=dev")  # a filtered list is not stored
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


# Ages of names, in shells that show descriptions.


def shell_environment(home):
    return environment(home, PATH=f"{BIN}:{os.environ['PATH']}", TELEPORT_HOME=str(home / "tsh"))


def fish(home, line):
    """Returns the words that fish offers for a line, with their descriptions."""
    if shutil.which("fish") is None:
        pytest.skip("no fish")
    name = line.split()[0]
    done = subprocess.run(["fish", "--no-config", "-c", f'source "$argv[1]"; complete -C "{line}"',
                           ROOT / "completions" / f"{name}.fish"],
                          env=shell_environment(home), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [tuple(row.split("\t")) for row in done.stdout.splitlines()]


def zsh(home, *words):
    if shutil.which("zsh") is None:
        pytest.skip("no zsh")
    done = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", ROOT / "completions" / "tsh.zsh", *words],
                          env=shell_environment(home), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def person(tmp_path_factory):
    """Returns a machine where a user has logged in and has listed nothing."""
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh=NODE)) as place:
        place.create(role("shells"), "-f")
        machine = Tsh(place, tmp_path_factory.mktemp("person"))
        machine.login(place.add_user("cora", "shells"))
        yield machine


def test_a_login_knows_nodes_and_labels(person):
    home = person.home
    assert complete(home, "tsh", "ls", "") == ["env=dev", "fleet=a"]
    assert complete(home, "tsh", "ssh", "") == ["localhost", "env=dev", "fleet=a"]
    assert complete(home, "tsh", "scp", "") == ["localhost"]
    assert complete(home, "tsh", "ssh", "root@lo") == ["root@localhost"]
    assert complete(home, "tsh", "ssh", "root@env=dev,f") == ["root@env=dev,fleet=a"]
    assert complete(home, "tsh", "ls", "env=dev,") == ["env=dev,env=dev", "env=dev,fleet=a"]


def test_bash_replaces_only_the_part_after_a_separator(person):
    """bash splits words at "=" and "@", and replaces only the part after them."""
    line = 'COMP_WORDS=(tsh ssh root @ env = d); COMP_CWORD=6; COMP_LINE="tsh ssh root@env=d"; COMP_POINT=${#COMP_LINE}'
    done = subprocess.run(["bash", "-c", f'source "$1"; {line}; _tsh_complete; echo "${{COMPREPLY[@]}}"', "bash",
                           ROOT / "completions" / "tsh.bash"],
                          env=shell_environment(person.home), capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("dev\n", "")


@pytest.mark.parametrize("typed,becomes", [
    ("tsh ssh root@lo", "root@localhost "), ("tsh ssh en", "env="), ("tsh ssh root@fl", "root@fleet=a "),
    ("tsh ls env=d", "env=dev "), ("tsh ls env=dev,f", "env=dev,fleet=a "), ("tsh ls --cluster=wa", "--cluster=walk.test ")])
def test_at_the_keyboard(person, typed, becomes):
    person("clusters")
    terminal = Terminal(["/bin/bash", "--norc", "--noprofile", "-i"],
                        {**shell_environment(person.home), "TERM": "dumb", "PS1": "> "})
    terminal.type(f"source {ROOT / 'completions' / 'tsh.bash'}; echo rea''dy\n")
    assert terminal.wait_for("ready")
    terminal.type(f"{typed}\t")
    assert terminal.wait_for(becomes), terminal.seen
    terminal.type("\x15exit\n")
    terminal.finish()


def age(home, hours):
    for path in home.glob(".cache/sallyport/names/**/node*"):
        os.utime(path, (time.time() - hours * 3600 - 60,) * 2)


def test_ages(person):
    person("ls")
    assert fish(person.home, "tsh ssh root@lo") == [("root@localhost", "seen just now")]
    age(person.home, 3)
    assert fish(person.home, "tsh ssh root@l") == [("root@localhost", "seen 3 hours ago")]
    assert fish(person.home, "tsh ls env=d") == [("env=dev", "label, seen 3 hours ago")]
    assert zsh(person.home, "ssh", "env=") == ["-l", "-d", "shown", "--", "env=dev", "env=dev  -- label, seen 3 hours ago"]
    age(person.home, 49)
    assert zsh(person.home, "scp", "l") == ["-l", "-d", "shown", "--", "localhost", "localhost  -- seen 2 days ago"]
    person("ls")  # the list renews the age of the names
    assert fish(person.home, "tsh ssh lo") == [("localhost", "seen just now")]


def test_completion_needs_no_cluster_and_no_login(person, tmp_path):
    """Completion answers at once without a cluster and a login, also on a terminal."""
    (person.home / "tsh" / "keys").rename(tmp_path / "gone")
    person.cluster.stop()
    try:
        started_at = time.monotonic()
        terminal = Terminal([BIN / "tsh", "__names", "node", ""], shell_environment(person.home))
        assert terminal.finish().out.startswith("localhost\tseen ")
        assert time.monotonic() - started_at < 1
    finally:
        (tmp_path / "gone").rename(person.home / "tsh" / "keys")
        person.cluster.start()


def test_fish_and_kinds(tmp_path):
    names = tmp_path / ".cache" / "sallyport" / "names" / "tctl"
    names.mkdir(parents=True)
    (names / "role").write_text("member\n")
    assert fish(tmp_path, "tctl get role/m") == [("role/member", "seen just now")]
