"""A node whose users have different login shells: the node's process sees a separate passwd file."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from harness import Cluster, environment, program
from processes import Terminal, run, wait_for

FIRST_UID = 61000

# Interactive shells, with the start files that they read for a command and for a terminal.
SHELLS = {
    "bash": ("/bin/bash", [".bashrc", ".bash_profile"]),
    "dash": ("/bin/dash", [".profile"]),
    "zsh": ("/bin/zsh", [".zshenv"]),
    "ksh": ("/bin/ksh93", [".profile"]),
    "mksh": ("/bin/mksh", [".profile"]),
    "fish": ("/usr/bin/fish", [".config/fish/config.fish"]),
    "tcsh": ("/bin/tcsh", [".tcshrc"]),
    "csh": ("/bin/bsd-csh", [".cshrc"]),
    "busybox": ("{home}/sh", [".profile"]),
}
# Shells that restrict users, and other programs in place of a shell.
OTHERS = {
    "rbash": "/bin/rbash",
    "gitsh": "/usr/bin/git-shell",
    "nologin": "/usr/sbin/nologin",
    "missing": "/no/such/shell",
    "menu": "{home}/menu",
    "python": "/usr/bin/python3",
}
NAMES = ["\u00fcmlaut", "DOM\\jane", "svc$", "a%b"]  # names of users in directory services


class ShellNode:
    """A cluster with a node that has these users, with empty homes."""

    def __init__(self, directory):
        can = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
        if os.getuid() != 0 or can.returncode != 0:
            pytest.skip("only root sees another passwd file")
        # The users could not enter the directories of the tests, which are root's.
        self.homes = pathlib.Path(tempfile.mkdtemp(prefix="homes"))
        self.homes.chmod(0o755)
        shells = {**{name: shell for name, (shell, _) in SHELLS.items()}, **OTHERS,
                  **{name: "/bin/bash" for name in ("app", *NAMES)}}
        self.uids = {name: FIRST_UID + number for number, name in enumerate(shells)}
        lines = ["root:x:0:0::/root:/bin/sh", "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin"]
        for name, shell in shells.items():
            home = self.home(name)
            home.mkdir()
            os.chown(home, self.uids[name], self.uids[name])
            lines.append(f"{name}:x:{self.uids[name]}:{self.uids[name]}:of tests:{home}:{shell.format(home=home)}")
        self.write("menu", "menu", '#!/bin/sh\necho "menu: args=$#: $*"; read x; echo "chose $x"\n', 0o755)
        self.write("zsh", ".zshrc", "")  # without this file zsh asks the user questions
        (self.home("busybox") / "sh").symlink_to("/bin/busybox")
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "passwd").write_text("\n".join(lines) + "\n")
        see = f'mount --bind {directory / "passwd"} /etc/passwd && exec "$@"'
        self.wrapper = ["unshare", "--mount", "sh", "-c", see, "sh"]
        self.cluster = Cluster(directory / "cluster", ssh="enabled: yes\n", wrapper=self.wrapper)

    def home(self, login):
        return self.homes / login.replace("\\", "-")

    def write(self, login, path, text, mode=0o644):
        """Writes a file of a user."""
        path = self.home(login) / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        for entry in (path, *path.parents):
            if self.homes in entry.parents:
                os.chown(entry, self.uids[login], self.uids[login])
        return path

    def write_start_files(self, shell, text):
        paths = SHELLS[shell][1]
        return [self.write(shell, path, text) for path in paths]

    def clean(self):
        shutil.rmtree(self.homes)


class Person:
    """A user with an identity file and tsh."""

    def __init__(self, cluster, directory, name, roles):
        self.cluster = cluster
        self.name = name
        directory.mkdir(parents=True, exist_ok=True)
        self.identity = directory / "identity"
        user = directory / "user.json"
        quoted = name.replace("\\", "\\\\")
        user.write_text(f'{{"kind": "user", "version": "v2", "metadata": {{"name": "{quoted}"}}, '
                        f'"spec": {{"roles": ["{roles}"]}}}}')
        cluster.tctl("create", "-f", user)
        cluster.tctl("auth", "sign", f"--user={name}", f"--out={self.identity}", "--format=file")
        self.env = environment(directory, TELEPORT_HOME=str(directory / "tsh"), SSL_CERT_FILE=str(cluster.ca_file))
        self.words = [str(program("tsh")), "-i", str(self.identity), f"--proxy={cluster.proxy}"]

    def __call__(self, *words, stdin="", timeout=40):
        return run([*self.words, *words], self.env, stdin, timeout)

    def terminal(self, login, *command, host="localhost"):
        return Terminal([*self.words, "ssh", "-tt", f"{login}@{host}", *command], self.env)

    def tells(self, login, *kinds):
        """Waits for the events of this user's last session with a login, and returns them by kind."""
        start = wait_for(lambda: self.cluster.events(event="session.start", login=login, user=self.name), 15,
                         f"a session of {login}")[-1]
        found = {"session.start": start}
        for kind in kinds:
            found[kind] = wait_for(lambda: self.cluster.events(event=kind, sid=start["sid"]), 15,
                                   f"{kind} of {login}")[-1]
        return found


def recording(cluster, session):
    """Returns the terminal output in the recording of a session."""
    path = cluster.data_dir / "log" / "records" / f"{session}.tar"
    wait_for(path.exists, 20, what="the recording")
    done = run([program("tsh"), "play", path, "--format=text"], environment(cluster.directory))
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.ok().out)
