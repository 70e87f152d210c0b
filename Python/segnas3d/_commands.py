"""The program's commands as functions."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import Any

from ._running import Path, Value, document


def predict(
    model: Path, inputs: Path | Iterable[Path], output: Path, *, progress: bool = True, **options: Value
) -> dict[str, Any]:
    """Segments images with a trained model: ``segnas3d predict``.

    Label maps that are there already are kept, so that an interrupted call goes on where it stopped.

    Args:
        model: A model, one in a zip file, or the folder of a run or a study.
        inputs: Images, folders of images or of DICOM series, and datasets; one or several.
        output: The folder for the label maps.
        progress: Show the progress.
        options: Further options of the command, such as ``mirror="xyz"``, ``probabilities=True``, ``device="cuda:0"``.

    Returns:
        The document of ``predict --json``: the cases, and their label maps.

    Raises:
        ProgramError: It failed. If only some images did, ``document`` tells which.
    """
    paths = [inputs] if isinstance(inputs, (str, PathLike)) else list(inputs)
    return document("predict", model, *paths, output=output, progress=progress, **options)


def evaluate(references: Path, predictions: Path, *, progress: bool = True, **options: Value) -> dict[str, Any]:
    """Compares predicted label maps with references: ``segnas3d evaluate``.

    Args:
        references: The folder of reference label maps.
        predictions: The folder of predicted label maps.
        progress: Show the progress.
        options: Further options of the command, such as ``tolerance=2.0``, ``lesions=True``.

    Returns:
        The document of ``evaluate --json``: nnU-Net's ``summary.json``, and more.

    Raises:
        ProgramError: A reference has no prediction, or a pair cannot be compared.
    """
    return document("evaluate", references=references, predictions=predictions, progress=progress, **options)


def train(dataset: Path | None, output: Path, *, progress: bool = True, **options: Value) -> dict[str, Any]:
    """Trains a network on a dataset, or resumes a training: ``segnas3d train``.

    Args:
        dataset: The dataset's folder, or a datalist; None to resume what is in ``output``.
        output: The folder of the run.
        progress: Show the progress.
        options: Further options of the command, such as ``network="unet3d"``, ``minutes=30``, ``size=(48, 64, 32)``,
            ``augment=["noise", "blur"]``.

    Returns:
        The document of ``train --json``: the model, its validation Dice and that of the test cases.

    Raises:
        DatasetError: The dataset has a fault.
        OutOfMemoryError: The network does not fit into memory.
        ProgramError: It failed for another reason.
    """
    return document("train", *([] if dataset is None else [dataset]), output=output, progress=progress, **options)


def search(dataset: Path | None, output: Path, *, progress: bool = True, **options: Value) -> dict[str, Any]:
    """Searches the best network for a dataset, or resumes a search: ``segnas3d search``.

    Args:
        dataset: The dataset's folder, or a datalist; None to resume what is in ``output``.
        output: The folder of the study; ``Study`` reads it, also while the search goes on.
        progress: Show the progress.
        options: Further options of the command, such as ``space="segnas4"``, ``iterations=20``, ``time_limit="8h"``.

    Returns:
        The document of ``search --json``.

    Raises:
        DatasetError: The dataset has a fault.
        ProgramError: It failed for another reason.
    """
    return document("search", *([] if dataset is None else [dataset]), output=output, progress=progress, **options)
