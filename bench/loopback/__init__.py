"""Lean servers of both platforms, each in a process of its own, so that only the client counts."""
