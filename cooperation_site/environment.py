"""Typed readers of environment variables.

A reader returns the default when the variable is absent or blank, and refuses anything it cannot
understand with a message that names the variable, the value and a value that would do.
"""

import os

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off"}


def _raw(name: str) -> str:
    return os.environ.get(name, "").strip()


def _refuse(name: str, value: str, hint: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"The environment variable {name} is {value!r}: {hint}")


def text(name: str, default: str = "") -> str:
    return _raw(name) or default


def boolean(name: str, default: bool) -> bool:
    value = _raw(name)
    if not value:
        return default
    if value.lower() in TRUE_WORDS:
        return True
    if value.lower() in FALSE_WORDS:
        return False
    raise _refuse(name, value, "write true or false.")


def integer(name: str, default: int, minimum: int = 0, maximum: int | None = None) -> int:
    value = _raw(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise _refuse(name, value, f"write a whole number, such as {default}.") from None
    if number < minimum or (maximum is not None and number > maximum):
        limit = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise _refuse(name, value, f"write a whole number {limit}.")
    return number


def words(name: str, default: list[str]) -> list[str]:
    """A list separated by commas; spaces around each word do not count."""
    value = _raw(name)
    if not value:
        return default
    return [word.strip() for word in value.split(",") if word.strip()]


def choice(name: str, default: str, allowed: list[str]) -> str:
    value = _raw(name)
    if not value:
        return default
    if value not in allowed:
        raise _refuse(name, value, f"write one of {', '.join(allowed)}.")
    return value
