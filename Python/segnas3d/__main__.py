"""``python -m segnas3d``: the program itself."""

from ._program import main

main()
