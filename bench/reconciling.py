"""Measures operators on our cluster, ours and Teleport's in turn: a thousand roles applied at once beside the same writes
of a load tool, the way from a changed custom resource to the changed role, and memory. The API server is real."""

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import pathlib
import re
import sqlite3
import ssl
import statistics
import time

from harness import BIN, REFERENCE_BIN, Cluster, program
from operators import GROUP, NAMESPACE, OperatorPlace, custom
from processes import run, wait_for
from real_kubernetes import TOKEN, RealKubernetes, missing_tools
from timing import resident, show

ROLES = 1000
CHANGES = 20
AT_ONCE = 8  # connections
IDLE_S = 30  # both give memory back after a while
APPLY_S = 600
ROLES_PATH = f"/apis/{GROUP}/v1/namespaces/{NAMESPACE}/teleportrolesv7"
CONDITIONS = {"status": {"conditions": [
    {"type": kind, "status": "True", "reason": "NoError", "message": "as an operator would write",
     "lastTransitionTime": "2026-01-01T00:00:00Z"}
    for kind in ("ValidStructure", "SuccessfullyReconciled", "TeleportResourceOwned")]}}


class Writer:
    """One connection to the API server that is used again."""

    def __init__(self, kube):
        context = ssl.create_default_context(cafile=str(kube.cert))
        self._connection = http.client.HTTPSConnection("127.0.0.1", kube.port, context=context, timeout=60)

    def send(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text
        return json.loads(text)

    def patch(self, path, body):
        return self.send("PATCH", path, body, "application/merge-patch+json")


def role(name, login="reader"):
    return custom("TeleportRoleV7", name, {"allow": {"logins": [login], "node_labels": {"env": ["dev"]}}})


def on_connections(kube, names, work):
    """Does the work for each name, on several connections."""
    def some(first):
        writer = Writer(kube)
        for name in names[first::AT_ONCE]:
            work(writer, name)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(some, range(AT_ONCE)))


def create(writer, name):
    writer.send("POST", ROLES_PATH, role(name))


def create_as_operator(writer, name):
    """Writes what a client and an operator write for a new custom resource."""
    create(writer, name)
    writer.patch(f"{ROLES_PATH}/{name}", {"metadata": {"finalizers": [f"{GROUP}/writes"]}})
    writer.patch(f"{ROLES_PATH}/{name}/status", CONDITIONS)


def remove_finalizers(writer, name):
    writer.patch(f"{ROLES_PATH}/{name}", {"metadata": {"finalizers": None}})


def remove_all(writer):
    writer.send("DELETE", ROLES_PATH)
    wait_for(lambda: not writer.send("GET", ROLES_PATH)["items"], APPLY_S, "removed roles")


def reconciled(writer):
    found = writer.send("GET", ROLES_PATH)["items"]
    return sum(any(one["type"] == "SuccessfullyReconciled" and one["status"] == "True"
                   for one in item.get("status", {}).get("conditions", [])) for item in found)


def roles_of(cluster, prefix):
    """Returns how many roles have names with a prefix; the look costs less than a list of the API server."""
    with contextlib.closing(sqlite3.connect(f"file:{cluster.database}?mode=ro", uri=True)) as database:
        return database.execute("select count(*) from items where key like ?", (f"/resources/role/{prefix}-%",)).fetchone()[0]


def writes_alone(place):
    """Returns the seconds of the writes to the API server without an operator."""
    names = [f"alone-{number}" for number in range(ROLES)]
    begun = time.perf_counter()
    on_connections(place.kube, names, create_as_operator)
    took = time.perf_counter() - begun
    on_connections(place.kube, names, remove_finalizers)
    remove_all(Writer(place.kube))
    return took


def single_changes(place, writer, name):
    """Returns the milliseconds from the answer to a changed custom resource until the cluster has the changed role."""
    took = []
    for number in range(CHANGES):
        before = len(place.cluster.events(name=name))
        writer.patch(f"{ROLES_PATH}/{name}", {"spec": {"allow": {"logins": [f"login-{number}"]}}})
        begun = time.perf_counter()
        while len(place.cluster.events(name=name)) == before:
            assert time.perf_counter() - begun < 30, "the role does not change"
            time.sleep(0.002)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def peak(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024


def measure_one(place, path, whose):
    """Returns seconds for all roles, milliseconds for a change, and megabytes: idle, and at most."""
    operator = place.start(path, whose)
    time.sleep(IDLE_S)
    idle = resident(operator.process.pid)
    writer = Writer(place.kube)
    names = [f"{whose}-{number}" for number in range(ROLES)]
    begun = time.perf_counter()
    on_connections(place.kube, names, create)
    wait_for(lambda: roles_of(place.cluster, whose) == ROLES, APPLY_S, "roles")
    wait_for(lambda: reconciled(writer) == ROLES, APPLY_S, "reconciled roles")
    took = time.perf_counter() - begun
    change = single_changes(place, writer, names[0])
    most = peak(operator.process.pid)
    remove_all(writer)
    operator.stop()
    return took, change, idle, most


def measure(directory):
    """Shows the numbers of both operators; Teleport's needs REFERENCE_BIN."""
    if missing_tools() or "start" not in run([program("teleport-operator"), "help"], {}).out:
        print("no operator to measure: it needs `./dev deps kubernetes`, and the command start", flush=True)
        return
    directory = directory / "reconciling"
    directory.mkdir()
    text = run([program("teleport-operator"), "crds"], {}).ok().out
    if REFERENCE_BIN:  # its operator does not start without the definitions of all its kinds
        folder = pathlib.Path(REFERENCE_BIN) / "operator-crds"
        text = "\n---\n".join(path.read_text() for path in sorted(folder.glob("*.yaml")))
    kube = RealKubernetes(directory / "kube", ["real"])
    cluster = Cluster(directory / "cluster")
    cluster.start()
    try:
        place = OperatorPlace(cluster, kube, directory)
        place.define(text)
        alone = writes_alone(place)
        ours = measure_one(place, BIN / "teleport-operator", "ours")
        theirs = measure_one(place, pathlib.Path(REFERENCE_BIN) / "teleport-operator", "theirs") if REFERENCE_BIN else None
    finally:
        cluster.stop()
        kube.stop()

    show(f"{ROLES} roles applied", ours[0], "s", ("the writes alone", alone))
    names = (f"{ROLES} roles applied", "changed resource to changed role", "operator idle", "operator at most")
    for name, unit, mine, other in zip(names, ("s", "ms", "MB", "MB"), ours, theirs or itertools.repeat(None)):
        show(name, mine, unit, other and ("Teleport's", other))
