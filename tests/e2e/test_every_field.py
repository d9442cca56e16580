"""Tests that every field of every kind is read as it was written (tests/unit checks that no field is missing)."""

import json

import pytest
import yaml

from every_field import DOCUMENTS, IDS, assert_has, name_of
from harness import Cluster, started


@pytest.fixture(scope="module")
def own_cluster(tmp_path_factory):
    """Starts a cluster whose settings the tests change."""
    with started(Cluster(tmp_path_factory.mktemp("every_field"))) as running:
        yield running


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_fixed_point(own_cluster, document):
    def put(text):
        own_cluster.tctl("create", "-f", "--confirm", stdin=text)
        (got,) = json.loads(own_cluster.tctl("get", name_of(document), "--format=json", "--with-secrets").out)
        return got

    first = put(yaml.safe_dump(document))
    assert_has(first, document)
    again = put(json.dumps(first))
    as_yaml = put(own_cluster.tctl("get", name_of(document), "--format=yaml", "--with-secrets").out)
    for one in (first, again, as_yaml):
        assert one["metadata"].pop("revision", None) or document["kind"] == "bot"  # a bot consists of a user and a role
    assert first == again == as_yaml
