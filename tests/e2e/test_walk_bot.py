"""Tests of walk 3: a machine in Kubernetes joins by its service account and writes an identity into a Secret.

The API server is real; there is no kubelet, so the test makes the Pod object and lays out the pod's projected token."""

import base64
import json

import pytest
import yaml

from harness import environment, program
from processes import run
from test_tbot import DENIED
from test_walks import BOT_TOKEN

ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "tbot", "namespace": "default"}}
ROLE = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "secrets-admin", "namespace": "default"},
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]}]}
BINDING = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
           "metadata": {"name": "tbot-secrets-admin", "namespace": "default"},
           "subjects": [{"kind": "ServiceAccount", "name": "tbot", "namespace": "default"}],
           "roleRef": {"kind": "Role", "name": "secrets-admin", "apiGroup": "rbac.authorization.k8s.io"}}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "tbot-0", "namespace": "default"},
       "spec": {"serviceAccountName": "tbot", "containers": [{"name": "tbot", "image": "tbot"}]}}
BOT = """
kind: bot
version: v1
metadata:
  name: example
spec:
  roles: []
"""


class PodOfBot:
    """What a pod of the service account has: its tokens, and a kubeconfig in place of the pod's own addresses."""

    def __init__(self, cluster, kube, directory):
        self.cluster = cluster
        self.kube = kube
        self.directory = directory
        rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
        kube.call("POST", "/api/v1/namespaces/default/serviceaccounts", ACCOUNT)
        kube.call("POST", f"{rbac}/roles", ROLE)
        kube.call("POST", f"{rbac}/rolebindings", BINDING)
        made = json.loads(kube.call("POST", "/api/v1/namespaces/default/pods", POD)[1])
        self.pod = {"kind": "Pod", "apiVersion": "v1", "name": "tbot-0", "uid": made["metadata"]["uid"]}

        config = json.loads(kube.kubeconfig.read_text())
        config["users"][0]["user"] = {"token": self.account_token()}
        (directory / "kubeconfig").write_text(json.dumps(config))
        self.token_path = directory / "join-sa-token"
        self.env = environment(directory, SSL_CERT_FILE=str(cluster.ca_file), POD_NAMESPACE="default",
                               KUBERNETES_TOKEN_PATH=str(self.token_path), KUBECONFIG=str(directory / "kubeconfig"),
                               TELEPORT_ANONYMOUS_TELEMETRY="1")

    def account_token(self, **spec):
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        path = "/api/v1/namespaces/default/serviceaccounts/tbot/token"
        return json.loads(self.kube.call("POST", path, request)[1])["status"]["token"]

    def project(self, **spec):
        """Lays the token of the pod out, as the projected volume does."""
        bound = {"audiences": [self.cluster.name], "expirationSeconds": 600, "boundObjectRef": self.pod, **spec}
        self.token_path.write_text(self.account_token(**bound))

    def tbot(self):
        path = self.directory / "tbot.yaml"
        path.write_text(yaml.safe_dump({
            "version": "v2", "onboarding": {"join_method": "kubernetes", "token": "example-bot"},
            "storage": {"type": "memory"}, "proxy_server": self.cluster.proxy,
            "outputs": [{"type": "identity", "destination": {"type": "kubernetes_secret", "name": "identity-output"}}]}))
        return run([program("tbot"), "start", "--oneshot", "-c", path], self.env)


@pytest.fixture(name="pod")
def pod_of_bot(cluster, real_kube, tmp_path):
    return PodOfBot(cluster, real_kube, tmp_path)


def test_a_pod_gets_an_identity_and_uses_it(pod, cluster, real_kube, tmp_path):
    cluster.create(BOT)
    jwks = real_kube.call("GET", "/openid/v1/jwks")[1].decode().strip()
    cluster.create(BOT_TOKEN.replace('{"keys":[]}', jwks), "-f")

    pod.project()
    first = pod.tbot()
    assert first.code == DENIED and "tctl bots update example --add-roles=ROLE" in first.err, first
    assert real_kube.call("GET", "/api/v1/namespaces/default/secrets/identity-output", ok=False)[0] == 404
    cluster.tctl("bots", "update", "example", "--add-roles=access")
    pod.tbot().ok()

    secret = json.loads(real_kube.call("GET", "/api/v1/namespaces/default/secrets/identity-output")[1])
    identity = tmp_path / "identity"
    identity.write_bytes(base64.b64decode(secret["data"]["identity"]))
    identity.chmod(0o600)
    listed = run([program("tsh"), "-i", identity, "--proxy", cluster.proxy, "ls"], pod.env).ok()
    assert "Node Name" in listed.out

    pod.project(audiences=["another.cluster"])
    refused = pod.tbot()
    assert refused.code == DENIED and "cannot join" in refused.err, refused
    pod.token_path.unlink()
    missing = pod.tbot()
    assert missing.code == 5 and "KUBERNETES_TOKEN_PATH" in missing.err, missing
