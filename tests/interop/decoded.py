"""Converts certificates to texts that tests compare: the output of openssl and ssh-keygen without numbers, times and
keys."""

import datetime
import difflib
import re
import subprocess

from certs import openssl, split_pem

LONG_NUMBER = re.compile(r"\b\d{20,}\b")  # a CA's serial number in its name
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def neutral(text):
    return UUID.sub("UUID", LONG_NUMBER.sub("NUMBER", text))


def asn1(pem):
    """Returns a certificate's ASN.1 elements, one a line with depth, type and value, to compare order and types."""
    lines, of_key = [], False
    for line in openssl("asn1parse", stdin=pem.encode()).decode().splitlines():
        depth, kind, value = re.match(r" *\d+:d= *(\d+) .*(?:cons|prim): *([^:]*?) *(?::(.*))?$", line).groups()
        if kind in ("INTEGER", "UTCTIME", "GENERALIZEDTIME", "BIT STRING"):
            value = None
        if kind.startswith("OCTET STRING") and of_key:
            value = "(key)"
        if kind == "OBJECT":
            of_key = value in ("X509v3 Authority Key Identifier", "X509v3 Subject Key Identifier")
        lines.append(f"{depth} {kind} {neutral(value or '')}".rstrip())
    return lines


def x509_text(pem):
    """Returns openssl's text of a certificate without numbers, times, keys and signature, one attribute a line."""
    text = openssl("x509", "-noout", "-text", "-nameopt", "RFC2253,sep_comma_plus,show_type",
                   stdin=pem.encode()).decode()
    left_out = re.compile(r"(?i) *$| +([0-9a-f]{2}:)*[0-9a-f]{2}:?$| +Serial Number: \d| +Not (Before|After)")
    lines = [line for line in neutral(text).splitlines() if not left_out.match(line)]
    return [part for line in lines for part in re.split(r"(?<!\\)[,+](?=\S)", line)]


def x509_lifetime(pem):
    shown = openssl("x509", "-noout", "-dates", stdin=pem.encode()).decode()
    start, end = (datetime.datetime.strptime(date, "%b %d %H:%M:%S %Y GMT")
                  for date in re.findall(r"=(.*)", shown))
    return (end - start).total_seconds()


def ssh(line):
    """Returns ssh-keygen's text of a certificate without keys and times."""
    done = subprocess.run(["ssh-keygen", "-L", "-f", "-"], input=line, capture_output=True, text=True, check=True)
    text = re.sub(r"SHA256:\S+", "SHA256", neutral(done.stdout))
    return [text_line for text_line in text.splitlines() if not re.match(r"\(stdin\)| +Valid:", text_line)]


def ssh_lifetime(line):
    done = subprocess.run(["ssh-keygen", "-L", "-f", "-"], input=line, capture_output=True, text=True, check=True)
    found = re.search(r"Valid: from (\S+) to (\S+)", done.stdout).groups()
    start, end = (datetime.datetime.fromisoformat(moment) for moment in found)
    return (end - start).total_seconds()


def subject_number(pem):
    """Returns the serial number in a CA's name, and the serial number of its certificate."""
    named = re.search(r"serialNumber=(\d+)", openssl("x509", "-noout", "-subject", "-nameopt", "RFC2253",
                                                     stdin=pem.encode()).decode()).group(1)
    shown = openssl("x509", "-noout", "-serial", stdin=pem.encode()).decode()
    return int(named), int(shown.split("=")[1], 16)


def differences(found, wanted):
    """Returns the lines that only one of two lists has, with + or -, and an empty text for equal lists."""
    return "\n".join(difflib.unified_diff(wanted, found, "wanted", "found", n=0, lineterm=""))


def certificates(text):
    return [block for label, block in split_pem(text) if label == "CERTIFICATE"]


def ssh_key(path):
    """Returns the authorized_keys line of a public key in PEM."""
    return subprocess.run(["ssh-keygen", "-i", "-m", "PKCS8", "-f", path], capture_output=True, check=True).stdout
