"""A media worker as the product starts it, which besides answers SIGUSR1 with a line about its insides."""

import asyncio
import gc
import json
import signal
import sys
import threading
from typing import Any

from media import cli


def tell() -> None:
    """One line of JSON on standard output."""
    held = {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
    }
    print(json.dumps(held), flush=True)


class Watched(cli.Worker):
    """The same worker; it says where to ask once it runs."""

    def start(self) -> None:
        """Begin, and answer from now on."""
        super().start()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)


if __name__ == "__main__":
    module: Any = cli
    module.Worker = Watched
    sys.exit(cli.main())
