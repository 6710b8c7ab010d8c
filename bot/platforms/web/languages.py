"""Which language a page is drawn in, as far as a browser tells."""

from bot.ports import Fit

ENTRIES = 20
"""How many entries of a header are looked at."""


def best(accept: str, fit: Fit) -> str | None:
    """Return the offered language that an Accept-Language header likes most, None for none.

    Source: RFC 9110, 12.5.4.
    """
    return next((found for found in map(fit, _by_weight(accept)) if found), None)


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
