"""Commands as functions."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import segnas3d
from segnas3d import _running


def test_options_are_those_of_the_command_line() -> None:
    options = {"size": (48, 64, 32), "final_epochs": 20, "json": True, "quiet": False, "seed": None, "allow": ["a", "b"]}
    words = "--size 48x64x32 --final-epochs 20 --json --allow a --allow b"
    assert _running.flags(options) == words.split()


def test_trains_predicts_and_evaluates(folder: Path, run: Path) -> None:
    result = json.loads((folder / "train.json").read_text())
    assert result["epochs"] == 2
    images = sorted((folder / "data/imagesTr").glob("*.nii.gz"))[:2]
    report = segnas3d.predict(run, images, folder / "labels", mirror="x")
    assert [case["state"] for case in report["cases"]] == ["predicted", "predicted"]
    assert all(Path(case["file"]).exists() for case in report["cases"])
    summary = segnas3d.evaluate(folder / "data/labelsTr", folder / "labels", partial=True)
    assert 0 <= summary["foreground_mean"]["Dice"] <= 1


def test_errors_have_the_programs_sentence(folder: Path, run: Path) -> None:
    with pytest.raises(segnas3d.OptionError, match="Unknown option '--colour'") as error:
        segnas3d.predict(run, folder / "data", folder / "x", colour="red")
    assert error.value.status == 2
    with pytest.raises(segnas3d.DatasetError):
        segnas3d.train(folder / "nothing", folder / "x", epochs=1)
    with pytest.raises(segnas3d.ProgramError, match="nothing: does not exist$"):
        segnas3d.predict(folder / "nothing", folder / "data", folder / "x")
    assert not (folder / "x").exists()


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_predicted(folder: Path, run: Path) -> None:
    broken = folder / "broken.nii.gz"
    broken.write_bytes(b"no image")
    image = next((folder / "data/imagesTr").glob("*.nii.gz"))
    with pytest.raises(segnas3d.ProgramError, match="broken.nii.gz") as error:
        segnas3d.predict(run, [broken, image], folder / "some")
    assert error.value.document is not None
    assert sorted(case["state"] for case in error.value.document["cases"]) == ["failed", "predicted"]


def test_progress_is_shown(folder: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"network": folder / "small.json", "size": 16, "epochs": 3}
    segnas3d.train(folder / "data", folder / "shown", **options)
    assert "epoch 3 of 3" in capsys.readouterr().err
    segnas3d.train(folder / "data", folder / "silent", progress=False, **options)
    assert capsys.readouterr().err == ""


def test_an_interrupt_leaves_what_can_be_resumed(folder: Path) -> None:
    output = folder / "interrupted"
    options = {"network": folder / "small.json", "size": 16, "epochs": 40}

    def interrupt() -> None:
        while not (output / "log.jsonl").exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        segnas3d.train(folder / "data", output, **options)
    assert segnas3d.train(None, output)["epochs"] == 40
