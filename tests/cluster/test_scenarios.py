"""The scenarios of one process, word for word, in two web processes with two media workers."""

import pytest

from tests.browser import chromium
from tests.browser.test_desk_and_rivals import *  # noqa: F403 - their tests are this module's
from tests.browser.test_whole_visit import *  # noqa: F403

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(chromium.executable() is None, reason="chromium is not installed"),
]
