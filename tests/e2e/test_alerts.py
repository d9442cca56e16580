"""Tests of cluster alerts: the users who see them, acknowledgements, and the alerts that are refused."""

import json
import re

import pytest

from harness import Tsh
from tctl_ways import CONFLICT, DENIED, FAILED, USAGE, Tctl

ON_LOGIN = "teleport.internal/alert-on-login=yes"
FOR_ALL = "teleport.internal/alert-permit-all=yes"
FOR_JOINERS = "teleport.internal/alert-verb-permit=role:list|token:create"
JOINER = """
    kind: role
    version: v7
    metadata:
      name: alert-joiner
    spec:
      allow:
        rules:
        - resources: [token]
          verbs: [create]
"""
OTHER_LINES = re.compile(r"Password of|Code of")


def alerts_of(done):
    """Returns the alerts that a login printed, in order."""
    return [line for line in done.err.splitlines() if line and not OTHER_LINES.search(line)]


@pytest.fixture(autouse=True)
def silence(local_tctl):
    """Acknowledges all alerts at the end of a test, because alerts cannot be removed."""
    yield
    local_tctl("alerts", "ack", "--clear", "*")
    for row in local_tctl.json("alerts", "ls"):
        local_tctl("alerts", "ack", row["metadata"]["name"], "--reason=end of a test", "--ttl=24h")


@pytest.fixture
def create(tctl):
    """Returns a function that creates an alert and returns its ID."""
    return lambda *words: tctl.json("alerts", "create", *words)["metadata"]["name"]


def shown(tctl, *words):
    return [row["metadata"]["name"] for row in tctl.json("alerts", "ls", *words)]


def test_create_says_what_was_created(tctl):
    out = tctl("alerts", "create", "made as text", "--severity=medium", "--ttl=90m").out
    name = re.fullmatch(r'Created an alert with ID "([0-9a-f-]{36})"\.\n', out).group(1)
    (row,) = [row for row in tctl.json("alerts", "ls") if row["metadata"]["name"] == name]
    assert row["kind"] == "cluster_alert" and row["version"] == "v1"
    assert row["spec"]["message"] == "made as text" and row["spec"]["severity"] == 5
    assert row["metadata"]["labels"] == dict(label.split("=") for label in (ON_LOGIN, FOR_ALL))
    (line,) = [line for line in tctl("alerts", "ls").out.splitlines() if line.startswith(name)]
    assert re.fullmatch(rf"{name} +MEDIUM +1h(30|29)m0s +made as text *", line)


def test_ls_sorts_filters_and_has_columns(tctl, create, name):
    low = create("low", f"--labels=e2e={name}")
    high = create("high", f"--labels=e2e={name},other=1", "--severity=high")
    newer = create("newer", f"--labels=e2e={name}")
    assert shown(tctl, f"--labels=e2e={name}") == [high, newer, low]
    assert shown(tctl, f"--labels=e2e={name},other=1") == [high]
    assert shown(tctl, "--labels=e2e=none") == []
    assert tctl("alerts", "ls", "--labels=e2e=none").out == "no alerts\n"
    header = tctl("alerts", "ls", f"--labels=e2e={name}").out.splitlines()[0]
    assert header.split() == "ID Severity Expires In Message".split()
    header, _, first = tctl("alerts", "ls", "-v", f"--labels=e2e={name}").out.splitlines()[:3]
    assert header.split() == "ID Severity Expires In Message Created Labels".split()
    assert first.split()[-1] == f"e2e={name},other=1"
    assert tctl("alerts", "ls", f"--labels=e2e={name}", "--format=yaml").out.count("\n---\n") == 2
    assert shown(tctl, f"--labels=e2e={name}") == [row["metadata"]["name"]
                                                for row in json.loads(tctl("alert", "list", f"--labels=e2e={name}",
                                                                           "--format=json").out)]


def test_acknowledge(tctl, create, name):
    first, second = (create(message, f"--labels=e2e={name}") for message in ("first", "second"))
    ack = tctl.json("alerts", "ack", first, "--reason=seen by me", "--ttl=2h")
    assert ack["alert_id"] == first and ack["reason"] == "seen by me" and ack["expires"].endswith("Z")
    assert shown(tctl, f"--labels=e2e={name}") == [second]
    assert sorted(shown(tctl, f"--labels=e2e={name}", "--verbose")) == sorted([first, second])
    assert [row for row in tctl.json("alerts", "ack", "ls") if row["alert_id"] == first] == [ack]
    (line,) = [line for line in tctl("alerts", "ack", "ls").out.splitlines() if line.startswith(first)]
    assert "seen by me" in line and line.split()[-1] == ack["expires"]
    again = tctl("alerts", "ack", first, "--reason=again", ok=False)
    assert again.code == CONFLICT and f"tctl alerts ack --clear {first}" in again.err
    assert f'"{first}"' in tctl("alerts", "ack", first, "--clear").out
    assert tctl.json("alerts", "ack", "--clear", first) == {"alert_id": first}
    assert sorted(shown(tctl, f"--labels=e2e={name}")) == sorted([first, second])
    out = tctl("alerts", "ack", second, "--reason=text").out
    assert "24h0m0s" in out and second in out
    tctl("alerts", "ack", "--clear", "*")
    assert tctl.json("alerts", "ack", "ls") == []


