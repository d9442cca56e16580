"""Tests of credentials from the exec plugins of a kubeconfig's users."""

import json
import re
import threading
import time

import pytest

from certs import make_self_signed
from cluster_fixtures import MEMBER
from harness import Tsh, assert_plain
from kube_stand_in import KubeStandIn

VERSION = "client.authentication.k8s.io/v1"
# A plugin that records its runs, and prints the content of a file.
PLUGIN = """#!/bin/sh
cd "$(dirname "$0")"
echo "$1 $PROFILE $KUBERNETES_EXEC_INFO" >> runs
[ -z "$(cat)" ] || exit 7  # stdin is empty
echo "signing in with $PROFILE" >&2
[ -f answer ] || exit 3
cat answer
"""


class Plugin:
    def __init__(self, directory, version=VERSION):
        self.directory = directory
        self.version = version
        (directory / "plugin").write_text(PLUGIN)
        (directory / "plugin").chmod(0o755)

    def user(self, **more):
        return {"exec": {"apiVersion": self.version, "command": "./plugin", "args": ["get-token"],
                         "env": [{"name": "PROFILE", "value": "profile-of-the-service"}],
                         "interactiveMode": "Never", "provideClusterInfo": True, **more}}

    def answer(self, **status):
        body = {"kind": "ExecCredential", "apiVersion": self.version, "status": status}
        (self.directory / "next").write_text(json.dumps(body))
        (self.directory / "next").rename(self.directory / "answer")

    def runs(self):
        path = self.directory / "runs"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def start(new_cluster, tmp_path):
    """Returns a function that starts a cluster whose kubeconfig has a given user, and logs a member in."""
    stand_ins = []

    def begin(user, identity=None):
        kube = KubeStandIn(tmp_path, ["dev-cluster"], user, identity)
        stand_ins.append(kube)
        cluster = new_cluster(kube=kube, labels={"env": "dev"})
        cluster.start()
        cluster.create(MEMBER, "-f")
        machine = Tsh(cluster, tmp_path / "member")
        machine.login(cluster.add_user("alice"))
        machine("kube", "login", "dev-cluster")
        return cluster, kube, machine
    yield begin
    for kube in stand_ins:
        kube.stop()


def test_tokens_are_kept_until_they_are_refused(start, tmp_path):
    plugin = Plugin(tmp_path)
    cluster, kube, machine = start(plugin.user())
    kube.accept_tokens("exec-token-1")
    plugin.answer(token="exec-token-1")
    threads = [threading.Thread(target=machine.kubectl, args=("get", "--raw", "/api/v1/pods")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (ran,) = plugin.runs()
    assert ran.startswith("get-token profile-of-the-service {")
    spec = json.loads(ran.split(" ", 2)[2])["spec"]
    assert spec["interactive"] is False and spec["cluster"]["server"] == f"https://127.0.0.1:{kube.port}"
    assert spec["cluster"]["certificate-authority-data"]
    used = {request["authorization"] for request in kube.requests(path="/api/v1/pods")}
    assert used == {"Bearer exec-token-1"}
    time.sleep(2.1)  # the service does not replace a credential that is younger than two seconds
    kube.accept_tokens("exec-token-2")
    plugin.answer(token="exec-token-2")
    assert "web" in machine.kubectl("get", "pods").out  # the user does not see the refusal
    assert len(plugin.runs()) == 2
    cluster.stop()
    log = cluster.log.read_text()
    assert "signing in with [hidden]" in log
    assert "profile-of-the-service" not in log and "exec-token" not in log


def test_expired_tokens_are_made_anew(start, tmp_path):
    plugin = Plugin(tmp_path, "client.authentication.k8s.io/v1beta1")
    _, kube, machine = start(plugin.user())
    kube.accept_tokens("short-1")
    plugin.answer(token="short-1", expirationTimestamp="2020-01-01T00:00:00Z")
    machine.kubectl("get", "--raw", "/api/v1/pods")
    before = len(plugin.runs())
    plugin.answer(token="short-1", expirationTimestamp="2120-01-01T00:00:00Z")
    machine.kubectl("get", "--raw", "/api/v1/pods")
    machine.kubectl("get", "--raw", "/api/v1/pods")
    assert len(plugin.runs()) == before + 1


def test_client_certificates(start, tmp_path):
    plugin = Plugin(tmp_path)
    cert, key = make_self_signed(tmp_path, "kubelet")
    plugin.answer(clientCertificateData=cert.read_text(), clientKeyData=key.read_text(), token="both")
    _, kube, machine = start(plugin.user(), identity=(cert, key))
    kube.accept_tokens("both")
    assert "web" in machine.kubectl("get", "pods").out
    assert "web to stdout" in machine.kubectl("exec", "web", "--", "sh", "-c", "echo web to stdout").out


def test_failing_plugin_is_named(start, tmp_path):
    plugin = Plugin(tmp_path)
    _, kube, machine = start(plugin.user())
    done = machine.kubectl("get", "--raw", "/api/v1/pods", ok=False)
    assert done.code != 0 and 'plugin" ended' not in done.text
    assert re.search(r'credential plugin ".*/plugin": the plugin ended with exit code 3', done.text), done
    assert_plain(done.text)
    assert not kube.requests(path="/api/v1/pods")
    kube.accept_tokens("late")
    plugin.answer(token="late")
    machine.kubectl("get", "--raw", "/api/v1/pods")


def test_missing_plugin_says_how_to_get_it(start, tmp_path):
    plugin = Plugin(tmp_path)
    _, _, machine = start(plugin.user(command="sallyport-no-such-plugin", installHint="Get it at example.com/plugin."))
    done = machine.kubectl("get", "--raw", "/api/v1/pods", ok=False)
    assert done.code != 0 and "Get it at example.com/plugin." in done.text
    assert '"sallyport-no-such-plugin"' in done.text


def test_stopping_does_not_wait_for_a_plugin(start, tmp_path):
    plugin = Plugin(tmp_path)
    (tmp_path / "plugin").write_text(PLUGIN.replace("cat answer", "sleep 600"))
    plugin.answer(token="never")
    cluster, _, machine = start(plugin.user())
    with machine.kubectl_background("waiting", "get", "--raw", "/api/v1/pods"):
        deadline = time.monotonic() + 20
        while not plugin.runs() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert plugin.runs()
        begun = time.monotonic()
        cluster.stop()
        assert time.monotonic() - begun < 10
