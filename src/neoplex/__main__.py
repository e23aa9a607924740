"""Lets ``python -m neoplex`` run the command line."""

from neoplex.cli.main import run

if __name__ == "__main__":
    run()
