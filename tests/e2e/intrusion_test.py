"""Whom an authorization touched beside its targets, and where a record is silent: counted again from the files."""
import datetime
import json
import sqlite3

import support


class Intrusion(support.CaseTest):
    def order(self, number, targets, **more):
        order = {"id": number, "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
                 "applicant": {"id": "P-1"}, "authorizer": {"id": "S-1", "role": "judge"}, "granted_at": "2024-03-01T00:00:00Z",
                 "effective_from": "2024-03-01T00:00:00Z", "expires_at": "2024-03-31T23:59:59Z",
                 "targets": [{"kind": "msisdn", "value": v} for v in targets],
                 "scope": {"data_types": ["traffic_data"], "max_hops": 2}}
        order.update(more)
        return order

    def ingest(self, name, rows, authorization):
        lines = ["a,b,start,duration_s,kind,direction,cell,imei,imsi"]
        lines += [f"{a},{b},{at},60,voice,out,,{imei}," for a, b, at, imei in rows]
        return self.ok("ingest", self.write(name, "\n".join(lines) + "\n"), "--authorization", authorization)

    @staticmethod
    def number(i):
        return f"+4477009{i:05d}"

    def filled(self):
        target, other = self.number(1), self.number(2)
        self.ok("authorize", "add", self.write("a.json", json.dumps([self.order("A-1", [target]), self.order("A-2", [other]),
                                                                    self.order("A-3", [self.number(3)], collateral_intrusion="few")])))
        # The target with thirty people; twelve of them also stand in a statement.
        rows = [(target, self.number(100 + i), f"2024-03-{1 + i % 10:02d}T10:{i:02d}:00Z", "490154203237518") for i in range(30)]
        self.ingest("one.csv", rows, "A-1")
        # Another order: its target, that of A-1, and two strangers: a count below five.
        self.ingest("two.csv", [(other, target, "2024-03-05T10:00:00Z", ""), (other, self.number(500), "2024-03-20T10:00:00Z", ""),
                                (other, self.number(501), "2024-03-21T09:00:00Z", "")], "A-2")
        links = [{"id": f"S-{i}", "kind": "fact", "text": "seen", "grade": "B2", "lawful": True,
                  "association": {"person": self.number(100 + i), "group": "G", "as": "customer"}} for i in range(12)]
        self.ok("ingest", self.write("s.json", json.dumps({"statements": links})), "--technique", "NONE")

    def test_counts_are_those_of_the_files_and_small_ones_are_withheld(self):
        self.filled()
        result = self.ok("audit", "intrusion")
        rows = {row["authorization_id"]: row for row in result["rows"]}
        self.assertEqual(sorted(rows), ["A-1", "A-2", "A-3"])
        one = rows["A-1"]
        with sqlite3.connect(self.case) as db:
            kinds = dict(db.execute("SELECT kind, count(*) FROM identifier GROUP BY 1").fetchall())
        self.assertGreaterEqual(kinds.get("imei", 0), 0)
        self.assertEqual((one["records"], one["held"], one["targets"], one["assessed"]), (30, 0, 1, "no"))
        self.assertEqual(one["touched"], 31)  # the handset counts for nobody
        self.assertIsNone(one["named"])  # one: withheld
        self.assertTrue(one["linked"] is None or one["never_linked"] is None)  # else the one could be computed
        self.assertIsNone(rows["A-2"]["touched"])
        self.assertEqual((rows["A-3"]["touched"], rows["A-3"]["named"], rows["A-3"]["assessed"]), (0, 0, "yes"))
        self.assertGreaterEqual(result["withheld"], 5)
        last = self.leaves()[-1]["access"]
        self.assertEqual((last["command"], last["operation"], last["result_count"]), ("audit intrusion", "CONSULT", 3))
        text = self.ok("audit", "intrusion", json_output=False)
        self.assertTrue(all(len(line) <= 100 for line in text.split("\n")), text)
        self.assertIn("An identifier is no person", " ".join(text.split()))
        self.assertNotIn("+44", text)
        below = self.run_palermo("audit", "intrusion", "--threshold", "3")
        self.assertEqual((below.code, below.out), (2, ""))
        self.assertIn("--threshold: Value 3 not in range 5 to 1000", below.err)

    def test_nothing_withheld_can_be_computed(self):
        self.filled()
        for row in self.ok("audit", "intrusion")["rows"]:
            cells = [row[k] for k in ("named", "linked", "never_linked")]
            hidden = [c for c in cells if c is None]
            if row["touched"] is not None and hidden:
                self.assertGreaterEqual(len(hidden), 2, row)
                rest = row["touched"] - sum(c for c in cells if c is not None)
                self.assertGreaterEqual(rest - 2 * len(hidden) + 2, 5, row)  # least and most lie five apart

    def test_a_case_without_authorizations_says_so(self):
        self.assertEqual(self.ok("audit", "intrusion", json_output=False), "No authorization is on record.\n")
        self.assertTrue(self.ok("audit", "gaps", json_output=False).startswith("No authorization is on record.\n"))
        self.assertEqual((self.ok("audit", "intrusion")["rows"], self.ok("audit", "gaps")["strips"]), ([], []))

    def test_gaps_are_the_days_of_the_files(self):
        self.filled()
        result = self.ok("audit", "gaps")
        strips = {s["authorization_id"]: s for s in result["strips"]}
        one = strips["A-1"]
        self.assertEqual((one["from"], one["to"], one["days_in_force"], one["days_with_product"], one["days_outside"]),
                         ("2024-03-01", "2024-03-31", 31, 10, 0))
        self.assertEqual(one["silent"], [{"from": "2024-03-11", "to": "2024-03-31", "days": 21}])
        self.assertEqual(one["strip"], "#" * 10 + "." * 21)
        two = strips["A-2"]
        self.assertEqual((two["days_with_product"], [r["days"] for r in two["silent"]]), (3, [14, 10, 4]))
        self.assertEqual(strips["A-3"]["strip"], "." * 31)
        text = self.ok("audit", "gaps", json_output=False)
        self.assertIn("Silence is no proof", text)
        self.assertTrue(all(len(line) <= 100 for line in text.split("\n")), text)

    def test_a_clock_set_back_within_a_file_is_told_with_its_line(self):
        self.ok("authorize", "add", self.write("a.json", json.dumps(self.order("A-1", [self.number(1)]))))
        start = datetime.datetime(2024, 3, 2, 8)
        at = [start + datetime.timedelta(minutes=i) for i in range(100)]
        # Half a minute beside the earlier calls: the same call twice would be a duplicate.
        at[60:] = [t - datetime.timedelta(hours=1, seconds=-30) for t in at[60:]]
        rows = [(self.number(1), self.number(9), t.strftime("%Y-%m-%dT%H:%M:%SZ"), "") for t in at]
        self.ingest("clock.csv", rows, "A-1")
        clock = self.ok("audit", "gaps")["sources"]
        self.assertEqual([(c["records"], c["in_order"], c["steps_back"], c["largest_s"], c["line"]) for c in clock],
                         [(100, True, 1, 3510, 62)])
        self.assertIn("steps back in time: 1 in 100 records, the largest 3510 s, at line 62",
                      self.ok("audit", "gaps", json_output=False))


if __name__ == "__main__":
    support.main()
