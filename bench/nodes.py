"""Nodes: what a command by SSH costs over OpenSSH alone, a hundred at once, and ten thousand in the list."""

import getpass
import statistics
import subprocess
import time

from harness import BIN, Cluster, Tsh, environment

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


def alone(directory):
    """Returns the words that run `true` by ssh and `sshd -i` with nothing between them."""
    directory.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name], check=True)
    (directory / "sshd_config").write_text(SSHD.format(directory=directory))
    host = (directory / "host.pub").read_text()
    (directory / "known_hosts").write_text(f"alone {host}")
    return ["ssh", "-F", "none", "-o", f"ProxyCommand=/usr/sbin/sshd -i -f {directory}/sshd_config", "-o",
            f"UserKnownHostsFile={directory}/known_hosts", "-o", "IdentitiesOnly=yes", "-i", directory / "user",
            f"{LOGIN}@alone", "true"]


def at_once(words, env):
    """Returns the seconds that a hundred take together, and how many of them fail."""
    started = time.perf_counter()
    running = [subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL) for _ in range(AT_ONCE)]
    failed = sum(one.wait() != 0 for one in running)
    return time.perf_counter() - started, failed


def others(count):
    return "---\n".join(
        f"kind: node\nversion: v2\nsub_kind: openssh\nmetadata: {{name: other-{number:05}, labels: {{env: other}}}}\n"
        f"spec: {{addr: '192.0.2.1:22', hostname: other-{number:05}}}\n" for number in range(count))


def measure(directory, show, compare):
    cluster = Cluster(directory / "nodes", ssh="enabled: yes\nlabels: {env: bench}\n")
    try:
        cluster.start()
        cluster.create(ROLE, "-f")
        tsh = Tsh(cluster, directory / "ssh-home")
        tsh.login(cluster.add_user("ssh", "shells"))
        words = [BIN / "tsh", "ssh", f"{LOGIN}@localhost", "true"]
        direct = alone(directory / "alone")
        compare("tsh ssh node true", words, tsh.env, ("ssh, sshd -i alone", direct), runs=20)
        pair, _ = at_once(direct, environment(directory))
        took, failed = at_once(words, tsh.env)
        show(f"{AT_ONCE} at once", took, "s", ("ssh, sshd -i alone", pair))
        show(f"{AT_ONCE} at once, failed", failed, "times")
        everything = directory / "nodes.yaml"
        everything.write_text(others(MANY))
        started = time.perf_counter()
        cluster.tctl("create", "-f", everything, timeout=120)
        show(f"tctl create, {MANY:,} nodes", time.perf_counter() - started, "s")
        compare(f"tsh ls, {MANY:,} nodes", [BIN / "tsh", "ls"], tsh.env, runs=10)
        few = statistics.median(_once(words, tsh.env) for _ in range(20))
        show(f"tsh ssh node true, {MANY:,} nodes", few, "ms")
        cluster.stop()
    finally:
        cluster.cleanup()


def _once(words, env):
    started = time.perf_counter()
    subprocess.run(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000
