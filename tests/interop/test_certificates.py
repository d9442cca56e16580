"""Tests that our cluster and the reference's (REFERENCE_BIN) issue equal certificates for the same users and roles: the
same attributes, in the same order, with the same types."""

import base64
import json
import re

import pytest

import decoded
from certs import make_key, public_key
from harness import REFERENCE_BIN, Tsh, reference_program
from processes import wait_for

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

EVERYTHING = {
    "options": {"forward_agent": True, "port_forwarding": True, "permit_x11_forwarding": True, "max_session_ttl": "20h",
                "cert_extensions": [{"name": "login@example.com", "type": "ssh", "mode": "extension",
                                     "value": "{{email.local(external.email)}}"}]},
    "allow": {
        "logins": ["root", "{{internal.logins}}", "{{external.extra}}"],
        "kubernetes_groups": ["dev", "{{internal.kubernetes_groups}}"],
        "kubernetes_users": ["kube-user", "{{internal.kubernetes_users}}"],
        "kubernetes_labels": {"*": "*"},
        "kubernetes_resources": [{"kind": "*", "name": "*", "namespace": "*", "verbs": ["*"]}],
        "node_labels": {"*": "*"}, "db_labels": {"*": "*"}, "app_labels": {"*": "*"},
        "db_names": ["postgres", "{{internal.db_names}}"], "db_users": ["reader", "{{internal.db_users}}"],
        "aws_role_arns": ["arn:aws:iam::123456789012:role/x", "{{internal.aws_role_arns}}"],
        "azure_identities": ["/subscriptions/0/resourceGroups/g/providers/Microsoft.ManagedIdentity/"
                             "userAssignedIdentities/i", "{{internal.azure_identities}}"],
        "gcp_service_accounts": ["a@project.iam.gserviceaccount.com", "{{internal.gcp_service_accounts}}"]},
    "deny": {"logins": ["guest"], "db_users": ["admin"], "db_names": ["hidden"], "aws_role_arns": ["arn:denied"],
             "azure_identities": ["denied"], "gcp_service_accounts": ["denied"]}}

TRAITS = {
    "logins": ["zoe", "guest", "ün"], "kubernetes_groups": ["edit", "*"], "kubernetes_users": ["alice"],
    "db_names": ["b", "a", "hidden"], "db_users": ["writer", "admin"],
    "aws_role_arns": ["arn:aws:iam::123456789012:role/y"],
    "azure_identities": ["/subscriptions/1/resourceGroups/g/providers/Microsoft.ManagedIdentity/"
                         "userAssignedIdentities/j"],
    "gcp_service_accounts": ["b@project.iam.gserviceaccount.com"], "email": ["carol@example.com"],
    "extra": ["x_1", "y-2"], "strange": ['<&> "quoted" \\ * @ _', "\u2028", "日本語"]}


def role(options=None, version="v7", **allow):
    return {"version": version, "spec": {"options": options or {}, "allow": allow}}


