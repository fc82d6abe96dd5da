"""Hands the streams of the Singer SDK's own target tests to a program.

The SDK tests targets that are written with it, as objects in its own process. The class below looks like one and
runs a command instead. Environment:
    INTEROP_COMMAND   the program and its first arguments, a JSON list
    INTEROP_CONFIG    the path of its configuration file
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from singer_sdk import Target
from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException
from singer_sdk.sinks import RecordSink
from singer_sdk.testing import get_target_test_class

COMMAND = json.loads(os.environ["INTEROP_COMMAND"])
CONFIG = os.environ["INTEROP_CONFIG"]
TIMEOUT_SECONDS = 60

# The SDK expects its own exceptions; a program has only sentences.
EXCEPTIONS = {
    "was encountered before a corresponding schema": RecordsWithoutSchemaException,
    "is missing, but every record must have its key": MissingKeyPropertiesError,
}


class UnusedSink(RecordSink):
    """The SDK demands a sink class; no record reaches it."""

    def process_record(self, record, context):
        raise NotImplementedError


def run(arguments, data=b""):
    done = subprocess.run([*COMMAND, *arguments], input=data, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    said = done.stderr.decode()
    sys.stderr.write(said)
    if done.returncode not in (0, 1):
        # Not an exception: a test that waits for any exception must not take a crash for one.
        pytest.fail(f"exit {done.returncode}: {said}")
    if done.returncode == 1:
        kinds = [kind for sentence, kind in EXCEPTIONS.items() if sentence in said]
        raise (kinds or [RuntimeError])[0](said)
    return done.stdout.decode()


class Program(Target):
    name = "target-interop"
    config_jsonschema = {"type": "object", "properties": {}}
    default_sink_class = UnusedSink

    def process_lines(self, file_input):
        states = run(["--config", CONFIG], file_input.read().encode())
        for line in states.splitlines():
            json.loads(line)
        sys.stdout.write(states)

    def process_endofpipe(self):
        """The program has seen the end of its input already."""

    def print_version(self, *_args, **_kwargs):
        assert run(["--version"]).strip()

    def print_about(self, *_args, output_format=None, **_kwargs):
        about = run(["--about", *(["--format", output_format] if output_format else [])])
        assert about.strip()
        if output_format == "json":
            assert json.loads(about)["name"]


TestProgram = get_target_test_class(Program, config={})
