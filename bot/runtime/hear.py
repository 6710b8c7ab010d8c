"""Typing instead of pressing: a letter, a number or a whole label becomes the press it means.

Rule 1: what counts is the card in front of the person: the last one shown by this process,
and what means nothing there the one their stage draws.  A card that asks for words is answered
by the next words, also without its form.
Rule 2: what was shown lives in memory only, so that nothing is kept of a stranger.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from bot.core.card import Card
from bot.core.effects import Decision, Edit, Say
from bot.core.events import Address, Incoming, Pressed, Said
from bot.core.learner import Learner
from bot.core.library import Library
from bot.engine import current
from bot.ports import Post
from bot.runtime.render import Render

Front = tuple[Card, str]
"""A card that can be answered, and the language in which it is read."""

SHOWN = 20_000
"""Cards remembered, one an address; about 1 KB each."""


def front(decision: Decision) -> Front | None:
    """Return what *decision* puts in front of its learner, None where nothing can be answered."""
    said = [one.card for one in decision.effects if isinstance(one, Edit)]
    said += [one.card for one in decision.effects if isinstance(one, Say) and one.to is None]
    cards = [card for card in said if _answerable(card)]
    return (cards[-1], cards[-1].lang or decision.learner.locale) if cards else None


def _answerable(card: Card) -> bool:
    return bool(card.choices or card.buttons or card.many or card.ask)


class Ear:
    """Knows which card is in front of whom."""

    def __init__(self, library: Library, render: Render) -> None:
        """Start knowing nothing."""
        self._library = library
        self._render = render
        self._shown: OrderedDict[Address, Front] = OrderedDict()

    def taught(self, library: Library) -> "Ear":
        """Return an ear that knows *library*, and remembers the same cards as this one."""
        ear = Ear(library, self._render)
        ear._shown = self._shown
        return ear

    def showed(self, posts: Sequence[Post]) -> None:
        """Remember the cards of *posts* that can be answered."""
        for post in posts:
            if _answerable(post.card):
                self._shown[post.address] = (post.card, post.locale)
                self._shown.move_to_end(post.address)
        while len(self._shown) > SHOWN:
            self._shown.popitem(last=False)

    def front(self, address: Address) -> Front | None:
        """Return the card that this process last showed at *address*, None where it knows none."""
        return self._shown.get(address)

    def put(self, address: Address, card: Card, locale: str) -> None:
        """Remember one card that was shown without a post."""
        self._shown[address] = (card, locale)
        self._shown.move_to_end(address)

    def heard(self, learner: Learner, incoming: Incoming, newest: Front | None = None) -> Incoming:
        """Return *incoming* with typed words that press something made the press they mean.

        Words that press nothing answer the card, where that asks for words.

        *newest* is the card that an earlier event of the same batch brought, not yet shown.
        """
        event = incoming.event
        if not isinstance(event, Said):
            return incoming
        drawn = (current.card(learner, self._library, incoming.at), learner.locale)
        shown = newest or self._shown.get(incoming.address, drawn)
        # A menu or a screen that came between leaves the question of the stage open.
        for card, locale in (shown, drawn):
            typed = self._render(card, locale).typed(event.text)
            if typed is not None:
                return replace(incoming, event=Pressed(typed.action, "", typed.picked))
        ask = shown[0].ask
        if ask is not None and event.asked is None:
            return replace(incoming, event=replace(event, asked=ask.action))
        return incoming
