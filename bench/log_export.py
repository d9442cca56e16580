"""Measures teleport-event-handler: size and start, events a second beside Teleport's handler on Teleport's cluster and
beside a load tool, the way of one event, and the memory of an idle handler. The sink is nginx with client certificates."""

import datetime
import json
import pathlib
import re
import subprocess
import time

from audit_log import forget_chain, made_event
from event_handlers import ROLE, EventHandler
from harness import BIN, REFERENCE_BIN, Cluster, environment
from processes import Background, free_port, wait_for
from reference_cluster import ReferenceCluster
from sinks import Sink, SinkAuthority
from timing import compare, resident, show

EVENTS = 100_000
TOOL_REQUESTS = 100_000
AT_ONCE = 10  # connections: twice the concurrency, as both handlers have it
SINGLE_EVENTS = 20
IDLE_S = 30  # both give memory back after a while
EXPORT_S = 600


class NginxSink:
    """Takes every event, for clients with a certificate; counts them."""

    def __init__(self, directory):
        directory.mkdir(parents=True)
        self.keys = SinkAuthority(directory)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.log = directory / "access.log"
        config = directory / "nginx.conf"
        config.write_text(f"""
            daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log;
            events {{ worker_connections 256; }}
            http {{
              access_log {self.log}; client_body_temp_path {directory}/body; proxy_temp_path {directory}/p;
              fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
              client_body_buffer_size 1m; keepalive_requests 1000000;
              server {{
                listen 127.0.0.1:{self.port} ssl;
                ssl_certificate {directory}/server.crt; ssl_certificate_key {directory}/server.key;
                ssl_client_certificate {directory}/ca.crt; ssl_verify_client on;
                location / {{ return 200; }}
              }}
            }}""")
        self._program = Background(["nginx", "-c", config], environment(directory), directory / "output")
        wait_for((directory / "pid").exists, what="nginx")

    def taken(self):
        with open(self.log, "rb") as log:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(1 << 20), b""))

    def stop(self):
        self._program.stop()


def old_events():
    yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    return [made_event(yesterday, name=f"role-{number}", user="alice@example.com", cluster_name="walk.test",
                       user_kind=1, **{"addr.remote": "192.0.2.7:51234"}) for number in range(EVENTS)]


def exported(handler, sink):
    """Returns how many events a second reach the sink, from the program's start on."""
    before, begun = sink.taken(), time.perf_counter()
    with handler.start() as running:
        wait_for(lambda: sink.taken() - before >= EVENTS, EXPORT_S, "the events at the sink")
        took = time.perf_counter() - begun
        running.stop()
    return EVENTS / took


def ours_on_ours(directory, sink):
    cluster = Cluster(directory / "cluster")
    cluster.start()
    cluster.create(ROLE)
    cluster.stop()
    forget_chain(cluster, old_events())
    cluster.start()
    return cluster, EventHandler(cluster, directory / "handler", sink, sink.keys.directory).sign().write()


def theirs_on_theirs(directory, sink):
    cluster = ReferenceCluster(directory / "cluster", None)
    cluster.start()
    cluster.create(ROLE)
    events = old_events()
    (today,) = cluster.data_dir.glob("log/*/*.00:00:00.log")
    (today.parent / f"{events[0]['time'][:10]}.00:00:00.log").write_text("".join(json.dumps(event) + "\n" for event in events))
    path = pathlib.Path(REFERENCE_BIN) / "teleport-event-handler"
    start = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=2)).strftime("%Y-%m-%dT00:00:00Z")
    handler = EventHandler(cluster, directory / "handler", sink, sink.keys.directory, path=path)
    return cluster, handler.sign().write(start_time=start)


def load_tool(sink):
    """Returns the requests a second of ab with the same body, connections and certificates."""
    directory = sink.keys.directory
    (directory / "event.json").write_text(json.dumps(old_events()[0]))
    (directory / "both.pem").write_text((directory / "client.crt").read_text() + (directory / "client.key").read_text())
    done = subprocess.run(
        ["ab", "-q", "-k", "-n", str(TOOL_REQUESTS), "-c", str(AT_ONCE), "-T", "application/json", "-p",
         directory / "event.json", "-E", directory / "both.pem", f"{sink.url}/test.log"],
        capture_output=True, text=True, check=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    return float(re.search(r"Requests per second:\s+([\d.]+)", done.stdout)[1])


def single_events(cluster, directory):
    """Returns the milliseconds from the answer to a change until the sink has its event, and the idle memory."""
    took = []
    with Sink() as sink:
        handler = EventHandler(cluster, directory, sink).sign().write(start_time=None)
        with handler.start() as running:
            running.wait_for_output("the audit log is read")
            for number in range(SINGLE_EVENTS):
                cluster.create(f"{{kind: role, version: v7, metadata: {{name: single-{number}}}, spec: {{}}}}")
                begun = time.perf_counter()
                wait_for(lambda: f"single-{number}" in {event.get("name") for event in sink.events()}, what="an event")
                took.append((time.perf_counter() - begun) * 1000)
            time.sleep(IDLE_S)
            return max(took), resident(running.process.pid)


def idle(handler):
    with handler.start() as running:
        time.sleep(IDLE_S)
        return resident(running.process.pid)


def measure(directory):
    program = BIN / "teleport-event-handler"
    show("event handler size", program.stat().st_size / 2**20, "MB")
    other = ()
    if REFERENCE_BIN:
        theirs = pathlib.Path(REFERENCE_BIN) / "teleport-event-handler"
        other = (("Teleport's handler", [theirs, "version"]),)
    compare("event handler version", [program, "version"], {}, *other)

    sink = NginxSink(directory / "sink")
    cluster, handler = ours_on_ours(directory / "ours", sink)
    try:
        ours = exported(handler, sink)
        show("events a second, one a request", ours, "1/s", ("ab's requests", load_tool(sink)))
        handler = EventHandler(cluster, directory / "lines", sink, sink.keys.directory).sign()
        handler.write(fluentd='format = "json-lines-gzip"', batch=500)
        begun = time.perf_counter()
        handler.run(timeout=EXPORT_S).ok()
        show("events a second, compressed lines", EVENTS / (time.perf_counter() - begun), "1/s")
        slowest, memory = single_events(cluster, directory / "single")
        show(f"slowest of {SINGLE_EVENTS} events to the sink", slowest, "ms")
        cluster.stop()
    finally:
        cluster.cleanup()

    pair = None
    if REFERENCE_BIN:
        cluster, handler = theirs_on_theirs(directory / "theirs", sink)
        try:
            rate = exported(handler, sink)
            show("events a second, Teleport's", rate, "1/s", ("ours", ours))
            pair = ("Teleport's handler", idle(handler))
        finally:
            cluster.cleanup()
    show("idle event handler, resident", memory, "MB", pair)
    sink.stop()
