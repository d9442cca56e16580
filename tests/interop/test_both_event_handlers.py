"""Tests of both event handlers (REFERENCE_BIN) on both clusters: events, recordings, and a folder that one hands to the
other in the middle of a run."""

import contextlib
import datetime
import os
import sqlite3
import uuid

import pytest

from audit_log import forget_chain, made_event, now
from event_handlers import ROLE, EventHandler
from harness import REFERENCE_BIN, Cluster, Tsh, reference_program, started
from processes import wait_for
from reference_cluster import ReferenceNodes
from sinks import Sink
from test_recordings import record, role

pytestmark = [pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set"),
              pytest.mark.skipif(os.getuid() != 0, reason="nodes of Teleport need root")]

OLD_EVENTS = 500
EXPORTED_S = 120  # a chunk is made after 30 seconds, and Teleport's handler asks every 16 seconds
MISSING_S = 240  # ours looks for recordings whose upload is not told after a minute and then every three
START_TIME = (now() - datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module", params=["ours", "Teleport's"])
def place(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("cluster")
    is_ours = request.param == "ours"
    cluster = (Cluster(directory, ssh="enabled: yes\n") if is_ours
               else ReferenceNodes(directory, "localhost", {"env": "dev"}))
    cluster.is_ours = is_ours
    with started(cluster) as running:
        running.create(ROLE)
        running.create(role("shells"), "-f")
        if is_ours:
            running.stop()
            forget_chain(running, [made_event(now() - datetime.timedelta(days=1), name=f"old-{number}")
                                   for number in range(OLD_EVENTS)])
            running.start()
        yield running


@pytest.fixture
def sink():
    with Sink() as made:
        yield made


@pytest.fixture
def name():
    return f"role-{uuid.uuid4().hex[:8]}"


def make_roles(place, name, count=3):
    for number in range(count):
        place.create(f"{{kind: role, version: v7, metadata: {{name: {name}-{number}}}, spec: {{}}}}")
    return {f"{name}-{number}" for number in range(count)}


def has_all(sink, expected):
    return expected <= {event.get("name") for event in sink.events()}


def handler_of(place, directory, sink, reference, by_proxy=False):
    path = reference_program("teleport-event-handler") if reference else None
    handler = EventHandler(place, directory, sink, path=path, by_proxy=by_proxy)
    return handler.sign().write(start_time=START_TIME)


@pytest.mark.parametrize("by_proxy", [False, True])
def test_ours_sends_what_theirs_sends(place, tmp_path, name, by_proxy):
    """Compares the bodies of both, event by event."""
    expected = make_roles(place, f"{name}-{by_proxy}")
    with Sink() as ours, Sink() as theirs:
        handlers = [handler_of(place, tmp_path / "ours", ours, False, by_proxy),
                    handler_of(place, tmp_path / "theirs", theirs, True, by_proxy)]
        with handlers[0].start(), handlers[1].start():
            for sink in (ours, theirs):
                wait_for(lambda: has_all(sink, expected), EXPORTED_S, f"the events\n{handlers[0].log.read_text()}"
                         f"\n{handlers[1].log.read_text()}")
        bodies = [{event["uid"]: event for event in sink.events()} for sink in (ours, theirs)]
        both = bodies[0].keys() & bodies[1].keys()
        assert len(both) >= (OLD_EVENTS if place.is_ours else 3)
        assert all(bodies[0][uid] == bodies[1][uid] for uid in both)
        assert len(bodies[0]) == len(ours.events())
        kinds = [{headers["Content-Type"] for _, headers in sink.requests} for sink in (ours, theirs)]
        assert kinds[0] == kinds[1]


def test_ours_sends_the_recording_that_theirs_sends(place, tmp_path):
    machine = Tsh(place, tmp_path / "person")
    machine.login(place.add_user("rec", "shells"))
    session, _ = record(machine, "echo some output")
    path = f"/session.{session}.log"
    with Sink() as ours, Sink() as theirs:
        handlers = [handler_of(place, tmp_path / "ours", ours, False), handler_of(place, tmp_path / "theirs", theirs, True)]
        with handlers[0].start(), handlers[1].start():
            # The node inside of Teleport's auth service tells no upload, so that Teleport's handler sends nothing of it.
            for sink in (ours, theirs) if place.is_ours else (ours,):
                wait_for(lambda: "session.end" in {event["event"] for event in sink.events(path)},
                         MISSING_S + EXPORTED_S, f"the recording\n{handlers[0].log.read_text()}")
                wait_for(lambda: len(sink.events(path)) >= 3, what="the rest of the recording")
        bodies = [sorted(sink.events(path), key=lambda event: event["ei"]) for sink in (ours, theirs)]
        assert bodies[0] == ours.events(path), "the order"
        shorter = min(map(len, bodies)) if place.is_ours else 0
        assert bodies[0][:shorter] == bodies[1][:shorter]


@pytest.mark.parametrize("first_is_theirs", [True, False])
def test_a_folder_is_handed_over(place, tmp_path, sink, name, first_is_theirs):
    before = make_roles(place, f"{name}-{first_is_theirs}-before")
    first = handler_of(place, tmp_path / "handler", sink, first_is_theirs)
    if first_is_theirs:
        with first.start() as running:
            wait_for(lambda: has_all(sink, before), EXPORTED_S, f"the first events\n{first.log.read_text()}")
            # Teleport's handler writes a moment later how far it is.
            wait_for(lambda: place.is_ours or (first.folder / "id").read_text() == sink.uids()[-1], what="the last id")
            running.stop()
    else:
        if place.is_ours:
            # Events that are in no chunk when ours ends are sent again by theirs.
            wait_for(lambda: sealed(place), EXPORTED_S, "the last chunk")
        first.run().ok()
    sent = len(sink.events())
    assert has_all(sink, before)

    after = make_roles(place, f"{name}-{first_is_theirs}-after")
    second = handler_of(place, tmp_path / "handler", sink, not first_is_theirs)
    with second.start() as running:
        wait_for(lambda: has_all(sink, after), EXPORTED_S, f"the events after\n{second.log.read_text()}")
        running.stop()
    again = [event for event in sink.events()[sent:] if event.get("name") in before or
             str(event.get("name")).startswith("old-")]
    assert len(again) <= (3 if place.is_ours and not first_is_theirs else 1), again[:3]


def sealed(place):
    """Returns whether each event of a role is in a chunk."""
    with contextlib.closing(sqlite3.connect(f"file:{place.database}?mode=ro", uri=True)) as database:
        last = database.execute("select max(sequence) from events where type = 'role.created'").fetchone()[0]
        return (database.execute("select max(last) from event_chunks").fetchone()[0] or 0) >= last
