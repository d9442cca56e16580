"""Tests of the operator's definitions and of its chart at a real API server: what it takes and refuses, what the chart
installs and keeps, and that the pod has the rights that the operator needs and no more."""

import json

import pytest
import yaml

from harness import environment, program
from processes import run, wait_for
from real_kubernetes import tools_directory
from test_walk_bot import ROOT, helm, kubectl, the

EXAMPLES = ROOT / "examples" / "operator"
CHART = ROOT / "charts" / "teleport-operator"
RELEASE = "teleport-iac"
VALUES = ("--set", "image=registry.test/teleport-operator", "--set", "teleportAddress=teleport.example.com:443",
          "--set", "token=operator-bot", "--set", "teleportClusterName=teleport.example.com")
ROLES = "teleportrolesv7.resources.teleport.dev"


def try_kubectl(kube, *words, stdin=""):
    env = environment(kube.kubeconfig.parent, KUBECONFIG=str(kube.kubeconfig))
    return run([tools_directory() / "kubectl", *words], env, stdin)


def rendered(kube, *words):
    text = helm(kube, "template", RELEASE, CHART, "-n", "teleport-iac", *words).ok().out
    return [one for one in yaml.safe_load_all(text) if one]


def definitions():
    return run([program("teleport-operator"), "crds"], {}).ok().out


def test_the_chart_has_the_definitions_of_the_program():
    assert (CHART / "crds.yaml").read_text() == definitions()


def test_the_chart_gives_rights_to_every_kind():
    plurals = {one["spec"]["names"]["plural"] for one in yaml.safe_load_all(definitions())}
    text = (CHART / "templates" / "rbac.yaml").read_text()
    named = {line.strip()[2:] for line in text.splitlines() if line.strip().startswith("- teleport")}
    assert named == plurals | {f"{plural}/status" for plural in plurals}


def manifest(kind, version="v1", **spec):
    return json.dumps({"apiVersion": f"resources.teleport.dev/{version}", "kind": kind,
                       "metadata": {"name": "one", "namespace": "default"}, "spec": spec})


