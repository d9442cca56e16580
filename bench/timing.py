"""Times commands, and prints numbers."""

import os
import pathlib
import re
import statistics
import subprocess
import time

RUNS = 40


def show(name, value, unit, pair=None):
    ratio = "" if pair is None else f"  {value / pair[1]:.2f} x {pair[0]}"
    print(f"{name:<36} {value:>12.2f} {unit}{ratio}", flush=True)


def once(words, env, codes=(0, 255)):
    """Returns the milliseconds of one run, which must end with one of the codes."""
    null = os.open(os.devnull, os.O_RDWR)
    started = time.perf_counter()
    pid = os.posix_spawnp(str(words[0]), [str(word) for word in words], env, file_actions=[
        (os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
    _, status = os.waitpid(pid, 0)
    took = (time.perf_counter() - started) * 1000
    os.close(null)
    assert os.waitstatus_to_exitcode(status) in codes, words
    return took


def peak_resident(words, env):
    """Returns the peak resident megabytes of a command. The parent is /usr/bin/time, which is small: a child begins
    with its parent's memory."""
    out = subprocess.run(["/usr/bin/time", "-f", "%M", *words], env=env, capture_output=True, text=True, check=False)
    return int(out.stderr.strip().splitlines()[-1]) / 1024


def compare(name, words, env, other=("ssh -V", ["ssh", "-V"]), runs=RUNS):
    """Times a command and its pair in turn, and shows the medians and the memory."""
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(once(words, env))
        theirs.append(once(other[1], env))
    show(name, statistics.median(mine), "ms", (other[0], statistics.median(theirs)))
    show(name + " resident", peak_resident(words, env), "MB")


def resident(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024
