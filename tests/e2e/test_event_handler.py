"""Tests of teleport-event-handler: events and recordings reach the sink, whatever happens to the sink, the handler and
the cluster."""

import datetime
import re
import signal
import time

import pytest

from audit_log import forget_chain, made_event, now
from event_handlers import ROLE, EventHandler
from harness import Cluster, Tsh, started
from processes import wait_for
from sinks import Sink, SinkAuthority
from test_recordings import record, recording, role

OLD_EVENTS = 3_000


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Starts a cluster with the events of a day ago."""
    yesterday = now() - datetime.timedelta(days=1)
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")
    with started(cluster):
        cluster.create(ROLE)
        cluster.create(role("shells"), "-f")
        cluster.stop()
        forget_chain(cluster, [made_event(yesterday, name=f"old-{number}") for number in range(OLD_EVENTS)])
        cluster.start()
        yield cluster


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return SinkAuthority(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def sink():
    with Sink() as made:
        yield made


@pytest.fixture
def handler(place, tmp_path, sink):
    return EventHandler(place, tmp_path / "handler", sink).sign().write()


def make_role(place, name):
    place.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{}}}}")


def names(sink):
    return [event.get("name") for event in sink.events()]


def assert_nothing_is_missing(expected, sink):
    got = set(sink.uids())
    missing = [event for event in expected if event["uid"] not in got]
    assert not missing, (len(missing), missing[:3])


@pytest.mark.parametrize("by_proxy", [False, True])
def test_every_event_reaches_a_sink_that_knows_its_client(place, tmp_path, keys, by_proxy):
    with Sink(keys.context()) as sink:
        handler = EventHandler(place, tmp_path / "handler", sink, keys.directory, by_proxy).sign().write()
        expected = {event["uid"]: event for event in place.events()}
        handler.run().ok()
        got = {event["uid"]: event for event in sink.events()}
        assert len(got) == len(sink.events())
        assert all(got[uid] == event for uid, event in expected.items())
        assert {headers["Content-Type"] for _, headers in sink.requests} == {"application/json"}
        assert sink.connections <= 12 and sink.subjects == {"((('commonName', 'Client'),),)"}


def test_new_events_arrive_within_a_second(place, handler, sink, name):
    handler.write(start_time=None)
    with handler.start():
        wait_for(lambda: (handler.folder / "start_time").exists(), what="the start")
        make_role(place, f"{name}-0")
        wait_for(lambda: f"{name}-0" in names(sink), what="an event")
        begin = time.monotonic()
        make_role(place, name)
        wait_for(lambda: name in names(sink), what="an event")
        assert time.monotonic() - begin < 1


def test_a_second_run_goes_on_where_the_first_ended(place, handler, sink, name):
    handler.run().ok()
    before = len(sink.events())
    assert before > OLD_EVENTS
    make_role(place, name)
    handler.run().ok()
    fresh = sink.events()[before:]
    assert name in {event.get("name") for event in fresh} and len(fresh) < 20
    assert len(set(sink.uids())) == len(sink.events())


def test_recordings_follow_in_order(place, handler, sink, tmp_path):
    machine = Tsh(place, tmp_path / "person")
    machine.login(place.add_user("rec-handler", "shells"))
    session, _ = record(machine, "echo some output")
    recording(place, session)
    place.wait_for_events(event="session.upload", sid=session)
    handler.run().ok()

    events = sink.events(f"/session.{session}.log")
    assert events[0]["event"] == "session.start" and "session.end" in {event["event"] for event in events}
    assert "print" not in {event["event"] for event in events}
    assert [event["ei"] for event in events] == sorted(event["ei"] for event in events)
    assert not list(handler.folder.glob("session*"))

    # Printed text is sent when it is asked for.
    for part in handler.folder.iterdir():
        if part.is_file():
            part.unlink()
    for day in handler.folder.glob("cursor_v2/*/*"):
        day.unlink()
    handler.write(skip_session_types=[])
    handler.run().ok()
    assert "print" in {event["event"] for event in sink.events(f"/session.{session}.log")}


def test_types_choose_events(place, handler, sink):
    handler.write(types=["user.create", "role.created"], skip_event_types=["role.created"])
    handler.run().ok()
    assert {event["event"] for event in sink.events()} == {"user.create"}


# The sink.

@pytest.mark.parametrize("answer", [500, 404, (429, {"Retry-After": "1"}), "reset", "drop", 302])
def test_a_misbehaving_sink_gets_the_event_again(place, handler, sink, answer):
    handler.write(types=["user.create"])
    sink.answers.append(answer)
    begin = time.monotonic()
    handler.run().ok()
    expected = {event["uid"] for event in place.events(event="user.create")}
    assert set(sink.uids()) == expected
    if isinstance(answer, tuple):
        assert time.monotonic() - begin >= 1


def test_no_cursor_passes_an_event_that_the_sink_refuses(place, handler, sink):
    sink.always = 503
    with handler.start() as running:
        running.wait_for_output("an event was not taken")
        assert running.stop() == 0
    assert not (handler.folder / "followed").exists() and not sink.events()
    sink.always = None
    handler.run().ok()
    assert len(set(sink.uids())) == len(sink.events()) > OLD_EVENTS


def test_a_sink_that_is_away_is_awaited(place, handler, sink):
    handler.write(types=["user.create"])
    sink.stop()
    with handler.start() as running:
        running.wait_for_output("an event was not taken")
        sink.start()
        wait_for(lambda: {event["uid"] for event in place.events(event="user.create")} <= set(sink.uids()),
                 what="the events")


def test_a_sink_that_never_answers_does_not_hold_the_end_up(handler, sink):
    sink.always = 60.0
    with handler.start() as running:
        wait_for(lambda: sink.requests, what="a request")
        begin = time.monotonic()
        running.stop()
        assert time.monotonic() - begin < 15


def test_a_sink_of_another_authority_gets_nothing(place, tmp_path, keys):
    other = SinkAuthority(tmp_path / "other")
    with Sink(other.context()) as sink:
        handler = EventHandler(place, tmp_path / "handler", sink, keys.directory).sign().write()
        with handler.start() as running:
            running.wait_for_output("an event was not taken.*certificate")
        assert not sink.requests and "PRIVATE KEY" not in running.output()


def test_a_sink_refuses_a_client_without_certificate(place, tmp_path, keys):
    with Sink(keys.context()) as sink:
        handler = EventHandler(place, tmp_path / "handler", sink).sign()
        handler.write(fluentd=f'ca = "{keys.directory / "ca.crt"}"')
        with handler.start() as running:
            running.wait_for_output("an event was not taken")
        assert not sink.requests


# The handler's own folder.

def test_a_second_handler_on_one_folder_refuses(handler, sink):
    sink.always = 0.05
    with handler.start():
        wait_for(lambda: (handler.folder / "start_time").exists(), what="the start")
        done = handler.run()
        assert done.code != 0 and "another event handler uses the folder" in done.err


def test_another_start_time_is_refused(handler):
    handler.run().ok()
    handler.write(start_time="2021-05-05T00:00:00Z")
    done = handler.run()
    assert done.code != 0 and "began at 2020-01-01" in done.err and "remove the folder" in done.err
    handler.write(start_time=None)
    handler.run().ok()


def test_the_folder_of_another_cluster_is_refused(handler):
    handler.run().ok()
    (handler.folder / "cluster").write_text("other.test")
    done = handler.run()
    assert done.code != 0 and "is of cluster other.test, not of walk.test" in done.err


@pytest.mark.parametrize("file", ["followed", "start_time"])
def test_a_damaged_file_is_named(handler, file):
    handler.run().ok()
    (handler.folder / file).write_text("\0nonsense")
    done = handler.run()
    assert done.code != 0 and done.err.count("\n") <= 3


def test_files_are_private_and_whole(handler):
    handler.run().ok()
    for path in handler.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert not list(handler.folder.rglob("*.tmp*"))


def test_a_dry_run_sends_nothing_and_leaves_the_folder(place, handler, sink):
    handler.run("--dry-run").ok()
    assert not sink.requests
    assert [path.name for path in handler.folder.iterdir()] == ["dry_run"]


# The cluster.

def test_a_cluster_that_is_away_is_awaited(place, handler, sink, name):
    with handler.start():
        wait_for(lambda: len(sink.events()) > OLD_EVENTS, what="the old events")
        place.kill()
        place.start()
        make_role(place, name)
        wait_for(lambda: name in names(sink), what="an event after the cluster's return")
    assert_nothing_is_missing(place.events()[:OLD_EVENTS], sink)


def test_a_role_without_rights_is_refused(place, tmp_path, sink):
    place.create(ROLE.replace("name: teleport-event-handler", "name: powerless").replace(
        "roles: [teleport-event-handler]", "roles: [powerless]").replace("event, session", "role"))
    handler = EventHandler(place, tmp_path / "handler", sink).write()
    place.tctl("auth", "sign", "--user=powerless", "--out", handler.identity)
    done = handler.run()
    assert done.code != 0 and "access denied" in done.err.lower() and not sink.requests


def test_a_renewed_identity_is_taken_before_the_old_one_ends(place, handler, sink, name):
    handler.sign("--ttl=7s").write(teleport="refresh.enabled = true\nrefresh.interval = \"1s\"", start_time=None)
    with handler.start() as running:
        running.wait_for_output("the audit log is read")
        handler.identity.unlink()
        running.wait_for_output("the identity cannot be read again; the one of before remains")
        handler.sign()
        running.process.send_signal(signal.SIGHUP)
        running.wait_for_output("the identity is (read again|the same)")
        time.sleep(7)
        make_role(place, name)
        wait_for(lambda: name in names(sink), what="an event after the end of the first identity")


def test_a_handler_whose_identity_ends_waits_for_another(place, handler, sink, name):
    handler.sign("--ttl=5s").write(start_time=None)
    with handler.start() as running:
        running.wait_for_output("the audit log is read")
        running.wait_for_output("the audit log cannot be read; it is tried again")
        handler.sign()
        running.process.send_signal(signal.SIGHUP)
        make_role(place, name)
        wait_for(lambda: name in names(sink), what="an event")


def test_an_identity_that_has_ended_is_refused_at_the_start(handler, sink):
    handler.sign("--ttl=1s")
    time.sleep(2)
    done = handler.run()
    assert done.code != 0 and "expired" in done.err and not sink.requests


# Settings.

@pytest.mark.parametrize("line, reason", [
    ("windowsize = \"1h\"", "unknown key \"windowsize\": did you mean \"window-size\"?"),
])
def test_an_unknown_key_warns_and_is_refused_when_strict(handler, line, reason):
    handler.config.write_text(line + "\n" + handler.config.read_text())
    done = handler.run().ok()
    assert reason in done.err and f"{handler.config}:1: " in done.err
    refused = handler.run("--strict")
    assert refused.code != 0 and "unknown key" in refused.err


@pytest.mark.parametrize("line, reason", [
    ("batch = 0", "a number from 1"), ("batch = \"x\"", "a number"), ("window-size = \"soon\"", "a duration"),
    ("dry-run = \"maybe\"", "true or false"), ("concurrency = 1.5", "is not a value of a setting"),
    ("batch = ]", "expected value"), ("timeout = \"1s\"", "cannot redefine existing string 'timeout'"),
])
def test_wrong_values_name_file_line_and_key(handler, line, reason):
    handler.config.write_text(line + "\n" + handler.config.read_text())
    done = handler.run()
    assert done.code != 0 and re.search(rf"{handler.config}:[14]:", done.err) and reason in done.err
    assert not (handler.directory / "storage").exists()


def test_options_and_variables_win_over_the_file(handler, sink):
    handler.write(types=["role.created"])
    handler.env["FDFWD_TYPES"] = "user.create"
    handler.run().ok()
    assert {event["event"] for event in sink.events()} == {"user.create"}


@pytest.mark.parametrize("missing, reason", [
    ("url", "forward.fluentd.url is missing"), ("session-url", "forward.fluentd.session-url is missing"),
    ("storage", "storage is missing"), ("identity", "teleport.identity is missing"),
])
def test_what_is_missing_is_named(handler, missing, reason):
    lines = [line for line in handler.config.read_text().splitlines() if not line.startswith(f"{missing} =")]
    handler.config.write_text("\n".join(lines))
    done = handler.run()
    assert done.code != 0 and reason in done.err
