"""The doctor beside a whole installation that serves, both as processes: nothing stands in its way."""

import json
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from signaling.clock import SystemClock
from tests.signaling.doctor.patient import Authority
from tests.signaling.house import furnish
from tests.signaling.test_serve import environment, free_port, get, runs, serving

pytestmark = [pytest.mark.slow, pytest.mark.sockets]


@pytest.mark.timeout(180)
async def test_a_running_installation_is_well(tmp_path: Path) -> None:
    port = free_port()
    authority, begins = Authority(tmp_path), SystemClock().now() - timedelta(days=1)
    env = environment(tmp_path, port, SSL_CERT_FILE=str(authority.root()))
    cert, key = authority.certifies("127.0.0.1", begins=begins)
    assert (str(cert), str(key)) == (env["VIDEOVISIT_TLS_CERT"], env["VIDEOVISIT_TLS_KEY"])
    await furnish(env["VIDEOVISIT_DATABASE_URL"])
    connector = aiohttp.TCPConnector(ssl=False)  # its certificate is the doctor's business
    async with serving(tmp_path, env), aiohttp.ClientSession(connector=connector) as session:
        assert (await get(session, f"https://127.0.0.1:{port}/readyz"))[0] == 200
        code, told = await runs("doctor", "--json", env=env)
    found = json.loads(next(line for line in told.splitlines() if line.startswith("{")))
    assert [one for one in found["findings"] if not one["well"]] == []
    assert (code, found["well"]) == (0, True)
    assert {one["what"] for one in found["findings"]} >= {
        "database",
        "public url",
        "plain http",
        "media",
        "udp",
    }
