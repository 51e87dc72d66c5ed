"""The command line: `videovisit serve | demo | doctor | media | migrate | clinics | staff | keys | …`.

Only what a command needs is imported, when it is needed: `videovisit demo` should be ready in two seconds.
"""

import argparse
import asyncio
import functools
import gc
import getpass
import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Final

from signaling import upkeep_cli
from signaling.version import VERSION

Command = Callable[[argparse.Namespace], int]

FAILURE: Final = 1
USAGE_ERROR: Final = 2
INTERRUPTED: Final = 130
TERMINATED: Final = 143


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["media"]:
        from media.cli import main as media  # noqa: PLC0415 - another process, another set of imports

        return media(arguments[1:])
    parsed = _parser().parse_args(arguments)
    run: Command = parsed.run
    from signaling.settings import SettingsError  # noqa: PLC0415

    try:
        return run(parsed)
    except SettingsError as error:
        print(f"videovisit: {error}", file=sys.stderr)
        return USAGE_ERROR
    except TimeoutError:
        print("videovisit: a media worker did not start in time", file=sys.stderr)
        return FAILURE
    except OSError as error:
        print(f"videovisit: {error.strerror or type(error).__name__}", file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED
    except asyncio.CancelledError:
        return TERMINATED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="videovisit", description="A video visit server for health systems.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"videovisit {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Command, help_text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
        sub.set_defaults(run=run)
        return sub

    command(
        "serve",
        _serve,
        "Run the web process and its media workers. Settings are environment variables VIDEOVISIT_…; "
        "every one that is wrong is reported.",
    )
    demo = command("demo", _demo, "Run everything on loopback with a believable day in a fresh database.")
    demo.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    demo.add_argument("--port", type=_port, default=8080, help="0 takes a free one (default: %(default)s)")
    demo.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    demo.add_argument("--keep", action="store_true", help="keep the database in ./videovisit-demo")
    commands.add_parser(
        "media", help="Run one media worker alone; see `videovisit media --help`.", add_help=False
    )
    doctor = command(
        "doctor", _doctor, "Look at this installation the way `serve` will, and say what stands in its way."
    )
    doctor.add_argument("--json", action="store_true", help="print one line of JSON")
    command("migrate", _migrate, "Bring the database to this version's schema.")

    clinics = _group(commands, "clinics", "Clinics of this installation.")
    add = _verb(clinics, "add", _add_clinic, "Add a clinic, or change what is said about it.")
    add.add_argument("id", help="short and stable, such as harbor")
    add.add_argument("--name", required=True)
    add.add_argument("--tz", required=True, help="IANA name, such as America/Chicago")
    add.add_argument("--phone", required=True, help="for members, +1…")
    add.add_argument("--desk-phone", required=True, help="of the support desk, +1…")
    add.add_argument("--urgent-care", required=True, help="where to go when it cannot wait")
    _verb(clinics, "list", _list_clinics, "List clinics.")

    staff = _group(commands, "staff", "People who sign in.")
    add = _verb(
        staff,
        "add",
        _add_staff,
        "Add a person, or change them. The passphrase is asked for or read from stdin.",
    )
    add.add_argument("user", help="sign-in name")
    add.add_argument("--name", required=True)
    add.add_argument("--credentials", default="", help="such as MD")
    add.add_argument("--role", action="append", required=True, choices=("clinician", "support", "privacy"))
    add.add_argument("--clinic", action="append", required=True, help="id of a clinic; may be given again")
    off = _verb(staff, "disable", _disable_staff, "Let a person in no more; their sessions end at once.")
    off.add_argument("user")
    _verb(staff, "list", _list_staff, "List people.")

    keys = _group(commands, "keys", "API keys of booking programs.")
    create = _verb(keys, "create", _create_key, "Make an API key and print it, this once.")
    create.add_argument("name", help="of the program it is for")
    revoke = _verb(keys, "revoke", _revoke_key, "From now on the key is nothing.")
    revoke.add_argument("id", help="what `keys create` printed as id")

    upkeep_cli.add_commands(command)
    visits = _group(commands, "visits", "Journals and legal holds of visits.")
    upkeep_cli.add_verbs(functools.partial(_verb, visits))
    return parser


def _group(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, help_text: str
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    group = commands.add_parser(name, help=help_text, description=help_text)
    return group.add_subparsers(metavar="VERB", required=True)


def _verb(
    group: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, help_text: str
) -> argparse.ArgumentParser:
    verb = group.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
    verb.set_defaults(run=run)
    return verb


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def _demo(arguments: argparse.Namespace) -> int:
    # Imports make thousands of objects that stay: collecting among them would be a fifth of the start.
    gc.disable()
    # structlog loads rich where it finds it, to draw tracebacks; a tenth of a second for lines that are JSON.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
    from signaling import demo  # noqa: PLC0415

    _log(quiet=not arguments.json)
    options = demo.DemoOptions(
        host=arguments.host, port=arguments.port, as_json=arguments.json, keep=arguments.keep
    )
    return asyncio.run(demo.run(options))


def _serve(_arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    _log()
    return asyncio.run(installation.serve())


def _log(*, quiet: bool = False) -> None:
    from signaling import logs  # noqa: PLC0415

    logs.configure(level=logging.WARNING if quiet else logging.INFO)


def _migrate(_arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    changed = installation.bring_up_to_date()
    print("The database was brought to this version." if changed else "The database is up to date.")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from signaling import doctor  # noqa: PLC0415
    from signaling.clock import SystemClock  # noqa: PLC0415

    _log(quiet=True)
    found = asyncio.run(doctor.examine(SystemClock()))
    well = all(finding.well for finding in found)
    if arguments.json:
        print(
            json.dumps(
                {"well": well, "findings": [finding.as_json() for finding in found]}, ensure_ascii=False
            )
        )
    else:
        print("\n".join(finding.lines() for finding in found))
    return 0 if well else FAILURE


def _add_clinic(arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    return asyncio.run(
        installation.add_clinic(
            clinic=arguments.id,
            name=arguments.name,
            tz=arguments.tz,
            phone=arguments.phone,
            desk_phone=arguments.desk_phone,
            urgent_care=arguments.urgent_care,
        )
    )


def _list_clinics(_arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    for line in asyncio.run(installation.list_clinics()):
        print(line)
    return 0


def _add_staff(arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    return asyncio.run(
        installation.add_staff(
            user=arguments.user,
            name=arguments.name,
            credentials=arguments.credentials,
            roles=arguments.role,
            clinics=arguments.clinic,
            passphrase=_passphrase(),
        )
    )


def _disable_staff(arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    return asyncio.run(installation.disable_staff(arguments.user))


def _list_staff(_arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    for line in asyncio.run(installation.list_staff()):
        print(line)
    return 0


def _create_key(arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    key_id, secret = asyncio.run(installation.create_key(arguments.name))
    print(f"id   {key_id}\nkey  {secret}\nThe key is not stored and will not be shown again.")
    return 0


def _revoke_key(arguments: argparse.Namespace) -> int:
    from signaling import installation  # noqa: PLC0415

    asyncio.run(installation.revoke_key(arguments.id))
    return 0


def _passphrase() -> str:
    """From the terminal, asked for twice; or a line of stdin. Never from arguments, which all can read."""
    from signaling.settings import SettingsError  # noqa: PLC0415

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Passphrase: ")
    if first != getpass.getpass("Again: "):
        raise SettingsError([("passphrase", "the two are not the same")])
    return first


if __name__ == "__main__":
    sys.exit(main())