# Users: their roles, their traits, and further fields of their login requests.
USERS = {
    "everything@example.com": ({"everything": {"version": "v7", "spec": EVERYTHING}}, TRAITS, {}),
    "nothing": ({"empty": role()}, {}, {}),
    "no-forwarding": ({"closed": role({"port_forwarding": False, "forward_agent": False}, logins=["root"])}, {}, {}),
    "half-forwarding": ({"half": role({"ssh_port_forwarding": {"local": {"enabled": False},
                                                               "remote": {"enabled": True}}}, "v8", logins=["root"])},
                        {}, {}),
    "full-forwarding": ({"full": role({"ssh_port_forwarding": {"local": {"enabled": True},
                                                               "remote": {"enabled": True}}}, "v8", logins=["root"])},
                        {}, {}),
    "old-format": ({"oldssh": role({"cert_format": "oldssh"}, logins=["root"])}, {"team": ["a"]}, {}),
    "asks-for-old-format": ({"plain": role(logins=["root"])}, {"team": ["a"]}, {"compatibility": "oldssh"}),
    "many-roles": ({name: role({"max_session_ttl": f"{hours}h"}, logins=[name, "shared"])
                    for name, hours in (("zeta", 30), ("alpha", 2), ("middle-of-them", 5), ("be", 8))}, {}, {}),
    "short": ({"short": role({"max_session_ttl": "10m"}, logins=["root"])}, {}, {}),
    "long": ({"long": role({"max_session_ttl": "200h"}, logins=["root"])}, {}, {"ttl": 100 * 3600 * 10**9}),
    "no-lifetime-asked": ({"usual": role(logins=["root"])}, {}, {"ttl": 0}),
    "denied-all": ({"some": role(logins=["one", "{{internal.logins}}"]),
                    "none": {"version": "v7", "spec": {"deny": {"logins": ["*"]}}}}, {"logins": ["root"]}, {}),
    "regular-expressions": ({"expression": role(logins=["{{regexp.replace(external.name, \"^x-(.*)$\", \"$1\")}}"])},
                            {"name": ["x-one", "other", "x-two"]}, {}),
    "kubernetes": ({"kubernetes": role(kubernetes_labels={"*": "*"}, kubernetes_groups=["system:masters"])}, {},
                   {"KubernetesCluster": "dev-cluster"}),
    "old-role": ({"v3": role(version="v3", logins=["root"], kubernetes_groups=["a"])}, {}, {}),
    "route": ({"route": role(logins=["root"])}, {}, {"RouteToCluster": "walk.test"})}


@pytest.fixture(scope="module")
def places(cluster, reference_cluster):
    reference_program("tsh")
    return {"ours": cluster, "theirs": reference_cluster}


@pytest.fixture(scope="module")
def users(places):
    """Adds USERS to both clusters; returns a map cluster -> name -> user."""
    return {where: add_users(place) for where, place in places.items()}


def documents(resources):
    return "\n---\n".join(map(json.dumps, resources))  # JSON is YAML


def add_users(place):
    roles = [{"kind": "role", "metadata": {"name": name}, **spec}
             for roles, _, _ in USERS.values() for name, spec in roles.items()]
    place.create(documents(roles), "-f")
    made = {name: place.add_user(name) for name in USERS}
    place.create(documents(
        [{"kind": "user", "version": "v2", "metadata": {"name": name}, "spec": {"roles": list(roles), "traits": traits}}
         for name, (roles, traits, _) in USERS.items()]), "-f")

    def known():  # the reference answers from a cache
        found = json.loads(place.tctl("get", "users", "--format=json").out)
        roles = {user["metadata"]["name"]: user["spec"]["roles"] for user in found}
        return all(roles[name] == list(USERS[name][0]) for name in USERS)
    wait_for(known, what="the users with their roles")
    return made


def assert_alike(found, wanted):
    """Checks that two certificates are alike: both X.509 in PEM, or both SSH as a line."""
    views = (decoded.x509_text, decoded.asn1) if found.startswith("-----") else (decoded.ssh,)
    for view in views:
        assert decoded.differences(view(found), view(wanted)) == ""
    lifetime = decoded.x509_lifetime if found.startswith("-----") else decoded.ssh_lifetime
    assert lifetime(found) == pytest.approx(lifetime(wanted), abs=15)


class Machine:
    """A machine where one of USERS is logged in, and the user's certificates."""

    def __init__(self, place, user, home, reference):
        self.tsh = Tsh(place, home, reference=reference)
        self.tsh.login(user)
        self.user, self.place = user.name, place
        self.keys = home / "tsh" / "keys" / "localhost"

    def tls(self):
        return (self.keys / f"{self.user}.crt").read_text()

    def ssh(self):
        return (self.keys / f"{self.user}-ssh" / f"{self.place.name}-cert.pub").read_text()

    def kubernetes(self):
        answer = self.tsh("kube", "credentials", "--kube-cluster=dev-cluster", f"--teleport-cluster={self.place.name}",
                          f"--proxy={self.place.proxy}").out
        return json.loads(answer)["status"]["clientCertificateData"]

    def authorities(self):
        return decoded.certificates((self.keys / "cas" / f"{self.place.name}.pem").read_text())


