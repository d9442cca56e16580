"""Tests of the audit log as it leaves the cluster: chunks, following, recordings, hash chain."""

import contextlib
import datetime
import json
import shutil
import time

import pytest

from audit_log import (CHAIN_SERVICE, LOG_SERVICE, Follower, chunks, database, export, export_request, forget_chain,
                       made_event, now, stamp, stream, unstructured)
from endpoints import admin_identity, log_in
from grpc_client import GrpcClient, GrpcError
from harness import Cluster, Tsh, started
from processes import wait_for
from protobuf import field, fields
from test_recordings import open_session, record, recording, role

INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED = 3, 5, 7
RESOURCE_EXHAUSTED, FAILED_PRECONDITION, UNAVAILABLE = 8, 9, 14
OLD_EVENTS = 25_000
CHUNK_EVENTS = 10_000
SEALED_S = 60
MAX_EXPORTS, MAX_FOLLOWERS = 64, 8
MAX_GROWTH = 120 << 20
ROLES = """
kind: role
version: v7
metadata: {name: exporter}
spec: {allow: {logins: [x], rules: [{resources: [event, session], verbs: [list, read]}]}}
---
kind: role
version: v7
metadata: {name: some-events}
spec:
  allow:
    logins: [x]
    rules: [{resources: [event], verbs: [list, read], where: 'contains(user.metadata.name, "some")'}]
---
kind: role
version: v7
metadata: {name: own-sessions}
spec:
  allow:
    logins: [x]
    rules:
    - {resources: [session], verbs: [list, read], where: 'contains(session.participants, user.metadata.name)'}
---
kind: role
version: v7
metadata: {name: no-events}
spec: {allow: {logins: [x]}}
"""
ODD = {"nothing": None, "empty": [], "none": {}, "deep": [[], {"x": None, "y": {}}], "text": "ä\n", "whole": 2**40,
       "part": 0.5, "yes": True}


@pytest.fixture(scope="module")
def yesterday():
    return now() - datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def old_events(yesterday):
    return [made_event(yesterday, name=f"old-{number}", **(ODD if number % 1000 == 0 else {}))
            for number in range(OLD_EVENTS)]


