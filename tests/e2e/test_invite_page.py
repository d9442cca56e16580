"""Tests of the page behind the links of `tctl users add` and `tctl users reset`, in a real browser."""

import itertools
import os
import re
import urllib.parse

import pytest

from authenticator import Authenticator
from browser import WIDTHS, Browser
from cluster_fixtures import MEMBER
from harness import ROOT, Cluster, Tsh, User, program, started
from processes import wait_for

PASSWORD = "a staple that is correct"
MAX_FIRST_VISIT = 20_000  # bytes of the page and its parts
UNKNOWN = "0" * 32
LONG_NAME = "somebody.with.a.rather.long.name@department.of.something.example.com"
TESTS_BETWEEN_STARTS = 8
_tests = itertools.count(1)
_names = (f"visitor{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    directory = tmp_path_factory.mktemp("browser")
    running = Browser(directory, os.environ.get("SALLYPORT_SCREENSHOTS", directory / "screenshots"))
    yield running
    running.quit()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Starts a separate cluster, because a cluster counts requests by address, and the browser has one address."""
    program("tctl")
    with started(Cluster(tmp_path_factory.mktemp("invites"))) as running:
        running.create(MEMBER, "-f")
        running.secrets.add(PASSWORD)
        yield running


@pytest.fixture
def page(browser, home):
    """Returns the browser in a phone's width; afterwards checks that the page made no requests to other servers, and
    that the console has no errors."""
    if next(_tests) % TESTS_BETWEEN_STARTS == 0:  # a restart resets the counts of requests
        home.stop()
        home.start()
    browser.set_view(360)
    browser.requests(), browser.complaints()  # pylint: disable=expression-not-assigned
    yield browser
    browser.command("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.complaints() == []
    own = (f"https://{home.proxy}/", "data:")
    assert [url for url in browser.requests() if not url.startswith(own)] == []
    browser.open("about:blank")


def link(home, kind, token):
    return f"https://{home.proxy}/web/{kind}/{token}"


def open_invite(page, home, name=None):
    """Opens a new invite; returns the user's name and the token."""
    name = name or next(_names)
    token = home.invite(name, "member")
    page.open(link(home, "invite", token))
    assert page.shown("form", "failed") == "form"
    return name, token


def scan(page, home):
    authenticator = Authenticator.scan(page.photograph("qr"))
    home.secrets.add(authenticator.parameters["secret"])
    return authenticator


def code_of(authenticator, home):
    code = authenticator.code()
    home.secrets.add(code)
    return code


def complete(page, home, authenticator):
    page.fill(password=PASSWORD, again=PASSWORD, code=code_of(authenticator, home))
    page.find("submit").click()
    assert page.shown("done", "failed") == "done", page.find("form-error").text


def reset(home, name):
    token = re.search(r"/web/reset/([0-9a-f]{32})", home.tctl("users", "reset", name).out).group(1)
    home.secrets.add(token)
    return token


def assert_shows(page, field_id, error):
    """Checks that a field shows an error, also to assistive technology, and has the focus."""
    assert error in page.text_of(f"{field_id}-error")
    assert page.find(f"{field_id}-error").get_attribute("role") == "alert"
    field_element = page.find(field_id)
    assert field_element.get_attribute("aria-invalid") == "true"
    assert f"{field_id}-error" in field_element.get_attribute("aria-describedby")
    assert page.focused() == field_id


# Whole walks.


def test_invite_ends_in_a_login(page, home, tmp_path):
    name, token = open_invite(page, home)
    assert page.driver.title == "Set up your account"
    assert page.find("user").get_attribute("value") == name
    authenticator = scan(page, home)
    assert authenticator.account == f"{home.name}:{name}@{home.proxy}"
    complete(page, home, authenticator)
    command = page.find("login").text
    assert command == f"tsh login --proxy={home.proxy} --user={name}"
    assert page.focused() == "done-title"
    shown = Tsh(home, tmp_path / "machine").login(User(name, PASSWORD, authenticator))
    assert name in shown.text
    # The link works only once.
    page.open(link(home, "invite", token))
    assert page.shown("form", "failed") == "failed"
    assert "does not work any more" in page.find("failed-title").text
    assert page.find("failed-command").text == "tctl users reset NAME"


def test_reset_ends_in_a_login(page, home, tmp_path):
    user = home.add_user(next(_names))
    page.open(link(home, "reset", reset(home, user.name)))
    assert page.shown("form", "failed") == "form"
    assert page.driver.title == "Set a new password"
    assert page.find("user").get_attribute("value") == user.name
    authenticator = scan(page, home)
    complete(page, home, authenticator)
    Tsh(home, tmp_path / "machine").login(User(user.name, PASSWORD, authenticator))


def test_keyboard_only(page, home):
    """The keyboard reaches every element in order, and the focus is visible."""
    from selenium.webdriver.common.keys import Keys  # pylint: disable=import-outside-toplevel
    name, _ = open_invite(page, home)
    authenticator = scan(page, home)
    stops = []

    def tab():
        page.press(Keys.TAB)
        stops.append(page.focused() or page.run("return document.activeElement.localName"))
        assert page.run("return getComputedStyle(document.activeElement).outlineStyle") != "none", stops

    keys = {"password": PASSWORD, "again": PASSWORD, "show": Keys.SPACE, "summary": Keys.ENTER}
    while "code" not in stops:
        tab()
        page.press(keys.get(stops[-1], ""))
    assert stops == ["user", "password", "again", "show", "otpauth", "summary", "code"]
    assert page.find("password").get_attribute("type") == "text"
    assert page.find("secret").text.replace(" ", "") == authenticator.parameters["secret"]
    assert page.find("otpauth").get_attribute("href").startswith("otpauth://totp/")
    page.press(code_of(authenticator, home), Keys.ENTER)
    assert page.shown("done", "failed") == "done"
    stops.clear()
    tab()
    assert stops == ["copy"]
    page.command("Browser.setPermission", permission={"name": "clipboard-write"}, setting="granted")
    page.command("Browser.setPermission", permission={"name": "clipboard-read"}, setting="granted")
    page.press(Keys.ENTER)
    assert page.text_of("copied") == "Copied."
    assert page.run("return navigator.clipboard.readText()") == f"tsh login --proxy={home.proxy} --user={name}"


# Mistakes.


def test_mistakes_are_told_beside_their_fields(page, home):
    """The page finds mistakes without a request where it can; afterwards it accepts the right values."""
    open_invite(page, home)
    authenticator = scan(page, home)
    page.requests()
    submit = page.find("submit")
    submit.click()
    assert_shows(page, "password", "Choose a password")
    page.fill(password="too short", again="too short")
    submit.click()
    assert_shows(page, "password", "at least 12 characters")
    page.fill(password="x" * 73, again="x" * 73)
    submit.click()
    assert_shows(page, "password", "72 bytes")
    page.fill(password=PASSWORD, again=PASSWORD + "r")
    submit.click()
    assert_shows(page, "again", "differ")
    assert page.find("password").get_attribute("aria-invalid") is None
    page.fill(again=PASSWORD, code="12345")
    submit.click()
    assert_shows(page, "code", "6 digits")
    assert [url for url in page.requests() if "password/token" in url] == []
    right = code_of(authenticator, home)
    page.fill(code=f"{(int(right) + 123_457) % 1_000_000:06}")
    submit.click()
    assert_shows(page, "code", "not right")
    page.fill(code=f"{right[:3]} {right[3:]}")  # many apps show a space in the code
    assert page.find("code-error").text == ""
    submit.click()
    assert page.shown("done", "failed") == "done"


def test_reload_keeps_the_qr_code(page, home):
    open_invite(page, home)
    authenticator = scan(page, home)
    page.driver.refresh()
    assert page.shown("form", "failed") == "form"
    assert scan(page, home).parameters == authenticator.parameters
    complete(page, home, authenticator)


def test_link_that_is_used_meanwhile(page, home):
    """Another client uses the link while the page is open."""
    name, token = open_invite(page, home)
    authenticator = scan(page, home)
    assert home.web().set_password(token, PASSWORD, code_of(authenticator, home)).status == 200
    page.fill(password=PASSWORD, again=PASSWORD, code=code_of(authenticator, home))
    page.find("submit").click()
    assert page.shown("done", "failed") == "failed"
    assert page.find("failed-command").text == f"tctl users reset {name}"
    assert page.focused() == "failed"
    assert page.find("password").get_attribute("value") == ""


@pytest.mark.parametrize("token", [UNKNOWN, "x", "%00", "%2e%2e%2fping"])
def test_unknown_link(page, home, token):
    page.open(link(home, "invite", token))
    assert page.shown("form", "failed") == "failed"
    assert "new link" in page.find("failed-text").text
    assert not page.find("retry").is_displayed()


def test_server_that_cannot_be_reached(page, home):
    open_invite(page, home)
    authenticator = scan(page, home)
    offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.command("Network.enable")
    page.command("Network.emulateNetworkConditions", offline=True, **offline)
    page.fill(password=PASSWORD, again=PASSWORD, code=code_of(authenticator, home))
    page.find("submit").click()
    assert "cannot be reached" in page.text_of("form-error")
    page.picture("360-light-offline")
    page.command("Network.emulateNetworkConditions", offline=False, **offline)
    page.find("submit").click()
    assert page.shown("done", "failed") == "done"


FIRST_REQUEST_FAILS = """
const real = window.fetch.bind(window);
let failed = false;
window.fetch = (...words) => {
  if (failed) return real(...words);
  failed = true;
  return FAILURE;
};
"""


@pytest.mark.parametrize("failure, text", [
    ("Promise.reject(new TypeError('no network'))", "cannot be reached"),
    ("Promise.resolve(new Response('<h1>Bad gateway</h1>', {status: 502}))", "wrong on the server")])
def test_second_try_after_a_failure(page, home, failure, text):
    with page.script(FIRST_REQUEST_FAILS.replace("FAILURE", failure)):
        page.open(link(home, "invite", home.invite(next(_names), "member")))
        assert page.shown("form", "failed") == "failed"
    assert text in page.find("failed-text").text
    assert page.focused() == "failed"
    page.find("retry").click()
    assert page.shown("form") == "form"
    assert page.focused() == "title"


def test_hundred_wrong_codes(page, new_cluster):
    """The cluster refuses wrong codes, and later asks to wait, which the page shows; the link still works."""
    running = new_cluster().start()
    running.create(MEMBER, "-f")
    address = f"https://{running.proxy}/web/invite/{running.invite('hasty', 'member')}"
    token = address.rsplit("/", 1)[1]
    page.open(address)
    assert page.shown("form", "failed") == "form"
    client = running.web(source="127.0.0.1")  # the browser's address
    wrong = [client.set_password(token, PASSWORD, f"{number:03}x").status for number in range(100)]
    assert set(wrong) == {403, 429} and wrong[-1] == 429

    page.fill(password=PASSWORD, again=PASSWORD, code="000000")

    def told_to_wait():
        page.find("submit").click()
        return "Too many attempts" in page.find("form-error").text

    wait_for(told_to_wait, 10, "a refusal for too many attempts")
    page.picture("360-light-too-many")

    def opens_not():
        page.open(address)
        return page.shown("form", "failed") == "failed" and "Too many attempts" in page.find("failed-text").text

    wait_for(opens_not, 10, "a page that says to wait")
    assert page.find("retry").is_displayed()
    page.picture("360-light-wait")
    other = running.web()
    authenticator = other.scan_invite(token)
    assert other.set_password(token, PASSWORD, authenticator.code()).status == 200
    running.secrets |= {PASSWORD, *authenticator.codes}
    running.stop()
    assert {urllib.parse.urlsplit(url).netloc for url in page.requests()} - {""} == {running.proxy}


# Clusters without a second factor.

STUB = """
window.fetch = async (path, {method, body}) => {
  window.sent = body;
  const answer = method === 'GET' ? {user: "o'neil", qrCode: '', totpUri: ''} : {};
  return new Response(JSON.stringify(answer), {status: 200});
};
"""


def test_no_second_factor_without_a_qr_code(page, home):
    with page.script(STUB):
        page.open(link(home, "invite", UNKNOWN))
        assert page.shown("form", "failed") == "form"
    assert not page.find("code").is_displayed()
    page.fill(password=PASSWORD, again=PASSWORD)
    page.find("submit").click()
    assert page.shown("done", "failed") == "done"
    assert page.find("login").text.endswith(r" --user='o'\''neil'")
    assert '"second_factor_token":""' in page.run("return window.sent")


# Appearance.


def look(page, name, width):
    backs = set()
    for scheme in ("light", "dark"):
        page.set_view(width, scheme)
        backs.add(page.run("return getComputedStyle(document.body).backgroundColor"))
        page.assert_fits()
        page.assert_contrast()
        page.picture(f"{width}-{scheme}-{name}")
    assert len(backs) == 2
    page.set_view(width)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_state_fits_and_can_be_read(page, home, width):
    page.set_view(width)
    page.open(link(home, "invite", UNKNOWN))
    page.shown("failed")
    look(page, "dead", width)
    page.open(f"https://{home.proxy}/web/nothing/here")
    assert page.driver.title == "There is no such page"
    look(page, "no-page", width)
    open_invite(page, home, LONG_NAME if width == min(WIDTHS) else None)
    look(page, "form", width)
    page.find("submit").click()
    page.driver.find_element("css selector", "summary").click()
    page.text_of("code-error")
    look(page, "errors", width)
    complete(page, home, scan(page, home))
    page.find("copy").click()
    page.text_of("copied")
    look(page, "done", width)
    page.command("Emulation.setScriptExecutionDisabled", value=True)
    page.open(link(home, "invite", UNKNOWN))
    assert "JavaScript" in page.driver.find_element("tag name", "noscript").text
    page.picture(f"{width}-light-noscript")


def test_page_is_marked_up_for_everybody(page, home):
    open_invite(page, home)
    assert page.run("return document.documentElement.lang") == "en"
    assert page.run("return document.querySelectorAll('main').length") == 1
    assert page.run("return [...document.querySelectorAll('h1')].filter((h) => h.checkVisibility()).length") == 1
    assert page.run("return [...document.querySelectorAll('input')].filter((i) => !i.labels.length).length") == 0
    assert page.run("return [...document.images].filter((i) => !i.alt).length") == 0
    wanted = {"user": "username", "password": "new-password", "again": "new-password", "code": "one-time-code"}
    assert {name: page.find(name).get_attribute("autocomplete") for name in wanted} == wanted
    assert page.find("code").get_attribute("inputmode") == "numeric"


# Answers of the server.


def test_first_visit_is_small_and_guarded(home):
    client = home.web()
    size = 0
    pages = {f"/web/invite/{UNKNOWN}": ("token.html", "text/html; charset=utf-8"),
             "/web/pages/pages.css": ("pages.css", "text/css; charset=utf-8"),
             "/web/pages/token.js": ("token.js", "text/javascript; charset=utf-8")}
    for path, (file, content_type) in pages.items():
        answer = client.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.body == (ROOT / "libcluster" / "proxy" / "pages" / file).read_bytes()
        size += len(answer.body) + len(str(answer.headers))
    assert size < MAX_FIRST_VISIT
    html = client.get(f"/web/reset/{UNKNOWN}").body.decode()
    named = set(re.findall(r'(?:src|href)="(/[^"]*)"', html))
    assert named == set(pages) - {f"/web/invite/{UNKNOWN}"}
    assert not re.search(r"\son\w+=|https?://(?!www\.w3\.org)", html)


@pytest.mark.parametrize("method, path, status, kind", [
    ("GET", "/web", 404, "text/html"), ("GET", "/web/", 404, "text/html"),
    ("GET", "/web/invite", 404, "text/html"), ("GET", "/web/invite/a/b", 404, "text/html"),
    ("HEAD", f"/web/invite/{UNKNOWN}", 200, "text/html"), ("HEAD", "/web/nosuch", 404, "text/html"),
    ("GET", f"/v1/web/invite/{UNKNOWN}", 200, "text/html"), ("GET", "/web/pages/..%2fpages.css", 404, "text/html"),
    ("POST", f"/web/invite/{UNKNOWN}", 404, "application/json"), ("GET", "/webx", 404, "application/json")])
def test_paths_around_the_page(home, method, path, status, kind):
    answer = home.web().request(method, path)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if method == "HEAD":
        assert answer.body == b""


def test_tokens_stay_out_of_the_log(home):
    """The token is in the path of every request of the page."""
    name = next(_names)
    token = home.invite(name, "member")
    client = home.web()
    for path in (f"/web/invite/{token}", f"/web/nothing/{token}", f"/webapi/users/password/token/{token}"):
        client.get(path)
    client.set_password(token, "short", "1")
    home.check_log()
    assert "cluster is ready" in home.log.read_text()
