"""Failures of the program as exceptions."""

from __future__ import annotations

from typing import Any


class ProgramError(RuntimeError):
    """The program failed, for the reason that its sentence gives.

    Attributes:
        status: The program's exit code.
        document: The JSON document that it printed nevertheless, as ``predict`` does when some images cannot be read;
            None if there is none.
    """

    def __init__(self, sentence: str, status: int, document: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.document = document


class OptionError(ProgramError):
    """An option is unknown, has a value that it cannot have, or differs from that of the work to be resumed."""


class DatasetError(ProgramError):
    """The dataset has a fault."""


class OutOfMemoryError(ProgramError):
    """There is not enough memory."""


_KINDS = {2: OptionError, 3: DatasetError, 4: OutOfMemoryError}


def failure(errors: list[str], status: int, document: dict[str, Any] | None) -> ProgramError:
    """The exception for an exit code other than 0, from the lines that the program wrote on standard error."""
    begins = [number for number, line in enumerate(errors) if line.startswith("Error: ")]
    lines = errors[begins[-1] :] if begins else errors
    # How the command is used follows an error in its options.
    usage = [number for number, line in enumerate(lines) if line.startswith(("Help: ", "Usage: ", "  See '"))]
    text = "\n".join(lines[: usage[0]] if usage else lines).removeprefix("Error: ").strip()
    if not text:
        text = f"segnas3d was ended by signal {-status}" if status < 0 else f"segnas3d ended with exit code {status}"
    return _KINDS.get(status, ProgramError)(text, status, document)
