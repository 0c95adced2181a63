"""F39: whatever happens in whatever order, in the end the tables hold what one undisturbed load would have given."""

import pytest

from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline_tests.load import test_server_crashes
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.soak import Soak

pytestmark = pytest.mark.direct
server, database, landing = test_server_crashes.server, test_server_crashes.database, test_server_crashes.landing
FEW, MANY = range(3), range(100, 120)
STEPS = 12


def soak(landing: Landing, server: EmbeddedServer, database: str, seed: int) -> None:
    landing.connection.close()
    round_ = Soak(landing, database, seed, server.ensure_alive)
    round_.run(STEPS)
    found = round_.checksum()
    assert found == round_.undisturbed(), round_


@pytest.mark.parametrize("seed", FEW)
def test_a_few_rounds(landing: Landing, server: EmbeddedServer, database: str, seed: int) -> None:
    soak(landing, server, database, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", MANY)
def test_many_rounds(landing: Landing, server: EmbeddedServer, database: str, seed: int) -> None:
    soak(landing, server, database, seed)
