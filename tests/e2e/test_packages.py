"""Tests of packaging/: the context of a container image, Debian packages and tarballs."""

import os
import pathlib
import re
import shlex
import stat
import subprocess

import pytest

from harness import BIN, environment
from processes import run

ROOT = pathlib.Path(__file__).parents[2]
NOT_ROOT = 65532
PROGRAMS = {"tbot": "/config/tbot.yaml", "teleport-event-handler": "/etc/teleport-event-handler.toml"}
HANDLER = "teleport-event-handler"


def pack(form, program, out):
    quick = {**os.environ, "DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
    done = run([ROOT / "packaging" / form, program, BIN, out], quick, timeout=120).ok()
    return pathlib.Path(done.out.strip()) if form == "tarball" else out


@pytest.fixture(scope="module", name="image", params=PROGRAMS)
def image_context(request, tmp_path_factory):
    return request.param, pack("image", request.param, tmp_path_factory.mktemp("image") / request.param)


def in_image(image, *words):
    """Runs a program with the image's files alone."""
    as_user = (["chroot", f"--userspec={NOT_ROOT}:{NOT_ROOT}"] if os.geteuid() == 0 else
               ["unshare", "--map-root-user", "chroot"])
    return run([*as_user, image / "rootfs", *words], {"PATH": os.environ["PATH"]})


def test_an_image_runs_its_program_alone(image):
    name, context = image
    assert "Sallyport v" in in_image(context, f"/usr/bin/{name}", "version").ok().out
    refused = in_image(context, f"/usr/bin/{name}", "start", "-c", PROGRAMS[name])
    assert refused.code == 5 and PROGRAMS[name] in refused.err, refused
    assert in_image(context, "/bin/sh", "-c", "true").code == 127


def test_an_image_asks_no_registry_and_is_not_root(image):
    name, context = image
    recipe = (context / "Containerfile").read_text().splitlines()
    assert [line for line in recipe if line.startswith("FROM")] == ["FROM scratch"]
    assert f"USER {NOT_ROOT}:{NOT_ROOT}" in recipe and f'ENTRYPOINT ["/usr/bin/{name}"]' in recipe
    files = [path for path in (context / "rootfs").rglob("*") if path.is_file() and not path.is_symlink()]
    assert not [path for path in files if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
    assert (context / "rootfs/etc/ssl/certs/ca-certificates.crt").is_file()
    programs = {path.name for path in files if path.stat().st_mode & stat.S_IXUSR and "ssl" not in path.parts}
    assert name in programs and all(re.match(rf"{name}$|lib|ld-linux", program) for program in programs), programs


def test_the_image_of_the_event_handler_serves_teleports_chart(image):
    name, context = image
    found = in_image(context, "/usr/local/bin/teleport-plugin", "version")
    assert "Sallyport v" in found.out if name == HANDLER else found.code == 127


@pytest.fixture(scope="module", name="deb", params=PROGRAMS)
def debian_package(request, tmp_path_factory):
    return request.param, pack("deb", request.param, tmp_path_factory.mktemp("deb") / f"{request.param}.deb")


def start_of(unit):
    (start,) = re.findall(r"^ExecStart=(.+)", unit, re.MULTILINE)
    return shlex.split(start)


def test_a_debian_package_has_program_pages_and_unit(deb, tmp_path):
    name, package = deb
    run(["dpkg-deb", "-x", package, tmp_path], os.environ).ok()
    assert "Sallyport v" in run([tmp_path / "usr/bin" / name, "version"], {}).ok().out
    unit = (tmp_path / f"usr/lib/systemd/system/{name}.service").read_text()
    assert ("Type=notify" in unit) == (name == "tbot") and "User=teleport" in unit
    assert (tmp_path / start_of(unit)[0].lstrip("/")).is_file()
    for path in (f"man/man1/{name}.1.gz", f"bash-completion/completions/{name}", f"zsh/vendor-completions/_{name}",
                 f"fish/vendor_completions.d/{name}.fish", f"doc/{name}/copyright"):
        assert (tmp_path / "usr/share" / path).is_file(), path


def test_a_debian_package_says_what_it_needs(deb, tmp_path):
    name, package = deb
    fields = dict(line.split(": ", 1) for line in run(["dpkg-deb", "-f", package], os.environ).ok().out.splitlines())
    assert fields["Package"] == name and re.match(r"libc6 \(>= 2\.\d+\), ca-certificates$", fields["Depends"])
    assert re.match(r"\d+\.\d+\.\d+$", fields["Version"])
    run(["dpkg-deb", "-e", package, tmp_path], os.environ).ok()
    assert {path.name for path in tmp_path.iterdir()} == {"control", "postinst", "prerm", "postrm"}


@pytest.fixture(scope="module", name="tarball")
def tarball_of_the_handler(tmp_path_factory):
    """Returns the path of the tarball, and the folder that it unpacks to."""
    folder = tmp_path_factory.mktemp("tarball")
    path = pack("tarball", HANDLER, folder)
    run(["tar", "-C", folder, "-xzf", path], os.environ).ok()
    return path, folder / HANDLER


def test_a_tarball_has_the_program_its_unit_and_an_installer(tarball):
    path, folder = tarball
    version = (folder / "VERSION").read_text().strip()
    assert re.fullmatch(rf"{HANDLER}-{re.escape(version)}-linux-(amd64|arm64)-bin\.tar\.gz", path.name), path.name
    assert {one.name for one in folder.iterdir()} == {HANDLER, "README.md", "LICENSE", "VERSION", "install",
                                                      f"{HANDLER}.service"}
    assert not [one for one in folder.iterdir() if one.is_symlink()]
    listed = run(["tar", "--numeric-owner", "-tvzf", path], os.environ).ok().out.splitlines()
    assert {line.split()[1] for line in listed} == {"0/0"}


def test_the_installer_of_a_tarball_copies_the_program(tarball, tmp_path):
    _, folder = tarball
    env = {**environment(tmp_path), "BINDIR": str(tmp_path / "bin")}
    for _ in range(2):  # over a program that runs
        assert "Installed" in run([folder / "install"], env, cwd="/").ok().out
        with subprocess.Popen([tmp_path / "bin" / HANDLER, "version"], stdout=subprocess.PIPE) as running:
            assert b"Sallyport v" in running.communicate()[0]
    assert [one.name for one in (tmp_path / "bin").iterdir()] == [HANDLER]
    assert stat.S_IMODE((tmp_path / "bin" / HANDLER).stat().st_mode) == 0o755


def test_the_installer_says_where_it_may_not_write(tarball, tmp_path):
    _, folder = tarball
    done = run([folder / "install"], {**environment(tmp_path), "BINDIR": "/proc/bin"})
    assert done.code == 1 and "cannot write to /proc/bin" in done.err and "BINDIR=" in done.err, done


@pytest.mark.parametrize("unit", [ROOT / "examples/event-handler" / f"{HANDLER}.service",
                                  ROOT / "packaging" / HANDLER / f"{HANDLER}.service"])
def test_the_program_takes_the_command_line_of_its_units(unit, tmp_path):
    path, *words = start_of(unit.read_text())
    assert pathlib.Path(path).name == HANDLER
    config = tmp_path / "handler.toml"
    config.write_text('[forward.fluentd]\nurl = "http://sink/a"\nsession-url = "http://sink/b"\n')
    words = [word.replace(f"/etc/{HANDLER}.toml", str(config)) for word in words]
    done = run([BIN / HANDLER, *words], environment(tmp_path))
    assert done.code == 1 and "storage is missing" in done.err, done
