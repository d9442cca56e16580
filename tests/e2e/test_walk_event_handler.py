"""Tests of walk 5's deployment: the chart in charts/teleport-plugin-event-handler takes the values in
examples/event-handler, and what it installs exports the audit log to a sink.

The API server is real; there is no kubelet, so the test lays out the files that the pod would have, and runs the
handler with the pod's configuration."""

import base64
import json
import pathlib
import tomllib

import pytest
import yaml

from event_handlers import LONG_AGO
from harness import environment, program
from processes import free_port, run
from sinks import Sink
from test_handler_configure import configure, server_context
from test_walk_bot import ROOT, helm, kubectl, the

EXAMPLES = ROOT / "examples" / "event-handler"
CHART = ROOT / "charts" / "teleport-plugin-event-handler"
IMAGE = "image.repository=registry.test/teleport-event-handler"
RELEASE = "teleport-plugin-event-handler"
HTTP = {"image": {"repository": "registry.test/h"}, "teleport": {"address": "example.com:443", "identitySecretName": "i"},
        "fluentd": {"url": "http://sink/test.log", "sessionUrl": "http://sink/session"}}


def template(kube, tmp_path, values, *words):
    path = tmp_path / "values.yaml"
    path.write_text(yaml.safe_dump(values))
    return helm(kube, "template", "export", CHART, "-f", path, *words)


def rendered(kube, tmp_path, values, *words):
    return [one for one in yaml.safe_load_all(template(kube, tmp_path, values, *words).ok().out) if one]


def pod_of(documents):
    return the(documents, "Deployment")["spec"]["template"]["spec"]


def config_of(documents):
    return tomllib.loads(the(documents, "ConfigMap")["data"]["teleport-event-handler.toml"])


class Pod:
    """A folder in place of the root of a pod's container."""

    def __init__(self, kube, deployment, root):
        self.kube = kube
        self.root = root
        self.spec = deployment["spec"]["template"]["spec"]
        (self.container,) = self.spec["containers"]
        volumes = {volume["name"]: volume for volume in self.spec["volumes"]}
        for mount in self.container["volumeMounts"]:
            self._lay_out(volumes[mount["name"]], self.inside(mount["mountPath"]), mount.get("subPath"))

    def inside(self, path):
        return self.root / pathlib.PurePosixPath(path).relative_to("/")

    def _object(self, kind, name):
        return json.loads(kubectl(self.kube, "get", kind, name, "-o", "json"))["data"]

    def _lay_out(self, volume, target, sub_path):
        if "persistentVolumeClaim" in volume:
            kubectl(self.kube, "get", "pvc", volume["persistentVolumeClaim"]["claimName"])
            target.mkdir(parents=True)
            return
        if "secret" in volume:
            data = self._object("secret", volume["secret"]["secretName"])
            files = {key: base64.b64decode(value) for key, value in data.items()}
            items = volume["secret"].get("items") or [{"key": key, "path": key} for key in files]
            files = {item["path"]: files[item["key"]] for item in items}
        else:
            files = {key: value.encode() for key, value in self._object("configmap", volume["configMap"]["name"]).items()}
        for name, content in files.items():
            path = target if name == sub_path else target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def handler(self, env, *more):
        """Runs the container's command, with the paths of the pod in the folder."""
        config = self.inside(self.container["args"][2])
        text = config.read_text()
        text = text.replace("0.0.0.0:3001", f"127.0.0.1:{free_port()}")  # the pod's own network
        for path in ("/storage", "/var/lib"):
            text = text.replace(f'"{path}', f'"{self.root}{path}')
        config.write_text(text)
        words = [*self.container["args"][:2], config, *more]
        return run([program("teleport-event-handler"), *words], env, cwd=self.root)


