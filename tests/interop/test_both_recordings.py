"""Tests of both clients with recordings of our nodes and Teleport's (REFERENCE_BIN): lists, and playing."""

import getpass
import json
import os

import pytest

from harness import REFERENCE_BIN, Cluster, Tsh, started
from processes import Terminal, wait_for
from reference_cluster import ReferenceNodes
from test_recordings import open_session, role

pytestmark = [pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set"),
              pytest.mark.skipif(os.getuid() != 0, reason="nodes of Teleport need root")]

LOGIN = getpass.getuser()
UPLOAD_TIMEOUT = 60  # a node of Teleport looks for finished recordings every few seconds


@pytest.fixture(scope="module", params=["ours", "Teleport's"])
def place(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("cluster")
    cluster = (Cluster(directory, ssh="enabled: yes\n") if request.param == "ours"
               else ReferenceNodes(directory, "localhost", {"env": "dev"}))
    with started(cluster) as running:
        running.create(role("shells"), "-f")
        yield running


def machine_of(place, directory, reference, user):
    machine = Tsh(place, directory, reference=reference)
    machine.login(user)
    return machine


@pytest.fixture(scope="module")
def user(place):
    return place.add_user("rec", "shells")


@pytest.fixture(scope="module")
def ours(place, user, tmp_path_factory):
    return machine_of(place, tmp_path_factory.mktemp("ours"), False, user)


@pytest.fixture(scope="module")
def theirs(place, user, tmp_path_factory):
    return machine_of(place, tmp_path_factory.mktemp("theirs"), True, user)


@pytest.fixture(scope="module")
def session(place, ours):
    """Returns the id of a finished session whose recording is in the list."""
    terminal, session = open_session(ours)
    terminal.type("printf 'some \\316\\261\\033[1mbold\\033[0m text\\n'; exit\n")
    terminal.finish()
    wait_for((place.data_dir / "log" / "records" / f"{session}.tar").exists, UPLOAD_TIMEOUT, "the recording")
    wait_for(lambda: session in ours("recordings", "ls").out, what="the session in the list")
    return session


def test_lists_are_the_same(ours, theirs, session):
    listed = json.loads(ours("recordings", "ls", "--format=json").out)
    assert listed == json.loads(theirs("recordings", "ls", "--format=json").out)
    assert session in [event["sid"] for event in listed]
    assert ours("recordings", "ls").out.split() == theirs("recordings", "ls").out.split()


def test_events_are_the_same(ours, theirs, session):
    events = json.loads(ours("play", session, "--format=json").out)
    assert events == json.loads(theirs("play", session, "--format=json").out)
    assert events[0]["event"] == "session.start"
    assert {event["event"] for event in events[-2:]} == {"session.leave", "session.end"}


def test_text_is_the_same(ours, theirs, session):
    text = ours("play", session, "--format=text").out
    assert text == theirs("play", session, "--format=text").out
    assert "some α" in text


@pytest.mark.parametrize("client", ["ours", "theirs"])
def test_a_recording_plays_on_a_terminal(request, client, session):
    machine = request.getfixturevalue(client)
    done = Terminal([machine.path, "play", "--speed=8x", session], {**machine.env, "TERM": "xterm"}).finish(60)
    assert done.code == 0 and "bold" in done.out, done


def test_files_are_the_same(place, ours, theirs, session):
    path = place.data_dir / "log" / "records" / f"{session}.tar"
    text = ours("play", path, "--format=text").out
    assert text == ours("play", session, "--format=text").out
    events = json.loads(ours("play", path, "--format=json").out)
    # Teleport's tsh writes a sequence of JSON texts instead of a list.
    theirs_text = theirs("play", path, "--format=json").out
    decoder, found = json.JSONDecoder(), []
    while theirs_text.strip():
        event, end = decoder.raw_decode(theirs_text.strip())
        found.append(event)
        theirs_text = theirs_text.strip()[end:]
    found = found[0] if len(found) == 1 and isinstance(found[0], list) else found
    for event in found:
        event.pop("uid", None)
    assert events == found


def test_a_session_of_another_user_is_denied(place, session, tmp_path):
    other = place.add_user("other", "shells")
    for reference in (False, True):
        machine = machine_of(place, tmp_path / str(reference), reference, other)
        assert session not in machine("recordings", "ls", "--format=json").out
        done = machine("play", session, "--format=text", ok=False)
        assert done.code != 0 and done.out == "" and "denied" in done.err, done
