"""What a text leaves to the country: helplines and report channels, or a neutral sentence.

Rule 1: no number and no address stands in code or in a lesson; they come from country files.
"""

from bot.core.card import Text
from bot.core.library import Library


def filled(text: Text, library: Library) -> Text:
    """Return *text* with the neutral sentence for each country placeholder that its words hold."""
    names = library.placeholders.get(text.key, ())
    neutral = tuple((name, Text(f"neutral.{name}")) for name in names)
    return Text(text.key, (*text.values, *neutral)) if names else text
