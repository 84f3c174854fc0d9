"""The hostile JSON, XML and strings of ../shared, through `ingest`, with the verdicts of their README."""
import csv
import io
import json
import time
import unittest

import support

CONTEXT = b'{"@context":{"kb":"http://example.org/kb#","uco-core":"https://ontology.unifiedcyberontology.org/uco/core/"},' \
          b'"@graph":[{"@id":"kb:1","@type":"uco-core:UcoObject","kb:value":'


@unittest.skipUnless(support.shared(), "the hostile input of ../shared is absent")
class Hostile(support.CaseTest):
    def data(self, *parts):
        return support.shared().joinpath("data", "hostile-input", *parts)

    def test_json(self):
        """Each text as it is, which no evidence format is; and as the value of a node that is kept whole."""
        files = sorted(self.data("json", "JSONTestSuite", "test_parsing").iterdir())
        self.assertGreater(len(files), 200)
        for path in files:
            with self.subTest(path.name):
                before = self.digest()
                self.refused(3, "ingest", path, "--format", "statements", "--technique", "NONE")
                self.assertEqual(self.digest(), before)
                inside = self.write("inside.json", CONTEXT + path.read_bytes() + b"}]}")
                answer = self.run_palermo("ingest", inside, "--format", "case_uco", "--technique", "NONE")
                if path.name.startswith("y_"):
                    self.assertEqual(answer.code, 0, answer.err)
                    self.assertEqual(answer.json["rows_read"], answer.json["stored"] + answer.json["duplicates"])
                elif path.name.startswith("n_"):
                    self.assertEqual(answer.code, 3, answer.out)
                else:
                    self.assertIn(answer.code, (0, 3), answer.err)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_xml_attacks(self):
        folder = self.data("xml", "attacks")
        rows = [line.split("\t") for line in (folder / "expected.tsv").read_text().splitlines()[1:]]
        self.assertGreaterEqual(len(rows), 10)
        for name, expect in rows:
            for form in ("graphml", "camt053", "freeswitch_xml", "sms_backup"):
                with self.subTest(f"{name} as {form}: {expect}"):
                    before = self.digest()
                    began = time.monotonic()
                    answer = self.refused(3, "ingest", folder / name, "--format", form, "--technique", "NONE")
                    self.assertLess(time.monotonic() - began, 60)
                    self.assertNotIn("root:", answer.err)
                    self.assertEqual(self.digest(), before)

    def test_xml_that_is_not_well_formed(self):
        broken = []
        for table in sorted(self.data("xml", "w3c-edinburgh").rglob("expected.json")):
            broken += [table.parent / case["uri"] for case in json.loads(table.read_text()) if case["type"] == "not-wf"]
        self.assertGreater(len(broken), 8)
        for path in broken:
            with self.subTest(path.name):
                self.refused(3, "ingest", path, "--format", "graphml", "--technique", "NONE")

    def strings(self):
        texts = json.loads(self.data("strings", "blns.json").read_text())
        for path in sorted(self.data("strings", "fuzzdb").iterdir()):
            texts += path.read_bytes().decode("utf-8", "replace").splitlines()
        # Cells are trimmed by every table reader; a name that is blank alone is no name.
        return sorted({t for t in texts if t == t.strip() and t and "\0" not in t and len(t.encode()) < 2000
                       and not any(0xD800 <= ord(c) < 0xE000 for c in t)})

    def test_names_come_back_as_they_were_and_cannot_draw_on_the_terminal(self):
        texts = self.strings()
        self.assertGreater(len(texts), 1500)
        out = io.StringIO()
        rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        rows.writerow(["a", "b"])
        for i, text in enumerate(texts):
            rows.writerow([text, f"n{i}"])
        answer = self.ok("ingest", self.write("names.csv", out.getvalue()), "--format", "edge_list", "--technique", "NONE")
        self.assertEqual((answer["rows_read"], answer["rejected"], answer["duplicates"]), (len(texts), 0, 0))
        found = {r["b"]: r["a"] for r in self.ok("records", "--limit", "0")["records"]}
        self.assertEqual([found[f"n{i}"] for i in range(len(texts))], texts)
        for command in (["records", "--limit", "0"], ["network", "metrics", "--top", "5000", "--sort", "degree"]):
            shown = self.ok(*command, json_output=False)
            controls = {c for c in shown if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) < 0xA0
                        or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069}
            self.assertEqual(controls, set(), command)
        self.assertTrue(self.ok("audit", "verify")["ok"])


if __name__ == "__main__":
    support.main()
