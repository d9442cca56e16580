"""Compares tctl with a table of the results of Teleport 18.3's tctl on its own cluster: the keys of JSON, the
columns of tables, and success or failure. Texts and exit codes may differ."""

import json

import pytest

HEAD = {"kind", "version", "metadata", "spec"}
ROTATION = {"addr", "hostname", "rotation", "version"}
# Command; keys of the first item, and keys of its spec; both empty for a list that may be empty.
KEYS = [
    ("get cap", HEAD, {"type", "disconnect_expired_cert", "allow_local_auth", "locking_mode", "allow_passwordless", "idp",
                       "allow_headless"}),
    ("get cert_authority", HEAD | {"sub_kind"}, {"type", "cluster_name", "active_keys", "additional_trusted_keys"}),
    ("get cluster_networking_config", HEAD, {"client_idle_timeout", "keep_alive_interval", "keep_alive_count_max",
                                             "session_control_timeout", "idle_timeout_message", "web_idle_timeout"}),
    ("get session_recording_config", HEAD, {"mode", "proxy_checks_host_keys"}),
    ("get kube_server", HEAD, {"version", "hostname", "host_id", "rotation", "cluster"}),
    ("get role/member", HEAD, {"options", "allow", "deny"}),
    ("get user/facts", HEAD, {"roles", "traits", "status", "expires", "created_by"}),
    ("get token", HEAD, {"roles", "join_method"}),
    ("get github/facts", HEAD, {"client_id", "client_secret", "redirect_url", "teams_to_logins", "display",
                                "teams_to_roles", "endpoint_url", "api_endpoint_url"}),
    ("get connectors/facts", HEAD, {"client_id", "client_secret", "redirect_url", "teams_to_logins", "display",
                                    "teams_to_roles", "endpoint_url", "api_endpoint_url"}),
    ("get bot/facts", HEAD | {"status"}, {"max_session_ttl"}),
    ("bots ls", HEAD | {"status"}, {"max_session_ttl"}),
    ("get app/facts", HEAD, {"uri", "insecure_skip_verify"}),
    ("get app_server/facts", HEAD, {"version", "hostname", "host_id", "rotation", "app"}),
    ("get db/facts", HEAD | {"status"}, {"protocol", "uri", "aws", "gcp", "azure", "tls", "ad", "mysql", "mongo_atlas",
                                         "oracle"}),
    ("get discovery_config/facts", HEAD | {"status"}, {"discovery_group", "aws"}),
    ("get workload_identity/facts", HEAD, {"rules", "spiffe"}),
    ("get server_info/facts", HEAD | {"sub_kind"}, {"new_labels"}),
    ("get namespace", HEAD, set()),
    ("users ls", HEAD, {"roles", "status", "expires", "created_by"}),
    ("tokens ls", HEAD, {"roles", "join_method"}),
    ("kube ls", HEAD, {"version", "hostname", "host_id", "rotation", "cluster"}),
    ("auth ls", HEAD, ROTATION),
    ("proxy ls", HEAD, ROTATION),
]
COLUMNS = [
    ("get cap --format=text", "Type|Second Factors"),
    ("get cert_authority --format=text", "Cluster Name|CA Type|Fingerprint|Role Map"),
    ("get cluster_networking_config --format=text", "Client Idle Timeout|Keep Alive Interval|Keep Alive Count Max|"
                                                    "Max Session Control Timeout"),
    ("get session_recording_config --format=text", "Mode|Proxy Checks Host Keys"),
    ("get kube_cluster --format=text", "Name|Labels"),
    ("get kube_server --format=text", "Cluster|Labels|Version"),
    ("get lock --format=text", "ID|Target|Message|Expires"),
    ("get role/member --format=text", "Role|Allowed to login as|Node Labels|Access to resources"),
    ("get user --format=text", "User"),
    ("get github --format=text", "Name|Teams To Logins"),
    ("get app_server --format=text", "Host|Name|Type|Public Address|URI|Labels|Version"),
    ("get app --format=text", "Name|Description|URI|Public Address|Labels|Version"),
    ("get db --format=text", "Name|Protocol|URI|Labels"),
    ("get discovery_config --format=text", "Name|Discovery Group"),
    ("get workload_identity --format=text", "Name|SPIFFE ID"),
    ("get server_info --format=text", "Name|Labels"),
    ("get namespace --format=text", "Name"),
    ("get trusted_cluster --format=text", "Name|Enabled|Token|Proxy Address|Reverse Tunnel Address|Role Map"),
    ("get bot --format=text", "Name|Roles"),
    ("bots ls", "Bot|User|Roles"),
    ("kube ls", "Cluster|Labels|Version"),
    ("nodes ls", "Host|UUID|Public Address|Labels|Version"),
    ("alerts ack ls", "ID|Reason|Expires"),
    ("auth ls --format=text", "Host|UUID|Public Address|Labels|Version"),
    ("tokens ls", "Token|Type|Labels|Expiry Time (UTC)"),
    ("users ls", "User|Roles"),
]
EMPTY = ["get trusted_cluster", "get cluster_alert", "get oidc", "get saml", "get bot_instance", "bots instances ls", "get kube_cluster", "get lock", "nodes ls", "alerts ls", "alerts ack ls"]
REFUSED = ["nosuch", "users add --x", "get nosuchkind", "get nosuchkind --format=text", "get plugin", "get cluster_name",
           "get ui_config", "rm role/nosuch", "get github/nosuch", "get app_server/nosuch", "rm app_server/nosuch", "get db/nosuch", "get discovery_config/nosuch", "get workload_identity/nosuch", "rm workload_identity/nosuch", "get server_info/nosuch", "rm server_info/nosuch", "get server_infos", "get trusted_cluster/nosuch", "rm namespace", "bots rm nosuch", "bots update nosuch --add-roles=access",
           "bots instances show nosuch/nosuch", "rm role/member", "tokens add --type=foo", "tokens rm nosuch",
           "users add carl --roles=nosuch", "users add facts --roles=member", "users rm nosuch", "alerts create", "alerts create x --severity=worst",
           "alerts create x --labels=A=b", "alerts ack x", "alerts ack"]


