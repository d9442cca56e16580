"""Tests of agents that restart or reconnect: a renamed host gets a new certificate, and agents learn new user
authorities."""

import contextlib
import getpass
import sqlite3

from harness import wait_for
from nodes import Agent
# pylint: disable=unused-import,redefined-outer-name
from test_agents import person, place  # noqa: F401

LOGIN = getpass.getuser()


def without_token(agent):
    return [word for word in agent.pasted_command() if not word.startswith("--token=")]


def test_a_host_with_another_name_gets_a_certificate_for_it(place, person, tmp_path):
    agent = Agent(place, tmp_path, "before").start()
    identity = tmp_path / "data" / "agent_identity"
    first = identity.read_bytes()
    agent.stop()
    agent.name = "after"
    agent.start(without_token(agent))
    try:
        second = identity.read_bytes()
        assert second != first and b"PRIVATE KEY" in second
        assert identity.stat().st_mode & 0o777 == 0o600
        # ssh checks the host's certificate for the new name.
        assert person("ssh", f"{LOGIN}@after", "echo in").out == "in\n"
        agent.stop()
        agent.start(without_token(agent))
        assert identity.read_bytes() == second
    finally:
        agent.stop()


def test_an_agent_learns_of_other_authorities_when_it_comes_back(place, person, tmp_path):
    agent = Agent(place, tmp_path, "learns").start()
    try:
        assert person("ssh", f"{LOGIN}@learns", "echo in").out == "in\n"
        place.kill()
        with contextlib.closing(sqlite3.connect(place.database)) as database, database:
            gone = database.execute("delete from items where key like '%cert_authority/user%'")
            assert gone.rowcount == 1
        place.start()
        person("logout")
        person.login(person.user)
        wait_for(lambda: person("ssh", f"{LOGIN}@learns", "echo again", ok=False).out == "again\n", 30, "the node again")
    finally:
        agent.stop()
