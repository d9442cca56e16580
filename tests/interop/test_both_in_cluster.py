"""Tests of joins that a real API server verifies (in_cluster): Teleport's tbot and ours, each on a cluster of Teleport and on
ours. Both clusters run with the files of a pod that may ask for token reviews."""

import itertools
import json

import pytest

from cluster_fixtures import MEMBER
from harness import Cluster, program, started
from pods import Pods, skip_without_mounts
from processes import run, wait_for
from reference_cluster import ReferenceCluster
from service_accounts import AccountKey, pod_claims
from tctl_ways import name  # noqa: F401 pylint: disable=unused-import
from test_both_bots import Machine, tbot  # noqa: F401 pylint: disable=unused-import

TOKEN = """
kind: token
version: v2
metadata: {{name: {name}}}
spec:
  roles: [Bot]
  join_method: kubernetes
  bot_name: {name}
  kubernetes:
    type: in_cluster
    allow: [{{service_account: "default:robot"}}]
"""


storages = itertools.count()


@pytest.fixture(scope="module")
def pods(real_kube):
    skip_without_mounts()
    return Pods(real_kube)


@pytest.fixture(scope="module", params=["ours", "theirs"])
def place(request, pods, tmp_path_factory):
    kind = Cluster if request.param == "ours" else ReferenceCluster
    wrapper = pods.auth_service(tmp_path_factory.mktemp("pod"))
    with started(kind(tmp_path_factory.mktemp("cluster"), None, wrapper=wrapper)) as running:
        running.create(MEMBER, "-f")
        running.joins = lambda: joins(running, request.param)
        yield running


def joins(place, whose):
    """Returns the events of joins of bots."""
    if whose == "ours":
        return place.events(event="bot.join")
    lines = "".join(path.read_text() for path in sorted((place.data_dir / "log").glob("*/*.log"))).splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == "bot.join"]


@pytest.fixture
def machine(place, tbot, name, tmp_path):  # noqa: F811
    """Returns the machine of a bot whose token is in the file `projected`."""
    made = Machine(place, tbot, "proxy", name, tmp_path)
    place.create(TOKEN.format(name=name))
    made.onboarding = {"join_method": "kubernetes", "token": name}
    made.services = made.services[:1]
    made.projected = tmp_path / "projected"
    made.env["KUBERNETES_TOKEN_PATH"] = str(made.projected)
    return made


def join(machine, token):
    """Joins anew: a stored identity could do instead of a token that is refused."""
    machine.projected.write_text(token)
    return machine.run(machine.directory / f"storage-{next(storages)}")


@pytest.fixture
def bound(pods, name):  # noqa: F811
    """Returns a pod of the service account that may join, which a test may remove."""
    return pods.pod(f"{name}-pod", "robot")


def test_a_bot_joins_and_joins_again(machine, place, pods, bound, name):  # noqa: F811
    # Both the API server's own audience and the cluster's name are good.
    for audiences in ((), (place.name,)):
        before = (machine.out / "tlscert").read_text() if (machine.out / "tlscert").exists() else ""
        join(machine, pods.token("robot", bound, audiences)).ok()
        assert (machine.out / "tlscert").read_text() != before
    run([program("tsh"), "-i", machine.out / "identity", f"--proxy={place.proxy}", "ls"], machine.env).ok()
    assert name in place.tctl("bots", "instances", "ls", name).out

    (event,) = [one for one in place.joins() if one["token_name"] == name][-1:]
    assert event["success"] is True and event["method"] == "kubernetes" and event["bot_name"] == name
    assert event["attributes"]["username"] == "system:serviceaccount:default:robot"
    assert event["attributes"]["type"] == "in_cluster"


def test_both_refuse_the_same_tokens(machine, place, pods, bound, name, tmp_path):  # noqa: F811
    other = pods.pod(f"{name}-other", "other")
    tokens = {"another service account": pods.token("other", other),
              "no pod": pods.token("robot"),
              "another audience": pods.token("robot", bound, ["another.audience"]),
              "another issuer's key": AccountKey(tmp_path).token(pod_claims(place.name)),
              "no token": "a.b.c"}
    for what, token in tokens.items():
        before = len(place.joins())
        done = join(machine, token)
        assert done.code != 0 and not (machine.out / "identity").exists(), what
        assert token not in done.text, what
        failed = wait_for(lambda: place.joins()[before:], 10, f"the event of {what}")  # noqa: B023
        assert not [event for event in failed if event["success"]], what
    join(machine, pods.token("robot", bound)).ok()


def test_both_refuse_the_token_of_a_deleted_pod(machine, pods, bound, name):  # noqa: F811
    token = pods.token("robot", bound)
    join(machine, token).ok()
    pods.remove(f"{name}-pod")
    # The API server keeps good answers for some seconds.
    refused = wait_for(lambda: (done := join(machine, token)).code != 0 and done, 40, "the end of the pod's token")
    assert token not in refused.text
    join(machine, pods.token("robot", pods.pod(f"{name}-pod", "robot"))).ok()
