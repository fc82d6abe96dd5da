"""Parses statements as other tools read Redshift's SQL. Reads a JSON list of [name, SQL]; writes what each parser refuses or does not understand."""

import json
import logging
import sys

import sqlglot
from sqlfluff.core import FluffConfig, Linter
from sqlglot import exp

logging.getLogger("sqlglot").setLevel(logging.ERROR)
linter = Linter(config=FluffConfig(overrides={"dialect": "redshift"}))


def sqlglot_problem(sql):
    try:
        parsed = sqlglot.parse(sql, read="redshift", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        return str(error).split("\n")[0]
    opaque = any(isinstance(one, exp.Command) for one in parsed)
    return "is kept as an opaque command" if opaque else None


def sqlfluff_problem(sql):
    violations = linter.parse_string(sql + ";\n").violations
    return violations[0].desc().split("\n")[0] if violations else None


problems = {"sqlglot": {}, "sqlfluff": {}}
for name, sql in json.load(sys.stdin):
    for parser, problem_of in (("sqlglot", sqlglot_problem), ("sqlfluff", sqlfluff_problem)):
        problem = problem_of(sql)
        if problem is not None:
            problems[parser][name] = problem
json.dump(problems, sys.stdout)
