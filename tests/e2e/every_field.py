"""The documents of tests/fixtures/every_field, which have every field of every kind set."""

import itertools

import yaml

from harness import ROOT

SINGLETONS = ("cluster_", "session_")
DOCUMENTS = [document for path in sorted((ROOT / "tests" / "fixtures" / "every_field").glob("*.yaml"))
             for document in yaml.safe_load_all(path.read_text())]


def name_of(document):
    """How `tctl get` calls it."""
    kind = document["kind"]
    return kind if kind.startswith(SINGLETONS) else f"{kind}/{document['metadata']['name']}"


def _ids():
    """Settings of a cluster have one name, whatever the document."""
    seen = {}
    for document in DOCUMENTS:
        name = name_of(document)
        count = seen.setdefault(name, itertools.count(1))
        number = next(count)
        yield name if number == 1 else f"{name}-{number}"


IDS = list(_ids())


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
