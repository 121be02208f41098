"""Programs that some tests need beside Python."""

import os
import shutil

import pytest


def require(program: str) -> str:
    """The path of a program. Without it the test is skipped, but never in CI, which installs what it needs."""
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
