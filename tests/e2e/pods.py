"""Pods of a real API server, which has no kubelet: tests create the Pod objects that tokens are bound to, and lay out the
files that a kubelet would."""

import json
import os

import pytest

from harness import environment
from processes import run

ACCOUNT_DIR = "/run/secrets/kubernetes.io/serviceaccount"
# Lays out the files of a pod in a mount namespace, where no other program sees them.
IN_POD = ["unshare", "-m", "sh", "-ec",
          f'mount -t tmpfs tmpfs /run; mkdir -p {ACCOUNT_DIR}; cp "$POD_FILES"/* {ACCOUNT_DIR}; exec "$@"', "sh"]


def skip_without_mounts():
    """Skips a test where a program cannot get the files of a pod."""
    if os.geteuid() != 0:
        pytest.skip("only root lays out a pod's files")
    done = run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/run"], environment("/"))
    if done.code != 0:
        pytest.skip(f"mounts are not permitted here: {done.err.strip()}")


class Pods:
    """Service accounts, pods and tokens of an API server."""

    def __init__(self, kube):
        self.kube = kube

    def account(self, name):
        self.kube.call("POST", "/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": name}}, ok=False)

    def pod(self, name, account):
        """Creates a pod, and returns what tokens are bound to."""
        self.account(account)
        body = {"metadata": {"name": name}, "spec": {"serviceAccountName": account, "automountServiceAccountToken": False,
                                                      "containers": [{"name": "one", "image": "none"}]}}
        _, answer = self.kube.call("POST", "/api/v1/namespaces/default/pods", body)
        return {"kind": "Pod", "apiVersion": "v1", "name": name, "uid": json.loads(answer)["metadata"]["uid"]}

    def remove(self, name):
        self.kube.call("DELETE", f"/api/v1/namespaces/default/pods/{name}?gracePeriodSeconds=0")

    def token(self, account, bound=None, audiences=()):
        spec = {"audiences": list(audiences), "expirationSeconds": 600}
        if bound:
            spec["boundObjectRef"] = bound
        path = f"/api/v1/namespaces/default/serviceaccounts/{account}/token"
        _, answer = self.kube.call("POST", path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                                                  "spec": spec})
        return json.loads(answer)["status"]["token"]

    def auth_service(self, files):
        """Writes the files of a pod with the rights of the chart; returns the words that start a program in it."""
        self.account("auth")
        self.kube.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
            "metadata": {"name": "auth-delegator"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
            "subjects": [{"kind": "ServiceAccount", "name": "auth", "namespace": "default"}]}, ok=False)
        (files / "ca.crt").write_bytes(self.kube.cert.read_bytes())
        (files / "namespace").write_text("default")
        (files / "token").write_text(self.token("auth"))
        return ["env", f"POD_FILES={files}", "KUBERNETES_SERVICE_HOST=127.0.0.1",
                f"KUBERNETES_SERVICE_PORT={self.kube.port}", *IN_POD]
