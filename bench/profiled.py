"""Runs a module under the profiler, with all of its threads: `python -m bench.profiled OUTPUT MODULE [argument …]`.

The main thread is profiled from the signal SIGUSR1 on, so that the start does not count.
"""

from __future__ import annotations

import cProfile
import pstats
import runpy
import signal
import sys
import threading
import time


def main() -> None:
    """Run the module until it ends, then write its profile."""
    output, module, *arguments = sys.argv[1:]
    profiles = [_new_profile()]
    run = threading.Thread.run

    def run_profiled(thread: threading.Thread) -> None:
        profiles.append(_new_profile())
        profiles[-1].runcall(run, thread)

    threading.Thread.run = run_profiled  # type: ignore[assignment,method-assign]
    signal.signal(signal.SIGUSR1, lambda number, frame: profiles[0].enable())
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        profiles[0].disable()
        pstats.Stats(*profiles).dump_stats(output)


def _new_profile() -> cProfile.Profile:
    # Counts the processor time of its thread, so that waiting does not count.
    return cProfile.Profile(time.thread_time)


if __name__ == "__main__":
    main()
