"""`palermo calls`: patterns of calls, from files to answers; the planted story of VAST 2008 is found."""
import unittest

import support

HEAD = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
N, B, C, D = (f"+44770090000{i}" for i in (1, 2, 3, 4))


class CallsTest(support.CaseTest):
    def take(self, rows, *options, name="calls.csv"):
        return self.ok("ingest", self.write(name, HEAD + "".join(row + "\n" for row in rows)),
                       *(options or ("--technique", "NONE")))

    def accesses(self):
        return [leaf["access"] for leaf in self.leaves() if "access" in leaf]

    def test_profile_counts_and_cites(self):
        self.take([f"{N},{B},2031-03-04T08:00:00+01:00,60,call,out,001-01-1-1,,", f"{N},{B},2031-03-04T23:30:00+01:00,30,call,out,,,",
                   f"{B},{N},2031-03-05T09:00:00+01:00,10,call,in,,,", f"{N},{C},2031-03-05T09:30:00+01:00,,sms,out,,,"])
        answer = self.ok("calls", "profile", N, "--evidence", "2")
        self.assertEqual((answer["out"]["calls"], answer["out"]["messages"], answer["in"]["calls"]), (2, 1, 1))
        self.assertEqual(answer["night"]["records"], 1)
        self.assertEqual([(c["id"], c["out"], c["in"], c["evidence"]) for c in answer["top"]],
                         [(B, 2, 1, [self.at(1, 2), self.at(1, 3)]), (C, 1, 0, [self.at(1, 5)])])
        self.assertEqual(answer["cells"][0]["evidence"], [self.at(1, 2)])
        self.assertTrue(answer["hops_unlimited"])
        self.assertEqual(answer["basis"]["records_used"], 4)
        elsewhere = self.ok("calls", "profile", N, "--zone", "Asia/Tokyo")
        self.assertEqual(elsewhere["night"]["records"], 0)
        self.assertIn("Asia/Tokyo (--zone)", elsewhere["zone"])
        self.refused(2, "calls", "profile", N, "--from", "2031-03-05", "--to", "2031-03-04")
        answer = self.ok("calls", "profile", N, "--from", "2031-03-05")
        self.assertEqual(answer["basis"]["records_used"], 2)
        unknown = self.refused(2, "calls", "profile", "+447700900999")
        self.assertIn("4 records of 3 identifiers were looked at", unknown.err)

    def test_quarantine_is_counted_and_never_used_and_hops_bind(self):
        self.write("auth.json", f'''{{"id": "A1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
            "granted_at": "2031-03-01T00:00:00Z", "effective_from": "2031-03-01T00:00:00Z", "expires_at": "2031-03-31T00:00:00Z",
            "targets": [{{"kind": "msisdn", "value": "{N}"}}], "scope": {{"data_types": ["traffic"], "max_hops": 1}}}}''')
        self.ok("authorize", "add", self.folder / "auth.json")
        got = self.take([f"{N},{B},2031-03-04T08:00:00Z,60,call,out,,,", f"{C},{N},2031-03-05T08:00:00Z,60,call,in,,,",
                         f"{N},{D},2031-04-04T08:00:00Z,60,call,out,,,"], "--authorization", "A1")
        self.assertEqual((got["stored"], got["quarantined"]), (2, 1))
        answer = self.ok("calls", "profile", N)
        self.assertEqual((answer["contacts"], answer["basis"]["quarantined"], answer["hops_allowed"]), (2, 1, 1))
        refused = self.refused(4, "calls", "profile", B)  # one hop away already
        self.assertIn("SC02", refused.err)
        self.refused(4, "calls", "common", N, B)
        self.refused(4, "calls", "sequences", B)
        self.refused(4, "calls", "replacements", B)
        self.assertNotIn(D, self.run_palermo("calls", "profile", N).out)
        last = [a for a in self.accesses() if a.get("command", "").startswith("calls")]
        self.assertTrue(any(a.get("decision") == "refused" and a.get("rule_id") == "SC02" for a in last))
        self.assertFalse(any(N in str(a) or B in str(a) for a in last))  # by number, never by value

    def test_devices(self):
        sim, one, other = "001010000000001", "35209900176148", "35209900176149"
        self.take([f"{N},{B},2031-03-04T08:00:00Z,60,call,out,,{one}1,{sim}", f"{N},{B},2031-03-04T09:00:00Z,600,call,out,,{one}02,{sim}",
                   f"{N},{C},2031-03-04T09:05:00Z,60,call,out,,{other}0,{sim}"])
        answer = self.ok("calls", "devices", sim)
        self.assertEqual([(s["held"], s["records"]) for s in answer["strips"] if s["carrier"] == sim], [(one, 2), (other, 1)])
        self.assertEqual([(c["kind"], c["record_one"], c["record_other"]) for c in answer["conflicts"]],
                         [("sim_in_two_handsets", self.at(1, 3), self.at(1, 4))])
        self.assertEqual(self.ok("calls", "devices", N)["total_conflicts"], 1)
        self.assertEqual(self.ok("calls", "devices", B)["strips"], [])

    def test_colocation_places_convoy(self):
        rows = []
        for day in range(3, 8):
            rows += [f"{N},{C},2031-03-0{day}T22:30:00+01:00,5,call,out,001-01-1-1,,", f"{N},{C},2031-03-0{day}T10:00:00+01:00,5,call,out,001-01-1-2,,",
                     f"{B},{D},2031-03-0{day}T10:05:00+01:00,5,call,out,001-01-1-2,,"]
        for i, cell in enumerate((5, 6, 7, 8)):
            rows += [f"{N},{C},2031-03-09T12:{10 * i:02}:00+01:00,5,call,out,001-01-1-{cell},,",
                     f"{B},{D},2031-03-09T12:{10 * i + 4:02}:00+01:00,5,call,out,001-01-1-{cell},,"]
        self.take(rows)
        places = self.ok("calls", "places", N)
        self.assertEqual([(places[w]["outcome"], places[w]["cells"][0]["cell"]) for w in ("home", "work")],
                         [("indicated", "001-01-1-1"), ("indicated", "001-01-1-2")])
        met = self.ok("calls", "colocation", N, B)
        self.assertEqual((met["total"], met["days"]), (9, 6))
        convoy = self.ok("calls", "convoy")
        self.assertEqual([(c["a"], c["b"], len(c["cells"])) for c in convoy["convoys"]], [(N, B, 4)])
        self.assertEqual(self.ok("calls", "colocation", N, C)["total"], 0)

    def test_the_same_twice_and_nothing_without_records(self):
        self.take([f"{N},{B},2031-03-04T08:0{i}:00Z,60,call,out,,," for i in range(9)])
        for command in (("replacements",), ("sequences",), ("bursts", "--least", "3"), ("common", N, B), ("bursts", "--around", "2031-03-04T08:05:00Z")):
            first = self.run_palermo("calls", *command)
            self.assertEqual(first.code, 0, first.err)
            self.assertEqual(first.out, self.run_palermo("calls", *command).out)
            shown = self.ok("calls", *command, json_output=False)
            self.assertIn("Computed on: 9 of 9 records", shown)
            self.assertLessEqual(max(map(len, shown.splitlines())), 100, shown)
        self.refused(2, "calls", "bursts", "--around", "2031-03-04")
        self.refused(2, "calls", "replacements", "--same", "AB")
        self.refused(2, "calls", "common", N, N)


