"""Runs the palermo binary on throw-away cases. Standard library only."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = os.environ["PALERMO_BINARY"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def shared():
    """Folder of the public data, or None where it is absent."""
    path = pathlib.Path(os.environ.get("PALERMO_SHARED", SOURCE.parent / "shared"))
    return path if (path / "data").is_dir() else None


class Answer:
    def __init__(self, run):
        self.code, self.out, self.err = run.returncode, run.stdout, run.stderr

    @property
    def json(self):
        return json.loads(self.out)


class CaseTest(unittest.TestCase):
    """One temporary folder with its own keys and one new case for each test."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.case = self.folder / "case.palermo"
        self.env = dict(os.environ, PALERMO_KEYS=str(self.folder / "keys"))
        self.env.pop("PALERMO_CASE", None)
        self.ok("init", "--title", "Test", "--state", "IT")

    def run_palermo(self, *args, json_output=True, case=None, **more):
        command = [BINARY, "--case", str(case or self.case)] + (["--json"] if json_output else [])
        run = subprocess.run(command + [str(a) for a in args], capture_output=True, text=True,
                             env=self.env, timeout=300, errors="replace", **more)
        return Answer(run)

    def ok(self, *args, **more):
        answer = self.run_palermo(*args, **more)
        self.assertEqual(answer.code, 0, f"{args}: {answer.err}")
        return answer.json if more.get("json_output", True) else answer.out

    def refused(self, code, *args, **more):
        answer = self.run_palermo(*args, **more)
        self.assertEqual(answer.code, code, f"{args}: {answer.out} {answer.err}")
        self.assertEqual(answer.err.count("palermo: "), 1, answer.err)  # one clear error
        return answer

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def digest(self):
        """SHA-256 of the case and of whatever stands beside it with its name."""
        names = sorted(p for p in self.folder.iterdir() if p.name.startswith("case.palermo"))
        return [(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in names if p.is_file()]

    def source(self, number):
        """Id of the source that was ingested as the number-th, from 1 on."""
        import sqlite3
        with sqlite3.connect(f"file:{self.case}?mode=ro", uri=True) as db:
            return db.execute("SELECT id FROM source WHERE seq = ?", (number,)).fetchone()[0]

    def at(self, number, line):
        """Id of the record on a line of the source that was ingested as the number-th."""
        return f"{self.source(number)}:{line}"

    def leaves(self):
        """The ledger's entries, read without the program."""
        import sqlite3
        with sqlite3.connect(f"file:{self.case}?mode=ro", uri=True) as db:
            return [json.loads(row[0]) for row in db.execute("SELECT bytes FROM leaf ORDER BY idx")]


def main():
    # ctest reads 77 as "skipped"; a module that needs absent data exits with it and says so.
    program = unittest.main(module="__main__", argv=[sys.argv[0], "-v"], exit=False)
    result = program.result
    if result.wasSuccessful() and result.skipped and len(result.skipped) >= result.testsRun:
        sys.exit(77)
    sys.exit(0 if result.wasSuccessful() else 1)
