"""Tests of joins of bots: by a secret token, and by tokens of Kubernetes service accounts, good and forged. Each refusal
is one sentence in the audit log that names what is wrong; the bot learns nothing that would help a forger."""

import base64
import json
import time

import pytest

from bots import Bot, subject
from certs import make_key
from endpoints import grpc_on_auth
from grpc_client import GrpcClient, GrpcError
from harness import wait_for
from protobuf import field, fields
from service_accounts import AccountKey, pod_claims

ROLE = """
    kind: role
    version: v7
    metadata: {name: deployer}
    spec: {allow: {logins: ['{{internal.logins}}']}}
"""
REFUSED = "access denied: the proof for the join method kubernetes is not accepted"
UNKNOWN = "access denied: the token is not known, or has expired"


@pytest.fixture(scope="module")
def bot(cluster, tmp_path_factory):
    cluster.create(ROLE, "-f")
    return Bot(cluster, tmp_path_factory.mktemp("bot"), "joining-robot")


@pytest.fixture(scope="module")
def account(bot, tmp_path_factory):
    """Returns the key of an API server, and creates the join token `pods` that trusts it."""
    key = AccountKey(tmp_path_factory.mktemp("account"))
    create_token(bot, "pods", {"type": "static_jwks", "static_jwks": {"jwks": key.jwks()}})
    return key


def create_token(bot, name, kubernetes, account="default:robot", **metadata):
    bot.cluster.create(json.dumps({
        "kind": "token", "version": "v2", "metadata": {"name": name, **metadata},
        "spec": {"roles": ["Bot"], "bot_name": bot.name, "join_method": "kubernetes",
                 "kubernetes": {"allow": [{"service_account": account}], **kubernetes}}}), "-f")


def refused(bot, token, **more):
    """Asks to join, and returns the message for the bot and the event of the refusal."""
    before = len(bot.cluster.events(event="bot.join"))
    answer = bot.post(token, make_key(bot.path("key")), **more)
    assert answer.status == 403, answer.body
    event = bot.cluster.events(event="bot.join")[before]
    assert event["code"] == "TJ001E" and event["success"] is False
    return answer.message, event


def test_a_bot_joins_and_its_token_is_used_up(cluster, bot):
    token = bot.new_token()
    cert, key = bot.join(token)
    found = subject(cert)
    assert found["commonName"] == [f"bot-{bot.name}"] and found["organizationName"] == [f"bot-{bot.name}"]
    instance = bot.instances()[found["1.3.9999.2.20"][0]]
    assert found["1.3.9999.2.18"] == [bot.name] and found["1.3.9999.1.14"] == ["1"]
    assert grpc_on_auth(cluster, (cert, key)).granted

    (record,) = instance["status"]["latest_authentications"]
    assert record == instance["status"]["initial_authentication"]
    masked = "*" * 24 + token[24:]
    assert record["join_token"] == masked and record["generation"] == 1
    assert record["join_attrs"] == {"meta": {"join_method": "token"}}
    (event,) = [one for one in cluster.events(event="bot.join") if one.get("token_name") == masked]
    assert event["code"] == "TJ001I" and event["bot_instance_id"] == instance["spec"]["instance_id"]
    assert event["user_name"] == f"bot-{bot.name}" and event["method"] == "token" and event["bot_name"] == bot.name

    assert cluster.tctl("get", f"token/{token}", ok=False).code != 0
    message, _ = refused(bot, token)
    assert message == UNKNOWN


