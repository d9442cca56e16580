"""Tests of Kubernetes clusters that agents on other hosts serve (walk 1, step 5): the clusters behave like those of the
proxy's own process, and appear and disappear with their agents."""

import concurrent.futures
import json
import signal
import time

import pytest

from cluster_fixtures import MEMBER
from endpoints import log_in as log_in_by_web
from harness import Cluster, Tsh, environment, program, started
from kube_endpoint import KubeEndpoint, ask
from kube_stand_in import KubeStandIn
from processes import Background, run, wait_for
# pylint: disable=unused-import,redefined-outer-name
from test_kube_roles import (log_in, questioner, test_created_objects_have_a_name, test_denials_say_why,  # noqa: F401
                             test_lists_show_what_roles_reach, test_part_of_a_collection_is_deleted, test_questions,
                             test_scope_of_custom_resources_is_asked_for)
from test_walk_kubernetes import (mode, test_copy_in_and_out, test_exec_gives_output_and_exit_code,  # noqa: F401
                        test_exec_passes_stdin, test_followed_log_goes_on, test_forbidden_of_the_api_server_is_passed_on,
                        test_forged_identity_is_refused_or_dropped, test_large_answers_and_parallel_requests,
                        test_namespaces_and_pods, test_port_forward, test_requests_are_audited,
                        test_upstream_ends_with_the_client, test_watch_sees_changes)


def kube_token(cluster):
    token = json.loads(cluster.tctl("nodes", "add", "--roles=kube", "--ttl=10000h", "--format=json").out)[0]
    cluster.secrets.add(token)
    return token


class KubeAgent:
    """An agent with a kubernetes_service and a separate data directory."""

    def __init__(self, cluster, directory, stand_in, labels="env: dev", token=None):
        self.log = directory / "agent.log"
        self._directory = directory
        self._program = None
        directory.mkdir(parents=True, exist_ok=True)
        token = token or kube_token(cluster)
        self.config = directory / "agent.yaml"
        self.config.write_text(f"""\
version: v3
teleport:
  nodename: {directory.name}
  data_dir: {directory / "data"}
  proxy_server: {cluster.proxy}
  join_params: {{method: token, token_name: {token}}}
auth_service: {{enabled: no}}
proxy_service: {{enabled: no}}
ssh_service: {{enabled: no}}
kubernetes_service:
  enabled: yes
  kubeconfig_file: {stand_in.kubeconfig}
  labels: {{{labels}}}
""")

    def start(self):
        self.log.unlink(missing_ok=True)  # the log of an earlier run must not match
        self._program = Background([program("teleport"), "start", "-c", self.config, "--insecure"],
                                   environment(self._directory), self.log)
        self._program.wait_for_output("agent is ready")
        return self

    def stop(self):
        assert self._program.stop() == 0, self.log.read_text()

    def kill(self):
        self._program.__exit__()

    def suspend(self):
        """Stops the agent's process so that it answers nothing, as a hung host does."""
        self._program.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._program.process.send_signal(signal.SIGCONT)


def names(machine):
    return {row["kube_cluster_name"]: row["labels"] for row in json.loads(machine("kube", "ls", "--format=json").out)}


@pytest.fixture(scope="module")
def kube(tmp_path_factory):
    """Starts a separate stand-in, because other tests have changed the objects of the shared one."""
    stand_in = KubeStandIn(tmp_path_factory.mktemp("kube"), ["dev-cluster", "prod-cluster"])
    yield stand_in
    stand_in.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, kube):
    """Starts a cluster whose Kubernetes cluster an agent serves, in place of the shared cluster."""
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        running.create(MEMBER, "-f")
        agent = KubeAgent(running, tmp_path_factory.mktemp("agent"), kube).start()
        wait_for(lambda: "dev-cluster" in running.tctl("kube", "ls").out, what="the Kubernetes cluster")
        yield running
        agent.stop()
        assert "dev-cluster" not in running.tctl("kube", "ls").out


