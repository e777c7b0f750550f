"""Starts the command `ecgimg` from a checkout: `python cli.py --help`."""

from ecgimg.cli.app import main

if __name__ == "__main__":
    main()
