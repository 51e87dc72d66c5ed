"""The demo: a whole house on loopback, with a believable day in a fresh SQLite file.

Ready in two seconds is a goal, so the order matters: the media worker's process starts first and gets ready
while this process imports the rest (which is why imports stand inside functions here).
"""

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr, ValidationError

from signaling.clock import SystemClock
from signaling.ids import SystemIds
from signaling.settings import Listen, Settings, SettingsError, problems_of
from signaling.workers import MediaWorkers

if TYPE_CHECKING:
    from signaling.compose import House
    from signaling.http.origin import Surroundings

KEPT_FOLDER: Final = Path("videovisit-demo")
"""Where `--keep` keeps the database and its key, below the working directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What the command line asks for."""

    host: str = "127.0.0.1"
    port: int = 8080
    as_json: bool = False
    keep: bool = False


async def run(options: DemoOptions) -> int:
    """Serve the demo until it is told to stop."""
    listen = Listen(host=options.host, port=options.port)
    if not listen.is_loopback:
        raise SettingsError(
            [("--host", "the demo listens on loopback only: its passphrase is known to everybody")]
        )
    task = asyncio.current_task()
    assert task is not None
    # Until the house itself listens to signals: leave nothing behind when told to stop while starting. That
    # waits while a worker is being forked: whoever cancels a fork may wait for its end for ever.
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    clock, ids = SystemClock(), SystemIds()
    from signaling import serve  # noqa: PLC0415 - see the header

    listener = serve.listening_socket(listen)
    settings = _settings(Listen(host=options.host, port=listener.getsockname()[1]))
    with _folder(keep=options.keep) as folder, tempfile.TemporaryDirectory(prefix="vv-") as runtime:
        settings = _with_recordings(settings, folder, ids.token())
        workers = MediaWorkers(
            count=settings.media_workers,
            runtime_dir=Path(runtime) / "media",
            clock=clock,
            udp_host=settings.media_udp.host,
            udp_port=settings.media_udp.port,
            advertise=settings.media_advertise,
            recordings=settings.recordings,
        )
        workers.begin()
        await _until_spawned(workers)
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        if told.is_set():
            raise asyncio.CancelledError

        from signaling.compose import build  # noqa: PLC0415 - see the header
        from signaling.seeding import Seeder  # noqa: PLC0415
        from waiting_room.migrations import migrate  # noqa: PLC0415
        from waiting_room.settings import WaitingRoomSettings  # noqa: PLC0415

        url = f"sqlite:///{folder / 'demo.db'}"
        records = WaitingRoomSettings(database_url=url, text_key=_text_key(folder, ids.token()))
        migrate(url)
        surroundings = _surroundings(settings)
        front = _Front()
        house = build(
            settings,
            records,
            clock,
            ids,
            workers=workers,
            workers_begun=True,
            surroundings=surroundings,
            index=front.html,
        )
        tls = (
            serve.tls_context(settings.tls_cert, settings.tls_key)
            if settings.tls_cert and settings.tls_key
            else None
        )

        async def seed() -> None:
            front.info = await _seed(Seeder(house, clock, ids), house, surroundings)

        def ready() -> None:
            print(json.dumps(front.info) if options.as_json else _described(front.info), flush=True)

        await serve.run(house.app, house.drain, listener, tls, on_start=seed, on_ready=ready)
    return 0


def _settings(listen: Listen) -> Settings:
    """What the environment says (a certificate, media addresses) and what the demo says itself."""
    try:
        return Settings(
            listen=listen,
            brand="Harbor and Prairie Health",
            help_phone="+12065550140",
            urgent_care="Harbor Urgent Care in Seattle or Prairie Walk-in Care in Chicago, every day",
        )
    except ValidationError as error:
        raise SettingsError(problems_of(error)) from None


async def _until_spawned(workers: MediaWorkers) -> None:
    """Let the loop fork the worker's process before imports keep it busy."""
    for _ in range(200):
        if len(workers.pids()) == workers.figures()["workers"]:
            return
        await asyncio.sleep(0.001)


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    if keep:
        KEPT_FOLDER.mkdir(mode=0o700, exist_ok=True)
        yield KEPT_FOLDER.resolve()
        return
    fresh = Path(tempfile.mkdtemp(prefix="videovisit-demo-"))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _text_key(folder: Path, fresh: str) -> str:
    """The key that seals the demo's texts."""
    return _kept(folder / "text.key", f"demo:{fresh}=")


