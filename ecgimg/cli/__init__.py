"""The command `ecgimg`: the only room that imports typer."""
