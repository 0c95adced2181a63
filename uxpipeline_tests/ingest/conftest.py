"""Property tests here share one machine with servers of other tests: no example has a deadline."""

from hypothesis import settings

settings.register_profile("shared_machine", deadline=None)
settings.load_profile("shared_machine")
