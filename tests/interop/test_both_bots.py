"""Tests of bots in both directions: Teleport's tbot and ours, each on a cluster of Teleport and on ours.

They connect to the auth service itself, and through the proxy: Teleport's tbot does that by SSH."""

import json
import re
import shutil
import signal
import subprocess

import pytest
import yaml

from certs import openssl
from harness import environment, program, reference_program, started
from processes import Background, run, wait_for
from reference_cluster import ReferenceCluster
from service_accounts import AccountKey, pod_claims
from tctl_ways import name  # noqa: F401 pylint: disable=unused-import
from test_tbot import IDENTITY_FILES, STORAGE_FILES, modes

OWN_FILES = {"lock"}  # of our tbot alone


@pytest.fixture(params=["ours", "theirs"])
def place(request):
    return request.getfixturevalue("cluster" if request.param == "ours" else "reference_cluster")


@pytest.fixture(params=["ours", "theirs"])
def tbot(request):
    return program("tbot") if request.param == "ours" else reference_program("tbot")


@pytest.fixture(params=["auth", "proxy"])
def way(request):
    return request.param


class Machine:
    """A machine with a bot's configuration for one cluster."""

    def __init__(self, place, tbot, way, name, directory, roles=("member",)):
        directory.mkdir(exist_ok=True)
        self.place = place
        self.directory = directory
        self.storage, self.out, self.kube = (directory / part for part in ("storage", "out", "kube"))
        self.env = environment(directory, SSL_CERT_FILE=str(place.ca_file), TELEPORT_ANONYMOUS_TELEMETRY="0")
        self._tbot = tbot
        self._way = way
        place.create(f"{{kind: bot, version: v1, metadata: {{name: {name}}}, "
                     f"spec: {{roles: [{', '.join(roles)}]}}}}")
        self.onboarding = {
            "join_method": "token",
            "token": json.loads(place.tctl("bots", "instances", "add", name, "--format=json").out)["token_id"]}
        self.services = [{"type": "identity", "destination": {"type": "directory", "path": str(self.out)}},
                         {"type": "kubernetes", "kubernetes_cluster": "dev-cluster",
                          "destination": {"type": "directory", "path": str(self.kube)}}]

    def write_config(self, storage=None, oneshot=True):
        pin = re.search(r"sha256:[0-9a-f]{64}", self.place.tctl("status").out).group()
        path = self.directory / "tbot.yaml"
        address = {"auth": {"auth_server": f"127.0.0.1:{self.place.auth_port}"},
                   "proxy": {"proxy_server": self.place.proxy}}[self._way]
        path.write_text(yaml.safe_dump({
            "version": "v2", "oneshot": oneshot, **address,
            "onboarding": {**self.onboarding, "ca_pins": [pin]},
            "storage": {"type": "directory", "path": str(storage or self.storage)},
            "services": self.services}))
        return path

    def run(self, storage=None):
        return run([self._tbot, "start", "-c", self.write_config(storage)], self.env, timeout=90)

    def start(self):
        path = self.write_config(oneshot=False)
        return Background([self._tbot, "start", "-c", path], self.env, self.directory / "tbot.log")

    def kubectl(self):
        return run(["kubectl", f"--kubeconfig={self.kube / 'kubeconfig.yaml'}", "get", "pods", "-A"], self.env)


@pytest.fixture
def machine(place, tbot, way, name, tmp_path):
    return Machine(place, tbot, way, name, tmp_path)


def test_a_bot_joins_and_writes_the_same_files(machine, tbot):
    machine.run().ok()
    of_cluster = {f"{machine.place.name}.{ending}" for ending in ("known_hosts", "ssh_config")}
    assert set(modes(machine.out)) == IDENTITY_FILES | of_cluster
    assert set(modes(machine.storage)) - OWN_FILES == STORAGE_FILES - OWN_FILES
    assert set(modes(machine.out).values()) | set(modes(machine.storage).values()) == {0o600}
    assert "kubeconfig.yaml" in modes(machine.kube)
    machine.kubectl().ok()
    listed = run([program("tsh"), "-i", machine.out / "identity", f"--proxy={machine.place.proxy}", "ls"], machine.env)
    assert listed.code == 0, (listed, tbot)


