"""Hostile tables, workbooks and times of the shared set, through the program, with the verdicts of its README."""
import csv
import datetime
import os
import pathlib
import resource
import sys
import zipfile

import support

SHARED = support.shared()
FOLDER = SHARED / "data" / "hostile-input" if SHARED else None
if FOLDER is None or not FOLDER.is_dir():
    print("skipped: the shared hostile input is absent")
    sys.exit(77)


# Seconds and MiB by verdict; a refusal has the first.
BOUNDS = {"refuse_or_bounded": (5, 256)}
REASONS = {
    "absolute.zip": "leads out", "encrypted-flag.zip": "password", "many-5000.zip": "5000 of the files",
    "nested-12.zip": "more than 3 deep", "not-a-zip.zip": "table of contents", "overlap-2000x4MiB.zip": "times its size",
    "ratio-20MiB.zip": "times its size", "size-lie.zip": "times its size", "symlink.zip": "link to another file",
    "traversal-unix.zip": "leads out", "truncated.zip": "table of contents"}


def tsv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class HostileTables(support.CaseTest):
    def bounded(self, *args):
        """Exit code, seconds on a processor, peak MiB, output, errors. The clock on the wall tells nothing on a busy machine."""
        out, err = self.folder / "out", self.folder / "err"
        command = [support.BINARY, "--case", str(self.case), "--json", *map(str, args)]
        child = os.fork()
        if child == 0:
            try:
                for path, fd in ((out, 1), (err, 2)):
                    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), fd)
                # A program that never ends is ended by the kernel.
                resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
                os.execve(support.BINARY, command, self.env)
            finally:
                os._exit(127)
        _, status, used = os.wait4(child, 0)
        return (os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024,
                out.read_text(errors="replace"), err.read_text(errors="replace"))

    def test_archives(self):
        """Seconds and MiB are those of the README, above what the program takes for nothing at all."""
        verdicts = {row["file"]: row["expect"] for row in tsv(FOLDER / "archives" / "expected.tsv")}
        self.assertEqual(len(verdicts), 14)
        outside = [pathlib.Path("/tmp/evil.txt"), FOLDER / "evil.txt", self.folder / "evil.txt"]
        there = [path.exists() for path in outside]
        _, idle_seconds, idle_mib, _, _ = self.bounded("ingest", self.folder / "absent", "--technique", "NONE")
        for name, expect in verdicts.items():
            with self.subTest(file=name, expect=expect):
                before = self.digest()
                code, seconds, peak, out, err = self.bounded("ingest", FOLDER / "archives" / name, "--technique", "NONE")
                self.assertEqual(code, 3, out + err)
                self.assertEqual(err.count("palermo: "), 1, err)
                self.assertEqual(self.digest(), before)
                most_seconds, most_mib = BOUNDS.get(expect, (1, 64))
                self.assertLess(seconds - idle_seconds, most_seconds)
                self.assertLess(peak - idle_mib, most_mib)
                if name.endswith(".xlsx"):
                    continue
                # What is refused is refused for what it is, and before anything is taken out of it.
                self.assertIn(REASONS[name], err)
        self.assertEqual([path.exists() for path in outside], there)
        self.assertEqual(self.ok("records")["total"], 0)

    def test_workbooks(self):
        verdicts = {row["file"]: row["expect"] for row in tsv(FOLDER / "archives" / "expected.tsv")}
        books = {name: expect for name, expect in verdicts.items() if name.endswith(".xlsx")}
        self.assertEqual(len(books), 3)
        for name, expect in books.items():
            before = self.digest()
            code, _, _, out, err = self.bounded("ingest", FOLDER / "archives" / name, "--explain")
            self.assertIn(code, (0, 3), f"{name}: {err}")
            self.assertEqual(self.digest(), before)
            if expect == "accept_bounded_one_cell":
                # One cell is no table of calls; what counts is that the claimed million rows cost nothing.
                self.assertIn("no known format", err)
            if expect == "value_only_formula_never_evaluated":
                self.assertNotIn("WEBSERVICE", out + err)
            if expect == "no_external_read":
                self.assertEqual(code, 3)
                self.assertIn("DOCTYPE", err)
                self.assertNotIn(os.uname().nodename, out + err)

    def workbook(self, name, sheet, sheets='<sheet name="A" r:id="r1"/>'):
        space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ' \
                'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        path = self.folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("[Content_Types].xml", "<Types/>")
            book.writestr("xl/workbook.xml", f"<workbook {space}><sheets>{sheets}</sheets></workbook>")
            book.writestr("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="r1" Type="x/worksheet" '
                          'Target="worksheets/s.xml"/></Relationships>')
            book.writestr("xl/worksheets/s.xml", f"<worksheet {space}>{sheet}</worksheet>")
        return path

    def test_workbooks_made_to_exhaust(self):
        """Small files that would become large rows, or long work, if each of their cells and ranges were believed."""
        rows = 30_000
        header = "".join(f'<c t="str"><v>{name}</v></c>' for name in ("a", "b", "start", "duration_s"))
        far = f"<sheetData><row>{header}</row>" + '<row><c r="XFD"><v>1</v></c></row>' * rows + "</sheetData>"
        tall = f"<sheetData><row>{header}</row>" + "<row/>" * rows + "</sheetData><mergeCells>" \
               + f'<mergeCell ref="A1:A{rows}"/>' * rows + "</mergeCells>"
        for name, path, words in (
                ("far right", self.workbook("far.xlsx", far), "as far as column 16384"),
                ("tall ranges", self.workbook("tall.xlsx", tall), None),
                ("one part as many sheets", self.workbook("part.xlsx", "<sheetData/>", "".join(
                    f'<sheet name="{i}" r:id="r1"/>' for i in range(500))), "are one part")):
            with self.subTest(name):
                self.assertLess(path.stat().st_size, 200_000)
                code, seconds, peak, out, err = self.bounded("ingest", path, "--technique", "NONE", "--timezone", "UTC")
                self.assertEqual(code, 3, out + err)
                self.assertIn(words or "palermo: ", err)
                self.assertLess(seconds, 20)
                self.assertLess(peak, 1024)

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
                    expected = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=int(value))
                    shown = expected.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)
                    self.assertTrue(read.startswith(shown), f"{read} {shown}")
                elif expect == "reject":
                    self.assertEqual([r["code"] for r in answer.json["rejects"]], ["BAD_TIME"], answer.out)
                else:
                    self.assertIn(answer.code, (0, 3))


    # Where the evidence has a number of each type: the column beside, a row that is good, and what refuses.
    NUMBERS = {
        "u64": ("cell_table", "radio,mcc,net,area,cell,unit,lon,lat\nLTE,1,1,7,{},0,1.5,2.5\nLTE,1,1,7,5,0,1.5,2.5\n", "MISSING_CELL"),
        "u32": ("cell_table", "radio,mcc,net,area,cell,unit,lon,lat\nLTE,1,1,{},5,0,1.5,2.5\nLTE,1,1,7,5,0,1.5,2.5\n", "MISSING_CELL"),
        "i64": ("payments", "Booking Date;Counterparty;Amount;Currency;Account\n2031-03-04;Anna;{};EUR;X1\n2031-03-05;Bert;-7;EUR;X1\n", "BAD_AMOUNT"),
        "f64": ("edge_list", "source,target,weight\na,b,{}\nc,d,1\n", "BAD_WEIGHT")}

    def test_integers(self):
        rows = tsv(FOLDER / "time" / "integers.tsv")
        self.assertEqual(len(rows), 13)
        for row in rows:
            text, kind, expect = row["text"], row["type"], row["expect"]
            form, table, refusal = self.NUMBERS[kind]
            path = self.write("numbers.csv", table.format(text))
            with self.subTest(text=text, type=kind, expect=expect):
                answer = self.ok("ingest", path, "--format", form, "--dry-run", "--technique", "NONE", "--timezone", "UTC")
                codes = [r["code"] for r in answer["rejects"]]
                self.assertEqual(answer["rows_read"], 2)
                if text != text.strip():
                    # A blank around a cell is the table's, not the number's: it is taken off and the number is read.
                    self.assertEqual(codes, [])
                elif expect == "reject":
                    self.assertEqual(codes, [refusal])
                else:
                    self.assertEqual(codes, [])  # an amount may have a plus sign
        # No call lasts longer than 32 bits can count.
        for row in rows:
            path = self.write("calls.csv", "a,b,start,duration_s\n"
                              f"+447700900001,+447700900002,2031-03-04T08:15:53Z,{row['text']}\n"
                              "+447700900001,+447700900002,2031-01-01T00:00:00Z,1\n")
            answer = self.ok("ingest", path, "--dry-run", "--technique", "NONE")
            good = row["text"].strip() in ("0", "5")
            self.assertEqual([r["code"] for r in answer["rejects"]], [] if good else ["BAD_DURATION"], row["text"])

    def test_large_numbers_are_kept_digit_by_digit(self):
        path = self.write("cells.csv", self.NUMBERS["u64"][1].format(18446744073709551615))
        self.ok("ingest", path, "--format", "cell_table", "--technique", "NONE")
        cells = [record["cell"] for record in self.ok("records", "--limit", "0")["records"]]
        self.assertIn("1-01-7-18446744073709551615", cells)


if __name__ == "__main__":
    support.main()