@pytest.fixture(scope="module")
def place(tmp_path_factory, old_events):
    """Starts a cluster whose audit log is one of before the chain."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")
    with started(cluster):
        cluster.create(ROLES)
        cluster.create(role("shells"), "-f")
        cluster.stop()
        forget_chain(cluster, old_events)
        cluster.start()
        yield cluster


@pytest.fixture(scope="module")
def people(place, tmp_path_factory):
    """Returns certificates and keys by name."""
    directory = tmp_path_factory.mktemp("people")
    found = {name: log_in(place, place.add_user(name, role), directory, name)
             for name, role in (("exports", "exporter"), ("some", "some-events"), ("owns", "own-sessions"),
                                ("none", "no-events"))}
    found["admin"] = admin_identity(place, directory)
    return found


@pytest.fixture
def client(place, people):
    with GrpcClient(place.auth_port, people["exports"]) as connection:
        yield connection


def code_of(call, *arguments, **options):
    with pytest.raises(GrpcError) as refusal:
        call(*arguments, **options)
    return refusal.value.code


def test_old_events_are_in_chunks_of_their_day(client, old_events, yesterday):
    listed = chunks(client, yesterday)
    assert len(listed) == 3 and listed == chunks(client, yesterday)
    found = [event for chunk in listed for event in export(client, yesterday, chunk)[0]]
    assert found == old_events


def test_a_cursor_continues_a_chunk(client, old_events, yesterday):
    chunk = chunks(client, yesterday)[1]
    events, cursors = export(client, yesterday, chunk)
    assert len(set(cursors)) == CHUNK_EVENTS
    assert export(client, yesterday, chunk, cursors[4998])[0] == events[4999:]
    assert export(client, yesterday, chunk, cursors[-1]) == ([], [])


def test_new_events_come_in_a_new_chunk_which_never_changes(place, client, name):
    place.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{}}}}")

    def chunk_with_it():
        for chunk in chunks(client, now()):
            if any(event.get("name") == name for event in export(client, now(), chunk)[0]):
                return chunk
        return None

    chunk = wait_for(chunk_with_it, SEALED_S, "the event in a chunk")
    before = export(client, now(), chunk)
    listed = chunks(client, now())
    place.stop()
    place.start()
    with GrpcClient(place.auth_port, admin_identity(place, place.directory)) as again:
        assert chunks(again, now())[:len(listed)] == listed
        assert export(again, now(), chunk) == before


def test_every_event_of_the_cluster_is_exported_as_it_is(place, client):
    """Walks all types of events that the tests have made: each value is set, and what was stored."""
    listed = wait_for(lambda: chunks(client, now()), SEALED_S, "a chunk")
    found = [event for chunk in listed for event in export(client, now(), chunk)[0]]
    stored = {event["uid"]: event for event in place.events()}
    assert found and all(stored[event["uid"]] == event for event in found)


def test_an_empty_date_is_an_empty_stream(client):
    assert chunks(client, datetime.datetime(2001, 2, 3, tzinfo=datetime.timezone.utc)) == []
    assert stream(client, LOG_SERVICE + "GetEventExportChunks", field(1, field(1, 2**63))) == []


def test_refusals_of_exports(client, yesterday):
    chunk = chunks(client, yesterday)[0]
    assert code_of(stream, client, LOG_SERVICE + "GetEventExportChunks", b"") == INVALID_ARGUMENT
    assert code_of(stream, client, LOG_SERVICE + "ExportUnstructuredEvents", field(2, chunk)) == INVALID_ARGUMENT
    assert code_of(export, client, yesterday, "") == INVALID_ARGUMENT
    for cursor in ("5", "s1:0", f"s1:{CHUNK_EVENTS + 1}", "s1:-1", "t1:5:0011223344556677", "\0"):
        assert code_of(export, client, yesterday, chunk, cursor) == INVALID_ARGUMENT, cursor
    first, last, digest = chunk.split("-")
    for unknown in ("x", "../x", f"{first}-{last}", f"{first}-{last}-0000000000000000", f"2-{last}-{digest}",
                    f"{first}-{int(last) + 1}-{digest}", f"{chunk}-", "9" * 400):
        assert code_of(export, client, yesterday, unknown) == NOT_FOUND, unknown
    assert code_of(export, client, now(), chunk) == NOT_FOUND


@pytest.mark.parametrize("who", ["some", "none", "owns"])
def test_the_whole_log_needs_a_rule_without_condition(place, people, yesterday, who):
    with GrpcClient(place.auth_port, people[who]) as client:
        assert code_of(chunks, client, yesterday) == PERMISSION_DENIED
        assert code_of(export, client, yesterday, "1-2-3") == PERMISSION_DENIED
        assert code_of(Follower(client).answer) == PERMISSION_DENIED
        for method in ("Read", "ListHeads"):
            assert code_of(client.call, CHAIN_SERVICE + method) == PERMISSION_DENIED


def test_nobody_gets_the_log(place, yesterday):
    with GrpcClient(place.auth_port) as client:
        assert code_of(chunks, client, yesterday) == PERMISSION_DENIED
        assert code_of(Follower(client).answer) == PERMISSION_DENIED


def search(order=0, limit=0, types=(), key=""):
    request = field(2, field(1, 0)) + field(3, stamp(now() + datetime.timedelta(days=1)))
    request += b"".join(field(4, kind) for kind in types)
    return request + field(5, limit) + field(6, key) + field(7, order)


def test_order_zero_is_oldest_first(client, old_events):
    oldest = fields(client.call(LOG_SERVICE + "GetUnstructuredEvents", search(0, 3)))
    assert [unstructured(item) for item in oldest[1]] == old_events[:3]
    newest = fields(client.call(LOG_SERVICE + "GetUnstructuredEvents", search(1, 3)))
    assert unstructured(newest[1][0])["name"] not in {event["name"] for event in old_events}
    assert code_of(client.call, LOG_SERVICE + "GetUnstructuredEvents", search(2)) == INVALID_ARGUMENT


def test_pages_of_messages(client, old_events):
    """GetEvents: an event of a type without a message is Unknown, with its JSON."""
    seen, key = [], ""
    for _ in range(3):
        answer = fields(client.call("/proto.AuthService/GetEvents", search(0, 4, ["role.created"], key)))
        seen += [json.loads(fields(fields(item)[80][0])[4][0]) for item in answer[1]]
        key = answer[2][0].decode()
    assert seen == old_events[:12]
    for limit in (10_001, 2**31 - 1):
        assert code_of(client.call, "/proto.AuthService/GetEvents", search(0, limit)) == INVALID_ARGUMENT
        assert code_of(client.call, LOG_SERVICE + "GetUnstructuredEvents", search(0, limit)) == INVALID_ARGUMENT
    assert code_of(client.call, "/proto.AuthService/GetEvents", search(0, 1, key="x")) == INVALID_ARGUMENT


def test_a_follower_gets_an_event_within_a_second(place, client, name):
    follower = Follower(client, start_time=now())
    follower.answer()
    for number in range(3):
        role_name = f"{name}-{number}"
        place.create(f"{{kind: role, version: v7, metadata: {{name: {role_name}}}, spec: {{}}}}")
        event = follower.until({"event": "role.created", "name": role_name})
        made = datetime.datetime.fromisoformat(event["time"][:-1] + "+00:00")
        assert (now() - made).total_seconds() < 1 + 1  # the time of tctl's end is in it
    assert follower.newest >= OLD_EVENTS


def test_a_follower_continues_after_a_restart(place, people, name):
    with GrpcClient(place.auth_port, people["exports"]) as client:
        follower = Follower(client, until_end=True)
        count = 0
        while (events := follower.answer()) is not None:
            count += len(events)
        cursor = follower.cursor
    assert count >= OLD_EVENTS
    place.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{}}}}")
    place.stop()
    place.start()
    with GrpcClient(place.auth_port, people["exports"]) as client:
        assert Follower(client, cursor).until({"event": "role.created"})["name"] == name


@pytest.mark.parametrize("cursor,code", [
    ("x", INVALID_ARGUMENT), ("t1:5:", INVALID_ARGUMENT), ("t1:05:0011223344556677", INVALID_ARGUMENT),
    ("t1:5:0011223344556677", FAILED_PRECONDITION), (f"t1:{2**62}:0011223344556677", FAILED_PRECONDITION)])
def test_wrong_cursors_of_followers(client, cursor, code):
    assert code_of(Follower(client, cursor).answer) == code
    assert code_of(client.call, CHAIN_SERVICE + "Read", field(1, cursor)) == code


def test_a_follower_ends_with_its_access(place, name, tmp_path):
    place.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{allow: {{logins: [x], rules: "
                 "[{resources: [event], verbs: [list]}]}}}")
    identity = log_in(place, place.add_user(name, name), tmp_path, name)
    with GrpcClient(place.auth_port, identity) as client:
        follower = Follower(client, start_time=now())
        follower.answer()
        place.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{allow: {{logins: [x]}}}}}}", "-f")
        assert code_of(follower.until, {"event": "never"}) == UNAVAILABLE
        assert code_of(Follower(client).answer) == PERMISSION_DENIED


def test_a_locked_follower_ends(place, name, tmp_path):
    identity = log_in(place, place.add_user(name, "exporter"), tmp_path, name)
    with GrpcClient(place.auth_port, identity) as client:
        follower = Follower(client, start_time=now())
        follower.answer()
        place.tctl("lock", f"--user={name}")
        assert code_of(follower.until, {"event": "never"}) == PERMISSION_DENIED


class StalledClient(GrpcClient):
    """Reads its answers, and never lets the cluster send more than the first windows."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._http.acknowledge_received_data = lambda *_: None


