"""Runs tests/drivers/libkube_real.cpp, which uses libkube with a real kube-apiserver."""

import os

import pytest

from harness import BIN
from processes import run

CASES = ["objects", "apply", "finalizers and status", "lists and watches",
         "a state that etcd has compacted is gone", "an informer follows", "two candidates, one leader",
         "a token that the server does not know"]


def driver(*words, **env):
    return run([BIN / "libkube_real", *words], {**os.environ, **env}, timeout=90)


def test_all_cases_are_here():
    assert driver("--list-test-names-only").out.split("\n")[:-1] == CASES


@pytest.mark.parametrize("case", CASES)
def test_with_a_real_api_server(real_kube, case):
    # A comma divides names for Catch2.
    driver(case.replace(",", "\\,"), SALLYPORT_KUBECONFIG=str(real_kube.kubeconfig), SALLYPORT_ETCD=real_kube.etcd).ok()
