"""A headless Chromium, which tests use like a person: with clicks and keys. It makes screenshots."""

import base64
import contextlib
import importlib.util
import json
import os
import pathlib
import shutil

import pytest

from harness import environment
from processes import wait_for

WIDTHS = (360, 1280)

# A script that returns the smallest contrast of a visible text with its background: (ratio, text). WCAG 2.1, 1.4.3.
CONTRAST = """
const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
const light = (color) => {
  const [r, g, b] = numbers(color).map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if ((numbers(color)[3] ?? 1) === 1) return color;
  }
  return 'rgb(255, 255, 255)';
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let worst = [21, ''];
while (texts.nextNode()) {
  const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
  if (!text || !element.checkVisibility()) continue;
  const pair = [light(getComputedStyle(element).color), light(behind(element))].sort();
  const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  if (ratio < worst[0]) worst = [ratio, text];
}
return worst;
"""


class Browser:
    """One browser for all tests of a module; each test has a fresh page."""

    def __init__(self, directory, screenshots):
        if importlib.util.find_spec("selenium") is None:
            pytest.skip("the browser tests need python3-selenium: ./dev deps")
        missing = [tool for tool in ("chromium", "chromedriver") if shutil.which(tool) is None]
        if missing:
            pytest.skip(f"the browser tests need {', '.join(missing)}: ./dev deps")
        # pylint: disable=import-outside-toplevel
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        for word in ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                     f"--user-data-dir={directory / 'profile'}"):
            options.add_argument(word)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.accept_insecure_certs = True
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.binary_location = shutil.which("chromium")
        service = Service(shutil.which("chromedriver"), log_path=str(directory / "driver.log"),
                          env=environment(directory))
        self.driver = webdriver.Chrome(service=service, options=options)
        self.screenshots = pathlib.Path(screenshots)
        self.screenshots.mkdir(parents=True, exist_ok=True)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def set_view(self, width, scheme="light"):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1,
                     mobile=width < 500)
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self.driver.get(url)

    def run(self, script, *words):
        return self.driver.execute_script(script, *words)

    @contextlib.contextmanager
    def script(self, source):
        """Runs a script before the scripts of every page that the test opens within the context."""
        added = self.command("Page.addScriptToEvaluateOnNewDocument", source=source)
        yield
        self.command("Page.removeScriptToEvaluateOnNewDocument", **added)

    def find(self, identifier):
        return self.driver.find_element("id", identifier)

    def shown(self, *identifiers):
        """Waits until one of the elements is visible, and returns its id."""
        def visible():
            return next((name for name in identifiers if self.find(name).is_displayed()), None)
        return wait_for(visible, 10, f"one of {identifiers} on the page")

    def text_of(self, identifier):
        """Waits until the element has a text, and returns the text."""
        return wait_for(lambda: self.find(identifier).text, 10, f"a text in {identifier}")

    def focused(self):
        return self.run("return document.activeElement.id")

    def fill(self, **values):
        for name, value in values.items():
            self.find(name).clear()
            self.find(name).send_keys(value)

    def press(self, *keys):
        """Sends keys to the focused element."""
        from selenium.webdriver import ActionChains  # pylint: disable=import-outside-toplevel
        ActionChains(self.driver).send_keys(*keys).perform()

    def picture(self, name):
        """Keeps a screenshot of the whole page."""
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        (self.screenshots / f"{name}.png").write_bytes(base64.b64decode(shot))

    def photograph(self, identifier):
        """Scrolls to an element, and returns a screenshot of the window, like the picture of a camera."""
        self.run("document.getElementById(arguments[0]).scrollIntoView({block: 'center'})", identifier)
        return self.driver.get_screenshot_as_base64()

    def assert_fits(self):
        """Checks that no element is wider than the window."""
        wide, window = self.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= window

    def assert_contrast(self):
        ratio, text = self.run(CONTRAST)
        assert ratio >= 4.5, text

    def requests(self):
        """Returns the addresses requested since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """Returns the console's messages since the last call, except those about refused requests."""
        return [entry for entry in self.driver.get_log("browser") if entry["source"] != "network"]

    def quit(self):
        self.driver.quit()