@unittest.skipIf(support.shared() is None, "skipped: the public data (../shared) are absent")
class Vast2008(support.CaseTest):
    """The README of the data names who leads and which phones they changed to on 8 June."""
    LEADER = "200"
    CORE = {"1", "2", "3", "5"}
    CHANGED = {"1": ("309", .750), "5": ("306", .679), "3": ("360", .625), "2": ("397", .593)}

    def setUp(self):
        super().setUp()
        data = support.shared() / "data/vast2008_cell_calls/CellPhoneCallRecords.csv"
        self.ok("ingest", data, "--technique", "NONE", "--timezone", "America/New_York")

    def test_the_leader_calls_the_core(self):
        answer = self.ok("calls", "profile", self.LEADER, "--to", "2006-06-08T03:59:59Z", "--top", "4")
        self.assertEqual({c["id"]: c["out"] + c["in"] for c in answer["top"]}, {"5": 14, "1": 9, "3": 8, "2": 8})

    def test_each_changed_phone_finds_its_successor_first(self):
        answer = self.ok("calls", "replacements")  # neither numbers nor day are named
        first = {c["gone"]: c for c in answer["candidates"] if c["rank"] == 1}
        for gone, (come, jaccard) in self.CHANGED.items():
            row = first[gone]
            self.assertEqual((row["come"], row["silent_from"], row["started_at"]), (come, "2006-06-08", "2006-06-08"), gone)
            self.assertAlmostEqual(row["jaccard"], jaccard, delta=.0006)
            self.assertLess(row["p_value"], .01)
            self.assertEqual(row["false_match_rate"], 0)
            self.assertEqual(row["spoke"], 0)
        others = [c for c in answer["candidates"] if c["gone"] not in self.CHANGED]
        self.assertLess(max([c["jaccard"] for c in others], default=0), .2)
        self.assertEqual(answer["candidates"], self.ok("calls", "replacements")["candidates"])

    def test_the_leaders_phone_is_found_unaided(self):
        # No number, no day and no pair is named: the four matched pairs show who changed with them.
        together = self.ok("calls", "replacements")["together"]
        self.assertEqual(set(together["read_as_one"]), {f"{gone}={come}" for gone, (come, _) in self.CHANGED.items()})
        self.assertEqual(together["fell_silent"], 1)
        first = together["candidates"][0]
        self.assertEqual((first["gone"], first["come"], sorted(first["shared"])), (self.LEADER, "300", ["1", "2", "3", "5"]))
        self.assertEqual((first["records_before"], first["records_after"], first["false_match_rate"]), (39, 0, 0))
        self.assertGreater(first["impostors"], 50)
        self.assertIsNone(first["p_value"])
        shown = self.ok("calls", "replacements", json_output=False)
        self.assertIn("Who else changed, seen from those who changed (", shown)
        self.assertLessEqual(max(map(len, shown.splitlines())), 100)
        self.assertIsNone(self.ok("calls", "replacements", "1")["together"])

    def test_all_four_share_one_contact_before_and_one_after(self):
        for numbers, shared in ((self.CHANGED, self.LEADER), ([come for come, _ in self.CHANGED.values()], "300")):
            answer = self.ok("calls", "common", *numbers, "--draws", "49")
            self.assertEqual([c["id"] for c in answer["contacts"] if not c["hub"]][:1], [shared])
            self.assertEqual(answer["p_value"], 1 / 50)

    def test_the_leaders_phone_is_found_over_the_changed_phones_of_the_core(self):
        # 200 does not fall silent and 300 knows none of its contacts under their old numbers.
        named = ("calls", "replacements", self.LEADER, "--at", "2006-06-08")
        self.assertNotIn("300", [c["come"] for c in self.ok(*named)["candidates"]])
        same = [word for gone, (come, _) in self.CHANGED.items() for word in ("--same", f"{gone}={come}")]
        first = self.ok(*named, *same)["candidates"][0]
        self.assertEqual((first["come"], first["rank"], sorted(first["shared"])), ("300", 1, ["1", "2", "3", "5"]))
        self.assertLess(first["p_value"], .05)


if __name__ == "__main__":
    support.main()
