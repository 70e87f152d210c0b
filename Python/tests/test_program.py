"""The program as the package installs it."""

from __future__ import annotations

import resource
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import segnas3d
from segnas3d._program import PROGRAM


def output(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def test_versions_agree() -> None:
    assert output("segnas3d", "--version") == f"{segnas3d.__version__}\n"
    assert output(sys.executable, "-m", "segnas3d", "--version") == f"{segnas3d.__version__}\n"


def test_finds_libtorch_without_importing_torch() -> None:
    assert "All is well" in output("segnas3d", "doctor")
    script = "import sys, segnas3d, segnas3d._program as p; p.environment(); print('torch' in sys.modules)"
    assert output(sys.executable, "-c", script) == "False\n"


def test_exit_code_and_arguments_pass_through() -> None:
    program = subprocess.run(["segnas3d", "info", "a name"], capture_output=True, text=True)
    assert program.returncode == 1
    assert "a name" in program.stderr


def test_starts_almost_as_fast_as_the_program() -> None:
    def seconds(*words: str) -> float:
        """Seconds of computing, which other programs on this machine hardly change."""

        def now() -> float:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            return used.ru_utime + used.ru_stime

        times = []
        for _ in range(5):
            start = now()
            output(*words)
            times.append(now() - start)
        return min(times)

    assert seconds("segnas3d", "--version") - seconds(PROGRAM, "--version") < 0.15


def test_licences_are_inside() -> None:
    licenses = {Path(str(file)).name for file in distribution("segnas3d").files or [] if "/licenses/" in str(file)}
    assert {"LICENSE", "swift", "swift-nio", "libgdcm3.0", "plotly.js", "components.tsv"} <= licenses
