"""Tests of prompts and editors on a terminal and inside tmux: typed text, Ctrl-C, and the terminal afterwards."""

import itertools
import json
import re
import shlex
import shutil
import sys

import pytest

from cluster_fixtures import MEMBER
from harness import Cluster, Tsh, assert_plain, environment, program, started
from tctl_ways import Tctl
from terminals import SHOW_STATE, PlainShell, TmuxShell

ROLE = "kind: role\nversion: v7\nmetadata: {{name: {}}}\nspec: {{allow: {{logins: [root]}}}}\n"

_names = (f"typist{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Starts a separate cluster, because a cluster counts logins by address, and all tests have the same address."""
    with started(Cluster(tmp_path_factory.mktemp("terminal"))) as running:
        running.create(MEMBER, "-f")
        yield running


@pytest.fixture
def make_user(cluster):
    return lambda: cluster.add_user(next(_names))


@pytest.fixture
def tsh(cluster, tmp_path):
    return Tsh(cluster, tmp_path / "machine")


@pytest.fixture
def local_tctl(cluster, tmp_path):
    return Tctl(cluster, ["-c", cluster.config], Tsh(cluster, tmp_path / "host").env)


@pytest.fixture(params=[PlainShell, TmuxShell])
def open_shell(request, tmp_path):
    """Returns a function that opens a shell with an environment."""
    if request.param is TmuxShell and shutil.which("tmux") is None:
        pytest.skip("no tmux")
    opened = []

    def make(env):
        opened.append(request.param(env, tmp_path))
        return opened[-1]

    yield make
    for shell in opened:
        shell.close()


def start(shell, *words):
    """Types a command; the shell prints the exit code and the state of the terminal after it."""
    shell.type(f"{shlex.join(map(str, words))}; echo code=$?; {SHOW_STATE}; echo end''ed\n")


def finish(shell):
    """Returns the exit code; checks that the terminal has its former state."""
    code = int(shell.wait_for(r"code=(\d+)").group(1))
    shell.wait_for(r"\bended\b")
    state = shell.screen()
    assert re.search(r"(?<!-)\becho\b", state) and re.search(r"(?<!-)\bicanon\b", state), state
    assert not re.search(r"-(echo|icanon|isig)\b", state), state
    assert_plain(state)
    return code


def login_words(machine, user):
    return [machine.path, "login", f"--proxy={machine.cluster.proxy}", f"--user={user.name}"]


def test_login(cluster, tsh, make_user, open_shell):
    user = make_user()
    shell = open_shell(tsh.env)
    start(shell, *login_words(tsh, user))
    shell.wait_for(r"(?i)password[^\n]*:")
    shell.type(f"{user.password}\n")
    shell.wait_for(r"(?i)code[^\n]*:")
    code = user.authenticator.code()
    cluster.secrets.add(code)
    shell.type(f"{code}\n")
    assert finish(shell) == 0
    assert user.password not in shell.screen() and code not in shell.screen()
    assert json.loads(tsh("status", "--format=json").out)["active"]["username"] == user.name


@pytest.mark.parametrize("question", ["password", "code"])
def test_interrupted_login(cluster, tsh, make_user, open_shell, question):
    user = make_user()
    shell = open_shell(tsh.env)
    start(shell, *login_words(tsh, user))
    shell.wait_for(r"(?i)password[^\n]*:")
    if question == "code":
        shell.type(f"{user.password}\n")
        shell.wait_for(r"(?i)code[^\n]*:")
    shell.type("half an ans")
    shell.interrupt()
    assert finish(shell) == 130
    assert "half an ans" not in shell.screen()
    assert not cluster.events(event="user.login", user=user.name)
    assert tsh("status", ok=False).code == 3
    tsh.login(user)  # the code and the password still work


def test_answers_come_from_a_pipe(cluster, tsh, make_user, open_shell):
    """tsh reads answers from a pipe, also on a terminal, and then shows no prompts."""
    user = make_user()
    shell = open_shell(tsh.env)
    answers = tsh.home / "answers"
    code = user.authenticator.code()
    cluster.secrets.add(code)
    answers.write_text(f"{user.password}\n{code}\n")
    start(shell, "sh", "-c", f"cat {answers} | {shlex.join(map(str, login_words(tsh, user)))}")
    assert finish(shell) == 0
    assert not re.search("(?i)password", shell.screen())
    assert json.loads(tsh("status", "--format=json").out)["active"]["username"] == user.name


def test_pipe_without_answers(tsh, make_user):
    done = tsh(*login_words(tsh, make_user())[1:], ok=False)
    assert done.code == 1 and "the input ended before the answer" in done.err
    assert_plain(done.text)


# tctl edit.

# A shell as an editor could miss an interrupt between two of its commands; this editor does not.
EDITOR = """#!{python}
import pathlib, signal, subprocess, sys

path = pathlib.Path(sys.argv[1])

def change():
    path.write_text(path.read_text().replace("root", "ubuntu"))

def change_and_end(*_):
    change()
    sys.exit(0)

signal.signal(signal.SIGINT, {handler})
{first}
subprocess.run(["stty", "-echo"], check=True)
print("editing", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def edit(cluster, tmp_path, open_shell, name, local_tctl):
    """Returns a function that begins to edit a role, with code that the editor runs first and on an interrupt."""
    path = tmp_path / "role.yaml"
    path.write_text(ROLE.format(name))
    local_tctl("create", "-f", path)

    def begin(first, handler):
        editor = tmp_path / "editor"
        editor.write_text(EDITOR.format(python=sys.executable, first=first, handler=handler))
        editor.chmod(0o700)
        shell = open_shell(environment(tmp_path, EDITOR=str(editor), TMPDIR=str(tmp_path)))
        start(shell, program("tctl"), "-c", cluster.config, "edit", f"role/{name}")
        shell.wait_for("editing")
        return shell

    return begin


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untouched"])
def test_interrupted_editor(edit, local_tctl, name, tmp_path, typed):
    before = local_tctl.json("get", f"role/{name}")
    shell = edit("change()" if typed else "", "signal.SIG_DFL")
    shell.interrupt()
    assert finish(shell) == 130
    assert local_tctl.json("get", f"role/{name}") == before
    kept = list(tmp_path.glob("tctl-edit-*"))
    assert len(kept) == int(typed)
    if typed:
        assert "ubuntu" in kept[0].read_text() and f"kept in {kept[0]}" in shell.screen()


def test_editor_with_another_meaning_for_interrupts(edit, local_tctl, name, tmp_path):
    shell = edit("", "change_and_end")
    shell.interrupt()
    shell.wait_for("has been updated")
    shell.type("stty echo\n")  # an editor that succeeds must restore the terminal itself
    assert local_tctl.json("get", f"role/{name}")[0]["spec"]["allow"]["logins"] == ["ubuntu"]
    assert not list(tmp_path.glob("tctl-edit-*"))
