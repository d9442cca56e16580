"""Tests of joins by tokens of Kubernetes service accounts that others verify: a real API server (in_cluster), and an
issuer that the cluster fetches keys from (oidc)."""

import contextlib
import http.server
import json
import ssl
import threading

import pytest

from bots import Bot, subject
from certs import make_key, make_self_signed
from harness import Cluster, environment, program, started
from pods import Pods, skip_without_mounts
from processes import Background, wait_for
from service_accounts import AccountKey, pod_claims
from test_bot_joining import REFUSED, ROLE, create_token, refused

ALLOW = {"type": "in_cluster"}


@pytest.fixture(scope="module")
def pods(real_kube):
    skip_without_mounts()
    return Pods(real_kube)


@pytest.fixture(scope="module")
def place(pods, tmp_path_factory):
    """Starts a cluster that runs in a pod of the API server, with the rights of the chart."""
    wrapper = pods.auth_service(tmp_path_factory.mktemp("pod"))
    with started(Cluster(tmp_path_factory.mktemp("cluster"), wrapper=wrapper)) as running:
        running.create(ROLE, "-f")
        yield running


@pytest.fixture(scope="module")
def bot(place, tmp_path_factory):
    robot = Bot(place, tmp_path_factory.mktemp("bot"), "pod-robot")
    create_token(robot, "in-cluster", ALLOW)
    return robot


def test_the_api_server_verifies_the_token(place, pods, bot):
    bound = pods.pod("robot-1", "robot")
    # Both the API server's own audience and the cluster's name are good.
    for audiences in ((), (place.name,)):
        token = pods.token("robot", bound, audiences)
        place.secrets.add(token)
        found = subject(bot.join("in-cluster", id_token=token)[0])
        record = bot.instances()[found["1.3.9999.2.20"][0]]["status"]["initial_authentication"]
        assert record["join_attrs"]["kubernetes"]["pod"] == {"name": "robot-1"}
        assert record["metadata"]["type"] == "in_cluster"
        assert record["metadata"]["raw"]["user"]["username"] == "system:serviceaccount:default:robot"
        assert token not in json.dumps(record)


def test_what_the_api_server_does_not_accept(pods, bot, tmp_path):
    bound = pods.pod("robot-2", "robot")
    pods.account("other")
    other = pods.pod("other-1", "other")
    cases = ((pods.token("other", other), 'service account "default:other"'),
             (pods.token("robot", bound, ["another.audience"]), "does not accept the token"),
             (pods.token("robot"), "bound to its pod"),
             (AccountKey(tmp_path).token(pod_claims(bot.cluster.name)), "does not accept the token"),
             ("a.b.c", "does not accept the token"))
    for token, named in cases:
        message, event = refused(bot, "in-cluster", id_token=token)
        assert message == REFUSED and named in event["error"], event


def test_the_token_of_a_deleted_pod_is_refused(pods, bot):
    token = pods.token("robot", pods.pod("robot-3", "robot"))
    bot.join("in-cluster", id_token=token)
    pods.remove("robot-3")

    def is_refused():
        """The API server keeps good answers for some seconds."""
        return bot.post("in-cluster", make_key(bot.path("key")), id_token=token).status == 403
    wait_for(is_refused, 30, "the end of the pod's token")
    assert "does not accept the token" in bot.cluster.events(event="bot.join")[-1]["error"]


def test_the_keys_of_the_api_server_verify_the_token(place, pods, bot):
    """With static_jwks: the key set that `kubectl get --raw /openid/v1/jwks` shows."""
    _, keys = pods.kube.call("GET", "/openid/v1/jwks")
    create_token(bot, "static", {"type": "static_jwks", "static_jwks": {"jwks": keys.decode()}})
    bound = pods.pod("robot-4", "robot")
    bot.join("static", id_token=pods.token("robot", bound, [place.name]))
    for token, named in ((pods.token("robot", bound), "claim aud"),
                         (pods.token("robot", audiences=[place.name]), "claim kubernetes.io")):
        message, event = refused(bot, "static", id_token=token)
        assert message == REFUSED and named in event["error"]


