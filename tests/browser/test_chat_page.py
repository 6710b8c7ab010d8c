"""The chat page in a real browser: with a script, without one, and in the other direction."""

import asyncio
import json
import re
from dataclasses import replace

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from bot.core.card import Action
from bot.core.events import Address, Pressed, Said
from tests.browser.conftest import Browse, Talk
from tests.platforms import cards

pytestmark = pytest.mark.browser

SECONDS = 10


def wait(driver: Chrome) -> WebDriverWait[Chrome]:
    # A page that is being left has parts that are no more when they are asked.
    gone = [StaleElementReferenceException]
    return WebDriverWait(driver, SECONDS, poll_frequency=0.05, ignored_exceptions=gone)


def shows(driver: Chrome, text: str) -> None:
    wait(driver).until(lambda seen: text in seen.find_element(By.ID, "log").text)


def press(driver: Chrome, text: str) -> None:
    driver.find_element(By.XPATH, f"//article//button[contains(., '{text}')]").click()


def complaints(driver: Chrome) -> list[str]:
    return [entry["message"] for entry in driver.get_log("browser")]  # type: ignore[no-untyped-call]  # selenium leaves it untyped


def asked(driver: Chrome) -> set[str]:
    """Return the hosts that the page asked for anything."""
    events = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    urls = (
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    )
    return {found.group(1) for url in urls if (found := re.match(r"https?://([^/]+)", url))}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_lesson_is_answered(browser: Browse, talk: Talk, *, javascript: bool) -> None:
    home, bot, _ = talk(cards.HELLO, cards.LESSON, cards.ANSWERED)
    driver = browser(javascript=javascript)
    driver.get(home)
    press(driver, "English")
    shows(driver, "What gives it away?")
    press(driver, "The small amount")
    shows(driver, "your answer")
    assert len(driver.find_elements(By.TAG_NAME, "article")) == 1
    assert isinstance(bot.heard[-1].event, Pressed)
    assert complaints(driver) == []
    assert asked(driver) == {home.removeprefix("http://")}


@pytest.mark.parametrize("javascript", [True, False])
def test_several_answers_and_words_are_sent(
    browser: Browse, talk: Talk, *, javascript: bool
) -> None:
    home, bot, _ = talk(cards.MANY, cards.ASK, cards.BUTTONS)
    driver = browser(javascript=javascript)
    driver.get(home)
    driver.find_elements(By.CSS_SELECTOR, "[type=checkbox]")[0].click()
    press(driver, "Send my answer")
    shows(driver, "Your number, as digits")
    send = Action("send", ("phi-05-q2",))
    assert bot.heard[-1].event == Pressed(send, "m-n0000000001", ("a", "b"))
    driver.find_element(By.CSS_SELECTOR, ".ask input:not([type])").send_keys("12", Keys.ENTER)
    shows(driver, "Good to see you.")
    assert bot.heard[-1].event == Said("12", Action("answer", ("phi-05-q3",)))


def test_a_new_card_appears_by_itself_and_typing_goes_on(browser: Browse, talk: Talk) -> None:
    home, bot, loop = talk(cards.HELLO, cards.LESSON)
    driver = browser()
    driver.get(home)
    box = driver.find_element(By.ID, "text")
    box.send_keys("half a wo")
    address = Address("web", bot.heard[0].address.id)
    asyncio.run_coroutine_threadsafe(bot.say(address), loop).result(SECONDS)
    shows(driver, "What gives it away?")
    box.send_keys("rd")
    assert box.get_property("value") == "half a word"
    assert len(driver.find_elements(By.TAG_NAME, "article")) == 2


def test_a_double_click_is_one_answer(browser: Browse, talk: Talk) -> None:
    home, bot, _ = talk(cards.LESSON, cards.ANSWERED)
    driver = browser()
    driver.get(home)
    button = driver.find_element(By.XPATH, "//article//button[contains(., 'The small amount')]")
    ActionChains(driver).double_click(button).perform()
    shows(driver, "your answer")
    assert len(bot.heard) == 2


def test_the_message_box_is_empty_after_sending_and_keeps_what_failed(
    browser: Browse, talk: Talk
) -> None:
    home, bot, _ = talk(cards.BUTTONS, cards.LESSON)
    driver = browser()
    driver.get(home)
    driver.find_element(By.ID, "text").send_keys("lesson", Keys.ENTER)
    shows(driver, "What gives it away?")
    wait(driver).until(lambda seen: not seen.find_element(By.ID, "text").get_property("value"))
    bot.down = True
    driver.find_element(By.ID, "text").send_keys("b", Keys.ENTER)
    wait(driver).until(lambda seen: "cannot_save" in seen.find_element(By.ID, "status").text)
    assert driver.find_element(By.ID, "text").get_property("value") == "b"


