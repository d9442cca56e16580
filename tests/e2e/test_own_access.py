"""Tests of the guards against deleting a role in use, and against removing the caller's own access."""

import pytest

from harness import Tsh
from tctl_ways import FAILED, Tctl


@pytest.fixture
def self_tctl(cluster, name, tmp_path):
    """Returns a tctl of an administrator; the user and its one role have the name of the test."""
    cluster.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{allow: {{rules: "
                   "[{resources: ['*'], verbs: ['*']}]}}}")
    machine = Tsh(cluster, tmp_path / "machine")
    machine.login(cluster.add_user(name, name))
    return Tctl(cluster, [], machine.env)


@pytest.mark.parametrize("words", [["users", "rm", "ME"], ["rm", "user/ME"], ["lock", "--user=ME"], ["lock", "--role=ME"],
                                   ["users", "update", "ME", "--set-roles=auditor"],
                                   ["users", "update", "ME", "--add-roles=auditor", "--remove-roles=ME"]])
def test_own_way_in_stays(self_tctl, cluster, name, words):
    words = [word.replace("ME", name) for word in words]
    done = self_tctl(*words, ok=False)
    assert done.code == FAILED and "your own access" in done.err and "--force" in done.err
    assert self_tctl("get", f"user/{name}").code == 0
    self_tctl(*words, "--force")
    if words[0] == "lock":
        assert self_tctl("get", "users", ok=False).code == 4
        lock = cluster.tctl("get", "locks", "--format=json").out
        assert name in lock


ROLE = "{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {spec}}}"
USER = "{{kind: user, version: v2, metadata: {{name: {name}}}, spec: {{roles: [{role}]}}}}"
READS = "{allow: {rules: [{resources: ['*'], verbs: [list, read]}]}}"
WRITES = "{allow: {rules: [{resources: [user, role], verbs: ['*']}]}}"


@pytest.mark.parametrize("text", [ROLE.format(name="ME", spec=READS), USER.format(name="ME", role="auditor"),
                                  "\n---\n".join([ROLE.format(name="ME", spec=WRITES),
                                                  ROLE.format(name="ME", spec=READS)])],
                         ids=["role", "user", "last-of-two"])
def test_a_file_leaves_the_own_way_in(self_tctl, name, tmp_path, text):
    file = tmp_path / "file.yaml"
    file.write_text(text.replace("ME", name))
    for options in ([], ["--dry-run"]):
        done = self_tctl("create", "-f", *options, file, ok=False)
        assert done.code == FAILED and "your own access" in done.err and "--confirm" in done.err
    assert "verbs:\n      - '*'" in self_tctl("get", f"role/{name}").out
    assert "auditor" not in self_tctl("get", f"user/{name}").out
    self_tctl("create", "-f", "--confirm", file)


def test_a_harmless_file_needs_no_option(self_tctl, cluster, name, tmp_path):
    file = tmp_path / "file.yaml"
    file.write_text("\n---\n".join([ROLE.format(name=f"{name}-2", spec=READS), ROLE.format(name=name, spec=WRITES),
                                    USER.format(name=f"{name}-3", role="auditor")]))
    self_tctl("create", "-f", file)
    # Another role of the same file keeps the access.
    file.write_text("\n---\n".join([ROLE.format(name=f"{name}-2", spec=WRITES), USER.format(name=name, role=f"{name}-2"),
                                    ROLE.format(name=name, spec=READS)]))
    self_tctl("create", "-f", file)


def test_an_edit_leaves_the_own_way_in(self_tctl, name, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nsed -i 's/- {name}$/- auditor/' \"$1\"\n")
    editor.chmod(0o700)
    env = {"EDITOR": str(editor), "TMPDIR": str(tmp_path)}
    done = self_tctl("edit", f"user/{name}", ok=False, **env)
    assert done.code == FAILED and "your own access" in done.err and "--confirm" in done.err
    self_tctl("edit", f"user/{name}", "--confirm", **env)


def test_others_are_not_guarded(self_tctl, cluster, name):
    cluster.add_user(f"{name}-2")
    self_tctl("lock", f"--user={name}-2")
    self_tctl("users", "update", f"{name}-2", "--set-roles=auditor")
    self_tctl("users", "rm", f"{name}-2")
    # Changes that keep the caller's own access need no option.
    self_tctl("users", "update", name, "--add-roles=auditor", "--set-logins=root")
    # The administrator of the host is not a user.
    cluster.tctl("users", "rm", name)


def test_add_and_remove_roles(cluster, name):
    cluster.add_user(name)
    assert "roles: member,auditor" in cluster.tctl("users", "update", name, "--add-roles=auditor").out
    assert "roles: member,auditor" in cluster.tctl("users", "update", name, "--add-roles=auditor,member").out
    assert "roles: auditor,access" in cluster.tctl("users", "update", name, "--remove-roles=member", "--add-roles=access").out
    assert "roles: editor" in cluster.tctl("users", "update", name, "--set-roles=access", "--add-roles=editor",
                                           "--remove-roles=access").out
    done = cluster.tctl("users", "update", name, "--add-roles=nosuch", ok=False)
    assert done.code == 5 and "nosuch" in done.err
    done = cluster.tctl("users", "update", name, "--remove-roles=editor", ok=False)
    assert done.code == FAILED and "at least one role" in done.err
    assert "editor" in cluster.tctl("get", f"user/{name}").out


@pytest.fixture
def needed(cluster, name):
    cluster.create(f"{{kind: role, version: v7, metadata: {{name: {name}}}, spec: {{}}}}")

    def refused_by(who):
        done = cluster.tctl("rm", f"role/{name}", ok=False)
        assert done.code == FAILED and f"still in use by {who}" in done.err
        assert cluster.tctl("get", f"role/{name}").code == 0
    return refused_by


def test_role_of_a_user(cluster, needed, name):
    cluster.add_user(f"{name}-user", name)
    needed(f'a user: "{name}-user"')
    cluster.tctl("users", "rm", f"{name}-user")
    cluster.tctl("rm", f"role/{name}")


def test_role_of_a_bot(cluster, needed, name):
    cluster.tctl("bots", "add", f"{name}-bot", f"--roles={name}")
    needed(f'a bot: "{name}-bot"')
    cluster.tctl("bots", "rm", f"{name}-bot")
    cluster.tctl("rm", f"role/{name}")


def test_role_of_a_connector(cluster, needed, name):
    cluster.create("kind: github\nversion: v3\nmetadata: {name: needing}\nspec:\n  client_id: a\n  client_secret: b\n"
                   "  redirect_url: https://localhost/callback\n  display: GitHub\n"
                   f"  teams_to_roles:\n  - {{organization: o, team: t, roles: [{name}]}}\n")
    needed('a github connector: "needing"')
    cluster.tctl("rm", "github/needing")
    cluster.tctl("rm", f"role/{name}")
