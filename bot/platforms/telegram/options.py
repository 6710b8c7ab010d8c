"""The settings of the Telegram bot, judged before the first request.

Rule 1: no message names a value, because the value may be the token.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

API = "https://api.telegram.org"
PATH = "/telegram"
"""Where Telegram calls us if the address of the webhook has no path of its own."""

FREE, PAID = 30.0, 1000.0
"""Messages a second of one token.  Source: Telegram, Bots FAQ; Paid Broadcasts."""

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_NEARBY = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Options:
    """What one bot needs; token and secret stay out of ``repr``.

    ``webhook`` is the address that Telegram calls, empty for long polling; ``path`` its path.
    """

    token: str = field(repr=False)
    api: str = API
    webhook: str = ""
    path: str = ""
    secret: str = field(default="", repr=False)
    rate: float = FREE


def read(settings: Mapping[str, str]) -> Options:
    """Return the settings in our words.

    Raises:
        ValueError: one is missing or cannot be meant.
    """
    token = settings.get("token", "")
    if not _TOKEN.fullmatch(token):
        problem = "is no token" if token else "is missing"
        raise ValueError(
            f"WARY_TELEGRAM_TOKEN: {problem}; write what BotFather gave you, such as 123:ABC-x"
        )
    api = settings.get("api_url", "") or API
    if not _is_address(api):
        raise ValueError(f"WARY_TELEGRAM_API_URL: no address; leave it empty for {API}")
    paid = settings.get("paid", "").lower()
    if paid not in {"", "no", "yes"}:
        raise ValueError("WARY_TELEGRAM_PAID: neither yes nor no")
    webhook, path = _called(settings.get("webhook_url", ""))
    secret = settings.get("webhook_secret", "") or secrets.token_urlsafe(32)
    if not _SECRET.fullmatch(secret):
        raise ValueError(
            "WARY_TELEGRAM_WEBHOOK_SECRET: write 1 to 256 of A-Z, a-z, 0-9, _ and -; "
            "or leave it empty for a new one at each start"
        )
    rate = PAID if paid == "yes" else FREE
    return Options(token, api.rstrip("/"), webhook, path, secret, rate)


def _called(webhook: str) -> tuple[str, str]:
    """Return address and path of the webhook, both empty where there is none."""
    if not webhook:
        return "", ""
    if not _is_address(webhook, plain=_NEARBY):
        raise ValueError(
            "WARY_TELEGRAM_WEBHOOK_URL: Telegram calls https addresses only; "
            "write one such as https://bot.example/telegram, or leave it empty for polling"
        )
    parts = urlsplit(webhook)
    path = parts.path if parts.path.strip("/") else PATH
    # A server is told the path of a call without its escapes.
    return parts._replace(path=path).geturl(), unquote(path)


def _is_address(text: str, plain: tuple[str, ...] = ()) -> bool:
    """Return whether *text* is an https address, or an http one of a host in *plain* if any."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or re.search(r"\s", text):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and (not plain or host in plain))
