"""Fixtures that run tctl with each kind of connection to the auth service: as the administrator of the cluster's host,
and with a login of tsh."""

import json
import re
import zlib

import pytest

from harness import Tsh, assert_plain, program
from processes import run

NAME_LENGTH = 50  # of resources that are named after a test
ADMINISTRATOR = """
    kind: role
    version: v7
    metadata:
      name: tctl-admin
    spec:
      options:
        max_session_ttl: 2h
      allow:
        logins: [root]
        kubernetes_groups: ["system:masters"]
        kubernetes_labels: {'*': '*'}
        app_labels: {'*': '*'}
        impersonate:
          users: ['*']
          roles: ['*']
        rules:
        - resources: ['*']
          verbs: ['*']
"""

USAGE, DENIED, NOT_FOUND, CONFLICT = 2, 4, 5, 6
FAILED = 1


class Tctl:
    """A tctl with one kind of connection."""

    def __init__(self, cluster, words, env):
        self.cluster = cluster
        self.words = words
        self.env = env

    def __call__(self, *words, ok=True, stdin="", timeout=30, **env):
        done = run([program("tctl"), *self.words, *words], {**self.env, **env}, stdin, timeout)
        self.cluster.secrets |= set(re.findall(r"/web/(?:invite|reset)/([0-9a-f]{32})", done.out))
        if ok:
            return done.ok()
        assert_plain(done.err)
        return done

    def json(self, *words):
        return json.loads(self(*words, "--format=json").out)


@pytest.fixture(scope="session")
def local_tctl(cluster, tmp_path_factory):
    """Returns a tctl of the administrator of the host."""
    env = Tsh(cluster, tmp_path_factory.mktemp("local-tctl")).env
    return Tctl(cluster, ["-c", cluster.config], env)


@pytest.fixture(scope="session")
def remote_tctl(cluster, tmp_path_factory):
    """Returns a tctl with the login of a user with all rights."""
    cluster.create(ADMINISTRATOR, "-f")
    machine = Tsh(cluster, tmp_path_factory.mktemp("remote-tctl"))
    machine.login(cluster.add_user("tctl-admin", "tctl-admin"))
    return Tctl(cluster, [], machine.env)


@pytest.fixture(params=["local", "remote"])
def tctl(request):
    return request.getfixturevalue(f"{request.param}_tctl")


@pytest.fixture
def name(request):
    """Returns a name that no other test uses."""
    text = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    # Tables of resources still have room for their last column.
    return text if len(text) <= NAME_LENGTH else f"{text[:NAME_LENGTH]}-{zlib.crc32(text.encode()):08x}"
