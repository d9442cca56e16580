"""Runs tests/fixtures/kube_api, a stand-in for a Kubernetes API server."""

import json
import os
import pathlib
import ssl
import sys
import urllib.request

from certs import make_self_signed
from processes import Background

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
TOKEN = "token-of-the-kubernetes-service"


class KubeStandIn:
    """A running stand-in, and a kubeconfig for it with the names `clusters` and the authentication `user`.

    With `identity`, a pair of files, the stand-in serves only clients with a certificate of this authority.
    """

    def __init__(self, directory, clusters, user=None, identity=None):
        directory.mkdir(parents=True, exist_ok=True)
        self.cert, key = make_self_signed(directory, "kube-api", "-addext", "subjectAltName=IP:127.0.0.1")
        env = {**os.environ, "PYTHONPATH": f"{FIXTURES}:{pathlib.Path(__file__).parent}"}
        words = [sys.executable, "-m", "kube_api", "--cert", self.cert, "--key", key, "--token", TOKEN]
        self._identity = identity
        if identity:
            words += ["--client-ca", identity[0]]
        self._program = Background(words, env, directory / "kube-api.log")
        self.port = json.loads(self._program.wait_for_output(r'\{"port": \d+\}').group(0))["port"]
        self.kubeconfig = directory / "kubeconfig"
        entry = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.cert)}
        self.kubeconfig.write_text(json.dumps({  # JSON is YAML
            "apiVersion": "v1", "kind": "Config", "clusters": [{"name": "stand-in", "cluster": entry}],
            "users": [{"name": "service", "user": user or {"token": TOKEN}}],
            "contexts": [{"name": name, "context": {"cluster": "stand-in", "user": "service"}} for name in clusters],
            "current-context": clusters[0]}))

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}", method=method, headers={"Authorization": f"Bearer {TOKEN}"},
            data=None if body is None else json.dumps(body).encode())
        context = ssl.create_default_context(cafile=str(self.cert))
        if self._identity:
            context.load_cert_chain(*self._identity)
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            return json.load(answer)

    def requests(self, **wanted):
        """Returns the recorded requests whose fields have these values."""
        return [request for request in self.call("GET", "/_requests")
                if all(request[key] == value for key, value in wanted.items())]

    def forget_requests(self):
        self.call("DELETE", "/_requests")

    def allow(self, group, verbs, resources, namespaces=("*",)):
        self.call("POST", "/_rules", {"group": group, "verbs": list(verbs), "resources": list(resources),
                                      "namespaces": list(namespaces)})

    def accept_tokens(self, *tokens):
        """Makes the stand-in accept these tokens and the kubeconfig's token."""
        self.call("POST", "/_tokens", list(tokens))

    def log(self, namespace, pod, line):
        self.call("POST", "/_log", {"namespace": namespace, "pod": pod, "line": line})

    def stop(self):
        assert self._program.stop() == 0, self._program.output()
