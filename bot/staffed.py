"""The console's door joined: its pages over the desk, behind the guard of the browser chat.

Rule 1: this file is a part of the composition root, and knows concrete classes as it does.
"""

import asyncio
from collections.abc import Mapping, Sequence

from bot import doctor, i18n, store
from bot.console.site import Console, Examination
from bot.console.visit import Outside
from bot.core.finding import Finding
from bot.platforms.web import guard, languages
from bot.ports import ASGI, Tools
from bot.runtime import clock
from bot.settings import Settings
from bot.teaching import Taught


def staffed(config: Settings, made: Taught, base: store.Database) -> Mapping[str, ASGI]:
    """Return the console by path; it and the browser chat are one site.

    Its words are those of the start: packs that are reloaded bring no words of the console.
    """
    offered = made.library.languages
    tools = Tools(
        now=clock.now,
        translate=made.catalogues.translate,
        fit=lambda tag: i18n.fitting(tag, offered),
        rtl=i18n.rtl,
        languages=offered,
    )
    key, _ = config.secrets
    desk = base.desk(store.anchored(config.database_url, key, config.anchor))
    outside = Outside(guard.body, guard.same_site, languages.best)

    async def findings() -> Sequence[Finding]:
        return [one async for one in doctor.examine(config, offline=True)]

    looked = Examination(lambda: asyncio.run(findings()), tools.now)
    console = Console(desk, tools, outside, looked.found)

    app = guard.Guard(console.app, config.values["WARY_WEB_HOSTS"], console.misled)
    return dict.fromkeys((door.path for door in console.doors), app)
