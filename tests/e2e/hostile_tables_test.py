"""Hostile tables, workbooks and times of the shared set, through the program, with the verdicts of its README."""
import csv
import os
import resource
import subprocess
import sys
import time
import unittest

import support

SHARED = support.shared()
FOLDER = SHARED / "data" / "hostile-input" if SHARED else None
if FOLDER is None or not FOLDER.is_dir():
    print("skipped: the shared hostile input is absent")
    sys.exit(77)


def tsv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class HostileTables(support.CaseTest):
    def bounded(self, *args):
        """Exit code, seconds and peak MiB."""
        before = time.monotonic()
        run = subprocess.Popen([support.BINARY, "--case", str(self.case), "--json", *map(str, args)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)
        out, err = run.communicate(timeout=120)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return run.returncode, time.monotonic() - before, peak, out.decode(errors="replace"), err.decode(errors="replace")

    def test_workbooks(self):
        verdicts = {row["file"]: row["expect"] for row in tsv(FOLDER / "archives" / "expected.tsv")}
        books = {name: expect for name, expect in verdicts.items() if name.endswith(".xlsx")}
        self.assertEqual(len(books), 3)
        for name, expect in books.items():
            path = FOLDER / "archives" / name
            before = self.digest()
            code, seconds, peak, out, err = self.bounded("ingest", path, "--explain")
            self.assertIn(code, (0, 3), f"{name}: {err}")
            self.assertEqual(self.digest(), before)
            if expect == "accept_bounded_one_cell":
                # One cell is no table of calls; what counts is that the claimed million rows cost nothing.
                self.assertLess(peak, 256)
                self.assertIn("no known format", err)
            if expect == "value_only_formula_never_evaluated":
                self.assertNotIn("WEBSERVICE", out + err)
            if expect == "no_external_read":
                self.assertEqual(code, 3)
                self.assertIn("DOCTYPE", err)
                self.assertNotIn(os.uname().nodename, out + err)

    def test_archives_that_are_no_workbook_are_refused(self):
        for row in tsv(FOLDER / "archives" / "expected.tsv"):
            if row["file"].endswith(".xlsx"):
                continue
            code, seconds, peak, out, err = self.bounded("ingest", FOLDER / "archives" / row["file"], "--technique", "NONE")
            self.assertEqual(code, 3, f"{row['file']}: {out}{err}")
            self.assertLess(peak, 256, row["file"])
        self.assertEqual(self.ok("records")["total"], 0)

    def test_malformed_tables_are_answered_and_never_crash(self):
        files = sorted((FOLDER / "csv" / "malformed").iterdir()) + sorted((FOLDER / "csv" / "csv-spectrum" / "csvs").iterdir())
        self.assertEqual(len(files), 23)
        for path in files:
            for more in [("--explain",), ("--format", "edge_list", "--dry-run", "--technique", "NONE"),
                         ("--format", "call_csv:palermo", "--dry-run", "--technique", "NONE")]:
                answer = self.run_palermo("ingest", path, *more)
                self.assertIn(answer.code, (0, 3), f"{path.name} {more}: {answer.err}")
            answer = self.run_palermo("profile", "new", path)
            self.assertIn(answer.code, (0, 3), f"{path.name}: {answer.err}")

    def test_cells_survive_as_they_are(self):
        cells = [row["cell"] for row in tsv(FOLDER / "csv" / "formula_cells.tsv")]
        cells = [c.replace("\\t", "\t").replace("\\n", "\n") for c in cells]
        rows = "".join('"{}","target {}"\n'.format(c.replace('"', '""'), i) for i, c in enumerate(cells) if c.strip())
        path = self.write("edges.csv", "from,to\n" + rows)
        answer = self.ok("ingest", path, "--format", "edge_list", "--technique", "NONE")
        self.assertEqual(answer["rows_read"], answer["stored"] + answer["duplicates"] + answer["rejected"])

    def test_timestamps(self):
        for row in tsv(FOLDER / "time" / "timestamps.tsv"):
            text, expect, value = row["text"], row["expect"], row["unix_ms_or_reason"]
            good = "+447700900001,+447700900002,2031-01-01T00:00:00Z,1\n"
            path = self.write("t.csv", f"a,b,start,duration_s\n+447700900001,+447700900002,{text},1\n{good}")
            answer = self.run_palermo("ingest", path, "--dry-run", "--technique", "NONE")
            with self.subTest(text=text, expect=expect):
                if "zone" in value:
                    self.assertEqual(answer.code, 3)
                elif text.startswith(" "):
                    # A blank around a cell is the table's, not the time's: it is taken off and the time is read.
                    self.assertEqual(answer.code, 0, answer.err)
                elif expect == "accept":
                    self.assertEqual(answer.json["rejected"], 0, answer.out)
                    explained = self.ok("ingest", path, "--explain")["files"][0]
                    read = {v["role"]: v["read"] for v in explained["rows"][0]["values"]}["date_time"]
                    import datetime
                    expected = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=int(value))
                    shown = expected.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)
                    self.assertTrue(read.startswith(shown), f"{read} {shown}")
                elif expect == "reject":
                    self.assertEqual([r["code"] for r in answer.json["rejects"]], ["BAD_TIME"], answer.out)
                else:
                    self.assertIn(answer.code, (0, 3))


if __name__ == "__main__":
    support.main()
