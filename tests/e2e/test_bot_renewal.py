"""Tests of bots that have joined: renewals, copies of their credentials, roles that they take on, heartbeats, removal."""

import json

import pytest

from bots import Bot, subject
from certs import openssl
from endpoints import admin_identity, ended, grpc_on_auth, kubernetes, log_in
from grpc_client import GrpcError
from protobuf import field
from test_bot_joining import ROLE

PERMISSION_DENIED = 7
INVALID_ARGUMENT = 3
GENERATION, RENEWABLE, INSTANCE = "1.3.9999.1.14", "1.3.9999.1.13", "1.3.9999.2.20"
IMPERSONATOR, DISALLOW_REISSUE = "1.3.9999.2.7", "1.3.9999.2.9"
OTHER_ROLE = """
    kind: role
    version: v7
    metadata: {name: not-for-bots}
    spec: {allow: {logins: [root]}}
"""
KUBE_ROLE = """
    kind: role
    version: v7
    metadata: {name: kube-deployer}
    spec:
      allow:
        kubernetes_groups: ["system:masters"]
        kubernetes_labels: {'*': '*'}
        kubernetes_resources: [{kind: '*', namespace: '*', name: '*', verbs: ['*']}]
"""


@pytest.fixture(scope="module")
def bot(cluster, tmp_path_factory):
    for role in ROLE, OTHER_ROLE, KUBE_ROLE:
        cluster.create(role, "-f")
    return Bot(cluster, tmp_path_factory.mktemp("bot"), "renewing-robot", ("deployer", "kube-deployer"))


@pytest.fixture
def identity(bot):
    """Returns a new instance's certificate and key."""
    return bot.join(bot.new_token())


def denied(call, *words, code=PERMISSION_DENIED, **options):
    with pytest.raises(GrpcError) as refusal:
        call(*words, **options)
    assert refusal.value.code == code, refusal.value
    return refusal.value.message


def test_each_renewal_has_the_next_generation(cluster, bot, identity):
    instance = subject(identity[0])[INSTANCE][0]
    for generation in ("2", "3"):
        identity = bot.renew(identity)
        found = subject(identity[0])
        assert found[GENERATION] == [generation] and found[INSTANCE] == [instance] and RENEWABLE in found
    records = bot.instances()[instance]["status"]["latest_authentications"]
    assert [one["generation"] for one in records] == [1, 2, 3]
    assert "join_token" not in records[2] and records[2]["join_method"] == "token"
    renewals = cluster.events(event="cert.create", bot_instance_id=instance)
    assert len(renewals) == 2 and renewals[0]["user_kind"] == 2


def test_a_copy_locks_the_instance_at_the_second_renewal(cluster, bot, identity):
    """The same storage in two places: the second holder to renew is found out, and both are refused from then on."""
    other = bot.join(bot.new_token())
    instance = subject(identity[0])[INSTANCE][0]
    mine = bot.renew(identity)
    message = denied(bot.renew, identity)
    assert "generation mismatch" in message and f"{bot.name}/{instance}" in message

    # Not one certificate more, for neither of them.
    for holder in identity, mine:
        assert f'lock targeting BotInstanceID:"{instance}"' in grpc_on_auth(cluster, holder).text
        denied(bot.output, holder, "deployer")
        denied(bot.renew, holder)
    (lock,) = [one for one in json.loads(cluster.tctl("get", "locks", "--format=json").out)
               if one["spec"]["target"] == {"bot_instance_id": instance}]
    assert f"{bot.name}/{instance}" in lock["spec"]["message"]
    (event,) = cluster.events(event="cert.generation_mismatch", bot_instance_id=instance)
    assert event["code"] == "TCB00W" and event["user"] == f"bot-{bot.name}"
    assert bot.instances()[instance]["status"]["latest_authentications"][-1]["generation"] == 2
    bot.renew(other)  # other instances of the bot go on
    cluster.tctl("rm", f"lock/{lock['metadata']['name']}")
    bot.renew(mine)  # after the administrator has found out


def test_a_lost_answer_is_asked_for_again(cluster, bot, identity):
    """By the same certificate, for the same new key, any number of times until the next renewal."""
    first = bot.renew(identity)
    again = bot.renew(identity, key=first[1])
    assert subject(again[0])[GENERATION] == subject(first[0])[GENERATION] == ["2"]
    assert grpc_on_auth(cluster, again).granted
    bot.renew(again)
    assert "generation mismatch" in denied(bot.renew, identity, key=first[1])


def test_a_bot_takes_on_roles(cluster, bot, identity):
    cert, key = bot.output(identity, "deployer")
    found = subject(cert)
    assert found["organizationName"] == ["deployer"] and found["localityName"][0].startswith("ubuntu ")
    assert found[IMPERSONATOR] == [f"bot-{bot.name}"] and DISALLOW_REISSUE in found
    assert RENEWABLE not in found and GENERATION not in found
    assert grpc_on_auth(cluster, (cert, key)).granted
    for call in (lambda: bot.output((cert, key), "deployer"), lambda: bot.renew((cert, key))):
        denied(call)
    assert subject(bot.renew(identity)[0])[GENERATION] == ["2"]


