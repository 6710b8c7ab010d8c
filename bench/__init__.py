"""Runnable figures: each beside a peer or a limit that was measured in the same run."""
