"""Traces the disk writes of a cluster by strace."""

import re
import shutil

import pytest

from processes import wait_for

# Simulates a slow disk: 20 ms for each sync.
SLOW_SYNC = ("-e", "inject=fdatasync:delay_exit=20000")


class Trace:
    """A cluster under strace, which records the writes to the disk."""

    def __init__(self, running, *more):
        if shutil.which("strace") is None:
            pytest.skip("no strace")
        self.path = running.directory / "trace"
        self._running = running
        running.wrapper = ["strace", "-D", "-f", "--seccomp-bpf", "-y", "-ttt", "-T", "-o", self.path, "-e",
                           "trace=fdatasync,fsync,pwrite64", *more]
        running.start()

    def stop(self):
        """Stops the cluster and waits until strace has written its whole output."""
        self._running.stop()
        wait_for(lambda: re.search(rf"(?m)^{self._running.pid} .*\+\+\+ exited", self.path.read_text(errors="replace")),
                 what="the end of the trace")

    def calls(self):
        """Returns (end time, name, file) of each finished call."""
        found, started = [], {}
        for line in self.path.read_text(errors="replace").splitlines():
            match = re.match(r"(\d+) +(\d+\.\d+) (?:(\w+)\(\d+<([^>]*)>|<\.\.\. (\w+) resumed>)(.*)", line)
            if not match:
                continue
            thread, at, name, file, resumed, rest = match.groups()
            if name and rest.endswith("<unfinished ...>"):
                started[thread] = name, file
                continue
            if resumed:
                name, file = started.pop(thread, (resumed, "?"))
                found.append((float(at), name, file))
            else:
                lasted = re.search(r"<(\d+\.\d+)>$", rest)
                found.append((float(at) + float(lasted.group(1) if lasted else 0), name, file))
        return sorted(found)

    def syncs(self, since, until):
        return [call for call in self.calls() if call[1] in ("fdatasync", "fsync") and since <= call[0] <= until]
