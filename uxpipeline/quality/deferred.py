"""Modules that are found at once and executed when something of theirs is first used.

`importlib.util.LazyLoader` executes a module as soon as a second one imports it. For processes of one thread.
"""

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType


class _Deferred(ModuleType):
    def __getattr__(self, name: str) -> object:
        """Execute the module; called for what it does not have, at first nearly everything."""
        self.__class__ = ModuleType  # type: ignore[assignment]  # what a module is once executed
        if self.__spec__ and self.__spec__.loader:
            self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def defer(*names: str) -> None:
    """Have imports of these modules execute them only when needed; no effect on what is imported or not installed."""
    for name in names:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None:
            module = module_from_spec(spec)
            module.__class__ = _Deferred
            sys.modules[name] = module
