"""Tests of whole workflows with the commands, documents and jq expressions of their guides, the real programs, a
browser for the invite, and a stand-in for the API server."""

import json
import os
import re

import pytest

from authenticator import Authenticator
from browser import Browser
from certs import openssl
from harness import BIN, Cluster, Tsh, User, assert_plain, program, started
from processes import run

pytestmark = pytest.mark.long

PASSWORD = "a staple that is correct"
MEMBER = """\
kind: role
version: v5
metadata:
  name: member
spec:
  allow:
    kubernetes_groups: ["system:masters"]
    kubernetes_labels:
      '*': '*'
"""
DEVELOPER = """\
kind: role
metadata:
  name: dev2
spec:
  allow:
    kubernetes_groups:
    - '{{internal.kubernetes_groups}}'
    - developer
    kubernetes_labels:
      '*': '*'
    kubernetes_users:
    - '{{internal.kubernetes_users}}'
    - dev
    logins:
    - '{{internal.logins}}'
    - ec2-user
    node_labels:
      environment: dev
    rules:
    - resources:
      - session
      verbs:
      - read
      - list
      where: contains(session.participants, user.metadata.name)
  deny:
    kubernetes_labels:
      app: teleport-cluster
    logins:
    - guest
  options:
    cert_format: standard
    create_host_user: false
    desktop_clipboard: true
    desktop_directory_sharing: true
    enhanced_recording:
    - command
    - network
    forward_agent: false
    max_session_ttl: 8h0m0s
    pin_source_ip: false
    port_forwarding: true
    record_session:
      default: best_effort
      desktop: true
version: v5
---
kind: user
version: v2
metadata:
  name: alice
spec:
  roles: ['dev2']
  traits:
    logins: ['admin']
    kubernetes_groups: ['edit']
"""
BOT_TOKEN = """\
kind: token
version: v2
metadata:
  name: example-bot
spec:
  roles: [Bot]
  bot_name: example
  join_method: kubernetes
  kubernetes:
    type: static_jwks
    static_jwks:
      jwks: |
        {"keys":[]}
    allow:
    - service_account: "default:tbot"
"""
EVENT_HANDLER = """\
kind: role
metadata:
  name: teleport-event-handler
spec:
  allow:
    rules:
    - resources: ['event', 'session']
      verbs: ['list','read']
version: v5
---
kind: user
metadata:
  name: teleport-event-handler
spec:
  roles: ['teleport-event-handler']
version: v2
"""
IMPERSONATOR = """\
kind: role
version: v5
metadata:
  name: teleport-event-handler-impersonator
spec:
  options:
    max_session_ttl: 10h
  allow:
    impersonate:
      users: ["teleport-event-handler"]
      roles: ["teleport-event-handler"]
"""


class Machine(Tsh):
    """A machine with the programs in its PATH, which runs commands as a guide has them."""

    def __init__(self, cluster, home):
        super().__init__(cluster, home)
        self.env["PATH"] = f"{home}:{BIN}:{self.env['PATH']}"

    def type(self, command, ok=True):
        done = run(["sh", "-c", command], self.env, cwd=self.home)
        return done.ok() if ok else done

    def has(self, name, text):
        (self.home / name).write_text(text)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, kube):
    """Starts a separate cluster, because a cluster counts logins by address, and all tests have the same address."""
    with started(Cluster(tmp_path_factory.mktemp("walks"), kube, {"env": "dev"})) as running:
        yield running


@pytest.fixture(scope="module")
def host(cluster, tmp_path_factory):
    """Returns the host of the cluster, whose tctl has the configuration file."""
    program("tctl")
    machine = Machine(cluster, tmp_path_factory.mktemp("host"))
    script = machine.home / "tctl"
    script.write_text(f'#!/bin/sh\nexec {program("tctl")} -c {cluster.config} "$@"\n')
    script.chmod(0o700)
    return machine


@pytest.fixture
def laptop(cluster, tmp_path):
    program("tsh")
    return Machine(cluster, tmp_path / "laptop")


