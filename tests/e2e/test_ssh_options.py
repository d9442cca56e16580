"""Tests of every option of ssh_config(5) through `tsh ssh -o`: `ssh -G` shows the values that OpenSSH uses."""

import getpass
import os
import re
import shutil
import subprocess

import pytest

from harness import Cluster, Tsh, started
from processes import run

LOGIN = getpass.getuser()
HOST = f"{LOGIN}@localhost"
REAL_SSH = shutil.which("ssh")

# Options that tsh decides itself, each with a value that a user may try.
OWN = {
    "CanonicalizeHostname": "always", "CertificateFile": "/x/other-cert.pub", "CheckHostIP": "yes",
    "GlobalKnownHostsFile": "/x/known_hosts", "HostKeyAlias": "other", "Hostname": "other",
    "IdentitiesOnly": "no", "KnownHostsCommand": "/bin/true", "NoHostAuthenticationForLocalhost": "yes",
    "PreferredAuthentications": "password", "ProxyCommand": "other", "ProxyJump": "other", "ProxyUseFdpass": "other",
    "StrictHostKeyChecking": "no", "UpdateHostKeys": "yes", "UserKnownHostsFile": "/dev/null", "VerifyHostKeyDNS": "yes",
}
# Options that tsh passes to ssh: a value, and ssh's output for it when it differs.
OPTIONS = {
    "AddKeysToAgent": ("yes", "true"), "AddressFamily": ("inet6", None), "BatchMode": ("yes", None),
    "BindAddress": ("127.0.0.9", None), "BindInterface": ("lo", None), "CanonicalDomains": ("example.org", None),
    "CanonicalizeFallbackLocal": ("no", None), "CanonicalizeMaxDots": ("3", None),
    "CanonicalizePermittedCNAMEs": ("*.a:*.b", None), "CASignatureAlgorithms": ("ssh-ed25519", None),
    "Ciphers": ("aes128-ctr", None), "ClearAllForwardings": ("yes", None), "Compression": ("yes", None),
    "ConnectionAttempts": ("4", None), "ConnectTimeout": ("9", None), "ControlMaster": ("auto", None),
    "ControlPath": ("/x/master", None), "ControlPersist": ("30", None), "DynamicForward": ("1080", "1080"),
    "EnableEscapeCommandline": ("yes", None), "EnableSSHKeysign": ("yes", None), "EscapeChar": ("%", None),
    "ExitOnForwardFailure": ("yes", None), "FingerprintHash": ("md5", "MD5"), "ForkAfterAuthentication": ("yes", None),
    "ForwardAgent": ("yes", None), "ForwardX11": ("yes", None), "ForwardX11Timeout": ("60", None),
    "ForwardX11Trusted": ("no", None), "GatewayPorts": ("yes", None), "GSSAPIAuthentication": ("yes", None),
    "GSSAPIDelegateCredentials": ("yes", None), "HashKnownHosts": ("yes", None),
    "HostbasedAcceptedAlgorithms": ("ssh-ed25519", None), "HostbasedAuthentication": ("yes", None),
    "HostKeyAlgorithms": ("ssh-ed25519-cert-v01@openssh.com", None), "IgnoreUnknown": ("Other*", None),
    "IPQoS": ("ef", "ef ef"), "KbdInteractiveAuthentication": ("no", None), "KexAlgorithms": ("curve25519-sha256", None),
    "LocalCommand": ("true", None), "LocalForward": ("8080 there:80", "8080 [there]:80"), "LogLevel": ("ERROR", None),
    "LogVerbose": ("kex.c:*", None), "MACs": ("hmac-sha2-512", None), "NumberOfPasswordPrompts": ("1", None),
    "PasswordAuthentication": ("no", None), "PermitLocalCommand": ("yes", None), "PermitRemoteOpen": ("there:80", None),
    "PKCS11Provider": ("/x/provider.so", None), "PubkeyAcceptedAlgorithms": ("ssh-ed25519-cert-v01@openssh.com", None),
    "PubkeyAuthentication": ("yes", "true"), "RekeyLimit": ("1G 60", "1073741824 60"),
    "RemoteForward": ("8080 there:80", "8080 [there]:80"), "RequestTTY": ("force", None),
    "RequiredRSASize": ("2048", None), "RevokedHostKeys": ("/x/revoked", None), "SecurityKeyProvider": ("/x/sk.so", None),
    "SendEnv": ("LC_ALL", None), "ServerAliveCountMax": ("9", None), "ServerAliveInterval": ("7", None),
    "SessionType": ("none", None), "SetEnv": ("A=b", None), "StdinNull": ("yes", None),
    "StreamLocalBindMask": ("0777", None), "StreamLocalBindUnlink": ("yes", None), "SyslogFacility": ("AUTH", None),
    "TCPKeepAlive": ("no", None), "Tunnel": ("ethernet", None), "TunnelDevice": ("3:4", None),
    "VisualHostKey": ("yes", None), "XAuthLocation": ("/x/xauth", None),
}
# `ssh -G` does not print these options.
SILENT = {"GSSAPIDelegateCredentials", "IgnoreUnknown"}


