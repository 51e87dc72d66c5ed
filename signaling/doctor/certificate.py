"""The certificate that this process itself would show: readable, in time, and for the public name."""

import ipaddress
import ssl
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from signaling.clock import Clock
from signaling.doctor.finding import Finding
from signaling.installation import Configured
from signaling.serve import tls_context

EXPIRES_SOON: Final = timedelta(days=14)
"""A certificate that ends within so long is worth a word: whatever renews it has missed its time by then."""

RENEW: Final = (
    "Renew it, put it where VIDEOVISIT_TLS_CERT and VIDEOVISIT_TLS_KEY say, and start `serve` again."
)


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """The files of VIDEOVISIT_TLS_CERT and VIDEOVISIT_TLS_KEY."""
    web = settings.web
    if web.tls_cert is None or web.tls_key is None:
        return [Finding("certificate", "none here: a proxy speaks TLS, or only this machine asks")]
    try:
        tls_context(web.tls_cert, web.tls_key)
        certificate = x509.load_pem_x509_certificate(web.tls_cert.read_bytes())
    except (ssl.SSLError, ValueError, OSError):
        return [
            Finding(
                "certificate",
                "it and its key cannot be read, or do not belong together",
                "Give both as PEM, the certificate first, then those that signed it, readable by this user.",
            )
        ]
    return [_looked_at(certificate, urlsplit(web.public_url).hostname or "", clock)]


def _looked_at(certificate: x509.Certificate, host: str, clock: Clock) -> Finding:
    now, ends = clock.now(), certificate.not_valid_after_utc
    day = ends.date().isoformat()
    if now < certificate.not_valid_before_utc:
        begins = certificate.not_valid_before_utc.date().isoformat()
        return Finding("certificate", f"is not good before {begins}", f"Look at the clock, or wait. {RENEW}")
    if ends <= now:
        return Finding("certificate", f"ended on {day}", RENEW)
    if not fits(certificate, host):
        return Finding(
            "certificate",
            "is not for the host of VIDEOVISIT_PUBLIC_URL",
            "Get one that has this name among its subject alternative names, or correct the setting.",
        )
    if ends - now <= EXPIRES_SOON:
        return Finding("certificate", f"ends soon, on {day}", RENEW)
    return Finding("certificate", f"is for this host and good until {day}")


def fits(certificate: x509.Certificate, host: str) -> bool:
    """Whether a browser takes it for this host: by its alternative names alone (RFC 9525 §6.3)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return any(_is(name, host) for name in names.get_values_for_type(x509.DNSName))
    return address in names.get_values_for_type(x509.IPAddress)


def _is(name: str, host: str) -> bool:
    """A star stands for exactly one whole label, the first."""
    name, host = name.casefold().rstrip("."), host.casefold().rstrip(".")
    if not name.startswith("*."):
        return name == host
    return host.partition(".")[2] == name[2:] and bool(host.partition(".")[0])
