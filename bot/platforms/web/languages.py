"""Which language a page is drawn in, as far as a browser tells."""

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
"""Primary language subtags written from right to left.  Source: CLDR, characterOrder."""

CHINESE = {"zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}
"""Regions that browsers send where we name the script."""

ENTRIES = 20
"""How many entries of a header are looked at."""


def rtl(language: str) -> bool:
    """Return whether *language*, a BCP 47 tag, is written from right to left."""
    return language.partition("-")[0].lower() in RIGHT_TO_LEFT


def best(accept: str, languages: tuple[str, ...]) -> str:
    """Return the one of *languages* that an Accept-Language header likes most, else the first.

    Source: RFC 9110, 12.5.4; lookup by cutting subtags as in RFC 4647, 3.4.
    """
    known = {language.lower(): language for language in languages}
    for wanted in _by_weight(accept):
        tag = CHINESE.get(wanted, wanted)
        while tag:
            if tag in known:
                return known[tag]
            akin = [name for low, name in known.items() if low.partition("-")[0] == tag]
            if akin:
                return akin[0]
            tag = tag.rpartition("-")[0]
    return languages[0] if languages else "en"


def _by_weight(accept: str) -> list[str]:
    """Return the tags of the header in lower case, best first, those of weight 0 left out."""
    weighed: list[tuple[float, int, str]] = []
    for entry in accept.lower().split(",")[:ENTRIES]:
        tag, _, rest = entry.partition(";")
        weight = _weight(rest)
        if weight > 0 and tag.strip() not in {"", "*"}:
            weighed.append((-weight, len(weighed), tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]


def _weight(parameter: str) -> float:
    name, _, number = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
