"""Sample cards in words: what every platform must be able to show.

Rule 1: a kind of card that broke somewhere is added here, once for all platforms.
"""

from bot.core.card import (
    Action,
    Ask,
    Bullets,
    Button,
    Choice,
    Marked,
    Para,
    Progress,
    Specimen,
)
from bot.core.message import Message, Rich, Span

RLM = "\u200f"
LRI, PDI = "\u2066", "\u2069"
MARKS = ("right", "your answer")


def say(text: str) -> Rich:
    return (Span(text),)


def bold(text: str) -> Rich:
    return (Span(text, bold=True),)


def arabic(text: str) -> Rich:
    return (Span(RLM), Span(text))


def choices(*labels: str) -> tuple[Choice[Rich], ...]:
    named = zip("abcdefgh", labels, strict=False)
    return tuple(
        Choice(say(text), Action("answer", ("phi-05-q2", option))) for option, text in named
    )


UNKNOWN = Choice(say("Don't know"), Action("answer", ("phi-05-q2", "unknown")), letter="?")
EXAMPLE = Specimen(
    "sms",
    say("EXAMPLE, not a real message"),
    (
        say(
            "Your parcel is held. Pay 1.99 customs today: "
            "hxxps://post-delivery[.]example/pay?id=88"
        ),
    ),
    say("POST-INFO"),
)
LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "zh-Hans": "简体中文",
    "fr": "Français",
    "ru": "Русский",
    "es": "Español",
}

