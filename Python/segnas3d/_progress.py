"""The program's progress as a bar: of tqdm where it is installed, in notebooks too, else as lines."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

# Training: 60 of 120 (50 %), 2:00:00 left · epoch 2, loss 0.500
_LINE = re.compile(r"(?P<title>[^:]+): (?P<done>\d+) of (?P<all>\d+) \(\d+ %\)(?:, [^·]*)?(?: · (?P<notes>.*))?")


class Display:
    """Shows what the program writes on standard error, and keeps its lines but those of progress."""

    def __init__(self, is_shown: bool) -> None:
        self.lines: list[str] = []
        self._is_shown = is_shown
        self._bar: Any = None

    def read(self, lines: Iterable[str]) -> None:
        """Shows lines until there are no more."""
        for line in lines:
            self._show(line.rstrip("\n"))

    def close(self) -> None:
        """Ends the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, line: str) -> None:
        found = _LINE.fullmatch(line)
        if found is None:
            self.lines.append(line)
        if not self._is_shown or line.startswith("Error: "):
            return
        if found is None or not self._advance(found):
            self._say(line)

    def _advance(self, line: re.Match[str]) -> bool:
        """Moves the bar; false without tqdm."""
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return False
        done, total = int(line["done"]), int(line["all"])
        if self._bar is None or self._bar.desc != line["title"]:
            self.close()
            self._bar = tqdm(total=total, initial=done)
            self._bar.desc = line["title"]
        self._bar.total = total
        self._bar.n = done
        self._bar.set_postfix_str(line["notes"] or "", refresh=False)
        self._bar.refresh()
        return True

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        else:
            print(line, file=sys.stderr, flush=True)
