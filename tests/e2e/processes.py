"""Runs programs: to the end, in the background, or on a terminal."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import time

TIMEOUT = 30

# An error of ours with a space at its end, which means that its last part is empty.
LOOSE_ERROR = re.compile(r"^(tsh|tctl|teleport): .*[ \t]$", re.M)


class Finished:
    """The result of a program: exit code and output."""

    def __init__(self, words, code, out, err):
        self.words = words
        self.code = code
        self.out = out
        self.err = err

    @property
    def text(self):
        return self.out + self.err

    def ok(self):
        assert self.code == 0, self
        return self

    def __repr__(self):
        return f"{' '.join(map(str, self.words))}\nexit code {self.code}\n{self.out}\n{self.err}"


def free_port():
    """Returns a port of this host that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def run(words, env, stdin="", timeout=TIMEOUT, cwd=None):
    """Runs a program to its end."""
    words = [str(word) for word in words]
    done = subprocess.run(words, env=env, input=stdin, capture_output=True, text=True, timeout=timeout, cwd=cwd,
                          errors="replace", check=False)
    finished = Finished(words, done.returncode, done.stdout, done.stderr)
    assert not LOOSE_ERROR.search(finished.err), finished
    return finished


def wait_for(condition, timeout=TIMEOUT, what="the condition"):
    """Waits until a function returns a true value, and returns the value. `what` names the awaited event."""
    deadline = time.monotonic() + timeout
    pause = 0.005
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


class Background:
    """A program in the background; its output goes to a file."""

    def __init__(self, words, env, log, stdin=subprocess.DEVNULL):
        self.words = [str(word) for word in words]
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(self.words, env=env, stdin=stdin, stdout=output, stderr=output,
                                            start_new_session=True)

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for_output(self, pattern, timeout=TIMEOUT):
        """Waits until the output matches a pattern, and returns the match."""
        def found():
            match = re.search(pattern, self.output())
            if match is None and self.process.poll() is not None:
                match = re.search(pattern, self.output())
                assert match, f"{self.words} ended with {self.process.returncode}:\n{self.output()}"
            return match
        try:
            return wait_for(found, timeout, f"output {pattern!r}")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.output()}") from None

    def wait(self, timeout=TIMEOUT):
        return self.process.wait(timeout)

    def stop(self, number=signal.SIGTERM, timeout=TIMEOUT):
        """Sends a signal to the process unless it has ended, and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.words} did not end:\n{self.output()}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Terminal:
    """A program on a terminal, for programs that ask questions only there."""

    def __init__(self, words, env):
        self.words = [str(word) for word in words]
        self.seen = ""
        self._answered = 0
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent of the tests may ignore SIGINT
                os.execve(self.words[0], self.words, env)
            finally:
                os._exit(127)

    def _read(self, deadline):
        left = max(0.0, deadline - time.monotonic())
        if not select.select([self._fd], [], [], left)[0]:
            raise AssertionError(f"{self.words} prints nothing more:\n{self.seen}")
        try:
            data = os.read(self._fd, 4096)
        except OSError:
            data = b""  # the last process of the terminal has ended
        self.seen += data.decode(errors="replace")
        return bool(data)

    def type(self, text):
        os.write(self._fd, text.encode())

    def wait_for(self, pattern, timeout=TIMEOUT):
        """Waits for a pattern after the last match; returns nothing when the program has ended."""
        deadline = time.monotonic() + timeout
        while not (match := re.search(pattern, self.seen[self._answered:])):
            if not self._read(deadline):
                return None
        self._answered += match.end()
        return match

    def answer(self, prompt, text, timeout=TIMEOUT):
        """Waits for a prompt and types a line. `text` may be a function, which makes a code when the prompt appears."""
        if not self.wait_for(prompt, timeout):
            return False
        self.type((text() if callable(text) else text) + "\n")
        return True

    def finish(self, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        try:
            while self._read(deadline):
                pass
        except AssertionError:
            os.kill(self.pid, signal.SIGKILL)
            raise
        finally:
            os.close(self._fd)
            status = os.waitpid(self.pid, 0)[1]
        return Finished(self.words, os.waitstatus_to_exitcode(status), self.seen, "")
