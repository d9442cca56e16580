"""Tests of joins of bots by a secret token."""

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

ROLE = """
    kind: role
    version: v7
    metadata: {name: deployer}
    spec: {allow: {logins: ['{{internal.logins}}']}}
"""
UNKNOWN = "access denied: the token is not known, or has expired"


@pytest.fixture(scope="module")
def bot(cluster, tmp_path_factory):
    cluster.create(ROLE, "-f")
    return Bot(cluster, tmp_path_factory.mktemp("bot"), "joining-robot")


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
