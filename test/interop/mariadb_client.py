"""Runs the statements of standard input on MariaDB and prints the rows of the last as JSON, every value as the server's text.

Argument: the path of a JSON file with the keyword arguments of pymysql.connect.
"""

import json
import sys

import pymysql
from pymysql.constants import CLIENT

with open(sys.argv[1], encoding="utf-8") as file:
    connection = pymysql.connect(
        **json.load(file), charset="utf8mb4", conv={}, autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS
    )

with connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
    cursor.execute(sys.stdin.read())
    rows = cursor.fetchall()
    while cursor.nextset():
        rows = cursor.fetchall()

json.dump(list(rows), sys.stdout)
