"""Tests that every field of every kind is read as it was written, with our tctl on a cluster of the reference and the
reference's tctl on one of ours, and that both clusters return the same.

Teleport's open-source build refuses some fields. REFUSED names these fields with Teleport's reasons. The test removes
them one by one, checks each time that Teleport refuses the document for that reason, and that it accepts the rest.
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
# An empty path means that Teleport refuses the whole document.
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
    # Teleport asks github.com about the organization, which the tests cannot reach.
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
# The URLs that the reference's tctl would fetch, where no server is.
FETCHED = {"saml/every-saml": ["spec.entity_descriptor_url", "spec.mfa.entity_descriptor_url"]}
# Kinds whose secrets are read only with --with-secrets.
SECRET_KINDS = ("github", "oidc", "saml")
# Parts of the status that the reference adds for join methods that ours does not implement.
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
    """Starts a cluster of the reference whose settings the tests change; returns our tctl for the cluster."""
    with started(ReferenceCluster(tmp_path_factory.mktemp("every-field-theirs"), kube)) as running:
        running.create(ADMINISTRATOR)
        identity = running.directory / "identity"
        running.tctl("auth", "sign", "--user=every-admin", f"--out={identity}")
        words = [program("tctl"), "-i", identity, "--auth-server", f"127.0.0.1:{running.auth_port}"]
        yield lambda *more, stdin="": run([*words, *more], environment(running.directory), stdin)


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Starts a cluster of ours whose settings the tests change; returns the reference's tctl for the cluster."""
    with started(Cluster(tmp_path_factory.mktemp("every-field-ours"))) as running:
        yield lambda *more, stdin="": running.tctl(*more, stdin=stdin, ok=False, reference=True)


def read(tctl, document, form="json"):
    """Returns the document as the cluster has it, or None."""
    secrets = ["--with-secrets"] if document["kind"] in SECRET_KINDS else []
    done = tctl("get", name_of(document), f"--format={form}", *secrets)
    return yaml.safe_load(done.out if form == "yaml" else json.dumps(json.loads(done.out)[0])) if done.code == 0 else None


def revision(got):
    """Returns the revision of a resource; None for a bot, which consists of a user and a role."""
    return got["metadata"].get("revision") if got else None


def put(tctl, document, text):
    """Writes a document and returns the document that is read afterwards. Waits, because the reference's cache follows
    a moment later."""
    before = revision(read(tctl, document))
    # --confirm, because the configuration files of both clusters have one of the settings.
    done = tctl("create", "-f", "--confirm", stdin=text).ok()
    if "is unchanged" in done.out:  # our tctl does not write a setting that has these values already
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
    """Removes the fields that Teleport refuses, and checks the reasons; returns None when it refuses the document."""
    document = copy.deepcopy(document)
    for path, reason in REFUSED.get(name, []):
        done = tctl("create", "-f", stdin=yaml.safe_dump(document))
        assert done.code != 0 and reason in " ".join(done.err.split()), done
        if not path:
            return None
        without(document, path)
    return document


def fixed_point(tctl, document):
    """Writes a document, reads it, and writes it again as JSON and as YAML; checks that all reads are equal, and
    returns one."""
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
        for got in (mine, others):  # author and time differ
            got["spec"].pop("created_by", None)
        if name in STATUS:
            assert "status" not in mine and set(others.pop("status")) == STATUS[name]
        assert mine == others
    fixed_point(ours, document)