def test_tokens_that_do_not_fit(cluster, bot):
    def token(name, **spec):
        metadata = {"name": name, **spec.pop("metadata", {})}
        cluster.create(json.dumps({"kind": "token", "version": "v2", "metadata": metadata, "spec": spec}), "-f")
        return name

    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    expiring = token("expiring-token-of-a-bot", metadata={"expires": soon}, roles=["Bot"], bot_name=bot.name,
                     join_method="token")
    wait_for(lambda: cluster.tctl("get", f"token/{expiring}", ok=False).code != 0, 10, "the end of the token")
    node = token("token-of-a-node-not-of-a-bot", roles=["Node"], join_method="token")
    orphan = token("token-of-a-bot-that-is-gone", roles=["Bot"], bot_name="gone", join_method="token")
    for name, message in ((expiring, UNKNOWN), ("guess", UNKNOWN), ("", UNKNOWN),
                          (node, "access denied: the token does not give the role Bot"),
                          (orphan, "access denied: the bot of the token does not exist")):
        assert refused(bot, name)[0] == message
    answer = bot.post(bot.new_token(), make_key(bot.path("key")), role="Node")
    assert answer.status == 403
    iam = token("bots-of-a-cloud", roles=["Bot"], bot_name=bot.name, join_method="iam", allow=[{"aws_account": "1"}])
    answer = bot.post(iam, make_key(bot.path("key")))
    assert answer.status == 501 and answer.message == "joining by the method iam is not implemented"


def test_a_pod_joins_again_and_again(cluster, bot, account):
    cert, key = bot.join("pods", id_token=account.token(pod_claims(cluster.name)))
    found = subject(cert)
    identifier = found["1.3.9999.2.20"][0]
    assert "1.3.9999.1.13" not in found  # it does not renew
    assert found["1.3.9999.2.23"] == ["pods"]
    (record,) = bot.instances()[identifier]["status"]["latest_authentications"]
    assert record["join_attrs"]["kubernetes"] == {
        "subject": "system:serviceaccount:default:robot", "pod": {"name": "robot-1"},
        "service_account": {"name": "robot", "namespace": "default"}}
    assert record["metadata"]["type"] == "static_jwks" and record["join_token"] == "pods"
    (event,) = [one for one in cluster.events(event="bot.join") if one.get("bot_instance_id") == identifier]
    assert event["attributes"]["raw"]["kubernetes.io"]["pod"]["name"] == "robot-1"

    # By gRPC with its certificate the bot keeps its instance, without it the bot gets another.
    def join_by_grpc(identity):
        request = bot.request("pods", key)
        message = b"".join(field(number, value) for number, value in (
            (3, "Bot"), (4, "pods"), (11, account.token(pod_claims(cluster.name)))))
        for number, name in ((7, "public_tls_key"), (8, "public_ssh_key")):
            message += field(number, base64.b64decode(request[name]))
        with GrpcClient(cluster.auth_port, identity) as client:
            answer = client.call("/proto.JoinService/RegisterUsingToken", message)
        return subject(bot.write(fields(answer)[2][0]))

    again = join_by_grpc((cert, key))
    assert again["1.3.9999.2.20"] == [identifier] and again["1.3.9999.1.14"] == ["2"]
    assert join_by_grpc(None)["1.3.9999.2.20"] != [identifier]


def attacks():
    """Returns the attacks: how the token is made, and what the audit log names."""
    now = int(time.time())

    def claims(**changed):
        return lambda key, name: key.token(pod_claims(name, **changed))
    return {
        "account": (claims(account="default:other"), 'service account "default:other"'),
        "namespace": (claims(account="other:robot"), 'service account "other:robot"'),
        "no account": (claims(sub="robot"), "claim sub"),
        "audience": (claims(aud=["another.cluster"]), "claim aud"),
        "no audience": (claims(aud=None), "claim aud"),
        "no pod": (claims(kubernetes_io={"namespace": "default"}), "claim kubernetes.io"),
        "expired": (claims(iat=now - 1000, nbf=now - 1000, exp=now - 400), "claim exp is in the past"),
        "from the future": (claims(iat=now + 400, nbf=now + 400, exp=now + 1000), "claim iat is in the future"),
        "not valid yet": (claims(nbf=now + 400), "claim nbf"),
        "long life": (claims(exp=now + 1900), "more than the 1800 seconds"),
        "no end": (claims(exp=None), "claim exp is missing"),
        "no start": (claims(iat=None), "claim iat is missing"),
        "none": (lambda key, name: key.unsigned(pod_claims(name)), 'header alg of the ID token is "none"'),
        "HS256 with the public key": (lambda key, name: key.symmetric(pod_claims(name)), '"HS256"'),
        "RS256 in the header": (lambda key, name: key.token(pod_claims(name), alg="RS256"), "does not take"),
        "unknown kid": (lambda key, name: key.token(pod_claims(name), kid="key-2"), "header kid"),
        "kid is a path": (lambda key, name: key.token(pod_claims(name), kid="../../../dev/null"), "header kid"),
        "kid is SQL": (lambda key, name: key.token(pod_claims(name), kid="' OR 1=1 --"), "header kid"),
        "no kid": (lambda key, name: key.token(pod_claims(name), kid=""), "header kid"),
        "unknown extension": (lambda key, name: key.token(pod_claims(name), crit=["b64"], b64=False), "header crit"),
        "no token": (lambda key, name: "", "id_token is missing"),
        "garbage": (lambda key, name: "a.b.c", "no signed token"),
        "too large": (lambda key, name: key.token(pod_claims(name, more="x" * 20000)), None),
    }


