"""Tests of recordings: the node makes them, the auth service stores them, tsh plays them."""

import getpass
import json
import shutil
import signal

import pytest

from certs import split_pem
from grpc_client import GrpcClient, GrpcError
from harness import Cluster, Tsh, started
from nodes import Agent
from processes import TIMEOUT, Terminal, wait_for
from protobuf import field
from terminals import TmuxShell

LOGIN = getpass.getuser()
NOT_FOUND = 5
ACCESS_DENIED = 4
BAD_PARAMETER = 1
CONNECTION_FAILED = 255


def role(name, record="best_effort"):
    return f"""
kind: role
version: v7
metadata: {{name: {name}}}
spec:
  options: {{record_session: {{default: {record}}}}}
  allow:
    logins: [{LOGIN}]
    node_labels: {{'*': '*'}}
    rules:
    - resources: [session]
      verbs: [list, read]
      where: contains(session.participants, user.metadata.name)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")) as running:
        running.create(role("shells"), "-f")
        running.create(role("careful", "strict"), "-f")
        yield running


@pytest.fixture(scope="module")
def person(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.login(place.add_user("rec", "shells"))
    return machine


@pytest.fixture(scope="module")
def far(place, tmp_path_factory):
    agent = Agent(place, tmp_path_factory.mktemp("far")).start()
    yield agent
    agent.stop()


def open_session(person, node="localhost", command="/bin/sh"):
    terminal = Terminal([person.path, "ssh", "-t", f"{LOGIN}@{node}", command], {**person.env, "TERM": "dumb"})
    terminal.type("echo be''gun $TELEPORT_SESSION\n")
    found = terminal.wait_for(r"begun (\S+)")
    assert found, terminal.seen
    return terminal, found.group(1)


def record(person, *lines, node="localhost"):
    """Types lines in a session; returns the session's id and the terminal's output."""
    terminal, session = open_session(person, node)
    for line in lines:
        terminal.type(line + "\n")
    terminal.type("exit 7\n")
    done = terminal.finish()
    assert done.code == 7, done
    return session, done.out


def recording(place, session, timeout=TIMEOUT):
    path = place.data_dir / "log" / "records" / f"{session}.tar"
    wait_for(path.exists, timeout, "the recording")
    return path


def events_of(person, session):
    return json.loads(person("play", session, "--format=json").out)


def spool(directory):
    return list((directory / "log" / "upload" / "streaming" / "default").iterdir())


def test_what_was_shown_is_played_back(place, person):
    session, shown = record(person, "printf 'a\\tb\\033[1mbold\\033[0m \\316\\261\\n'", "head -c 100000 /dev/zero | tr '\\0' y")
    recording(place, session)
    text = person("play", session, "--format=text").out
    assert len(text) > 100_000 and "bold" in text
    assert text.replace("\r", "") in shown.replace("\r", "")
    wait_for(lambda: not spool(place.data_dir), what="an empty spool")


def test_a_recording_has_events(place, person):
    session, _ = record(person, "stty cols 101 rows 31")
    recording(place, session)
    events = events_of(person, session)
    kinds = [event["event"] for event in events]
    assert (kinds[0], kinds[-2:]) == ("session.start", ["session.leave", "session.end"])
    assert set(kinds[1:-2]) == {"print"}
    assert [event["ei"] for event in events] == list(range(len(events)))
    assert {event.get("sid", session) for event in events} == {session}
    prints = [event for event in events if event["event"] == "print"]
    assert [event["ci"] for event in prints] == list(range(len(prints)))
    assert sum(event["bytes"] for event in prints[:-1]) == prints[-1]["offset"]
    assert events[-1]["interactive"] and events[-1]["participants"] == ["rec"]
    assert place.wait_for_events(event="session.upload", sid=session)[0]["code"] == "T2005I"
    heard = place.wait_for_events(event="session.recording.access", sid=session)[0]
    assert (heard["code"], heard["user"], heard["format"]) == ("T2012I", "rec", "json")


def test_a_command_without_a_terminal_is_no_recording(place, person):
    person("ssh", f"{LOGIN}@localhost", "echo plain")
    session = place.wait_for_events(event="exec", command="echo plain")[0]["sid"]
    done = person("play", session, ok=False)
    assert done.code == NOT_FOUND and "no recording" in done.err


def viewer(name, labels):
    return f"""
kind: role
version: v7
metadata: {{name: {name}}}
spec:
  allow:
    logins: [{LOGIN}]
    node_labels: {labels}
    rules: [{{resources: [session], verbs: [list, read], where: can_view()}}]
