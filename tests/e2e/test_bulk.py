"""Tests of many documents in one file: tctl writes them together and reports them in order."""

import re

import pytest

from tracing import SLOW_SYNC, Trace

MAX_SYNCS = 100


def role(name, login="root"):
    return f"kind: role\nversion: v7\nmetadata: {{name: {name}}}\nspec: {{allow: {{logins: [{login}]}}}}\n"


def user(name, role_name):
    return f"kind: user\nversion: v2\nmetadata: {{name: {name}}}\nspec: {{roles: [{role_name}]}}\n"


@pytest.fixture
def create(cluster, tmp_path):
    def run(documents, *flags, **options):
        path = tmp_path / "many.yaml"
        path.write_text("---\n".join(documents))
        return cluster.tctl("create", *flags, path, **options)
    return run


def test_reports_stand_in_the_order_of_the_documents(create):
    names = [f"ordered-{number}" for number in range(200)]
    lines = create([role(name) for name in names]).out.splitlines()
    assert lines == [f'role "{name}" has been created' for name in names]
    lines = create([role(name, "ubuntu") for name in names], "-f").out.splitlines()
    assert lines == [f'role "{name}" has been updated' for name in names]


def test_documents_that_need_each_other(create):
    pairs = [text for number in range(20) for text in (role(f"needed-{number}"), user(f"needs-{number}", f"needed-{number}"))]
    assert create(pairs).out.count("created") == 40


def test_last_of_one_name_counts(cluster, create):
    create([role("bulk-twice", f"login{number}") for number in range(30)], "-f")
    assert "login29" in cluster.tctl("get", "role/bulk-twice").out


def test_failure_says_how_far_it_came(cluster, create):
    create([role("in-the-way")])
    done = create([role(f"before-{number}") for number in range(10)] + [role("in-the-way"), user("late", "in-the-way")],
                  ok=False)
    assert done.code == 6
    written = re.search(r'"in-the-way" already exists \((\d+) of 12 documents were written\)', done.err)
    assert written, done.err
    there = re.findall(r"before-\d+", cluster.tctl("get", "roles", "--format=text").out)
    assert len(set(there)) == int(written.group(1))
    assert cluster.tctl("get", "user/late", ok=False).code == 5


def test_commits_are_shared(new_cluster):
    running = new_cluster()
    trace = Trace(running, *SLOW_SYNC)
    path = running.directory / "many.yaml"
    path.write_text("---\n".join(role(f"bulk-{number}") for number in range(1000)))
    before = len(trace.syncs(0, float("inf")))
    assert running.tctl("create", path).out.count("created") == 1000
    syncs = len(trace.syncs(0, float("inf"))) - before
    trace.stop()
    assert 0 < syncs <= MAX_SYNCS