def test_a_bot_renews_and_a_copy_of_it_is_locked_out(machine):
    machine.run().ok()
    copied = machine.directory / "copied"
    shutil.copytree(machine.storage, copied)
    machine.run().ok()
    machine.run().ok()
    machine.run(copied)
    # A cluster of Teleport sees its own lock a moment later.
    refused = wait_for(lambda: (done := machine.run()).code != 0 and done, 30, "a refusal of the locked bot")
    assert re.search("generation|lock|denied", refused.err), refused


def test_a_running_bot_renews_on_a_signal_and_is_listed(place, machine, name):
    with machine.start() as running:
        identity, stored = machine.out / "identity", machine.storage / "tlscert"
        wait_for(lambda: identity.exists() and (machine.kube / "kubeconfig.yaml").exists(), 30, "the outputs")
        before = identity.read_text(), stored.read_text()
        running.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: identity.read_text() != before[0] and stored.read_text() != before[1], 30, "a renewal")
        machine.kubectl().ok()
        assert name in place.tctl("bots", "instances", "ls", name).out
    machine.run().ok()


JWT_TOKEN = """
kind: token
version: v2
metadata: {{name: {name}}}
spec:
  roles: [Bot]
  join_method: kubernetes
  bot_name: {name}
  kubernetes:
    type: static_jwks
    static_jwks: {{jwks: '{jwks}'}}
    allow: [{{service_account: "default:robot"}}]
"""


def test_a_bot_joins_by_the_token_of_a_service_account(place, machine, name, tmp_path):
    key = AccountKey(tmp_path)
    place.create(JWT_TOKEN.format(name=name, jwks=key.jwks()))
    projected = tmp_path / "projected"
    machine.onboarding = {"join_method": "kubernetes", "token": name}
    machine.env["KUBERNETES_TOKEN_PATH"] = str(projected)

    projected.write_text(key.token(pod_claims("other.audience")))
    assert machine.run().code != 0
    assert not (machine.out / "identity").exists()
    projected.write_text(key.token(pod_claims(place.name)))
    machine.run().ok()
    machine.kubectl().ok()
    machine.run().ok()  # joins again
    assert name in place.tctl("bots", "instances", "ls", name).out


# Every output, of both programs on the same cluster.


def services(out):
    kinds = {"identity": {}, "kubernetes": {"kubernetes_cluster": "dev-cluster"},
             "kubernetes/v2": {"selectors": [{"name": "dev-cluster"}]},
             "ssh_host": {"principals": ["node.example.com"], "roles": ["host-certs"]}}
    return [{"type": kind, **more, "destination": {"type": "directory", "path": str(out / kind.replace("/", "-"))}}
            for kind, more in kinds.items()]


HOST_CERTS = """
kind: role
version: v7
metadata: {name: host-certs}
spec:
  allow:
    impersonate: {users: [], roles: []}
    rules: [{resources: [host_cert], verbs: [create],
             where: 'all_end_with(host_cert.principals, ".example.com")'}]
"""


class Written:
    """The files that one tbot has written for all outputs."""

    def __init__(self, place, program_name, which, name, directory):
        self.which = which
        self.out = directory / which
        machine = Machine(place, program_name, "proxy", f"{name}-{which}", directory / f"machine-{which}",
                          roles=["member", "host-certs"])
        machine.services = services(self.out)
        machine.run().ok()
        self._replaced = [(str(self.out), "OUT"), (str(program_name.resolve()), "TBOT"), (f"{name}-{which}", "BOT"),
                          (str(machine.directory), "MACHINE")]

    def folders(self):
        return {folder.name: modes(folder) for folder in self.out.iterdir()}

    def text(self, *parts):
        text = self.out.joinpath(*parts).read_text()
        for old, new in self._replaced:
            text = text.replace(old, new)
        return text


def facts_of(certificate):
    """Returns what a certificate says, without what differs for each bot and each run."""
    shown = openssl("x509", "-in", certificate, "-noout", "-subject", "-ext", "extendedKeyUsage,keyUsage,basicConstraints",
                    "-nameopt", "RFC2253,sep_multiline,oid").decode()
    names = r"\.2\.7=|\.2\.18=|\.2\.20=|2\.5\.4\.3=|-nologin-"  # the bot, its instance, the user
    return [re.sub(f"({names}).*", r"\1", line).strip() for line in shown.splitlines()]


def ssh_facts_of(certificate):
    shown = subprocess.run(["ssh-keygen", "-L", "-f", certificate], capture_output=True, text=True, check=True).stdout
    volatile = r"bot-|Signing CA|Public key|Valid:|Serial|Key ID|prev-identity|traits|^/|-nologin-|[0-9a-f-]{36}"
    return [line.strip() for line in shown.splitlines() if not re.search(volatile, line)]


