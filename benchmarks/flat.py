"""The yardstick of benchmarks/offline.py: evaluates the flat program of engine_flat/ under the offline commands' own mocks."""

from benchmarks.engine_flat.__main__ import program
from realip.offline.program import record_program

__all__ = ["main"]


def main() -> None:
    """Evaluate the program once, and print how many resources it has."""
    recording = record_program(program, project="flat", stack="flat", configuration={})
    print(len(recording.resources), "resources")


if __name__ == "__main__":
    main()