@pytest.fixture(scope="module")
def person(tmp_path_factory):
    with started(Cluster(tmp_path_factory.mktemp("cluster"), ssh="enabled: yes\n")) as cluster:
        found = Tsh(cluster, tmp_path_factory.mktemp("person"))
        found.login(cluster.add_user("person", "access"))
        stand_in = tmp_path_factory.mktemp("bin") / "ssh"
        stand_in.write_text(f'#!/bin/sh\nexec {REAL_SSH} -G "$@"\n')
        stand_in.chmod(0o755)
        found.env = {**found.env, "PATH": f"{stand_in.parent}:{os.environ['PATH']}"}
        yield found


def settled(person, *words, command=("true",)):
    """Returns ssh's options, in lower case, with their values, and stderr."""
    done = run([person.path, "ssh", *words, HOST, *command], person.env).ok()
    options = {}
    for line in done.out.splitlines():
        name, _, value = line.partition(" ")
        if name == "proxycommand" and re.match(f"'{re.escape(str(person.path))}' 'proxy' '(handover|ssh)' ", value):
            value = "tsh"  # the rest differs: a new ticket each time, or the command for a master connection
        options.setdefault(name.lower(), []).append(value)
    return options, done.err


@pytest.fixture(scope="module")
def plain(person):
    return settled(person)[0]


def test_the_table_has_every_option(plain):
    """The table has all options that the installed ssh prints, except those of the host and of other builds."""
    known = {name.lower() for name in (*OWN, *OPTIONS)}
    others = {"host", "user", "port", "identityfile", "identityagent", "gssapikeyexchange", "gssapitrustdns",
              "gssapirenewalforcesrekey", "gssapikexalgorithms", "gssapiclientidentity", "gssapiserveridentity"}
    manual = subprocess.run([REAL_SSH, "-F", "none", "-G", "x"], capture_output=True, text=True, check=True).stdout
    assert {line.split()[0].lower() for line in manual.splitlines()} - known - others == set()
    assert set(plain) - known - others == set()


@pytest.mark.parametrize("spelling", ["{}={}", "{} {}", "{} = {}", "{}\t{}"])
def test_options_that_tsh_sets_cannot_be_changed(person, plain, spelling):
    words = [word for name, value in OWN.items() for word in ("-o", spelling.format(name.upper(), value))]
    options, said = settled(person, *words)
    assert options == plain
    for name in OWN:
        assert f"-o {name.upper()} has no effect" in said


@pytest.mark.parametrize("name", OPTIONS)
def test_every_other_option_is_as_ssh_takes_it(person, plain, name):
    value, shown = OPTIONS[name]
    options, said = settled(person, "-o", f"{name}={value}")
    assert said == ""
    for own in OWN.keys() - {"ProxyUseFdpass"}:
        assert options.get(own.lower()) == plain.get(own.lower())
    assert options["proxyusefdpass"][0] in ("yes", "no")
    if name not in SILENT:
        assert (shown or value) in options[name.lower()]


def test_a_command_may_be_an_option(person):
    assert settled(person, "-o", "RemoteCommand=id", command=())[0]["remotecommand"] == ["id"]


def test_keys_beside_the_login_are_offered_after_it(person, plain):
    options, _ = settled(person, "-o", "IdentityFile=/x/key", "-o", "IdentityAgent=/x/agent")
    assert options["identityfile"] == [*plain["identityfile"], "/x/key"]


def test_an_unknown_option_is_refused_by_ssh(person):
    done = run([person.path, "ssh", "-o", "NoSuch=yes", HOST], person.env)
    assert done.code == 255 and "Bad configuration option: nosuch" in done.err
