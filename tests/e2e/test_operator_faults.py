"""Tests of a running teleport-operator in trouble: kills, an API server that goes and comes, missing rights, other writers."""

import json
import os
import random
import threading
import time

import pytest

from harness import program
from operators import ACCOUNT, GROUP, NAMESPACE, custom, role, started_place
from processes import wait_for
from test_walk_bot import ROOT, helm

KILLS = int(os.environ.get("SALLYPORT_KILLS", "10"))
CHART = ROOT / "charts" / "teleport-operator"
ROLES = f"teleportrolesv7.{GROUP}"


@pytest.fixture(scope="module")
def place(tmp_path_factory, real_kube):
    with started_place(tmp_path_factory.mktemp("operator"), real_kube) as made:
        yield made


def start(place, name, **more):
    """Starts an operator with a Lease of its own: it works at once, and does not wait for the end of a killed one's."""
    words = ["-auth-server", place.cluster.proxy, "-join-method", "kubernetes", "-token", "operator-bot",
             "-leader-election-id", name]
    return place.start(program("teleport-operator"), name=name, words=words, **more)


def restart(place, name, **more):
    place.operator.stop()
    place.operator = start(place, name, **more)


def lines_with(place, text):
    return [line for line in place.operator.output().splitlines() if text in line]


def agrees(place, prefix, wanted):
    """Returns whether the roles of the cluster and the custom resources are those wanted, a name with its logins."""
    assert place.operator.process.poll() is None, place.operator.output()[-4000:]
    stored = json.loads(place.cluster.tctl("get", "roles", "--format=json").out)
    roles = {one["metadata"]["name"]: one["spec"]["allow"].get("logins") for one in stored}
    have = {name: logins for name, logins in roles.items() if name.startswith(prefix)}
    objects = {name for name in place.names(ROLES) if name.startswith(prefix)}
    return have == wanted and objects == set(wanted)


def test_a_killed_operator_leaves_both_sides_in_agreement(place):
    chance = random.Random(20)
    wanted = {}
    for kill in range(KILLS):
        for _ in range(3):
            name = f"killed-{chance.randrange(12)}"
            if name in wanted and chance.random() < 0.4:
                place.kubectl("delete", "teleportrolev7", name, "-n", NAMESPACE, "--wait=false")
                wanted.pop(name)
            elif name not in wanted and name not in place.names(ROLES):
                wanted[name] = [f"login-{kill}"]
                place.apply(role(name, logins=wanted[name]))
        place.operator.process.kill()
        place.operator.process.wait()
        place.operator = start(place, f"kill-{kill}")
        time.sleep(chance.random() * 0.5)

    wait_for(lambda: agrees(place, "killed-", wanted), 60, "agreement")
    place.delete("teleportrolev7", *wanted)


def test_an_api_server_goes_and_has_forgotten_the_past_when_it_comes(place):
    restart(place, "api-away")
    place.apply(role("away"), role("gone"))
    for name in ("away", "gone"):
        place.all_true("teleportrolev7", name)
    place.kube.stop_server()
    try:
        place.cluster.tctl("rm", "role/away")
        time.sleep(2)
        assert place.operator.process.poll() is None
    finally:
        place.kube.forget()
        place.kube.start_server()

    place.apply(role("gone", logins=["writer"]), role("new"))
    wanted = {"away": ["reader"], "gone": ["writer"], "new": ["reader"]}
    wait_for(lambda: [name for name in wanted if not place.stored(f"role/{name}")] == [], 60, "the roles")
    wait_for(lambda: place.stored("role/gone")["spec"]["allow"]["logins"] == ["writer"], 60, "the change")
    place.delete("teleportrolev7", *wanted)
    assert len(lines_with(place, "cannot be followed")) <= 17  # one for each kind, however often it is tried


def test_rights_that_are_missing_for_one_kind_stop_no_other(place, tmp_path):
    helm(place.kube, "install", "teleport-iac", CHART, "-n", NAMESPACE, "--set", "installCRDs=never", "--set",
         "image=registry.test/a", "--set", f"teleportAddress={place.cluster.proxy}", "--set", "token=operator-bot", "--set",
         f"teleportClusterName={place.cluster.name}").ok()
    try:
        rights = json.loads(place.kubectl("get", "role", ACCOUNT, "-n", NAMESPACE, "-o", "json"))
        whole = json.dumps(rights["rules"])
        for rule in rights["rules"]:
            rule["resources"] = [one for one in rule["resources"] if not one.startswith("teleportusers")]
        place.kubectl("replace", "-n", NAMESPACE, "-f", "-", stdin=json.dumps(rights))
        restart(place, "no-rights", kubeconfig=place.account_kubeconfig(tmp_path / "kubeconfig"))
        place.apply(role("other"), custom("TeleportUser", "unseen", {"roles": ["access"]}, "v2"))
        place.all_true("teleportrolev7", "other")
        time.sleep(3)
        said = lines_with(place, "cannot be followed")
        assert len(said) == 1 and "teleportusers" in said[0] and "forbidden" in said[0], said
        assert place.stored("user/unseen") is None

        place.kubectl("patch", "role", ACCOUNT, "-n", NAMESPACE, "--type=merge", "-p", f'{{"rules":{whole}}}')
        wait_for(lambda: place.stored("user/unseen"), 60, "the user")
        place.delete("teleportuser", "unseen")
        place.delete("teleportrolev7", "other")
        restart(place, "with-rights")
    finally:
        helm(place.kube, "uninstall", "teleport-iac", "-n", NAMESPACE).ok()


def test_another_writer_of_the_same_objects_stops_nothing(place):
    end = threading.Event()

    def annotate():
        number = 0
        while not end.is_set():
            number += 1
            place.kubectl("annotate", "teleportrolev7", "--all", "-n", NAMESPACE, "--overwrite", f"number={number}", ok=False)

    writer = threading.Thread(target=annotate)
    writer.start()
    try:
        for number in range(5):
            place.apply(*(role(f"shared-{one}", logins=[f"login-{number}"]) for one in range(10)))
        wanted = {f"shared-{one}": ["login-4"] for one in range(10)}
        wait_for(lambda: agrees(place, "shared-", wanted), 30, "agreement")
    finally:
        end.set()
        writer.join()
    for name in wanted:
        place.all_true("teleportrolev7", name)
        assert place.get("teleportrolev7", name)["metadata"]["finalizers"] == [f"{GROUP}/deletion"]
    place.delete("teleportrolev7", *wanted)
