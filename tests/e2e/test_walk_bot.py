"""Tests of walk 3: a machine in Kubernetes joins by its service account and writes an identity into a Secret, from the
files in examples/tbot and by the chart in charts/tbot.

The API server is real; there is no kubelet, so the test makes the Pod object and lays out the pod's projected token."""

import base64
import json
import pathlib

import pytest
import yaml

from harness import environment, program
from processes import run
from real_kubernetes import tools_directory
from test_tbot import DENIED

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "tbot"
CHART = ROOT / "charts" / "tbot"
SECRETS = "/api/v1/namespaces/default/secrets"


class PodOfBot:
    """The files of a pod of a service account: its tokens, and a kubeconfig in place of the pod's own addresses."""

    def __init__(self, cluster, kube, directory, account):
        self.cluster = cluster
        self.kube = kube
        self.directory = directory
        self.account = account
        body = {"metadata": {"name": f"{account}-0", "namespace": "default"},
                "spec": {"serviceAccountName": account, "containers": [{"name": "tbot", "image": "tbot"}]}}
        made = json.loads(kube.call("POST", "/api/v1/namespaces/default/pods", body)[1])
        self.pod = {"kind": "Pod", "apiVersion": "v1", "name": f"{account}-0", "uid": made["metadata"]["uid"]}

        config = json.loads(kube.kubeconfig.read_text())
        config["users"][0]["user"] = {"token": self.account_token()}
        (directory / "kubeconfig").write_text(json.dumps(config))
        self.token_path = directory / "join-sa-token"
        self.env = environment(directory, SSL_CERT_FILE=str(cluster.ca_file), POD_NAMESPACE="default",
                               KUBERNETES_TOKEN_PATH=str(self.token_path), KUBECONFIG=str(directory / "kubeconfig"))

    def account_token(self, **spec):
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        path = f"/api/v1/namespaces/default/serviceaccounts/{self.account}/token"
        return json.loads(self.kube.call("POST", path, request)[1])["status"]["token"]

    def project(self, volume):
        """Lays the token of the pod out, as the projected volume of a Deployment says."""
        (source,) = [one["serviceAccountToken"] for one in volume["projected"]["sources"]]
        self.token_path.write_text(self.account_token(audiences=[source["audience"]], boundObjectRef=self.pod,
                                                      expirationSeconds=source["expirationSeconds"]))

    def tbot(self, config):
        path = self.directory / "tbot.yaml"
        path.write_text(config)
        return run([program("tbot"), "start", "--oneshot", "-c", path], self.env)

    def lists_nodes(self, secret):
        """Uses the identity of a Secret as another pod does, which mounts it."""
        data = json.loads(self.kube.call("GET", f"{SECRETS}/{secret}")[1])["data"]
        identity = self.directory / "identity"
        identity.write_bytes(base64.b64decode(data["identity"]))
        identity.chmod(0o600)
        listed = run([program("tsh"), "-i", identity, "--proxy", self.cluster.proxy, "ls"], self.env).ok()
        assert "Node Name" in listed.out


def kubectl(kube, *words, stdin=""):
    env = environment(kube.kubeconfig.parent, KUBECONFIG=str(kube.kubeconfig))
    return run([tools_directory() / "kubectl", *words], env, stdin).ok().out


def helm(kube, *words):
    env = environment(kube.kubeconfig.parent, KUBECONFIG=str(kube.kubeconfig), HOME=str(kube.kubeconfig.parent))
    return run([tools_directory() / "helm", *words], env, "", 60)


def bot_token(kube):
    """Returns the example's token with the keys of the API server."""
    token = (EXAMPLES / "bot-token.yaml").read_text()
    return token.replace('{"keys":[]}', kubectl(kube, "get", "--raw", "/openid/v1/jwks").strip())


def the(documents, kind):
    (found,) = [one for one in documents if one["kind"] == kind]
    return found


def volume_of_token(deployment):
    (volume,) = [one for one in deployment["spec"]["template"]["spec"]["volumes"] if "projected" in one]
    return volume


def test_a_pod_gets_an_identity_and_uses_it(cluster, real_kube, tmp_path):
    bot = yaml.safe_load((EXAMPLES / "bot.yaml").read_text())
    cluster.create(yaml.safe_dump({**bot, "spec": {"roles": []}}))
    cluster.create(bot_token(real_kube), "-f")
    kubectl(real_kube, "apply", "-f", EXAMPLES / "rbac.yaml")
    text = (EXAMPLES / "deployment.yaml").read_text().replace("example.com:443", cluster.proxy)
    text = text.replace("audience: example.com", f"audience: {cluster.name}").replace("IMAGE", "registry.test/tbot")
    assert "deployment.apps/tbot created" in kubectl(real_kube, "apply", "-f", "-", stdin=text)
    documents = list(yaml.safe_load_all(text))
    config = the(documents, "ConfigMap")["data"]["tbot.yaml"]
    volume = volume_of_token(the(documents, "Deployment"))

    pod = PodOfBot(cluster, real_kube, tmp_path, "tbot")
    pod.project(volume)
    first = pod.tbot(config)
    assert first.code == DENIED and "tctl bots update example --add-roles=ROLE" in first.err, first
    assert real_kube.call("GET", f"{SECRETS}/identity-output", ok=False)[0] == 404
    cluster.create(yaml.safe_dump(bot), "-f")
    pod.tbot(config).ok()
    pod.lists_nodes("identity-output")

    volume["projected"]["sources"][0]["serviceAccountToken"]["audience"] = "another.cluster"
    pod.project(volume)
    refused = pod.tbot(config)
    assert refused.code == DENIED and "cannot join" in refused.err, refused
    pod.token_path.unlink()
    missing = pod.tbot(config)
    assert missing.code == 5 and "KUBERNETES_TOKEN_PATH" in missing.err, missing


