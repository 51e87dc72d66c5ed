"""The names of other packages that the worker relies on and that are not public: asserted at start-up.

Their minor versions are pinned in pyproject.toml. A worker that starts has all of them; one that lacks any
says which, instead of failing in the middle of a visit.
"""

from typing import Any, Final

import pylibsrtp
from aioice import stun
from aiortc import sdp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from pylibsrtp import _binding

_NAMES: Final[tuple[tuple[str, Any, tuple[str, ...]], ...]] = (
    (
        "aiortc.rtcdtlstransport.RTCDtlsTransport",
        RTCDtlsTransport,
        ("_set_role", "start", "stop", "state", "_recv_next", "_write_ssl", "_setup_srtp"),
    ),
    (
        "aiortc.rtcdtlstransport.RTCCertificate",
        RTCCertificate,
        ("_create_ssl_context", "generateCertificate", "getFingerprints"),
    ),
    ("aiortc.sdp.SessionDescription", sdp.SessionDescription, ("parse",)),
    (
        "aioice.stun",
        stun,
        ("parse_message", "Message", "Method", "Class", "COOKIE", "HEADER_LENGTH", "FINGERPRINT_XOR"),
    ),
    ("aioice.stun.Message", stun.Message, ("check_message_integrity", "add_message_integrity")),
    ("pylibsrtp.Session", pylibsrtp.Session, ("protect", "unprotect")),
    (
        "pylibsrtp._binding.lib",
        _binding.lib,
        ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp"),
    ),
)
_INSTANCE_NAMES: Final = ("_rx_srtp", "_tx_srtp", "_ssl")


class MissingPartsError(RuntimeError):
    """The installed packages are not the ones this worker was built for."""


def missing() -> list[str]:
    """Dotted names that the installed packages should have and do not."""
    absent = [f"{path}.{name}" for path, owner, names in _NAMES for name in names if not hasattr(owner, name)]
    nothing: Any = None
    transport = RTCDtlsTransport(nothing, [nothing])
    absent += [
        f"aiortc.rtcdtlstransport.RTCDtlsTransport().{name}"
        for name in _INSTANCE_NAMES
        if not hasattr(transport, name)
    ]
    if not hasattr(pylibsrtp.Session(), "_srtp"):
        absent.append("pylibsrtp.Session()._srtp")
    return absent


def check() -> None:
    """Refuse to start on packages that lack a needed name.

    Raises:
        MissingPartsError: naming all of them at once.
    """
    absent = missing()
    if absent:
        raise MissingPartsError("the media stack lacks " + ", ".join(absent))
