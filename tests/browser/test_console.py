"""The console in a real browser: with a script engine, without one, and in the other direction."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_to_be
from selenium.webdriver.support.wait import WebDriverWait

from bot import i18n, settings, teaching
from bot.store.database import connect
from tests.browser.conftest import Browse, Served
from tests.console.desks import House, house
from tests.store.people import KEY, NOW
from tests.store.staff import WORDS, Person, joined, machine

pytestmark = pytest.mark.browser

PATIENCE = 60

PAGES = ("/staff", "/people", "/audit", "/installation", "/again", "/nowhere")


@pytest.fixture(scope="module")
def made() -> teaching.Taught:
    return teaching.taught(settings.read({}))


@dataclass
class Desk:
    """A console that is served, and its admin; ``now`` is its clock."""

    home: str
    house: House
    admin: Person


@pytest.fixture
def desk(made: teaching.Taught, tmp_path: Path) -> Iterator[Desk]:
    people: list[Person] = []

    def now() -> datetime:
        return people[0].now if people else NOW

    async def begin() -> House:
        built = house(
            await connect("sqlite://", key=KEY),
            tmp_path,
            now=now,
            translate=made.catalogues.translate,
            languages=made.library.languages,
            fit=lambda tag: i18n.fitting(tag, made.library.languages),
        )
        school = await built.desk.people.organise(machine(), "مدرسة صفاقس")
        await joined(built.desk, "ben@example.org", "teacher", "author", organisation=school)
        people.append(await joined(built.desk, "ana@example.org", "admin"))
        return built

    built = asyncio.run(begin())
    server = Served(built.guarded)
    server.start()
    yield Desk(server.home, built, people[0])
    server.stop()
    asyncio.run(built.store.close())


def arrives(driver: Chrome, at: str) -> None:
    WebDriverWait(driver, PATIENCE).until(url_to_be(at), at)


def shown(driver: Chrome, selector: str) -> str:
    found = WebDriverWait(driver, PATIENCE).until(
        lambda seen: seen.find_elements(By.CSS_SELECTOR, selector), selector
    )
    return found[0].text


def fill(driver: Chrome, **typed: str) -> None:
    for name, value in typed.items():
        driver.find_element(By.ID, name).send_keys(value)
    driver.find_element(By.CSS_SELECTOR, "main form.card button").click()


def sign_in(driver: Chrome, desk: Desk) -> None:
    driver.get(f"{desk.home}/in")
    fill(driver, email=desk.admin.email, password=WORDS)
    arrives(driver, f"{desk.home}/in/second")
    fill(driver, code=desk.admin.typed())
    arrives(driver, f"{desk.home}/staff")


def complaints(driver: Chrome) -> list[str]:
    log = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    return [one["message"] for one in log if " 404 " not in one["message"]]


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_somebody_signs_in_invites_and_looks_at_every_page(
    browser: Browse,
    desk: Desk,
    language: str,
    javascript: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    driver = browser(javascript=javascript, language=language)
    driver.get(f"{desk.home}/in")
    driver.save_screenshot(str(shots / f"in-{language}.png"))
    sign_in(driver, desk)
    html = driver.find_element(By.TAG_NAME, "html")
    assert html.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    for path in PAGES:
        driver.get(f"{desk.home}{path}")
        assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1
        driver.save_screenshot(str(shots / f"{path[1:]}-{language}.png"))
    driver.get(f"{desk.home}/people")
    driver.find_element(By.ID, "email").send_keys("eve@example.org")
    driver.find_element(By.ID, "name").send_keys("Eve")
    driver.find_element(By.CSS_SELECTOR, "main > form input[value=teacher]").click()
    driver.find_element(By.CSS_SELECTOR, "main > form button").click()
    link = shown(driver, ".made code")
    driver.save_screenshot(str(shots / f"invited-{language}.png"))
    assert link.startswith(f"{desk.home}/invite/")
    driver.find_element(By.CSS_SELECTOR, ".pages form button").click()
    arrives(driver, f"{desk.home}/in")
    driver.get(link)
    driver.save_screenshot(str(shots / f"join-{language}.png"))
    fill(driver, password=WORDS)
    arrives(driver, f"{desk.home}/in")
    fill(driver, email="eve@example.org", password=WORDS)
    arrives(driver, f"{desk.home}/staff")
    assert complaints(driver) == []


def test_the_language_switch_stays_on_the_page(browser: Browse, desk: Desk) -> None:
    driver = browser(javascript=False)
    driver.get(f"{desk.home}/in")
    driver.find_element(By.CSS_SELECTOR, "a[hreflang=fr]").click()
    WebDriverWait(driver, PATIENCE).until(
        lambda seen: seen.find_element(By.TAG_NAME, "html").get_attribute("lang") == "fr"
    )
    assert driver.current_url == f"{desk.home}/in"
    assert driver.find_element(By.TAG_NAME, "h1").text == "Se connecter"
    fill(driver, email="ana@example.org", password="a wrong password")  # noqa: S106 - none
    assert shown(driver, "#told").startswith("L’adresse et le mot de passe")
    assert driver.find_element(By.ID, "email").get_attribute("value") == "ana@example.org"


def test_on_a_narrow_screen_nothing_runs_over_the_edge(
    browser: Browse, desk: Desk, tmp_path: Path
) -> None:
    driver = browser(width=360, height=740)
    sign_in(driver, desk)
    for path in PAGES:
        driver.get(f"{desk.home}{path}")
        width = driver.execute_script("return document.documentElement.scrollWidth")
        assert width <= 360, path
        driver.save_screenshot(str(tmp_path / f"narrow-{path[1:]}.png"))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing(browser: Browse, desk: Desk, language: str, *, dark: bool) -> None:
    axe = pytest.importorskip(
        "axe_core_python.selenium", reason="axe-core-python is not installed"
    )
    driver = browser(dark=dark, language=language)
    driver.get(f"{desk.home}/in")
    found = [("/in", axe.Axe().run(driver)["violations"])]
    sign_in(driver, desk)
    for path in PAGES:
        driver.get(f"{desk.home}{path}")
        for details in driver.find_elements(By.TAG_NAME, "summary"):
            details.click()
        found.append((path, axe.Axe().run(driver)["violations"]))
    assert [(path, [one["id"] for one in all_]) for path, all_ in found if all_] == []
