"""Tests of a cluster and a node on separate machines, also when the network, a program or the disk fails."""

import getpass
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from harness import Cluster, Tsh, assert_plain, started
from machines import filled, network, small_disk
from nodes import Agent
from processes import Terminal, run, wait_for
from test_recordings import open_session, recording, role, spool

pytestmark = pytest.mark.long

LOGIN = getpass.getuser()
CONNECTION_FAILED = 255
OUTAGE_S = 30
SOON = 120  # an agent tries to connect, and to send recordings, at least twice a minute; the machine may be slow
SEEN = pathlib.Path("/sys/class/net")  # the network interfaces of the machine that a command runs on


@pytest.fixture(scope="module")
def net():
    with network() as built:
        yield built


@pytest.fixture(scope="module")
def place(net, tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), host=net.address, wrapper=net.cluster.wrapper)
    with started(cluster) as running:
        running.create(role("shells"), "-f")
        running.create(role("careful", "strict"), "-f")
        yield running


def log_in(place, directory, name, roles):
    machine = Tsh(place, directory)
    machine.login(place.add_user(name, roles))
    return machine


@pytest.fixture(scope="module")
def person(place, tmp_path_factory):
    return log_in(place, tmp_path_factory.mktemp("person"), "dan", "shells")


@pytest.fixture(scope="module")
def far(net, place, tmp_path_factory):
    agent = Agent(place, tmp_path_factory.mktemp("far"), wrapper=net.node.wrapper).start()
    yield agent
    agent.stop()


@pytest.fixture(scope="module")
def openssh_config(person):
    path = person.home / "ssh_config"
    path.write_text(person("config").out)
    return path


def start_again(agent):
    """Starts an agent again, without a token as systemd does."""
    agent.start([word for word in agent.pasted_command() if not word.startswith("--token=")])


def waiting(agent):
    """Returns the recordings that the agent has not sent yet."""
    return [path for path in spool(agent.directory / "data") if path.suffix == ".events"]


def reached_again(person, node="far"):
    wait_for(lambda: person("ssh", f"{LOGIN}@{node}", "echo ba''ck", ok=False, timeout=SOON).out == "back\n", SOON,
             "the node again")


def assert_one_message(text, *words):
    """Checks that a text has one message of tsh, with these words."""
    assert text.count("tsh: ") == 1 and all(word in text for word in words), text
    assert_plain(text)


def say(terminal, word):
    """Prints a word; the command line does not have it, so that the test sees only the output."""
    terminal.type(f"echo {word[0]}''{word[1:]}\n")
    assert terminal.wait_for(word, SOON), terminal.seen


def assert_recorded(place, person, session, *words):
    recording(place, session, SOON)
    played = person("play", session, "--format=text").out
    assert all(word in played for word in words), played
    assert json.loads(person("play", session, "--format=json").out)[-1]["event"] == "session.end"


def test_the_node_has_a_separate_network(net, person, far):
    """The node's machine has no interface but the cable to the cluster."""
    there = person("ssh", f"{LOGIN}@far", f"ls {SEEN}").out.split()
    assert sorted(there) == ["lo", f"{net.cable}2"]


def test_the_node_is_listed(person, far):
    (node,) = json.loads(person("ls", "--format=json").out)
    assert (node["spec"]["hostname"], node["spec"]["use_tunnel"]) == ("far", True)
    assert node["metadata"]["labels"] == {"environment": "dev"}


