"""When it runs: turns, the clock, the outbox.  The only asyncio in the middle."""
