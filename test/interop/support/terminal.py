"""Runs a program on a terminal of its own: terminal.py COLUMNS ROWS PROGRAM ARGUMENTS...

Each line on stdin is JSON: {"type": TEXT} types a text, {"columns": N} changes the width. What the terminal receives goes to
stdout. The exit code is that of the program.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios


def set_size(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    child, terminal = pty.fork()
    if child == 0:
        # The size is set before the program starts.
        set_size(0, columns, rows)
        os.execvp(sys.argv[3], sys.argv[3:])
    pending = b""
    sources = [terminal, 0]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if terminal in ready:
            try:
                block = os.read(terminal, 65536)
            except OSError:
                block = b""
            if block == b"":
                break
            os.write(1, block)
        if 0 in ready:
            block = os.read(0, 65536)
            if block == b"":
                sources.remove(0)
            *lines, pending = (pending + block).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if "type" in order:
                    os.write(terminal, order["type"].encode())
                if "columns" in order:
                    set_size(terminal, order["columns"], rows)
                    os.kill(child, signal.SIGWINCH)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) & 255)


main()