def invite(host, command):
    """Types a command that prints a link, and returns the link."""
    url = re.search(r"https://\S+/web/invite/([0-9a-f]{32})", host.type(command).out)
    host.cluster.secrets.add(url.group(1))
    return url.group()


def accept(host, url, name):
    """Accepts an invite without a browser; returns the user."""
    client = host.cluster.web()
    token = url.rsplit("/", 1)[1]
    authenticator = client.scan_invite(token)
    assert client.set_password(token, PASSWORD, authenticator.code()).status == 200
    host.cluster.secrets |= {PASSWORD, authenticator.parameters["secret"], *authenticator.codes}
    return User(name, PASSWORD, authenticator)


def accept_in_browser(host, url, name, directory):
    """Accepts an invite in a browser; returns the user and the login command of the page."""
    page = Browser(directory, os.environ.get("SALLYPORT_SCREENSHOTS", directory / "screenshots"))
    try:
        page.open(url)
        assert page.shown("form", "failed") == "form"
        assert page.find("user").get_attribute("value") == name
        authenticator = Authenticator.scan(page.photograph("qr"))
        page.fill(password=PASSWORD, again=PASSWORD, code=authenticator.code())
        page.find("submit").click()
        assert page.shown("done", "failed") == "done"
        command = page.find("login").text
    finally:
        page.quit()
    host.cluster.secrets |= {PASSWORD, authenticator.parameters["secret"], *authenticator.codes}
    return User(name, PASSWORD, authenticator), command


# Walk 1.


def test_team_reaches_kubernetes(cluster, kube, host, laptop, tmp_path):
    """Steps 1 to 5, without the agent of step 5."""
    find = f"curl -s https://{cluster.proxy}/v1/webapi/find | jq -r .server_version"
    assert re.fullmatch(r"18\.\d+\.\d+\n", laptop.type(f"export CURL_CA_BUNDLE={cluster.ca_file}; {find}").out)
    host.has("member.yaml", MEMBER)
    host.type("tctl create -f < member.yaml")
    url = invite(host, "tctl users add seokbin2 --roles=member")
    user, command = accept_in_browser(host, url, "seokbin2", tmp_path)
    assert command == f"tsh login --proxy={cluster.proxy} --user=seokbin2"
    laptop.login(user)
    table = laptop.type("tsh kube ls").out
    assert re.search(r"dev-cluster +env=dev", table) and re.search(r"prod-cluster +env=dev", table)
    for name in ("dev-cluster", "prod-cluster"):
        kube.forget_requests()
        laptop.type(f"tsh kube login {name}")
        assert re.search(r"web +1/1 +Running", laptop.type("kubectl get pods").out)
        (row,) = [row for row in json.loads(laptop.type("tsh kube ls --format=json").out) if row["selected"]]
        assert row["kube_cluster_name"] == name
        assert {request["user"] for request in kube.requests(path="/api/v1/namespaces/default/pods")} == {"seokbin2"}


def test_token_for_an_agent(cluster, host):
    """Step 5: creates the token for the installation of an agent."""
    out = host.type("TOKEN=$(tctl nodes add --roles=kube --ttl=10000h --format=json | jq -r '.[0]'); echo $TOKEN").out
    token = re.fullmatch(r"([0-9a-f]{32})\n", out).group(1)
    cluster.secrets.add(token)
    (found,) = json.loads(host.type(f"tctl get token/{token} --format=json").out)
    assert "Kube" in found["spec"]["roles"]
    host.type(f"tctl tokens rm {token}")


def test_preset_roles(cluster, host, laptop):
    """Step 7: the preset roles make an administrator."""
    names = json.loads(host.type("tctl get roles --format=json | jq '[.[].metadata.name]'").out)
    assert {"editor", "access", "auditor"} <= set(names)
    url = invite(host, "tctl users add teleport-admin2 --roles=editor,access")
    laptop.login(accept(host, url, "teleport-admin2"))
    assert laptop.type("tsh status -f json | jq -r '.active.roles | join(\",\")'").out == "access,editor\n"
    assert "teleport-admin2" in laptop.type("tctl users ls").out


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, kube):
    """Starts a cluster whose Kubernetes cluster has a label that the developer role denies."""
    with started(Cluster(tmp_path_factory.mktemp("guarded"), kube, {"app": "teleport-cluster"})) as running:
        yield running


