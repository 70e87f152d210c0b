"""The native program: where it is, and how it is run."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

PROGRAM = os.path.join(os.path.dirname(__file__), "_native", "bin", "segnas3d")


def environment() -> dict[str, str]:
    """The environment in which the program finds libtorch: that of this Python's torch, which is not imported."""
    variables = dict(os.environ)
    if not variables.get("LIBTORCH"):
        torch = find_spec("torch")
        if torch is not None and torch.origin is not None:
            variables["LIBTORCH"] = os.path.dirname(torch.origin)
    return variables


def main() -> None:
    """Becomes the program, with this process's arguments."""
    os.execve(PROGRAM, ["segnas3d", *sys.argv[1:]], environment())