def test_the_chart_with_the_values_of_the_walk_exports_the_log(cluster, real_kube, tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    configure(keys, ".", cluster.proxy).ok()
    cluster.tctl("create", "-f", keys / "teleport-event-handler-role.yaml")
    cluster.tctl("auth", "sign", "--user=teleport-event-handler", "--out", tmp_path / "identity")
    kubectl(real_kube, "create", "secret", "generic", "teleport-event-handler-client-tls",
            *(f"--from-file={name}={keys / name}" for name in ("ca.crt", "client.crt", "client.key")))
    kubectl(real_kube, "create", "secret", "generic", f"--from-file={tmp_path / 'identity'}",
            "teleport-event-handler-identity")

    with Sink(server_context(keys)) as sink:
        sink_url = f"https://localhost:{sink.port}"
        values = ("-f", EXAMPLES / "values.yaml", "--set", IMAGE, "--set", f"teleport.address={cluster.proxy}", "--set",
                  f"fluentd.url={sink_url}/events.log", "--set", f"fluentd.sessionUrl={sink_url}/session.log")
        helm(real_kube, "lint", "--strict", CHART, *values).ok()
        assert "deployed" in helm(real_kube, "install", RELEASE, CHART, "-n", "default", *values).ok().out
        deployment = json.loads(kubectl(real_kube, "get", "deployment", RELEASE, "-o", "json"))
        assert deployment["spec"]["strategy"]["type"] == "Recreate" and deployment["spec"]["replicas"] == 1

        pod = Pod(real_kube, deployment, tmp_path / "pod")
        assert pod.container["image"] == "registry.test/teleport-event-handler:0.1.0"
        env = environment(tmp_path, SSL_CERT_FILE=str(cluster.ca_file))
        before = {event["uid"] for event in cluster.events()}
        pod.handler(env, "--exit-on-last-event", "--start-time", LONG_AGO).ok()
        assert before and before <= set(sink.uids("/events.log"))
        assert list((tmp_path / "pod" / "storage").iterdir())
    assert "uninstalled" in helm(real_kube, "uninstall", RELEASE, "-n", "default").ok().out


def test_the_example_is_rendered_as_it_is(real_kube):
    words = (CHART, "-f", EXAMPLES / "values.yaml", "--set", IMAGE)
    helm(real_kube, "lint", "--strict", *words).ok()
    documents = list(yaml.safe_load_all(helm(real_kube, "template", RELEASE, *words).ok().out))
    assert {one["metadata"]["name"] for one in documents} == {RELEASE}
    assert sorted(one["kind"] for one in documents) == ["ConfigMap", "Deployment", "PersistentVolumeClaim"]
    files = "/var/lib/teleport/plugins/event-handler"
    assert config_of(documents) == {
        "storage": "/storage", "timeout": "10s", "batch": 20, "window-size": "24h", "debug": False,
        "diag-addr": "0.0.0.0:3001",
        "teleport": {"addr": "example.teleport.com:443", "identity": f"{files}/teleport-identity/identity",
                     "refresh": {"enabled": True}},
        "forward": {"fluentd": {"url": "https://fluentd.fluentd.svc.cluster.local/events.log",
                                "session-url": "https://fluentd.fluentd.svc.cluster.local/session.log",
                                "ca": f"{files}/certificate/ca.crt", "cert": f"{files}/certificate/client.crt",
                                "key": f"{files}/certificate/client.key"}}}


def test_the_pod_has_few_rights(real_kube, tmp_path):
    pod = pod_of(rendered(real_kube, tmp_path, HTTP))
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["args"] == ["start", "--config", "/etc/teleport-event-handler.toml"]
    assert [container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")] == ["/livez", "/readyz"]
    assert container["ports"] == [{"name": "diagnostics", "containerPort": 3001}]
    assert {"name": "storage", "emptyDir": {}} in pod["volumes"]
    assert not [volume for volume in pod["volumes"] if volume["name"] == "certificate"]


def test_a_bot_beside_the_handler_writes_its_identity(real_kube, tmp_path):
    bot = {"enabled": True, "image": "registry.test/tbot", "clusterName": "example.com", "token": "export-bot",
           "teleportProxyAddress": "proxy.example.com:443"}
    documents = rendered(real_kube, tmp_path, {**HTTP, "teleport": {}, "tbot": bot})
    assert config_of([one for one in documents if "tbot" not in one["metadata"]["name"]])["teleport"] == {
        "addr": "proxy.example.com:443", "refresh": {"enabled": True},
        "identity": "/var/lib/teleport/plugins/event-handler/teleport-identity/identity"}
    of_bot = next(one["data"]["tbot.yaml"] for one in documents if "tbot.yaml" in one.get("data", {}))
    secret = yaml.safe_load(of_bot)["outputs"][0]["destination"]["name"]
    handler = next(one for one in documents if one["kind"] == "Deployment" and "tbot" not in one["metadata"]["name"])
    assert {"secretName": secret, "defaultMode": 0o440} in [volume.get("secret")
                                                            for volume in handler["spec"]["template"]["spec"]["volumes"]]


@pytest.mark.parametrize("more, volume", [
    ({"persistentVolumeClaim": {"existingClaim": "mine"}}, {"persistentVolumeClaim": {"claimName": "mine"}}),
    ({"volumes": [{"name": "storage", "hostPath": {"path": "/srv"}}],
      "volumeMounts": [{"name": "storage", "mountPath": "/var/lib/teleport/plugins/event-handler/storage"}]},
     {"hostPath": {"path": "/srv"}})])
def test_storage_may_be_ones_own(real_kube, tmp_path, more, volume):
    pod = pod_of(rendered(real_kube, tmp_path, {**HTTP, **more}))
    assert [one for one in pod["volumes"] if one["name"] == "storage"] == [{"name": "storage", **volume}]
    mounts = [mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"] if mount["name"] == "storage"]
    assert mounts == ["/var/lib/teleport/plugins/event-handler/storage"]


def test_types_debugging_and_authorities_are_passed_on(real_kube, tmp_path):
    values = {**HTTP, "tls": {"existingCASecretName": "roots"}, "fullnameOverride": "export",
              "eventHandler": {"types": ["user.login", "user.create"], "skipEventTypes": ["cert.create"],
                               "skipSessionTypes": ["print"], "debug": True, "batch": 100000, "chain": True}}
    values["fluentd"] = {**HTTP["fluentd"], "format": "json-lines-gzip"}
    documents = rendered(real_kube, tmp_path, values)
    config = config_of(documents)
    assert {key: config[key] for key in ("types", "skip-event-types", "skip-session-types", "debug", "batch", "chain")} == {
        "types": "user.login,user.create", "skip-event-types": "cert.create", "skip-session-types": "print",
        "debug": True, "batch": 100000, "chain": True}
    assert config["forward"]["fluentd"]["format"] == "json-lines-gzip"
    (container,) = pod_of(documents)["containers"]
    assert container["env"] == [{"name": "SSL_CERT_FILE", "value": "/etc/teleport-tls-ca/ca.pem"}]


@pytest.mark.parametrize("setting, reason", [
    ("image.repository=", "image.repository is missing"),
    ("teleport.address=", "teleport.address is missing"),
    ("teleport.address=example.com", 'teleport.address: "example.com" has no port'),
    ("teleport.identitySecretName=", "teleport.identitySecretName is missing"),
    ("fluentd.url=", "fluentd.url is missing"),
    ("fluentd.sessionUrl=", "fluentd.sessionUrl is missing"),
    ("fluentd.url=https://sink/test.log", "fluentd.certificate.secretName is missing"),
    ("fluentd.url=ftp://sink", "/fluentd/url"),
    ("fluentd.format=xml", "/fluentd/format"),
    ("eventHandler.chain=maybe", "/eventHandler/chain"),
    ("fluentd.certificate.caPath=", "/fluentd/certificate/caPath"),
    ("eventHandler.batch=many", "/eventHandler/batch"),
    ("eventHandler.batch=0", "/eventHandler/batch"),
    ("eventHandler.timeout=soon", "/eventHandler/timeout"),
    ("eventHandler.windowSize=24", "/eventHandler/windowSize"),
    ("eventHandler.bacth=20", "'bacth' not allowed"),
    ("eventHandler.types=user.login", "/eventHandler/types"),
    ("eventHandler.storagePath=", "/eventHandler/storagePath"),
    ("image.pullPolicy=Sometimes", "/image/pullPolicy"),
    ("replicas=2", "'replicas' not allowed"),
    ("persistentVolumeClaim.enabled=maybe", "/persistentVolumeClaim/enabled")])
def test_the_chart_names_a_wrong_value(real_kube, tmp_path, setting, reason):
    done = template(real_kube, tmp_path, HTTP, "--set", setting)
    assert done.code != 0 and reason in done.err, done
