"""Refusals of the HTTP surface: a status, a stable code, a sentence for whoever reads it."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from waiting_room.core.refusals import Refusal, Refused

SENTENCES: Final[Mapping[str, tuple[int, str]]] = {
    # about the request
    "malformed": (400, "The body is not JSON that can be read."),
    "invalid": (422, "A field is missing, unknown or not of its kind; see `fields`."),
    "not_json": (415, "Send the body as application/json."),
    "too_slow": (408, "The body did not arrive in time."),
    "too_large": (413, "The body is larger than 32 kB."),
    "not_found": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "This address does not know that method."),
    "wrong_host": (421, "This server does not answer for that host name."),
    "wrong_origin": (403, "Requests that change something come from our own pages only."),
    "https_required": (403, "Reach this server through its https address."),
    "slow_down": (429, "Too many tries from here. Wait a few minutes."),
    "unavailable": (503, "The records cannot be reached right now. Try again in a moment."),
    "draining": (503, "This process is stopping. Connect again: another one answers."),
    "pages_not_built": (503, "The pages are not built. Run `make pages`."),
    "unexpected": (500, "Something went wrong on our side. Nothing was changed."),
    "bad_request": (400, "The request cannot be understood."),
    # about who asks
    "no_visit": (401, "Open the link of your visit again."),
    "not_signed_in": (401, "Sign in."),
    "sign_in_failed": (401, "The user name and the password do not go together."),
    "not_permitted": (403, "This account may not do that."),
    "api_key_needed": (401, "Send a valid API key as `Authorization: Bearer …`."),
    "metrics_refused": (403, "Figures are for loopback, or for the holder of the metrics token."),
    # about a member's link
    "not_recognised": (404, "Check the date, or get a new link, or call the clinic."),
    # about a file in a visit
    "file_empty": (422, "The file is empty."),
    "file_too_large": (413, "The file is larger than this server takes; see `most`, in bytes."),
    "file_kind_unknown": (415, "Only photos (JPEG, PNG, WebP, HEIC) and PDF documents can be sent."),
    "file_lies": (415, "The file is not what its name or its type says it is."),
    "file_broken": (422, "The file is cut short or damaged."),
    "file_cut_off": (400, "The file did not arrive whole."),
    "picture_too_large": (422, "The picture has more pixels than can be shown."),
    "files_busy": (503, "Other files are on their way. Try again in a moment."),
    "file_unknown": (404, "There is no such file in this visit."),
    "files_full": (409, "No more files can be kept in this visit."),
    "chat_full": (409, "No more messages can be kept in this visit."),
    "still_not_asked": (409, "No still picture is asked for."),
    "not_holder": (403, "Only the clinician who holds this visit can do that."),
    "claimed_by_other": (403, "Another clinician holds this visit."),
    "claim_expired": (409, "The claim has run out."),
    # about a guest's link
    "guest_link_unknown": (404, "This link does not work any more. Ask for a new one."),
    "guest_link_used": (409, "This link was used on another device. Ask for a new one."),
    "code_used": (404, "This code was used or is too old. Make a new one on the first device."),
    # about a booking
    "clinic_unknown": (422, "There is no clinic with this id."),
    "clinician_unknown": (422, "There is no clinician with this id in this clinic."),
    "phone_invalid": (
        422,
        "This is not a phone number; write it with its country code, such as +1 206 555 0100.",
    ),
    "start_in_past": (422, "The visit would be over already."),
    "idempotency_conflict": (409, "This Idempotency-Key was used for a different request."),
    "idempotency_key_invalid": (400, "An Idempotency-Key has 1 to 128 visible ASCII characters."),
    "visit_unknown": (404, "There is no visit with this id."),
    "visit_ended": (409, "The visit is over."),
    "visit_cancelled": (409, "The visit was cancelled."),
    "already_arrived": (409, "The member is here already."),
    "already_begun": (409, "The visit has begun; its clinician ends it."),
    "wrong_state": (409, "The visit is in a state that does not allow this."),
    "visit_exists": (409, "A visit with this id exists."),
    # about a recording
    "range_unknown": (416, "The file has no such part."),
    "recording_unreadable": (500, "The file is there and cannot be read. Ask whoever runs this server."),
    "conflict": (409, "Others changed the visit at the same moment. Nothing was changed; try again."),
}
"""Codes are stable for ever. The pages have sentences of their own, per role and language."""


class CodedError(Exception):
    """A refusal on its way to the answer; carries nothing of the request."""

    def __init__(
        self,
        code: str,
        *,
        detail: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.sentence = SENTENCES[code]
        self.detail = detail or {}
        self.headers = headers or {}

    def response(self) -> web.Response:
        """The JSON answer."""
        error = {"code": self.code, "sentence": self.sentence, **self.detail}
        response = web.json_response({"error": error}, status=self.status, headers=dict(self.headers))
        if self.code in {"too_slow", "file_too_large", "file_cut_off"}:
            response.force_close()
        return response


def refused(refusal: Refused) -> CodedError:
    """What the HTTP surface says about a refusal of the waiting room."""
    code = refusal.code.value
    if code not in SENTENCES:
        return CodedError("wrong_state", detail={"reason": code})
    if refusal.code is Refusal.malformed:
        return CodedError("invalid", detail=dict(refusal.detail))
    return CodedError(code, detail=dict(refusal.detail))
