"""Measures the start-up and size of the programs, and the cost of Kubernetes access compared with a direct request.

The API server behind the proxy is nginx with a fixed answer, so that the numbers are those of the proxy. Each number is
the median of its runs; the runs of a pair alternate.
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import log_export
import machine_bots
import nodes
import reconciling
from certs import make_self_signed
from harness import BIN, Cluster, Tsh, environment
from kube_stand_in import TOKEN
from processes import Background, wait_for
from timing import RUNS, compare, once, resident, show
from tracing import Trace

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000"))
NGINX = """
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 10000000;
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key};
    default_type application/json;
    location = /api {{ return 200 '{{"kind":"APIVersions","versions":["v1"]}}'; }}
    location = /apis {{ return 200 '{{"kind":"APIGroupList","apiVersion":"v1","groups":[]}}'; }}
    location = /api/v1 {{ return 200 '{resources}'; }}
    location / {{ return 200 '{namespaces}'; }} }} }}
"""
RESOURCES = {"kind": "APIResourceList", "groupVersion": "v1", "resources": [
    {"name": "namespaces", "singularName": "namespace", "namespaced": False, "kind": "Namespace", "shortNames": ["ns"],
     "verbs": ["get", "list"]}]}
NAMESPACES = {"kind": "NamespaceList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"},
              "items": [{"metadata": {"name": "default"}, "status": {"phase": "Active"}}]}
MEMBER = "kind: role\nversion: v7\nmetadata: {name: member}\nspec: {allow: {kubernetes_groups: [a], " \
         "kubernetes_labels: {'*': '*'}}}\n"


class FixedApi:
    """nginx with fixed answers in the place of an API server, and a kubeconfig for it."""

    def __init__(self, directory):
        directory.mkdir()
        cert, key = make_self_signed(directory, "nginx", "-addext", "subjectAltName=IP:127.0.0.1")
        self.port = 20000 + os.getpid() % 20000
        config = directory / "nginx.conf"
        config.write_text(NGINX.format(directory=directory, port=self.port, cert=cert, key=key,
                                       resources=json.dumps(RESOURCES), namespaces=json.dumps(NAMESPACES)))
        self.program = Background(["nginx", "-p", directory, "-c", config], environment(directory), directory / "out")
        self.kubeconfig = directory / "kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "fixed",
            "clusters": [{"name": "n", "cluster": {"server": f"https://127.0.0.1:{self.port}",
                                                   "certificate-authority": str(cert)}}],
            "users": [{"name": "u", "user": {"token": TOKEN}}],
            "contexts": [{"name": "fixed", "context": {"cluster": "n", "user": "u"}}]}))


def first_ping(directory):
    """Returns the seconds from exec to the first answered ping, on an empty data directory, and the idle memory."""
    cluster = Cluster(directory)
    cluster.write_config()
    started = time.perf_counter()
    cluster.start()
    took = time.perf_counter() - started
    time.sleep(2)  # the cluster is idle once it has generated its slow keys
    memory = resident(cluster.pid)
    cluster.stop()
    return took, memory


def load(url, count, connections, pem=None):
    """Runs ab with keep-alive; returns the requests per second and the milliseconds per request."""
    words = ["ab", "-q", "-k", "-n", str(count), "-c", str(connections)] + (["-E", str(pem)] if pem else []) + [url]
    out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert re.search(r"Failed requests:\s+0\b", out) and "Non-2xx" not in out, out
    rate = float(re.search(r"Requests per second:\s+([\d.]+)", out).group(1))
    return rate, 1000 / rate


def forwarding(cluster, tsh, api, directory):
    cred = next((directory / "home").rglob("fixed.cred"))
    pem = directory / "client.pem"
    pem.write_text(cred.read_text())
    pem.chmod(0o600)
    address = re.search(r'kube="([^"]+)"', cluster.log.read_text())
    port = address.group(1).rsplit(":", 1)[1]
    proxy, direct = f"https://127.0.0.1:{port}/api/v1/namespaces", f"https://127.0.0.1:{api.port}/api/v1/namespaces"
    load(proxy, 500, 4, pem)
    _, one_direct = load(direct, 5000, 1)
    _, one = load(proxy, 5000, 1, pem)
    show("forward, 1 connection", one, "ms/request", ("direct", one_direct))
    before = resident(cluster.pid)
    many_direct, _ = load(direct, REQUESTS, 32)
    many, _ = load(proxy, REQUESTS, 32, pem)
    show("forward, 32 connections", many, "requests/s", ("direct", many_direct))
    show(f"memory growth over {REQUESTS} requests", resident(cluster.pid) - before, "MB")
    compare("kubectl get ns", ["kubectl", "get", "ns"], tsh.env,
            ("direct", ["kubectl", "--kubeconfig", api.kubeconfig, "get", "ns"]))


def roles(count):
    return "---\n".join(MEMBER.replace("name: member", f"name: bulk-{number:05}") for number in range(count))


def administration(cluster, tsh, directory):
    """Times tctl on the host of the cluster: reading one resource, writing a thousand, reading ten thousand."""
    tctl = [BIN / "tctl", "-c", cluster.config]
    compare("tctl get role/member", [*tctl, "get", "role/member"], tsh.env)
    compare("tctl tokens ls", [*tctl, "tokens", "ls"], tsh.env)
    thousand = directory / "thousand.yaml"
    thousand.write_text(roles(1000))
    rows = directory / "thousand.sql"
    rows.write_text("".join(["create table if not exists roles(name primary key, text);\n", "begin;\n"]
                            + [f"insert or replace into roles values('bulk-{number}', '{'x' * 200}');\n"
                               for number in range(1000)] + ["commit;\n"]))
    compare("tctl create -f, 1,000 roles", [*tctl, "create", "-f", thousand], tsh.env,
            ("sqlite3, one commit", ["sqlite3", directory / "rows.db", f".read {rows}"]), runs=10)
    everything = directory / "everything.yaml"
    everything.write_text(roles(10000))
    cluster.tctl("create", "-f", everything)
    known = directory / "everything.json"
    known.write_text(cluster.tctl("get", "roles", "--format=json").out)
    assert len(json.loads(known.read_text())) >= 10000
    compare("tctl get roles, 10,000 as JSON", [*tctl, "get", "roles", "--format=json"], tsh.env,
            ("jq of the same", ["jq", ".", known]), runs=10)


def syncs_of_bulk(directory):
    """Returns the number of syncs of the disk while tctl creates a thousand roles."""
    cluster = Cluster(directory)
    trace = Trace(cluster)
    thousand = directory / "thousand.yaml"
    thousand.write_text(roles(1000))
    since = time.time()
    cluster.tctl("create", "-f", thousand)
    until = time.time()
    trace.stop()
    return len(trace.syncs(since, until))


def deciding():
    """Times the decisions about 10,000 nodes for one user with 20 roles, in one thread."""
    done = subprocess.run([BIN.parent / "bench" / "access_bench"], capture_output=True, text=True, check=True)
    show("10,000 decisions, 20 roles", float(done.stdout), "ms")


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-bench-"))
    for name in ("tsh", "tctl", "teleport"):
        show(f"{name} size", (BIN / name).stat().st_size / 2**20, "MB")
    took, memory = first_ping(directory / "first")
    show("start to first ping", took, "s")
    show("idle cluster resident", memory, "MB")
    show("syncs of 1,000 creates", syncs_of_bulk(directory / "syncs"), "times")
    deciding()
    nodes.measure(directory)
    machine_bots.measure(directory)
    log_export.measure(directory)
    reconciling.measure(directory)

    api = FixedApi(directory / "api")
    cluster = Cluster(directory / "cluster", api, {"env": "bench"}, "  listen_addr: 127.0.0.1:0\n")
    try:
        cluster.start()
        cluster.create(MEMBER, "-f")
        tsh = Tsh(cluster, directory / "home")
        tsh.login(cluster.add_user("bench"))
        tsh("kube", "login", "fixed")
        wait_for(lambda: tsh.kubectl("get", "ns", ok=False).code == 0, what="an answer through the proxy")
        compare("tsh version", [BIN / "tsh", "version"], tsh.env)
        compare("tsh status", [BIN / "tsh", "status"], tsh.env)
        compare("tsh kube credentials, cached",
                [BIN / "tsh", "kube", "credentials", "--kube-cluster=fixed", f"--teleport-cluster={cluster.name}",
                 f"--proxy={cluster.proxy}"], tsh.env)
        compare("tsh kube ls", [BIN / "tsh", "kube", "ls"], tsh.env)
        administration(cluster, tsh, directory)
        forwarding(cluster, tsh, api, directory)
        cluster.stop()
    finally:
        cluster.cleanup()
        api.program.stop()


if __name__ == "__main__":
    sys.exit(main())
