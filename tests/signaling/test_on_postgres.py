"""The same house on PostgreSQL, and what it says while the database is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres, PostgresMissingError
from tests.postgres import running as postgres_running
from tests.signaling.house import furnish, running
from tests.signaling.test_booking import a_visit

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    try:
        with postgres_running() as server:
            yield server
    except PostgresMissingError as missing:
        pytest.skip(f"needs PostgreSQL: {missing}")


async def test_a_visit_is_booked_and_joined_on_postgres(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as url:
        await furnish(url)
        async with running(tmp_path, database_url=url) as world:
            headers = {"Idempotency-Key": "monday-1"}
            booked = await world.program().post("/api/v1/visits", a_visit(), headers=headers)
            again = await world.program().post("/api/v1/visits", a_visit(), headers=headers)
            assert booked.status == 201
            assert again.text == booked.text
            token = booked.json["join_url"].partition("#")[2]
            ana, maya = world.browser(), world.browser()
            assert (await ana.redeem(token)).json["outcome"] == "ready"
            assert (await ana.get("/api/member/visit")).json["view"]["state"] == "preparing"
            assert (await maya.sign_in("okafor", "wrong")).code == "sign_in_failed"
            assert (await maya.sign_in("okafor")).status == 200


async def test_while_the_database_is_away_nothing_is_promised(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as url:
        await furnish(url)
        async with running(tmp_path, database_url=url) as world:
            assert (await world.stranger().get("/readyz")).status == 200
            postgres.crash()
            try:
                ready = await world.stranger().get("/readyz")
                assert (ready.status, ready.json["parts"]["records"]) == (503, False)
                for answer in (
                    await world.program().post("/api/v1/visits", a_visit()),
                    await world.browser().redeem("any-token"),
                    await world.browser().sign_in("okafor"),
                ):
                    assert (answer.status, answer.code) == (503, "unavailable")
                    assert answer.headers["Retry-After"]
                assert (await world.stranger().get("/healthz")).status == 200
            finally:
                postgres.start()
            assert (await world.stranger().get("/readyz")).status == 200
            assert (await world.program().post("/api/v1/visits", a_visit())).status == 201
