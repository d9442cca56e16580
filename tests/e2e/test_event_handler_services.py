"""Tests of what teleport-event-handler does beside sending events: status, probes, metrics, formats, chain, locks."""

import json
import re
import urllib.error
import urllib.request

import pytest

from audit_log import forget_chain, made_event, now
from event_handlers import ROLE, EventHandler
from harness import Cluster, Tsh, environment, started
from processes import free_port, run, wait_for
from sinks import Sink

OLD_EVENTS = 300
LOCKER = """
kind: role
metadata: {name: locker}
spec: {allow: {rules: [{resources: [lock], verbs: [create, update]}]}}
version: v5
---
kind: user
metadata: {name: teleport-event-handler}
spec: {roles: [teleport-event-handler, locker]}
version: v2
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    with started(cluster):
        cluster.create(ROLE)
        cluster.stop()
        forget_chain(cluster, [made_event(now(), name=f"old-{number}") for number in range(OLD_EVENTS)])
        cluster.start()
        yield cluster


@pytest.fixture
def sink():
    with Sink() as made:
        yield made


@pytest.fixture
def handler(place, tmp_path, sink):
    return EventHandler(place, tmp_path / "handler", sink).sign().write()


def page(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as failure:
        return failure.code, failure.read().decode()


def metric(port, name):
    return float(re.search(rf"^{name} (\S+)$", page(port, "/metrics")[1], re.M)[1])


@pytest.mark.parametrize("form, content_type, requests", [
    ("json", "application/json", 0), ("json-gzip", "application/json", 0),
    ("json-lines", "application/x-ndjson", 5), ("json-lines-gzip", "application/x-ndjson", 5),
])
def test_formats(place, handler, sink, form, content_type, requests):
    handler.write(fluentd=f'format = "{form}"', batch=100)
    expected = {event["uid"]: event for event in place.events()}
    handler.run().ok()
    got = {event["uid"]: event for event in sink.events()}
    assert all(got[uid] == event for uid, event in expected.items())
    assert {headers["Content-Type"] for _, headers in sink.requests} == {content_type}
    assert {headers.get("Content-Encoding") for _, headers in sink.requests} == {"gzip" if "gzip" in form else None}
    assert len(sink.requests) == len(sink.events()) if requests == 0 else len(sink.requests) <= requests


def test_events_have_their_place_in_the_chain(place, handler, sink):
    handler.write(chain=True, skip_event_types=["user.create", "cert.create"])
    handler.run().ok()
    links = sorted((event["chain"] for event in sink.events()), key=lambda link: link["number"])
    assert [link["number"] for link in links] == list(range(1, len(links) + 1))
    assert all(link["previous"] == before["hash"] for before, link in zip(links, links[1:]))
    left_out = [event for event in sink.events() if event["event"] == "audit.left_out"]
    assert left_out and all(len(event["chain"]["digest"]) == 64 and set(event) == {"event", "uid", "time", "chain"}
                            for event in left_out)


def test_a_lag_shows_until_the_sink_takes_events(place, handler, sink):
    port = free_port()
    sink.always = 503
    handler.write(diag_addr=f"127.0.0.1:{port}", pid_file=str(handler.directory / "pid"))
    with handler.start() as running:
        running.wait_for_output("an event was not taken")
        assert page(port, "/livez") == (200, "OK")
        code, body = page(port, "/readyz")
        status = json.loads(body)
        assert code == 503 and not status["ready"] and "503" in status["sink_failure"]["reason"]
        assert metric(port, "event_handler_lag_events") >= OLD_EVENTS
        assert metric(port, "event_handler_lag_seconds") > 0 and metric(port, "event_handler_sink_retries_total") > 0
        assert (handler.directory / "pid").read_text() == f"{running.process.pid}\n"

        shown = run([handler.path, "status", "-c", handler.config], handler.env).ok()
        assert "Status: not ready" in shown.out and "Sink: " in shown.out and "Method: follow" in shown.out
        told = run([handler.path, "status", "-c", handler.config, "--format=json"], handler.env).ok()
        assert json.loads(told.out)["cluster"] == "walk.test"

        sink.always = None
        wait_for(lambda: page(port, "/readyz")[0] == 200, what="readiness")
        wait_for(lambda: metric(port, "event_handler_lag_events") == 0, what="the end of the lag")
        assert metric(port, "event_handler_lag_seconds") == 0
        assert metric(port, "event_handler_events_sent_total") >= OLD_EVENTS
        assert page(port, "/other")[0] == 404
        assert running.stop() == 0
    assert not (handler.directory / "pid").exists() and not (handler.folder / "status.sock").exists()
    refused = run([handler.path, "status", "-c", handler.config], handler.env)
    assert refused.code != 0


def test_a_cluster_that_is_away_is_told(place, handler, sink):
    port = free_port()
    handler.address = f"127.0.0.1:{free_port()}"
    handler.write(diag_addr=f"127.0.0.1:{port}")
    with handler.start() as running:
        running.wait_for_output("the audit log cannot be read")
        code, body = page(port, "/readyz")
        assert code == 503 and "cluster_failure" in json.loads(body)


def test_a_taken_port_is_refused(handler, sink):
    handler.write(diag_addr=f"127.0.0.1:{sink.port}")
    done = handler.run()
    assert done.code != 0 and "cannot listen" in done.err and not sink.requests


def failed_login(place, name, tmp_path):
    tsh = Tsh(place, tmp_path / name)
    user = place.add_user(name, "teleport-event-handler")
    for _ in range(4):
        assert tsh.login(user, ok=False, password="not the password", code="000000").code != 0
    place.wait_for_events(4, event="user.login", user=name, success=False)


def test_failed_logins_lock_a_user_when_asked(place, handler, tmp_path):
    handler.run().ok()
    failed_login(place, "guessed", tmp_path)
    handler.config.write_text(handler.config.read_text() + "[lock]\nenabled = true\nfailed-attempts-count = 2\n"
                              "period = \"10m\"\nfor = \"1h\"\n")
    powerless = handler.run().ok()
    assert "a user cannot be locked" in powerless.err
    assert "lock" not in place.tctl("get", "locks").out

    place.create(LOCKER, "-f")
    handler.sign()
    failed_login(place, "guessed-again", tmp_path)
    handler.run().ok()
    locks = place.tctl("get", "locks").out
    assert "event-handler-auto-lock-guessed-again" in locks and "expires" in locks


def test_help_and_version(handler):
    env = environment(handler.directory)
    assert "v18." in run([handler.path, "version"], env).ok().out
    assert "FDWRD_FLUENTD_CERT" in run([handler.path, "start", "--help"], env).ok().out
    assert run([handler.path, "start", "--unknown"], env).code != 0
