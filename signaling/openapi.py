"""The OpenAPI 3.1 description of the booking API, made from the models and the policy it is served by."""

from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from signaling.doors.booking_models import (
    BookedAnswer,
    Cancellation,
    ErrorAnswer,
    LinkAnswer,
    NewTime,
    NewVisit,
    VisitAnswer,
)
from signaling.http.errors import SENTENCES
from signaling.policy import ROUTES, Audience, Sender

REF: Final = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route as the description tells it; `refusals` are codes of `http.errors`."""

    method: str
    path: str
    summary: str
    answer: type[BaseModel]
    status: int = 200
    body: type[BaseModel] | None = None
    refusals: tuple[str, ...] = field(default=())


ALWAYS: Final = ("api_key_needed", "slow_down", "wrong_host", "unavailable", "unexpected")
WITH_BODY: Final = (
    "malformed",
    "invalid",
    "not_json",
    "too_large",
    "too_slow",
    "wrong_origin",
    "idempotency_conflict",
    "idempotency_key_invalid",
    "conflict",
)
OF_A_VISIT: Final = ("visit_unknown",)

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/api/v1/visits",
        summary="Book a visit; the answer holds the member's link, this once",
        body=NewVisit,
        answer=BookedAnswer,
        status=201,
        refusals=("clinic_unknown", "clinician_unknown", "phone_invalid", "start_in_past", *WITH_BODY),
    ),
    Operation(
        method="GET",
        path="/api/v1/visits/{visit}",
        summary="Read a visit",
        answer=VisitAnswer,
        refusals=OF_A_VISIT,
    ),
    Operation(
        method="POST",
        path="/api/v1/visits/{visit}/reschedule",
        summary="Move a visit whose member is not here yet; the link stays the same",
        body=NewTime,
        answer=VisitAnswer,
        refusals=(
            *OF_A_VISIT,
            "start_in_past",
            "already_arrived",
            "visit_ended",
            "visit_cancelled",
            *WITH_BODY,
        ),
    ),
    Operation(
        method="POST",
        path="/api/v1/visits/{visit}/cancel",
        summary="Call a visit off before it begins",
        body=Cancellation,
        answer=VisitAnswer,
        refusals=(*OF_A_VISIT, "already_begun", "visit_ended", "visit_cancelled", *WITH_BODY),
    ),
    Operation(
        method="POST",
        path="/api/v1/visits/{visit}/links",
        summary="Make a new link; the one before stops working",
        answer=LinkAnswer,
        status=201,
        refusals=(*OF_A_VISIT, "visit_ended", "visit_cancelled", *WITH_BODY),
    ),
)


def describe(version: str, origin: str) -> dict[str, Any]:
    """The whole description as one JSON object."""
    models = {model for one in OPERATIONS for model in (one.body, one.answer) if model is not None} | {
        ErrorAnswer
    }
    ordered = sorted(models, key=lambda model: model.__name__)
    inputs = {one.body for one in OPERATIONS}
    _, schemas = models_json_schema(
        [(model, "validation" if model in inputs else "serialization") for model in ordered], ref_template=REF
    )
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "videovisit booking",
            "version": version,
            "description": (
                "Books video and phone visits. Times are ISO 8601 with an offset. Absent fields mean “none”; "
                "there are no nulls. Every refusal is `{error: {code, sentence}}`; codes are stable."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": origin}],
        "security": [{"api_key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made by `videovisit keys create`.",
                }
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    row = ROUTES[one.method, one.path]
    if row.audiences != {Audience.booking}:
        raise ValueError("only the booking programs' routes are described here")
    described: dict[str, Any] = {
        "operationId": f"{one.method.lower()}{one.path.replace('/api/v1', '').title()}".translate(
            str.maketrans("", "", "/{}")
        ),
        "summary": one.summary,
        "responses": {str(one.status): _answer("Done.", one.answer), **_refusals(one)},
    }
    parameters = []
    if "{visit}" in one.path:
        parameters.append(
            {"name": "visit", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 64}}
        )
    if row.sender is Sender.program:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Visible ASCII. A repetition within a day gives the same answer.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            }
        )
    if parameters:
        described["parameters"] = parameters
    if one.body is not None:
        schema = {"$ref": REF.format(model=one.body.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _refusals(one: Operation) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys((*one.refusals, *ALWAYS)):
        status, sentence = SENTENCES[code]
        by_status.setdefault(status, []).append(f"`{code}`: {sentence}")
    return {
        str(status): _answer("\n\n".join(lines), ErrorAnswer) for status, lines in sorted(by_status.items())
    }


def _answer(description: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": REF.format(model=model.__name__)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
