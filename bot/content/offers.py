"""Which countries a language offers first, read from ``locales/countries.yaml``."""

from collections.abc import Mapping
from pathlib import Path

from bot.content.atlas import atlas
from bot.content.document import dotted, quoted
from bot.content.files import load
from bot.content.shape import WORD_CHARACTERS
from bot.content.strict import Fields, Many, Scalar, parse
from bot.core.source import Fault

SCHEMA = "countries/1"


def read_offers(path: Path) -> tuple[Mapping[str, tuple[str, ...]], tuple[Fault, ...]]:
    """Return language to country codes, lower case, and everything wrong in the file."""
    shown = "/".join(path.parts[-2:])
    data = load(path)
    if data is None:
        fault = Fault(shown, 1, "", "cannot be opened", "write the file, or mend its rights")
        return {}, (fault,)
    tree, faults = parse(data, shown)
    offers = tree.entries.get("offers") if tree else None
    if faults or tree is None:
        return {}, tuple(faults)
    schema = tree.entries.get("schema")
    if not isinstance(schema, Scalar) or schema.text != SCHEMA or not isinstance(offers, Fields):
        wrong = "not a list of countries"
        remedy = f"write 'schema: {SCHEMA}' and 'offers:' with a list for each language"
        return {}, (Fault(shown, 1, "", wrong, remedy),)
    return _offers(offers, shown)


def _offers(offers: Fields, shown: str) -> tuple[Mapping[str, tuple[str, ...]], tuple[Fault, ...]]:
    known = atlas()[0]
    found: dict[str, tuple[str, ...]] = {}
    faults = []
    for language, node in offers.entries.items():
        key = dotted(("offers", language[:WORD_CHARACTERS]))
        if not isinstance(node, Many):
            wrong, remedy = "not a list", "write the codes as in [fr, ca]"
            faults.append(Fault(shown, node.line, key, wrong, remedy))
            continue
        codes = [(one.text if isinstance(one, Scalar) else "", one.line) for one in node.items]
        found[language] = tuple(code for code, _ in codes if code in known)
        for code, line in codes:
            if code not in known:
                wrong, remedy = f"{quoted(code)} is no country", "write two lower-case letters"
                faults.append(Fault(shown, line, key, wrong, remedy))
    return found, tuple(faults)