def test_exports_and_followers_of_one_user_are_limited(place, client, people, yesterday):
    """A user opens many streams and reads none: the cluster keeps little, and serves others."""
    chunk = chunks(client, yesterday)[0]
    before = place.resident()
    with contextlib.ExitStack() as stack:
        greedy = stack.enter_context(StalledClient(place.auth_port, people["exports"]))

        def all_places(count, take, refused):
            """Takes the places; `refused` may hold the last of them for a moment, so that a call of ours has none."""
            for _ in range(count - 1):
                take()
            wait_for(lambda: take() or refused(), what="a refusal")

        all_places(MAX_EXPORTS, lambda: greedy.send(LOG_SERVICE + "ExportUnstructuredEvents",
                                                    export_request(yesterday, chunk)) and None,
                   lambda: fails(export, client, yesterday, chunk))
        assert code_of(export, client, yesterday, chunk) == RESOURCE_EXHAUSTED
        all_places(MAX_FOLLOWERS, lambda: Follower(greedy) and None,
                   lambda: fails(stream, client, CHAIN_SERVICE + "Follow", field(3, 1)))
        assert code_of(Follower(client).answer) == RESOURCE_EXHAUSTED
        with GrpcClient(place.auth_port, people["admin"]) as other:
            begun = time.monotonic()
            assert len(export(other, yesterday, chunk)[0]) == CHUNK_EVENTS
            assert time.monotonic() - begun < 20
        assert place.resident() - before < MAX_GROWTH
    wait_for(lambda: not fails(export, client, yesterday, chunk), what="a place after the streams have ended")


