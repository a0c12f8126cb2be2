"""The exported scripts: copied as they stand, without a value pasted into them."""

from importlib.resources import files

from advisor.export.target import TextFile


def script(source: str, name: str) -> TextFile:
    """The script `source` of the full run under the name `name`."""
    # Read as text, never imported: it needs libraries that only child processes load.
    folder = files("advisor") / "work" / "full"
    return TextFile(name, (folder / source).read_text(encoding="utf-8"))
