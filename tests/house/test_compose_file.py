"""deploy/compose.yaml asks for what deploy/example.env names, and sets nothing that we do not read."""

import re
from pathlib import Path

from media.settings import MediaSettings
from signaling.settings import Settings
from waiting_room.settings import WaitingRoomSettings

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()


def test_every_value_it_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))
    named = set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), flags=re.MULTILINE))
    assert asked == named


def test_every_setting_it_sets_is_one_of_ours() -> None:
    known = {
        f"{kind.model_config.get('env_prefix', '')}{name}".upper()
        for kind in (Settings, WaitingRoomSettings, MediaSettings)
        for name in kind.model_fields
    }
    assert set(re.findall(r"VIDEOVISIT_\w+", COMPOSE)) <= known
