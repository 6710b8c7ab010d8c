"""The demo as a person meets it: onboarding, lesson and question in a real browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.conftest import Browse

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PATIENCE = 20


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """Run ``wary demo`` as its user would and give its address."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield address
        running.terminate()
        assert running.wait(10) == 0


class Page:
    """What a person does on the page: press what they read, and look."""

    def __init__(self, browser: Chrome, shots: Path, name: str) -> None:
        self.browser, self.shots, self.name, self.count = browser, shots, name, 0

    def newest(self) -> WebElement:
        return self.browser.find_elements(By.CSS_SELECTOR, "#cards article")[-1]

    def press(self, token: str, expect: str) -> None:
        """Press the newest button carrying *token* and wait until *expect* can be pressed."""
        buttons = self.browser.find_elements(By.CSS_SELECTOR, f"button[value='{token}']")
        self.browser.execute_script("arguments[0].scrollIntoView()", buttons[-1])
        buttons[-1].click()
        self.wait(expect)

    def wait(self, expect: str) -> None:
        selector = f"#cards button[value^='{expect}']"
        WebDriverWait(self.browser, PATIENCE).until(
            lambda browser: browser.find_elements(By.CSS_SELECTOR, selector), expect
        )

    def shoot(self) -> None:
        self.count += 1
        self.browser.save_screenshot(str(self.shots / f"{self.name}-{self.count}.png"))

    def known(self) -> str:
        return self.browser.find_element(By.ID, "known").text


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_person_gets_from_hello_to_a_judged_question_and_the_next_lesson(
    browser: Browse,
    demo: str,
    language: str,
    javascript: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    name = f"{language}-{'js' if javascript else 'plain'}"
    page = Page(browser(javascript=javascript, language=language), shots, name)
    page.browser.get(demo)
    page.wait(f"lang:{language}")
    page.shoot()
    page.press(f"lang:{language}", f"track:{language}:citizen")
    page.shoot()
    page.press(f"track:{language}:citizen", "answer:acc-01-q1:b")
    page.shoot()
    page.press("answer:acc-01-q1:a", "set:often:daily")
    page.shoot()
    assert page.newest().get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    page.press("set:often:daily", "set:hour:18.00")
    page.press("set:hour:18.00", "set:country:")
    page.shoot()
    first = page.newest().find_element(By.CSS_SELECTOR, "button[value^='set:country:']")
    page.press(str(first.get_attribute("value")), "more")
    page.shoot()
    assert "18:00" in page.known()
    page.press("more", "quiz:acc-01")
    page.shoot()
    page.press("quiz:acc-01", "answer:acc-01-q2:b")
    page.press("answer:acc-01-q2:a", "enough")
    page.press("enough", "act:acc-01:done")
    page.shoot()
    page.press("act:acc-01:done", "more")
    if language == "en":
        assert "answers\n2" in page.known()
    log = page.browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    assert [line for line in log if line["level"] == "SEVERE"] == []


def test_words_can_be_typed_instead_of_pressed(browser: Browse, demo: str, tmp_path: Path) -> None:
    page = Page(browser(javascript=False), tmp_path, "typed")
    page.browser.get(demo)
    for said, expect in (("1", "track:en:citizen"), ("just me", "answer:"), ("b", "set:often")):
        box = page.browser.find_element(By.ID, "text")
        box.send_keys(said)
        box.submit()
        page.wait(expect)


def test_a_stale_button_is_answered_kindly(browser: Browse, demo: str, tmp_path: Path) -> None:
    page = Page(browser(javascript=False), tmp_path, "stale")
    page.browser.get(demo)
    page.press("lang:en", "track:en:citizen")
    before = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    page.browser.get(demo)
    page.press("track:en:citizen", "answer:")
    page.browser.switch_to.window(before)
    stale = page.browser.find_elements(By.CSS_SELECTOR, "button[value='track:en:citizen']")
    stale[-1].click()
    page.wait("answer:")
    status = page.browser.find_element(By.ID, "status").text
    assert status == "That card is from before. Here is the newest."


def test_the_site_says_that_it_lives(demo: str) -> None:
    with urlopen(f"{demo}healthz") as alive, urlopen(f"{demo}readyz") as ready:  # noqa: S310
        assert (alive.status, ready.status) == (200, 200)
