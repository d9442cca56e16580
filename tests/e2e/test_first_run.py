"""Tests that the commands in the log of a new cluster work when pasted."""

import os
import re
import shlex

from harness import BIN, environment
from processes import run


def next_commands(running):
    text = running.log.read_text().partition("has no users yet")[2]
    return [shlex.split(line, comments=True) for line in re.findall(r"(?m)^  (\S.*)$", text)]


def test_first_steps_can_be_pasted(new_cluster):
    running = new_cluster().start()
    commands = next_commands(running)
    assert [words[0] for words in commands] == ["tctl", "tsh", "tctl"]
    env = environment(running.directory, PATH=f"{BIN}:{os.environ['PATH']}")
    assert re.search(r"https://localhost:\d+/web/invite/[0-9a-f]{32}", run(commands[0], env).ok().out)
    assert f"--proxy={running.proxy}" in commands[1]
    assert running.name in run(commands[2], env).ok().out
    running.stop()
    running.log.write_text("")
    running.start()
    assert next_commands(running) == []
