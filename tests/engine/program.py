"""A Pulumi program in a process of its own, as Python's language host runs it: in the main thread, with nothing of ours around it.

`python program.py RUN`, where RUN says in JSON what a :class:`Run` holds. The configuration comes in `PULUMI_CONFIG`.
"""

import asyncio
import json
import logging
import os
import runpy
import sys
import threading
import traceback
from dataclasses import dataclass
from typing import NoReturn

import pulumi

TOLD = 32
"""How a program ends whose error the user has read already."""


@dataclass(frozen=True)
class Run:
    """What the engine says when it wants a program run."""

    folder: str
    project: str
    stack: str
    organization: str
    monitor: str
    engine: str
    parallel: int
    dry_run: bool


def execute(run: Run, host: int) -> NoReturn:
    """Run the program of a folder to its end, which is the process's. It ends, too, when nobody holds the other end of the
    pipe `host` any more: a program whose host was killed would wait for its engine for ever.
    """
    threading.Thread(target=_end_with, args=(host,), daemon=True).start()
    os.chdir(run.folder)
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=run.project,
            stack=run.stack,
            organization=run.organization,
            monitor=run.monitor,
            engine=run.engine,
            parallel=run.parallel,
            dry_run=run.dry_run,
            root_directory=run.folder,
        )
    )
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # what a failed program leaves unfinished is no news
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def main() -> None:
        runpy.run_path(run.folder, run_name="__main__")

    code = 0
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(main))
    except pulumi.RunError as error:
        code = TOLD
        pulumi.log.error(str(error))
    except Exception:  # noqa: BLE001 - whatever a program does wrong, its user reads
        code = TOLD
        pulumi.log.error(traceback.format_exc())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads of a program that failed would wait for its engine for ever


def _end_with(host: int) -> None:
    os.read(host, 1)
    os._exit(1)


if __name__ == "__main__":
    execute(Run(**json.loads(sys.argv[1])), sys.stdin.fileno())