def test_commands_and_files(person, far, tmp_path):
    assert person("ssh", f"{LOGIN}@far", "exit 44", ok=False).code == 44
    (tmp_path / "large").write_bytes(os.urandom(3_000_000))
    person("scp", tmp_path / "large", f"{LOGIN}@far:{tmp_path}/there")
    person("scp", f"{LOGIN}@far:{tmp_path}/there", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == (tmp_path / "large").read_bytes()


def test_openssh(net, person, far, openssh_config, tmp_path):
    host = f"{LOGIN}@far.{person.cluster.name}"
    done = run(["ssh", "-F", openssh_config, host, f"ls {SEEN}; exit 7"], person.env)
    assert (done.code, f"{net.cable}2" in done.out) == (7, True), done
    (tmp_path / "file").write_text("content\n")
    run(["scp", "-F", openssh_config, tmp_path / "file", f"{host}:{tmp_path}/copy"], person.env).ok()
    assert (tmp_path / "copy").read_text() == "content\n"


@pytest.fixture(scope="session")
def ansible():
    """Installs ansible-core from PyPI, for this and later runs of the tests; returns the program's path."""
    directory = pathlib.Path(tempfile.gettempdir()) / f"ansible-for-tests-{os.getuid()}"
    program = directory / "bin" / "ansible"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", directory], check=True, capture_output=True)
        done = subprocess.run([directory / "bin" / "pip", "install", "-q", "ansible-core"], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"ansible-core cannot be had from PyPI: {done.stderr.strip()[-300:]}")
    return program


def test_ansible(person, far, openssh_config, ansible, tmp_path):
    inventory = tmp_path / "inventory"
    inventory.write_text(f"far.{person.cluster.name} ansible_user={LOGIN} ansible_python_interpreter=/usr/bin/python3\n")
    env = {**person.env, "LANG": "C.UTF-8", "ANSIBLE_SSH_ARGS": f"-F {openssh_config}", "ANSIBLE_NOCOLOR": "1",
           "ANSIBLE_LOCAL_TEMP": str(tmp_path), "ANSIBLE_REMOTE_TEMP": str(tmp_path / "there")}
    done = run([ansible, "all", "-i", inventory, "-m", "ping"], env, timeout=SOON).ok()
    assert "SUCCESS" in done.out and '"ping": "pong"' in done.out
    done = run([ansible, "all", "-i", inventory, "-m", "command", "-a", f"ls {SEEN}"], env, timeout=SOON).ok()
    assert f"{person.cluster.name} | CHANGED" in done.out


def test_the_cable_is_out_for_a_while(net, place, person, far):
    """A session continues after an outage, its output comes late, and the recording is complete."""
    terminal, session = open_session(person, "far")
    say(terminal, "before")
    terminal.type("sleep 5; echo mean''while\n")
    net.cut()
    time.sleep(OUTAGE_S)  # the outage
    net.mend()
    assert terminal.wait_for("meanwhile", SOON), terminal.seen
    say(terminal, "after")
    terminal.type("exit 7\n")
    assert terminal.finish(SOON).code == 7
    reached_again(person)
    assert_recorded(place, person, session, "before", "meanwhile", "after")


def test_a_command_during_an_outage(net, person, far):
    """tsh waits for its timeout, and prints one message."""
    net.cut()
    try:
        done = person("ssh", f"{LOGIN}@far", "true", ok=False, timeout=SOON)
    finally:
        net.mend()
    assert done.code == CONNECTION_FAILED
    assert_one_message(done.err, "far")
    reached_again(person)


def test_the_cluster_is_killed(place, person, far):
    terminal, session = open_session(person, "far")
    say(terminal, "before")
    place.kill()
    done = terminal.finish(SOON)
    assert done.code == CONNECTION_FAILED
    assert_one_message(done.out, "proxy")
    done = person("ssh", f"{LOGIN}@far", "true", ok=False)
    assert done.code == CONNECTION_FAILED
    assert_one_message(done.err, "the connection was refused")
    place.start()
    reached_again(person)
    assert_recorded(place, person, session, "before")


def children(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(child) for child in listed.split()]


def test_a_session_ends_when_its_processes_end_at_the_same_time(place, person, far):
    """The busy agent reads the last message of the session's runner and the ends of the runner and of sshd at once."""
    terminal, session = open_session(person, "far")
    say(terminal, "before")
    runner = [pid for pid in children(far.pid) if b"ssh-session" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
    sshd = [pid for pid in children(far.pid) if pid not in runner]
    while below := [child for pid in sshd for child in children(pid)]:
        sshd = below  # at the end: the process in the place of the user's shell
    (shell,) = children(*runner)
    (shown,) = sshd
    far.suspend()
    try:
        os.kill(shell, signal.SIGKILL)
        wait_for(lambda: not pathlib.Path(f"/proc/{runner[0]}/cmdline").read_bytes(), what="the end of the runner")
        os.kill(shown, signal.SIGKILL)
        wait_for(lambda: not children(far.pid) or not pathlib.Path(f"/proc/{shown}/cmdline").exists(),
                 what="the end of sshd's process")
    finally:
        far.resume()
    assert terminal.finish(SOON).code != 0
    assert place.wait_for_events(event="session.end", sid=session)
    assert_recorded(place, person, session, "before")


def test_the_node_is_killed(net, place, person, tmp_path):
    """The cluster reports the node as offline, and the node returns without a token."""
    agent = Agent(place, tmp_path, "frail", wrapper=net.node.wrapper).start()
    terminal, session = open_session(person, "frail")
    say(terminal, "before")
    agent.kill()
    assert terminal.finish(SOON).code == CONNECTION_FAILED
    done = wait_for(lambda: (lambda one: "offline" in one.err and one)(
        person("ssh", f"{LOGIN}@frail", "true", ok=False)), SOON, "an offline node")
    assert done.code == CONNECTION_FAILED
    assert_one_message(done.err, "frail")
    start_again(agent)
    reached_again(person, "frail")
    assert_recorded(place, person, session, "before")
    agent.stop()


@pytest.fixture(scope="module")
def small_node(net, place, tmp_path_factory):
    """Starts a node with a small disk."""
    directory = tmp_path_factory.mktemp("small")
    with small_disk(directory / "data"):
        agent = Agent(place, directory, "small", wrapper=net.node.wrapper).start()
        yield agent
        agent.stop()


@pytest.fixture
def small(small_node):
    """Returns the node with a small disk after it has sent all recordings, which would free room later."""
    wait_for(lambda: not waiting(small_node), what="an empty spool")
    return small_node


@pytest.fixture(scope="module")
def strict(place, tmp_path_factory):
    return log_in(place, tmp_path_factory.mktemp("strict"), "eve", "careful")


NO_SPACE = "No space left on device"
FILL = "head -c 100000 /dev/urandom | base64; echo af''ter; exit 7\n"  # more than the last free bytes of the disk


def test_the_disk_fills_up_during_a_session(place, person, small):
    """The session continues, and the user gets one warning."""
    terminal, session = open_session(person, "small")
    say(terminal, "before")
    with filled(small.directory / "data"):
        terminal.type(FILL)
        done = terminal.finish(SOON)
    assert done.code == 7 and "after" in done.out
    assert len(re.findall(f"warning: this session is not recorded from here on: .*{NO_SPACE}", done.out)) == 1
    recording(place, session, SOON)


def test_the_disk_fills_up_during_a_strict_session(place, strict, small):
    """The session ends with the reason, and the user sees no unrecorded output."""
    terminal, session = open_session(strict, "small")
    say(terminal, "before")
    with filled(small.directory / "data"):
        terminal.type(FILL)
        done = terminal.finish(SOON)
    assert done.code == CONNECTION_FAILED and "after" not in done.out
    assert len(re.findall(rf"\(record_session: strict\), and the recording failed: .*{NO_SPACE}", done.out)) == 1
    recording(place, session, SOON)


def run_on_terminal(person, command):
    return Terminal([person.path, "ssh", "-t", f"{LOGIN}@small", command], person.env).finish(SOON)


def test_a_strict_session_on_a_full_disk(strict, small):
    with filled(small.directory / "data"):
        done = run_on_terminal(strict, "echo i''n")
        assert done.code == CONNECTION_FAILED and "record_session: strict" in done.out and NO_SPACE in done.out
        assert_plain(done.out)
        assert strict("ssh", f"{LOGIN}@small", "echo in").out == "in\n"  # without a terminal there is no recording
    assert run_on_terminal(strict, "echo i''n; exit 7").code == 7


def test_the_recorded_part_of_a_session_is_played_to_its_user(place, person, strict, small):
    for who in (person, strict):
        terminal, session = open_session(who, "small")
        say(terminal, "before")
        with filled(small.directory / "data"):
            terminal.type(FILL)
            terminal.finish(SOON)
        recording(place, session, SOON)
        assert "before" in who("play", session, "--format=text").out


def test_a_session_on_a_full_disk(person, small):
    """The session runs without a recording, and the user gets a warning."""
    with filled(small.directory / "data"):
        done = run_on_terminal(person, "echo i''n; exit 7")
    assert done.code == 7 and "in\r\n" in done.out
    assert len(re.findall(f"warning: this session is not recorded from here on: .*{NO_SPACE}", done.out)) == 1


def test_a_user_on_a_killed_node_gets_a_message(net, place, person, tmp_path):
    agent = Agent(place, tmp_path, "brittle", wrapper=net.node.wrapper).start()
    terminal, _ = open_session(person, "brittle")
    agent.kill()
    done = terminal.finish(SOON)
    assert done.code == CONNECTION_FAILED
    assert_one_message(done.out, "brittle")


def test_a_session_that_could_not_begin_leaves_nothing(strict, small):
    before = set(spool(small.directory / "data"))
    with filled(small.directory / "data"):
        run_on_terminal(strict, "true")
    wait_for(lambda: not waiting(small), what="an empty spool")
    assert set(spool(small.directory / "data")) == before
