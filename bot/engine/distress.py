"""Words of distress: somebody typed them, and reads at once who is there to talk to.

Rule 1: nothing of it is kept: no stage, no note, no score; what waits goes on by one button.
Rule 2: what somebody shows to be checked is another's text, and nobody's despair.
Rule 3: where others read along, nothing is said.
Rule 4: a card follows from the event and the content alone, as in first aid.
"""

from bot.core.card import Action, Bullets, Button, Card, Para, Text
from bot.core.effects import Decision, Say
from bot.core.events import Incoming, Pressed, Said
from bot.core.learner import Learner, Stranger
from bot.core.library import Library
from bot.engine import check, current, first_aid, helplines, onboarding, phrases
from bot.engine.replies import show

VERB = "distress"
"""The verb of the button by which one goes on."""

ANYWHERE = "en"
"""The language whose words are heard beside everybody's own."""

LINES = ("aid.child", "aid.crisis", "aid.danger")
"""Who is there, in this order.  Source: chat.md, 8."""


def heard(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Answer words of distress with who is there to talk to; None for anything else."""
    stranger = isinstance(learner.stage, Stranger)
    card = helpline(incoming, library, incoming.locale if stranger else learner.locale)
    if card is None or learner.place:
        return None
    if not (stranger or learner.country) and helplines.known(library):
        card = first_aid.asking_country(card)
    return Decision(learner, (Say(card),))


def helpline(incoming: Incoming, library: Library, locale: str) -> Card | None:
    """Return the card for words of distress in *locale* or English; None: *incoming* has none."""
    event = incoming.event
    if not isinstance(event, Said) or (event.asked and event.asked.verb == check.CHECK):
        return None
    if incoming.where is not None and incoming.where.public:
        return None
    languages = dict.fromkeys((locale, ANYWHERE))
    wordings = [library.distress[one] for one in languages if one in library.distress]
    if not phrases.found(event.text, wordings):
        return None
    return Card(
        body=(
            Para(Text("distress.heard")),
            Bullets(tuple(helplines.filled(Text(line), library) for line in LINES)),
        ),
        buttons=(Button(Text("distress.go_on"), Action(VERB)),),
        lang=locale,
    )


def pressed(learner: Learner, incoming: Incoming, _: Pressed, library: Library) -> Decision:
    """Go on where they were: their open card, or the greeting of whoever is not known yet."""
    if isinstance(learner.stage, Stranger):
        return onboarding.greet(learner, incoming, library)
    return Decision(learner, (show(incoming.event, current.card(learner, library, incoming.at)),))
