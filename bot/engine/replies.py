"""How an answer reaches whoever acted: a press edits its own card, typed words get a new one.

Rule 1: nobody else chooses between Edit, Say and Notice in answer to an event.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.core.card import Card, Para, Text
from bot.core.effects import Edit, Effect, Notice, Say
from bot.core.events import Event, Pressed, Unreadable


def pressed_on(event: Event) -> str:
    """Return the id of the message whose button was pressed, empty for typed words."""
    match event:
        case Pressed(_, on) | Unreadable(on):
            return on
        case _:
            return ""


def show(event: Event, card: Card) -> Effect:
    """Return the effect that puts *card* in front of whoever caused *event*."""
    on = pressed_on(event)
    return Edit(on, card) if on else Say(card)


def tell(event: Event, text: Text) -> Effect:
    """Return one line in answer to *event*: gone afterwards for a press, a card for words."""
    return Notice(text) if pressed_on(event) else Say(Card(body=(Para(text),)))


def redrawn(effect: Effect, change: Callable[[Card], Card]) -> Effect:
    """Return *effect* with its card changed; one that shows no card stays as it is."""
    match effect:
        case Say(card) | Edit(_, card):
            return replace(effect, card=change(card))
        case _:
            return effect
