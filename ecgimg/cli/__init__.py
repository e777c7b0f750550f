"""The command `ecgimg`; only here is typer known."""
