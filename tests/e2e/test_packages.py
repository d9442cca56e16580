"""Tests of packaging/: the context of a container image, and Debian packages."""

import os
import pathlib
import re
import stat

import pytest

from harness import BIN
from processes import run

ROOT = pathlib.Path(__file__).parents[2]
NOT_ROOT = 65532


def pack(form, out):
    run([ROOT / "packaging" / form, "tbot", BIN, out], os.environ, timeout=120).ok()
    return out


@pytest.fixture(scope="module", name="image")
def image_context(tmp_path_factory):
    return pack("image", tmp_path_factory.mktemp("image") / "tbot")


def in_image(image, *words):
    """Runs a program with the image's files alone."""
    as_user = (["chroot", f"--userspec={NOT_ROOT}:{NOT_ROOT}"] if os.geteuid() == 0 else
               ["unshare", "--map-root-user", "chroot"])
    return run([*as_user, image / "rootfs", *words], {"PATH": os.environ["PATH"]})


def test_an_image_runs_its_program_alone(image):
    assert "Sallyport v" in in_image(image, "/usr/bin/tbot", "version").ok().out
    refused = in_image(image, "/usr/bin/tbot", "start", "-c", "/config/tbot.yaml")
    assert refused.code == 5 and "/config/tbot.yaml" in refused.err, refused
    assert in_image(image, "/bin/sh", "-c", "true").code == 127


def test_an_image_asks_no_registry_and_is_not_root(image):
    recipe = (image / "Containerfile").read_text().splitlines()
    assert [line for line in recipe if line.startswith("FROM")] == ["FROM scratch"]
    assert f"USER {NOT_ROOT}:{NOT_ROOT}" in recipe and 'ENTRYPOINT ["/usr/bin/tbot"]' in recipe
    files = [path for path in (image / "rootfs").rglob("*") if path.is_file()]
    assert not [path for path in files if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
    assert (image / "rootfs/etc/ssl/certs/ca-certificates.crt").is_file()
    programs = {path.name for path in files if path.stat().st_mode & stat.S_IXUSR and "ssl" not in path.parts}
    assert "tbot" in programs and all(re.match(r"tbot$|lib|ld-linux", name) for name in programs), programs


@pytest.fixture(scope="module", name="deb")
def debian_package(tmp_path_factory):
    return pack("deb", tmp_path_factory.mktemp("deb") / "tbot.deb")


def test_a_debian_package_has_program_pages_and_unit(deb, tmp_path):
    run(["dpkg-deb", "-x", deb, tmp_path], os.environ).ok()
    assert "Sallyport v" in run([tmp_path / "usr/bin/tbot", "version"], {}).ok().out
    unit = (tmp_path / "usr/lib/systemd/system/tbot.service").read_text()
    assert "Type=notify" in unit and "User=teleport" in unit
    (start,) = re.findall(r"^ExecStart=(\S+) ", unit, re.MULTILINE)
    assert (tmp_path / start.lstrip("/")).is_file()
    for path in ("man/man1/tbot.1.gz", "bash-completion/completions/tbot", "zsh/vendor-completions/_tbot",
                 "fish/vendor_completions.d/tbot.fish", "doc/tbot/copyright"):
        assert (tmp_path / "usr/share" / path).is_file(), path


def test_a_debian_package_says_what_it_needs(deb, tmp_path):
    fields = dict(line.split(": ", 1) for line in run(["dpkg-deb", "-f", deb], os.environ).ok().out.splitlines())
    assert fields["Package"] == "tbot" and re.match(r"libc6 \(>= 2\.\d+\), ca-certificates$", fields["Depends"])
    assert re.match(r"\d+\.\d+\.\d+$", fields["Version"])
    run(["dpkg-deb", "-e", deb, tmp_path], os.environ).ok()
    assert {path.name for path in tmp_path.iterdir()} == {"control", "postinst", "prerm", "postrm"}
