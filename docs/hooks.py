"""A hook of mkdocs: the pictures of README's first screen, which docs/index.md shows too, become part of the site."""

from __future__ import annotations

from typing import Any

PICTURES = ("examples/example.overlay.png",)


def on_files(files: Any, config: Any) -> Any:
    """Adds pictures from outside of docs/ at the path that README has for them."""
    from mkdocs.structure.files import File

    for path in PICTURES:
        files.append(File(path, src_dir=".", dest_dir=config["site_dir"], use_directory_urls=False))
    return files