RESOURCES = """
kind: github
version: v3
metadata: {name: facts}
spec: {teams_to_roles: [{organization: o, team: t, roles: [access]}]}
---
kind: bot
version: v1
metadata: {name: facts}
spec: {}
---
kind: app
version: v3
metadata: {name: facts}
spec: {uri: http://localhost}
---
kind: app_server
version: v3
metadata: {name: facts}
spec: {host_id: facts, hostname: facts, app: {kind: app, version: v3, metadata: {name: facts}, spec: {uri: http://localhost}}}
---
kind: db
version: v3
metadata: {name: facts}
spec: {protocol: postgres, uri: "localhost:5432"}
---
kind: discovery_config
version: v1
metadata: {name: facts}
spec: {discovery_group: facts, aws: [{types: [rds], regions: [us-east-1]}]}
---
kind: server_info
version: v1
metadata: {name: facts}
spec: {new_labels: {team: facts}}
---
kind: workload_identity
version: v1
metadata: {name: facts, labels: {env: dev}}
spec:
  rules: {allow: [{conditions: [{attribute: join.kubernetes.service_account.namespace, eq: {value: facts}}]}]}
  spiffe: {id: /facts, x509: {maximum_ttl: 2h}}
"""


@pytest.fixture(scope="module", autouse=True)
def facts(local_tctl):
    """Creates the resources that the commands list."""
    local_tctl("users", "add", "facts", "--roles=member", "--logins=root")
    local_tctl("create", "-f", stdin=RESOURCES)
    yield
    for kind in "github", "bot", "app", "app_server", "db", "discovery_config", "server_info", "workload_identity":
        local_tctl("rm", f"{kind}/facts")


@pytest.mark.parametrize("words,item,spec", KEYS, ids=[row[0] for row in KEYS])
def test_keys(local_tctl, words, item, spec):
    first = local_tctl.json(*words.split())[0]
    assert item <= set(first), sorted(first)
    assert spec <= set(first["spec"]), sorted(first["spec"])
    assert "name" in first["metadata"]


def columns_of(header, dashes):
    """Splits a header at the columns of the dashes below it."""
    found, at = [], 0
    for dash in dashes.split():
        at = dashes.index(dash, at)
        found.append(header[at:at + len(dash)].strip())
        at += len(dash)
    return found


@pytest.mark.parametrize("words,columns", COLUMNS, ids=[row[0] for row in COLUMNS])
def test_columns(local_tctl, words, columns):
    header, dashes = local_tctl(*words.split()).out.splitlines()[:2]
    assert columns_of(header, dashes) == columns.split("|")


@pytest.mark.parametrize("words", EMPTY)
def test_nothing_is_an_empty_list(local_tctl, words):
    found = json.loads(local_tctl(*words.split(), "--format=json").out)
    assert isinstance(found, list)


@pytest.mark.parametrize("words", REFUSED)
def test_refused(local_tctl, words):
    done = local_tctl(*words.split(), ok=False)
    assert done.code != 0 and done.err and not done.out


def test_answers_that_are_no_list(local_tctl):
    added = json.loads(local_tctl("users", "add", "facts-2", "--roles=member", "--format=json").out)
    assert set(added) == {"kind", "sub_kind", "version", "metadata", "spec"}
    assert set(added["spec"]) == {"user", "url", "created"}
    token = json.loads(local_tctl("tokens", "add", "--type=node", "--ttl=1h", "--format=json").out)
    assert set(token) == {"expires", "roles", "token"}
    (only,) = json.loads(local_tctl("nodes", "add", "--format=json").out)
    assert isinstance(only, str)
    local_tctl.cluster.secrets |= {added["metadata"]["name"], token["token"], only}
    assert local_tctl("users", "update", "facts", "--set-roles=member,access", "--set-logins=root").out
    assert local_tctl("users", "rm", "facts-2").out == 'User "facts-2" has been deleted\n'
    assert local_tctl("alerts", "ls").out == "no alerts\n"
