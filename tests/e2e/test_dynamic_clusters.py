"""Tests of Kubernetes clusters that kube_cluster resources bring: an agent serves those that its `resources` select, as
they come, change and go; their credentials reach nobody else."""

import base64
import json
import time

import pytest

from cluster_fixtures import MEMBER
from harness import Cluster, Tsh, program, started
from kube_stand_in import TOKEN, KubeStandIn
from processes import run, wait_for
from test_kube_agents import KubeAgent, names

SECOND = 1.0  # a change reaches an agent, and from it the proxy, within this time
ALL_LABELS = """
kind: role
version: v7
metadata: {name: all-kube}
spec:
  allow:
    kubernetes_labels: {'*': '*'}
    kubernetes_groups: [developers]
    kubernetes_resources: [{kind: '*', namespace: '*', name: '*', verbs: ['*']}]
"""
READER = """
kind: role
version: v7
metadata: {name: kube-reader}
spec:
  allow:
    kubernetes_labels: {'*': '*'}
    rules: [{resources: [kube_cluster], verbs: [list, read]}]
"""


class DynamicAgent(KubeAgent):
    """An agent that serves the clusters of resources with the label env: prod."""

    def __init__(self, cluster, directory, stand_in):
        super().__init__(cluster, directory, stand_in)
        text = self.config.read_text()
        begin = text.index("  kubeconfig_file")
        self.config.write_text(text[:begin] + "  resources: [{labels: {env: [prod, stage]}}, {labels: {tier: db}}]\n")


