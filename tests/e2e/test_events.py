"""Tests of tctl events ls: the audit log by time, type and user, page by page."""

import json

import pytest

from tctl_ways import DENIED, FAILED, Tctl


def events(tctl, *words):
    return json.loads(tctl("events", "ls", "--format=json", *words).out)


@pytest.fixture
def roles(cluster, name):
    """Creates five roles, which the audit log records; returns their names."""
    names = [f"{name}-{number}" for number in range(5)]
    cluster.create("---\n".join(f"{{kind: role, version: v7, metadata: {{name: {role}}}, spec: {{}}}}\n" for role in names))
    return names


def names_of(found, roles):
    return [event["name"] for event in found if event.get("name") in roles]


def test_newest_first_and_oldest_first(cluster, roles):
    found = names_of(events(cluster.tctl, "--type=role.created", "--limit=100"), roles)
    assert sorted(found) == roles
    assert names_of(events(cluster.tctl, "--type=role.created", "--limit=10000", "--order=asc"), roles) == found[::-1]


def test_whole_events(cluster, roles):
    shown = [event for event in events(cluster.tctl, "--type=role.created", "--limit=100") if event["name"] in roles]
    assert shown == [event for event in cluster.events(event="role.created")[::-1] if event["name"] in roles]
    assert {event["code"] for event in shown} == {"T9000I"}


def test_pages_by_cursor(cluster, roles):
    seen, cursor = [], []
    for _ in range(3):
        done = cluster.tctl("events", "ls", "--type=role.created", "--format=json", "--limit=2", *cursor)
        seen += json.loads(done.out)
        cursor = [word for word in done.err.split() if word.startswith("--cursor=")]
        assert len(cursor) == 1
    whole = events(cluster.tctl, "--type=role.created", "--limit=6")
    assert seen == whole and len(seen) == 6


def test_the_end_has_no_cursor(cluster, roles):
    done = cluster.tctl("events", "ls", "--type=role.created", "--limit=100000", "--format=json")
    assert "--cursor" not in done.err and len(json.loads(done.out)) >= 5


def test_of_a_user(cluster, make_user, tsh):
    user = make_user()
    tsh.login(user)
    cluster.wait_for_events(event="user.login", user=user.name)
    found = events(cluster.tctl, f"--user={user.name}", "--type=user.login,cert.create")
    assert {event["user"] for event in found} == {user.name}
    assert [event["code"] for event in found if event["event"] == "user.login"] == ["T1000I"]


def test_text(cluster, roles):
    out = cluster.tctl("events", "ls", "--type=role.created", "--limit=3").out
    assert out.splitlines()[0].split() == ["Time", "Code", "Event", "User", "Subject", "Error"]
    assert len(out.splitlines()) == 5 and "T9000I" in out


def test_windows(cluster, roles):
    assert events(cluster.tctl, "--from=2020-01-01T00:00:00Z", "--to=2020-01-02T00:00:00Z") == []
    assert names_of(events(cluster.tctl, "--from=10m", "--type=role.created", "--limit=100"), roles)


@pytest.mark.parametrize("words,said", [
    (["--from=yesterday"], "--from"), (["--to=1h", "--from=1m"], "--to is before"), (["--limit=0"], "--limit"),
    (["--limit=x"], "--limit"), (["--cursor=abc"], "start key")])
def test_mistakes(cluster, words, said):
    done = cluster.tctl("events", "ls", *words, ok=False)
    assert done.code == FAILED and said in done.err and not done.out


def test_needs_the_right(cluster, make_user, tsh):
    tsh.login(make_user())
    assert Tctl(cluster, [], tsh.env)("events", "ls", ok=False).code == DENIED
