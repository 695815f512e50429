"""Typed readers of environment variables.

A reader returns the default when the variable is absent or blank, and refuses anything it cannot
understand with a message that names the variable, the value and a value that would do.
"""

import os
import re
import zoneinfo
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off"}
IMAGE_ENDINGS = {".svg", ".png", ".webp", ".jpg", ".jpeg"}


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


def choices(name: str, default: list[str], allowed: list[str]) -> list[str]:
    chosen = words(name, default)
    if unknown := [word for word in chosen if word not in allowed]:
        raise _refuse(name, ", ".join(unknown), f"write some of {', '.join(allowed)}.")
    return list(dict.fromkeys(chosen))


def origins(name: str, default: list[str]) -> list[str]:
    """Addresses of sites, without a path."""
    found = words(name, default)
    for origin in found:
        scheme, separator, host = origin.partition("://")
        if scheme not in ("http", "https") or not separator or not host or "/" in host:
            raise _refuse(name, origin, "write addresses such as https://registry.example.org.")
    return found


def origin(name: str) -> str:
    """The address of one site, without a path; empty where the variable is absent."""
    found = origins(name, [])
    if len(found) > 1:
        raise _refuse(name, _raw(name), "write one address.")
    return found[0] if found else ""


def address(name: str, default: str = "") -> str:
    """The address of a page on the web."""
    value = text(name, default)
    if value and not value.startswith(("http://", "https://")):
        raise _refuse(name, value, "write a whole address such as https://example.org/licence.")
    return value


def hosts(name: str, default: list[str]) -> list[str]:
    found = words(name, default)
    for host in found:
        if "/" in host or (":" in host and not host.startswith("[")):
            raise _refuse(name, host, "write names without scheme, port or path: example.org.")
    return found


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise _refuse(name, value, "write a name such as Europe/Paris.") from None
    return value


def colour(name: str) -> str:
    """A colour as ``#rrggbb``; empty where the variable is absent."""
    value = _raw(name).lower()
    if value and not re.fullmatch(r"#[0-9a-f]{6}", value):
        raise _refuse(name, value, "write a colour such as #1f5fa8.")
    return value


def email(name: str) -> str:
    """An e-mail address; empty where the variable is absent."""
    value = _raw(name)
    if value and not re.fullmatch(r"[^@\s:?&<>]+@[^@\s:?&<>]+\.[^@\s:?&<>]+", value):
        raise _refuse(name, value, "write an address such as registry@example.org.")
    return value


def folder(name: str, default: Path) -> Path:
    """An absolute folder; it need not exist yet."""
    value = text(name, str(default))
    path = Path(value)
    if not path.is_absolute() or path.is_file():
        raise _refuse(name, value, "write the whole path of a folder, from the root: /srv/data.")
    return path


def image(name: str) -> Path | None:
    """The whole path of an image that browsers show; ``None`` where the variable is absent."""
    value = _raw(name)
    if not value:
        return None
    path = Path(value)
    if not path.is_absolute() or path.suffix.lower() not in IMAGE_ENDINGS or not path.is_file():
        endings = ", ".join(sorted(IMAGE_ENDINGS))
        raise _refuse(name, value, f"write the whole path of a file that ends in {endings}.")
    return path