def become_alice(cluster, machine):
    """Creates the guide's role and user, resets alice's password, and logs alice in."""
    machine.has("dev2.yaml", DEVELOPER)
    tctl = f"{program('tctl')} -c {cluster.config}"
    machine.type(f"{tctl} create -f dev2.yaml")
    url = re.search(r"https://\S+/web/reset/([0-9a-f]{32})", machine.type(f"{tctl} users reset alice").out)
    cluster.secrets.add(url.group(1))
    machine.login(accept(machine, url.group(), "alice"))


def test_developer_in_kubernetes(cluster, kube, laptop):
    """Step 8: alice has the groups of traits and role, and sees the API server's own refusal unchanged."""
    become_alice(cluster, laptop)
    laptop.type("tsh kube login dev-cluster")
    kube.forget_requests()
    done = laptop.type("kubectl get pods -n team-a", ok=False)
    assert done.code == 1
    assert done.err == ('Error from server (Forbidden): pods is forbidden: User "dev" cannot list resource "pods" in API '
                        'group "" in the namespace "team-a"\n')
    assert kube.requests(user="dev")[-1]["groups"] == ["developer", "edit", "system:authenticated"]
    assert json.loads(laptop.type("tsh status -f json").out)["active"]["kubernetes_users"] == ["dev"]


def test_developer_on_servers(cluster, laptop):
    """Step 8: alice's certificate has the logins of the role without guest, which the role denies."""
    become_alice(cluster, laptop)
    active = json.loads(laptop.type("tsh status -f json").out)["active"]
    assert {"admin", "ec2-user"} <= set(active["logins"]) and "guest" not in active["logins"]
    (cert,) = (laptop.home / "tsh").rglob("*-ssh/*-cert.pub")
    shown = laptop.type(f"ssh-keygen -L -f {cert}").out
    assert re.search(r"\n +admin\n +ec2-user\n", shown) and "guest" not in shown


def test_developer_may_not_reach_the_label(guarded, tmp_path):
    """Step 8: alice cannot see the Kubernetes cluster that the role denies."""
    machine = Machine(guarded, tmp_path / "laptop")
    become_alice(guarded, machine)
    assert json.loads(machine.type("tsh kube ls --format=json").out) == []
    done = machine.type("tsh kube login dev-cluster", ok=False)
    assert done.code == 5
    assert_plain(done.text)


# Walk 3, as far as it needs no running bot.


def test_token_for_a_bot(host):
    host.has("bot-token.yaml", BOT_TOKEN)
    host.type("tctl create -f bot-token.yaml")
    (token,) = json.loads(host.type("tctl get token/example-bot --format=json").out)
    assert token["spec"]["kubernetes"]["allow"] == [{"service_account": "default:tbot"}]
    assert "ca pin" in host.type("tctl status").out.lower()
    host.type("tctl tokens rm example-bot")


# Walk 5.


def test_credentials_of_the_event_handler(cluster, host, laptop):
    """Steps 2 and 3: create the documents, add a role with jq, and sign an identity file by impersonation."""
    host.has("teleport-event-handler-role.yaml", EVENT_HANDLER)
    host.type("tctl create -f teleport-event-handler-role.yaml")
    host.has("impersonator.yaml", IMPERSONATOR)
    host.type("tctl create -f impersonator.yaml")
    user = accept(host, invite(host, "tctl users add auditor2 --roles=editor,access"), "auditor2")
    laptop.login(user)
    sign = "tctl auth sign --user=teleport-event-handler --out=identity"
    assert laptop.type(sign, ok=False).code == 4
    laptop.type("""ROLES=$(tsh status -f json | jq -r '.active.roles | join(",")')
                   tctl users update $(tsh status -f json | jq -r '.active.username') \
                     --set-roles "${ROLES?},teleport-event-handler-impersonator" """)
    assert laptop.type(sign, ok=False).code == 4  # the certificate still has the old roles
    laptop.type("tsh logout")
    laptop.login(user, "--ttl=540")
    for machine in (laptop, host):  # the default, which the signer's session of 9 hours does not shorten
        assert "valid for" not in machine.type(sign).text
        assert 11.9 < lifetime_in_hours(machine.home / "identity") <= 12.1
    for machine in (laptop, host):
        who = machine.type(f"tsh -i identity --proxy={cluster.proxy} status -f json | jq -r .active.username").out
        assert who == "teleport-event-handler\n"