@pytest.fixture(scope="module")
def machines(places, users, tmp_path_factory):
    """Logs in the user with every attribute; returns a map (cluster, program) -> Machine."""
    name = next(iter(USERS))

    def machine(where, whose):
        home = tmp_path_factory.mktemp(f"{where}-{whose}")
        return Machine(places[where], users[where][name], home, reference=whose == "theirs")
    return {(where, whose): machine(where, whose) for where in places for whose in ("ours", "theirs")}


# Each combination is compared with the reference's tsh on the reference's cluster.
others = pytest.mark.parametrize("where,whose", [("ours", "ours"), ("ours", "theirs"), ("theirs", "ours")],
                                 ids=["our-cluster-our-tsh", "our-cluster-their-tsh", "their-cluster-our-tsh"])


@pytest.mark.parametrize("which", ["tls", "ssh", "kubernetes"])
@others
def test_certificates_of_both_programs(machines, where, whose, which):
    wanted = getattr(machines["theirs", "theirs"], which)()
    assert_alike(getattr(machines[where, whose], which)(), wanted)


@others
def test_authorities(machines, where, whose):
    found, wanted = (machine.authorities() for machine in (machines[where, whose], machines["theirs", "theirs"]))
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert_alike(one, other)
        named, serial = decoded.subject_number(one)
        assert named == serial


@others
def test_known_hosts(machines, where, whose):
    def shape(machine):
        lines = (machine.tsh.home / "tsh" / "known_hosts").read_text().splitlines()
        return sorted([word for word in line.split() if not word.startswith("AAAA")] for line in lines)
    assert shape(machines[where, whose]) == shape(machines["theirs", "theirs"])


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Returns the public keys that both clusters receive: TLS in PEM and SSH as a line."""
    directory = tmp_path_factory.mktemp("keys")
    pem = public_key(make_key(directory / "key"))
    (directory / "ssh.pub").write_bytes(pem)
    return pem, decoded.ssh_key(directory / "ssh.pub")


def log_in(place, user, keys, more):
    """Logs in by the web API without tsh; returns the TLS and the SSH certificate."""
    client = place.web(source="127.0.0.77")
    password, code = user.password, user.authenticator.code()
    place.secrets.add(code)
    answer = client.login_finish(user.name, password, code, keys[0],
                                 ssh_pub_key=base64.b64encode(keys[1]).decode(), **more)
    assert answer.status == 200, answer.body
    certificates = answer.json()
    return [base64.b64decode(certificates[key]).decode() for key in ("tls_cert", "cert")]


@pytest.mark.parametrize("name", list(USERS)[1:])
def test_certificates_of_the_web_api(places, users, keys, name):
    found, wanted = (log_in(places[where], users[where][name], keys, USERS[name][2]) for where in ("ours", "theirs"))
    for one, other in zip(found, wanted, strict=True):
        assert_alike(one, other)


def test_denied_kubernetes_groups_are_left_out(places, keys):
    """The reference leaves denied groups in certificates, and its Kubernetes service removes them."""
    group = re.compile(r"1\.3\.9999\.1\.2=.*")
    found = {}
    for where, place in places.items():
        place.create(documents([{"kind": "role", "metadata": {"name": "partly"}, "version": "v7", "spec": {
            "allow": {"kubernetes_groups": ["good", "bad"]}, "deny": {"kubernetes_groups": ["bad"]}}}]), "-f")
        text = decoded.x509_text(log_in(place, place.add_user("partly-denied", "partly"), keys, {})[0])
        found[where] = {base64.b16decode(line.split("#")[1])[2:] for line in text if group.match(line)}
    assert found == {"ours": {b"good"}, "theirs": {b"good", b"bad"}}
