"""Tables as users have them: encodings, workbooks, drafts of mapping profiles, and what --explain says beforehand."""
import hashlib
import io
import re
import unittest
import zipfile

import support

HEADER = "a,b,start,duration_s\n"
ROW = "+447700900001,+447700900002,2031-03-04T08:15:53Z,60\n"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PROFILE = """id: "sheet"
timezone: "UTC"
preamble_max: 3
columns { role: A_NUMBER names: "Line" }
columns { role: B_NUMBER names: "Other" }
columns { role: DATE_TIME names: "When" patterns: "%d.%m.%Y %H:%M:%S" }
columns { role: DURATION names: "Length" optional: true }
columns { role: CELL names: "Cell" optional: true }
"""


def column_name(index):
    name = ""
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(place, value):
    """A cell: text inline, (number, style) or a whole element."""
    if isinstance(value, str) and value.startswith("<"):
        return value.replace("<c", f'<c r="{place}"', 1)
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    number, style = value
    return f'<c r="{place}" s="{style}"><v>{number}</v></c>'


def workbook(sheets, date1904=False, extra_rels=""):
    """XLSX of {name: rows} or {name: (rows, xml behind them, state)}; style 1 is a date with time, 2 a date."""
    book, rels, files = "", "", {}
    for i, (name, content) in enumerate(sheets.items(), 1):
        rows, behind, state = content if isinstance(content, tuple) else (content, "", "visible")
        body = ""
        for r, row in enumerate(rows, 1):
            cells = "".join(cell(column_name(c) + str(r), v) for c, v in enumerate(row, 1) if v is not None)
            if cells:
                body += f'<row r="{r}">{cells}</row>'
        files[f"xl/worksheets/sheet{i}.xml"] = f"<worksheet {NAMESPACE}><sheetData>{body}</sheetData>{behind}</worksheet>"
        book += f'<sheet name="{name}" sheetId="{i}" state="{state}" r:id="r{i}"/>'
        rels += f'<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
    system = '<workbookPr date1904="1"/>' if date1904 else ""
    files["xl/workbook.xml"] = f'<workbook {NAMESPACE} xmlns:r="{OFFICE}">{system}<sheets>{book}</sheets></workbook>'
    files["xl/styles.xml"] = (f'<styleSheet {NAMESPACE}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/>'
                              '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs>'
                              "</styleSheet>")
    rels += f'<Relationship Id="rs" Type="{OFFICE}/styles" Target="styles.xml"/>{extra_rels}'
    files["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rels}</Relationships>')
    files["[Content_Types].xml"] = "<Types/>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


TABLE = [["Line", "Other", "When", "Length"],
         ["+447700900001", (447700900002, 0), (47911.34436342593, 1), (60, 0)]]


class Tables(support.CaseTest):
    def take(self, path, *more):
        return self.ok("ingest", path, "--technique", "NONE", *more)

    def notes(self, answer):
        return "\n".join(answer["notices"])

    # --- encodings ---

    def test_utf16_is_read_and_traced(self):
        for name, text in [("le", b"\xff\xfe" + (HEADER + ROW).replace(",", "\t").encode("utf-16-le")),
                           ("be", b"\xfe\xff" + (HEADER + "\n" + ROW).encode("utf-16-be")),
                           ("bare", (HEADER + ROW + "+447700900001,+447700900003,2031-03-04T09:15:53Z,6\n").encode("utf-16-le"))]:
            path = self.write(f"{name}.txt", text)
            answer = self.take(path)
            self.assertEqual(answer["rejected"], 0)
            self.assertIn("the file is UTF-16", self.notes(answer))
            self.assertEqual(answer["sha256"], hashlib.sha256(text).hexdigest())
        line = self.ok("trace", self.at(1, 2), "--file", self.folder / "le.txt")
        self.assertEqual(line["original"], ROW.strip().replace(",", "\t"))
        self.assertEqual(line["source"]["encoding"], "UTF-16LE")

    def test_utf16_that_is_damaged_and_utf32_are_refused(self):
        self.refused(3, "ingest", self.write("a.csv", b"\xff\xfe" + (HEADER + ROW).encode("utf-16-le") + b"\x00\xd8a\x00"))
        wide = self.refused(3, "ingest", self.write("b.csv", (HEADER + ROW).encode("utf-32")))
        self.assertIn("UTF-32", wide.err)
        self.refused(2, "ingest", self.write("c.csv", HEADER + ROW), "--encoding", "ebcdic")

    def test_statements_in_utf16_are_read(self):
        path = self.write("edges.csv", b"\xff\xfe" + "from\tto\nx\ty\ny\tz\n".encode("utf-16-le"))
        self.assertEqual(self.take(path, "--format", "edge_list")["stored"], 2)

    def test_windows_1252_on_request(self):
        path = self.write("edges.csv", "from,to\nJos\xe9,x\n".encode("cp1252"))
        self.refused(3, "ingest", path, "--format", "edge_list", "--technique", "NONE")
        answer = self.take(path, "--format", "edge_list", "--encoding", "windows-1252")
        self.assertIn("Windows-1252", self.notes(answer))
        self.assertEqual(self.ok("trace", self.at(1, 2), "--file", path)["original"], "Jos\u00e9,x")

    def test_separator_line_and_lines_that_end_with_cr(self):
        path = self.write("sep.csv", "sep=;\r\n" + (HEADER + ROW).replace(",", ";").replace("\n", "\r\n"))
        answer = self.take(path)
        self.assertEqual(answer["stored"], 1)
        self.assertNotIn("title lines", self.notes(answer))
        self.assertEqual(self.ok("trace", self.at(1, 3), "--file", path)["original"], ROW.strip().replace(",", ";"))
        other = self.write("cr.csv", (HEADER + ROW.replace("08:", "09:")).replace("\n", "\r"))
        self.assertEqual(self.take(other)["stored"], 1)
        self.assertEqual(self.ok("trace", self.at(2, 2), "--file", other)["original"], ROW.strip().replace("08:", "09:"))

    # --- workbooks ---

    def test_workbook_is_read_like_a_table(self):
        path = self.write("calls.xlsx", workbook({"Calls": TABLE}))
        answer = self.take(path, "--map", self.write("m.textproto", PROFILE))
        self.assertEqual((answer["stored"], answer["rejected"]), (1, 0))
        record = self.ok("records")["records"][0]
        self.assertEqual(record["started_at"], "2031-03-04T08:15:53Z")
        self.assertEqual(record["duration_s"], 60)
        self.assertEqual(record["raw_b"], "447700900002")
        self.assertEqual(self.ok("trace", record["record_id"], "--file", path)["original"],
                         "sheet 'Calls', row 2: +447700900001,447700900002,2031-03-04 08:15:53,60")

    def test_numbers_that_lost_digits_are_rejected(self):
        rows = [TABLE[0], ["+447700900001", ("9.19E+11", 0), (47911.5, 1), (1, 0)],
                ["+447700900001", ("4.47700900002E11", 0), (47911.5, 1), (1, 0)]]
        answer = self.take(self.write("x.xlsx", workbook({"S": rows})), "--map", self.write("m.textproto", PROFILE))
        self.assertEqual([(r["line"], r["code"]) for r in answer["rejects"]], [(2, "SCIENTIFIC_NUMBER")])
        self.assertEqual(answer["stored"], 1)
        self.assertIn("without all of their digits", self.notes(answer))

    def test_dates_of_1904_formulas_errors_merged_and_hidden(self):
        rows = [["Report", None, None, None, None], TABLE[0] + ["Cell"],
                ["+447700900001", "<c t=\"str\"><f>A1</f><v>+447700900002</v></c>", (46449.34436342593, 1), (60, 0),
                 "<c t=\"e\"><v>#REF!</v></c>"],
                [None, "+447700900003", (46450, 1), (60, 0), None]]
        behind = '<mergeCells count="2"><mergeCell ref="A1:D1"/><mergeCell ref="A3:A4"/></mergeCells>'
        answer = self.take(self.write("x.xlsx", workbook({"S": (rows, behind, "hidden")}, date1904=True)),
                           "--map", self.write("m.textproto", PROFILE))
        self.assertEqual((answer["stored"], answer["rejected"]), (2, 0))
        notes = self.notes(answer)
        for words in ["hidden in the workbook", "1 cells hold a formula", "#REF!", "2 merged ranges", "dates count from 1904"]:
            self.assertIn(words, notes)
        self.assertEqual([r["started_at"] for r in self.ok("records")["records"]],
                         ["2031-03-04T08:15:53Z", "2031-03-05T00:00:00Z"])

    def test_sheets_of_known_layout_are_read_and_others_named(self):
        second = [TABLE[0], ["+447700900001", "+447700900004", "05.03.2031 08:00:00", (5, 0)]]
        data = workbook({"Key": [["Term", "Meaning"], ["MOC", "outgoing"]], "Day 1": TABLE, "Day 2": [["Report"], *second]})
        mapping = self.write("m.textproto", PROFILE)
        path = self.write("days.xlsx", data)
        answer = self.take(path, "--map", mapping)
        self.assertEqual(answer["stored"], 2)
        notes = self.notes(answer)
        self.assertIn("sheets that were not read: 'Key'", notes)
        self.assertIn("sheet 'Day 2' was read; its rows 1 to 3 are lines 3 to 5", notes)
        self.assertTrue(self.ok("trace", self.at(1, 5), "--file", path)["original"].startswith("sheet 'Day 2', row 3: "))
        again = self.refused(3, "ingest", path, "--map", mapping, "--sheet", "Key", "--technique", "NONE")
        self.assertIn("a file is one source", again.err)
        third = self.write("third.xlsx", workbook({"Key": [["Term"]], "Day 1": TABLE}))
        absent = self.refused(3, "ingest", third, "--map", mapping, "--sheet", "Day 9", "--technique", "NONE")
        self.assertIn("has no sheet 'Day 9'", absent.err)
        other = self.write("one.xlsx", workbook({"A": TABLE, "B": [["x"]]}))
        self.assertEqual(self.take(other, "--map", mapping, "--sheet", "A")["duplicates"], 1)

    def test_other_documents_are_named(self):
        ods = io.BytesIO()
        with zipfile.ZipFile(ods, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        for content, words in [(ods.getvalue(), "OpenDocument spreadsheet (.ods)"),
                               (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
                               (b"%PDF-1.7\n", "PDF")]:
            self.assertIn(words, self.refused(3, "ingest", self.write("x", content), "--technique", "NONE").err)

    def test_workbooks_made_to_do_harm(self):
        rels = f'<Relationship Id="rx" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            with zipfile.ZipFile(io.BytesIO(workbook({"S": TABLE}, extra_rels=rels))) as source:
                for name in source.namelist():
                    archive.writestr(name, source.read(name))
            archive.writestr("xl/sharedStrings.xml", b"<sst>" + b" " * (300 << 20) + b"</sst>")
        refused = self.refused(3, "ingest", self.write("bomb.xlsx", made.getvalue()), "--technique", "NONE")
        self.assertRegex(refused.err, "times the size|larger than")
        self.refused(3, "ingest", self.write("empty.xlsx", workbook({"S": []})), "--technique", "NONE")
        outside = workbook({"S": TABLE}, extra_rels=f'<Relationship Id="e" Type="{OFFICE}/externalLink" '
                                                    'Target="http://192.0.2.1/x" TargetMode="External"/>')
        answer = self.take(self.write("link.xlsx", outside), "--map", self.write("m.textproto", PROFILE))
        self.assertIn("1 links to other files were not followed", self.notes(answer))

    # --- explain ---

    def test_explain_says_what_would_happen_and_stores_nothing(self):
        path = self.write("a.csv", HEADER + ROW + "+447700900001,x,nonsense,1\n")
        before = self.digest()
        answer = self.ok("ingest", path, "--explain")["files"][0]
        self.assertEqual(self.digest(), before)
        self.assertEqual(answer["chosen"]["format"], "call_csv:palermo")
        self.assertEqual(answer["chosen"]["confidence"], "certain")
        self.assertEqual((answer["rows_read"], answer["readable"]), (2, 1))
        self.assertEqual([(r["code"], r["count"], r["first_line"]) for r in answer["rejects"]], [("BAD_TIME", 1, 3)])
        columns = {c["name"]: c["role"] for c in answer["columns"]}
        self.assertEqual(columns["start"], "date_time")
        values = {v["role"]: (v["raw"], v["read"]) for v in answer["rows"][0]["values"]}
        self.assertEqual(values["date_time"], ("2031-03-04T08:15:53Z", "2031-03-04T08:15:53Z"))
        self.assertEqual(values["duration"], ("60", "60 s"))
        text = self.ok("ingest", path, "--explain", json_output=False)
        self.assertIn("Nothing was stored.", text)
        self.assertIn("in the file", text)

    def test_explain_without_a_zone_shows_the_rows_and_says_what_is_missing(self):
        path = self.write("a.csv", HEADER + ROW.replace("Z", ""))
        refused = self.run_palermo("ingest", path, "--explain")
        self.assertEqual(refused.code, 3)
        answer = refused.json["files"][0]
        self.assertIn("nothing says of which time zone", answer["problem"])
        self.assertEqual(answer["timezone"], "")
        self.assertEqual(answer["first_time"], "2031-03-04T08:15:53")
        self.assertEqual(answer["rows"][0]["values"][0]["read"], "+447700900001 (not valid)")

    def test_explain_of_records_shows_them(self):
        path = self.write("e.csv", "from,to\nx,y\n")
        answer = self.ok("ingest", path, "--explain", "--format", "edge_list")["files"][0]
        self.assertIn('"x"', answer["rows"][0]["record"])

    def test_ingest_says_how_sure_it_is(self):
        answer = self.take(self.write("a.csv", HEADER + ROW))
        self.assertEqual(answer["confidence"], "certain")

    # --- profiles ---

    def draft(self, content, name="exchange.csv"):
        path = self.write(name, content)
        answer = self.ok("profile", "new", path, "-o", self.folder / "draft.textproto")
        return path, answer

    def test_draft_of_a_german_table_reads_it(self):
        rows = "".join(f"+4477009000{i:02};OUT;+4477009001{i:02};{i + 10:02}.03.2031;08:15:{i:02};{i};001-01-7-{i}\n"
                       for i in range(1, 15))
        text = "Bericht\nAnschluss;Richtung;Gegenstelle;Datum;Uhrzeit;Dauer;Funkzelle\n" + rows + "Gesamt: 14\n"
        path, answer = self.draft(text)
        drafted = answer["text"]
        for line in ["role: A_NUMBER names: \"Anschluss\"", "role: B_NUMBER names: \"Gegenstelle\"",
                     "role: DATE names: \"Datum\" patterns: \"%d.%m.%Y\"", "role: TIME names: \"Uhrzeit\"",
                     "role: DURATION names: \"Dauer\"", "role: CELL names: \"Funkzelle\"", "role: DIRECTION",
                     "count_label: \"Gesamt:\""]:
            self.assertIn(line, drafted)
        self.assertTrue(any("zone" in question for question in answer["unsure"]))
        tested = self.ok("profile", "test", self.folder / "draft.textproto", path, "--timezone", "Europe/Berlin")
        self.assertEqual((tested["files"][0]["rows_read"], tested["files"][0]["readable"]), (14, 14))

    def test_draft_leaves_day_and_month_as_a_question(self):
        text = "Caller,Called,Time\n" + "".join(f"+447700900001,+447700900002,0{i}/03/2031 08:00\n" for i in range(1, 6))
        path, answer = self.draft(text)
        self.assertTrue(any("day and month" in question for question in answer["unsure"]))
        self.refused(3, "profile", "test", self.folder / "draft.textproto", path)
        decided = text + "+447700900001,+447700900002,25/03/2031 08:00\n"
        path, answer = self.draft(decided, "decided.csv")
        self.assertIn('patterns: "%d/%m/%Y %H:%M"', answer["text"])
        self.assertFalse(any("day and month" in question for question in answer["unsure"]))

    def test_draft_tells_devices_by_their_check_digit(self):
        text = "Caller,Called,Start,X1,X2\n" + "".join(
            f"+447700900001,+447700900002,2031-03-{i:02}T08:00:00Z,490154203237518,00101000000000{i % 10}\n"
            for i in range(10, 16))
        _, answer = self.draft(text)
        self.assertIn('role: IMEI names: "X1"', answer["text"])
        self.assertIn('role: IMSI names: "X2"', answer["text"])

    def test_draft_of_json_lines_and_of_a_sheet(self):
        text = '{"call":{"from":"+447700900001","to":"+447700900002","start":"2031-03-04T08:15:53Z"}}\n' * 3
        path, answer = self.draft(text, "calls.jsonl")
        self.assertIn("input: JSON_LINES", answer["text"])
        self.assertIn('role: DATE_TIME names: "call.start"', answer["text"])
        path = self.write("s.xlsx", workbook({"S": TABLE}))
        drafted = self.ok("profile", "new", path, "--sheet", "S")
        self.assertIn('names: "When"', drafted["text"])

    def test_shipped_profiles_are_listed_and_shown(self):
        ids = [p["id"] for p in self.ok("profile", "list")["profiles"]]
        self.assertIn("airtel", ids)
        for name in ids:
            shown = self.ok("profile", "show", name)["text"]
            self.assertTrue(re.search(rf'id: "{name}"', shown))
        self.refused(2, "profile", "show", "airtell")

    def test_json_lines_by_a_profile(self):
        mapping = self.write("j.textproto", """id: "j" input: JSON_LINES
columns { role: A_NUMBER names: "from" } columns { role: B_NUMBER names: "to" }
columns { role: DATE_TIME names: "at" patterns: "%s" }""")
        path = self.write("c.jsonl", '\n{"from":"+447700900001","to":"+447700900002","at":1930378553}\n')
        self.assertEqual(self.take(path, "--map", mapping)["stored"], 1)
        self.assertEqual(self.ok("records")["records"][0]["record_id"], self.at(1, 2))


if __name__ == "__main__":
    support.main()
