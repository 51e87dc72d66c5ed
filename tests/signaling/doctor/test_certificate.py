"""What the doctor finds about the certificate that this process would show."""

from datetime import timedelta
from pathlib import Path

import pytest

from signaling.doctor import certificate
from signaling.doctor.finding import Finding
from tests.signaling.doctor.patient import Authority, configured
from tests.signaling.house import NOON, Clock


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def look(files: tuple[Path, Path], public_url: str = "https://visits.example.org") -> Finding:
    settings = configured("sqlite:///x.db", tls_cert=files[0], tls_key=files[1], public_url=public_url)
    (found,) = await certificate.check(settings, Clock())
    return found


async def test_one_for_this_host_is_well(authority: Authority) -> None:
    found = await look(authority.certifies("visits.example.org"))
    assert found == Finding("certificate", "is for this host and good until 2026-07-30")


@pytest.mark.parametrize("name", ["*.example.org", "VISITS.example.org"])
async def test_names_fit_as_browsers_have_it(authority: Authority, name: str) -> None:
    assert (await look(authority.certifies(name))).well


@pytest.mark.parametrize(
    "name", ["example.org", "*.org", "*.visits.example.org", "visits.example.com", "127.0.0.1"]
)
async def test_a_certificate_for_another_host_is_said(authority: Authority, name: str) -> None:
    found = await look(authority.certifies(name))
    assert found.sentence == "is not for the host of VIDEOVISIT_PUBLIC_URL"
    assert "alternative names" in (found.remedy or "")


async def test_an_address_is_a_name_of_its_own_kind(authority: Authority) -> None:
    assert (await look(authority.certifies("127.0.0.1"), "https://127.0.0.1")).well
    assert not (await look(authority.certifies("127.0.0.2"), "https://127.0.0.1")).well


async def test_one_without_alternative_names_fits_nobody(authority: Authority) -> None:
    assert not (await look(authority.certifies())).well


@pytest.mark.parametrize(
    ("begins", "days", "said"),
    [
        (timedelta(-30), 20, "ended on 2026-05-22"),
        (timedelta(days=3), 60, "is not good before 2026-06-04"),
        (timedelta(-50), 60, "ends soon, on 2026-06-11"),
    ],
)
async def test_the_wrong_time_is_said(
    authority: Authority, begins: timedelta, days: float, said: str
) -> None:
    found = await look(authority.certifies("visits.example.org", begins=NOON + begins, days=days))
    assert found.sentence == said
    assert "Renew it" in (found.remedy or "")


async def test_a_key_of_another_certificate_is_said(authority: Authority, tmp_path: Path) -> None:
    cert, _ = authority.certifies("visits.example.org")
    (tmp_path / "other").mkdir()
    _, other = Authority(tmp_path / "other").certifies("visits.example.org")
    assert "do not belong together" in (await look((cert, other))).sentence


async def test_without_one_a_proxy_has_it() -> None:
    (found,) = await certificate.check(configured("sqlite:///x.db"), Clock())
    assert found.well
