"""An installation to be looked at: its settings, and the throw-away authority that signs its certificates."""

import datetime as dt
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signaling.doctor.finding import Finding
from signaling.installation import Configured
from signaling.serve import listening_socket
from signaling.settings import Listen, Settings
from tests.signaling.house import NOON, TEXT_KEY
from waiting_room.settings import WaitingRoomSettings


def free_port(host: str = "127.0.0.1") -> int:
    with listening_socket(Listen(host=host, port=0)) as listener:
        return int(listener.getsockname()[1])


def configured(url: str, **web: Any) -> Configured:
    return Configured(
        web=Settings(**{"public_url": "https://visits.example.org", **web}),
        records=WaitingRoomSettings(database_url=url, text_key=TEXT_KEY),  # type: ignore[arg-type]
    )


def told(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


@dataclass
class Authority:
    """Signs certificates for any name and time; trusted by whoever is told so."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "videovisit test authority")])

    def root(self) -> Path:
        """Its own certificate, in a file for SSL_CERT_FILE."""
        return self._write(
            "root.pem", self._built(self.name, [], NOON - dt.timedelta(1), NOON + dt.timedelta(9999), ca=True)
        )

    def certifies(
        self, *names: str, begins: dt.datetime = NOON - dt.timedelta(1), days: float = 60
    ) -> tuple[Path, Path]:
        """A certificate and its key for these host names and addresses."""
        said = [_general(name) for name in names]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "videovisit test")])
        built = self._built(subject, said, begins, begins + dt.timedelta(days), ca=False)
        key = self.folder / "key.pem"
        key.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return self._write("cert.pem", built), key

    def _built(
        self,
        subject: x509.Name,
        names: list[x509.GeneralName],
        begins: dt.datetime,
        ends: dt.datetime,
        *,
        ca: bool,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _write(self, name: str, certificate: x509.Certificate) -> Path:
        path = self.folder / name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
