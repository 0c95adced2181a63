"""Where nothing does harm nothing is proposed; `benchmarks/proposal_truth.py` has the full figures."""

from dataclasses import replace

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.settings import Settings
from uxpipeline_tests.friction.worlds import World
from uxpipeline_tests.proposals.null_worlds import NULL_WORLDS, generate_in, proposed

HARMFUL = World("control", sessions=4_000, surfaces=6, harm={4: 0.95}, friction=0.02, base=-1.2)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("world", NULL_WORLDS, ids=lambda world: world.name)
def test_a_null_world_has_no_proposal(connection: Connection, settings: Settings, world: World, seed: int) -> None:
    small = replace(world, sessions=6_000, surfaces=min(world.surfaces, 24), base=-1.2)

    generated = generate_in(connection, settings, small, seed)

    assert proposed(generated) == 0
    assert generated.blocked


def test_clear_harm_is_proposed(connection: Connection, settings: Settings) -> None:
    assert proposed(generate_in(connection, settings, HARMFUL, 0)) > 0
