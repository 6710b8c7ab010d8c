"""First aid: what to do now that something went wrong, one step a card.

Rule 1: a card follows from the event and the content alone, and the whole position rides in the
button's token: it is drawn while the database cannot be written, and for a stranger.
Rule 2: nothing is kept of it here: no stage, no note, no score, no lesson afterwards.  What is
kept to ask how it went, where that was promised, is the matter of ``aftercare.py``.
Rule 3: where others read along, only the way to the person's own chat is shown.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.core.card import Action, Block, Bullets, Button, Card, Choice, Fixed, Para, Text
from bot.core.effects import Decision, Say
from bot.core.events import Began, Commanded, Event, Incoming, Pressed
from bot.core.learner import Learner, Stranger
from bot.core.library import Library, Step, Tree, Way
from bot.engine import helplines, progress
from bot.engine.replies import show

VERB = "aid"
"""The verb of every button here: ``aid:<tree>:<step>:<which of its checklist, from 1>``."""

COMMANDS = frozenset({"aid", "help_now"})

TALK, LIST, DONE = "talk", "list", "done"
"""What stands in a token where a tree's id would: no id of a tree is like them."""

MOST = 99
"""Longest checklist that a token may claim."""


def red() -> Button[Text]:
    """Return the one red button, which stands wherever everything can be reached from."""
    return Button(Text("menu.aid"), Action(VERB), style="danger")


def answered(learner: Learner, incoming: Incoming, library: Library) -> Decision | None:
    """Answer *incoming* where it asks for first aid, and leave the learner as they are."""
    stranger = isinstance(learner.stage, Stranger)
    card = aid(incoming, library, incoming.locale if stranger else learner.locale)
    if card is None:
        return None
    if incoming.where is not None and incoming.where.public:
        return Decision(learner, (Say(card, to=incoming.where.place),))
    if not (stranger or learner.country or _asked(incoming.event)) and helplines.known(library):
        card = asking_country(card)
    return Decision(learner, (show(incoming.event, card),))


def asking_country(card: Card) -> Card:
    """Return *card* with the way to choose a country, whose numbers it would show."""
    return replace(card, buttons=(*card.buttons, _country()))


def aid(incoming: Incoming, library: Library, locale: str) -> Card | None:
    """Return the card that *incoming* asks for, said in *locale*; None: it asks for no first aid.

    A press where all read along is none: whoever made it is told so as of any other.
    """
    asked = _asked(incoming.event)
    if asked is None:
        return None
    if incoming.where is None or not incoming.where.public:
        return _card(asked, library, locale)
    return None if isinstance(incoming.event, Pressed) else _elsewhere(locale)


def _asked(event: Event) -> tuple[str, ...] | None:
    """Return which card *event* asks for, None where it is about something else."""
    match event:
        case Commanded(name) if name in COMMANDS:
            return ()
        case Pressed(Action(verb, args)) if verb == VERB:
            return args
        case Began(payload):
            action = Action.unpack(payload.replace("_", ":"))
            return action.args if action and action.verb == VERB else None
        case _:
            return None


def ended(event: Event, library: Library) -> Tree | None:
    """Return the tree at whose end *event* is a press, None for anything else."""
    match event:
        case Pressed(Action(verb, (what, tree, *_))) if (verb, what) == (VERB, DONE):
            return library.trees.get(tree)
        case _:
            return None


def _elsewhere(locale: str) -> Card:
    """Return the way to the person's own chat."""
    button = Button(Text("place.open_chat"), Action(VERB), style="danger")
    return Card(body=(Para(Text("place.own_chat")),), buttons=(button,), lang=locale)


def _card(asked: tuple[str, ...], library: Library, locale: str) -> Card:
    what, *more = (*asked, "")
    tree = library.trees.get(what)
    if tree is not None:
        step = tree.steps.get(more[0]) if more else None
        count = more[1] if len(more) > 1 else ""
        return _step(tree, step or tree.steps[tree.start], _number(count), library, locale)
    match what:
        case "talk":
            return _talk(tuple(more[:-1]), library, locale)
        case "list":
            return _list(library, locale)
        case "done":
            return done(library.trees.get(more[0]), library, locale)
        case _:
            return _first(library, locale)


def _number(count: str) -> int:
    """Return which of its checklist a thing to do is, as a token says it."""
    number = int(count) if count.isascii() and count.isdecimal() and len(count) < len("100") else 1
    return min(max(number, 1), MOST)


def _first(library: Library, locale: str) -> Card:
    """Return the first card of all: the first tree's question, and the way to the others."""
    tree = next(iter(library.trees.values()), None)
    if tree is None:
        return _talk((), library, locale)
    step = tree.steps[tree.start]
    return Card(
        title=Text("aid.title"),
        body=(
            _danger(library),
            Para(Text("aid.calm")),
            Para(helplines.filled(Text(f"{tree.id}.{step.id}.ask"), library)),
            *_remark(tree, library, locale),
        ),
        choices=_choices(tree, step, library),
        buttons=(_other(), _person()),
        footer=_checked(tree),
        tone="urgent",
        lang=_tongue(tree, library, locale),
    )


def _step(tree: Tree, step: Step, number: int, library: Library, locale: str) -> Card:
    if not step.asks:
        return _to_do(tree, step, number, library, locale)
    opening = (_danger(library),) if step.id == tree.start else ()
    return Card(
        title=Text(f"{tree.id}.title"),
        body=(
            *opening,
            Para(helplines.filled(Text(f"{tree.id}.{step.id}.ask"), library)),
            *_remark(tree, library, locale),
        ),
        choices=_choices(tree, step, library),
        buttons=(_person(tree.id, step.id),),
        footer=_checked(tree),
        tone="urgent",
        lang=_tongue(tree, library, locale),
    )


