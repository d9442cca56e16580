"""Tests of clusters that discovery services find in Azure (walk 2): they appear as resources of their group, change and
go with the cloud, and survive every fault of it."""

import json
import pathlib
import re
import time

import pytest
import yaml

from azure_stand_in import FAULTS, SUB1, SUB2, Azure
from harness import Cluster, environment, program, started
from processes import Background, wait_for

# The file of walk 2; the test adds where the host keeps its state, and how often it looks.
WALK = """\
version: v3
teleport:
  join_params: {{token_name: "{token}", method: token}}
  proxy_server: {proxy}
  nodename: {name}
  data_dir: {data}
auth_service: {{enabled: off}}
proxy_service: {{enabled: off}}
ssh_service: {{enabled: off}}
discovery_service:
  enabled: "yes"
  discovery_group: "{group}"
  poll_interval: 1s
  azure:
  - types: ["aks"]
    regions: ["*"]
    subscriptions: ["*"]
    resource_groups: ["*"]
    tags: {tags}
kubernetes_service:
  enabled: "yes"
  resources:
  - labels: {{"env": "prod"}}
"""


class DiscoveryAgent:
    """An agent that finds clusters in the stand-in."""

    def __init__(self, cluster, azure, directory, group="aks-prod", tags='{"env": "prod"}'):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self.azure, self.name = directory, azure, directory.name
        self.log, self.config, self._program = directory / "agent.log", directory / "teleport.yaml", None
        token = directory / "token"
        made = json.loads(cluster.tctl("tokens", "add", "--type=discovery,kube", "--ttl=10h", "--format=json").out)
        token.write_text((made[0] if isinstance(made, list) else made)["token"])
        cluster.secrets.add(token.read_text())
        self.config.write_text(WALK.format(token=token, proxy=cluster.proxy, name=self.name, data=directory / "data",
                                           group=group, tags=tags))

    def start(self, **variables):
        self._program = Background([program("teleport"), "start", "-c", self.config, "--insecure"],
                                   environment(self.directory, **self.azure.environment(), **variables), self.log)
        self._program.wait_for_output("agent is ready")
        return self

    def stop(self):
        begin = time.monotonic()
        assert self._program.stop() == 0, self.log.read_text()
        assert time.monotonic() - begin < 8

    def resident(self):
        status = pathlib.Path(f"/proc/{self._program.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) << 10

    def lines(self, text):
        return [line for line in self.log.read_text().splitlines() if text in line]


def resources(cluster):
    text = cluster.tctl("get", "kube_cluster", "--format=json").out
    return {item["metadata"]["name"]: item for item in json.loads(text)}


def names(cluster):
    return set(resources(cluster))


def full(name, region="westeurope", group="rg1", subscription=SUB1):
    return f"{name}-aks-{region}-{group}-{subscription}"


def two_passes(azure):
    begin = azure.passes
    wait_for(lambda: azure.passes >= begin + 2, timeout=30, what="two passes")


@pytest.fixture(name="azure")
def _azure(tmp_path):
    stand_in = Azure(tmp_path / "azure")
    stand_in.add("prod-local", env="prod", team="green")
    stand_in.add("prod-rbac", group="rg-two", region="northeurope", env="prod")
    stand_in.add("prod-ad", subscription=SUB2, env="prod")
    stand_in.add("named", env="prod", TeleportKubernetesName="my-name")
    stand_in.add("dev", env="dev")
    stand_in.add("stopped", power="Stopped", env="prod")
    yield stand_in
    stand_in.stop()


@pytest.fixture(name="cluster", scope="module")
def _cluster(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        yield running


@pytest.fixture(name="agent")
def _agent(cluster, azure, tmp_path):
    """The agent of walk 2; what it has found is removed afterwards."""
    running = DiscoveryAgent(cluster, azure, tmp_path / "finder").start()
    wait_for(lambda: len(names(cluster)) == 4, what="the clusters")
    yield running
    running.stop()
    for name in names(cluster):
        cluster.tctl("rm", f"kube_cluster/{name}")
    assert azure.mistakes == []


def test_clusters_appear_change_and_go(cluster, azure, agent):
    found = resources(cluster)
    assert set(found) == {full("prod-local"), full("prod-rbac", "northeurope", "rg-two"),
                          full("prod-ad", subscription=SUB2), "my-name"}
    local = found[full("prod-local")]
    assert local["metadata"]["labels"] == {
        "env": "prod", "region": "westeurope", "resource-group": "rg1", "subscription-id": SUB1, "team": "green",
        "teleport.dev/cloud": "Azure", "teleport.dev/discovery-type": "aks", "teleport.dev/origin": "cloud",
        "teleport.internal/discovered-name": "prod-local", "teleport.internal/discovery-group-name": "aks-prod"}
    assert local["metadata"]["description"] == 'Azure AKS cluster "prod-local" in westeurope'
    assert local["spec"]["azure"] == {"resource_group": "rg1", "resource_name": "prod-local", "subscription_id": SUB1,
                                      "tenant_id": "aaaaaaaa-0000-4000-8000-000000000001"}

    revision = local["metadata"]["revision"]
    two_passes(azure)
    assert resources(cluster)[full("prod-local")]["metadata"]["revision"] == revision  # nothing is written twice
    azure.add("prod-local", env="prod", team="blue", **{"teleport.dev/origin": "dynamic"})
    wait_for(lambda: resources(cluster)[full("prod-local")]["metadata"]["labels"]["team"] == "blue", what="the tag")
    assert resources(cluster)[full("prod-local")]["metadata"]["labels"]["teleport.dev/origin"] == "cloud"
    azure.add("later", subscription=SUB2, env="prod")
    wait_for(lambda: full("later", subscription=SUB2) in names(cluster), what="a new cluster")
    azure.remove("named")
    wait_for(lambda: "my-name" not in names(cluster), what="the end of a cluster")
    azure.add("later", subscription=SUB2, env="dev")
    wait_for(lambda: full("later", subscription=SUB2) not in names(cluster), what="the end of another tag")
    assert len(agent.lines("a cluster of a cloud is gone")) == 2
    assert {"login.microsoftonline.com:443", "management.azure.com:443"} == set(azure.proxied)

    wait_for(lambda: "finder: group aks-prod, 3 clusters" in cluster.tctl("inventory", "status").out, what="the status")
    assert "Kube,Discovery" in cluster.tctl("inventory", "status", "--connected").out


@pytest.mark.parametrize("where", ["^/subscriptions$", f"{SUB2}/providers"])
def test_no_fault_of_the_cloud_makes_a_cluster_vanish(cluster, azure, agent, where):
    before, warning, over = names(cluster), "none is removed meanwhile", "are found again"
    for number, fault in enumerate(FAULTS, start=1):
        azure.fault = (fault, where)
        azure.remove("named")
        wait_for(lambda count=number: len(agent.lines(warning)) == count, timeout=60, what=f"the warning of {fault}")
        asked = sum(re.search(where, path) is not None for _, _, path in azure.requests)
        wait_for(lambda count=asked: sum(re.search(where, path) is not None for _, _, path in azure.requests) > count + 3,
                 timeout=60, what="more passes")
        assert names(cluster) == before, fault
        assert len(agent.lines(warning)) == number, agent.log.read_text()
        azure.fault = None
        wait_for(lambda: "my-name" not in names(cluster), timeout=60, what="the end of a cluster")
        assert names(cluster) == before - {"my-name"}
        wait_for(lambda count=number: len(agent.lines(over)) == count, what="the end of the fault")
        azure.add("named", env="prod", TeleportKubernetesName="my-name")
        wait_for(lambda: names(cluster) == before, what="the cluster again")


def test_a_slow_cloud_makes_no_cluster_vanish(cluster, azure, agent):
    before = names(cluster)
    azure.fault = ("slow", f"{SUB2}/providers")
    azure.remove("named")
    wait_for(lambda: agent.lines("no whole answer in time"), timeout=60, what="the warning")
    assert names(cluster) == before
    assert "1 clusters" not in cluster.tctl("inventory", "status").out  # the service reports during a pass


def test_a_cluster_that_a_list_lacks_stays_while_it_exists(cluster, azure, agent):
    before = names(cluster)
    kept = azure.subscriptions.pop(SUB2)  # the list of subscriptions lacks it
    azure.fault = ("403", f"{SUB2}/resourceGroups")
    wait_for(lambda: agent.lines("is missing"), what="the warning")
    two_passes(azure)
    assert names(cluster) == before
    azure.fault = None  # now Azure says that the subscription does not exist
    wait_for(lambda: full("prod-ad", subscription=SUB2) not in names(cluster), what="its end")
    azure.subscriptions[SUB2] = kept


def test_a_missing_right_is_named_in_status_and_alert(cluster, azure, agent):
    right = f"Microsoft.ContainerService/managedClusters/read at /subscriptions/{SUB2}"
    azure.fault = ("403", f"{SUB2}/providers")
    wait_for(lambda: right in cluster.tctl("alerts", "ls").out, what="the alert")
    assert f"the right {right} is missing" in cluster.tctl("inventory", "status").out
    assert len(agent.lines("none is removed meanwhile")) == 1
    azure.fault = None
    wait_for(lambda: right not in cluster.tctl("alerts", "ls").out, what="the end of the alert")
    assert right not in cluster.tctl("inventory", "status").out


def test_groups_do_not_touch_each_other(cluster, azure, agent, tmp_path):
    assert agent
    other = DiscoveryAgent(cluster, azure, tmp_path / "other", "aks-dev", '{"env": ["dev", "prod"]}').start()
    wait_for(lambda: full("dev") in names(cluster), what="the cluster of the other group")
    two_passes(azure)
    groups = {name: item["metadata"]["labels"]["teleport.internal/discovery-group-name"]
              for name, item in resources(cluster).items()}
    assert groups.pop(full("dev")) == "aks-dev" and set(groups.values()) == {"aks-prod"}
    assert len(other.lines("is not of this discovery group")) == 4
    other.stop()
    azure.remove("dev")
    two_passes(azure)
    assert full("dev") in names(cluster)  # its own group would remove it


def test_two_agents_of_a_group_share_it_unless_their_matchers_differ(cluster, azure, agent, tmp_path):
    same = DiscoveryAgent(cluster, azure, tmp_path / "same").start()
    two_passes(azure)
    assert len(names(cluster)) == 4 and not same.lines("a cluster of a cloud")
    wait_for(lambda: cluster.tctl("inventory", "status").out.count("group aks-prod, 4 clusters") == 2, what="the status")
    assert "WARNING" not in cluster.tctl("inventory", "status").out
    same.stop()

    different = DiscoveryAgent(cluster, azure, tmp_path / "different", tags='{"env": "dev"}').start()
    wait_for(lambda: "different matchers" in cluster.tctl("alerts", "ls").out, what="the alert")
    assert "WARNING: the services of group aks-prod have different matchers" in cluster.tctl("inventory", "status").out
    wait_for(lambda: agent.lines("has other matchers"), what="the agent's warning")
    assert len(different.lines("has other matchers")) == 1
    different.stop()


def test_a_discovery_config_adds_matchers_and_has_a_status(cluster, azure, agent):
    assert agent
    config = {"kind": "discovery_config", "version": "v1", "metadata": {"name": "more"},
              "spec": {"discovery_group": "aks-prod", "azure": [{"types": ["aks"], "tags": {"env": ["dev"]}}]}}
    cluster.create(yaml.safe_dump(config), "-f")
    wait_for(lambda: full("dev") in names(cluster), what="the cluster of the config")
    labels = resources(cluster)[full("dev")]["metadata"]["labels"]
    assert labels["teleport.internal/discovery-config-name"] == "more"

    def status():
        return json.loads(cluster.tctl("get", "discovery_config/more", "--format=json").out)[0].get("status", {})

    wait_for(lambda: status().get("state") == "DISCOVERY_CONFIG_STATE_RUNNING" and
             str(status().get("discovered_resources")) == "1", timeout=30, what="the status")
    cluster.tctl("rm", "discovery_config/more")
    wait_for(lambda: full("dev") not in names(cluster), timeout=30, what="the end of the cluster")


def test_a_cluster_by_hand_stays_as_it_is(cluster, azure, agent):
    cluster.create("""
        kind: kube_cluster
        version: v3
        metadata: {name: by-hand, labels: {env: own}}
        spec: {azure: {resource_name: x, resource_group: g, subscription_id: s, tenant_id: t}}
        """)
    azure.add("taken", env="prod", TeleportKubernetesName="by-hand")
    wait_for(lambda: agent.lines("is not of this discovery group"), what="the refusal")
    two_passes(azure)
    assert resources(cluster)["by-hand"]["metadata"]["labels"] == {"env": "own", "teleport.dev/origin": "dynamic"}
    assert len(agent.lines("is not of this discovery group")) == 1


def test_another_group_needs_another_join(cluster, azure, agent):
    agent.stop()
    agent.config.write_text(agent.config.read_text().replace('"aks-prod"', '"aks-dev"'))
    agent.start()
    wait_for(lambda: agent.lines("bound to the discovery group"), what="the refusal")
    assert len(names(cluster)) == 4 and not agent.lines("aks-dev\" is gone")
    agent.stop()
    agent.config.write_text(agent.config.read_text().replace('"aks-dev"', '"aks-prod"'))
    agent.start()
    azure.remove("named")
    wait_for(lambda: "my-name" not in names(cluster), what="a pass")


def test_wrong_credentials_are_said_once(cluster, azure, tmp_path):
    finder = DiscoveryAgent(cluster, azure, tmp_path / "wrong", "wrong")
    finder.start(AZURE_TOKEN_CREDENTIALS="WorkloadIdentityCredential")
    wait_for(lambda: finder.lines("has no credentials for Azure"), what="the warning")
    time.sleep(3)  # some passes, of which the stand-in learns nothing
    assert len(finder.lines("has no credentials for Azure")) == 1
    finder.stop()


def test_many_pages_cost_no_memory(cluster, azure, agent):
    assert len(names(cluster)) == 4
    two_passes(azure)
    before = agent.resident()
    azure.fault = ("loop", "providers")
    wait_for(lambda: agent.lines("names itself"), what="the warning")
    for number in range(300):
        azure.add(f"many-{number}", env="dev")
    azure.fault = None
    two_passes(azure)
    two_passes(azure)
    assert agent.resident() < before + (24 << 20)


def test_the_process_of_the_cluster_discovers_too(azure, tmp_path):
    section = """\
discovery_service:
  enabled: yes
  discovery_group: own
  poll_interval: 1s
  azure: [{types: [aks], tags: {env: prod}}]
"""
    cluster = Cluster(tmp_path / "whole", settings=section)
    variables = azure.environment()
    with pytest.MonkeyPatch.context() as patch:
        import harness  # pylint: disable=import-outside-toplevel
        usual = harness.environment
        patch.setattr(harness, "environment", lambda home, **more: usual(home, **{**variables, **more}))
        with started(cluster) as running:
            wait_for(lambda: len(names(running)) == 4, what="the clusters")
            azure.remove("named")
            wait_for(lambda: "my-name" not in names(running), what="the end of a cluster")
            wait_for(lambda: "localhost: group own, 3 clusters" in running.tctl("inventory", "status").out, what="status")
