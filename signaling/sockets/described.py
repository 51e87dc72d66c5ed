"""The tables of docs/events.md, made from the models and the policy; a test keeps the page in step.

`python -m signaling.sockets.described docs/events.md` writes them into the page.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from signaling.sockets import messages as m
from signaling.sockets import staff_messages as s
from signaling.sockets.answers import SENTENCES
from signaling.sockets.policy import EVENT_POLICY

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"

_NAMESPACES = (
    ("/member", m.MemberCommand),
    ("/guest", m.GuestCommand),
    ("/clinician", s.ClinicianCommand),
    ("/support", s.SupportCommand),
)


def tables() -> str:
    """Commands of each namespace with their fields, who may send what, and every error code."""
    lines: list[str] = []
    for namespace, union in _NAMESPACES:
        lines += [f"### Commands of `{namespace}`", "", "| `type` | fields | meaning |", "|---|---|---|"]
        for model in get_args(get_args(union)[0]):
            lines.append(f"| `{_type(model)}` | {_fields(model)} | {_summary(model)} |")
        lines.append("")
    lines += ["### Who may send what", "", "| namespace | event | command | reaches |", "|---|---|---|---|"]
    for row in EVENT_POLICY:
        command = f"`{row.command}`" if row.command else ""
        lines.append(f"| `{row.namespace}` | `{row.event}` | {command} | {row.relation} |")
    lines += ["", "### Error codes", "", "| code | sentence |", "|---|---|"]
    lines += [f"| `{code}` | {sentence} |" for code, sentence in sorted(SENTENCES.items())]
    return "\n".join([*lines, ""])


def _type(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["type"].annotation)[0])


def _summary(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").partition("\n")[0]


def _fields(model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    parts = [
        f"`{name}`{'' if name in required else '?'} {_bounds(field)}"
        for name, field in schema["properties"].items()
        if name not in {"id", "type", "visit"}
    ]
    return "; ".join(parts)


def _bounds(field: dict[str, Any]) -> str:
    """A field's kind and limits, from its JSON schema."""
    if "anyOf" in field:
        return _bounds(next(one for one in field["anyOf"] if one.get("type") != "null"))
    if "enum" in field:
        return " \\| ".join(str(value) for value in field["enum"])
    said = str(field.get("type", ""))
    if "maxLength" in field:
        said += f", {field.get('minLength', 0)}–{field['maxLength']} characters"
    if "pattern" in field:
        said += f", `{field['pattern']}`".replace("|", "\\|")
    if "minimum" in field:
        said += f", {field['minimum']}–{field['maximum']}"
    return said


def with_tables(page: str) -> str:
    """The page with the tables as they are now between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def main(paths: Iterable[str]) -> None:
    """Bring pages up to date."""
    for path in map(Path, paths):
        path.write_text(with_tables(path.read_text()))


if __name__ == "__main__":
    main(sys.argv[1:])
