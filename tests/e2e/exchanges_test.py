"""Call records of exchanges: public samples with the counts of their README, and invented files of every kind."""
import base64
import unittest
import urllib.parse

import support

UUID = "00000000-0000-4000-8000-00000000000"
XML = (f"<?xml version=\"1.0\"?>\n<cdr core-uuid=\"c\"><channel_data/><variables><uuid>{UUID}1</uuid>"
       "<nolocal:x>1</nolocal:x><start_stamp>2031-03-04%2008%3A15%3A53</start_stamp>"
       "<start_uepoch>1930374953250000</start_uepoch><answer_epoch>1930374958</answer_epoch><billsec>12</billsec>"
       f"<bridge_uuid>{UUID}2</bridge_uuid></variables><callflow><caller_profile>"
       "<caller_id_number>+447700900001</caller_id_number><destination_number>1002</destination_number>"
       "</caller_profile></callflow></cdr>\n")
CSV = (f'"Ward 4","1001","1002","default","2031-03-04 08:15:53","","2031-03-04 08:16:10","17","0","USER_BUSY",'
       f'"{UUID}1","","","PCMU","PCMU"\n')


class Ingests(support.CaseTest):
    def ingest(self, path, *options):
        answer = self.ok("ingest", path, "--format", "auto", "--technique", "NONE", *options)
        self.assertEqual(answer["rows_read"], sum(answer[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        return answer

    def calls(self, columns):
        return self.ok("sql", f"SELECT {columns} FROM calls ORDER BY source, line")["rows"]

    def check_unchanged(self, code, *args):
        before = self.digest()
        answer = self.refused(code, *args)
        self.assertEqual(self.digest(), before)
        return answer


@unittest.skipIf(support.shared() is None, "skipped: the public data (../shared) are absent")
class Samples(Ingests):
    def sample(self, name):
        return support.shared() / "data/pbx_cdr_samples" / name

    def test_every_sample_is_known_here(self):
        names = {str(p.relative_to(self.sample(""))) for p in self.sample("").rglob("*") if p.is_file()}
        self.assertEqual(names, {"README.md", "asterisk/Master.csv", "freeswitch/json_cdr.json",
                                 "freeswitch/json_cdr_2018.json", "cdr_stats/CDRImport-2015-10-26.csv",
                                 "cdr_stats/import_cdr_100.txt", "cdr_stats/hangup_cause.json"})

    def test_asterisk(self):
        answer = self.ingest(self.sample("asterisk/Master.csv"))
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("call_csv:asterisk", 14, 14))
        rows = self.calls("a, b, duration_s, flags, local_time")
        pairs = [(r[0], r[1]) for r in rows]
        self.assertEqual((pairs.count(("client1", "6789")), pairs.count(("client2", "1234"))), (9, 5))
        self.assertEqual(sum("not_answered" in r[3] for r in rows), 3)
        self.assertEqual(sum(int(r[2]) for r in rows), 78)
        self.assertEqual(rows[0][4], "2023-07-26T01:51:32+03:00")

    def check_freeswitch(self, name, local_time, billsec):
        answer = self.ingest(self.sample(name))
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("freeswitch_json", 1, 1))
        self.assertTrue(answer["notices"][0].startswith("1 records name a partner leg"))
        row, = self.calls("a, b, local_time, duration_s, flags")
        self.assertEqual([str(v) for v in row], ["1001", "1002", local_time, billsec, ""])

    def test_freeswitch_json(self):
        self.check_freeswitch("freeswitch/json_cdr.json", "2018-01-11T11:25:44.534355+01:00", "68")

    def test_freeswitch_json_2018(self):
        self.check_freeswitch("freeswitch/json_cdr_2018.json", "2018-03-14T07:09:18.006702-04:00", "21")

    def test_cdr_stats_table(self):
        path = self.sample("cdr_stats/CDRImport-2015-10-26.csv")
        self.check_unchanged(3, "ingest", path, "--technique", "NONE")  # local times, and no zone
        answer = self.ingest(path, "--timezone", "Europe/Madrid")
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("call_csv:cdr_stats", 5, 5))
        self.assertEqual(sum(int(r[0]) for r in self.calls("duration_s")), 50 + 10 + 34 + 11 + 5)

    def test_cdr_stats_list(self):
        answer = self.ingest(self.sample("cdr_stats/import_cdr_100.txt"))
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("cdr_stats_list", 100, 100))
        self.assertEqual([str(v) for v in self.calls("a, b, started_at_us, duration_s")[0]],
                         ["81050000", "650200000", "1336101842000000", "78"])

    def test_a_table_of_causes_is_no_evidence(self):
        answer = self.check_unchanged(3, "ingest", self.sample("cdr_stats/hangup_cause.json"), "--technique", "NONE")
        self.assertIn("no known format", answer.err)


class Invented(Ingests):
    def test_bodies_of_requests(self):
        bodies = ["cdr=" + urllib.parse.quote(XML), "cdr=" + base64.b64encode(XML.encode()).decode(), "cdr=" + XML]
        answer = self.ingest(self.write("bodies.txt", "\n".join(bodies)))
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"], answer["duplicates"]),
                         ("freeswitch_xml", 3, 1, 2))
        row, = self.calls("a, b, local_time, duration_s")
        self.assertEqual([str(v) for v in row], ["+447700900001", "1002", "2031-03-04T08:15:53.250000+01:00", "12"])

    def test_csv_needs_a_zone(self):
        path = self.write("Master.csv", CSV)
        answer = self.check_unchanged(3, "ingest", path, "--technique", "NONE")
        self.assertIn("--timezone", answer.err)
        answer = self.ingest(path, "--timezone", "Europe/Rome")
        self.assertEqual((answer["format"], answer["stored"]), ("freeswitch_csv", 1))
        self.assertEqual(self.calls("local_time, flags"), [["2031-03-04T08:15:53+01:00", "not_answered"]])

    def test_damaged_files_leave_the_case_alone(self):
        for name, content in {"cut.xml": XML[:-30], "latin.xml": XML.encode().replace(b"12<", b"\xff<"),
                              "doctype.xml": "<!DOCTYPE cdr [<!ENTITY a 'b'>]>" + XML[22:],
                              "cut.csv": CSV * 3 + CSV[:40], "body.txt": "cdr=%3Ccdr%zz",
                              "cut.json": '{"core-uuid": "c", "variables": {"uuid": "u"}, "callflow": ['}.items():
            with self.subTest(name):
                self.check_unchanged(3, "ingest", self.write(name, content), "--technique", "NONE",
                                     "--timezone", "Europe/Rome")

    def test_keep_going_counts_what_is_damaged(self):
        broken = XML.replace("%3A53", "%3")
        answer = self.ingest(self.write("some.xml", XML + broken + XML[:100]), "--keep-going")
        self.assertEqual((answer["rows_read"], answer["stored"], answer["rejected"]), (3, 1, 2))
        self.assertEqual([r["code"] for r in answer["rejects"]], ["BAD_ENCODING", "BAD_DOCUMENT"])


if __name__ == "__main__":
    support.main()
