"""This file is the part of the build that pyproject.toml cannot say.

Rule 1: packages are found, not listed: a new room or platform is in the wheel by being there.
Rule 2: ``lessons``, ``quizzes`` and ``locales`` stand at the top of the checkout, and under
``bot/data`` in the wheel.
"""

from setuptools import find_packages, setup

DATA = ("lessons", "quizzes", "locales")
"""Folders of data at the top of the checkout."""

setup(
    packages=[
        *find_packages(include=["bot", "bot.*"]),
        *(f"bot.data.{name}" for name in DATA),
    ],
    package_dir={f"bot.data.{name}": name for name in DATA},
)