@pytest.fixture(scope="module")
def second_token(cluster):
    """Returns one token for all hosts that serve the second cluster, because a name belongs to a token."""
    return kube_token(cluster)


@pytest.fixture
def second(cluster, second_token, tmp_path):
    """Starts a second Kubernetes cluster, and an agent that serves it."""
    stand_in = KubeStandIn(tmp_path / "kube", ["second"])
    agent = KubeAgent(cluster, tmp_path / "second", stand_in, "env: prod, tier: db", second_token).start()
    agent.kube = stand_in
    yield agent
    agent.stop()
    stand_in.stop()


# These tests come last, because the imported tests use the Kubernetes cluster that is selected at first.
def test_both_are_listed_and_switched_between(member, second):
    wait_for(lambda: "second" in names(member), what="the second cluster")
    listed = names(member)
    assert listed["dev-cluster"] == {"env": "dev"} and listed["second"] == {"env": "prod", "tier": "db"}
    member("kube", "login", "second")
    assert "web" in member.kubectl("get", "pods").out
    assert second.kube.requests(path="/api/v1/namespaces/default/pods")
    member("kube", "login", "dev-cluster")
    second.kube.forget_requests()
    assert "web" in member.kubectl("get", "pods").out
    assert not second.kube.requests(path="/api/v1/namespaces/default/pods")


def test_a_silent_agent_delays_no_other_client(cluster, member, make_user, second, tmp_path):
    wait_for(lambda: "second" in names(member), what="the second cluster")
    identity = log_in_by_web(cluster, make_user(), tmp_path, "many")
    endpoints = [KubeEndpoint(cluster, identity, "second") for _ in range(24)]
    second.suspend()
    try:
        for endpoint in endpoints:
            endpoint.send("GET", "/version")
        # New connections to the other agent are not delayed.
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ask(cluster, identity, "GET", "/api/v1/namespaces"), range(8)))
        assert [answer.status for answer in answers] == [200] * 8
        assert time.monotonic() - begin < 10
    finally:
        second.resume()
        for endpoint in endpoints:
            endpoint.stream.close()


def test_a_cluster_disappears_and_returns_with_its_agent(member, second):
    wait_for(lambda: "second" in names(member), what="the second cluster")
    member("kube", "login", "second")
    assert "web" in member.kubectl("get", "pods").out
    second.kill()
    done = wait_for(lambda: (lambda one: one if one.code != 0 else None)(
        member.kubectl("get", "pods", "--request-timeout=5s", ok=False)), what="a refusal")
    assert "second" in done.err, done
    second.start()
    wait_for(lambda: member.kubectl("get", "pods", ok=False).code == 0, what="the cluster again")
    second.stop()
    assert "second" not in names(member)
    second.start()


def test_a_lock_ends_an_open_watch(cluster, make_user, tmp_path):
    machine = Tsh(cluster, tmp_path)
    user = make_user()
    machine.login(user)
    machine("kube", "login", "dev-cluster")
    with machine.kubectl_background("watch", "get", "pods", "-w") as watch:
        watch.wait_for_output("web")
        cluster.tctl("lock", f"--user={user.name}", "--ttl=1m")
        begin = time.monotonic()
        watch.wait()
        assert time.monotonic() - begin < 5


def test_agents_reconnect_after_a_restart_of_the_proxy(cluster, member):
    member("kube", "login", "dev-cluster")
    cluster.kill()
    cluster.start()
    wait_for(lambda: member.kubectl("get", "pods", ok=False).code == 0, what="the cluster again")


def test_an_agent_that_serves_nothing_says_so(cluster, tmp_path, kube):
    agent = KubeAgent(cluster, tmp_path / "none", kube)
    agent.config.write_text(agent.config.read_text().replace("  enabled: yes", "  enabled: no"))
    done = run([program("teleport"), "start", "-c", agent.config], environment(tmp_path), "", 30)
    assert done.code == 1 and "no service is enabled" in done.err