def test_an_api_server_takes_the_definitions_and_checks_objects(real_kube):
    text = definitions()
    kubectl(real_kube, "apply", "--server-side", "-f", "-", stdin=text)
    kubectl(real_kube, "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    names = [one["spec"]["names"] for one in yaml.safe_load_all(text)]
    kubectl(real_kube, "get", ",".join(name for one in names for name in (one["singular"], *one.get("shortNames", []))))
    for found in json.loads(kubectl(real_kube, "get", "crd", "-o", "json"))["items"]:
        assert "NonStructuralSchema" not in [one["type"] for one in found["status"]["conditions"]]

    accepted = [("TeleportRoleV7", "v1", {"allow": {"node_labels": {"a": "b", "c": ["d"]}}, "options": {
                    "max_session_ttl": "8h0m0s", "require_session_mfa": "hardware_key", "create_host_user_mode": 3}}),
                ("TeleportUser", "v2", {"roles": ["access"], "traits": {"logins": ["a"]}}),
                ("TeleportRole", "v6", {"allow": {"logins": ["a"]}}),
                ("TeleportAppV3", "v1", {"uri": "http://a", "dynamic_labels": {"a": {"command": ["a"], "period": "1m"}}})]
    text = "\n---\n".join(manifest(kind, version, **spec) for kind, version, spec in accepted)
    kubectl(real_kube, "apply", "--validate=strict", "-f", "-", stdin=text)
    kubectl(real_kube, "apply", "-f", EXAMPLES / "resources.yaml")
    assert "reader" in kubectl(real_kube, "get", "teleportusers")

    refused = [("TeleportRoleV7", "v1", {"allow": {"logins": "root"}}, "spec.allow.logins"),
               ("TeleportRoleV7", "v1", {"allow": {"logns": ["root"]}}, "spec.allow.logns"),
               ("TeleportRoleV7", "v1", {"options": {"max_session_ttl": "soon"}}, "spec.options.max_session_ttl"),
               ("TeleportUser", "v2", {"created_by": {}}, "spec.created_by")]
    for kind, version, spec, field in refused:
        answer = try_kubectl(real_kube, "apply", "--validate=strict", "-f", "-", stdin=manifest(kind, version, **spec))
        assert answer.code != 0 and field in answer.err, (field, answer.err)
    kubectl(real_kube, "delete", "crd", "--all", "--timeout=60s")


def test_definitions_outlive_their_release(real_kube):
    words = (RELEASE, CHART, "-n", "teleport-iac")
    helm(real_kube, "lint", "--strict", CHART, *VALUES).ok()
    helm(real_kube, "install", *words, "--create-namespace", *VALUES).ok()
    account = f"--as=system:serviceaccount:teleport-iac:{RELEASE}-operator"

    def may(verb, resource, namespace="teleport-iac"):
        return try_kubectl(real_kube, "auth", "can-i", verb, resource, account, "-n", namespace).code == 0

    wait_for(lambda: may("get", ROLES), what="the rights of the Service account")
    for verb in ("list", "watch", "patch", "update"):
        assert may(verb, ROLES)
    for verb, resource in (("get", "secrets"), ("create", "events"), ("update", "leases.coordination.k8s.io")):
        assert may(verb, resource)
    for verb, resource in (("create", ROLES), ("delete", ROLES), ("list", "secrets"), ("create", "secrets"),
                           ("get", "pods"), ("update", "customresourcedefinitions"), ("create", "rolebindings")):
        assert not may(verb, resource), (verb, resource)
    assert not may("list", ROLES, "default") and not may("get", "secrets", "default")

    kubectl(real_kube, "apply", "-n", "teleport-iac", "-f", EXAMPLES / "resources.yaml")
    helm(real_kube, "upgrade", *words, "--set", "enabled=false").ok()
    assert kubectl(real_kube, "get", "deployments", "-n", "teleport-iac") == ""
    helm(real_kube, "uninstall", RELEASE, "-n", "teleport-iac").ok()
    assert "reader" in kubectl(real_kube, "get", "teleportrolesv7", "-n", "teleport-iac")
    helm(real_kube, "install", *words, *VALUES).ok()  # the same release takes its definitions over again
    helm(real_kube, "uninstall", RELEASE, "-n", "teleport-iac").ok()
    kubectl(real_kube, "delete", "crd", "--all", "--timeout=60s")


def test_definitions_are_installed_as_the_value_says(real_kube):
    def count(*words):
        return sum(one["kind"] == "CustomResourceDefinition" for one in rendered(real_kube, *VALUES, *words))

    assert count() == count("--set", "installCRDs=always") > 10
    assert count("--set", "installCRDs=never") == 0
    assert count("--set", "installCRDs=always", "--set", "enabled=false") == count()
    assert count("--set", "enabled=false") == 0


def test_the_pod_runs_the_program_as_teleports_chart_does(real_kube):
    documents = rendered(real_kube, *VALUES, "--set", "caPins={sha256:a,sha256:b}", "--set", "extraArgs={-log-level,DEBUG}",
                         "--set", "tls.existingCASecretName=ca")
    pod = the(documents, "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["serviceAccountName"] == f"{RELEASE}-operator" and pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]
    assert container["image"] == "registry.test/teleport-operator:0.1.0"
    assert container["command"] == [
        "/teleport-operator", "-auth-server", "teleport.example.com:443", "-join-method", "kubernetes", "-token",
        "operator-bot", "-ca-pin", "sha256:a,sha256:b", "-log-level", "DEBUG"]
    assert {one["name"]: one["value"] for one in container["env"]} == {
        "SSL_CERT_FILE": "/etc/teleport-tls-ca/ca.pem",
        "KUBERNETES_TOKEN_PATH": "/var/run/secrets/teleport/serviceaccount/token"}
    (token,) = [one["projected"]["sources"][0]["serviceAccountToken"] for one in pod["volumes"]
                if one["name"] == "bot-serviceaccount-token"]
    assert token == {"path": "token", "audience": "teleport.example.com", "expirationSeconds": 600}


@pytest.mark.parametrize(("missing", "message"), [
    ("image", "image is missing"), ("teleportAddress", "teleportAddress is missing"), ("token", "token is missing"),
    ("teleportClusterName", "teleportClusterName is missing"),
    ("teleportAddress=example.com", "has no port"), ("installCRDs=often", "installCRDs"), ("no.such=1", "no"),
    ("highAvailability.replicaCount=0", "replicaCount"), ("joinMethod=iam", "joinMethod")])
def test_values_that_cannot_work_are_refused(real_kube, missing, message):
    change = missing if "=" in missing else f"{missing}="
    answer = helm(real_kube, "template", RELEASE, CHART, *VALUES, "--set", change)
    assert answer.code != 0 and message in answer.err


def test_the_cluster_takes_the_examples(cluster):
    for name in ("operator-role.yaml", "operator-bot.yaml", "operator-token.yaml"):
        cluster.tctl("create", "-f", EXAMPLES / name)
    assert "operator" in cluster.tctl("get", "role/operator").out