def test_an_agent_joins_by_the_token_of_its_pod(place, pods, tmp_path):
    place.create(json.dumps({
        "kind": "token", "version": "v2", "metadata": {"name": "agents"},
        "spec": {"roles": ["Node"], "join_method": "kubernetes",
                 "kubernetes": {**ALLOW, "allow": [{"service_account": "default:agent"}]}}}), "-f")
    token_file = tmp_path / "token"
    token_file.write_text(pods.token("agent", pods.pod("agent-1", "agent"), [place.name]) + "\n")
    (tmp_path / "agent.yaml").write_text(json.dumps({
        "version": "v3", "teleport": {"nodename": "pod", "data_dir": str(tmp_path / "data"),
                                      "proxy_server": place.proxy,
                                      "join_params": {"method": "kubernetes", "token_name": "agents"}},
        "ssh_service": {"enabled": "yes"}, "auth_service": {"enabled": "no"}, "proxy_service": {"enabled": "no"}}))
    env = environment(tmp_path, KUBERNETES_TOKEN_PATH=str(token_file), SSL_CERT_FILE=str(place.ca_file))
    with Background([program("teleport"), "start", "-c", tmp_path / "agent.yaml"], env, tmp_path / "agent.log") as agent:
        agent.wait_for_output("agent is ready")
        (event,) = place.wait_for_events(event="instance.join", success=True, method="kubernetes")
        assert event["token_name"] == "agents" and event["node_name"] == "pod"
        assert event["attributes"]["username"] == "system:serviceaccount:default:agent"
        assert agent.stop() == 0


class Issuer:
    """An issuer of tokens over HTTPS, whose answers a test may change."""

    def __init__(self, directory):
        self.key = AccountKey(directory)
        self.asked = []
        self.answers = {}
        self.cert, key = make_self_signed(directory, "issuer", "-addext", "subjectAltName=IP:127.0.0.1")
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers from the table."""

            def do_GET(self):  # pylint: disable=invalid-name
                issuer.asked.append(self.path)
                status, fields, body = issuer.answers.get(self.path, (404, {}, "{}"))
                self.send_response(status)
                for name, value in {"Content-Length": len(body), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body.encode())

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        self.document = "/.well-known/openid-configuration"
        self.answer(self.document, json.dumps({"issuer": self.url, "jwks_uri": f"{self.url}/keys"}))
        self.answer("/keys", self.key.jwks())

    def answer(self, path, body, status=200, **fields):
        self.answers[path] = (status, fields, body)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def issuer(tmp_path):
    made = Issuer(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def issued(issuer, tmp_path):
    """Starts a cluster that trusts the certificate of the issuer; returns a bot of it."""
    wrapper = ["env", f"SSL_CERT_FILE={issuer.cert}"]
    with started(Cluster(tmp_path / "cluster", wrapper=wrapper)) as running:
        running.create(ROLE, "-f")
        robot = Bot(running, tmp_path, "issued-robot")
        oidc = {"type": "oidc", "oidc": {"issuer": issuer.url}}
        create_token(robot, "issued", oidc, labels={"sallyport.dev/private-issuer": "yes"})
        create_token(robot, "public", oidc)
        yield robot


def test_the_keys_of_an_issuer_are_fetched_and_kept(issuer, issued):
    claims = pod_claims(issued.cluster.name, iss=issuer.url)
    for _ in range(3):
        issued.join("issued", id_token=issuer.key.token(claims))
    assert issuer.asked == [issuer.document, "/keys"]

    # Unknown keys, and forged tokens, cause no further fetch within a minute.
    for _ in range(3):
        message, event = refused(issued, "issued", id_token=issuer.key.token(claims, kid="another"))
        assert message == REFUSED and "header kid" in event["error"]
    assert len(issuer.asked) == 2
    for changed, named in (({"iss": "https://another"}, "claim iss"), ({"aud": ["x"]}, "claim aud"),
                           ({"exp": claims["iat"] + 3600}, "1800 seconds")):
        message, event = refused(issued, "issued", id_token=issuer.key.token({**claims, **changed}))
        assert message == REFUSED and named in event["error"]


def test_an_address_of_the_own_network_needs_the_label(issuer, issued):
    message, event = refused(issued, "public", id_token=issuer.key.token(pod_claims("x", iss=issuer.url)))
    assert message == REFUSED and "127.0.0.1, which is not public" in event["error"]
    assert issuer.asked == []


@pytest.mark.parametrize("body,fields,named", [
    ("{}", {}, "another issuer"),
    ("<html>internal page</html>", {}, "JSON"),
    ('{"issuer": "SELF", "jwks_uri": "http://127.0.0.1:1/keys"}', {}, "https://"),
    ('{"issuer": "SELF", "jwks_uri": "SELF/secret"}', {}, "kept secret"),
    ('{"issuer": "SELF", "jwks_uri": "SELF/large"}', {}, "larger than the limit"),
    ("{}", {"Location": "https://127.0.0.1:1/"}, "HTTP status 302")])
def test_the_bot_learns_nothing_of_a_fetch(issuer, issued, body, fields, named):
    issuer.answer("/secret", '{"error": {"message": "kept secret"}}', 403)
    issuer.answer("/large", " " * 300_000)
    issuer.answer(issuer.document, body.replace("SELF", issuer.url), 302 if fields else 200, **fields)
    token = issuer.key.token(pod_claims(issued.cluster.name, iss=issuer.url))
    message, event = refused(issued, "issued", id_token=token)
    assert message == REFUSED
    assert named in event["error"], event
