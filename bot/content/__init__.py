"""What is taught: YAML packs in, structure and texts out, or exactly what is wrong where."""

from bot.content.atlas import atlas
from bot.content.lint import lint
from bot.content.pack import Content
from bot.content.read import read
from bot.content.translation import check_translation

__all__ = ["Content", "atlas", "check_translation", "lint", "read"]
