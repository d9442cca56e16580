"""Tests that the web APIs of our cluster and the reference's (REFERENCE_BIN) give the same answers."""

import json

import pytest

from certs import make_key, public_key
from harness import REFERENCE_BIN

pytestmark = pytest.mark.skipif(not REFERENCE_BIN, reason="REFERENCE_BIN is not set")

SOURCE = "127.0.0.78"
UNKNOWN_TOKEN = "0" * 32
BEGIN = "/webapi/mfa/login/begin"


@pytest.fixture(scope="module")
def places(cluster, reference_cluster):
    return [cluster, reference_cluster]


def answer_of(place, method, path, body=None):
    """Returns status, type and body, without the port."""
    answer = place.web(source=SOURCE).request(method, path, body)
    text = answer.body.decode().replace(str(place.proxy_port), "PORT")
    return answer.status, answer.headers["Content-Type"], json.loads(text) if text else None


@pytest.mark.parametrize("method,path", [
    ("GET", "/webapi/ping"), ("GET", "/v1/webapi/ping"), ("GET", "/webapi/find"), ("GET", "/v1/webapi/find"),
    ("HEAD", "/webapi/ping"), ("OPTIONS", "/webapi/ping"), ("POST", "/webapi/ping"), ("GET", "/webapi/motd"),
    ("GET", "/webapi/nosuch"), ("GET", "/v1/nosuch"), ("GET", "/webapi/ssh/certs"), ("GET", BEGIN),
    ("GET", f"/webapi/users/password/token/{UNKNOWN_TOKEN}")])
def test_requests_without_body(places, method, path):
    ours, theirs = (answer_of(place, method, path) for place in places)
    assert ours == theirs


@pytest.mark.parametrize("body", [
    {}, {"user": "nobody", "pass": "wrong"}, {"user": "asks", "pass": "wrong"},
    {"user": "asks", "pass": "correct horse of asks", "passwordless": False}], ids=str)
def test_begin_of_a_login(places, body, make_user_once):
    make_user_once("asks")
    ours, theirs = (answer_of(place, "POST", BEGIN, body) for place in places)
    assert ours == theirs


@pytest.fixture(scope="module")
def make_user_once(places):
    """Adds a user to both clusters at the first call."""
    made = {}

    def make(name):
        if name not in made:
            made[name] = [place.add_user(name) for place in places]
        return made[name]
    return make


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    return public_key(make_key(tmp_path_factory.mktemp("key") / "key"))


@pytest.mark.parametrize("user,password,code,more", [
    ("asks", None, "123456", {}), ("asks", None, "", {}), ("asks", "wrong", "", {}), ("nobody", "wrong", "", {}),
    ("nobody", "wrong", "123456", {}), ("asks2", "wrong", "123456", {}), ("asks2", None, "letter", {}),
    ("asks2", None, True, {"tls_pub_key": ""}), ("asks3", None, True, {}),
    ("asks3", None, True, {"tls_pub_key": "", "ssh_pub_key": ""})])
def test_end_of_a_login(places, pem, make_user_once, user, password, code, more):
    answers = []
    for place, known in zip(places, make_user_once(user if user != "nobody" else "asks"), strict=True):
        sent = known.authenticator.code() if code is True else code
        answer = place.web(source=SOURCE).login_finish(user, password or known.password, sent, pem, **more)
        place.secrets |= set(known.authenticator.codes)
        answers.append((answer.status, answer.message if answer.status != 200 else sorted(answer.json())))
    assert answers[0] == answers[1]