def _with_recordings(settings: Settings, folder: Path, fresh: str) -> Settings:
    """A demo can record: into its own folder, under a key that is thrown away with it."""
    if settings.recordings is not None:
        return settings
    recordings = folder / "recordings"
    recordings.mkdir(mode=0o700, exist_ok=True)
    key = SecretStr(_kept(folder / "recording.key", f"{fresh}="))
    return settings.model_copy(update={"recordings": recordings, "recording_key": key})


def _kept(path: Path, fresh: str) -> str:
    """A key beside a kept database, for its owner alone; the fresh one, if there is none yet."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path.read_text()


def _surroundings(settings: Settings) -> "Surroundings":
    from signaling.http.origin import Surroundings  # noqa: PLC0415

    scheme = "https" if settings.tls else "http"
    host = f"[{settings.listen.host}]" if ":" in settings.listen.host else settings.listen.host
    hosts = dict.fromkeys((host, "localhost"))
    return Surroundings(origins=tuple(f"{scheme}://{name}:{settings.listen.port}" for name in hosts))


async def _seed(seeder: Any, house: "House", surroundings: "Surroundings") -> dict[str, Any]:
    from signaling.seed import PASSPHRASE  # noqa: PLC0415

    day = await seeder.day()
    base = surroundings.public
    await house.people.refresh()
    return {
        "base_url": base,
        "member_link": day.first.link,
        "member_birth_date": day.first.birth_date,
        "member2_link": day.second.link,
        "member2_birth_date": day.second.birth_date,
        "clinician_link": f"{base}/clinician",
        "clinician": {"user": "okafor", "password": PASSPHRASE},
        "clinician2": {"user": "herrera", "password": PASSPHRASE},
        "support_link": f"{base}/support",
        "support": {"user": "desk", "password": PASSPHRASE},
        "privacy_link": f"{base}/privacy",
        "privacy": {"user": "privacy", "password": PASSPHRASE},
        "api_key": day.api_key,
    }


def _described(info: Mapping[str, Any]) -> str:
    """The three doors, for people."""
    clinicians = " or ".join(info[name]["user"] for name in ("clinician", "clinician2"))
    return f"""
videovisit demo: a believable day, made anew

  Member     {info["member_link"]}
             birth date {info["member_birth_date"]}
  another    {info["member2_link"]}
             birth date {info["member2_birth_date"]}

  Clinician  {info["clinician_link"]}
             user {clinicians}, password “{info["clinician"]["password"]}”

  Support    {info["support_link"]}
             user {info["support"]["user"]}, password “{info["support"]["password"]}”

  Recordings {info["privacy_link"]}
             user {info["privacy"]["user"]}, password “{info["privacy"]["password"]}”

  Booking    API key {info["api_key"]}
             described at {info["base_url"]}/api/v1/docs

Open the links in different browsers (or one of them in a private window). Ctrl+C ends the demo.
"""


@dataclass(slots=True)
class _Front:
    """The demo's first page: its three doors. Nothing of it exists in a real installation."""

    info: Mapping[str, Any] = field(default_factory=dict)

    def html(self) -> str:
        """The page; it needs no script."""
        info = self.info
        doors = (
            (info.get("member_link"), "Member", f"birth date {info.get('member_birth_date')}"),
            (info.get("member2_link"), "Another member", f"birth date {info.get('member2_birth_date')}"),
            (info.get("clinician_link"), "Clinician console", _log_in(info, "clinician")),
            (
                info.get("clinician_link"),
                "Clinician console, a second clinician",
                _log_in(info, "clinician2"),
            ),
            (info.get("support_link"), "Support console", _log_in(info, "support")),
            (info.get("privacy_link"), "Recordings, for privacy officers", _log_in(info, "privacy")),
        )
        items = "".join(
            f'<li><p><a href="{link}">{name}</a><br>{note}</p></li>' for link, name, note in doors
        )
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>videovisit demo</title></head>"
            f"<body><main><h1>videovisit demo</h1><ul>{items}</ul></main></body></html>"
        )


def _log_in(info: Mapping[str, Any], who: str) -> str:
    account = info.get(who, {})
    return f"user {account.get('user')}, password “{account.get('password')}”"
