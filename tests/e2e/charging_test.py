"""Charging records in BER go in with every record accounted for, and damage changes nothing."""
import unittest

import support

CORPUS = support.SOURCE / "tests/fuzz/corpus"


class ChargingTest(support.CaseTest):
    def ingest(self, path, *options):
        answer = self.ok("ingest", path, "--format", "auto", "--technique", "NONE", *options)
        self.assertEqual(answer["rows_read"], sum(answer[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        return answer

    def codes(self, answer):
        return [(r["line"], r["code"]) for r in answer["rejects"]]

    def test_bare_records(self):
        answer = self.ingest(CORPUS / "ts_32298" / "charging_bare.ber")
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("ts_32298", 8, 5))
        self.assertEqual(self.codes(answer), [(6, "PARTIAL_RECORD"), (7, "OTHER_RECORD"), (8, "UNKNOWN_RECORD")])
        records = self.ok("records", "--limit", "0")["records"]
        self.assertEqual([(r["kind"], r["a"], r["b"], r["duration_s"], r["direction"], r["cell"]) for r in records], [
            ("data", "+447700900001", "", 3600, "out", "001-01-12288-12345678"),
            ("call", "+447700900001", "+447700900002", 62, "out", "001-01-4660-22136"),
            ("call", "+447700900001", "+447700900002", 1900, "out", "001-01-4660-22136"),
            ("call", "+447700900001", "+447700900002", 61, "in", "001-01-4660-22137"),
            ("sms", "+447700900001", "+447700900003", None, "out", "001-01-4660-22136")])
        # The same calls in a file of TS 32.297 and in a list are duplicates.
        for name, rows in (("charging_297.ber", 3), ("charging_list.ber", 2)):
            self.assertEqual(self.ingest(CORPUS / "ts_32298" / name)["duplicates"], rows)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_roaming_records(self):
        answer = self.ingest(CORPUS / "tap3" / "tap3.ber")
        self.assertEqual((answer["format"], answer["stored"], self.codes(answer)), ("tap3", 2, [(3, "EMPTY_EVENT")]))
        records = self.ok("records", "--limit", "0")["records"]
        self.assertEqual([(r["a"], r["b"], r["started_at"]) for r in records], [
            ("+447700900001", "+447700900002", "2031-03-04T07:15:53Z"),
            ("+447700900003", "+447700900001", "2031-03-04T07:15:53Z")])

    def test_files_that_are_cut_change_nothing(self):
        before = self.digest()
        for name in ("charging_297.ber", "charging_list.ber", "tap3.ber"):
            form = "tap3" if name.startswith("tap3") else "ts_32298"
            whole = (CORPUS / form / name).read_bytes()
            path = self.folder / name
            for size in (len(whole) - 1, len(whole) // 2):
                path.write_bytes(whole[:size])
                answer = self.refused(3, "ingest", path, "--format", form, "--technique", "NONE")
                self.assertIn(name, answer.err)
        self.assertEqual(self.digest(), before)

    @unittest.skipIf(support.shared() is None, "skipped: the public data (../shared) are absent")
    def test_public_tap3_file(self):
        answer = self.ingest(support.shared() / "data/cdr_li_asn1/tap3/sample-DataInterChange-1.ber")
        self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("tap3", 5, 0))
        self.assertEqual(self.codes(answer), [(n, "EMPTY_EVENT") for n in range(1, 6)])
        notices = " ".join(answer["notices"])
        for words in ("sender WERFD, recipient XLKJE, file sequence 31707, specification version 3, release 10",
                      "created 2005-04-05T09:05:47+02:00", "local currency EUR", "exchange rate code 1 = 1.16203",
                      "3 decimal places", "code 1 = +0200", "code 1 of type 1, code 22 of type 1, code 142 of type 4",
                      "earliest event 2005-04-04T16:24:53+02:00, latest event 2005-04-05T09:00:59+02:00",
                      "3 GprsCall, 2 MobileTerminatedCall"):
            self.assertIn(words, notices)
        held = [r["message"].count("location area, cell") for r in answer["rejects"]]
        self.assertEqual(held, [1, 1, 0, 0, 0])
        self.assertTrue(self.ok("audit", "verify")["ok"])


if __name__ == "__main__":
    support.main()
