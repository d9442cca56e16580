"""Tests of bots in both directions: Teleport's tbot and ours, each on a cluster of Teleport and on ours.

They connect to the auth service itself, and through the proxy: Teleport's tbot does that by SSH."""

import json
import re
import shutil

import pytest
import yaml

from harness import environment, program, reference_program
from processes import run
from tctl_ways import name  # noqa: F401 pylint: disable=unused-import
from test_tbot import IDENTITY_FILES, STORAGE_FILES, modes

OWN_FILES = {"lock"}  # of our tbot alone


@pytest.fixture(params=["ours", "theirs"])
def place(request):
    return request.getfixturevalue("cluster" if request.param == "ours" else "reference_cluster")


@pytest.fixture(params=["ours", "theirs"])
def tbot(request):
    return program("tbot") if request.param == "ours" else reference_program("tbot")


@pytest.fixture(params=["auth", "proxy"])
def way(request):
    return request.param


class Machine:
    """A machine with a bot's configuration for one cluster."""

    def __init__(self, place, tbot, way, name, directory):
        self.place = place
        self.directory = directory
        self.storage, self.out, self.kube = (directory / part for part in ("storage", "out", "kube"))
        self.env = environment(directory, SSL_CERT_FILE=str(place.ca_file), TELEPORT_ANONYMOUS_TELEMETRY="0")
        self._tbot = tbot
        self._way = way
        place.create(f"{{kind: bot, version: v1, metadata: {{name: {name}}}, spec: {{roles: [member]}}}}")
        self.token = json.loads(place.tctl("bots", "instances", "add", name, "--format=json").out)["token_id"]

    def run(self, storage=None):
        pin = re.search(r"sha256:[0-9a-f]{64}", self.place.tctl("status").out).group()
        path = self.directory / "tbot.yaml"
        address = {"auth": {"auth_server": f"127.0.0.1:{self.place.auth_port}"},
                   "proxy": {"proxy_server": self.place.proxy}}[self._way]
        path.write_text(yaml.safe_dump({
            "version": "v2", "oneshot": True, **address,
            "onboarding": {"join_method": "token", "token": self.token, "ca_pins": [pin]},
            "storage": {"type": "directory", "path": str(storage or self.storage)},
            "services": [{"type": "identity", "destination": {"type": "directory", "path": str(self.out)}},
                         {"type": "kubernetes", "kubernetes_cluster": "dev-cluster",
                          "destination": {"type": "directory", "path": str(self.kube)}}]}))
        return run([self._tbot, "start", "-c", path], self.env, timeout=90)

    def kubectl(self):
        return run(["kubectl", f"--kubeconfig={self.kube / 'kubeconfig.yaml'}", "get", "pods", "-A"], self.env)


@pytest.fixture
def machine(place, tbot, way, name, tmp_path):
    return Machine(place, tbot, way, name, tmp_path)


def test_a_bot_joins_and_writes_the_same_files(machine, tbot):
    machine.run().ok()
    of_cluster = {f"{machine.place.name}.{ending}" for ending in ("known_hosts", "ssh_config")}
    assert set(modes(machine.out)) == IDENTITY_FILES | of_cluster
    assert set(modes(machine.storage)) - OWN_FILES == STORAGE_FILES - OWN_FILES
    assert set(modes(machine.out).values()) | set(modes(machine.storage).values()) == {0o600}
    assert "kubeconfig.yaml" in modes(machine.kube)
    machine.kubectl().ok()
    listed = run([program("tsh"), "-i", machine.out / "identity", f"--proxy={machine.place.proxy}", "ls"], machine.env)
    assert listed.code == 0, (listed, tbot)


def test_a_bot_renews_and_a_copy_of_it_is_locked_out(machine):
    machine.run().ok()
    copied = machine.directory / "copied"
    shutil.copytree(machine.storage, copied)
    machine.run().ok()
    machine.run().ok()
    machine.run(copied)
    refused = machine.run()
    assert refused.code != 0, refused