HELLO = Message(
    body=(Para(say("Hello · مرحبًا · 你好 · Bonjour · Привет · Hola")),),
    choices=tuple(Choice(say(name), Action("lang", (tag,))) for tag, name in LANGUAGES.items()),
    lang="en",
)
LESSON = Message(
    title=say("A parcel that needs a small payment"),
    body=(
        Para(say("Delivery scams ask for a tiny payment, and take the card.")),
        EXAMPLE,
        Para(bold("What gives it away?")),
    ),
    choices=(
        *choices(
            "The small amount",
            "The link is not the post's own",
            "It mentions customs",
            "It came by text message",
        ),
        UNKNOWN,
    ),
    footer=say("First lesson · 2 minutes"),
    lang="en",
    marks=MARKS,
)
ANSWERED = Message(
    title=say("Not quite"),
    tone="bad",
    body=(
        EXAMPLE,
        Marked(
            (
                (frozenset({"yours"}), say("The small amount")),
                (frozenset({"right"}), say("The link is not the post's own")),
                (frozenset(), say("It mentions customs")),
            )
        ),
        Para(say("Amount, customs and texts can all be genuine. The address cannot.")),
        Para((Span("Today: ", bold=True), Span("open your post's app"), Span(" by yourself."))),
    ),
    buttons=(
        Button(say("One a day"), Action("often", ("daily",)), "primary"),
        Button(say("Only a tip"), Action("often", ("tip",))),
    ),
    lang="en",
    marks=MARKS,
)
ARABIC = Message(
    title=arabic("طرد يحتاج إلى دفعة صغيرة"),
    body=(
        Para(arabic("رسائل التوصيل المزيّفة تطلب مبلغًا صغيرًا وتسرق البطاقة.")),
        Specimen(
            "sms",
            arabic("مثال للتدريب، ليست رسالة حقيقية"),
            (say("طردك محتجز. ادفع 1.99 اليوم: hxxps://post-delivery[.]example/pay?id=88"),),
            say("POST-INFO"),
        ),
        Para((Span(RLM), Span("ما الذي يكشفها؟", bold=True))),
    ),
    choices=(
        Choice(arabic("المبلغ الصغير"), Action("answer", ("phi-05-q2", "a"))),
        Choice(arabic("الرابط ليس عنوان البريد"), Action("answer", ("phi-05-q2", "b"))),
        Choice(arabic("لا أعرف"), Action("answer", ("phi-05-q2", "unknown")), letter="?"),
    ),
    footer=(Span(RLM), Span("غيّرها متى شئت: "), Span(f"{LRI}/settings{PDI}", code=True)),
    lang="ar",
    rtl=True,
    marks=("صحيح", "إجابتك"),
)
PROGRESS = Message(
    title=say("Ready"),
    tone="good",
    body=(
        Progress(2, 4, say("Lessons")),
        Progress(0, 0),
        Bullets(
            (say("Every day at 18:00 by your clock."), say("Quiet from 21:00.")), ordered=True
        ),
        Bullets(((Span("Read more", url="https://wary.example/more"),),)),
    ),
    buttons=(
        Button(say("One more now"), Action("more"), "primary"),
        Button(say("See the page of all lessons"), "https://wary.example/all"),
        Button(say("Forget me"), Action("forgetme"), "danger"),
    ),
    lang="en",
)
MANY = Message(
    title=say("Which of these are warning signs?"),
    tone="info",
    body=(Para(say("Pick all that apply.")),),
    choices=(
        *(
            Choice(one.label, one.action, picked=number == 1)
            for number, one in enumerate(choices("Hurry", "A logo", "A strange sender"))
        ),
        UNKNOWN,
    ),
    many=Button(say("Send my answer"), Action("send", ("phi-05-q2",)), "primary"),
    lang="en",
)
ASK = Message(
    title=say("Eight characters"),
    body=(Para(say("How many are there?")),),
    ask=Ask(
        Action("answer", ("phi-05-q3",)),
        say("Your number, as digits"),
        say("Answer"),
        say("Such as 12"),
        20,
    ),
    buttons=(Button(say("Don't know"), Action("answer", ("phi-05-q3", "unknown"))),),
    lang="en",
)
LONG = Message(
    body=(Para(say("Your bank calls and asks for the code that it has just sent you.")),),
    choices=(
        *choices(
            "Hang up, then call the number on the back of your own bank card to ask",
            "Read the code to them slowly, because they know your name and address",
            "先挂断电话，然后拨打银行卡背面的号码，向银行核实这是不是真的，再决定要不要告诉任何人",
        ),
        UNKNOWN,
    ),
    lang="en",
)
BUTTONS = Message(
    body=(Para(say("Good to see you.")),),
    buttons=(
        Button(say("Lesson"), Action("lesson"), "primary"),
        Button(say("Settings"), Action("settings")),
    ),
    lang="en",
)
NUMBERED = Message(
    title=say("Which parts give it away?"),
    body=(
        Specimen(
            "mail",
            say("EXAMPLE, not a real message"),
            (
                say("Dear customer,"),
                say("your account is closed tonight\nunless you act."),
                say("Go to hxxps://bank-login[.]example"),
            ),
            say("bank[at]bank-login[.]example"),
            numbered=True,
        ),
    ),
    choices=(
        *(
            Choice(say(f"Part {n}"), Action("answer", ("phi-06-q1", f"p{n}")), letter=str(n))
            for n in (1, 2, 3)
        ),
        UNKNOWN,
    ),
    many=Button(say("Send my answer"), Action("send", ("phi-06-q1",)), "primary"),
    lang="en",
)
SEQUENCE = Message(
    title=say("What comes first?"),
    body=(Bullets((say("Change the password"),), ordered=True),),
    choices=choices("Change the password", "Sign out everywhere", "Tell the bank"),
    sequence=True,
    lang="en",
)
TYPED = Message(
    title=say("Words alone"),
    body=(Para(say("Type a letter.")),),
    choices=(*choices("Yes", "No"), UNKNOWN),
    buttons=(
        Button(say("Settings"), Action("settings")),
        Button(say("A page"), "https://wary.example/page"),
    ),
    lang="en",
    typed_only=True,
)
HOSTILE = Message(
    title=say("<script>alert(1)</script>"),
    body=(
        Para(say('"><img src=x onerror=alert(1)> & {{ 7*7 }}')),
        Para((Span("a link", url="javascript:alert(1)"),)),
        Specimen("web", say("<b>"), (say('<a href="https://x[.]example">x</a>'),), say("'\"><")),
    ),
    choices=choices('"><script>', "' onclick='x"),
    lang="en",
)

CARDS: dict[str, Message] = {
    "hello": HELLO,
    "lesson": LESSON,
    "answered": ANSWERED,
    "arabic": ARABIC,
    "progress": PROGRESS,
    "many": MANY,
    "ask": ASK,
    "long": LONG,
    "buttons": BUTTONS,
    "numbered": NUMBERED,
    "sequence": SEQUENCE,
    "typed": TYPED,
    "hostile": HOSTILE,
}
