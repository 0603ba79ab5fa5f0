"""Checks JSON against JSON Schemas (2020-12) with jsonschema, independent of our Rust.

One JSON object a line on standard input, {"schema": …, "instance": …} or {"schema": …, "toml": a text}; for each a line
on standard output: the first error, or "ok".
"""

import json
import sys
import tomllib

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


def main():
    for line in sys.stdin:
        given = json.loads(line)
        Draft202012Validator.check_schema(given["schema"])
        instance = tomllib.loads(given["toml"]) if "toml" in given else given["instance"]
        error = best_match(Draft202012Validator(given["schema"]).iter_errors(instance))
        print(json.dumps("ok" if error is None else f"{error.json_path}: {error.message}"), flush=True)


main()
