"""Tests of the audit log's byte counts of connections to nodes, for local nodes and nodes behind a tunnel."""

import getpass
import json

import pytest

from harness import Cluster, Tsh, run, started
from nodes import Agent
from processes import Background, wait_for
from test_recordings import role

LOGIN = getpass.getuser()
MUCH = 1_000_000
LITTLE = 30_000  # more than the overhead of SSH


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")) as running:
        running.create(role("shells"), "-f")
        agent = Agent(running, tmp_path_factory.mktemp("far")).start()
        yield running
        agent.stop()


@pytest.fixture
def person(place, tmp_path, name):
    machine = Tsh(place, tmp_path)
    machine.user = place.add_user(name, "shells")
    machine.login(machine.user)
    return machine


def data_of(place, person):
    """Returns the event of this user's only connection."""
    (event,) = place.wait_for_events(event="session.data", user=person.user.name)
    return event


@pytest.mark.parametrize("node", ["localhost", "far"])
def test_output_is_received(place, person, node):
    person("ssh", f"{LOGIN}@{node}", f"head -c {MUCH} /dev/zero")
    event = data_of(place, person)
    assert MUCH < event["rx"] < MUCH * 1.1 and 1000 < event["tx"] < LITTLE
    (start,) = place.wait_for_events(event="session.start", user=person.user.name)
    assert event["sid"] == start["sid"] and event["addr.remote"] == start["addr.remote"]
    assert (event["code"], event["ei"], event["login"]) == ("T2006I", 2**31 - 2, LOGIN)
    assert event["server_hostname"] == node and event["server_id"] == start["server_id"]


@pytest.mark.parametrize("node", ["localhost", "far"])
def test_files_are_sent(place, person, node, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"x" * MUCH)
    person("scp", source, f"{LOGIN}@{node}:{tmp_path / 'there'}")
    event = data_of(place, person)
    assert MUCH < event["tx"] < MUCH * 1.1 and 1000 < event["rx"] < LITTLE
    assert event["sid"] == ""


def test_sessions_of_one_connection_are_counted_once(place, person, tmp_path):
    (tmp_path / "config").write_text(person("config").out)
    control = ["-F", tmp_path / "config", "-S", tmp_path / "socket"]
    host = f"{LOGIN}@far.{place.name}"
    with Background(["ssh", *control, "-M", "-N", host], person.env, tmp_path / "log"):
        wait_for((tmp_path / "socket").exists, what="the connection")
        for _ in range(3):
            assert len(run(["ssh", *control, host, f"head -c {MUCH} /dev/zero"], person.env).ok().out) == MUCH
        assert not place.events(event="session.data", user=person.user.name)
        run(["ssh", *control, "-O", "exit", host], person.env).ok()
    event = data_of(place, person)
    assert 3 * MUCH < event["rx"] < 3.3 * MUCH
    first = place.wait_for_events(3, event="session.start", user=person.user.name)[0]
    assert event["sid"] == first["sid"]


def test_refused_logins_have_no_event(place, person):
    assert person("ssh", "stranger@far", "true", ok=False).code == 255
    person("ssh", f"{LOGIN}@far", "true")
    assert data_of(place, person)["login"] == LOGIN


def test_a_cluster_that_records_nothing(place, person):
    settings = json.loads(place.tctl("get", "session_recording_config", "--format=json").out)[0]
    try:
        place.create(json.dumps({**settings, "spec": {**settings["spec"], "mode": "off"}}), "-f")
        person("ssh", f"{LOGIN}@far", "true")
    finally:
        place.create(json.dumps(settings), "-f")
    person("ssh", f"{LOGIN}@far", "echo last")
    (last,) = place.wait_for_events(event="exec", user=person.user.name, command="echo last")
    assert data_of(place, person)["sid"] == last["sid"]