"""


def test_users_with_access_to_a_node_may_view_its_recordings(place, person, tmp_path):
    session, _ = record(person, "true")
    place.wait_for_events(event="session.end", sid=session)
    recording(place, session)
    seen = {}
    for name, labels in (("near", "{'*': '*'}"), ("elsewhere", "{env: none}")):
        place.create(viewer(name, labels), "-f")
        machine = Tsh(place, tmp_path / name)
        machine.login(place.add_user(name, name))
        listed = json.loads(machine("recordings", "ls", "--format=json").out)
        seen[name] = (session in {event["sid"] for event in listed}, machine("play", session, "--format=text", ok=False).code)
    assert seen == {"near": (True, 0), "elsewhere": (False, ACCESS_DENIED)}


def test_sessions_are_listed(place, person):
    session, _ = record(person, "true")
    place.wait_for_events(event="session.end", sid=session)
    listed = json.loads(person("recordings", "ls", "--format=json").out)
    assert listed[0]["sid"] == session
    assert listed[0]["event"] == "session.end"
    row = next(line for line in person("recordings", "ls").out.splitlines() if session in line)
    assert row.split()[1:4] == ["ssh", "rec", "localhost"]
    assert len(json.loads(person("recordings", "ls", "--limit=1", "--format=json").out)) == 1
    assert json.loads(person("recordings", "ls", "--to-utc=2020-01-01", "--from-utc=2019-01-01", "--format=json").out) == []
    assert session in place.tctl("recordings", "ls").out


def test_sessions_of_others_are_not_seen(place, person, tmp_path):
    session, _ = record(person, "true")
    recording(place, session)
    other = Tsh(place, tmp_path)
    other.login(place.add_user("other", "shells"))
    assert session not in other("recordings", "ls").out
    done = other("play", session, "--format=text", ok=False)
    assert done.code == ACCESS_DENIED and "denied" in done.err and done.out == ""


def test_a_recording_is_a_file(place, person, tmp_path):
    session, _ = record(person, "echo from-a-file")
    path = recording(place, session)
    assert path.stat().st_mode & 0o777 == 0o600
    copy = tmp_path / f"{session}.tar"
    shutil.copy(path, copy)
    assert person("play", copy, "--format=text").out == person("play", session, "--format=text").out
    copy.write_bytes(copy.read_bytes()[:-20])
    done = person("play", copy, "--format=text", ok=False)
    assert done.code != 0 and "damaged" in done.err
    done = person("play", tmp_path / "none.tar", ok=False)
    assert done.code == NOT_FOUND and "none.tar" in done.err


def test_asciicast(place, person):
    session, _ = record(person, "printf '\\316\\261\\n'")
    recording(place, session)
    lines = [json.loads(line) for line in person("play", session, "--format=asciicast").out.splitlines()]
    assert lines[0]["version"] == 2 and lines[0]["width"] > 0
    assert all(kind == "o" for _, kind, _ in lines[1:])
    assert "".join(text for _, _, text in lines[1:]).replace("\r", "") == person("play", session, "--format=text").out


def test_a_session_in_tmux_looks_the_same_played_back(place, person, tmp_path):
    """The screen after playing equals the screen at the end of the session."""
    shell = TmuxShell({**person.env, "TERM": "screen"}, tmp_path)
    try:
        shell.type(f"{person.path} ssh -t {LOGIN}@localhost /bin/sh\n")
        wait_for(lambda: shell.screen().count("$") > 1 or "#" in shell.screen(), what="a prompt")
        shell.type("clear; printf '\\033[5;10Hmoved\\033[7;3H\\033[7mreverse\\033[0m'; echo; echo sid=$TELEPORT_SESSION=\n")
        found = shell.wait_for(r"sid=([0-9a-f-]{36})=")
        session = found.group(1)
        before = shell.screen()
        shell.type("exit\n")
        recording(place, session)
        shell.type(f"clear; {person.path} play --speed=8x {session}; sleep 60\n")
        shell.wait_for(r"exit")
        lines = [line for line in before.splitlines() if line.strip()]
        shown = wait_for(lambda: all(line in shell.screen().splitlines() for line in lines[:-1]) and shell.screen(),
                         what="the same screen")
        assert "moved" in shown
    finally:
        shell.close()


def test_playing_can_be_stopped_and_skipped(place, person):
    session, _ = record(person, "echo early; sleep 3; echo la''te")
    recording(place, session)
    terminal = Terminal([person.path, "play", session], {**person.env, "TERM": "dumb"})
    assert terminal.wait_for("early")
    terminal.type("q")
    done = terminal.finish()
    assert done.code == 0 and "late" not in done.out
    terminal = Terminal([person.path, "play", session], {**person.env, "TERM": "dumb"})
    assert terminal.wait_for("early")
    terminal.type("\x1b[C")
    assert terminal.wait_for("late", timeout=2)
    assert terminal.finish().code == 0
    assert person("play", session, "--skip-idle-time", timeout=3).out.endswith("")


def test_from_another_host(place, person, far):
    session, shown = record(person, "echo far-away", node="far")
    recording(place, session)
    text = person("play", session, "--format=text").out
    assert "far-away" in text and text.replace("\r", "") in shown.replace("\r", "")
    wait_for(lambda: not spool(far.directory / "data"), what="an empty spool")


def test_another_host_cannot_write_a_recording(place, person, far, tmp_path):
    """The auth service refuses the other host during the session and afterwards."""
    # Reversed, so that the dictionary has the first block of each kind.
    blocks = dict(reversed(split_pem((far.directory / "data" / "agent_identity").read_text())))
    identity = tmp_path / "identity"
    identity.write_text("".join(text for label, text in blocks.items() if label.endswith(("PRIVATE KEY", "CERTIFICATE"))))

    def claim(session):
        with GrpcClient(place.auth_port, (identity, identity)) as client:
            call = client.open("/proto.AuthService/CreateAuditStream")
            client.send_message(call, field(1, field(1, session)))
            with pytest.raises(GrpcError) as refused:
                client.next_message(call)
            assert "another host has recorded" in refused.value.message

    terminal, session = open_session(person)
    wait_for(lambda: list((place.data_dir / "log" / "records" / "multi").glob(f"*/{session}")), what="an upload")
    claim(session)
    terminal.type("echo go''es on; exit 7\n")
    assert terminal.finish().code == 7
    recording(place, session)
    claim(session)
    assert "goes on" in person("play", session, "--format=text").out


def test_nothing_is_lost_while_the_auth_service_is_away(place, person, far):
    terminal, session = open_session(person, "far")
    terminal.type("echo be''fore\n")
    assert terminal.wait_for("before")
    place.kill()
    terminal.finish()
    assert spool(far.directory / "data")
    place.start()
    recording(place, session)
    assert "before" in person("play", session, "--format=text").out
    assert events_of(person, session)[-1]["event"] == "session.end"
    assert place.wait_for_events(event="session.end", sid=session)


def test_nothing_is_lost_when_the_node_is_killed(place, person, tmp_path):
    agent = Agent(place, tmp_path, "frail").start()
    terminal, session = open_session(person, "frail")
    terminal.type("echo be''fore\n")
    assert terminal.wait_for("before")
    agent.kill()
    terminal.finish()
    agent.start([word for word in agent.pasted_command() if not word.startswith("--token=")])
    recording(place, session)
    events = events_of(person, session)
    assert "before" in person("play", session, "--format=text").out
    assert events[-1]["event"] == "session.end" and events[-1]["participants"] == ["rec"]
    assert place.wait_for_events(event="session.end", sid=session)
    agent.stop()


@pytest.fixture
def full_disk(place):
    """Makes the directory of unsent recordings unwritable."""
    directory = place.data_dir / "log" / "upload" / "streaming" / "default"
    directory.rename(directory.with_name("aside"))
    directory.write_text("")
    yield
    directory.unlink()
    directory.with_name("aside").rename(directory)


def test_strict_sessions_need_a_recording(place, person, full_disk, tmp_path):
    done = run_on_terminal(person, "echo in")
    assert done.code == 0 and "in" in done.out and "not recorded" in done.out
    strict = Tsh(place, tmp_path)
    strict.login(place.add_user("strict", "careful"))
    done = run_on_terminal(strict, "echo in")
    assert done.code == CONNECTION_FAILED, done
    assert "record_session: strict" in done.out
    # A session without a terminal has no recording.
    assert strict("ssh", f"{LOGIN}@localhost", "echo in").out == "in\n"


def run_on_terminal(person, command):
    return Terminal([person.path, "ssh", "-t", f"{LOGIN}@localhost", command], person.env).finish()


def test_a_cluster_that_records_nothing(place, person):
    place.create("""
        kind: session_recording_config
        version: v2
        metadata: {name: session-recording-config}
        spec: {mode: "off"}
        """, "-f")
    try:
        session, _ = record(person, "true")
        place.wait_for_events(event="session.end", sid=session)
        assert person("play", session, ok=False).code == NOT_FOUND
    finally:
        place.tctl("rm", "session_recording_config")


def test_sync_modes(place, person, far):
    place.create("""
        kind: session_recording_config
        version: v2
        metadata: {name: session-recording-config}
        spec: {mode: node-sync}
        """, "-f")
    try:
        session, _ = record(person, "echo at-once", node="far")
        recording(place, session)
        assert "at-once" in person("play", session, "--format=text").out
    finally:
        place.tctl("rm", "session_recording_config")


@pytest.mark.parametrize("words, code", [
    (("play", "no-uuid"), BAD_PARAMETER),
    (("recordings", "ls", "--last=1h", "--from-utc=2020-01-01"), 2),
    (("recordings", "ls", "--limit=none"), BAD_PARAMETER),
    (("recordings", "ls", "--from-utc=yesterday"), BAD_PARAMETER),
])
def test_invalid_arguments(person, words, code):
    done = person(*words, ok=False)
    assert done.code == code, done
    assert done.out == "" and len(done.err.splitlines()) <= 2
