"""Interactive shells on a terminal and inside tmux."""

import os
import re
import signal
import subprocess

from processes import Terminal, wait_for

SHELL = ["/bin/dash", "-i"]  # unlike others, dash does not reset the terminal's mode
SHOW_STATE = "stty -a"


class PlainShell:
    """A shell on a terminal."""

    def __init__(self, env, _directory):
        self._terminal = Terminal(SHELL, {**env, "PS1": "$ "})

    def type(self, text):
        self._terminal.type(text)

    def interrupt(self):
        self._terminal.type("\x03")

    def wait_for(self, pattern):
        return self._terminal.wait_for(pattern)

    def screen(self):
        return self._terminal.seen

    def close(self):
        os.kill(self._terminal.pid, signal.SIGKILL)  # the shell may ignore SIGHUP
        self._terminal.finish()


class TmuxShell:
    """A shell in a window of a separate tmux server."""

    def __init__(self, env, directory):
        self._env = {**env, "PS1": "$ ", "TMUX_TMPDIR": str(directory), "LANG": "C.UTF-8"}
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "250", "-y", "100", *SHELL)

    def _tmux(self, *words):
        return subprocess.run(["tmux", *words], env=self._env, check=True, capture_output=True, text=True).stdout

    def type(self, text):
        line, end, _ = text.partition("\n")
        self._tmux("send-keys", "-l", line)
        if end:
            self._tmux("send-keys", "Enter")

    def interrupt(self):
        self._tmux("send-keys", "C-c")

    def wait_for(self, pattern):
        return wait_for(lambda: re.search(pattern, self.screen()), what=f"{pattern} on the screen")

    def screen(self):
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def close(self):
        self._tmux("kill-server")
