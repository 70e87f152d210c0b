"""Runs of the program from Python."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Iterable
from os import PathLike, fspath
from typing import Any, Union

from ._errors import failure
from ._program import PROGRAM, environment
from ._progress import Display

Path = Union[str, "PathLike[str]"]
Value = Union[None, bool, int, float, Path, Iterable[Union[int, float, Path]]]


def flags(options: dict[str, Value]) -> list[str]:
    """Options as the command line has them.

    ``final_epochs=20`` is ``--final-epochs 20``; True is the flag alone, and False and None are nothing; three numbers
    are a size such as 48x64x32; any other sequence repeats the option.
    """
    words: list[str] = []
    for name, value in options.items():
        flag = "--" + name.strip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
        elif isinstance(value, Iterable) and not isinstance(value, str):
            values = list(value)
            if len(values) == 3 and not any(isinstance(entry, (str, PathLike)) for entry in values):
                words += [flag, "x".join(map(str, values))]
            else:
                words += [word for entry in values for word in (flag, str(entry))]
        else:
            words += [flag, str(value)]
    return words


def call(command: str, *arguments: Path, progress: bool = False, **options: Value) -> str:
    """Runs a command to its end, and returns what it prints.

    It is a process group of its own, so that Ctrl-C reaches it once: the first one lets it end such that it can be
    resumed, the second one ends it at once.

    Args:
        command: The command, such as ``predict``.
        arguments: What has no name on the command line, such as the model.
        progress: Show the program's progress and its notes.
        options: The command's options.

    Raises:
        ProgramError: The program failed.
        KeyboardInterrupt: It was interrupted.
    """
    words = [command, *flags(options), "--", *[fspath(argument) for argument in arguments]]
    display = Display(progress)
    program = subprocess.Popen(
        [PROGRAM, *words],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    output: list[str] = []
    readers = [
        threading.Thread(target=display.read, args=(program.stderr,), daemon=True),
        threading.Thread(target=output.extend, args=(program.stdout,), daemon=True),
    ]
    for reader in readers:
        reader.start()
    _wait(program)
    for reader in readers:
        reader.join()
    display.close()
    if program.returncode in (130, -signal.SIGINT):
        raise KeyboardInterrupt
    if program.returncode != 0:
        raise failure(display.lines, program.returncode, _document("".join(output)))
    return "".join(output)


def _wait(program: subprocess.Popen[str]) -> None:
    """Waits for the end of the program, and passes interrupts on to it."""
    while True:
        try:
            program.wait()
            return
        except KeyboardInterrupt:
            program.send_signal(signal.SIGINT)


def _document(output: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(output)
    except ValueError:
        return None
    return found


def document(command: str, *arguments: Path, progress: bool = False, **options: Value) -> dict[str, Any]:
    """Runs a command that prints a JSON document, as ``call`` does, and returns it."""
    found: dict[str, Any] = json.loads(call(command, *arguments, progress=progress, json=True, **options))
    return found
