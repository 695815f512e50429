"""What the machine may lack: a test that needs it skips and says how to get it; in CI it fails."""

import os

import pytest


def lacks(what: str, how: str) -> None:
    """Skip the test that called, or fail it where the machine is meant to have everything."""
    message = f"{what} is not on this machine: {how}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