@pytest.mark.parametrize("attack", attacks())
def test_a_forged_token_is_refused(cluster, bot, account, attack):
    make, named = attacks()[attack]
    token = make(account, cluster.name)
    if named is None:
        assert bot.post("pods", make_key(bot.path("key")), id_token=token).status == 400
        return
    message, event = refused(bot, "pods", id_token=token)
    assert message == REFUSED
    assert named in event["error"] and event["bot_name"] == bot.name and event["token_name"] == "pods"
    if token:
        assert token not in json.dumps(event)


def test_the_key_of_another_is_refused(cluster, bot, account, tmp_path):
    foreign = AccountKey(tmp_path, account.identifier)
    claims = pod_claims(cluster.name)
    for token in (foreign.token(claims), foreign.token(claims, jwk=foreign.jwk()),
                  foreign.token(claims, jku="https://attacker.example.com/keys")):
        message, event = refused(bot, "pods", id_token=token)
        assert message == REFUSED and "signature of the ID token" in event["error"]
    # Other claims under a good signature.
    header, _, signature = account.token(claims).split(".")
    other = account.token(pod_claims(cluster.name, sub="system:serviceaccount:kube-system:admin")).split(".")[1]
    assert "signature" in refused(bot, "pods", id_token=f"{header}.{other}.{signature}")[1]["error"]


def test_a_lock_of_the_join_token_refuses_its_bots(cluster, bot, account):
    create_token(bot, "locked-pods", {"type": "static_jwks", "static_jwks": {"jwks": account.jwks()}})
    identity = bot.join("locked-pods", id_token=account.token(pod_claims(cluster.name)))
    cluster.tctl("lock", "--join-token=locked-pods", "--message=stop")
    assert "JoinToken" in grpc_on_auth(cluster, identity).text
    answer = bot.post("locked-pods", make_key(bot.path("key")), id_token=account.token(pod_claims(cluster.name)))
    assert answer.status == 403 and "lock targeting JoinToken" in answer.message


def test_a_bot_cannot_join_with_less_than_a_key(bot):
    key = make_key(bot.path("key"))
    token = bot.new_token()
    for name in "public_tls_key", "public_ssh_key":
        assert bot.post(token, key, **{name: ""}).status == 400
    assert bot.post(token, key, expires="2020-01-01T00:00:00Z").status == 400
    assert bot.post(token, key, expires="soon").status == 400
    bot.join(token)  # the refusals did not use the token


def test_joins_by_the_auth_port(cluster, bot):
    token, key = bot.new_token(), make_key(bot.path("key"))
    request = bot.request(token, key)
    decode = base64.b64decode
    message = field(3, "Bot") + field(4, token) + field(7, decode(request["public_tls_key"])) + \
        field(8, decode(request["public_ssh_key"])) + field(12, field(1, int(time.time()) + 600))
    with GrpcClient(cluster.auth_port) as client:
        answer = fields(client.call("/proto.JoinService/RegisterUsingToken", message))
        assert len(answer[3]) == len(answer[4]) == 2
        with pytest.raises(GrpcError) as again:
            client.call("/proto.JoinService/RegisterUsingToken", message)
    assert again.value.message == UNKNOWN
    assert grpc_on_auth(cluster, (bot.write(answer[2][0]), key)).granted