def fails(call, *arguments):
    try:
        call(*arguments)
    except GrpcError:
        return True
    return False


@pytest.fixture(scope="module")
def session(place, tmp_path_factory):
    """Returns the id of a recorded session."""
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.login(place.add_user("rec", "shells"))
    found, _ = record(machine, "echo some output")
    recording(place, found)
    return found


def session_request(session, start=0):
    return field(1, session) + (field(2, start) if start else b"")


def session_events(client, session, start=0):
    method = LOG_SERVICE + "StreamUnstructuredSessionEvents"
    return [unstructured(message) for message in stream(client, method, session_request(session, start))]


def test_a_recording_as_json(place, client, session):
    events = session_events(client, session)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "session.start" and {"session.leave", "session.end"} == set(kinds[-2:])
    assert [event["ei"] for event in events] == list(range(len(events)))
    assert all(event["data"] for event in events if event["event"] == "print")
    assert session_events(client, session, 2) == events[2:]
    assert session_events(client, session, len(events)) == []

    place.wait_for_events(event="session.data", sid=session)
    told = {event["event"]: event for event in place.events(sid=session)}
    for event in (events[0], *events[-2:]):
        assert told[event["event"]]["ei"] == event["ei"] and told[event["event"]]["uid"] == event["uid"]
    assert told["session.upload"]["ei"] == 2**31 - 1
    assert told["session.data"]["ei"] == 2**31 - 2
    assert told["session.recording.access"]["user"] == "exports"


def test_the_initial_command_is_a_list(place, session, tmp_path):
    assert place.events(event="session.start", sid=session)[0]["initial_command"] == ["/bin/sh"]
    machine = Tsh(place, tmp_path / "shell")
    machine.login(place.add_user("shell", "shells"))
    terminal, shell = open_session(machine, command="")
    terminal.type("exit\n")
    terminal.finish()
    for kind in ("session.start", "session.end"):
        assert place.wait_for_events(event=kind, sid=shell)[0]["initial_command"] == [""]


def test_refusals_of_recordings(place, people, client, session):
    unknown = "11111111-1111-4111-8111-111111111111"
    assert code_of(session_events, client, unknown) == NOT_FOUND
    assert code_of(session_events, client, "../x") == INVALID_ARGUMENT
    for who in ("owns", "none", "some"):
        with GrpcClient(place.auth_port, people[who]) as other:
            assert code_of(session_events, other, session) == PERMISSION_DENIED, who


def test_own_recordings_by_a_condition(place, name, tmp_path):
    machine = Tsh(place, tmp_path / "machine")
    user = place.add_user(name, "shells")
    machine.login(user)
    found, _ = record(machine, "echo own")
    recording(place, found)
    with GrpcClient(place.auth_port, log_in(place, user, tmp_path, name)) as client:
        assert session_events(client, found)[0]["user"] == name


