"""What hostile cells, numbers, names and strings of the shared set become in a case: read as they are, marked, or refused."""
import csv
import datetime
import itertools
import json
import pathlib
import unittest

import support

FOLDER = support.shared() / "data" / "hostile-input" if support.shared() else pathlib.Path()
CASE_FILE = {"case": {"title": "x"}, "offences": []}
ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def tsv(*parts):
    with open(FOLDER.joinpath(*parts), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def controls(text):
    """Characters that draw on a terminal or turn its direction."""
    return {c for c in text if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E
            or 0x2066 <= ord(c) <= 0x2069}


@unittest.skipUnless(support.shared(), "the hostile input of ../shared is absent")
class Tables(support.CaseTest):
    def records(self, source):
        """Those of one source, by line."""
        found = [r for r in self.ok("records", "--limit", "0")["records"] if r["source_id"] == source]
        return sorted(found, key=lambda record: record["line"])

    def test_the_csv_spectrum_has_the_values_that_its_authors_state(self):
        """A time put before every record makes each published table one of calls; its first column is the party, and
        each other column in turn the cell."""
        minute = 10
        for path in sorted((FOLDER / "csv/csv-spectrum/csvs").iterdir()):
            expected = json.loads((FOLDER / "csv/csv-spectrum/json" / f"{path.stem}.json").read_bytes().decode(errors="replace"))
            if not isinstance(expected, list):
                continue  # its published JSON states another number than its CSV
            names = list(expected[0])
            lines = path.read_bytes().decode().splitlines(keepends=True)
            reader, starts = csv.reader(lines), {0}
            starts |= {reader.line_num for _ in reader}
            for name in names[1:]:
                minute += 1  # no two tables have a record in common
                text = "".join((f"2031-03-04T08:{minute}:53Z," if i else "start,") * (i in starts) + line
                               for i, line in enumerate(lines))
                profile = 'id: "spectrum"\nidentifier_kind: "label"\ncolumns { role: DATE_TIME names: "start" patterns: ' \
                          f'"%Y-%m-%dT%H:%M:%S%Z" }}\ncolumns {{ role: A_NUMBER names: "{names[0]}" }}\n' \
                          f'columns {{ role: CELL names: "{name}" }}\n'
                with self.subTest(path.name, column=name):
                    answer = self.ok("ingest", self.write(path.name, text), "--map", self.write("m.textproto", profile),
                                     "--technique", "NONE")
                    self.assertEqual((answer["rows_read"], answer["stored"]), (len(expected), len(expected)))
                    # One published value has a line break as CRLF that its file has as LF.
                    want = [(row[names[0]].replace("\r", ""), row[name].replace("\r", "")) for row in expected]
                    found = self.records(answer["source_id"])
                    self.assertEqual([(r["raw_a"].replace("\r", ""), r["cell"].replace("\r", "")) for r in found], want)
        self.assertEqual(minute, 31)  # of 11 files

    def test_formulas_are_text_and_come_back_byte_for_byte(self):
        cells = [row["cell"] for row in tsv("csv", "formula_cells.tsv")]
        for old, new in ESCAPES.items():
            cells = [cell.replace(old, new) for cell in cells]
        cells += (FOLDER / "csv/payloadbox-formula.txt").read_bytes().decode().splitlines()
        self.assertGreater(len(cells), 28)
        rows = [{"a": cell, "b": f"target {i}"} for i, cell in enumerate(cells)]
        answer = self.ok("ingest", self.write("ties.json", json.dumps(rows)), "--format", "relations", "--technique", "NONE")
        self.assertEqual((answer["stored"], answer["rejected"]), (len(cells), 0))
        found = {r["b"]: r["a"] for r in self.records(answer["source_id"])}
        self.assertEqual([found[f"target {i}"] for i in range(len(cells))], cells)
        self.assertEqual(controls(self.ok("records", "--limit", "0", json_output=False)), set())

    def test_integers_as_times(self):
        """In seconds, milliseconds, microseconds and days of a spreadsheet: the instant of exactly that number, or none."""
        origin = datetime.datetime(1970, 1, 1)  # day 1 of a spreadsheet is 1 January 1900
        units = {"%s": (1, origin), "%J": (1e-3, origin), "%U": (1e-6, origin), "%x": (86400, datetime.datetime(1899, 12, 31)),
                 "%X": (86400, datetime.datetime(1904, 1, 1))}
        taken = {}
        for (pattern, (seconds, since)), row in itertools.product(units.items(), tsv("time", "integers.tsv")):
            text, good = row["text"], {"%s": "1930378553", "%J": "1930378553000", "%U": "1930378553000000"}.get(pattern, "47911.5")
            path = self.write("t.csv", f"a,b,when\n+447700900001,+447700900002,{text}\n+447700900001,+447700900002,{good}\n")
            profile = self.write("m.textproto", f'id: "n"\ntimezone: "UTC"\ncolumns {{ role: A_NUMBER names: "a" }}\n'
                                 'columns { role: B_NUMBER names: "b" }\n'
                                 f'columns {{ role: DATE_TIME names: "when" patterns: "{pattern}" }}\n')
            with self.subTest(pattern=pattern, text=text):
                answer = self.ok("ingest", path, "--map", profile, "--explain")["files"][0]
                codes = [r["code"] for r in answer["rejects"]]
                self.assertIn(codes, ([], ["BAD_TIME"]))
                if not codes:
                    read = {v["role"]: v["read"] for v in answer["rows"][0]["values"]}["date_time"]
                    instant = since + datetime.timedelta(seconds=float(text) * seconds)
                    self.assertTrue(read.startswith(instant.strftime("%Y-%m-%dT%H:%M:%S")), (read, instant))
                    taken.setdefault(pattern, []).append(text)
        # No number wraps around, no other notation is a number, and nothing is a time in two units at once.
        self.assertEqual(taken, {"%s": ["0", "4294967296", "5 "], "%x": ["0", "5 ", "0.1"], "%X": ["0", "5 ", "0.1"]})


@unittest.skipUnless(support.shared(), "the hostile input of ../shared is absent")
class Names(support.CaseTest):
    FLAGS = {"flag_bidi_control": "bidi_control", "flag_mixed_script": "mixed_script", "flag_noncharacter": "noncharacter",
             "reject_or_flag_control": "control", "accept_bounded_rendering": "combining_flood"}

    def persons(self, rows):
        return [{"id": row["id"], "kind": "fact", "text": "x", "grade": "B2",
                 "person": {"id": row["id"], "name": bytes.fromhex(row["utf8_hex"]).decode()}} for row in rows]

    def test_names_get_the_verdicts_of_the_table(self):
        rows = tsv("unicode", "names.tsv")
        self.assertGreaterEqual(len(rows), 50)
        refused = [row for row in rows if row["expect"] == "reject"]
        self.assertEqual([row["id"] for row in refused], ["empty", "spaces"])
        kept = [row for row in rows if row not in refused]
        before = self.digest()
        for row in refused:
            # An empty member is one that is not stated; an end of a tie that is empty or blank is rejected.
            name = bytes.fromhex(row["utf8_hex"]).decode()
            if name:
                facts = self.write("blank.json", json.dumps({**CASE_FILE, "statements": self.persons([row])}))
                self.assertIn("person.name", self.refused(3, "ingest", facts, "--technique", "NONE").err)
            ties = self.write("ties.csv", f'source,target\n"{name}",x\na,b\n')
            answer = self.ok("ingest", ties, "--format", "edge_list", "--technique", "NONE", "--dry-run")
            self.assertEqual([r["code"] for r in answer["rejects"]], ["MISSING_LABEL"])
            ties = self.write("ties.json", json.dumps([{"a": "x", "b": "y"}, {"a": name, "b": "z"}, {"a": "u", "b": name}]))
            answer = self.ok("ingest", ties, "--technique", "NONE", "--dry-run")
            self.assertEqual([r["code"] for r in answer["rejects"]], ["MISSING_A"] + ["MISSING_LABEL"] * bool(name))
        self.assertEqual(self.digest(), before)
        self.check_kept(kept)

    def check_kept(self, rows):
        facts = self.write("names.json", json.dumps({**CASE_FILE, "statements": self.persons(rows)}))
        answer = self.ok("ingest", facts, "--technique", "NONE")
        self.assertEqual((answer["rows_read"], answer["stored"]), (len(rows) + 1, len(rows) + 1))  # and the case
        listed = {e["id"]: e for e in self.ok("entity", "list", "--limit", "1000")["entities"]}
        self.assertEqual(set(listed), {row["id"] for row in rows})  # nobody was joined
        for row in rows:
            name, entity = bytes.fromhex(row["utf8_hex"]).decode(), listed[row["id"]]
            with self.subTest(id=row["id"], expect=row["expect"]):
                self.assertEqual(entity["label"], name)  # whole and as received
                if row["expect"] in self.FLAGS:
                    self.assertIn(self.FLAGS[row["expect"]], entity["flags"])
                elif row["expect"].startswith("confusable_with:"):
                    self.assertIn(row["expect"].split(":")[1], entity["look_alikes"])
                else:
                    self.assertEqual(entity["flags"], [])
                if row["expect"].startswith("canonically_equal:"):
                    found = self.ok("entity", "list", "--search", name)["entities"]
                    self.assertEqual({e["id"] for e in found}, {row["id"], row["expect"].split(":")[1]})
        shown = self.ok("entity", "list", "--limit", "1000", json_output=False)
        self.assertEqual(controls(shown), set())
        # A name of 10,000 letters or of 60 marks on one letter does not flood the table.
        self.assertLess(max(len(line) for line in shown.splitlines()), 600)

    def test_text_that_is_no_utf8_is_refused(self):
        rows = tsv("unicode", "utf8_invalid.tsv")
        self.assertEqual(len(rows), 10)
        before = self.digest()
        for row in rows:
            bad = bytes.fromhex(row["bytes_hex"])
            files = {"edge_list": b"source,target\na,b\n" + bad + b",x\n",
                     "statements": json.dumps({**CASE_FILE, "statements": self.persons([{"id": "P", "utf8_hex": "58"}])})
                     .encode().replace(b'"X"', b'"' + bad + b'"')}
            for form, content in files.items():
                with self.subTest(id=row["id"], form=form):
                    answer = self.refused(3, "ingest", self.write("bad", content), "--format", form, "--technique", "NONE")
                    self.assertIn("UTF-8", answer.err)
            calls = self.write("bad.csv", b"a,b,start,duration_s\n+447700900001,+447700900002,2031-01-01T00:00:00Z,1\n"
                               b"+447700900001," + bad + b",2031-01-02T00:00:00Z,1\n")
            self.assertIn("UTF-8", self.refused(3, "ingest", calls, "--technique", "NONE").err)
        self.assertEqual(self.digest(), before)


@unittest.skipUnless(support.shared(), "the hostile input of ../shared is absent")
class Strings(support.CaseTest):
    def files(self):
        return sorted(path for path in (FOLDER / "strings").rglob("*") if path.is_file())

    def test_no_list_of_strings_is_evidence(self):
        self.assertEqual(len(self.files()), 22)
        before = self.digest()
        for path in self.files():
            with self.subTest(path.name):
                self.refused(3, "ingest", path, "--technique", "NONE", "--timezone", "UTC")
        self.assertEqual(self.digest(), before)

    def test_every_string_is_a_message_that_comes_back_as_it_was(self):
        """All of them, with blanks at their ends, NUL and line breaks: JSON can hold what no cell can."""
        texts = json.loads((FOLDER / "strings/blns.json").read_text())
        for path in self.files():
            if path.suffix == ".txt":
                texts += path.read_bytes().decode("utf-8", "replace").splitlines(keepends=True)
        texts = sorted({t.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for t in texts if t})
        self.assertGreater(len(texts), 2000)
        messages = [{"id": i, "type": "message", "date": "2031-03-04T08:15:53", "date_unixtime": str(1930378553 + i),
                     "from": "Ann", "from_id": "user1", "text": text} for i, text in enumerate(texts)]
        chat = self.write("result.json", json.dumps({"name": "Chat", "type": "personal_chat", "id": 1, "messages": messages}))
        answer = self.ok("ingest", chat, "--technique", "NONE")
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("telegram", len(texts), len(texts)))
        rows = self.ok("sql", "SELECT json FROM records ORDER BY started_at_us", "--rows", "10000")["rows"]
        self.assertEqual([json.loads(text)["message"].get("text", "") for (text,) in rows], texts)
        shown = self.ok("records", "--limit", "0", json_output=False)
        self.assertEqual(controls(shown), set())
        self.assertTrue(self.ok("audit", "verify")["ok"])


