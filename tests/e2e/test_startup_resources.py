"""Tests of `teleport start --apply-on-startup`: the resources exist after every start."""

import pytest

from harness import environment, program
from processes import run

FAILED = 1
USAGE = 2
# The user precedes its role.
RESOURCES = """
kind: user
version: v2
metadata: {name: deployer}
spec: {roles: [deploys, access]}
---
kind: role
version: v7
metadata: {name: deploys}
spec: {allow: {logins: [deploy], node_labels: {env: dev}}}
---
kind: token
version: v2
metadata: {name: token-of-the-start}
spec: {roles: [Node], join_method: token}
---
kind: bot
version: v1
metadata: {name: robot}
spec: {roles: [deploys]}
---
kind: cluster_auth_preference
version: v2
metadata: {name: cluster-auth-preference}
spec: {message_of_the_day: hello}
---
kind: cluster_networking_config
version: v2
metadata: {name: cluster-networking-config}
spec: {keep_alive_count_max: 5}
"""
NAMES = ["user/deployer", "role/deploys", "token/token-of-the-start", "cluster_auth_preference",
         "cluster_networking_config"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "resources.yaml"
    path.write_text(RESOURCES)
    return path


def shown(cluster):
    return [cluster.tctl("get", name).out for name in NAMES]


def restart(cluster, *options):
    cluster.stop()
    cluster.start(*options)


def test_each_start_brings_the_resources(new_cluster, file):
    cluster = new_cluster()
    cluster.secrets.add("token-of-the-start")
    cluster.start("--apply-on-startup", file)
    first = shown(cluster)
    assert "message_of_the_day: hello" in first[3]
    # The configuration file of the tests has the other setting, and takes precedence.
    assert "keep_alive_count_max: 5" not in first[4]
    assert "the configuration file decides this setting" in cluster.log.read_text()
    assert "name: robot" in cluster.tctl("get", "bot/robot").out
    assert [event["updated_by"] for event in cluster.events(event="role.created", name="deploys")] == ["system"]

    # A start does not write unchanged resources, and restores removed resources.
    events = len(cluster.events(updated_by="system"))
    restart(cluster, "--apply-on-startup", file)
    assert shown(cluster) == first
    assert len(cluster.events(updated_by="system")) == events + 1  # a start always writes the bot again
    cluster.tctl("rm", "user/deployer")
    cluster.tctl("rm", "cluster_auth_preference")
    restart(cluster, "--apply-on-startup", file)
    assert "deploys" in cluster.tctl("get", "user/deployer").out
    assert "message_of_the_day: hello" in cluster.tctl("get", "cluster_auth_preference").out
    cluster.stop()


@pytest.mark.parametrize("change, said", [
    (("kind: bot", "kind: nosuch"), "resources.yaml:17: "),
    (("keep_alive_count_max: 5", "keep_alive_count_max: many"), "spec.keep_alive_count_max"),
    (("roles: [deploys, access]", "roles: [nosuch]"), "nosuch"),
    (("kind: bot\nversion: v1\nmetadata: {name: robot}\nspec: {roles: [deploys]}",
      "kind: lock\nversion: v2\nmetadata: {name: a}\nspec: {target: {user: b}}"),
     "a file for --apply-on-startup cannot contain a lock"),
    (("logins: [deploy]", "logins: ['*']"), "spec.allow.logins"),
])
def test_a_file_with_a_mistake_starts_nothing(new_cluster, file, tmp_path, change, said):
    text = file.read_text()
    assert change[0] in text
    file.write_text(text.replace(*change))
    cluster = new_cluster()
    cluster.write_config()
    done = run([program("teleport"), "start", "-c", cluster.config, "--apply-on-startup", file], environment(tmp_path))
    assert done.code != 0 and said in done.err and str(file) in done.err, done
    assert "token-of-the-start" not in done.err


def test_the_option_needs_the_auth_service(file, tmp_path):
    words = ["start", "--roles=node", "--token=t", "--auth-server=localhost:1", f"--data-dir={tmp_path}/data"]
    done = run([program("teleport"), *words, "--apply-on-startup", file], environment(tmp_path))
    assert done.code == USAGE and "--apply-on-startup needs a process with the auth service" in done.err
