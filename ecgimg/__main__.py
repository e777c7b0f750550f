"""`python -m ecgimg` is the command `ecgimg`."""

from ecgimg.commands import main

if __name__ == "__main__":
    main()