VALUES = {"image": "registry.test/tbot", "clusterName": "example.com", "token": "example-bot",
          "teleportProxyAddress": "example.com:443"}


@pytest.fixture(name="values")
def values_file(tmp_path):
    def write(**changed):
        path = tmp_path / "values.yaml"
        path.write_text(yaml.safe_dump({name: value for name, value in {**VALUES, **changed}.items() if value != ""}))
        return path
    return write


def test_the_chart_starts_a_bot(cluster, real_kube, tmp_path, values):
    cluster.create((EXAMPLES / "bot.yaml").read_text(), "-f")
    cluster.create(bot_token(real_kube).replace("default:tbot", "default:machine-tbot"), "-f")
    given = values(clusterName=cluster.name, teleportProxyAddress=cluster.proxy, extraLabels={"pod": {"team": "a"}},
                   outputs=[{"type": "identity", "destination": {"type": "kubernetes_secret", "name": "second"}}],
                   tbotConfig={"credential_ttl": "30m"})
    helm(real_kube, "lint", "--strict", CHART, "-f", given).ok()
    assert "deployed" in helm(real_kube, "install", "machine", CHART, "-n", "default", "-f", given).ok().out

    deployment = json.loads(kubectl(real_kube, "get", "deployment", "machine-tbot", "-o", "json"))
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.test/tbot:0.1.0"
    assert container["args"] == ["start", "-c", "/config/tbot.yaml", "--log-format", "json", "--diag-addr",
                                 "0.0.0.0:3001"]
    assert deployment["spec"]["template"]["metadata"]["labels"]["team"] == "a"
    config = json.loads(kubectl(real_kube, "get", "configmap", "machine-tbot", "-o", "json"))["data"]["tbot.yaml"]
    assert yaml.safe_load(config)["credential_ttl"] == "30m"

    pod = PodOfBot(cluster, real_kube, tmp_path, "machine-tbot")
    pod.project(volume_of_token(deployment))
    pod.tbot(config).ok()
    pod.lists_nodes("machine-tbot-out")
    pod.lists_nodes("second")
    assert set(json.loads(real_kube.call("GET", f"{SECRETS}/machine-tbot")[1])["data"]) >= {"tlscert", "key"}
    pod.tbot(config).ok()  # by the identity that the Secret keeps
    assert "uninstalled" in helm(real_kube, "uninstall", "machine", "-n", "default").ok().out


@pytest.mark.parametrize("changed, reason", [
    ({"image": ""}, "image is missing"), ({"clusterName": ""}, "clusterName is missing"),
    ({"token": ""}, "token is missing"), ({"teleportAuthAddress": "auth.test:3025"}, "exclude each other"),
    ({"teleportProxyAddress": ""}, "teleportProxyAddress or teleportAuthAddress is missing"),
    ({"persistence": "disk"}, '"disk" is neither secret nor disabled'),
    ({"argocd": {"enabled": True}}, "kubernetes/argo-cd is not implemented")])
def test_the_chart_names_a_wrong_value(real_kube, values, changed, reason):
    rendered = helm(real_kube, "template", "machine", CHART, "-f", values(**changed))
    assert rendered.code != 0 and reason in rendered.err, rendered


def test_the_chart_takes_an_auth_service_and_memory(real_kube, values):
    given = values(teleportProxyAddress="", teleportAuthAddress="auth.test:3025", persistence="disabled",
                   defaultOutput={"enabled": False}, rbac={"create": False}, fullnameOverride="robot")
    documents = list(yaml.safe_load_all(helm(real_kube, "template", "machine", CHART, "-f", given).ok().out))
    assert sorted(one["kind"] for one in documents) == ["ConfigMap", "Deployment", "ServiceAccount"]
    assert {one["metadata"]["name"] for one in documents} == {"robot"}
    assert yaml.safe_load(the(documents, "ConfigMap")["data"]["tbot.yaml"]) == {
        "version": "v2", "auth_server": "auth.test:3025", "storage": {"type": "memory"},
        "onboarding": {"join_method": "kubernetes", "token": "example-bot"}}