def verified(place, *words, ok=True):
    done = place.tctl("audit", "verify", "--format=json", *words, ok=False, timeout=120)
    assert done.code == (0 if ok else 1), done
    return json.loads(done.out)


def test_the_chain_is_whole_and_signed(place, yesterday):
    report = verified(place)
    assert report["problems"] == [] and report["first"] == 1
    assert report["signed_through"] == OLD_EVENTS and report["last_signed_day"] == yesterday.strftime("%Y-%m-%d")
    (head,) = place.events(event="audit.head")
    assert (head["code"], head["first"], head["last"], head["key"]) == ("SA001I", 1, OLD_EVENTS, report["keys"][0])
    assert verified(place, f"--trust-key={report['keys'][0]}")["problems"] == []
    assert verified(place, "--trust-key=other", ok=False)["problems"][0]["kind"] == "head"
    assert "No event is missing" in place.tctl("audit", "verify", timeout=120).out


def test_a_rotation_of_the_key_is_told(place):
    made = json.loads(place.tctl("audit", "rotate-key", "--format=json").out)["key"]
    assert place.events(event="audit.key")[-1]["key"] == made
    assert verified(place)["problems"] == []


TAMPERING = {
    "missing": ("delete from events where sequence between 20 and 22", [("missing", 20, 22)]),
    "changed": ("update events set json = replace(json, 'old-29', 'old-xx') where sequence = 30", [("changed", 30, 30)]),
    "reordered": ("update events set sequence = -1 where sequence = 40; update events set sequence = 40 where "
                  "sequence = 41; update events set sequence = 41 where sequence = -1", [("reordered", 40, 41)]),
    "cut off": (f"delete from events where sequence > {OLD_EVENTS - 5}", [("missing", OLD_EVENTS - 4, OLD_EVENTS)]),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_found(place, tmp_path_factory, case):
    """Changes a copy of the data directory, and checks the log of a cluster on it."""
    place.stop()
    copy = Cluster(tmp_path_factory.mktemp("copy"))
    shutil.copytree(place.data_dir, copy.data_dir, dirs_exist_ok=True)
    place.start()
    statement, wanted = TAMPERING[case]
    with database(copy) as connection:
        connection.executescript(statement)
    with started(copy):
        problems = verified(copy, ok=False)["problems"]
        assert [(problem["kind"], problem["first"], problem["last"]) for problem in problems][:1] == wanted, problems


class ForgetfulCluster(Cluster):
    """A cluster that keeps events of two days."""

    def write_config(self, extra=""):
        super().write_config(extra)
        text = self.config.read_text()
        self.config.write_text(text.replace("  log:\n", "  storage: {audit_retention_period: 48h}\n  log:\n", 1))


def test_retention_removes_whole_days_and_keeps_their_heads(tmp_path):
    cluster = ForgetfulCluster(tmp_path / "cluster")
    days = [now() - datetime.timedelta(days=count) for count in (5, 4, 1)]
    events = [made_event(day, name=f"day-{number}-{event}") for number, day in enumerate(days) for event in range(3000)]
    with started(cluster):
        cluster.stop()
        forget_chain(cluster, events)
        cluster.start()
        wait_for(lambda: not cluster.events(name="day-1-2999"), what="the removal of old events")
        assert cluster.events(name="day-2-0")
        report = verified(cluster)
        assert (report["problems"], report["first"], report["by_retention"]) == ([], 6001, True)
        assert "by retention" in cluster.tctl("audit", "verify").out
        assert [head["last"] for head in cluster.events(event="audit.head")] == [3000, 6000, 9000]
        with GrpcClient(cluster.auth_port, admin_identity(cluster, tmp_path)) as client:
            assert [chunks(client, day) for day in days[:2]] == [[], []] and chunks(client, days[2])
            assert code_of(export, client, days[0], "1-3000-0011223344556677") == NOT_FOUND
            first = fields(client.call(CHAIN_SERVICE + "Read", field(1, "t1:17:0011223344556677")))
            assert fields(first[1][0])[1] == fields(first[3][0])[1] == [6001]
