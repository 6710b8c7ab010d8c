"""Typing instead of pressing: a letter, a number or a whole label becomes the press it means.

Rule 1: what counts is the card in front of the person: the last one shown by this process,
else the one their stage draws.
Rule 2: what was shown lives in memory only, so that nothing is kept of a stranger.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from bot.core.card import Card
from bot.core.events import Address, Incoming, Pressed, Said
from bot.core.learner import Learner
from bot.core.library import Library
from bot.engine import current
from bot.ports import Post
from bot.runtime.render import Render

SHOWN = 20_000
"""Cards remembered, one an address; about 1 KB each."""


class Ear:
    """Knows which card is in front of whom."""

    def __init__(self, library: Library, render: Render) -> None:
        """Start knowing nothing."""
        self._library = library
        self._render = render
        self._shown: OrderedDict[Address, tuple[Card, str]] = OrderedDict()

    def showed(self, posts: Sequence[Post]) -> None:
        """Remember the cards of *posts* that can be answered."""
        for post in posts:
            if post.card.choices or post.card.buttons or post.card.many:
                self._shown[post.address] = (post.card, post.locale)
                self._shown.move_to_end(post.address)
        while len(self._shown) > SHOWN:
            self._shown.popitem(last=False)

    def forget(self, address: Address) -> None:
        """Drop what was shown at *address*."""
        self._shown.pop(address, None)

    def heard(self, learner: Learner, incoming: Incoming) -> Incoming:
        """Return *incoming* with typed words that press something made the press they mean."""
        event = incoming.event
        if not isinstance(event, Said):
            return incoming
        drawn = (current.card(learner, self._library, incoming.at), learner.locale)
        card, locale = self._shown.get(incoming.address, drawn)
        typed = self._render(card, locale).typed(event.text)
        if typed is None:
            return incoming
        return replace(incoming, event=Pressed(typed.action, "", typed.picked))