@pytest.fixture(params=["ours", "theirs"])
def both(request, name, tmp_path):
    where = request.getfixturevalue("cluster" if request.param == "ours" else "reference_cluster")
    where.create(HOST_CERTS, "-f")
    return (Written(where, program("tbot"), "ours", name, tmp_path),
            Written(where, reference_program("tbot"), "theirs", name, tmp_path))


def test_all_outputs_of_both_are_alike(both):
    ours, theirs = both
    assert ours.folders() == theirs.folders()
    for folder, files in ours.folders().items():
        for file in files:
            if file.endswith("-ca.crt") or file.endswith("-ca.pub"):
                assert ours.text(folder, file) == theirs.text(folder, file), (folder, file)
            if file == "tlscert":
                assert facts_of(ours.out / folder / file) == facts_of(theirs.out / folder / file), folder
            if file.endswith("-cert.pub"):
                assert ssh_facts_of(ours.out / folder / file) == ssh_facts_of(theirs.out / folder / file), folder
    for file in ("ssh_config", "known_hosts"):
        assert sorted(ours.text("identity", file).split()) == sorted(theirs.text("identity", file).split()), file
    for folder in ("kubernetes", "kubernetes-v2"):
        assert (yaml.safe_load(ours.text(folder, "kubeconfig.yaml")) ==
                yaml.safe_load(theirs.text(folder, "kubeconfig.yaml"))), folder


def test_both_forms_of_the_identity_file_are_alike(both):
    def shape(written):
        lines = written.text("identity", "identity").splitlines()
        return [line.split()[0] for line in lines if line.startswith(("-----", "ssh-", "@cert", "ecdsa-"))]

    ours, theirs = both
    assert shape(ours) == shape(theirs)


# Applications, which only a cluster of Teleport serves.

APP = "dumper"
APPS = f"""app_service:
  enabled: yes
  apps: [{{name: {APP}, uri: "http://127.0.0.1:1"}}]
"""
APP_ACCESS = """
kind: role
version: v7
metadata: {name: app-access}
spec: {allow: {app_labels: {'*': '*'}}}
"""


@pytest.fixture(scope="module")
def app_cluster(tmp_path_factory):
    running = ReferenceCluster(tmp_path_factory.mktemp("apps"), None, settings=APPS)
    with started(running):
        running.create(APP_ACCESS, "-f")
        wait_for(lambda: APP in running.tctl("apps", "ls").out, 60, "the application")
        yield running


def test_the_output_of_an_application(app_cluster, tbot, way, name, tmp_path):
    machine = Machine(app_cluster, tbot, way, name, tmp_path, roles=["app-access"])
    machine.services = [{"type": "application", "app_name": APP, "specific_tls_naming": True,
                         "destination": {"type": "directory", "path": str(machine.out)}}]
    machine.run().ok()
    expected = {".write-test", "identity", "key", "key.pub", "key-cert.pub", "tlscert", "tls.crt", "tls.key", "tls.cas",
                "teleport-host-ca.crt", "teleport-user-ca.crt", "teleport-database-ca.crt"}
    assert set(modes(machine.out)) == expected
    shown = openssl("x509", "-in", machine.out / "tls.crt", "-noout", "-subject", "-nameopt", "RFC2253,sep_multiline,oid")
    assert APP.encode().hex().upper() in shown.decode()


def test_our_bot_follows_a_rotation(app_cluster, name, tmp_path):
    """The periodic look at the authorities is ten minutes away."""
    machine = Machine(app_cluster, program("tbot"), "proxy", name, tmp_path, roles=["app-access"])
    machine.services = machine.services[:1]
    with machine.start() as running:
        bundle = machine.out / "teleport-database-ca.crt"
        wait_for(bundle.exists, 30, "the output")
        status = [program("tbot"), "status", f"--storage={machine.storage}", "--format=json"]
        wait_for(lambda: '"healthy"' in run(status, machine.env).out, 30, "a healthy bot")
        before = bundle.read_text()
        app_cluster.tctl("auth", "rotate", "--type=db", "--manual", "--phase=init")
        wait_for(lambda: bundle.read_text() != before, 60, "the new authority")
        assert before in bundle.read_text() or bundle.read_text().count("BEGIN") > before.count("BEGIN")
        assert "authorities have changed" in running.output()
