"""A question is open and something arrives: toggles, answers, numbers, second presses.

Rule 1: a press is judged against the presser's own stage, never against whose card it was.
Rule 2: an open question is judged once; the second press is told so and changes nothing.
"""

from dataclasses import replace

from bot.core.altered import altered
from bot.core.card import Action, Block, Button, Card, Para, Text
from bot.core.effects import Decision, Effect, Note, Remember
from bot.core.events import Incoming, Pressed
from bot.core.learner import Answered, Answering, Idle, Learner
from bot.core.library import Item, Library
from bot.core.message import LETTERS
from bot.engine import onboarding, placement, progress, quiz, review, rhythm
from bot.engine.quiz import SEVERAL, UNKNOWN
from bot.engine.replies import show, tell


def answer(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Take a press on an option; None where it belongs to no open question of this learner."""
    stage, item = _open(learner, event, library)
    option = event.action.args[1] if len(event.action.args) > 1 else ""
    if stage is None or item is None:
        return _second(learner, event, library)
    known = {one.id for one in item.options}
    if option == UNKNOWN:
        return _judged(learner, stage, (UNKNOWN,), incoming, library)
    if event.picked and set(event.picked) <= known:
        return _whole(learner, stage, event.picked, incoming, library)
    if option not in known:
        return None
    if item.type == "order" or item.type in SEVERAL:
        return _ticked(learner, stage, option, incoming, library)
    return _judged(learner, stage, (option,), incoming, library)


def _whole(
    learner: Learner,
    stage: Answering,
    picked: tuple[str, ...],
    incoming: Incoming,
    library: Library,
) -> Decision:
    """Take all letters at once: typed in a row, or picked in a form."""
    item = library.items[stage.item]
    if item.type == "order" and len(picked) != len(item.options):
        return Decision(learner, (tell(incoming.event, Text("quiz.order_all")),))
    if item.type != "order" and item.type not in SEVERAL:
        return _judged(learner, stage, picked[:1], incoming, library)
    return _judged(learner, stage, picked, incoming, library)


def _ticked(
    learner: Learner, stage: Answering, option: str, incoming: Incoming, library: Library
) -> Decision:
    item = library.items[stage.item]
    ticked = quiz.toggled(item, stage, option)
    if item.type == "order" and len(ticked.picked) == len(item.options):
        return _judged(learner, ticked, ticked.picked, incoming, library)
    after = altered(learner, stage=ticked)
    return Decision(after, (show(incoming.event, quiz.question(after, library, ticked)),))


def send(
    learner: Learner, incoming: Incoming, event: Pressed, library: Library
) -> Decision | None:
    """Judge a question with several answers: what was picked at once, else the toggles."""
    stage, item = _open(learner, event, library)
    if stage is None or item is None:
        return _second(learner, event, library)
    known = {one.id for one in item.options}
    picked = tuple(one for one in event.picked if one in known) or stage.picked
    if UNKNOWN in event.picked:
        picked = (UNKNOWN,)
    if not picked and item.type != "spot":
        return Decision(learner, (tell(event, Text("quiz.pick_one")),))
    return _judged(learner, stage, picked, incoming, library)


def typed_number(
    learner: Learner, incoming: Incoming, text: str, library: Library
) -> Decision | None:
    """Judge a typed number; None where no number is asked for."""
    event = incoming.event
    stage = learner.stage
    if not isinstance(stage, Answering) or library.items[stage.item].type != "numeric":
        return None
    value = quiz.number(text)
    if value is None:
        return Decision(learner, (tell(event, Text("quiz.number_please")),))
    verdict, side = quiz.judge_number(library.items[stage.item], value)
    done = Answered(stage.item, stage.seed, stage.why, (), verdict, side, stage.session)
    return _kept(learner, done, incoming, library)


def fitting(stage: Answering | Answered, item: Item) -> Answering | Answered | Idle:
    """Return *stage* as it is once *item* was learned anew: nothing is picked that is gone."""
    stays = {UNKNOWN, *(option.id for option in item.options)}.issuperset(stage.picked)
    if isinstance(stage, Answering):
        return stage if stays else replace(stage, picked=())
    near = stage.verdict != "near" or item.type == "order"
    side = bool(stage.detail) == (item.type == "numeric" and stage.verdict == "wrong")
    return stage if stays and near and side else Idle()


def _open(
    learner: Learner, event: Pressed, library: Library
) -> tuple[Answering | None, Item | None]:
    """Return the open question, if the press names it."""
    stage = learner.stage
    named = event.action.args[0] if event.action.args else ""
    if isinstance(stage, Answering) and stage.item == named:
        return stage, library.items[named]
    return None, None


def _second(learner: Learner, event: Pressed, library: Library) -> Decision | None:
    """Tell a second press what was answered; None where the card is from before."""
    stage = learner.stage
    named = event.action.args[0] if event.action.args else ""
    if not isinstance(stage, Answered) or stage.item != named:
        return placement.answered(learner, event, library)
    letters = _letters(library.items[named], stage)
    text = Text("quiz.answered", (("letters", letters),)) if letters else Text("quiz.was_answered")
    return Decision(learner, (tell(event, text),))


def _letters(item: Item, stage: Answered) -> str:
    """Return the letters of the answer given, as they stood on the card."""
    places = {option.id: at for at, option in enumerate(quiz.shown(item, stage.seed))}
    spot = item.type == "spot"
    known = [places[one] for one in stage.picked if one in places]
    return " ".join(str(at + 1) if spot else LETTERS[at] for at in known)


def _judged(
    learner: Learner,
    stage: Answering,
    picked: tuple[str, ...],
    incoming: Incoming,
    library: Library,
) -> Decision:
    verdict = quiz.judge(library.items[stage.item], picked)
    done = Answered(stage.item, stage.seed, stage.why, picked, verdict, session=stage.session)
    return _kept(learner, done, incoming, library)


def _kept(learner: Learner, stage: Answered, incoming: Incoming, library: Library) -> Decision:
    """Return the learner with the answer counted and remembered, and the card that explains."""
    right = stage.verdict == "right"
    points = quiz.POINTS if right else 0
    item = library.items[stage.item]
    if stage.session is not None:
        stage = replace(stage, session=review.answered(stage.session, item.id, right=right))
    # What comes back is of no lesson's turn, and may be of one that was not read yet.
    turn = stage.why not in ("review", "placement")
    memory = review.graded(learner, item, stage.verdict, incoming.at, library)
    kept: tuple[Effect, ...] = () if memory is None else (Remember(memory),)
    care = library.lessons[item.lesson].care
    after = altered(
        learner,
        stage=stage,
        points=learner.points + points,
        progress=progress.met(learner, item.lesson, 1) if turn else learner.progress,
        shown=progress.shown(learner, item.lesson)
        if right and stage.why == "placement"
        else learner.shown,
        reviews=learner.reviews if memory is None else review.remembered(learner, memory),
        resumed=learner.resumed
        if memory is None
        else review.resumed(learner, library, incoming.at),
        rhythm=learner.rhythm if care else rhythm.counted(learner, library, incoming.at),
    )
    given = ".".join(stage.picked) or stage.detail or "-"
    note = Note("answer", f"{stage.item}:{given}", points, once=f"{stage.item}:{stage.seed}")
    if stage.session is not None and stage.why == "placement":
        going = placement.asked(after, incoming, library, stage.session)
        return Decision(going.learner, (note, *kept, *going.effects))
    card = answered(after, library, stage)
    return Decision(after, (note, *kept, show(incoming.event, card)))


def answered(learner: Learner, library: Library, stage: Answered) -> Card:
    """Return the card of a judged question with what may come next."""
    card = quiz.feedback(learner, library, stage)
    if stage.session is not None:
        on = Button(Text("review.go_on"), Action(review.COMMAND, ("next",)), style="primary")
        return replace(card, buttons=(on,))
    if stage.why != "first" or onboarding.missing(learner) != "often":
        return card
    body: tuple[Block[Text], ...] = (*card.body, Para(Text("often.ask")))
    return replace(card, body=body, choices=onboarding.often_choices(learner), buttons=())
