"""Options that several commands share, spelt once."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder where everything is kept.", show_default="./linli-data")
]
DataOrNone = Annotated[
    Path | None, typer.Option("--data", help="Folder where everything is kept.", show_default="a throw-away one")
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML); see docs/settings.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
