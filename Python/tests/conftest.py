"""What the tests of the installed package share: phantoms, and a network that was trained on them for a moment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import segnas3d


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset of phantoms, `data`, and an architecture, `small.json`."""
    folder = tmp_path_factory.mktemp("segnas3d")
    subprocess.run(
        ["segnas3d", "phantom", folder / "data", "--cases", "6", "--size", "16", "--structures", "2", "--seed", "1"],
        check=True,
    )
    network = {"schema": 1, "n": 4, "p": 2, "sup": 0, "res": 1, "nodes": 2, "ops": [2]}
    (folder / "small.json").write_text(json.dumps(network))
    return folder


@pytest.fixture(scope="session")
def run(folder: Path) -> Path:
    """A run of `train`, whose result is in `train.json`."""
    result = segnas3d.train(
        folder / "data", folder / "run", network=folder / "small.json", size=(16, 16, 16), epochs=2, progress=False
    )
    (folder / "train.json").write_text(json.dumps(result))
    return folder / "run"


@pytest.fixture(scope="session")
def study(folder: Path) -> segnas3d.Study:
    """A study of three trials."""
    segnas3d.search(
        folder / "data",
        folder / "study",
        space="segnas4",
        sampler="crs",
        size=16,
        iterations=4,
        epochs=2,
        progress=False,
    )
    return segnas3d.Study(folder / "study")
