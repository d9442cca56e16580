"""Tests of the login's shell on a node: the shell of the passwd file, and its start files."""

import getpass
import os
import pwd
import shutil
import subprocess

import pytest

from harness import Cluster, Tsh, started

LOGIN = getpass.getuser()
ROLE = f"""
kind: role
version: v7
metadata: {{name: shells}}
spec: {{allow: {{logins: [{LOGIN}], node_labels: {{'*': '*'}}}}}}
"""
SHELLS = {"bash": ".bashrc", "zsh": ".zshenv"}


@pytest.fixture(scope="module", params=SHELLS)
def shell(request, tmp_path_factory):
    """Starts a node whose process sees another passwd file, in which the login has this shell and a separate home."""
    can = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if os.getuid() != 0 or can.returncode != 0:
        pytest.skip("only root sees another passwd file")
    directory = tmp_path_factory.mktemp(request.param)
    home = directory / "home"
    home.mkdir()
    (home / SHELLS[request.param]).write_text("echo read >> ~/reads\n")
    own = pwd.getpwuid(0)
    (directory / "passwd").write_text(f"{LOGIN}:x:0:{own.pw_gid}::{home}:{shutil.which(request.param)}\n"
                                      "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n")
    see = f'mount --bind {directory / "passwd"} /etc/passwd && exec "$@"'
    with started(Cluster(directory / "cluster", ssh="enabled: yes\n",
                         wrapper=["unshare", "--mount", "sh", "-c", see, "sh"])) as cluster:
        cluster.create(ROLE, "-f")
        person = Tsh(cluster, directory / "person")
        person.login(cluster.add_user("shell-user", "shells"))
        person.shell, person.home = request.param, home
        yield person


def test_start_files_are_read_once(shell):
    """sshd also starts the session's program with the login's shell, which must not read the files."""
    assert shell("ssh", f"{LOGIN}@localhost", "echo $0; cat ~/reads; rm ~/reads").ok().out == f"{shell.shell}\nread\n"


def test_environment_is_that_of_a_first_shell(shell):
    seen = shell("ssh", f"{LOGIN}@localhost", "echo $SHLVL; echo ${ZDOTDIR-none}; pwd").ok().out.splitlines()
    first = subprocess.run([shell.shell, "-c", "echo $SHLVL"], env={"HOME": "/nonexistent"}, capture_output=True,
                           text=True, check=True)
    assert seen == [first.stdout.strip(), "none", str(shell.home)]
