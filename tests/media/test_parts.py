import pytest
from aiortc.rtcdtlstransport import RTCDtlsTransport

from media import parts


def test_the_installed_packages_have_what_the_worker_relies_on() -> None:
    assert parts.missing() == []
    parts.check()


def test_a_missing_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(RTCDtlsTransport, "_set_role")
    with pytest.raises(parts.MissingPartsError, match=r"RTCDtlsTransport\._set_role"):
        parts.check()
