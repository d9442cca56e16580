"""Tests of the methods that our cluster does not implement, with the reference's programs (REFERENCE_BIN): every method
that they call and that we answer with UNIMPLEMENTED is in the table below, with the reason."""

import re
import typing

import pytest

from harness import REFERENCE_BIN, Tsh

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

AUTH = "/proto.AuthService/"
# Commands that call implemented methods only.
COMPLETE = ["tsh ls", "tsh kube ls --all", "tsh apps ls", "tsh clusters", "tsh mfa ls",
            "tsh request search --kind=node", "tsh request ls", "tsh git ls", "tsh env", "tsh config", "tctl status", "tctl nodes ls",
            "tctl nodes add", "tctl tokens ls", "tctl kube ls", "tctl db ls", "tctl apps ls", "tctl desktop ls",
            "tctl proxy ls", "tctl alerts ls", "tctl alerts create short --ttl=1s --labels=a=b",
            "tctl alerts ack a/b --reason=c", "tctl alerts ack ls", "tctl alerts ack a/b --clear", "tctl auth export", "tctl auth export --type=user",
            "tctl get auth_server", "tctl get proxy", "tctl get node", "tctl get kube_cluster",
            "tctl get session_recording_config", "tctl get remote_cluster", "tctl get db_service", "tctl get db",
            "tctl get trusted_cluster", "tctl get namespace", "tctl get discovery_config", "tctl get server_info", "tctl get lock"]


class Row(typing.NamedTuple):
    command: str
    works: bool
    methods: list
    why: str


TABLE = [
    Row("tsh db ls", True, [AUTH + "GetCurrentUserRoles"], "only a column of a table is empty"),
    Row("tsh sessions ls", False, [AUTH + "GetActiveSessionTrackers"], "no session can be joined"),
    Row("tsh headless approve 6c1c7ea4-9f2d-5e1b-8b1c-0d3a4e5f6a7b", False, [AUTH + "GetHeadlessAuthentication"],
        "there is no headless login"),
    Row("tctl auth rotate --type=host --manual --phase=init", False,
        ["/teleport.trust.v1.TrustService/RotateCertAuthority"], "authorities are not rotated"),
    Row("tctl get installer", False, [AUTH + "ListInstallers", AUTH + "GetInstallers"], "no agent is installed by us"),
    Row("tctl devices ls", False, ["/teleport.devicetrust.v1.DeviceTrustService/ListDevices"],
        "the open-source Teleport does not have it either"),
    Row("tctl acl ls", False, ["/teleport.accesslist.v1.AccessListService/ListAccessLists"],
        "the open-source Teleport does not have it either"),
    Row("tctl notifications ls", False, ["/teleport.notifications.v1.NotificationService/ListNotifications"],
        "there is no web interface to show them"),
]


@pytest.fixture(scope="module")
def programs(cluster, tmp_path_factory):
    """Returns the reference's tsh, logged in, and its tctl."""
    tsh = Tsh(cluster, tmp_path_factory.mktemp("unimplemented"), reference=True)
    tsh.login(cluster.add_user("unimplemented"))

    def tctl(*words, ok):
        return cluster.tctl(*words, ok=ok, reference=True)
    return {"tsh": tsh, "tctl": tctl}


def unimplemented(cluster, start=0):
    """Returns the methods that the log names as unimplemented after a position."""
    return re.findall(r'unimplemented method called method="([^"]+)"', cluster.log.read_text()[start:])


def run_command(cluster, programs, command):
    """Runs a command; returns its result, and the unimplemented methods that it called."""
    start = len(cluster.log.read_text())
    name, *words = command.split()
    done = programs[name](*words, ok=False)
    cluster.secrets |= set(re.findall(r"\b[0-9a-f]{32}\b", done.out))
    return done, unimplemented(cluster, start)


@pytest.mark.parametrize("command", COMPLETE)
def test_complete_commands_call_no_unimplemented_method(cluster, programs, command):
    done, methods = run_command(cluster, programs, command)
    done.ok()
    assert methods == []


@pytest.mark.parametrize("row", TABLE, ids=[row.command for row in TABLE])
def test_incomplete_commands_call_the_methods_of_the_table(cluster, programs, row):
    done, methods = run_command(cluster, programs, row.command)
    assert (done.code == 0) == row.works, done
    assert set(methods) == set(row.methods)


def test_no_other_method_was_called(cluster):
    """Checks the log of all tests of this run."""
    known = {method for row in TABLE for method in row.methods}
    assert set(unimplemented(cluster)) <= known
