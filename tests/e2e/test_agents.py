"""Tests of nodes on other hosts: they join by the command that `tctl nodes add` prints, are reached through a
tunnel, and reconnect after an outage of either side."""

import getpass
import json
import re
import time

import pytest

from grpc_client import GrpcClient, GrpcError
from harness import Background, Cluster, Tsh, environment, program, run, started, wait_for
from nodes import Agent

pytestmark = pytest.mark.alone

LOGIN = getpass.getuser()
PERMISSION_DENIED = 7
ROLE = f"""
kind: role
version: v7
metadata: {{name: dev}}
spec:
  allow:
    logins: [{LOGIN}]
    node_labels: {{environment: dev}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"))) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(scope="module")
def person(place, tmp_path_factory):
    machine = Tsh(place, tmp_path_factory.mktemp("person"))
    machine.user = place.add_user("dan", "dev")
    machine.login(machine.user)
    return machine


@pytest.fixture(scope="module")
def far(place, tmp_path_factory):
    agent = Agent(place, tmp_path_factory.mktemp("far")).start()
    yield agent
    agent.stop()


def test_a_node_joins_by_the_pasted_command(place, person, far):
    nodes = json.loads(person("ls", "--format=json").out)
    assert [(node["spec"]["hostname"], node["metadata"]["labels"]) for node in nodes] == [
        ("far", {"environment": "dev"})]
    join = place.wait_for_events(event="instance.join", success=True)[0]
    assert (join["code"], join["role"], join["node_name"]) == ("TJ002I", "Instance", "far")
    assert person("ssh", f"{LOGIN}@far", "echo", "hi").out == "hi\n"
    assert person("ssh", f"{LOGIN}@far", "exit 44", ok=False).code == 44


def test_what_happens_in_its_sessions_is_in_the_audit_log(place, person, far):
    person("ssh", f"{LOGIN}@far", "exit 3", ok=False)
    event = place.wait_for_events(event="exec", command="exit 3")[0]
    assert (event["user"], event["login"], event["exitCode"], event["server_hostname"]) == ("dan", LOGIN, "3", "far")
    assert event["server_id"] == json.loads(person("ls", "--format=json").out)[0]["metadata"]["name"]


def test_files_go_both_ways(person, far, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 20000)
    person("scp", source, f"{LOGIN}@far:{tmp_path / 'there'}")
    person("scp", f"{LOGIN}@far:{tmp_path / 'there'}", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == source.read_bytes()


def test_files_are_in_the_audit_log(place, person, far, tmp_path):
    source, there = tmp_path / "source", tmp_path / "th ere"
    source.write_bytes(b"x" * 1234)
    person("scp", source, f"{LOGIN}@far:{there}")
    event = place.wait_for_events(event="sftp", path=str(there))[0]
    assert (event["code"], event["action"], event["user"], event["server_hostname"]) == ("TS001I", 1, "dan", "far")
    assert event["flags"] & 2
    transfer = {"path": str(there), "bytes_read": 0, "bytes_written": 1234}
    place.wait_for_events(event="sftp_summary", file_transfer_stats=[transfer])
    done = run([person.path, "sftp", "-b", "-", f"{LOGIN}@far"], person.env, f"mkdir {tmp_path}/no/where\n", 30)
    assert done.code != 0
    failed = place.wait_for_events(event="sftp", path=f"{tmp_path}/no/where")[0]
    assert (failed["code"], failed["error"]) == ("TS012E", "No such file")


def test_a_node_with_other_labels_is_denied(place, person, tmp_path):
    agent = Agent(place, tmp_path, "secret", "environment=prod")
    # The agent joins by the proxy, which most hosts can reach.
    agent.start([f"--proxy={place.proxy}" if word.startswith("--auth-server=") else word
                 for word in agent.pasted_command()])
    try:
        assert "secret" not in person("ls").out
        done = person("ssh", f"{LOGIN}@secret", "true", ok=False)
        assert done.code == 255 or "denied" in done.text, done.text
        assert "denied" in done.err
    finally:
        agent.stop()
    assert "secret" not in place.tctl("nodes", "ls").out


def test_a_lock_ends_an_open_session(place, far, tmp_path):
    victim = Tsh(place, tmp_path / "victim")
    victim.login(place.add_user("victim", "dev"))
    log = tmp_path / "session.log"
    session = Background([victim.path, "ssh", f"{LOGIN}@far", "echo begun; sleep 60"], victim.env, log)
    try:
        session.wait_for_output("begun")
        place.tctl("lock", "--user=victim", "--message=maintenance")
        begin = time.monotonic()
        code = session.process.wait(timeout=10)
        assert time.monotonic() - begin < 5
        assert code == 255
        assert "maintenance" in log.read_text()
    finally:
        session.__exit__()
    assert place.wait_for_events(event="client.disconnect", user="victim")


def test_a_certificate_of_another_user_is_refused(place, person, far, tmp_path):
    """The certificate is valid, and both users may use the login, but the user who dialled owns the connection."""
    eve = Tsh(place, tmp_path / "eve")
    eve.login(place.add_user("eve", "dev"))
    keys = eve.home / "tsh" / "keys" / "localhost"
    key = keys / "eve"
    certificate = next((keys / "eve-ssh").glob("*-cert.pub"))
    known = tmp_path / "known_hosts"
    known.write_text("".join(f"@cert-authority * {line.split(' ', 2)[2]}" for line in
                             (eve.home / "tsh" / "known_hosts").read_text().splitlines(keepends=True)))
    words = ["ssh", "-F", "none", "-o", f"ProxyCommand={person.path} proxy ssh --proxy={place.proxy} {LOGIN}@far:0",
             "-o", f"UserKnownHostsFile={known}", "-o", f"CertificateFile={certificate}", "-o", "IdentitiesOnly=yes",
             "-i", key, f"{LOGIN}@far", "echo in"]
    done = run(words, person.env, "", 30)
    assert (done.code, done.out) == (255, ""), done
    event = place.wait_for_events(event="auth", user="dan", success=False)[-1]
    assert event["code"] == "T3007W" and "another user" in event["error"]
    # The same command works in the connection of the certificate's user.
    own = run(words, eve.env, "", 30)
    assert (own.code, own.out) == (0, "in\n"), own


def test_agents_reconnect_after_a_restart_of_the_proxy(place, person, far):
    place.kill()
    place.start()
    wait_for(lambda: person("ssh", f"{LOGIN}@far", "echo back", ok=False).out == "back\n", 30, "the node again")


def test_an_agent_that_was_killed_is_offline(place, person, tmp_path):
    agent = Agent(place, tmp_path, "gone").start()
    agent.kill()
    done = wait_for(lambda: (lambda one: one if "offline" in one.err or "not connected" in one.err else None)(
        person("ssh", f"{LOGIN}@gone", "true", ok=False)), 20, "an offline node")
    assert done.code != 0
    # The agent returns with its identity, without a token.
    agent.start([word for word in agent.pasted_command() if not word.startswith("--token=")])
    assert person("ssh", f"{LOGIN}@gone", "echo back").out == "back\n"
    agent.stop()


@pytest.mark.parametrize("change, reason", [
    (("--token=", "--token=0123456789abcdef"), "the token is not known, or has expired"),
    (("--ca-pin=", "--ca-pin=sha256:" + "0" * 64), "do not match the CA pin"),
])
def test_a_join_with_a_wrong_token_or_pin_is_refused(place, tmp_path, change, reason):
    agent = Agent(place, tmp_path)
    start, instead = change
    words = [instead if word.startswith(start) else word for word in agent.pasted_command()]
    done = run([program("teleport"), *words[1:], f"--data-dir={tmp_path / 'data'}"], environment(tmp_path), "", 30)
    assert done.code == 4, done.text
    assert reason in done.err
    assert not (tmp_path / "data" / "agent_identity").exists()


def test_an_agent_without_a_token_says_what_to_do(place, tmp_path):
    done = run([program("teleport"), "start", "--roles=node", f"--proxy={place.proxy}", f"--data-dir={tmp_path}"],
               environment(tmp_path), "", 30)
    assert done.code != 0
    assert "tctl nodes add" in done.err


def test_the_identity_file_is_private(far):
    assert (far.directory / "data" / "agent_identity").stat().st_mode & 0o777 == 0o600


def test_a_user_certificate_cannot_open_the_tunnel(place, person):
    """Only hosts that have joined may open the tunnel."""
    keys = person.home / "tsh" / "keys" / "localhost"
    cert, key = next(keys.glob("*.crt")), next(keys.glob("*.key"))
    with GrpcClient(place.auth_port, (str(cert), str(key))) as client:
        with pytest.raises(GrpcError) as error:
            client.call("/sallyport.v1.TunnelService/Control", b"\x0a\x00")
    assert error.value.code == PERMISSION_DENIED


def test_the_inventory(place, far):
    running = json.loads(place.tctl("inventory", "ls", "--format=json").out)
    by_name = {instance["spec"]["hostname"]: instance for instance in running}
    assert by_name["far"]["spec"]["services"] == ["Node"]
    assert {"Auth", "Proxy"} <= set(by_name["localhost"]["spec"]["services"])
    nodes = json.loads(place.tctl("inventory", "ls", "--services=node", "--format=json").out)
    assert [instance["spec"]["hostname"] for instance in nodes] == ["far"]
    assert json.loads(place.tctl("inventory", "ls", "--older-than=18.0.0", "--format=json").out) == []
    connected = place.tctl("inventory", "status", "--connected").out
    host_id = by_name["far"]["metadata"]["name"]
    assert re.search(rf"{host_id} +far +Node +18", connected)
    status = place.tctl("inventory", "status").out
    assert re.search(r"Total Instances: 2", status) and re.search(r"Node: +1", status)
    assert place.tctl("inventory", "ping", host_id).out.startswith(f'Successfully pinged server "{host_id}"')
    done = place.tctl("inventory", "ping", "nobody", ok=False)
    assert done.code == 5 and "nobody" in done.err
