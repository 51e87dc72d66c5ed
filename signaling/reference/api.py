"""The booking API's OpenAPI description as a page."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signaling.reference.markdown import inline
from signaling.reference.markup import Content, Markup, element, joined, page, table

HERE: Final = "/api/v1/docs"

Schema = Mapping[str, Any]

_LIMITS: Final = (
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minItems", "at least {}"),
    ("maxItems", "at most {}"),
    ("pattern", "matches {}"),
)


def reference(description: Mapping[str, Any]) -> str:
    """The whole page."""
    info = description["info"]
    parts: list[Content] = [
        element("h1", "Booking API"),
        element("p", inline(info["description"])),
        element(
            "p", f"Version {info['version']}, at ", element("code", description["servers"][0]["url"]), "."
        ),
        element("h2", "Who may ask", id="security"),
        *(
            element("p", inline(f"`Authorization: Bearer …`: {scheme['description']}"))
            for scheme in description["components"]["securitySchemes"].values()
        ),
        element("h2", "Requests", id="requests"),
    ]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            parts += _operation(method.upper(), path, operation)
    parts.append(element("h2", "Objects", id="objects"))
    for name, schema in description["components"]["schemas"].items():
        parts += _object(name, schema)
    return page("Booking API", HERE, *parts)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[Markup]:
    yield element("h3", element("code", f"{method} {path}"), id=operation["operationId"])
    yield element("p", f"{operation['summary']}.")
    if parameters := operation.get("parameters"):
        rows = [
            (element("code", one["name"]), one["in"], joined([_kind(one["schema"]), *_more(one)]))
            for one in parameters
        ]
        yield table(f"Parameters of {method} {path}", ("parameter", "in", "what it is"), rows)
    if "requestBody" in operation:
        yield element("p", "Body: ", _kind(_content(operation["requestBody"])))
    rows = [
        (element("code", status), _kind(_content(answer)), _paragraphs(answer["description"]))
        for status, answer in operation["responses"].items()
    ]
    yield table(f"Answers to {method} {path}", ("status", "body", "meaning"), rows)


def _more(parameter: Mapping[str, Any]) -> Iterator[Content]:
    if parameter.get("required"):
        yield ", needed"
    if "description" in parameter:
        yield f". {parameter['description']}"


def _content(holder: Mapping[str, Any]) -> Schema:
    found: Schema = holder["content"]["application/json"]["schema"]
    return found


def _paragraphs(text: str) -> Markup:
    lines = text.split("\n\n")
    if len(lines) == 1:
        return inline(lines[0])
    return element("ul", *(element("li", inline(line)) for line in lines))


def _object(name: str, schema: Schema) -> Iterator[Markup]:
    yield element("h3", name, id=f"object-{name}")
    if "description" in schema:
        yield element("p", inline(" ".join(schema["description"].split())))
    if "properties" not in schema:
        yield element("p", _kind(schema))
        return
    needed = set(schema.get("required", ()))
    rows = [
        (
            element("code", field),
            "yes" if field in needed else "no",
            joined([_kind(said), *([". ", inline(said["description"])] if "description" in said else [])]),
        )
        for field, said in schema["properties"].items()
    ]
    yield table(f"Fields of {name}", ("field", "needed", "what it is"), rows)


def _kind(schema: Schema) -> Markup:
    """What a value is, in words, with links to the objects."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return element("a", name, href=f"#object-{name}")
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return joined(kinds, " or ")
    if "const" in schema:
        return element("code", str(schema["const"]))
    if "enum" in schema:
        return joined([element("code", str(value)) for value in schema["enum"]], ", ")
    said = [str(schema.get("format", schema.get("type", "anything")))]
    if schema.get("type") == "array":
        return joined(["list of ", _kind(schema.get("items", {}))])
    said += [words.format(schema[name]) for name, words in _LIMITS if name in schema]
    return joined([", ".join(said)])
