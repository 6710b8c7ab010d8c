"""How we say it: gettext catalogues through Babel, values in the reader's language, PO tools.

Rule 1: this is the only room that imports Babel; to others a language is its BCP 47 tag.
Rule 2: the English of every key comes in from wiring; nothing here reads YAML.
"""

from bot.i18n.apart import linked
from bot.i18n.catalogues import Catalogues
from bot.i18n.check import BEHIND, UNKNOWN
from bot.i18n.extract import extract, translated
from bot.i18n.pofile import PoFile
from bot.i18n.read import Readers, files, read
from bot.i18n.review import seal
from bot.i18n.tags import fitting, plural_forms, rtl
from bot.i18n.update import Count, Summary, coverage, update

__all__ = [
    "BEHIND",
    "UNKNOWN",
    "Catalogues",
    "Count",
    "PoFile",
    "Readers",
    "Summary",
    "coverage",
    "extract",
    "files",
    "fitting",
    "linked",
    "plural_forms",
    "read",
    "rtl",
    "seal",
    "translated",
    "update",
]
