"""The scenarios of one process, word for word, in two web processes with two media workers."""

import pytest

from tests.browser import chromium
from tests.browser.test_desk_and_rivals import *  # noqa: F403 - their tests are this module's
from tests.browser.test_guests import (  # noqa: F401
    opens,
    test_each_of_three_decodes_the_other_two_by_name,
)
from tests.browser.test_recording import test_both_agree_both_see_it_and_one_ends_it  # noqa: F401
from tests.browser.test_together import (  # noqa: F401
    test_a_photo_and_a_document_go_both_ways_byte_for_byte,
)
from tests.browser.test_whole_visit import *  # noqa: F403

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        chromium.executable(shell=True) is None, reason="chromium-headless-shell is not installed"
    ),
]
