"""Retained data as operators deliver it go in with the counts their READMEs give; every line is accounted for."""
import collections
import unittest

import support

BOSTON, ZURICH = ("--timezone", "America/New_York"), ("--timezone", "Europe/Zurich")


class RetainedTest(support.CaseTest):
    def ingest(self, path, *options):
        answer = self.ok("ingest", path, "--format", "auto", "--technique", "NONE", *options)
        self.assertEqual(answer["rows_read"], sum(answer[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        return answer

    def records(self, *options):
        return self.ok("records", "--limit", "0", *options)["records"]


@unittest.skipIf(support.shared() is None, "skipped: the public data (../shared) are absent")
class PublicRetainedData(RetainedTest):
    def taken(self, path, want_format, rows, *options, duplicates=0):
        answer = self.ingest(support.shared() / "data" / path, *options)
        self.assertEqual((answer["format"], answer["rows_read"], answer["duplicates"], answer["rejected"]),
                         (want_format, rows, duplicates, 0), path)
        return " ".join(answer.get("notices", []))

    def no_calls(self, path, words):
        before = self.digest()
        answer = self.refused(3, "ingest", support.shared() / "data" / path, "--technique", "NONE", *BOSTON)
        self.assertIn(words, answer.err)
        self.assertEqual(self.digest(), before)

    def test_bandicoot_demo(self):
        notices = self.taken("bandicoot_cdr/demo/ego.csv", "subscriber_csv", 314, *BOSTON)
        self.assertIn("the subscriber is the file's name, 'ego'", notices)
        records = self.records()
        kinds = collections.Counter(r["kind"] for r in records)
        self.assertEqual((kinds["call"], kinds["sms"]), (75, 239))
        self.assertEqual(sum(r["b"] == "ego" for r in records), 210)
        self.assertEqual(len({r["a"] for r in records} | {r["b"] for r in records}) - 1, 7)
        self.assertEqual(sum((r["duration_s"] or 0) for r in records), 266797)

    def test_bandicoot_plain_files(self):
        for path, rows, duplicates in [
                ("demo/A.csv", 42, 0), ("manual/A.csv", 7, 0), ("manual/B.csv", 7, 0), ("network/A.csv", 6, 0),
                ("network/B.csv", 7, 0), ("network/F.csv", 5, 0), ("network/H.csv", 5, 0), ("network/ego.csv", 16, 1),
                ("plain/churn_user.csv", 13, 0), ("plain/u_test2.csv", 500, 0), ("plain/u_test_antennas.csv", 500, 0),
                ("plain/u_test_no_position.csv", 500, 0)]:
            self.taken("bandicoot_cdr/" + path, "subscriber_csv", rows, *BOSTON, duplicates=duplicates)

    def test_bandicoot_coded_files(self):
        notices = self.taken("bandicoot_cdr/operator_coded/u_test_semicolon_coded.csv", "operator_coded", 500, *BOSTON)
        self.assertIn("record type decided", notices)
        records = self.records()
        kinds = collections.Counter(r["kind"] for r in records)
        self.assertEqual((kinds["call"], kinds["sms"]), (155, 345))
        self.assertEqual(sum(r["a"].endswith("770000000") for r in records), 250)
        self.taken("bandicoot_cdr/manual/A_semicolon_coded.csv", "operator_coded", 7, *BOSTON)
        self.assertIn("latitude first", self.taken("bandicoot_cdr/manual/B_semicolon_coded.csv", "operator_coded", 7,
                                                   *BOSTON))

    def test_bandicoot_bad_records_are_counted_by_reason(self):
        self.no_calls("bandicoot_cdr/bad_records/user_ignored.csv",
                      "every one of the 5 records was rejected (1 BAD_DURATION, 1 MISSING_CORRESPONDENT, "
                      "1 UNKNOWN_DIRECTION, 2 UNKNOWN_KIND)")

    def test_lists_that_hold_no_calls(self):
        self.no_calls("bandicoot_cdr/attributes/A.csv", "this is attributes of one subscriber")
        self.no_calls("swiss_retained_data/glaettli_2013/contacts.csv", "this is a list of contacts")

    def test_lists_of_cells_and_antennas(self):
        for path, rows in [("bandicoot_cdr/demo/antennas.csv", 27), ("bandicoot_cdr/network/antennas.csv", None),
                           ("bandicoot_cdr/plain/towers.csv", None), ("swiss_retained_data/glaettli_2013/cells.csv", 732)]:
            answer = self.ingest(support.shared() / "data" / path)
            self.assertEqual((answer["format"], answer["rejected"]), ("cell_table", 0))
            if rows is not None:
                self.assertEqual(answer["stored"], rows)

    def test_without_a_zone_a_local_time_is_refused(self):
        for path in ("bandicoot_cdr/demo/ego.csv", "bandicoot_cdr/manual/A_semicolon_coded.csv",
                     "swiss_retained_data/swisscom_2018/vorratsdaten.csv"):
            answer = self.refused(3, "ingest", support.shared() / "data" / path, "--technique", "NONE")
            self.assertIn("--timezone", answer.err)

    def test_glaettli_calls(self):
        # 3,551 lines; four name several recipients (8 rows more), and six rows are equal to another.
        notices = self.taken("swiss_retained_data/glaettli_2013/calls_sms.csv", "vds_suisse_calls", 3559, duplicates=6)
        self.assertIn("4 lines name several recipients and gave one row for each: 3551 lines, 3559 rows", notices)
        records = self.records()
        calls = [r for r in records if r["kind"] == "call"]
        self.assertEqual(sum(r["duration_s"] for r in calls), 200566)
        self.assertEqual((records[0]["started_at"], records[-1]["started_at"]), ("2013-01-16T10:03:19Z", "2013-07-13T12:12:17Z"))
        self.assertNotIn("0", {r["a"] for r in records} | {r["b"] for r in records})

    def test_glaettli_cells(self):
        notices = self.taken("swiss_retained_data/glaettli_2013/cell_activity_5min.csv", "vds_suisse_cells", 3979)
        self.assertIn("3571 steps", notices)
        records = self.records()
        self.assertEqual({r["kind"] for r in records}, {"location"})
        self.assertEqual(len({r["cell"] for r in records}), 591)

    def test_swisscom(self):
        notices = self.taken("swiss_retained_data/swisscom_2018/vorratsdaten.csv", "swisscom_2018", 24, *ZURICH)
        self.assertIn("(16 P-GW, 8 S-GSN, 0 others)", notices)
        records = self.records()
        self.assertEqual(len(records), 24)
        self.assertEqual({r["kind"] for r in records}, {"data"})
        self.assertEqual(sum(r["duration_s"] for r in records), 2478)
        self.assertEqual(len({r["cell"] for r in records}), 3)
        self.assertEqual(sum(r["imei"] != "" for r in records), 8)

    def test_netherlands_registrations(self):
        for number, path, rows, devices in [(1, "testdata.csv", 150, 3), (2, "test_measurements.csv", 2000, 20),
                                            (3, "testdata_simple.csv", 9, 3)]:
            self.taken("nfi_telcell_colocation/" + path, "call_csv:nfi_telcell", rows)
            records = [r for r in self.records() if r["source_id"] == self.source(number)]
            self.assertEqual((len(records), len({r["a"] for r in records})), (rows, devices))
            self.assertEqual({(r["kind"], r["cell"]) for r in records}, {("location", "")})  # 0-0-0 is a placeholder

    def test_indian_tables(self):
        self.taken("indian_operator_cdr/normalised_23col_180.csv", "call_csv:indian_normalised_23", 180)
        records = self.records()
        kinds = collections.Counter(r["kind"] for r in records)
        self.assertEqual((kinds["call"], kinds["sms"]), (100, 80))
        self.assertEqual(sum(r["duration_s"] for r in records if r["kind"] == "call"), 168335)
        self.assertEqual(len({r["a"] for r in records} | {r["b"] for r in records}), 32)
        self.assertEqual(len({(r["a"], r["b"]) for r in records}), 122)
        self.taken("indian_operator_cdr/simple_16col_15.csv", "call_csv:indian_simple_16", 15)

    def test_indian_layouts(self):
        for name, layout, rows in [
                ("airtel_cdr", "airtel", 1), ("airtel_gprs_no_records", "airtel_gprs", 0), ("airtel_ipdr", "airtel_ipdr", 1),
                ("bsnl_cdr", "bsnl", 2), ("generic_ipdr_header_only", "licence_ipdr", 0), ("jio_cdr", "jio", 6),
                ("jio_cdr_no_records", "jio", 0), ("vodafone_idea_cdr", "vodafone_idea", 2),
                ("vodafone_idea_dot_ipdr_no_records", "vodafone_idea_ipdr", 0)]:
            self.taken(f"indian_operator_cdr/layouts/{name}.csv", "call_csv:" + layout, rows)


class InventedRetainedData(RetainedTest):
    def test_bad_records_beside_good_ones_are_counted_by_reason(self):
        path = self.write("+447700900001.csv",
                          "interaction,direction,correspondent_id,datetime,call_duration\n"
                          "call,in,+447700900002,2031-03-04 08:15:53,62\n"
                          "call,in, ,2031-03-04 08:15:54,0\n"
                          "call,sideways,+447700900002,2031-03-04 08:15:55,0\n"
                          "fax,in,+447700900002,2031-03-04 08:15:56,0\n"
                          "call,in,+447700900002,2031-03-04 08:15:57,long\n"
                          "call,in,+447700900002,2031-02-30 08:15:58,5\n"
                          "call,in,+447700900002,2031-03-04 08:15:59,\n")
        answer = self.ingest(path, "--timezone", "Europe/London")
        self.assertEqual((answer["rows_read"], answer["stored"]), (7, 1))
        self.assertEqual([(r["line"], r["code"]) for r in answer["rejects"]], [
            (3, "MISSING_CORRESPONDENT"), (4, "UNKNOWN_DIRECTION"), (5, "UNKNOWN_KIND"), (6, "BAD_DURATION"),
            (7, "BAD_TIME"), (8, "BAD_DURATION")])
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_etsi_answer(self):
        path = support.SOURCE / "tests/e2e/retained_data/etsi_102657.xml"
        answer = self.ingest(path)
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("etsi_102657", 6, 5))
        self.assertEqual([r["code"] for r in answer["rejects"]], ["NO_SERVICE_USAGE"])
        self.assertIn("request REQ-2031-0007, asked by POLICE-1 (GB), given by CSP-9", " ".join(answer["notices"]))
        records = self.records()
        self.assertEqual([(r["kind"], r["a"], r["b"], r["started_at"], r["direction"], r["cell"]) for r in records], [
            ("call", "447700900001", "447700900002", "2031-03-04T08:15:53Z", "out", "001-01-4660-22136"),
            ("call", "447700900001", "447700900002", "2031-03-04T08:15:53Z", "in", ""),
            ("sms", "447700900003", "447700900001", "2031-03-04T08:20:00Z", "in", "001-01-12288-12345678"),
            ("data", "447700900001", "", "2031-03-04T09:00:00Z", "out", "TAI 001-01-12288"),
            ("data", "", "", "2031-03-04T09:30:00Z", "out", "001-01-4660-22137")])
        self.assertEqual({r["imei"] for r in records if r["kind"] == "data"}, {"35600000000001"})
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_etsi_answers_that_are_cut_or_hostile_change_nothing(self):
        whole = (support.SOURCE / "tests/e2e/retained_data/etsi_102657.xml").read_text()
        before = self.digest()
        entity = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        for text in (whole[:3000], whole[:-5], whole.replace("<rd:RetainedDataMessage", entity + "<rd:RetainedDataMessage", 1),
                     whole.replace("</rd:cSPID>", "</rd:timeStamp>", 1)):
            answer = self.refused(3, "ingest", self.write("answer.xml", text), "--format", "etsi_102657", "--technique",
                                  "NONE")
            self.assertIn("answer.xml", answer.err)
        local = whole.replace("20310304081553Z", "20310304081553").replace("+0100</", "</")
        self.assertIn("--timezone", self.refused(3, "ingest", self.write("local.xml", local), "--technique", "NONE").err)
        self.assertEqual(self.digest(), before)

    SIMPLE = ("Calling Number,Called Number,Date,Time,Duration,Call Type,Direction,IMEI,IMSI,Cell ID,LAC,Latitude,"
              "Longitude,Tower Address,Provider,Roaming\n")

    def test_what_a_spreadsheet_did_to_numbers(self):
        rows = [("02079460001", "+442079460002", "356000000000010", "001010000000001"),
                ("2079460001", "'+442079460002", "356000000000010.0", "001010000000001.0"),  # a zero lost, an apostrophe
                ("'442079460001'", "442079460002.0", "'356000000000010", "'001010000000001'"),
                ("4.42E+11", "+442079460002", "356000000000010", "001010000000001"),  # digits lost for good
                ("+442079460001", '"4,42E+11"', "356000000000010", "001010000000001"),
                ("+442079460001", "+442079460002", "3.56E+14", "1.01E+12")]
        text = self.SIMPLE + "".join(f"{a},{b},12-07-2031,10:30:{i:02},60.0,Call,Outgoing,{imei},{imsi},C,L,1,2,T,P,No\n"
                                     for i, (a, b, imei, imsi) in enumerate(rows))
        answer = self.ingest(self.write("sheet.csv", text), "--country", "GB", "--timezone", "Europe/London")
        self.assertEqual((answer["stored"], [(r["line"], r["code"]) for r in answer["rejects"]]),
                         (4, [(5, "SCIENTIFIC_NUMBER"), (6, "SCIENTIFIC_NUMBER")]))
        self.assertIn("2 IMEI, IMSI or forwarding numbers were written as a power of ten", " ".join(answer["notices"]))
        records = self.records()
        self.assertEqual({(r["a"], r["b"], r["duration_s"]) for r in records}, {("+442079460001", "+442079460002", 60)})
        self.assertEqual([(r["imei"], r["imsi"]) for r in records], [("35600000000001", "001010000000001")] * 3 + [("", "")])

    def test_a_tower_dump_in_an_operators_layout(self):
        header = ("VIL Call Data Records\nCELL : - 4057040552421\nReport Type :- Tower Dump\n"
                  "Target /A PARTY NUMBER,CALL_TYPE,Type of Connection,B PARTY NUMBER,LRN- B Party Number,Translation of LRN,"
                  "Call date,Call Initiation Time,Call Duration,First BTS Location,First Cell Global Id,Last BTS Location,"
                  "Last Cell Global Id,SMS Centre Number,Service Type,IMEI,IMSI,Call Forwarding Number,"
                  "Roaming Network/Circle,MSC ID,In TG ,Out TG\n")
        text = header + "".join(
            f"+44207946000{i},{'Incoming' if i % 2 else 'Outgoing'},PREPAID,+442079460100,,,01-06-2031,08:01:0{i},5,Tower A,"
            f"4057040552421,Tower A,4057040552421,-,Voice,3560000000000{i}0,00101000000000{i},-,X,MSC,IN,OUT,\n"
            for i in range(1, 6))
        answer = self.ingest(self.write("dump.csv", text))
        self.assertEqual((answer["format"], answer["stored"]), ("call_csv:vodafone_idea", 5))
        for i, record in enumerate(self.records(), 1):
            owner = record["b" if "owner_is_b" in record["flags"] else "a"]
            self.assertEqual((owner, record["cell"]), (f"+44207946000{i}", "4057040552421"))

    def test_a_tower_dump_of_registrations(self):
        text = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n" + "".join(
            f"+44207946000{i},,2031-06-01T08:00:0{i}Z,,location,,234-15-1-77,3560000000000{i}0,00101000000000{i}\n"
            for i in range(1, 6))
        answer = self.ingest(self.write("dump.csv", text))
        self.assertEqual((answer["format"], answer["stored"]), ("call_csv:palermo", 5))
        records = self.records()
        self.assertEqual({(r["kind"], r["b"], r["cell"]) for r in records}, {("location", "", "234-15-1-77")})
        self.assertEqual(len({r["imei"] for r in records}), 5)


if __name__ == "__main__":
    support.main()
