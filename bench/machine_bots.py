"""Measures tbot: its size and start, a join, the memory of an idle bot, and a thousand bots that renew. With
REFERENCE_BIN, Teleport's tbot does the same, and Teleport's teleport serves bots that renew."""

import concurrent.futures
import json
import os
import pathlib
import re
import statistics
import time

import yaml

from harness import BIN, REFERENCE_BIN, Cluster, environment
from processes import Background, wait_for
from reference_cluster import ReferenceCluster
from timing import compare, once, resident, show

JOINS = 12
BOTS = 1000
REFERENCE_BOTS = 200  # of a cluster of Teleport
OUTPUTS = 5
AT_ONCE = 8
IDLE_S = 30


class Machines:
    """A cluster with one bot, and machines that join as it by the auth service's port. Starts the cluster."""

    def __init__(self, directory, cluster):
        self.directory = directory
        self.cluster = cluster
        self.cluster.start()
        self.pin = re.search(r"sha256:[0-9a-f]{64}", self.cluster.tctl("status").out).group()
        self.cluster.create("{kind: bot, version: v1, metadata: {name: b}, spec: {roles: [access]}}")
        self.env = environment(directory, SSL_CERT_FILE=str(self.cluster.ca_file))

    def token(self):
        return json.loads(self.cluster.tctl("bots", "instances", "add", "b", "--format=json").out)["token_id"]

    def tokens(self, count):
        """Creates tokens together, and returns their names."""
        names = [f"{number:032x}" for number in range(1, count + 1)]
        self.cluster.create("---\n".join(
            f"kind: token\nversion: v2\nmetadata: {{name: '{name}', expires: '2100-01-01T00:00:00Z'}}\n"
            "spec: {roles: [Bot], bot_name: b, join_method: token}\n" for name in names))
        return names

    def config(self, name, token, outputs=1):
        """Writes the configuration of a machine, and returns its path."""
        place = self.directory / name
        place.mkdir()
        services = [{"type": "identity", "destination": {"type": "directory", "path": str(place / f"out{number}")}}
                    for number in range(outputs)]
        path = place / "tbot.yaml"
        path.write_text(yaml.safe_dump({
            "version": "v2", "auth_server": f"127.0.0.1:{self.cluster.auth_port}", "services": services,
            "onboarding": {"join_method": "token", "token": token, "ca_pins": [self.pin]},
            "storage": {"type": "directory", "path": str(place / "storage")}}))
        return path


def once_words(tbot, config):
    return [tbot, "start", "--oneshot", "-c", config]


def measure_joins(machines, programs):
    took = {name: [] for name in programs}
    for number in range(JOINS):
        for name, tbot in programs.items():
            config = machines.config(f"{name}-join-{number}", machines.token())
            took[name].append(once(once_words(tbot, config), machines.env, codes=(0,)))
    pair = ("Teleport's tbot", statistics.median(took["theirs"])) if "theirs" in took else None
    show("tbot, one-shot join to identity", statistics.median(took["ours"]), "ms", pair)


def measure_idle(machines, programs):
    """Shows the resident memory of a bot with five outputs, once they are written."""
    memory = {}
    for name, tbot in programs.items():
        config = machines.config(f"{name}-idle", machines.token(), OUTPUTS)
        bot = Background([tbot, "start", "-c", config], machines.env, config.parent / "log")
        last = config.parent / f"out{OUTPUTS - 1}" / "identity"
        wait_for(last.exists, what="the last output")
        time.sleep(IDLE_S)
        memory[name] = resident(bot.process.pid)
        bot.stop()
    show("idle tbot, 5 outputs, resident", memory["ours"], "MB",
         ("Teleport's tbot", memory["theirs"]) if "theirs" in memory else None)


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def renewals(machines, tbot, bots):
    """Joins bots, then renews all of them by the identities that they keep: a renewal of the bot's identity, a
    certificate for one output, and what a one-shot run asks beside. Returns the seconds of all, and the milliseconds
    of the cluster's processor for each."""
    configs = [machines.config(f"one-of-many-{number}", token) for number, token in enumerate(machines.tokens(bots))]

    def run(config):
        once(once_words(tbot, config), machines.env, codes=(0,))

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, configs))
        begun, used = time.perf_counter(), processor_seconds(machines.cluster.pid)
        list(pool.map(run, configs))
    took, used = time.perf_counter() - begun, processor_seconds(machines.cluster.pid) - used
    return took, used / bots * 1000


def measure_renewals(machines, tbot, reference):
    """Shows a thousand renewals, and what a renewal costs a cluster of Teleport, `reference`, which the same tbot asks."""
    took, ours = renewals(machines, tbot, BOTS)
    show(f"{BOTS} bots renew, none fails", took, "s")
    if reference is None:
        show("cluster's processor, a renewal", ours, "ms")
        return
    _, theirs = renewals(reference, tbot, REFERENCE_BOTS)
    show(f"Teleport's processor, {REFERENCE_BOTS} bots, one", theirs, "ms")
    show("cluster's processor, a renewal", ours, "ms", ("Teleport's teleport", theirs))


def measure(directory):
    tbot = BIN / "tbot"
    show("tbot size", tbot.stat().st_size / 2**20, "MB")
    programs = {"ours": tbot}
    if REFERENCE_BIN:
        programs["theirs"] = pathlib.Path(REFERENCE_BIN) / "tbot"
        compare("tbot version", [tbot, "version"], {}, ("Teleport's tbot", [programs["theirs"], "version"]))
    else:
        compare("tbot version", [tbot, "version"], {})

    clusters = {"ours": Cluster(directory / "machines" / "cluster")}
    if REFERENCE_BIN:
        clusters["theirs"] = ReferenceCluster(directory / "reference" / "cluster", None)
    try:
        machines = Machines(directory / "machines", clusters["ours"])
        measure_joins(machines, programs)
        measure_idle(machines, programs)
        reference = Machines(directory / "reference", clusters["theirs"]) if REFERENCE_BIN else None
        measure_renewals(machines, tbot, reference)
        for cluster in clusters.values():
            cluster.stop()
    finally:
        for cluster in clusters.values():
            cluster.cleanup()
