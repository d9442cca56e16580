"""Nodes in separate processes, which stand for nodes on other hosts."""

import os
import re
import shlex
import signal

from harness import environment, program
from processes import Background, wait_for


class Agent:
    """A node with a separate data directory."""

    def __init__(self, cluster, directory, name="far", label="environment=dev", wrapper=()):
        self.cluster = cluster
        self.directory = directory
        self.name = name
        self.label = label
        self.wrapper = list(wrapper)  # words before the program
        self.log = directory / "agent.log"
        self._program = None
        directory.mkdir(parents=True, exist_ok=True)

    def pasted_command(self):
        """Returns the command that the cluster tells the administrator to run on the host."""
        text = self.cluster.tctl("nodes", "add").out
        words = shlex.split(re.search(r"(?s)(teleport start.*?)\n\n", text).group(1).replace("\\\n", " "))
        self.cluster.secrets |= {word.split("=")[1] for word in words if word.startswith("--token=")}
        return words

    def start(self, words=None):
        words = self.pasted_command() if words is None else words
        self._program = Background([*self.wrapper, program("teleport"), *words[1:],
                                    f"--data-dir={self.directory / 'data'}",
                                    f"--nodename={self.name}", f"--labels={self.label}"],
                                   environment(self.directory), self.log)
        self._program.wait_for_output("agent is ready")
        wait_for(lambda: self.name in self.cluster.tctl("nodes", "ls").out, what="the node")
        return self

    def stop(self):
        assert self._program.stop() == 0, self.log.read_text()

    def kill(self):
        self._program.__exit__()

    @property
    def pid(self):
        return self._program.process.pid

    def suspend(self):
        """Stops the agent's process, so that the process notices nothing until resume()."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)