@pytest.mark.parametrize("words,code", [
    (["create"], USAGE), (["create", "m", "--severity=worst"], USAGE), (["create", "m", "--ttl=soon"], FAILED),
    (["create", "m", "--ttl=0"], FAILED), (["create", "m", "--ttl=-1h"], FAILED), (["create", "two\nlines"], FAILED),
    (["create", "\x1b[31mred"], FAILED), (["create", ""], FAILED), (["create", "m", "--labels=A=b"], FAILED),
    (["create", "m", "--labels=a=B"], FAILED), (["create", "m", "--labels=a"], FAILED),
    (["create", "m", "--labels=teleport.internal/link=https://example.com"], FAILED),
    (["ack", "x"], USAGE), (["ack", "x", "--reason=two\nlines"], FAILED), (["ack", "x", "--reason="], USAGE),
    (["ack", "../x", "--reason=y"], FAILED), (["ack", "x", "--reason=y", "--ttl=0"], FAILED), (["ack"], USAGE)],
    ids=repr)
def test_refused(local_tctl, words, code):
    before = local_tctl.json("alerts", "ls", "-v"), local_tctl.json("alerts", "ack", "ls")
    done = local_tctl("alerts", *words, ok=False)
    assert done.code == code and not done.out, done
    assert (local_tctl.json("alerts", "ls", "-v"), local_tctl.json("alerts", "ack", "ls")) == before


def test_login_shows_what_is_meant_for_the_user(cluster, local_tctl, make_user, tmp_path):
    cluster.create(JOINER, "-f")
    for words in (["for everybody"], ["for joiners", f"--labels={ON_LOGIN},{FOR_JOINERS}"],
                  ["not at a login", f"--labels={FOR_ALL}"], ["for nobody", f"--labels={ON_LOGIN}"],
                  ["severe", "--severity=high"]):
        local_tctl("alerts", "create", *words)
    member = Tsh(cluster, tmp_path / "member")
    done = member.login(make_user())
    assert alerts_of(done) == ["alert (high): severe", "alert: for everybody"]
    joiner = Tsh(cluster, tmp_path / "joiner")
    assert alerts_of(joiner.login(make_user("alert-joiner"))) == ["alert (high): severe", "alert: for joiners",
                                                                  "alert: for everybody"]
    # Later commands print no alerts.
    assert "severe" not in member("status").err and "severe" not in member("kube", "ls").err


def test_json_of_a_login_is_json_alone(cluster, local_tctl, make_user, tmp_path):
    local_tctl("alerts", "create", "beside the JSON", "--severity=medium")
    machine = Tsh(cluster, tmp_path / "json")
    done = machine.login(make_user(), "--format=json")
    assert json.loads(done.out)["active"]["cluster"] == cluster.name
    assert "alert (medium): beside the JSON" in done.err


def test_a_message_cannot_steer_a_terminal(cluster, local_tctl, make_user, tmp_path):
    local_tctl("alerts", "create", "left \u202e right")
    done = Tsh(cluster, tmp_path / "machine").login(make_user())
    assert "alert: left  right" in done.err and "\u202e" not in done.err


def test_an_acknowledged_alert_is_not_shown_at_a_login(cluster, local_tctl, make_user, tmp_path):
    name = local_tctl.json("alerts", "create", "to be silenced")["metadata"]["name"]
    local_tctl("alerts", "ack", name, "--reason=enough")
    assert alerts_of(Tsh(cluster, tmp_path / "machine").login(make_user())) == []


def test_a_member_may_not_write_alerts(cluster, make_user, tmp_path):
    machine = Tsh(cluster, tmp_path / "machine")
    machine.login(make_user())
    member = Tctl(cluster, [], machine.env)
    for words in (["create", "m"], ["ack", "x", "--reason=y"], ["ack", "x", "--clear"], ["ack", "ls"]):
        done = member("alerts", *words, ok=False)
        assert done.code == DENIED and "cluster_alert" in done.err, done


def test_status_shows_what_is_severe(tctl, local_tctl):
    local_tctl("alerts", "create", "harmless")
    local_tctl("alerts", "create", "on fire", "--severity=high")
    done = tctl("status", "--format=json")
    assert json.loads(done.out)["cluster"]
    assert done.err == "alert (high): on fire\n"


def test_alerts_outlive_a_restart_and_end_by_themselves(new_cluster):
    running = new_cluster().start()
    running.tctl("alerts", "create", "kept")
    running.tctl("alerts", "create", "short", "--ttl=1ms")
    running.stop()
    running.start()
    (row,) = json.loads(running.tctl("alerts", "ls", "--format=json").out)
    assert row["spec"]["message"] == "kept"
    running.stop()


def test_alerts_are_resources(tctl, create):
    name = create("as a resource", "--severity=high", "--ttl=1h")
    (found,) = tctl.json("get", f"cluster_alert/{name}")
    assert found["kind"] == "cluster_alert" and found["spec"]["message"] == "as a resource"
    assert found == next(row for row in tctl.json("alerts", "ls") if row["metadata"]["name"] == name)
    assert name in {row["metadata"]["name"] for row in tctl.json("get", "cluster_alerts")}
    (line,) = [line for line in tctl("get", "cluster_alerts", "--format=text").out.splitlines() if name in line]
    assert line.strip().split(maxsplit=2) == [name, "HIGH", "as a resource"]
    found["spec"]["message"] = "as another"
    text = json.dumps(found)
    assert tctl("create", stdin=text, ok=False).code == CONFLICT
    tctl("create", "-f", stdin=text)
    assert "as another" in tctl("alerts", "ls").out
    tctl("alerts", "ack", "--reason", "ls", name)
    assert "as another" not in tctl("alerts", "ls").out
    assert name in tctl("alerts", "ack", "ls").out
