"""Measures SSH to nodes: a command compared with OpenSSH alone, a hundred at once, and lists of ten thousand nodes."""

import ctypes
import getpass
import os
import pathlib
import statistics
import subprocess
import sys
import time

from harness import BIN, REFERENCE_BIN, ROOT, Cluster, Tsh, environment
from timing import RUNS, compare, once, peak_resident, resident, show

LOGIN = getpass.getuser()
ROLE = f"kind: role\nversion: v7\nmetadata: {{name: shells}}\nspec: {{allow: {{logins: ['{LOGIN}'], " \
       "node_labels: {'*': '*'}}}\n"
SSHD = """HostKey {directory}/host
AuthorizedKeysFile {directory}/user.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
"""
AT_ONCE = 100
MANY = 10_000
LIMIT = 50_000
CLONE_NEWNS = 0x20000


def alone(directory):
    """Returns the command that runs `true` by ssh and `sshd -i` with no cluster between them."""
    directory.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name], check=True)
    (directory / "sshd_config").write_text(SSHD.format(directory=directory))
    host = (directory / "host.pub").read_text()
    (directory / "known_hosts").write_text(f"alone {host}")
    return ["ssh", "-F", "none", "-o", f"ProxyCommand=/usr/sbin/sshd -i -f {directory}/sshd_config", "-o",
            f"UserKnownHostsFile={directory}/known_hosts", "-o", "IdentitiesOnly=yes", "-i", directory / "user",
            f"{LOGIN}@alone", "true"]


def without_start_files():
    """Hides the login's start file of the shell from this process and its children, because its run time is not ours.
    Does nothing without root."""
    own = pathlib.Path.home() / ".bashrc"
    if os.getuid() != 0 or not own.exists() or ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        return
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", os.devnull, own], check=True)


def at_once(words, env):
    """Starts a hundred processes of a command; returns the seconds until all have ended, and the number that failed."""
    started = time.perf_counter()
    running = [subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL) for _ in range(AT_ONCE)]
    failed = sum(one.wait() != 0 for one in running)
    return time.perf_counter() - started, failed


def others(first, count):
    return "---\n".join(
        f"kind: node\nversion: v2\nsub_kind: openssh\nmetadata: {{name: other-{number:05}, labels: {{env: other}}}}\n"
        f"spec: {{addr: '192.0.2.1:22', hostname: other-{number:05}}}\n" for number in range(first, first + count))


def create(cluster, first, count):
    """Creates nodes from a file; returns the seconds."""
    everything = cluster.directory / "nodes.yaml"
    everything.write_text(others(first, count))
    started = time.perf_counter()
    cluster.tctl("create", "-f", everything, timeout=300)
    return time.perf_counter() - started


def teleports(directory):
    """Starts a node of Teleport; returns its cluster, and the command and environment of Teleport's tsh that run `true`
    on the node."""
    sys.path.insert(0, str(ROOT / "tests" / "interop"))
    from reference_cluster import ReferenceNodes
    cluster = ReferenceNodes(directory / "theirs", "their-node", {"env": "bench"})
    cluster.start()
    cluster.create(ROLE, "-f")
    tsh = Tsh(cluster, directory / "their-home", reference=True)
    tsh.login(cluster.add_user("ssh", "shells"))
    return cluster, [tsh.path, "ssh", f"{LOGIN}@their-node", "true"], tsh.env


def measure_pair(directory, words, env):
    """Runs our tsh and Teleport's in turn, each with its own environment."""
    cluster, their_words, their_env = teleports(directory)
    try:
        mine, theirs = [], []
        for _ in range(RUNS):
            mine.append(once(words, env))
            theirs.append(once(their_words, their_env))
        show("tsh ssh node true, again", statistics.median(mine), "ms", ("Teleport's", statistics.median(theirs)))
    finally:
        cluster.cleanup()


def measure_at_once(cluster, tsh, direct):
    """Measures each three times, in turn, and shows the medians."""
    config = cluster.directory / "ssh_config"
    config.write_text(tsh("config").ok().out)
    words = ["ssh", "-F", config, f"{LOGIN}@localhost.{cluster.name}", "true"]
    mine, pairs, failed = [], [], 0
    for _ in range(3):
        pairs.append(at_once(direct, environment(cluster.directory))[0])
        took, lost = at_once(words, tsh.env)
        mine.append(took)
        failed += lost
    show(f"ssh -F, {AT_ONCE} at once", statistics.median(mine), "s", ("ssh, sshd -i alone", statistics.median(pairs)))
    show(f"ssh -F, {AT_ONCE} at once, failed", failed, "times")


def measure_proxy_ssh(tsh):
    """Measures the time from the start of tsh proxy ssh to an answer of the proxy, and to the first byte of the node's
    sshd."""
    words = [BIN / "tsh", "proxy", "ssh", f"{LOGIN}@localhost:0"]
    answers, greetings = [], []
    for _ in range(RUNS):
        answers.append(once([*words[:-1], "no-such-node:0"], tsh.env, codes=(5,)))
        started = time.perf_counter()
        with subprocess.Popen(words, env=tsh.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
            running.stdout.read(1)
            greetings.append((time.perf_counter() - started) * 1000)
            running.kill()
    show("tsh proxy ssh, to the proxy's answer", statistics.median(answers), "ms")
    show("tsh proxy ssh, to sshd's greeting", statistics.median(greetings), "ms")
    show("tsh proxy ssh resident", peak_resident(words, tsh.env), "MB")


def measure_many(cluster, tsh, words):
    few = statistics.median(once(words, tsh.env) for _ in range(RUNS))
    show(f"tctl create, {MANY:,} nodes", create(cluster, 0, MANY), "s")
    compare(f"tsh ls, {MANY:,} nodes", [BIN / "tsh", "ls"], tsh.env, runs=10)
    many = statistics.median(once(words, tsh.env) for _ in range(RUNS))
    show(f"tsh ssh node true, {MANY:,} nodes", many, "ms", ("with one", few))
    show(f"server resident, {MANY:,} nodes", resident(cluster.pid), "MB")
    create(cluster, MANY, LIMIT - MANY)
    compare(f"tsh ls, {LIMIT:,} nodes", [BIN / "tsh", "ls"], tsh.env, runs=5)
    show(f"tsh ssh node true, {LIMIT:,} nodes", statistics.median(once(words, tsh.env) for _ in range(RUNS)), "ms")
    show(f"server resident, {LIMIT:,} nodes", resident(cluster.pid), "MB")


def measure(directory):
    without_start_files()
    cluster = Cluster(directory / "nodes", ssh="enabled: yes\nlabels: {env: bench}\n")
    try:
        cluster.start()
        cluster.create(ROLE, "-f")
        tsh = Tsh(cluster, directory / "ssh-home")
        tsh.login(cluster.add_user("ssh", "shells"))
        words = [BIN / "tsh", "ssh", f"{LOGIN}@localhost", "true"]
        direct = alone(directory / "alone")
        compare("tsh ssh node true", words, tsh.env, ("ssh, sshd -i alone", direct), runs=RUNS)
        compare("tsh ssh node true, curve25519", [*words[:2], "-o", "KexAlgorithms=curve25519-sha256", *words[2:]],
                tsh.env, ("ssh, sshd -i alone", direct), runs=RUNS)
        if REFERENCE_BIN:
            measure_pair(directory, words, tsh.env)
        measure_proxy_ssh(tsh)
        measure_at_once(cluster, tsh, direct)
        measure_many(cluster, tsh, words)
        cluster.stop()
    finally:
        cluster.cleanup()
