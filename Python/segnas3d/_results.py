"""What searches and trainings leave on disk."""

from __future__ import annotations

import importlib.util
import io
import tempfile
from os import fspath
from pathlib import Path as _Path
from typing import TYPE_CHECKING, Any

from ._running import Path, call, document

if TYPE_CHECKING:
    import pandas
    import torch


class Study:
    """A study, the folder of a search, as it is at the moment; it may still be searched.

    Attributes:
        path: The folder.

    Raises:
        ProgramError: There is nothing of this program in the folder.
        ValueError: It is another thing than a study.
    """

    def __init__(self, path: Path) -> None:
        self.path = fspath(path)
        if "iterations" not in self.status():
            raise ValueError(f"{self.path} is no study: name the folder of a search")

    def __repr__(self) -> str:
        return f"Study({self.path!r})"

    def status(self) -> dict[str, Any]:
        """The document of ``segnas3d status --json``: how many trials are done, and how long the rest may take."""
        return document("status", self.path)

    @property
    def best(self) -> dict[str, Any] | None:
        """The best trial so far: ``trial``, ``dice``, ``architecture``, ``hyperparameters``; None before the first."""
        return self.status().get("best")

    @property
    def model(self) -> Model:
        """The model that the study delivers."""
        return Model(self.path)

    def trials(self) -> pandas.DataFrame:
        """The trials, a row each, with the columns of ``segnas3d status --csv``."""
        return _table(call("status", self.path, csv=True)).set_index("trial")

    def curves(self) -> pandas.DataFrame:
        """The learning curves: loss and validation Dice of every epoch of every trial that has ended.

        ``study.curves()["validation_dice"].unstack("trial").plot()`` draws them.
        """
        return _table(call("status", self.path, csv=True, epochs=True)).set_index(["trial", "epoch"])


class Model:
    """A trained model: its folder, one in a zip file, or the folder of a run or a study.

    Attributes:
        path: The folder or file.
    """

    def __init__(self, path: Path) -> None:
        self.path = fspath(path)

    def __repr__(self) -> str:
        return f"Model({self.path!r})"

    def torch(self) -> torch.nn.Module:
        """The network in PyTorch, with its weights, as ``segnas3d export --format python`` writes it.

        It takes prepared images, [N, channels, z, y, x], and gives scores, [N, classes, z, y, x]; ``.train()`` lets one
        go on training it.

        Raises:
            ProgramError: The path is no model, or one of several networks.
        """
        with tempfile.TemporaryDirectory() as folder:
            target = _Path(folder) / "network"
            call("export", self.path, format="python", output=target)
            spec = importlib.util.spec_from_file_location("segnas3d_network", target / "network.py")
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            network: torch.nn.Module = module.load()
            return network


def _table(text: str) -> pandas.DataFrame:
    try:
        import pandas
    except ImportError:
        raise ImportError("tables need pandas: pip install pandas") from None
    return pandas.read_csv(io.StringIO(text))