def kubeconfig(stand_in, user=None, **cluster):
    authority = base64.b64encode(stand_in.cert.read_bytes()).decode()
    return json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "admin@c",
        "clusters": [{"name": "c", "cluster": {"server": f"https://127.0.0.1:{stand_in.port}",
                                               "certificate-authority-data": authority, **cluster}}],
        "contexts": [{"name": "admin@c", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": user or {"token": TOKEN}}]})


def resource(name, config, **labels):
    return json.dumps({"kind": "kube_cluster", "version": "v3", "metadata": {"name": name, "labels": labels},
                       "spec": {"kubeconfig": base64.b64encode(config.encode()).decode()}})


@pytest.fixture(scope="module")
def kube(tmp_path_factory):
    stand_in = KubeStandIn(tmp_path_factory.mktemp("kube"), ["unused"])
    yield stand_in
    stand_in.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, kube):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        for role in (MEMBER, ALL_LABELS, READER):
            running.create(role, "-f")
        agent = DynamicAgent(running, tmp_path_factory.mktemp("agent"), kube).start()
        running.agent = agent
        yield running
        agent.stop()


@pytest.fixture(scope="module")
def user(cluster, tmp_path_factory):
    """A user who reaches every cluster."""
    machine = Tsh(cluster, tmp_path_factory.mktemp("user"))
    machine.login(cluster.add_user("all", roles="member,all-kube"))
    return machine


@pytest.fixture
def served(cluster, kube, user):
    """A cluster of a resource that the agent serves."""
    cluster.create(resource("prod-1", kubeconfig(kube), env="prod", team="a"), "-f")
    wait_for(lambda: "prod-1" in names(user), what="the cluster")
    yield "prod-1"
    cluster.tctl("rm", "kube_cluster/prod-1", ok=False)
    wait_for(lambda: "prod-1" not in names(user), what="the end of the cluster")


def test_a_resource_brings_a_cluster_within_a_second(cluster, kube, user):
    cluster.create(resource("quick", kubeconfig(kube), env="stage"))
    begin = time.monotonic()
    wait_for(lambda: "quick" in names(user), what="the cluster")
    assert time.monotonic() - begin < SECOND
    assert names(user)["quick"] == {"env": "stage", "teleport.dev/origin": "dynamic"}
    user("kube", "login", "quick")
    assert "web" in user.kubectl("get", "pods").out

    cluster.tctl("rm", "kube_cluster/quick")
    begin = time.monotonic()
    wait_for(lambda: "quick" not in names(user), what="the end of the cluster")
    assert time.monotonic() - begin < SECOND


def test_labels_decide_anew_with_each_change(cluster, kube, user, served):
    cluster.create(resource(served, kubeconfig(kube), env="dev"), "-f")
    wait_for(lambda: served not in names(user), what="the end of the cluster")
    cluster.create(resource(served, kubeconfig(kube), env="dev", tier="db"), "-f")
    wait_for(lambda: names(user).get(served, {}).get("tier") == "db", what="the cluster again")
    user("kube", "login", served)
    assert "web" in user.kubectl("get", "pods").out


def test_a_changed_kubeconfig_is_used_at_once(cluster, kube, user, served):
    user("kube", "login", served)
    cluster.create(resource(served, kubeconfig(kube, user={"token": "wrong"}), env="prod"), "-f")
    wait_for(lambda: user.kubectl("get", "pods", ok=False).code != 0, what="a refusal of the wrong token")
    cluster.create(resource(served, kubeconfig(kube), env="prod"), "-f")
    wait_for(lambda: user.kubectl("get", "pods", ok=False).code == 0, what="the cluster again")


def test_a_removed_cluster_ends_its_sessions(cluster, user, served):
    user("kube", "login", served)
    with user.kubectl_background("watch", "get", "pods", "-w") as watch:
        watch.wait_for_output("web")
        cluster.tctl("rm", f"kube_cluster/{served}")
        begin = time.monotonic()
        watch.wait()
        assert time.monotonic() - begin < 5


@pytest.mark.parametrize("part, key", [
    ({"user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "id"}}}, "users[].user.exec"),
    ({"user": {"tokenFile": "/etc/shadow"}}, "users[].user.tokenFile"),
    ({"proxy-url": "http://127.0.0.1:1"}, "clusters[].cluster.proxy-url"),
    ({"insecure-skip-tls-verify": True}, "clusters[].cluster.insecure-skip-tls-verify"),
])
def test_a_kubeconfig_that_reaches_for_the_agent_is_refused_at_the_write(cluster, kube, part, key):
    config = kubeconfig(kube, part.get("user"), **{name: value for name, value in part.items() if name != "user"})
    done = cluster.tctl("create", "-f", "-", stdin=resource("evil", config, env="prod"), ok=False)
    assert done.code != 0 and f"{key} is not allowed" in done.err, done
    assert cluster.tctl("get", "kube_cluster/evil", ok=False).code != 0


def test_the_kubeconfig_is_shown_with_secrets_alone(cluster, served):
    without = json.loads(cluster.tctl("get", f"kube_cluster/{served}", "--format=json").out)
    assert not without[0]["spec"].get("kubeconfig")
    secret = json.loads(cluster.tctl("get", f"kube_cluster/{served}", "--format=json", "--with-secrets").out)
    assert TOKEN in base64.b64decode(secret[0]["spec"]["kubeconfig"]).decode()


def test_a_comparison_shows_a_digest_in_place_of_the_kubeconfig(cluster, kube, served, tmp_path):
    same, other = tmp_path / "same.yaml", tmp_path / "other.yaml"
    same.write_text(resource(served, kubeconfig(kube), env="prod", team="a"))
    other.write_text(resource(served, kubeconfig(kube, user={"token": "another"}), env="prod", team="a"))
    assert "is unchanged" in cluster.tctl("create", "-f", str(same)).out
    done = cluster.tctl("diff", str(other), ok=False)
    assert "kubeconfig" in done.out and "sha256" in done.out, done
    for text in (TOKEN, "another"):
        assert base64.b64encode(text.encode()).decode()[:12] not in done.out and text not in done.out


def test_who_only_reads_clusters_gets_no_kubeconfig(cluster, served, tmp_path):
    machine = Tsh(cluster, tmp_path)
    machine.login(cluster.add_user("reader", roles="kube-reader"))
    words = ["get", f"kube_cluster/{served}", "--format=json", "--with-secrets"]
    seen = json.loads(run([program("tctl"), *words], machine.env, "", 30).ok().out)
    assert seen[0]["metadata"]["name"] == served and not seen[0]["spec"].get("kubeconfig")


def test_what_came_and_went_while_the_cluster_was_away_is_right_afterwards(cluster, kube, user, served):
    cluster.create(resource("gone", kubeconfig(kube), env="prod"))
    wait_for(lambda: "gone" in names(user), what="the cluster")
    cluster.agent.suspend()
    cluster.tctl("rm", "kube_cluster/gone")
    cluster.create(resource("new", kubeconfig(kube), env="prod"))
    cluster.kill()
    cluster.agent.resume()
    cluster.start()
    wait_for(lambda: {served, "new"} <= set(names(user)) and "gone" not in names(user), what="the clusters")
    cluster.tctl("rm", "kube_cluster/new")


class OwnKubeCluster(Cluster):
    """A cluster whose own process serves the clusters of its configuration and of resources."""

    def __init__(self, directory, kube):
        super().__init__(directory, kube)
        self._kube_settings = "  resources: [{labels: {env: dev}}]\n"


def test_the_process_of_the_cluster_serves_resources_and_its_configuration_wins(tmp_path):
    kube, other = (KubeStandIn(tmp_path / name, ["configured"]) for name in ("kube", "other"))
    with started(OwnKubeCluster(tmp_path / "cluster", kube)) as running:
        running.create(MEMBER, "-f")
        machine = Tsh(running, tmp_path / "user")
        machine.login(running.add_user("someone"))
        running.create(resource("configured", kubeconfig(other), env="dev"))
        running.create(resource("more", kubeconfig(other), env="dev"))
        wait_for(lambda: {"configured", "more"} == set(names(machine)), what="both clusters")
        for name, served_by in (("configured", kube), ("more", other)):
            machine("kube", "login", name)
            served_by.forget_requests()
            assert "web" in machine.kubectl("get", "pods").out
            assert served_by.requests(path="/api/v1/namespaces/default/pods")
        assert "the configuration has a cluster of that name" in running.log.read_text()
    kube.stop()
    other.stop()
