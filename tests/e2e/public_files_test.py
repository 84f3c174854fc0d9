"""Every file of the public data goes through `ingest --format auto`: taken with the counts of its README and every line
accounted for, or refused as what it is. A file that public_files.tsv does not name fails.

lines: h1 = all but 1 line at the head hold one record each (h4f2: and but 2 at the foot; blank lines never do), so that
rows_read is their number and the records name exactly these lines; dated = the same of lines that begin with a date;
matrix = one record for each cell that is not 0 and each label without a tie; places = the lines where objects begin;
numbered = records are numbered through, for a line gives several or they have no lines; - = there is no record."""
import csv
import pathlib
import re
import shutil
import unittest

import support

SHARED = support.shared()
APART = {"hostile-input", "merkle-vectors"}  # hostile_input_test, hostile_tables_test, vectors_test
COUNTS = ("rows_read", "stored", "duplicates", "rejected")


def table():
    with open(pathlib.Path(__file__).with_suffix("").parent / "public_files.tsv", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def lines_of(path):
    """Numbered from 1, as the file has them: a byte order mark and the kind of line end make no difference."""
    text = path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return list(enumerate(text.split("\n"), 1))


def record_lines(path, rule):
    """The line of each record, found without the program."""
    lines = [(n, text) for n, text in lines_of(path) if text.strip(" \t;,")]
    if rule == "dated":
        return [n for n, text in lines if re.match(r"\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", text.lstrip("\ufeff\u200e"))]
    if rule == "matrix":
        rows = [[cell.strip() not in ("", "0") for cell in row[1:]] for row in csv.reader(text for _, text in lines[1:])]
        alone = [not any(row) and not any(other[i] for other in rows) for i, row in enumerate(rows)]
        return [n for (n, _), row, only in zip(lines[1:], rows, alone) for _ in range(sum(row) + only)]
    head, foot = re.fullmatch(r"h(\d+)(?:f(\d+))?", rule).groups()
    kept = [n for n, _ in lines if n > int(head)]
    return kept[:len(kept) - int(foot or 0)]


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class PublicFiles(support.CaseTest):
    def test_every_file_is_named(self):
        there = {str(p.relative_to(SHARED / "data")) for p in (SHARED / "data").rglob("*") if p.is_file()}
        there = {name for name in there if name.split("/")[0] not in APART and not name.endswith("README.md")}
        self.assertEqual({row["file"] for row in table()}, there)

    def test_what_is_evidence_is_taken_and_every_line_accounted_for(self):
        taken = [row for row in table() if row["format"]]
        self.assertGreater(len(taken), 90)
        empty = shutil.copy(self.case, self.folder / "empty")
        for row in taken:
            path = SHARED / "data" / row["file"]
            with self.subTest(file=row["file"]):
                for old in self.folder.glob("case.palermo*"):
                    old.unlink()
                shutil.copy(empty, self.case)  # a case each: a file's duplicates are its own
                zone = ["--timezone", row["zone"]] if row["zone"] else []
                answer = self.ok("ingest", path, "--format", "auto", "--technique", "NONE", *zone)
                self.assertEqual([answer["format"], *(answer[k] for k in COUNTS), answer["quarantined"]],
                                 [row["format"], *(int(row[k]) for k in COUNTS), 0])
                self.assertEqual(answer["rows_read"], sum(answer[k] for k in COUNTS[1:]))
                self.assertEqual(len(answer["rejects"]), answer["rejected"])
                self.check_lines(path, row, answer)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def check_lines(self, path, row, answer):
        stored = [int(line) for (line,) in self.ok("sql", "SELECT line FROM calls UNION ALL SELECT line FROM records",
                                                   "--rows", "20000")["rows"]]
        self.assertEqual(len(stored), answer["stored"])
        seen = sorted(stored + [reject["line"] for reject in answer["rejects"]])
        if row["lines"] == "numbered":
            self.assertEqual(len(set(seen)), len(seen))
            self.assertLessEqual(set(seen), set(range(1, answer["rows_read"] + 1)))
        elif row["lines"] == "places":
            self.assertTrue(1 <= seen[0] and seen[-1] <= len(lines_of(path)), seen)
        elif row["lines"] != "-":
            want = record_lines(path, row["lines"])
            self.assertEqual(len(want), answer["rows_read"])
            if answer["duplicates"]:
                self.assertLess(set(seen), set(want))
            else:
                self.assertEqual(seen, want)

    def test_what_is_no_evidence_is_refused_as_what_it_is(self):
        others = [row for row in table() if not row["format"]]
        before = self.digest()
        for row in others:
            with self.subTest(file=row["file"]):
                answer = self.refused(3, "ingest", SHARED / "data" / row["file"], "--format", "auto", "--technique", "NONE",
                                      "--timezone", "UTC")
                self.assertIn(row["words"], answer.err)
        self.assertEqual(self.digest(), before)

    def test_warrants_are_taken_as_authorizations(self):
        warrants = [row["file"] for row in table() if "warrant message" in row["words"]]
        self.assertEqual(len(warrants), 9)
        answer = self.ok("authorize", "add", *[SHARED / "data" / name for name in warrants])
        self.assertEqual(sorted(a["authorization_id"] for a in answer["authorizations"]), ["W000001", "W000001@2019-09-30"])


if __name__ == "__main__":
    support.main()
