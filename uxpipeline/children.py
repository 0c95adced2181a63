"""Running modules of ours in processes of their own."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_RUN = """
import runpy, sys
root, name = sys.argv[1:]
if root not in sys.path:
    sys.path.insert(0, root)
runpy.run_module(name, run_name="__main__")
"""


def module_command(name: str) -> list[str]:
    """The command that runs a module as this process would find it, and never one from the current folder."""
    return [sys.executable, "-P", "-c", _RUN, str(_ROOT), name]
