"""Tests of labels that an administrator adds to a running node (kind server_info): they have effect within seconds."""

import getpass
import json

import pytest

from harness import Cluster, Tsh, started, wait_for
from nodes import Agent

LOGIN = getpass.getuser()
ROLE = f"""
kind: role
version: v7
metadata: {{name: red}}
spec:
  allow:
    logins: [{LOGIN}]
    node_labels: {{dynamic/team: red}}
"""


@pytest.fixture(name="place", scope="module")
def fixture_place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(name="person", scope="module")
def fixture_person(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.login(place.add_user("dan", "red"))
    return machine


@pytest.fixture(name="far", scope="module")
def fixture_far(place, tmp_path_factory):
    agent = Agent(place, tmp_path_factory.mktemp("far")).start()
    yield agent
    agent.stop()


def server_info(name, **labels):
    return json.dumps({"kind": "server_info", "version": "v1", "metadata": {"name": name},
                       "spec": {"new_labels": labels}})


def give(place, name, **labels):
    place.tctl("create", "-f", stdin=server_info(name, **labels))


def labels_seen(machine):
    return [node["metadata"]["labels"] for node in json.loads(machine("ls", "--format=json").out)]


def test_labels_are_given_changed_and_taken(place, person, far):
    node = json.loads(place.tctl("get", "node", "--format=json").out)[0]["metadata"]["name"]
    assert labels_seen(person) == []
    assert person("ssh", f"{LOGIN}@far", "true", ok=False).code != 0

    give(place, f"si-{node}", team="red")
    seen = [{"environment": "dev", "dynamic/team": "red"}]
    wait_for(lambda: labels_seen(person) == seen, 5, "the label")
    assert person("ssh", f"{LOGIN}@far", "echo in").out == "in\n"
    assert "dynamic/team=red" in person("ls").out
    assert "dynamic/team=red" in place.tctl("get", f"server_info/si-{node}", "--format=text").out
    assert person("ssh", f"{LOGIN}@dynamic/team=red", "echo by label").out.endswith("by label\n")

    # The labels remain when the agent announces itself again.
    far.stop()
    far.start([word for word in far.pasted_command() if not word.startswith("--token=")])
    assert labels_seen(person) == seen

    give(place, f"si-{node}", team="blue")
    wait_for(lambda: labels_seen(person) == [], 5, "the other label")
    assert person("ssh", f"{LOGIN}@far", "true", ok=False).code != 0

    give(place, f"si-{node}", team="red")
    wait_for(lambda: labels_seen(person) == seen, 5, "the label again")
    place.tctl("rm", f"server_info/si-{node}")
    wait_for(lambda: labels_seen(person) == [], 5, "no label")
    assert json.loads(place.tctl("get", "node", "--format=json").out)[0]["metadata"]["labels"] == {"environment": "dev"}


def test_all_are_listed(place):
    place.tctl("create", stdin="\n---\n".join(server_info(f"si-{number:03}", number=str(number))
                                             for number in range(300)))
    infos = json.loads(place.tctl("get", "server_info", "--format=json").out)
    assert [info["metadata"]["name"] for info in infos] == [f"si-{number:03}" for number in range(300)]
    assert infos[7]["spec"] == {"new_labels": {"dynamic/number": "7"}}
