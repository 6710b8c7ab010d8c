"""What is taught: YAML packs in, structure and texts out, or exactly what is wrong where."""

from bot.content.atlas import atlas
from bot.content.files import named
from bot.content.pack import Content
from bot.content.read import read

__all__ = ["Content", "atlas", "named", "read"]
