"""Tests of walk 4: role, token and bot of the operator, its chart installed by helm, custom resources, and the deletion
that waits for a user to let a role go.

The API server is real; there is no kubelet, so the test runs the command of the chart's pod as a process, with the rights
of the chart's Service account."""

import json

import pytest

from harness import environment, program
from operators import ACCOUNT, NAMESPACE, OperatorPlace, custom
from processes import Background, run, wait_for
from real_kubernetes import tools_directory
from test_walk_bot import ROOT, helm

CHART = ROOT / "charts" / "teleport-operator"
RELEASE = "teleport-iac"
ROLE = custom("TeleportRole", "my-role", {"allow": {"logins": ["reader"]}}, "v5")
USER = custom("TeleportUser", "my-user", {"roles": ["my-role"]}, "v2")


def started_by_pod(place, tmp_path):
    """Runs the command of the chart's pod with the token of its Service account."""
    listed = json.loads(place.kubectl("get", "deployment", ACCOUNT, "-n", NAMESPACE, "-o", "json"))
    pod = listed["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"][0] == "/teleport-operator" and pod["serviceAccountName"] == ACCOUNT
    assert {one["name"] for one in container["env"]} == {"KUBERNETES_TOKEN_PATH"}

    kubeconfig = place.account_kubeconfig(tmp_path / "pod-kubeconfig")
    return place.start(program("teleport-operator"), words=container["command"][1:], kubeconfig=kubeconfig)


@pytest.fixture(name="place")
def place_of_walk(cluster, real_kube, tmp_path):
    if "start" not in run([program("teleport-operator"), "help"], {}).out:
        pytest.skip("teleport-operator has no command start")
    place = OperatorPlace(cluster, real_kube, tmp_path)
    helm(real_kube, "install", RELEASE, CHART, "--create-namespace", f"--namespace={NAMESPACE}", "--set",
         f"teleportAddress={cluster.proxy}", "--set", "token=operator-bot", "--set", "joinMethod=kubernetes", "--set",
         f"teleportClusterName={cluster.name}", "--set", "image=registry.test/teleport-operator").ok()
    place.wait_for_definitions()
    operator = started_by_pod(place, tmp_path)
    yield place
    operator.stop()
    place.remove()
    helm(real_kube, "uninstall", RELEASE, f"--namespace={NAMESPACE}").ok()


def deletes(place, tmp_path, kind, name):
    """Begins a deletion with kubectl, which waits until the object is gone."""
    env = environment(tmp_path, KUBECONFIG=str(place.kube.kubeconfig))
    return Background([tools_directory() / "kubectl", "delete", kind, name, "-n", NAMESPACE], env, tmp_path / f"{name}.txt")


def wait_for_both(place):
    place.apply(ROLE, USER)
    for kind, name in (("teleportrole", "my-role"), ("teleportuser", "my-user")):
        wait_for(lambda: [one[0] for one in place.conditions(kind, name).values()] == ["True"] * 3,  # noqa: B023
                 20, f"a reconciled {kind}")
    assert place.stored("role/my-role")["version"] == "v5" and place.stored("user/my-user")["spec"]["roles"] == ["my-role"]


def test_a_deletion_waits_until_the_user_lets_the_role_go_or_is_forced(place, tmp_path):
    wait_for_both(place)
    deletion = deletes(place, tmp_path, "teleportrole", "my-role")
    wait_for(lambda: place.get("teleportrole", "my-role")["metadata"].get("deletionTimestamp"), 10, "the deletion")
    assert place.stored("role/my-role") is not None and deletion.process.poll() is None
    place.apply(custom("TeleportUser", "my-user", {"roles": ["access"]}, "v2"))
    assert deletion.wait() == 0, deletion.output()
    assert place.stored("role/my-role") is None

    wait_for_both(place)
    deletion = deletes(place, tmp_path, "teleportrole", "my-role")
    wait_for(lambda: place.get("teleportrole", "my-role")["metadata"].get("deletionTimestamp"), 10, "the deletion")
    place.kubectl("patch", "TeleportRole", "my-role", "-p", '{"metadata":{"finalizers":null}}', "--type=merge", "-n",
                  NAMESPACE)
    assert deletion.wait() == 0, deletion.output()
    assert place.stored("role/my-role") is not None
    place.kubectl("delete", "teleportuser", "my-user", "-n", NAMESPACE, "--timeout=20s")
    assert place.stored("user/my-user") is None
    place.cluster.tctl("rm", "role/my-role")
