"""segnas3d in Python: search, train, run and judge networks that segment 3D medical images.

The package holds the native program ``segnas3d`` and calls it; nothing here computes. The functions are the program's
commands: each takes the command's options as keyword arguments, waits for its end, and returns the JSON document that it
prints with ``--json``. A failure is an exception with the program's own sentence.

    import segnas3d
    segnas3d.train("Task04_Hippocampus", "run", minutes=30)
    segnas3d.predict("run", "scans", "labels")
    segnas3d.evaluate("references", "labels")["foreground_mean"]["Dice"]

``Study`` reads what a search has recorded, and ``Model`` hands a trained network to PyTorch.
"""

from ._commands import evaluate, predict, search, train
from ._errors import DatasetError, OptionError, OutOfMemoryError, ProgramError
from ._results import Model, Study
from ._version import __version__

__all__ = [
    "DatasetError",
    "Model",
    "OptionError",
    "OutOfMemoryError",
    "ProgramError",
    "Study",
    "__version__",
    "evaluate",
    "predict",
    "search",
    "train",
]
