"""Runs an operator, ours or Teleport's, with the token of a Service account, and looks at its custom resources."""

import contextlib
import json
import subprocess

import yaml

from harness import Cluster, environment, program, started
from processes import Background, free_port, run, wait_for
from real_kubernetes import tools_directory
from service_accounts import AccountKey, pod_claims
from test_walk_bot import ROOT

EXAMPLES = ROOT / "examples" / "operator"
GROUP = "resources.teleport.dev"
NAMESPACE = "teleport-iac"
ACCOUNT = "teleport-iac-operator"


def custom(kind, name, spec, version="v1", **metadata):
    return {"apiVersion": f"{GROUP}/{version}", "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}


def role(name, logins=("reader",), **metadata):
    return custom("TeleportRoleV7", name, {"allow": {"logins": list(logins)}}, **metadata)


@contextlib.contextmanager
def started_place(directory, kube):
    """A cluster of ours, the definitions, and a running operator of ours."""
    with started(Cluster(directory / "cluster")) as cluster:
        place = OperatorPlace(cluster, kube, directory)
        place.define(run([program("teleport-operator"), "crds"], {}).ok().out)
        place.operator = place.start(program("teleport-operator"))
        yield place
        place.operator.stop()
        place.remove()


class OperatorPlace:
    """A cluster with the bot `operator` of the example, and a namespace of an API server with the definitions."""

    def __init__(self, cluster, kube, directory):
        self.cluster = cluster
        self.kube = kube
        self.directory = directory
        self.key = AccountKey(directory, "account")
        token = yaml.safe_load((EXAMPLES / "operator-token.yaml").read_text())
        token["spec"]["kubernetes"]["static_jwks"]["jwks"] = self.key.jwks()
        (directory / "token.yaml").write_text(yaml.safe_dump(token))
        for path in (EXAMPLES / "operator-role.yaml", EXAMPLES / "operator-bot.yaml", directory / "token.yaml"):
            cluster.tctl("create", "-f", path)

    def define(self, definitions):
        self.kubectl("create", "namespace", NAMESPACE, ok=False)  # it stays when the definitions are removed
        self.kubectl("apply", "--server-side", "-f", "-", stdin=definitions)
        self.wait_for_definitions()

    def wait_for_definitions(self):
        # kubectl fails at a definition that has no conditions yet.
        wait_for(lambda: self.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s", ok=False).code == 0,
                 60, "the definitions")

    def remove(self):
        """Removes the definitions, and with them every custom resource, from the API server."""
        for kind in self.kinds():
            for name in self.names(kind):
                self.kubectl("patch", kind, name, "-n", NAMESPACE, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
        self.kubectl("delete", "crd", "--all", "--timeout=60s")

    def kubectl(self, *words, stdin="", ok=True):
        env = environment(self.directory, KUBECONFIG=str(self.kube.kubeconfig))
        done = run([tools_directory() / "kubectl", *words], env, stdin, 120)
        return done.ok().out if ok else done

    def kinds(self):
        return self.kubectl("get", "crd", "-o", "name").replace("customresourcedefinition.apiextensions.k8s.io/", "").split()

    def names(self, kind):
        listed = json.loads(self.kubectl("get", kind, "-n", NAMESPACE, "-o", "json"))
        return [item["metadata"]["name"] for item in listed["items"]]

    def apply(self, *objects):
        self.kubectl("apply", "-n", NAMESPACE, "-f", "-", stdin=yaml.safe_dump_all(objects))

    def try_to_apply(self, wanted):
        """Returns whether the API server took an object; it follows a change of a definition after a moment."""
        return self.kubectl("apply", "--validate=false", "-n", NAMESPACE, "-f", "-", stdin=yaml.safe_dump(wanted), ok=False).code == 0

    def get(self, kind, name):
        return json.loads(self.kubectl("get", f"{kind}.{GROUP}", name, "-n", NAMESPACE, "-o", "json"))

    def conditions(self, kind, name):
        """Returns status and reason of each condition."""
        found = self.get(kind, name).get("status", {}).get("conditions", [])
        return {one["type"]: (one["status"], one["reason"]) for one in found}

    def condition(self, kind, name, of_type="SuccessfullyReconciled"):
        """Returns a condition; its values are empty as long as the custom resource does not have it."""
        found = self.get(kind, name).get("status", {}).get("conditions", [])
        return next((one for one in found if one["type"] == of_type), {"status": "", "reason": "", "message": ""})

    def all_true(self, kind, name):
        """Waits until the three conditions are true."""
        wait_for(lambda: [one[0] for one in self.conditions(kind, name).values()] == ["True"] * 3, 20, f"{kind} {name}")

    def delete(self, kind, *names):
        for name in names:
            self.kubectl("delete", f"{kind}.{GROUP}", name, "-n", NAMESPACE, "--timeout=20s")

    def stored(self, subject):
        """Returns a resource of the cluster, or None."""
        done = self.cluster.tctl("get", subject, "--format=json", ok=False)
        found = json.loads(done.out) if done.code == 0 else []
        return (found[0] if isinstance(found, list) else found) if found else None

    def account_kubeconfig(self, path):
        """Writes a kubeconfig with a token of the Service account of the chart; returns its path."""
        url = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{ACCOUNT}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        config = json.loads(self.kube.kubeconfig.read_text())
        config["users"][0]["user"] = {"token": json.loads(self.kube.call("POST", url, request)[1])["status"]["token"]}
        path.write_text(json.dumps(config))
        return path

    def start(self, path, name="operator", words=None, kubeconfig=None):
        """Starts an operator, with the words of a pod's command or those of the example, and waits until it is ready."""
        ports = [free_port(), free_port()]
        words = words or ["-auth-server", self.cluster.proxy, "-join-method", "kubernetes", "-token", "operator-bot"]
        token = self.directory / f"{name}.token"
        token.write_text(self.key.token(pod_claims(self.cluster.name, f"{NAMESPACE}:{ACCOUNT}")))
        env = environment(self.directory, SSL_CERT_FILE=str(self.cluster.ca_file), KUBERNETES_TOKEN_PATH=str(token),
                          KUBECONFIG=str(kubeconfig or self.kube.kubeconfig), POD_NAMESPACE=NAMESPACE)
        operator = Background([path, *words, "-metrics-bind-address", f"127.0.0.1:{ports[0]}",
                               "-health-probe-bind-address", f"127.0.0.1:{ports[1]}"],
                              env, self.directory / f"{name}.log")
        operator.ready_url = f"http://127.0.0.1:{ports[1]}/readyz"
        operator.metrics_url = f"http://127.0.0.1:{ports[0]}/metrics"

        def ready():
            assert operator.process.poll() is None, operator.output()[-4000:]
            return subprocess.run(["curl", "-sf", operator.ready_url], capture_output=True, check=False).returncode == 0

        wait_for(ready, 60, "a ready operator")
        return operator
