"""Every field of every kind, written by our tctl on a cluster of the reference and by the reference's tctl on one of
ours: what was written is what is read, again and again, and both clusters make the same of it.

Teleport's open-source build refuses some fields. REFUSED names them, with its reason: they are taken out one by one,
each when it has been refused for that reason, and what is left must be accepted.
"""

import copy
import json

import pytest
import yaml

from every_field import DOCUMENTS, IDS, assert_has, name_of
from harness import REFERENCE_BIN, Cluster, environment, program, started
from processes import run, wait_for
from reference_cluster import ReferenceCluster

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

ENTERPRISE = "is only available in enterprise subscriptions"
NEEDS_ENTERPRISE = "this feature requires Teleport Enterprise"
HARDWARE_KEY = "Hardware Key support is only available with an enterprise license"
# The whole document is refused where the path is "".
REFUSED = {
    "cluster_auth_preference": [
        ("spec.device_trust", 'device trust mode "optional" requires Teleport Enterprise')],
    "cluster_networking_config-2": [("spec.tunnel_strategy", "proxy peering is an enterprise-only feature")],
    "role/every-field": [
        ("spec.options.pin_source_ip", f"role option pin_source_ip {ENTERPRISE}"),
        ("spec.options.max_sessions", f"role option max_sessions {ENTERPRISE}"),
        ("spec.allow.request.thresholds", f"role field allow.request.thresholds {ENTERPRISE}"),
        ("spec.allow.review_requests", f"role field allow.review_requests {ENTERPRISE}"),
        ("spec.allow.request.search_as_roles", f"role field allow.search_as_roles {ENTERPRISE}"),
        ("spec.options.require_session_mfa", HARDWARE_KEY)],
    # It asks github.com about the organization, and there is no way there.
    "github/every-github": [("", "check for organization external SSO")],
    "oidc/every-oidc": [("", "OIDC is only available in Teleport Enterprise")],
    "oidc/every-google": [("", "OIDC is only available in Teleport Enterprise")],
    "saml/every-saml": [("", "SAML is only available in Teleport Enterprise")],
    "token/every-github": [
        ("spec.github.enterprise_server_host", f"github enterprise server joining {NEEDS_ENTERPRISE}")],
    "token/every-spacelift": [("", f"spacelift joining {NEEDS_ENTERPRISE}")],
    "token/every-tpm": [("", f"tpm joining {NEEDS_ENTERPRISE}")],
    "token/every-tpm-serial": [("", f"tpm joining {NEEDS_ENTERPRISE}")],
}
# What the reference's tctl fetches by itself, from where nothing is.
FETCHED = {"saml/every-saml": ["spec.entity_descriptor_url", "spec.mfa.entity_descriptor_url"]}
# What is there only for those who ask for it.
SECRET_KINDS = ("github", "oidc", "saml")
# What the reference writes down about itself, for what is not there in ours: joining.
STATUS = {
    "token/every-bound-keypair": {"bound_keypair"},
    "token/every-bound-keypair-key": {"bound_keypair"},
}
ADMINISTRATOR = """
    kind: role
    version: v7
    metadata: {name: every-admin}
    spec:
      allow:
        kubernetes_labels: {'*': '*'}
        app_labels: {'*': '*'}
        db_labels: {'*': '*'}
        rules: [{resources: ['*'], verbs: ['*']}]
    ---
    kind: user
    version: v2
    metadata: {name: every-admin}
    spec: {roles: [every-admin]}
"""


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, kube):
    """A cluster of the reference whose settings may be anything, and our tctl for it."""
    with started(ReferenceCluster(tmp_path_factory.mktemp("every-field-theirs"), kube)) as running:
        running.create(ADMINISTRATOR)
        identity = running.directory / "identity"
        running.tctl("auth", "sign", "--user=every-admin", f"--out={identity}")
        words = [program("tctl"), "-i", identity, "--auth-server", f"127.0.0.1:{running.auth_port}"]
        yield lambda *more, stdin="": run([*words, *more], environment(running.directory), stdin)


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """A cluster of ours whose settings may be anything, and the reference's tctl for it."""
    with started(Cluster(tmp_path_factory.mktemp("every-field-ours"))) as running:
        yield lambda *more, stdin="": running.tctl(*more, stdin=stdin, ok=False, reference=True)


def read(tctl, document, form="json"):
    """The document, or nothing when it is not there."""
    secrets = ["--with-secrets"] if document["kind"] in SECRET_KINDS else []
    done = tctl("get", name_of(document), f"--format={form}", *secrets)
    return yaml.safe_load(done.out if form == "yaml" else json.dumps(json.loads(done.out)[0])) if done.code == 0 else None


def revision(got):
    """Nothing for a bot, which is a user and a role."""
    return got["metadata"].get("revision") if got else None


def put(tctl, document, text):
    """Writes it and returns what is read then: the reference answers from a cache, which hears of it a moment later."""
    before = revision(read(tctl, document))
    # The configuration file of both clusters has one of the settings.
    done = tctl("create", "-f", "--confirm", stdin=text).ok()
    if "is unchanged" in done.out:  # our tctl writes no setting anew that has these values
        return read(tctl, document)

    def changed():
        got = read(tctl, document)
        return got if got and (revision(got) != before or document["kind"] == "bot") else None

    return wait_for(changed, 20, f"a new revision of {name_of(document)}")


def without(document, path):
    *way, last = path.split(".")
    parent = document
    for name in way:
        parent = parent[name]
    del parent[last]


def accepted_part(tctl, document, name):
    """Takes out what is refused, for the reasons of the table; nothing when all of it is."""
    document = copy.deepcopy(document)
    for path, reason in REFUSED.get(name, []):
        done = tctl("create", "-f", stdin=yaml.safe_dump(document))
        assert done.code != 0 and reason in " ".join(done.err.split()), done
        if not path:
            return None
        without(document, path)
    return document


def fixed_point(tctl, document):
    """Writes a document, and writes what is read, as JSON and as YAML; returns what is read of it each time."""
    first = put(tctl, document, yaml.safe_dump(document))
    assert_has(first, document)
    again = put(tctl, document, json.dumps(first))
    as_yaml = put(tctl, document, yaml.safe_dump(read(tctl, document, "yaml")))
    for got in (first, again, as_yaml):
        assert got["metadata"].pop("revision", None) or document["kind"] == "bot"
    assert first == again == as_yaml
    return first


def test_tables_name_documents():
    assert set(REFUSED) | set(STATUS) <= set(IDS)


@pytest.mark.parametrize("document,name", zip(DOCUMENTS, IDS), ids=IDS)
def test_both_clusters(theirs, ours, document, name):
    document = copy.deepcopy(document)
    for path in FETCHED.get(name, []):
        without(document, path)
    accepted = accepted_part(theirs, document, name)
    if accepted:
        mine, others = fixed_point(ours, accepted), fixed_point(theirs, accepted)
        for got in (mine, others):  # who wrote it, and when
            got["spec"].pop("created_by", None)
        if name in STATUS:
            assert "status" not in mine and set(others.pop("status")) == STATUS[name]
        assert mine == others
    fixed_point(ours, document)
