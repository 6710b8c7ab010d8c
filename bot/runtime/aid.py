"""First aid while nothing can be written: from content alone, and from memory who reads what.

Rule 1: no database is asked; what this process does not remember it does without.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.core.events import Incoming, Pressed, Said
from bot.core.library import Library
from bot.core.message import Message
from bot.engine import distress, first_aid
from bot.ports import Fit
from bot.runtime.hear import Ear
from bot.runtime.render import Render


def offline(
    taught: Callable[[], Library], fit: Fit, render: Render, ear: Ear
) -> Callable[[Incoming], Message | None]:
    """Return what answers an event that asks for first aid or words of distress, no other.

    *taught* gives what is taught now.  The language is that of the card in front of the person,
    else what their client says.
    """

    def answer(incoming: Incoming) -> Message | None:
        library, shown = taught(), ear.front(incoming.address)
        locale = shown[1] if shown else fit(incoming.locale) or library.languages[0]
        meant = incoming
        if shown and isinstance(incoming.event, Said):
            typed = render(*shown).typed(incoming.event.text)
            if typed is not None:
                meant = replace(incoming, event=Pressed(typed.action, "", typed.picked))
        card = first_aid.aid(meant, library, locale)
        card = card or distress.helpline(meant, library, locale)
        if card is None:
            return None
        if incoming.where is None:
            ear.put(incoming.address, card, locale)
        return render(card, locale)

    return answer
