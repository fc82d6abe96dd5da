"""Runs a command on a file as its standard input and prints what it cost, as the kernel counts it."""

import json
import resource
import subprocess
import sys
import time

source, sink, *command = sys.argv[1:]
with open(source, "rb") as stdin, open(sink, "wb") as stdout:
    started = time.monotonic()
    process = subprocess.run(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)
    wall = time.monotonic() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
json.dump(
    {
        "code": process.returncode,
        "stderr": process.stderr.decode("utf-8", "replace")[-20000:],
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
    },
    sys.stdout,
)
