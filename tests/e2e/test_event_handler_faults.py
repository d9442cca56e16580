"""Tests of teleport-event-handler and what breaks: kills of handler and cluster, a full disk, a long absence, a million
events."""

import collections
import datetime
import os
import pathlib
import random
import signal
import time

import pytest

from audit_log import forget_chain, made_event, now
from event_handlers import ROLE, EventHandler
from harness import Cluster, started
from machines import filled, small_disk
from processes import run, wait_for
from sinks import Sink

KILLS = int(os.environ.get("SALLYPORT_KILLS", "10"))
OLD_EVENTS = max(2_000, 100 * KILLS)
CLUSTER_KILLS = 8  # one in so many kills is of the cluster
MAX_GROWTH_KB = 30_000


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    with started(cluster):
        cluster.create(ROLE)
        cluster.stop()
        yesterday = now() - datetime.timedelta(days=1)
        forget_chain(cluster, [made_event(yesterday, name=f"old-{number}") for number in range(OLD_EVENTS)])
        cluster.start()
        yield cluster


@pytest.fixture
def sink():
    with Sink() as made:
        yield made


@pytest.fixture
def handler(place, tmp_path, sink):
    return EventHandler(place, tmp_path / "handler", sink).sign().write()


def test_nothing_is_lost_by_kills_of_the_exporter_or_the_cluster(place, handler, sink, capsys):
    """kill -9 at random moments. `./dev soak` makes more kills, of more events, and prints the counts."""
    moments = random.Random(19)
    killed = collections.Counter()
    running = handler.start()
    try:
        for number in range(KILLS):
            time.sleep(moments.uniform(0.01, 0.25))
            if number % CLUSTER_KILLS == CLUSTER_KILLS - 1:
                place.kill()
                place.start()
                killed["cluster"] += 1
            else:
                running.stop(signal.SIGKILL)
                running = handler.start()
                killed["handler"] += 1
            if number % 5 == 0:
                place.create(f"{{kind: role, version: v7, metadata: {{name: while-{number}}}, spec: {{}}}}")
    finally:
        running.stop(signal.SIGKILL)

    expected = {event["uid"]: event for event in place.events()}
    handler.run(timeout=300).ok()
    got = collections.defaultdict(list)
    for event in sink.events():
        got[event["uid"]].append(event)
    lost = expected.keys() - got.keys()
    again = sum(len(copies) - 1 for copies in got.values())
    assert not lost, (len(lost), [expected[uid] for uid in list(lost)[:3]])
    assert all(event == expected.get(uid, copies[0]) for uid, copies in got.items() for event in copies)
    assert killed["handler"] and killed["cluster"]
    if "SALLYPORT_KILLS" in os.environ:
        with capsys.disabled():
            print(f"\n{killed['handler']} kills of the handler, {killed['cluster']} of the cluster, {len(expected)} events: "
                  f"0 lost, {again} sent again with the same uid")


@pytest.mark.skipif(os.getuid() != 0, reason="mounts need root")
def test_a_full_disk_loses_nothing(place, handler, sink, tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        handler.write(storage=str(disk / "storage"))
        handler.run().ok()
        before = len(sink.events())
        with filled(disk):
            place.create("{kind: role, version: v7, metadata: {name: full-disk}, spec: {}}")
            running = handler.start("--exit-on-last-event")
            running.wait_for_output("how far the export is cannot be written.*No space left on device")
        assert running.wait() == 0
        assert [event.get("name") for event in sink.events()[before:]].count("full-disk") == 1


def test_an_absence_of_an_hour_is_caught_up(place, handler, sink, tmp_path):
    """The handler's clock jumps by an hour while the sink is away."""
    (clock, *_) = [*pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")] or pytest.skip("no faketime")
    offset = tmp_path / "offset"
    offset.write_text("+0")
    handler.env.update(LD_PRELOAD=str(clock), FAKETIME_TIMESTAMP_FILE=str(offset), FAKETIME_NO_CACHE="1",
                       FAKETIME_DONT_FAKE_MONOTONIC="1")
    handler.write(start_time=None)
    with handler.start() as running:
        running.wait_for_output("the audit log is read")
        sink.stop()
        place.create("{kind: role, version: v7, metadata: {name: absent}, spec: {}}")
        running.wait_for_output("an event was not taken")
        offset.write_text("+1h")
        sink.start()
        wait_for(lambda: "absent" in [event.get("name") for event in sink.events()], what="the event")


def test_memory_does_not_grow_with_the_log(place, handler, sink):
    def peak():
        done = run(["/usr/bin/env", "python3", "-c", "import resource,subprocess,sys; subprocess.run(sys.argv[1:], check="
                    "True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                    *handler.words("--exit-on-last-event")], handler.env, timeout=120).ok()
        return int(done.out.split()[-1])

    handler.write(start_time=now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    few = peak()
    handler = EventHandler(place, handler.directory.parent / "other", sink).sign().write()
    assert peak() - few < MAX_GROWTH_KB
    assert len(sink.events()) > OLD_EVENTS
