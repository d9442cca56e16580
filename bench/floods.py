"""Measures the effect of floods on other users: a table of the times of five commands, and of the cluster's memory.

The cluster and the commands share core 0, the attackers have core 1. During each flood the commands take turns until
each has its samples. The table has the peak of the memory during the flood, and the memory a minute after its end.

Environment: FLOOD_SECONDS (60), FLOOD_SAMPLES (200), FLOODS (parts of names, comma separated; all).
"""

import concurrent.futures
import contextlib
import getpass
import multiprocessing
import os
import pathlib
import tempfile
import time
import types

from certs import make_key, public_key
from endpoints import log_in, make_source_known
from flood_attacks import ATTACKS, OneOfMany
from harness import BIN, Cluster, Tsh
from hostile import joined, token
from kube_stand_in import KubeStandIn
from nodes import without_start_files
from timing import once

SECONDS = float(os.environ.get("FLOOD_SECONDS", "60"))
SAMPLES = int(os.environ.get("FLOOD_SAMPLES", "200"))
CHOSEN = [part.strip() for part in os.environ.get("FLOODS", "").split(",")]
CLUSTER_CORE, ATTACK_CORE = 0, 1
ATTACKERS = 4
VICTIMS = 20
CROWD = int(os.environ.get("FLOOD_CROWD", "500"))
SHARED_SOURCE = "127.99.9.9"
KNOWN_SOURCE = "127.0.0.1"  # tsh and tctl have this address, too
QUIET_S = float(os.environ.get("FLOOD_QUIET", "60"))
LONGEST_S = 240
MB = 1 << 20

MAX_RESIDENT = 300 * MB
MAX_KEPT = 1.2
ALLOWED_S = 0.2

LOGIN = getpass.getuser()
ROLE = f"""
kind: role
version: v7
metadata: {{name: everything}}
spec:
  allow:
    logins: ['{LOGIN}']
    node_labels: {{'*': '*'}}
    kubernetes_groups: ['system:masters']
    kubernetes_labels: {{'*': '*'}}
    kubernetes_resources: [{{kind: '*', namespace: '*', name: '*', verbs: ['*']}}]
"""


def percentile(samples, share):
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


class Failed(Exception):
    """A command failed that succeeds without a flood."""


class Observer:
    """The commands of people and scripts: functions that return the seconds that a run took."""

    def __init__(self, cluster, directory, people):
        self.cluster = cluster
        self.tsh = Tsh(cluster, directory / "observer")
        self.tsh.login(cluster.add_user("observer", "everything"))
        self.tsh("kube", "login", "dev-cluster")
        self.people = people
        self.key = public_key(make_key(directory / "person.key"))
        self.turn = 0
        self.commands = {"tsh ls": self.command(BIN / "tsh", "ls"),
                         "kubectl get": self.command("kubectl", "get", "pods", "-n", "default"),
                         "tctl get": self.command(BIN / "tctl", "-c", cluster.config, "get", "role/everything"),
                         "tsh ssh": self.command(BIN / "tsh", "ssh", f"{LOGIN}@localhost", "true"),
                         "login": self.login}

    def command(self, *words):
        def run():
            try:
                return once(words, self.tsh.env, codes=(0,)) / 1000
            except AssertionError as failure:
                raise Failed from failure
        return run

    def login(self):
        person = self.people[self.turn % len(self.people)]
        self.turn += 1
        code = person.authenticator.code()
        began = time.perf_counter()
        log_in_once(self.cluster, person, code, self.key, KNOWN_SOURCE)
        return time.perf_counter() - began


def log_in_once(cluster, person, code, key, source=None):
    try:
        answer = cluster.web(source=source).login_finish(person.name, person.password, code, key)
    except OSError as failure:
        raise Failed(str(failure)) from failure
    if answer.status != 200:
        raise Failed(f"{answer.status} {answer.body}")


class Flood:
    """Runs an attack in separate processes on the attackers' core, until the end of its scope."""

    def __init__(self, kind, target):
        self.over = multiprocessing.Event()
        self.rounds = multiprocessing.Value("q", 0)
        self.processes = [multiprocessing.Process(target=self.attack, args=(kind, target, number), daemon=True)
                          for number in range(ATTACKERS)]

    def attack(self, kind, target, number):
        os.sched_setaffinity(0, {ATTACK_CORE})
        attack = kind(target, number)
        while not self.over.is_set():
            with contextlib.suppress(Exception):  # the cluster may end any connection
                attack()
            with self.rounds.get_lock():
                self.rounds.value += 1

    def __enter__(self):
        for process in self.processes:
            process.start()
        time.sleep(1)
        return self

    def __exit__(self, *_):
        self.over.set()
        for process in self.processes:
            process.join(5)
            process.kill()
            process.join()