def test_two_messages_typed_at_once_are_two(browser: Browse, talk: Talk) -> None:
    home, bot, _ = talk(cards.BUTTONS, cards.LESSON, cards.ANSWERED)
    driver = browser()
    driver.get(home)
    driver.find_element(By.ID, "text").send_keys("one", Keys.ENTER, "two", Keys.ENTER, "thr")
    wait(driver).until(lambda _: len(bot.heard) == 3)
    shows(driver, "your answer")
    assert {one.event for one in bot.heard[1:]} == {Said("one"), Said("two")}
    assert driver.find_element(By.ID, "text").get_property("value") == "thr"


@pytest.mark.parametrize("javascript", [True, False])
def test_return_in_a_box_sends_what_was_picked(
    browser: Browse, talk: Talk, *, javascript: bool
) -> None:
    home, bot, _ = talk(cards.MANY, cards.BUTTONS)
    driver = browser(javascript=javascript)
    driver.get(home)
    driver.find_elements(By.CSS_SELECTOR, "[type=checkbox]")[0].send_keys(Keys.SPACE, Keys.ENTER)
    wait(driver).until(lambda _: len(bot.heard) == 2)
    send = Action("send", ("phi-05-q2",))
    assert bot.heard[-1].event == Pressed(send, "m-n0000000001", ("a", "b"))


def test_the_page_turns_with_its_card(browser: Browse, talk: Talk) -> None:
    home, _, _ = talk(cards.HELLO, cards.ARABIC)
    driver = browser()
    driver.get(home)
    press(driver, "العربية")
    wait(driver).until(
        lambda seen: seen.find_element(By.TAG_NAME, "html").get_dom_attribute("dir") == "rtl"
    )
    menu, send = driver.find_elements(By.CSS_SELECTOR, "#bar .round")
    assert menu.location["x"] > send.location["x"]


@pytest.mark.parametrize(
    ("name", "width", "javascript"),
    [
        ("lesson", 1100, True),
        ("lesson", 390, False),
        ("lesson", 320, True),
        ("arabic", 390, True),
        ("arabic", 320, False),
        ("long", 320, True),
        ("progress", 320, True),
    ],
)
def test_nothing_is_wider_than_the_page_and_the_newest_is_in_sight(
    browser: Browse, talk: Talk, name: str, width: int, *, javascript: bool
) -> None:
    home, bot, loop = talk(cards.LESSON, cards.LESSON, cards.CARDS[name])
    driver = browser(width=width, height=800, javascript=javascript)
    driver.get(home)
    address = Address("web", bot.heard[0].address.id)
    for _ in range(2):
        asyncio.run_coroutine_threadsafe(bot.say(address), loop).result(SECONDS)
    driver.get(home)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    log = driver.find_element(By.ID, "log").rect
    last = driver.find_elements(By.TAG_NAME, "article")[-1].rect
    begins, ends = last["y"] - log["y"], last["y"] + last["height"] - log["y"]
    assert 0 <= begins + 1 < log["height"] or 0 < ends - 1 <= log["height"]


def test_every_target_is_large_enough_for_a_finger(browser: Browse, talk: Talk) -> None:
    home, _, _ = talk(cards.MANY)
    driver = browser(width=390, height=844)
    driver.get(home)
    targets = driver.find_elements(By.CSS_SELECTOR, "button, article label, nav a, #text")
    assert [one.text for one in targets if one.rect["height"] < 44] == []


def test_the_skip_link_is_first_and_leads_to_the_message_box(browser: Browse, talk: Talk) -> None:
    home, _, _ = talk(cards.LESSON)
    driver = browser()
    driver.get(home)
    ActionChains(driver).send_keys(Keys.TAB, Keys.ENTER).perform()
    assert driver.switch_to.active_element.get_dom_attribute("id") == "text"


def test_a_lesson_is_answered_with_the_keyboard_alone(browser: Browse, talk: Talk) -> None:
    home, bot, _ = talk(cards.LESSON, replace(cards.LESSON, title=cards.say("Again")))
    driver = browser()
    driver.get(home)
    for _ in range(30):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        if driver.switch_to.active_element.get_dom_attribute("value") == "answer:phi-05-q2:b":
            break
    ActionChains(driver).send_keys(Keys.ENTER).perform()
    shows(driver, "Again")
    assert isinstance(bot.heard[-1].event, Pressed)
    focus = driver.switch_to.active_element
    assert focus.get_dom_attribute("value") == "answer:phi-05-q2:b"


def test_a_picture_of_what_is_hostile_runs_nothing(browser: Browse, talk: Talk) -> None:
    home, _, _ = talk(cards.HOSTILE)
    driver = browser()
    driver.get(home)
    shows(driver, "<script>alert(1)</script>")
    assert complaints(driver) == []


@pytest.mark.parametrize("name", ["lesson", "answered", "arabic", "many", "ask", "progress"])
@pytest.mark.parametrize("dark", [True, False])
def test_axe_finds_nothing(browser: Browse, talk: Talk, name: str, *, dark: bool) -> None:
    axe = pytest.importorskip(
        "axe_core_python.selenium", reason="axe-core-python is not installed"
    )
    home, _, _ = talk(cards.CARDS[name])
    driver = browser(dark=dark, width=390, height=844)
    driver.get(home)
    found = axe.Axe().run(driver)["violations"]
    told = [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
    assert told == []
