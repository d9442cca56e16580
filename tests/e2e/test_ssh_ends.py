"""Tests of sessions that the cluster ends, and of the messages to the users."""

import getpass
import subprocess
import time

import pytest

from harness import Background, Cluster, Tsh, started

pytestmark = pytest.mark.long

LOGIN = getpass.getuser()
ROLE = """
kind: role
version: v7
metadata: {{name: {name}}}
spec:
  options: {{{options}}}
  allow:
    logins: [{login}]
    node_labels: {{'*': '*'}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")) as running:
        yield running


@pytest.fixture
def log_in(place, tmp_path):
    """Returns a function that adds a user whose role has these options, and logs the user in."""
    def machine(name, options):
        place.create(ROLE.format(name=name, options=options, login=LOGIN), "-f")
        person = Tsh(place, tmp_path)
        person.login(place.add_user(f"user-{name}", name))
        return person
    return machine


@pytest.mark.parametrize("name, options, command, reason", [
    ("idle", "client_idle_timeout: 3s", "echo begun; sleep 60", "idle for too long"),
    ("busy", "client_idle_timeout: 3s", "while echo begun; do sleep 1; done", "idle for too long"),
    ("short", "disconnect_expired_cert: true, max_session_ttl: 20s", "echo begun; sleep 60", "login has expired"),
])
def test_a_session_ends_and_says_why(place, log_in, tmp_path, name, options, command, reason):
    """A user is idle without input, also while a program prints output."""
    person = log_in(name, options)
    session = Background([person.path, "ssh", f"{LOGIN}@localhost", command], person.env, tmp_path / "session.log")
    with session:
        session.wait_for_output("begun")
        begin = time.monotonic()
        assert session.process.wait(timeout=40) == 255
        assert time.monotonic() - begin > 1
        assert reason in session.output()
    event = place.wait_for_events(event="client.disconnect", user=f"user-{name}")[0]
    assert event["code"] == "T3006I" and reason in event["reason"]


def test_a_typing_user_is_not_idle(log_in, tmp_path):
    person = log_in("typing", "client_idle_timeout: 3s")
    words = [person.path, "ssh", f"{LOGIN}@localhost", "cat"]
    with subprocess.Popen(words, env=person.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        for number in range(8):
            session.stdin.write(f"{number}\n")
            session.stdin.flush()
            assert session.stdout.readline() == f"{number}\n"
            time.sleep(1)
        session.stdin.close()
        assert session.wait(timeout=20) == 0
