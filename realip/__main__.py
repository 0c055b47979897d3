"""`python -m realip`."""

from realip.cli import entry

if __name__ == "__main__":
    entry()
