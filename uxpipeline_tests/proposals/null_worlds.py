"""The generator on sites of known truth."""

from dataclasses import replace
from datetime import timedelta

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.friction.facts import Window
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.scores import score_facts
from uxpipeline.proposals.generate import Generated, propose
from uxpipeline.settings import Settings
from uxpipeline_tests.friction.worlds import AS_OF, WORLDS, World, draw_site
from uxpipeline_tests.friction.worlds_stored import store_facts, store_sessions
from uxpipeline_tests.proposals.scores import NOW, warm

NULL_WORLDS = tuple(world for world in WORLDS if not world.harm and not world.hidden)
"""Worlds without harm whose friction does not follow what nobody can see."""


def generate_in(connection: Connection, settings: Settings, world: World, seed: int) -> Generated:
    """Draw a site, score it and propose, under the profile of the settings, in an empty database."""
    site = draw_site(world, seed)
    parameters = Parameters()
    with transaction(connection):
        store_sessions(connection, site)
        store_facts(connection, site)
        score_facts(connection, Window(AS_OF, NOW, parameters.window_days), parameters)
    warm(connection)
    return propose(connection, AS_OF, replace(settings, profile="default"), NOW + timedelta(minutes=1))


def proposed(generated: Generated) -> int:
    """Friction that passed all guards but the size of the site: what a larger one would have proposed."""
    return len(generated.made) + sum(block.reason == "not_testable" for _, block in generated.blocked)