@unittest.skipUnless(support.shared(), "the hostile input of ../shared is absent")
class Documents(support.CaseTest):
    def test_the_conformance_suite(self):
        """Not well-formed: refused as broken. Well-formed: refused for its DOCTYPE, which no evidence needs, or read and found
        to be no GraphML; a checker that does not validate takes `invalid` as it takes `valid`. `error` may be either."""
        seen = {}
        for table in sorted((FOLDER / "xml/w3c-edinburgh").rglob("expected.json")):
            for case in json.loads(table.read_text()):
                path = table.parent / case["uri"]
                answer = self.refused(3, "ingest", path, "--format", "graphml", "--technique", "NONE")
                doctype = b"<!DOCTYPE" in path.read_bytes().replace(b"\0", b"")
                with self.subTest(path.name, type=case["type"]):
                    if case["type"] == "not-wf":
                        self.assertRegex(answer.err, "DOCTYPE|not well-formed|XML declaration says|UTF-16, line 1")
                    elif doctype:
                        self.assertIn("DOCTYPE", answer.err)
                    elif case["type"] != "error":
                        self.assertIn("graphml", answer.err.split(path.name)[-1].lower())
                seen[case["type"]] = seen.get(case["type"], 0) + 1
        self.assertGreater(seen["valid"] + seen["invalid"], 30)
        self.assertGreater(seen["not-wf"], 8)

    BODY = ('\n<graphml><key id="l" for="node" attr.name="label" attr.type="string"/><graph edgedefault="directed">'
            '<node id="a"><data key="l">Ren\u00e9</data></node><node id="b"/><edge source="a" target="b"/></graph></graphml>\n')

    def test_a_document_is_decoded_once(self):
        """By its mark, by --encoding, or as it declares; two that contradict are refused (XML 1.0 section 4.3.3)."""
        numbers = itertools.count()

        def document(declared, encoding, mark=b""):  # no two are the same bytes
            return mark + f'<?xml version="1.0" encoding="{declared}"?><!-- {next(numbers)} -->{self.BODY}'.encode(encoding)

        for name, content, *more in (
                ("utf16", document("UTF-16", "utf-16-le", b"\xff\xfe")), ("big", document("utf-16", "utf-16-be", b"\xfe\xff")),
                ("latin", document("ISO-8859-1", "latin-1")), ("western", document("windows-1252", "cp1252")),
                ("named", document("windows-1252", "cp1252"), "--encoding", "windows-1252"),
                ("wrong", document("utf-8", "utf-16-le", b"\xff\xfe"), "--encoding", "utf-16le"),
                ("marked", document("ISO-8859-1", "utf-8", b"\xef\xbb\xbf"), "--encoding", "utf-8")):
            with self.subTest(name):
                path = self.write(f"{name}.xml", content)
                self.assertEqual(self.ok("ingest", path, "--technique", "NONE", *more)["stored"], 1)
                found = self.ok("sql", f"SELECT a, b FROM records WHERE layer = '{name}'")["rows"]
                self.assertEqual(found, [["Ren\u00e9", "b"]])
        before = self.digest()
        for content in (document("utf-8", "utf-16-le", b"\xff\xfe"), document("ISO-8859-1", "utf-8", b"\xef\xbb\xbf")):
            answer = self.refused(3, "ingest", self.write("two.xml", content), "--technique", "NONE")
            self.assertIn("its XML declaration says", answer.err)
            self.assertIn("--encoding", answer.err)
        self.assertEqual(self.digest(), before)


if __name__ == "__main__":
    support.main()
