"""Reads the documents of tests/fixtures/every_field, in which every field of every kind is set, without the values
that the cluster refuses."""

import copy
import itertools

import yaml

from harness import ROOT

SINGLETONS = ("cluster_", "session_")
# Restricting values that the cluster does not enforce (docs/options.md), and replacements; None removes the field.
REFUSED = {
    "cluster_auth_preference": {"spec.require_session_mfa": True},
    "session_recording_config": {"spec.encryption": None},
    "role": {"spec.options.max_connections": None, "spec.allow.require_session_join": None},
}


def _accepted(document):
    """Returns a document without the values that the cluster refuses."""
    document = copy.deepcopy(document)
    for path, value in REFUSED.get(document["kind"], {}).items():
        *parents, last = path.split(".")
        place = document
        for key in parents:
            place = place.get(key, {})
        if last in place:
            place.pop(last) if value is None else place.update({last: value})
    return document


DOCUMENTS = [_accepted(document) for path in sorted((ROOT / "tests" / "fixtures" / "every_field").glob("*.yaml"))
             for document in yaml.safe_load_all(path.read_text())]


def name_of(document):
    """Returns the name of a resource for `tctl get`."""
    kind = document["kind"]
    return kind if kind.startswith(SINGLETONS) else f"{kind}/{document['metadata']['name']}"


def _ids():
    """Yields an id for each document: kind and name, and a number where documents of a setting have the same name."""
    seen = {}
    for document in DOCUMENTS:
        name = name_of(document)
        count = seen.setdefault(name, itertools.count(1))
        number = next(count)
        yield name if number == 1 else f"{name}-{number}"


IDS = list(_ids())


def assert_has(got, wanted, path=""):
    """Checks that all wanted fields are present; other fields, such as defaults, may be present, too."""
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
