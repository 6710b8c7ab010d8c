"""The words that are refused or doubted in English source text, each with what to write instead.

Source: content.md, sections 5.2 and 5.3; curriculum.md, section 4.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern of words, and the remedy.  ``denied``: allowed in a sentence that denies it."""

    pattern: str
    remedy: str
    denied: bool = False


BLAME = (
    Phrase(r"f[ae]ll(?:s|en|ing)? for", "write 'they were tricked'"),
    Phrase(r"stupid(?:ity)?|na[iï]ve|careless(?:ly|ness)?|gullible|silly|foolish", "leave it out"),
    Phrase(r"your (?:own )?fault", "write who did it", denied=True),
    Phrase(r"should have known", "write what the criminals did", denied=True),
    Phrase(r"pig[ -]butchering", "write 'romance baiting'"),
    Phrase(r"revenge porn", "write 'image-based abuse'"),
)
BLAME_WRONG = "blames the person"

FEAR = (
    Phrase(r"you(?:'|’)ll lose|you will lose", "say what to do", denied=True),
    Phrase(r"last chance|we miss you|before it(?:'|’)?s too late", "leave it out"),
    Phrase(r"terrifying|horrifying|nightmare|devastating", "write calmly what happens"),
)
FEAR_WRONG = "is fear or guilt"

SAFE = (
    Phrase(
        r"(?:is|are|it(?:'|’)?s|looks?|seems?) (?:(?:now|quite|completely|totally|perfectly|100%|"
        r"always|probably) )?safe",
        "name what was checked",
        denied=True,
    ),
)
SAFE_WRONG = "is never said"

RETIRED = (
    Phrase(r"every (?:30|60|90|thirty|sixty|ninety) days", "", denied=True),
    Phrase(r"change (?:your|the|all your) passwords? (?:regularly|often|every)", "", denied=True),
    Phrase(r"(?:look|check|watch) for (?:the|a) padlock", "", denied=True),
    Phrase(
        r"(?:bad|poor) (?:spelling|grammar) (?:gives|shows|means|is a sign)"
        r"|look for (?:bad spelling|spelling mistakes|typos)",
        "",
        denied=True,
    ),
    Phrase(r"just do(?:n't|n’t| not) click", ""),
    Phrase(r"never use public wi-?fi|always (?:use|buy) a vpn", ""),
    Phrase(r"never scan (?:a )?qr", ""),
    Phrase(r"(?:switch|turn) off bluetooth", "", denied=True),
    Phrase(r"stranger danger", ""),
    Phrase(r"odd blinking|strange blinking", "", denied=True),
    Phrase(r"(?:verified )?badge proves", "", denied=True),
    Phrase(r"once online, always online", ""),
)
RETIRED_REMEDY = "see curriculum.md section 4, or tag myth"
RETIRED_WRONG = "is retired advice"

LAW = (
    Phrase(r"(?:is|are) illegal|against the law|(?:is|it(?:'|’)s) a crime", ""),
    Phrase(r"you (?:must|have to) report|you can sue|the law (?:says|requires)", ""),
)
LAW_REMEDY = "use {law.images}, {law.computer}, or leave the law out"
LAW_WRONG = "without a country"

UNSEEN = frozenset(
    {
        "know",
        "knows",
        "understand",
        "understands",
        "learn",
        "learns",
        "realise",
        "realises",
        "realize",
        "realizes",
        "appreciate",
        "appreciates",
        "believe",
        "believes",
        "feel",
        "feels",
        "think",
        "thinks",
        "remember",
        "remembers",
        "be",
        "is",
        "becomes",
        "become",
        "acknowledges",
        "grasps",
    }
)
"""First words of an objective that nobody can watch."""

ALL_OF_THEM = re.compile(
    r"(?:all|none|both|any) of the(?:se| above| others)?(?: answers| options)?"
    r"|both [a-e] and [a-e]|[a-e] and [a-e]|[a-e] or [a-e]",
    re.IGNORECASE,
)
"""An option that speaks of the other options."""

_DENIAL = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|neither|cannot|without|stop|instead|myth|false|"
    r"old|wrong|tells? you nothing|proves? nothing)\b|n[o'’]t\b",
    re.IGNORECASE,
)
"""What turns a sentence round: "that does not mean the site is safe"."""


class Phrases:
    """A table of phrases, joined into one pattern: most texts hold none of them."""

    def __init__(self, table: tuple[Phrase, ...]) -> None:
        """Compile *table* once."""
        self._table = [
            (re.compile(rf"(?<!\w)(?:{phrase.pattern})(?!\w)", re.IGNORECASE), phrase)
            for phrase in table
        ]
        joined = "|".join(phrase.pattern for phrase in table)
        self._any = re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)

    def find(self, text: str) -> tuple[str, str] | None:
        """Return the first phrase that *text* may not hold and its remedy, or None."""
        if not self._any.search(text):
            return None
        for pattern, phrase in self._table:
            for found in pattern.finditer(text):
                if not (phrase.denied and _denied(text, found)):
                    return found.group(), phrase.remedy
        return None


def _denied(text: str, found: re.Match[str]) -> bool:
    """Return whether the sentence around *found* denies it."""
    start = max(text.rfind(mark, 0, found.start()) for mark in (". ", "? ", "! ", "\n"))
    ends = [at for mark in ".?!\n" if (at := text.find(mark, found.end())) >= 0]
    around = (
        text[start + 1 : found.start()] + " " + text[found.end() : min(ends, default=len(text))]
    )
    return bool(_DENIAL.search(around))
