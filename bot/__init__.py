"""Wary: short lessons against cyberthreats, in the chat people already use."""

__version__ = "0.1.0"
"""The version of the distribution; CHANGELOG.md names it too, and a test compares them."""