def test_other_roles_are_refused(cluster, bot, identity):
    for role in "not-for-bots", "nosuch", "editor":
        assert f"may not take on the roles {role}" in denied(bot.output, identity, role)
    denied(bot.output, identity, "deployer", "not-for-bots")
    assert "at least one role request" in denied(bot.output, identity, code=INVALID_ARGUMENT)
    refusals = cluster.events(event="user.login", bot_instance_id=subject(identity[0])[INSTANCE][0])
    assert len(refusals) == 4 and all(one["success"] is False for one in refusals)


def test_a_new_role_of_the_bot_counts_at_once(cluster, bot, identity):
    denied(bot.output, identity, "not-for-bots")
    cluster.tctl("bots", "update", bot.name, "--add-roles=not-for-bots")
    try:
        assert subject(bot.output(identity, "not-for-bots")[0])["organizationName"] == ["not-for-bots"]
    finally:
        cluster.tctl("bots", "update", bot.name, "--set-roles=deployer,kube-deployer")
    denied(bot.output, identity, "not-for-bots")


def test_a_bot_uses_kubernetes(cluster, bot, identity):
    """As tbot does: first the roles, then with that certificate the one for the Kubernetes cluster."""
    roles = bot.output(identity, "kube-deployer", reissuable=True)
    routed = bot.certs(roles, field(7, "dev-cluster"), field(10, 2))
    found = subject(routed[0])
    assert found["1.3.9999.1.3"] == ["dev-cluster"]
    assert found[IMPERSONATOR] == [f"bot-{bot.name}"] and RENEWABLE not in found
    assert kubernetes(cluster, roles).granted
    denied(bot.output, roles, "deployer")


def test_certificates_have_limits(bot, identity):
    def ends_within(cert, hours):
        return b"will expire" in openssl("x509", "-in", cert, "-noout", "-checkend", hours * 3600, accept=(0, 1))

    year = 365 * 24 * 3600
    renewed = bot.renew(identity, seconds=year)
    assert ends_within(renewed[0], 12) and not ends_within(renewed[0], 11)  # max_session_ttl of the bot
    output, _ = bot.output(renewed, "deployer", seconds=year)
    assert ends_within(output, 30) and not ends_within(output, 29)  # that of roles without one
    assert not ended(bot.output(renewed, "deployer", seconds=60)[0])
    denied(bot.renew, renewed, seconds=-60)
    bot.renew(renewed)


def test_heartbeats(cluster, bot, identity):
    instance = subject(identity[0])[INSTANCE][0]
    for _ in range(12):
        bot.beat(identity, identity="all is well")
    status = bot.instances()[instance]["status"]
    assert len(status["latest_heartbeats"]) == 10 and status["initial_heartbeat"]["hostname"] == "machine"
    assert status["service_health"][0]["reason"] == "all is well"
    shown = cluster.tctl("bots", "instances", "show", f"{bot.name}/{instance}").out
    assert "machine" in shown and "18.3.0" in shown
    assert instance in cluster.tctl("bots", "instances", "ls", bot.name).out
    denied(bot.beat, identity, identity="x" * 257, code=INVALID_ARGUMENT)
    bot.renew(identity)


def test_heartbeats_are_for_bots(cluster, bot, tmp_path, make_user):
    for other in admin_identity(cluster, tmp_path), log_in(cluster, make_user(), tmp_path, "person"):
        denied(bot.beat, other)


def test_a_lock_of_an_instance(cluster, bot, identity):
    other = bot.join(bot.new_token())
    instance = subject(identity[0])[INSTANCE][0]
    output = bot.output(identity, "deployer")
    cluster.tctl("lock", f"--bot-instance-id={instance}", "--message=found in a paste")
    for holder in identity, output:
        assert "found in a paste" in grpc_on_auth(cluster, holder).text
    assert grpc_on_auth(cluster, other).granted


def test_a_removed_instance_does_not_renew(cluster, bot, identity):
    instance = subject(identity[0])[INSTANCE][0]
    cluster.tctl("rm", f"bot_instance/{bot.name}/{instance}")
    assert "was removed, or has expired" in denied(bot.renew, identity)


def test_a_removed_bot_does_not_renew_at_once(cluster, tmp_path):
    gone = Bot(cluster, tmp_path, "short-lived-robot")
    unused = gone.new_token()
    identity = gone.join()
    output = gone.output(identity, "deployer")
    cluster.tctl("bots", "rm", gone.name)
    for holder in identity, output:
        assert not grpc_on_auth(cluster, holder).granted
    denied(gone.renew, identity)
    # Nor as another bot of that name.
    (tmp_path / "again").mkdir()
    again = Bot(cluster, tmp_path / "again", gone.name)
    denied(gone.renew, identity)
    denied(gone.output, identity, "deployer")
    again.join()
    again.join(unused)  # a token names its bot, and is not removed with it
    cluster.tctl("bots", "rm", gone.name)
