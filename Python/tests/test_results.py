"""Studies as tables, and models in PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest
import segnas3d
import torch


def test_study_as_tables(study: segnas3d.Study) -> None:
    trials, curves, best = study.trials(), study.curves(), study.best
    assert len(trials) == study.status()["iterations"]
    assert best is not None
    assert trials.loc[best["trial"], "validation_dice"] == pytest.approx(best["dice"])
    assert list(curves.columns) == ["loss", "validation_dice", "seconds"]
    assert curves.loc[best["trial"], "validation_dice"].max() == pytest.approx(best["dice"])
    assert len(curves.loc[best["trial"]]) == 2


def test_a_run_is_no_study(run: Path) -> None:
    with pytest.raises(ValueError, match="run is no study"):
        segnas3d.Study(run)


@pytest.mark.parametrize("source", ["run", "study"])
def test_model_in_pytorch(source: str, request: pytest.FixtureRequest) -> None:
    fixture = request.getfixturevalue(source)
    model = fixture.model if source == "study" else segnas3d.Model(fixture)
    network = model.torch()
    image = torch.randn(2, 1, 13, 16, 21)
    with torch.no_grad():
        scores = network(image)
    assert scores.shape == (2, 3, 13, 16, 21)
    exported = torch.export.export(network, (image,))
    torch.testing.assert_close(exported.module()(image), scores)
    network.train()(image).sum().backward()
    assert all(weight.grad is not None for weight in network.parameters())
