"""Tests that our teleport accepts the configuration files of Teleport's teleport, and the reverse."""

import pytest

from harness import environment, program, reference_program
from processes import run

FILES = {
    "everything": ["configure", "--cluster-name=example.com", "--public-addr=example.com:443"],
    "proxy and auth": ["configure", "--roles=proxy,auth", "--node-name=n1", "--token=/nosuch/token"],
    "a node by configure": ["configure", "--roles=node", "--proxy=example.com:443", "--token=abc",
                            "--node-labels=env=prod"],
    "a node": ["node", "configure", "--proxy=example.com:443", "--token=/nosuch/token", "--ca-pin=sha256:aa",
               "--labels=env=prod,tier=1", "--node-name=n1"],
    "an old node": ["node", "configure", "--version=v2", "--auth-server=10.0.0.1:3025", "--token=abc"],
}


def both(tmp_path, writer, reader, words):
    path = tmp_path / "teleport.yaml"
    words = [*words, f"--output=file://{path}", f"--data-dir={tmp_path}/data"]
    run([writer, *words], environment(tmp_path)).ok()
    return path, run([reader, "configure", f"--test={path}"], environment(tmp_path))


@pytest.mark.parametrize("name", FILES)
def test_files_of_teleport_are_accepted_by_ours(tmp_path, name):
    path, done = both(tmp_path, reference_program("teleport"), program("teleport"), FILES[name])
    assert done.code == 0 and f"OK {path}" in done.err, (path.read_text(), done)


@pytest.mark.parametrize("name", FILES)
def test_our_files_are_accepted_by_teleport(tmp_path, name):
    path, done = both(tmp_path, program("teleport"), reference_program("teleport"), FILES[name])
    assert done.code == 0 and f"OK {path}" in done.err, (path.read_text(), done)
