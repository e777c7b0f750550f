"""`python -m ecgimg` is the command `ecgimg`."""

from ecgimg.cli.app import main

if __name__ == "__main__":
    main()
