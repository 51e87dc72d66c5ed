"""The catalogue of steps that a member can be shown, by code.

The words are the pages' (`web_client/src/kit/fixes`), in every language; a test keeps the two lists the same.
The desk pushes a card, and the page shows the same card by itself when it sees the fault.
"""

from typing import Literal

FixCard = Literal[
    "allow_ios_safari",
    "allow_ios_other",
    "allow_android_chrome",
    "allow_android_firefox",
    "allow_android_samsung",
    "allow_windows_chrome",
    "allow_windows_firefox",
    "allow_macos_safari",
    "allow_macos_chrome",
    "allow_macos_firefox",
    "allow_other",
    "answer_question",
    "open_browser_ios",
    "open_browser_android",
    "open_browser_other",
    "close_other_program",
    "close_other_app",
    "find_camera",
    "find_microphone",
    "clear_picture",
    "sound_on_phone",
    "sound_on_computer",
    "better_connection",
    "restart_browser",
    "other_device",
    "call_us",
]
