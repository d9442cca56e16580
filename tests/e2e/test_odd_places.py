"""Tests of clients in unusual environments: read-only homes, wrong clocks, messages of the day, unreachable HTTP
proxies."""

import getpass
import os
import pathlib
import shutil
import subprocess

import pytest

from harness import Cluster, Tsh, assert_plain, started
from processes import Terminal, run

LOGIN = getpass.getuser()
CONNECTION_FAILED = 255
DENIED = 4
UNREACHABLE = 7
MESSAGE = "Be kind to the machines.\n\nThey watch \x1b[31myou.\n"
ROLE = f"""
    kind: role
    version: v7
    metadata: {{name: shells}}
    spec:
      allow: {{logins: [{LOGIN}], node_labels: {{'*': '*'}}}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("odd"), ssh="enabled: yes\n")) as cluster:
        cluster.create(ROLE, "-f")
        yield cluster


@pytest.fixture
def machine(place, tmp_path, name):
    made = Tsh(place, tmp_path / "home")
    made.user = place.add_user(name, "shells")
    return made


@pytest.fixture
def read_only(machine):
    """Returns a function that runs tsh with read-only directories, as in a container with read-only mounts."""
    if os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("only root mounts")
    machine.login(machine.user)
    mount = 'for dir in $RO; do mount --bind "$dir" "$dir" && mount -o remount,ro,bind "$dir" || exit 99; done; exec "$@"'

    def tsh(*words, directories, **more):
        return run(["unshare", "--mount", "sh", "-c", mount, "sh", machine.path, *words],
                   {**machine.env, "RO": " ".join(map(str, directories)), **more}, "", 30)
    return tsh


def test_a_login_that_can_only_be_read(machine, read_only, tmp_path):
    profiles = machine.home / "tsh"
    (tmp_path / "file").write_text("copied\n")
    for directories in ([profiles], [machine.home]):
        assert read_only("ssh", f"{LOGIN}@localhost", "echo in", directories=directories).ok().out == "in\n"
        copy = ("scp", tmp_path / "file", f"{LOGIN}@localhost:{tmp_path}/there")
        read_only(*copy, directories=directories).ok()
        assert (tmp_path / "there").read_text() == "copied\n"
    shutil.rmtree(machine.home / ".cache")
    done = read_only("ssh", f"{LOGIN}@localhost", "true", directories=[machine.home], TMPDIR="/proc")
    assert done.code == CONNECTION_FAILED and "TMPDIR" in done.err and "Read-only file system" in done.err, done


def test_a_login_that_can_only_be_read_cannot_be_ended(machine, read_only):
    done = read_only("logout", directories=[machine.home / "tsh"])
    assert done.code == DENIED and "cannot remove" in done.err and "Read-only file system" in done.err, done
    assert_plain(done.err)
    assert machine("status").code == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"], ids=["stdin", "stdout", "stderr", "all"])
def test_descriptors_that_are_closed(machine, tmp_path, closed):
    """cron and daemons start programs with closed descriptors."""
    machine.login(machine.user)
    words = ["sh", "-c", f'exec "$@" {closed}', "sh", machine.path]
    for command, code in (("true", 0), ("exit 3", 3)):
        mark = tmp_path / f"mark-{code}"
        done = run([*words, "ssh", f"{LOGIN}@localhost", f"touch {mark}; {command}"], machine.env, "", 30)
        assert done.code == code and mark.exists(), done
    (tmp_path / "file").write_text("copied\n")
    done = run([*words, "scp", "-q", tmp_path / "file", f"{LOGIN}@localhost:{tmp_path}/there"], machine.env, "", 30)
    assert done.code == 0 and (tmp_path / "there").read_text() == "copied\n", done


def test_a_clock_that_is_ahead_is_named(machine):
    (clock, *_) = [*pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")] or pytest.skip("no faketime")
    true_env, machine.env = machine.env, {**machine.env, "LD_PRELOAD": str(clock), "FAKETIME": "+13h",
                                          "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    done = machine.login(machine.user, ok=False)
    assert done.code == 1 and "the clock of this host is ahead" in done.err and "set the clock" in done.err, done
    machine.env = true_env
    assert machine("status", ok=False).code != 0  # the refused login left no profile


@pytest.fixture
def message(place):
    preference = place.tctl("get", "cap").out
    quoted = '"' + MESSAGE.replace("\n", "\\n").replace("\x1b", "\\e") + '"'
    place.create(preference.replace("\nspec:\n", f"\nspec:\n  message_of_the_day: {quoted}\n"), "-f", "--confirm")
    yield
    place.create(preference, "-f", "--confirm")


def test_the_message_of_the_day_is_shown(machine, message):
    done = machine.login(machine.user)
    assert "Be kind to the machines.\n\nThey watch \\x1b[31myou.\n" in done.err and "Be kind" not in done.out

    machine("logout")
    words = ["login", f"--proxy={machine.cluster.proxy}", f"--user={machine.user.name}"]
    terminal = Terminal([str(machine.path), *words], machine.env)
    assert terminal.answer(r"(?s)Be kind.*They watch .*Press \[ENTER\] to continue\.", ""), terminal.seen
    assert terminal.answer("Password of", machine.user.password), terminal.seen
    assert terminal.answer("Code of your authenticator app: ", machine.user.authenticator.code), terminal.seen
    assert terminal.finish().code == 0
    assert "\x1b[31m" not in terminal.seen


def test_an_http_proxy_that_is_not_there_is_named(machine):
    for url, code, text in (("http://us%65r:p%40ss@127.0.0.1:1", UNREACHABLE, "the HTTP proxy of HTTPS_PROXY"),
                            ("http://user:p%zzss@127.0.0.1:1", 1, "HTTPS_PROXY: the user or password")):
        done = run([machine.path, "login", "--proxy=access.example.com:443", "--user=x"],
                   {**machine.env, "HTTPS_PROXY": url}, "", 30)
        assert done.code == code and text in done.err, done
        assert "ss@" not in done.err
