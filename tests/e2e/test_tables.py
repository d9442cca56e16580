"""Tests of the texts that the programs make from their command tables: help, man pages, completions, and committed
copies."""

import json
import os
import re
import shutil
import subprocess

import pytest

from harness import BIN, ROOT, assert_plain, environment, is_ours, program
from processes import run

PROGRAMS = ["tsh", "tctl", "teleport", "tbot", "teleport-event-handler"]
SHELLS = ["bash", "zsh", "fish"]
USAGE = 2
# Options without which a command line is incomplete. No server listens on port 1.
NEEDED = {"tsh ssh": ["--query=x"], "tsh login": ["--proxy=127.0.0.1:1", "--user=x"], "tctl users add": ["--roles=x"],
          "tctl users update": ["--set-roles=x"], "tctl tokens add": ["--type=node"], "tctl lock": ["--user=x"],
          "tctl auth sign": ["--user=x", "--out=x"], "tctl alerts ack": ["--reason=x"],
          "tctl requests review": ["--approve", "--author=x"], "tsh request review": ["--approve"]}


def command(name, home, *words, **env):
    """Runs a program of ours as a user without a login."""
    path = program(name)
    if not is_ours(name):
        pytest.skip(f"{name} is not ours")
    return run([path, *words], environment(home, TELEPORT_HOME=str(home / "tsh"), **env))


def visible_commands(name, home):
    """Returns the commands that help lists."""
    text = command(name, home, "help").ok().out
    rows = text.split("\nCommands:\n", 1)[1].split("\n\n", 1)[0].splitlines()
    return [re.match(r"  (\S+(?: \S+)*?)  ", row).group(1) for row in rows]


def tool(name):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def complete_in_bash(name, *words):
    """Returns the words that bash offers for the last of some words."""
    script = (f'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _{name}_complete; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", ROOT / "completions" / f"{name}.bash", name, *words],
                          capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


def complete_in_fish(name, home, line):
    done = subprocess.run(["fish", "--no-config", "-c", f'source "$argv[1]"; complete -C "{line}"',
                           ROOT / "completions" / f"{name}.fish"],
                          env=environment(home, PATH=f"{BIN}:{os.environ['PATH']}"), capture_output=True, text=True,
                          check=True)
    assert not done.stderr
    return [row.split("\t")[0] for row in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_committed_completion_is_current(tmp_path, name, shell):
    made = command(name, tmp_path, "completion", shell).ok().out
    assert made == (ROOT / "completions" / f"{name}.{shell}").read_text(), "run: ./dev docs"


@pytest.mark.parametrize("name", PROGRAMS)
def test_committed_man_page_is_current(tmp_path, name):
    made = command(name, tmp_path, "man").ok().out
    assert made == (ROOT / "man" / f"{name}.1").read_text(), "run: ./dev docs"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_shell_accepts_completion(name, shell):
    done = subprocess.run([tool(shell), "-n", ROOT / "completions" / f"{name}.{shell}"], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_man_page_has_no_warnings(name):
    done = subprocess.run([tool("groff"), "-man", "-ww", "-z", ROOT / "man" / f"{name}.1"], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_of_every_command(tmp_path, name):
    commands = visible_commands(name, tmp_path)
    assert len(commands) >= 3
    man = (ROOT / "man" / f"{name}.1").read_text().replace("\\-", "-")
    for path in commands:
        shown = command(name, tmp_path, "help", *path.split()).ok()
        assert f"Usage: {name} {path}" in shown.out
        assert not shown.err
        assert f"\n.SS {path}\n" in man
        if "[options]" in shown.out:  # others pass --help to the program that they run
            asked = command(name, tmp_path, *path.split(), "--help").ok()
            assert (asked.out, asked.err) == (shown.out, "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_command_with_formats_accepts_json(tmp_path, name):
    """Most commands fail without a login, but accept the command line; stdout has JSON or nothing."""
    seen = 0
    for path in visible_commands(name, tmp_path):
        usage = command(name, tmp_path, "help", *path.split()).out
        synopsis = usage.splitlines()[2]
        words = [*path.split(), *["x"] * len(re.findall(r" <[^>]+>", synopsis)), *NEEDED.get(f"{name} {path}", [])]
        if "--format " in usage and "Output format (" not in usage:
            continue  # what is sent has a format, and there is no result
        if "--format " not in usage:
            refused = command(name, tmp_path, *words, "--format=json")
            assert refused.code == USAGE or "[options]" not in synopsis, refused
            continue
        seen += 1
        done = command(name, tmp_path, *words, "--format=json")
        assert done.code != USAGE, done
        assert_plain(done.text)
        if done.code == 0 or done.out:
            json.loads(done.out)
        wrong = command(name, tmp_path, *words, "--format=jsno")
        assert wrong.code == USAGE and "json" in wrong.err, wrong
    assert seen >= 1


@pytest.mark.parametrize("name", PROGRAMS)
def test_bash_offers_every_command(tmp_path, name):
    commands = visible_commands(name, tmp_path)
    assert set(complete_in_bash(name, "")) == {path.split()[0] for path in commands}
    for path in commands:
        first, *rest = path.split()
        if rest:
            assert rest[0] in complete_in_bash(name, first, "")
        usage = command(name, tmp_path, "help", *path.split()).out
        if "[options]" in usage:
            assert set(complete_in_bash(name, *path.split(), "--")) == set(re.findall(r"  (--[a-z0-9-]+)", usage)) | set(
                re.findall(r"-\w, (--[a-z0-9-]+)", usage)) | {"--help"}


def test_bash_offers_fixed_values():
    assert complete_in_bash("tsh", "ls", "--format", "") == ["text", "json", "yaml", "names"]
    assert complete_in_bash("tsh", "ls", "--format", "=", "y") == ["yaml"]
    assert complete_in_bash("tsh", "--insecure", "kube", "l") == ["ls", "login"]
    assert complete_in_bash("tsh", "login", "leaf", "--mfa-mode", "o") == ["otp"]


def test_fish_offers_commands_options_and_fixed_values(tmp_path):
    tool("fish")
    assert sorted(complete_in_fish("tsh", tmp_path, "tsh kube ")) == ["login", "ls"]
    assert {path.split()[0] for path in visible_commands("tsh", tmp_path)} == set(
        complete_in_fish("tsh", tmp_path, "tsh "))
    assert "--set-context-name" in complete_in_fish("tsh", tmp_path, "tsh kube login --")
    assert "--set-context-name" not in complete_in_fish("tsh", tmp_path, "tsh login --")
    assert complete_in_fish("tctl", tmp_path, "tctl get --format ") == ["json", "text", "yaml"]