def take_samples(observer, seconds):
    """Runs the commands in turn; returns the times of each command, and the number of its failures."""
    times = {name: [] for name in observer.commands}
    failures = dict.fromkeys(observer.commands, 0)
    began = time.monotonic()
    for turn in range(SAMPLES):
        for name, command in observer.commands.items():
            try:
                times[name].append(command())
            except Failed:
                failures[name] += 1
        # Spreads the samples over the whole time, unless the cluster is slower.
        time.sleep(max(0, began + seconds * (turn + 1) / SAMPLES - time.monotonic()))
        if time.monotonic() - began > LONGEST_S:
            break
    return times, failures


def crowd_logs_in(cluster, crowd, key):
    """Logs in the people behind one address, eight at a time; returns the times, and the failures."""
    times, failures = [], []

    def log_in_one(person):
        code = person.authenticator.code()
        began = time.perf_counter()
        try:
            log_in_once(cluster, person, code, key, SHARED_SOURCE)
            times.append(time.perf_counter() - began)
        except Failed as failure:
            failures.append(str(failure))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(log_in_one, crowd))
    return times, failures


def line(name, figures, failed, verdict):
    print(f"{name:<30} {figures:<60} {failed:<12} {verdict}", flush=True)


def report_times(name, idle, during, failures):
    good = True
    for command, samples in during.items():
        limit = 2 * percentile(idle[command], 0.99) + ALLOWED_S
        p99 = percentile(samples, 0.99) if samples else float("inf")
        held = p99 <= limit and not failures[command]
        good = good and held
        middle = percentile(samples, 0.5) if samples else float("inf")
        line(f"{name}: {command}", f"p50 {middle * 1000:8.1f} ms  p99 {p99 * 1000:8.1f} ms of {limit * 1000:7.1f} "
             f"({len(samples)} samples)", f"failed {failures[command]}", "holds" if held else "DOES NOT HOLD")
    return good


def report_memory(name, idle, peak, after):
    held = peak <= MAX_RESIDENT and after <= idle * MAX_KEPT
    line(f"{name}: memory", f"idle {idle / MB:6.1f} MB  peak {peak / MB:6.1f} MB  a minute after {after / MB:6.1f} MB",
         "", "holds" if held else "DOES NOT HOLD")
    return held


def measure_flood(name, cluster, observer, target, idle, idle_memory, crowd):
    cluster.forget_peak()
    with Flood(ATTACKS[name], target) as flood:
        if ATTACKS[name] is OneOfMany:
            times, failures = crowd_logs_in(cluster, crowd, observer.key)
            during, failed = {"login of a crowd": times}, {"login of a crowd": len(failures)}
            for why in sorted(set(failures)):
                print(f"  {failures.count(why)} x {why}")
        else:
            during, failed = take_samples(observer, SECONDS)
    print(f"# {name}: {flood.rounds.value} rounds", flush=True)
    peak = cluster.resident("VmHWM")
    good = report_times(name, idle, during, failed)
    time.sleep(QUIET_S)
    return report_memory(name, idle_memory, peak, cluster.resident()) and good


def prepare(cluster, directory):
    """Returns the observer, the users of the crowd, and the target of the attackers."""
    cluster.create(ROLE, "-f")
    # Four at a time, because the hash of a password is slow by design.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda number: cluster.add_user(f"person{number}", "everything"), range(CROWD)))
    observer = Observer(cluster, directory, people[:SAMPLES])
    victims = [cluster.add_user(f"victim{number}", "everything") for number in range(VICTIMS)]
    attacker = log_in(cluster, cluster.add_user("attacker", "everything"), directory, "attacker", ttl_seconds=30000)
    secret = token(cluster)
    hosts = [joined(cluster, directory / f"hung{number}", secret, "") for number in range(ATTACKERS)]
    target = types.SimpleNamespace(
        name=cluster.name, auth_port=cluster.auth_port, proxy_port=cluster.proxy_port, ca_file=cluster.ca_file,
        identity=attacker, hosts=hosts, names=[victim.name for victim in victims], shared_source=SHARED_SOURCE)
    return observer, people, target


def main():
    os.sched_setaffinity(0, {CLUSTER_CORE})
    without_start_files()
    with tempfile.TemporaryDirectory(prefix="floods") as name:
        directory = pathlib.Path(name)
        kube = KubeStandIn(directory / "kube", ["dev-cluster"])
        cluster = Cluster(directory / "cluster", kube, {"env": "dev"}, ssh="enabled: yes\n")
        try:
            cluster.start()
            observer, crowd, target = prepare(cluster, directory)
            take_samples(observer, 0)  # the first run of a command is slower
            idle, failed = take_samples(observer, SECONDS)
            report_times("idle", idle, idle, failed)
            make_source_known(cluster, target.identity, SHARED_SOURCE)  # users of the crowd have certificates
            crowd_idle, failed = crowd_logs_in(cluster, crowd, observer.key)
            idle["login of a crowd"] = crowd_idle
            report_times("idle", idle, {"login of a crowd": crowd_idle}, {"login of a crowd": len(failed)})
            good = True
            idle_memory = cluster.resident()
            for flood in ATTACKS:
                if any(part in flood for part in CHOSEN):
                    good = measure_flood(flood, cluster, observer, target, idle, idle_memory, crowd) and good
            cluster.stop()
        finally:
            cluster.cleanup()
            kube.stop()
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
