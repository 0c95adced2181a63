from dataclasses import replace

import pytest

from uxpipeline.settings import Settings


@pytest.fixture
def demo(settings: Settings) -> Settings:
    """The profile with the lower gate."""
    return replace(settings, profile="demo")
