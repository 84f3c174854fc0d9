"""Broken evidence: one clear error, exit 3, and the case file as it was, byte for byte."""
import os

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
ROW = "+447700900001,+447700900002,2024-03-02T10:00:00Z,60,voice,out,,,\n"
WIDE = ",".join(f"c{i}" for i in range(14))


class BrokenInput(support.CaseTest):
    def expect(self, words, path, *options):
        before = self.digest()
        answer = self.refused(3, "ingest", path, "--technique", "NONE", *options)
        text = answer.err.lower()
        for word in words if isinstance(words, tuple) else (words,):
            self.assertIn(word, text)
        self.assertLess(len(answer.err), 1500, "one clear error, not a page")
        self.assertEqual(self.digest(), before)

    def test_an_empty_file(self):
        for name in ("a.csv", "a.json", "a.jsonl"):
            self.expect("empty", self.write(name, b""))
            self.expect("empty", self.write(name, b""), "--format", "statements" if "json" in name else "edge_list")

    def test_only_blank_lines(self):
        self.expect("", self.write("a.csv", b"\n\n  \n"))

    def test_a_folder_without_evidence_and_an_absent_file(self):
        (self.folder / "void").mkdir()
        self.expect("holds no file", self.folder / "void")
        self.expect("no such file", self.folder / "absent.csv")

    def test_a_call_file_cut_in_the_last_row(self):
        self.expect("", self.write("a.csv", HEADER + ROW + ROW[:30]))

    def test_a_call_file_cut_inside_quotes(self):
        self.expect("quote", self.write("a.csv", HEADER + ROW + '"+4477009'))

    def test_truncated_json(self):
        self.expect("", self.write("a.json", b'{"case":{"title":"x"},"statements":[{"id":"S1","kin'))

    def test_wrong_encodings(self):
        text = HEADER + ROW
        self.expect("utf-16", self.write("a.csv", text.encode("utf-16")[:-1]))
        self.expect("surrogate", self.write("a.csv", text.encode("utf-16") + b"\x00\xd8\x41\x00"))
        self.expect("utf-32", self.write("a.csv", text.encode("utf-32")))
        self.expect("utf-8", self.write("a.csv", (HEADER + ROW.replace("voice", "vo\xefce")).encode("latin-1")))
        self.expect("utf-8", self.write("a.json", b'{"case":{"title":"\xff"},"statements":[]}'))

    def test_times_without_a_zone(self):
        rows = "From,To,Datetime,Duration(seconds),Cell Tower\n1,2,20060601 0008,10,1\n"
        self.expect("zone", self.write("a.csv", rows))
        self.expect("zone", self.write("b.csv", HEADER + ROW.replace("10:00:00Z", "10:00:00")))

    def test_thirteen_columns_instead_of_fourteen(self):
        columns = ["Date", "Time", "Calling Number", "Called Number", "Duration", "Call Type", "Direction", "IMEI",
                   "IMSI", "Cell ID", "LAC", "Latitude", "Longitude", "Tower Address", "Provider", "Roaming"]
        order = ["Calling Number", "Called Number", "Date", "Time"] + columns[4:]
        good = "9876500001,9876500002,12-07-2026,10:30:15,120,Call,Outgoing,356789012345678,404450123456789,C,L,1,2,T,P,No"
        bad = good.rsplit(",", 1)[0]
        self.expect(("line 3", "15 columns", "16"),
                    self.write("a.csv", "\n".join([",".join(order), good, bad, good, ""])),
                    "--country", "IN")

    def test_a_table_of_fourteen_columns_that_is_no_known_layout(self):
        self.expect("", self.write("a.csv", WIDE + "\n" + WIDE.replace("c", "v") + "\n"))

    def test_a_line_of_two_gigabytes(self):
        path = self.folder / "long.csv"
        with open(path, "wb") as file:
            file.write(HEADER.encode())
            file.truncate(2 << 30)  # sparse: one line of NUL bytes
        self.expect("", path)
        with open(path, "wb") as file:  # and one of text, as long as a test may be
            file.write(HEADER.encode())
            for _ in range(64):
                file.write(b"9" * (1 << 20))
        self.expect("", path)
        with open(path, "wb") as file:
            file.write(b'{"case":{"title":"')
            for _ in range(64):
                file.write(b"x" * (1 << 20))
        self.expect("", path)

    def test_unknown_json_fields(self):
        self.expect("titel", self.write("a.json", b'{"case":{"titel":"x"},"statements":[]}'))
        self.expect("agent", self.write("b.json", b'{"report_id":"R","officer":"UCO-1","agent":"x"}'))
        self.expect("partys", self.write(
            "c.jsonl", b'{"session_id":"S","authorization_id":"A","line":"+447700900001",'
            b'"start":"2024-03-02T10:00:00Z","partys":["+447700900002"]}\n'))

    def test_networks_cut_off_or_larger_than_they_are(self):
        self.expect(("line 4", "3 of 4 cells"), self.write("a.dl", "dl n=2\ndata:\n0 1 0\n"))
        self.expect("1 to 1000000", self.write("b.dl", "dl n=4000000000\ndata:\n"))
        self.expect("after 1 of 3 rows", self.write("c.net", "*Vertices 3\n*Matrix\n0 1 0\n"))
        self.expect("second *vertices", self.write("d.net", "*Vertices 1\n*Vertices 1\n"))
        self.expect("not well-formed", self.write("e.graphml", '<graphml><graph><node id="a"/>'))

    def test_xml_that_brings_declarations(self):
        bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        x1 = f'<?xml version="1.0"?>\n{bomb}<X1Request xmlns="http://uri.etsi.org/03221/X1/2017/10">&b;</X1Request>'
        self.expect("doctype", self.write("a.xml", x1))
        before = self.digest()
        warrant = self.write("b.xml", bomb + '<HI1Message xmlns="http://uri.etsi.org/03120/common/2019/10/Core">&b;</HI1Message>')
        self.assertIn("DOCTYPE", self.refused(3, "authorize", "add", warrant).err)
        cut = self.write("c.xml", '<HI1Message xmlns="http://uri.etsi.org/03120/common/2019/10/Core"><Header>')
        self.assertIn("not well-formed", self.refused(3, "authorize", "add", cut).err)
        self.assertEqual(self.digest(), before)

    def test_broken_exchange_files(self):
        context = '{"@context":{"c":"https://ontology.unifiedcyberontology.org/uco/core/"},"@graph":'
        self.expect("line 1", self.write("a.json", context + '[{"c:name":"x"'))
        self.expect("stands twice", self.write("b.json", context + '[{"c:name":1,"c:name":2}]}'))
        self.expect("line 1", self.write("c.json", context + '[{"c:name":"\\ud800"}]}'))
        self.expect("", self.write("d.json", context + "[" * 400 + "]" * 400 + "}"))
        self.expect("line 2", self.write("e.json", '{"id":"1","schema":"Person","properties":{}}\n{"id":"2","schema"'))
        camt = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        self.expect("not well-formed", self.write("f.xml", camt + "<Stmt>"))
        self.expect("no statement", self.write("g.xml", camt + "</BkToCstmrStmt></Document>"))
        self.expect(("day and month", "date_order"), self.write("h.csv", "date,amount,currency,from,to\n01/02/2031,5.00,EUR,A,B\n"))

    def test_chats_cut_off_or_without_a_message(self):
        self.expect("not well-formed", self.write("a.xml", '<smses count="2"><sms address="1" date="1" type="1"/>'))
        self.expect("line 1", self.write("b.json", '{"messages":[{"type":"message","date_unixtime":"1","text":"x"}'))
        self.expect("every one of the 1 messages is rejected", self.write(
            "c.json", '{"messages":[{"sender_name":"A","timestamp_ms":-1}]}'))
        self.expect("--format whatsapp_dmy", self.write("d.txt", "01/02/2031, 10:00 - A: x\n"), "--timezone", "UTC")
        self.expect("--timezone", self.write("e.txt", "13/02/2031, 10:00 - A: x\n"))
        self.expect("not valid utf-8", self.write("f.txt", b"13/02/2031, 10:00 - A: \xff\n"), "--timezone", "UTC")

    def test_a_wrong_format_name_is_a_usage_error(self):
        self.refused(2, "ingest", self.write("a.csv", HEADER + ROW), "--technique", "NONE", "--format", "nonsense")

    def test_an_unreadable_file(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        path = self.write("a.csv", HEADER + ROW)
        path.chmod(0)
        self.expect("", path)

    def test_an_authorization_that_does_not_exist(self):
        before = self.digest()
        answer = self.run_palermo("ingest", self.write("a.csv", HEADER + ROW), "--authorization", "AUTH-9")
        self.assertIn(answer.code, (2, 3), answer.err)
        self.assertIn("AUTH-9", answer.err)
        self.assertEqual(self.digest(), before)

    def test_a_good_file_still_goes_in_and_twice_changes_nothing(self):
        path = self.write("a.csv", HEADER + ROW)
        first = self.ok("ingest", path, "--technique", "NONE")
        self.assertEqual((first["rows_read"], first["stored"]), (1, 1))
        before = self.digest()
        second = self.ok("ingest", path, "--technique", "NONE")
        self.assertTrue(second["already_known"])
        self.assertEqual((second["stored"], second["duplicates"], second["rows_read"]), (0, 1, 1))
        self.assertEqual(self.digest(), before)

    def test_a_dry_run_changes_nothing(self):
        before = self.digest()
        answer = self.ok("ingest", self.write("a.csv", HEADER + ROW), "--technique", "NONE", "--dry-run")
        self.assertEqual(answer["stored"], 1)
        self.assertTrue(answer["dry_run"])
        self.assertEqual(self.digest(), before)


if __name__ == "__main__":
    support.main()
