"""What was written is what is read, for every field that a kind has (tests/unit checks that no field is left out)."""

import json

import pytest
import yaml

from harness import ROOT, Cluster

SINGLETONS = ("cluster_", "session_")
DOCUMENTS = [document for path in sorted((ROOT / "tests" / "fixtures" / "every_field").glob("*.yaml"))
             for document in yaml.safe_load_all(path.read_text())]


def name_of(document):
    kind = document["kind"]
    return kind if kind.startswith(SINGLETONS) else f"{kind}/{document['metadata']['name']}"


def assert_has(got, wanted, path=""):
    """Everything that was wanted is there; there may be more, such as defaults."""
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            assert key in got, f"{path}.{key} is missing"
            assert_has(got[key], value, f"{path}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), path
        for index, (one, other) in enumerate(zip(got, wanted)):
            assert_has(one, other, f"{path}[{index}]")
    else:
        assert got == wanted, path


@pytest.fixture(scope="module")
def own_cluster(tmp_path_factory):
    """A cluster whose settings may be anything."""
    running = Cluster(tmp_path_factory.mktemp("every_field"))
    try:
        yield running.start()
        running.stop()
    finally:
        running.cleanup()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_fixed_point(own_cluster, document):
    def put(text):
        own_cluster.tctl("create", "-f", stdin=text)
        (got,) = json.loads(own_cluster.tctl("get", name_of(document), "--format=json", "--with-secrets").out)
        return got

    first = put(yaml.safe_dump(document))
    assert_has(first, document)
    again = put(json.dumps(first))
    as_yaml = put(own_cluster.tctl("get", name_of(document), "--format=yaml", "--with-secrets").out)
    for one in (first, again, as_yaml):
        assert one["metadata"].pop("revision")
    assert first == again == as_yaml
