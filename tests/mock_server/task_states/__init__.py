"""The simulator against a naive model of it, whatever is done to it and in whichever order."""

import pytest

# What is asserted there tells what differs, as in a test.
pytest.register_assert_rewrite(f"{__name__}.machine", f"{__name__}.views")
