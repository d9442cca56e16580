"""Makes keys and certificates with openssl: for the stand-in, and certificates that the cluster must refuse."""

import subprocess


def openssl(*words, stdin=b"", accept=(0,)):
    done = subprocess.run(["openssl", *map(str, words)], input=stdin, capture_output=True, check=False)
    assert done.returncode in accept, done.stderr.decode()
    return done.stdout


def make_key(path):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    return path


def public_key(key):
    return openssl("pkey", "-in", key, "-pubout")


def make_self_signed(directory, name, *more):
    """Returns the paths of a new self-signed certificate and its key."""
    cert, key = directory / f"{name}.crt", make_key(directory / f"{name}.key")
    openssl("req", "-x509", "-new", "-key", key, "-out", cert, "-days", "2", "-subj", f"/O={name}/CN={name}", *more)
    return cert, key


def sign(directory, name, ca, subject, *more, extensions="", days=1):
    """Makes a certificate that another key signs; returns the paths of the certificate and its key."""
    ca_cert, ca_key = ca
    cert, key, request = directory / f"{name}.crt", make_key(directory / f"{name}.key"), directory / f"{name}.csr"
    openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
    (directory / f"{name}.ext").write_text(extensions or "extendedKeyUsage=clientAuth,serverAuth\n")
    openssl("x509", "-req", "-in", request, "-CA", ca_cert, "-CAkey", ca_key, "-CAcreateserial", "-days", days, "-out",
            cert, "-extfile", directory / f"{name}.ext", *more)
    return cert, key


def split_pem(text):
    """Returns the PEM blocks of a text, each with its label."""
    blocks, current = [], None
    for line in text.splitlines():
        if line.startswith("-----BEGIN "):
            current = (line[11:].rstrip("-"), [])
        if current:
            current[1].append(line)
            if line.startswith("-----END "):
                blocks.append((current[0], "\n".join(current[1]) + "\n"))
                current = None
    return blocks
