"""Is the bot on Telegram able to work: its token, its rights, its webhook.

Rule 1: it asks and changes nothing; no address of a webhook is printed, it may hold a secret.
"""

from collections.abc import AsyncIterator, Mapping

from telegram.error import TelegramError

from bot.core.finding import Finding
from bot.platforms.telegram.options import Options, read
from bot.platforms.telegram.outcomes import outcome
from bot.platforms.telegram.transport import Client
from bot.ports import Barred


async def examine(settings: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Yield what is found of the bot that *settings* name.

    Raises:
        ValueError: a setting is missing or cannot be meant.
    """
    options = read(settings)
    async with Client(options.token, options.api) as client:
        try:
            me = await client.call("GetMe")
            yield _told(me)
            yield _allowed(me)
            yield _called(await client.call("GetWebhookInfo"), options)
        except TelegramError as fault:
            barred = isinstance(outcome(fault), Barred)
            said = "the token is refused" if barred else "Telegram does not answer"
            remedy = (
                "take a new one from BotFather and set WARY_TELEGRAM_TOKEN"
                if barred
                else "look at the network, a firewall, and WARY_TELEGRAM_API_URL"
            )
            yield Finding("telegram token", "fail", said, remedy)


def _told(me: object) -> Finding:
    match me:
        case {"username": str(name)}:
            return Finding("telegram token", "ok", f"@{name} answers")
        case _:
            return Finding("telegram token", "fail", "no bot answers", "look at the token")


def _allowed(me: object) -> Finding:
    match me:
        case {"can_join_groups": False}:
            remedy = "to work in groups, tell BotFather /setjoingroups, Enable"
            return Finding("telegram rights", "warn", "may not join groups", remedy)
        case {"can_read_all_group_messages": True}:
            remedy = "tell BotFather /setprivacy, Enable: Wary needs no more than its commands"
            return Finding("telegram rights", "warn", "is sent all that groups say", remedy)
        case _:
            said = "may join groups, and is sent only what is meant for it"
            return Finding("telegram rights", "ok", said)


def _called(hook: object, options: Options) -> Finding:
    url = hook.get("url", "") if isinstance(hook, Mapping) else ""
    waiting = hook.get("pending_update_count", 0) if isinstance(hook, Mapping) else 0
    if url and not options.webhook:
        remedy = "if it is none of yours, revoke the token; else it goes at the next start"
        return Finding("telegram webhook", "warn", "a webhook is set that is not ours", remedy)
    if url != options.webhook:
        said = "the webhook of the settings is not set" if not url else "another webhook is set"
        return Finding("telegram webhook", "warn", said, "start wary serve, which sets it")
    kind = "webhook" if url else "long polling"
    return Finding("telegram webhook", "ok", f"{kind}, {waiting} updates wait")
