"""Runs a real kube-apiserver with etcd, made by `./dev deps kubernetes`. It has no nodes, so its pods do not run."""

import base64
import json
import os
import pathlib
import shutil
import ssl
import urllib.error
import urllib.request

from certs import make_self_signed, openssl
from processes import Background, free_port, wait_for

VERSION = "1.34.4"
TOKEN = "token-of-the-service-in-the-real-one"


def tools_directory():
    """Returns the directory of kube-apiserver, helm and a newer kubectl."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(cache) / "sallyport" / f"kubernetes-{VERSION}"


def missing_tools():
    """Returns the names of the missing programs."""
    directory = tools_directory()
    missing = [name for name in ("kube-apiserver", "helm", "kubectl") if not os.access(directory / name, os.X_OK)]
    return missing + ([] if shutil.which("etcd") else ["etcd"])


class RealKubernetes:
    """A running API server, and a kubeconfig for it with the names `clusters`."""

    def __init__(self, directory, clusters):
        directory.mkdir(parents=True, exist_ok=True)
        self.cert, key = make_self_signed(directory, "apiserver", "-addext", "subjectAltName=IP:127.0.0.1")
        self._start_etcd(directory)
        self.port = free_port()
        (directory / "tokens.csv").write_text(f'{TOKEN},service,1,"system:masters"\n')
        accounts = directory / "accounts.key"
        openssl("genrsa", "-out", accounts, "2048")
        self._command = [
            tools_directory() / "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}", f"--tls-cert-file={self.cert}",
            f"--tls-private-key-file={key}", f"--token-auth-file={directory / 'tokens.csv'}",
            "--authorization-mode=RBAC", f"--service-account-key-file={accounts}",
            f"--service-account-signing-key-file={accounts}", "--service-account-issuer=https://kubernetes.default",
            "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount",
            f"--cert-dir={directory}"]
        self._log = directory / "apiserver.log"
        self._server = Background(self._command, os.environ, self._log)
        self.kubeconfig = directory / "kubeconfig"
        entry = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.cert)}
        self.kubeconfig.write_text(json.dumps({  # JSON is YAML
            "apiVersion": "v1", "kind": "Config", "clusters": [{"name": "real", "cluster": entry}],
            "users": [{"name": "service", "user": {"token": TOKEN}}],
            "contexts": [{"name": name, "context": {"cluster": "real", "user": "service"}} for name in clusters],
            "current-context": clusters[0]}))
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self):
        wait_for(self._is_ready, 240, "a ready kube-apiserver")
        wait_for(lambda: self.call("GET", "/api/v1/namespaces/default", ok=False)[0] == 200, what="a namespace")

    def _start_etcd(self, directory):
        self._etcd_port, peers = free_port(), free_port()
        self.etcd = f"127.0.0.1:{self._etcd_port}"
        self._etcd = Background(
            ["etcd", "--data-dir", directory / "etcd", f"--listen-client-urls=http://127.0.0.1:{self._etcd_port}",
             f"--advertise-client-urls=http://127.0.0.1:{self._etcd_port}",
             f"--listen-peer-urls=http://127.0.0.1:{peers}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peers}",
             f"--initial-cluster=default=http://127.0.0.1:{peers}"], os.environ, directory / "etcd.log")

    def _is_ready(self):
        assert self._server.process.poll() is None, self._server.output()[-4000:]
        try:
            return self.call("GET", "/readyz", ok=False)[0] == 200
        except OSError:
            return False

    def call(self, method, path, body=None, user=None, groups=(), ok=True):
        """Sends a request as the service, or as a user that the service impersonates; returns status and body."""
        headers = [("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json")]
        if user:
            headers.append(("Impersonate-User", user))
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", method=method, headers=dict(headers),
                                         data=None if body is None else json.dumps(body).encode())
        for group in groups:
            request.add_header("Impersonate-Group", group)
        context = ssl.create_default_context(cafile=str(self.cert))
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            assert not ok, refused.read()
            return refused.code, refused.read()

    def stop_server(self):
        """Stops the API server; etcd goes on."""
        self._server.stop()

    def start_server(self):
        """Starts the stopped API server again at its port."""
        self._server = Background(self._command, os.environ, self._log)
        self._wait()

    def forget(self):
        """Makes etcd forget all states but the newest: a watch of an older one is refused with 410."""
        for key in range(10):
            self._ask_etcd("put", {"key": base64.b64encode(b"/other").decode(), "value": base64.b64encode(b"%d" % key).decode()})
        newest = self._ask_etcd("range", {"key": base64.b64encode(b"/other").decode()})["header"]["revision"]
        self._ask_etcd("compaction", {"revision": newest})

    def _ask_etcd(self, method, body):
        request = urllib.request.Request(f"http://{self.etcd}/v3/kv/{method}", method="POST", data=json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def stop(self):
        self._server.stop()
        self._etcd.stop()
