"""Tests of tbot with Secrets of a real Kubernetes API server: outputs and the bot's own identity."""

import base64
import json

import pytest

from harness import program
from processes import run
from test_tbot import DENIED, Bot, assert_whole


class SecretBot(Bot):
    """A bot whose destinations are Secrets of a namespace."""

    def __init__(self, cluster, kube, name, directory):
        super().__init__(cluster, name, directory)
        self.kube = kube
        self.env |= {"KUBECONFIG": str(kube.kubeconfig), "POD_NAMESPACE": "default"}
        self.name = name

    @property
    def path(self):
        return f"/api/v1/namespaces/default/secrets/{self.name}"

    def services(self, **more):
        return [{"type": "identity", "destination": {"type": "kubernetes_secret", "name": self.name, **more}}]

    def secret(self):
        return json.loads(self.kube.call("GET", self.path)[1])

    def lay_out(self):
        """Writes the keys of the Secret into a directory, as a pod's volume has them."""
        self.out.mkdir(exist_ok=True)
        for key, value in self.secret()["data"].items():
            (self.out / key).write_bytes(base64.b64decode(value))
        return self.out


@pytest.fixture(name="bot")
def secret_bot(cluster, real_kube, name, tmp_path):
    return SecretBot(cluster, real_kube, name, tmp_path)


def managers_of(secret):
    return {(entry["manager"], entry["operation"]): set(entry["fieldsV1"].get("f:data", {}))
            for entry in secret["metadata"]["managedFields"]}


def test_an_identity_in_a_secret(bot, cluster, tmp_path):
    bot.once(services=bot.services(labels={"app": "tbot"})).ok()
    secret = bot.secret()
    assert secret["type"] == "Opaque" and secret["metadata"]["labels"] == {"app": "tbot"}
    assert set(secret["data"]) == {".write-test", "identity", "key", "key-cert.pub", "key.pub", "known_hosts",
                                   "teleport-database-ca.crt", "teleport-host-ca.crt", "teleport-user-ca.crt",
                                   "tlscert"}
    assert set(managers_of(secret)) == {("tbot", "Apply")}
    assert_whole(bot.lay_out(), tmp_path)
    run([program("tsh"), "-i", bot.out / "identity", "--proxy", cluster.proxy, "ls"], bot.env).ok()

    version = secret["metadata"]["resourceVersion"]
    bot.once(services=bot.services(labels={"app": "tbot"})).ok()
    renewed = bot.secret()
    assert renewed["data"]["identity"] != secret["data"]["identity"]
    assert int(renewed["metadata"]["resourceVersion"]) > int(version)
    assert_whole(bot.lay_out(), tmp_path)


def test_what_others_wrote_into_the_secret_stays(bot):
    bot.kube.call("POST", bot.path.rsplit("/", 1)[0], {
        "apiVersion": "v1", "kind": "Secret", "type": "example.com/own",
        "metadata": {"name": bot.name, "labels": {"team": "a"}, "annotations": {"note": "b"}},
        "data": {"mine": base64.b64encode(b"stays").decode()}})
    bot.once(services=bot.services(labels={"app": "tbot"})).ok()
    secret = bot.secret()
    assert base64.b64decode(secret["data"]["mine"]) == b"stays" and "identity" in secret["data"]
    assert secret["metadata"]["labels"] == {"team": "a", "app": "tbot"}
    assert secret["metadata"]["annotations"] == {"note": "b"} and secret["type"] == "example.com/own"
    assert "f:mine" not in managers_of(secret)["tbot", "Apply"]


def test_a_secret_that_is_removed_is_made_again(bot):
    bot.once(services=bot.services()).ok()
    bot.kube.call("DELETE", bot.path)
    bot.once(services=bot.services()).ok()
    assert "identity" in bot.secret()["data"]


def test_the_identity_of_a_bot_in_a_secret(bot, cluster):
    storage = {"type": "kubernetes_secret", "name": f"{bot.name}-storage"}
    services = [{"type": "identity", "destination": {"type": "directory", "path": str(bot.out)}}]
    bot.once(services=services, storage=storage).ok()
    again = bot.once(services=services, storage=storage).ok()
    assert "renewed" in again.err and "joined" not in again.err
    assert f"{bot.name}/" in cluster.tctl("bots", "instances", "ls").out


def test_a_forbidden_secret_leaves_the_other_outputs_alone(bot, tmp_path):
    """The account may write one Secret only."""
    allowed = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": bot.name},
               "rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [bot.name],
                          "verbs": ["get", "patch", "update"]},
                         {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}]}
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": bot.name},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": bot.name},
               "subjects": [{"kind": "ServiceAccount", "name": bot.name, "namespace": "default"}]}
    base = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    bot.kube.call("POST", "/api/v1/namespaces/default/serviceaccounts",
                  {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": bot.name}})
    bot.kube.call("POST", f"{base}/roles", allowed)
    bot.kube.call("POST", f"{base}/rolebindings", binding)
    token = json.loads(bot.kube.call("POST", f"/api/v1/namespaces/default/serviceaccounts/{bot.name}/token",
                                     {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})[1])
    config = json.loads(bot.kube.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token["status"]["token"]}
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    bot.env["KUBECONFIG"] = str(tmp_path / "kubeconfig")

    done = bot.once(services=[{"type": "identity", "name": "other",
                               "destination": {"type": "kubernetes_secret", "name": "forbidden"}}, *bot.services()])
    assert done.code == 9 and "other: " in done.err and "forbidden" in done.err, done
    assert "identity" in bot.secret()["data"]
    alone = bot.once(services=[{"type": "identity",
                                "destination": {"type": "kubernetes_secret", "name": "forbidden"}}])
    assert alone.code == DENIED, alone
