"""The words every room speaks: frozen dataclasses, nothing that decides or waits."""
