"""Machines with separate networks: Linux network namespaces, with cables between them that tests can cut.

    this machine ---- the cluster's ---- the node's

Users work on this machine, and reach the node's machine only through the cluster.
"""

import contextlib
import os
import shutil

import pytest

from harness import environment
from processes import run

IP = shutil.which("ip", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def ip(*words):
    return run([IP, *words], environment("/")).ok()


class Machine:
    """A network namespace."""

    def __init__(self, name):
        self.name = name
        self.wrapper = [IP, "netns", "exec", name]  # words before a program that runs there

    def ip(self, *words):
        return ip("-n", self.name, *words)

    def run(self, *words, env):
        return run([*self.wrapper, *words], env)


class Network:
    """The cluster's machine and the node's. Each run of the tests has its own, with addresses reserved for tests."""

    def __init__(self):
        tag, net = f"{os.getpid() % 100_000}", f"198.18.{os.getpid() % 250}"
        self.here = f"sp{tag}p"
        self.cable = f"sp{tag}c"  # the cluster's end of the cable to the node
        self.cluster = Machine(f"sp{tag}-cluster")
        self.node = Machine(f"sp{tag}-node")
        self.address = f"{net}.2"  # the cluster's address
        self._net = net

    def build(self):
        for machine in (self.cluster, self.node):
            ip("netns", "add", machine.name)
            machine.ip("link", "set", "lo", "up")
        self._connect(None, self.here, 1, self.cluster, f"{self.here}2", 2)
        self._connect(self.cluster, self.cable, 5, self.node, f"{self.cable}2", 6)
        self.node.ip("route", "add", "default", "via", f"{self._net}.5")

    def _connect(self, left, left_end, left_number, right, right_end, right_number):
        place = ["netns", left.name] if left else []
        right.ip("link", "add", right_end, "type", "veth", "peer", "name", left_end, *(place or ["netns", os.getpid()]))
        for machine, end, number in ((left, left_end, left_number), (right, right_end, right_number)):
            call = machine.ip if machine else ip
            call("addr", "add", f"{self._net}.{number}/30", "dev", end)
            call("link", "set", end, "up")

    def cut(self):
        """Drops all packets between the cluster and the node."""
        self.cluster.ip("link", "set", self.cable, "down")

    def mend(self):
        self.cluster.ip("link", "set", self.cable, "up")

    def remove(self):
        run([IP, "link", "del", self.here], environment("/"))
        for machine in (self.node, self.cluster):
            run([IP, "netns", "del", machine.name], environment("/"))


@contextlib.contextmanager
def network():
    """Makes a network; skips the test where the host permits no namespaces."""
    if os.geteuid() != 0:
        pytest.skip("only root makes network namespaces")
    if IP is None:
        pytest.skip("no ip program: apt-get install iproute2")
    probe = f"sp{os.getpid() % 100_000}-probe"
    made = run([IP, "netns", "add", probe], environment("/"))
    if made.code != 0:
        pytest.skip(f"network namespaces are not permitted here: {made.err.strip()}")
    ip("netns", "del", probe)
    built = Network()
    try:
        built.build()
        yield built
    finally:
        built.remove()


@contextlib.contextmanager
def small_disk(directory, size="2m"):
    """Mounts a separate file system at a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", directory], environment("/")).ok()
    try:
        yield directory
    finally:
        run(["umount", "-l", directory], environment("/")).ok()


@contextlib.contextmanager
def filled(directory):
    """Fills the file system until no byte is free."""
    path = directory / "filler"
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
    try:
        yield
    finally:
        path.unlink()