def _to_do(tree: Tree, step: Step, number: int, library: Library, locale: str) -> Card:
    """Return one thing to do, and which of its checklist it is."""
    total = number - 1 + sum(1 for _ in _checklist(tree, step))
    next_ = Text("aid.next" if step.goto else "aid.finished")
    onward = _onward(tree, step, number)
    others = (Button(_label(tree, step, way), _way(tree, way, library)) for way in step.ways)
    return Card(
        title=_heading(number, total),
        body=(
            Para(helplines.filled(Text(f"{tree.id}.{step.id}.do"), library)),
            *_remark(tree, library, locale),
        ),
        buttons=(
            Button(next_, onward, style="primary"),
            *others,
            _person(tree.id, step.id, str(number)),
        ),
        footer=_checked(tree),
        lang=_tongue(tree, library, locale),
    )


def _heading(number: int, total: int) -> Text:
    if total == 1:
        return Text("aid.now")
    return Text("aid.first" if number == 1 else "aid.step", (("n", number), ("total", total)))


def _checklist(tree: Tree, step: Step) -> Iterator[Step]:
    """Yield *step* and what is to be done after it, up to a question or the end."""
    seen: set[str] = set()
    found: Step | None = step
    while found is not None and not found.asks and found.id not in seen:
        seen.add(found.id)
        yield found
        found = tree.steps.get(found.goto)


def _onward(tree: Tree, step: Step, number: int) -> Action:
    if not step.goto:
        return Action(VERB, (DONE, tree.id))
    count = () if tree.steps[step.goto].asks else (str(min(number + 1, MOST)),)
    return Action(VERB, (tree.id, step.goto, *count))


def _choices(tree: Tree, step: Step, library: Library) -> tuple[Choice[Text], ...]:
    return tuple(Choice(_label(tree, step, way), _way(tree, way, library)) for way in step.ways)


def _label(tree: Tree, step: Step, way: Way) -> Text:
    return Text(f"{tree.id}.{step.id}.answers.{way.id}")


def _way(tree: Tree, way: Way, library: Library) -> Action:
    """Return where *way* leads; to a tree that is not shown it leads to those that are."""
    if way.tree:
        return Action(VERB, (way.tree if way.tree in library.trees else LIST,))
    return Action(VERB, (tree.id, way.goto))


def _list(library: Library, locale: str) -> Card:
    """Return all that can have happened."""
    trees = library.trees.values()
    return Card(
        title=Text("aid.title"),
        body=(_danger(library), Para(Text("aid.what"))),
        choices=tuple(
            Choice(Text(f"{tree.id}.title"), Action(VERB, (tree.id,))) for tree in trees
        ),
        buttons=(_person(),),
        tone="urgent",
        # One card is said in one language: in the source's where one of the trees is.
        lang=next((lang for tree in trees if (lang := _lacking(tree, library, locale))), locale),
    )


def _talk(back: tuple[str, ...], library: Library, locale: str) -> Card:
    """Return who is there to talk to, and the way back to where this was asked."""
    lines = ("aid.danger", "aid.child", "aid.crisis", "aid.fraud")
    return Card(
        title=Text("aid.talk"),
        body=(
            Para(Text("aid.alone")),
            Bullets(tuple(helplines.filled(Text(line), library) for line in lines)),
        ),
        buttons=(Button(Text("list.back"), Action(VERB, back[:3])),),
        lang=locale,
    )


def done(
    tree: Tree | None,
    library: Library,
    locale: str,
    after: Text = Text("aid.again"),  # noqa: B008  frozen
    *first: Button[Text],
) -> Card:
    """Return the card at the end of *tree*: *after* says what is kept, *first* can change that."""
    own = tree is not None and tree.closing
    said = Text(f"{tree.id}.closing" if tree and own else "aid.closing")
    return Card(
        title=Text("aid.done"),
        body=(Para(said), Para(after)),
        buttons=(*first, _other(), _person()),
        tone="good",
        lang=_tongue(tree, library, locale) if tree and own else locale,
    )


def _danger(library: Library) -> Block[Text]:
    return Para(helplines.filled(Text("aid.danger"), library))


def _other() -> Button[Text]:
    return Button(Text("aid.other"), Action(VERB, (LIST,)))


def _country() -> Button[Text]:
    return Button(Text("aid.country"), Action("go", ("country",)))


def _person(*back: str) -> Button[Text]:
    return Button(Text("aid.talk"), Action(VERB, (TALK, *back)))


def _checked(tree: Tree) -> Text:
    # With its year, which a reader's own way of writing a day leaves out.
    day = Fixed("code", tree.checked.isoformat())
    return Text("aid.draft" if tree.draft else "aid.checked", (("day", day),))


def _remark(tree: Tree, library: Library, locale: str) -> tuple[Para[Text], ...]:
    """Return the word that it is not in the reader's language yet, where it is not."""
    return (Para(Text("lesson.not_translated")),) if _lacking(tree, library, locale) else ()


def _lacking(tree: Tree, library: Library, locale: str) -> str:
    return progress.fallback(library, tree.id, locale)


def _tongue(tree: Tree, library: Library, locale: str) -> str:
    return _lacking(tree, library, locale) or locale