CONNECTORS = """\
kind: github
version: v3
metadata:
  name: github
spec:
  client_id: id
  client_secret: walk-secret
  redirect_url: https://teleport.example.com/v1/webapi/github/callback
  teams_to_roles:
  - organization: octocats
    team: admins
    roles: [access]
---
kind: oidc
version: v3
metadata:
  name: myoidc
spec:
  issuer_url: https://idp.example.com
  client_id: id
  client_secret: walk-secret
  redirect_url: https://teleport.example.com/v1/webapi/oidc/callback
  claims_to_roles:
  - {claim: groups, value: admins, roles: [access]}
---
kind: saml
version: v2
metadata:
  name: mysaml
spec:
  acs: https://teleport.example.com/v1/webapi/saml/acs/mysaml
  issuer: https://idp.example.com
  sso: https://idp.example.com/login
  attributes_to_roles:
  - {name: groups, value: admins, roles: [access]}
"""


@pytest.mark.parametrize("connector", ["github/github", "oidc/myoidc", "saml/mysaml"])
def test_impersonator_by_connector(host, connector):
    """Step 3 with a connector: users who log in with the connector get the role."""
    host.has("impersonator.yaml", IMPERSONATOR)
    host.type("tctl create -f impersonator.yaml")
    host.has("connectors.yaml", CONNECTORS)
    host.type("tctl create -f connectors.yaml")
    kind, name = connector.split("/")
    assert "walk-secret" not in host.type(f"tctl get {connector}").out
    host.type(f"tctl get {connector} --with-secrets > {kind}.yaml")
    before = (host.home / f"{kind}.yaml").read_text()
    assert "walk-secret" in before or "PRIVATE KEY" in before
    host.type(rf"sed -i 's/^\( *\)- access$/\1- access\n\1- teleport-event-handler-impersonator/' {kind}.yaml")
    assert (host.home / f"{kind}.yaml").read_text() != before
    host.type(f"tctl create -f {kind}.yaml")
    after = host.type(f"tctl get {connector} --with-secrets").out
    # Only the role and the revision differ.
    changed = set(after.splitlines()) ^ set(before.splitlines())
    assert {line.strip().split(":")[0] for line in changed} == {"- teleport-event-handler-impersonator", "revision"}
    for one in "github/github", "oidc/myoidc", "saml/mysaml":
        host.type(f"tctl rm {one}")


def test_roles_of_a_bot(host):
    """Step 3 with a bot: the bot gets the role of the event handler."""
    host.has("teleport-event-handler-role.yaml", EVENT_HANDLER)
    host.type("tctl create -f teleport-event-handler-role.yaml")
    made = json.loads(host.type("tctl bots add my-bot --roles=access --format=json").out)
    host.cluster.secrets.add(made["token_id"])
    host.type("tctl bots update my-bot --add-roles teleport-event-handler")
    roles = host.type("tctl get role/bot-my-bot --format=json | jq -c '.[0].spec.allow.impersonate.roles'").out
    assert json.loads(roles) == ["access", "teleport-event-handler"]
    host.type("tctl bots rm my-bot")


def lifetime_in_hours(identity):
    """Returns the remaining lifetime of a certificate."""
    for hours in range(1, 200):
        if b"will expire" in openssl("x509", "-in", identity, "-noout", "-checkend", str(hours * 360), accept=(0, 1)):
            return hours / 10
    raise AssertionError("a certificate for more than 20 hours")
