# SPDX-License-Identifier: Apache-2.0
"""CPU seconds, wall seconds and peak memory of one process and of the children that it waited for.

    m = measure(["leat", "run"], cwd=folder)      # Measured(cpu, wall, peak_bytes)

On Linux a process inherits the peak of the one that started it, so this file also runs as a small program that does
the starting: figures below its own 9 MB or so mean "no more than that".
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import namedtuple

Measured = namedtuple("Measured", "cpu wall peak_bytes")


def measure(argv, cwd=None, env=None, repeat=1, before=None):
    """Runs argv `repeat` times, `before()` ahead of each, unmeasured. Medians; the largest peak. Failing ends the bench."""
    runs = []
    print(f"  … {' '.join(map(str, argv))}"[:120], file=sys.stderr)
    for _ in range(repeat):
        if before:
            before()
        reader, writer = os.pipe()
        argv_all = [sys.executable, "-I", "-S", __file__, str(writer), *map(str, argv)]
        done = subprocess.run(argv_all, cwd=cwd, env=env, pass_fds=[writer], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        os.close(writer)
        with os.fdopen(reader) as f:
            text = f.read()
        if done.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        runs.append(Measured(**json.loads(text)))
    return Measured(statistics.median(r.cpu for r in runs), statistics.median(r.wall for r in runs),
                    max(r.peak_bytes for r in runs))


def main(pipe, argv):
    started = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, pipe)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    with os.fdopen(pipe, "w") as f:
        json.dump({"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak_bytes": usage.ru_maxrss * 1024}, f)
    return os.waitstatus_to_exitcode(status) & 255


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
