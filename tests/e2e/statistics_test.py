"""Oversight tables: counted over several cases, small counts withheld, every release in the log."""
import json

import support

STATES = {"de": "DE", "ca": "CA", "us": "US", "uk": "GB"}


def order(number, state, renewals=0, kind="content_interception", **more):
    return {"id": f"{state}-{number}", "technique": "ELECTRONIC_SURVEILLANCE", "kind": kind, "state": state,
            "granted_at": "2023-02-01T09:00:00Z", "effective_from": "2023-02-01T09:00:00Z", "expires_at": "2023-04-30T22:00:00Z",
            "offence_refs": ["smuggling" if number % 2 else "trafficking"],
            "targets": [{"kind": "msisdn", "value": f"+4477009{number:05d}"}],
            "renewals": [{"granted_at": "2023-04-15T09:00:00Z", "expires_at": "2023-07-31T22:00:00Z"}] * renewals, **more}


class Statistics(support.CaseTest):
    def setUp(self):
        super().setUp()
        self.ok("user", "add", "vera", "--role", "oversight")

    def orders(self, count, state="DE", **more):
        self.ok("authorize", "add", self.write("o.json", json.dumps([order(i, state, i % 3, **more) for i in range(count)])))

    def table(self, name="de", *more):
        return self.ok("--as", "vera", "audit", "statistics", "--table", name, *more)

    @staticmethod
    def value(answer, section, row, column):
        found = [r for r in answer["rows"] if (r["section"], r["row"], r["column"]) == (section, row, column)]
        return (found[0]["value"], found[0]["status"]) if found else None

    def test_every_table_counts_the_orders_of_its_state_and_year(self):
        where = {"de": ("s. 100a, orders by offence", "total", "total"), "ca": ("s. 186, offences", "total", "total"),
                 "us": ("orders by offense", "total", "total"), "uk": ("authorizations by power", "content_interception", "routine")}
        for name, state in STATES.items():
            self.orders(12, state)
        for name in STATES:
            answer = self.table(name, "--exact")
            self.assertEqual(self.value(answer, *where[name]), (12 + 12, "published"), name)  # 12 orders, 0+1+2 renewals each
            self.assertTrue(answer["rows"] and answer["source"] and answer["exact"])
            missing = [r for r in answer["rows"] if r["status"] == "not_recorded"]
            self.assertTrue(missing and all(r["value"] is None for r in missing), name)
            self.assertNotIn("+447700", json.dumps(answer))
        other = self.table("de", "--exact", "--year", "2022")
        self.assertEqual(self.value(other, "s. 100a, orders by offence", "total", "total") or (0,), (0,))

    def test_small_counts_are_withheld_and_the_rule_is_printed(self):
        self.orders(30)
        self.ok("authorize", "add", self.write("few.json", json.dumps(
            [order(100 + i, "DE", 1, offence_refs=["rare offence"]) for i in range(2)])))
        answer = self.table()
        section = "s. 100a, orders by offence"
        self.assertEqual(self.value(answer, section, "rare offence", "first orders"), (None, "withheld"))
        printed = [r["value"] for r in answer["rows"] if r["status"] == "published" and r["column"] != "days authorized"]
        self.assertFalse([v for v in printed if 0 < v < 5], printed)
        # Nothing printed in that column gives the two back.
        column = [self.value(answer, section, row, "first orders") for row in ("smuggling", "trafficking", "rare offence", "total")]
        self.assertGreaterEqual(sum(v is None for v, _ in column), 2)
        text = self.ok("--as", "vera", "audit", "statistics", "--table", "us", json_output=False)
        self.assertIn("Counts from 1 to 4 are withheld", " ".join(text.split()))
        self.assertTrue(all(len(line) <= 100 for line in text.split("\n")), max(text.split("\n"), key=len))

    def test_a_release_is_a_disclosure_after_a_checkpoint(self):
        self.orders(12)
        answer = self.table("de", "--year", "2023", "-o", self.folder / "r.json")
        self.assertEqual(json.loads((self.folder / "r.json").read_text()), answer)
        entry = self.leaves()[-1]
        self.assertEqual((entry["kind"], entry["id"]), ("disclosure", answer["disclosure"]))
        body = entry["disclosure"]
        self.assertEqual((body["artefact_sha256"], body["redaction_profile"], int(body["checkpoint_size"])),
                         (answer["sha256"], "statistics/de/2023/withheld", int(entry["seq"])))
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_a_second_release_needs_the_first_and_tells_nothing_by_difference(self):
        self.orders(30)
        kept = self.folder / "first.json"
        first = self.table("de", "-o", kept)
        args = ("--as", "vera", "audit", "statistics", "--table", "de")
        self.assertIn("released before", self.refused(4, *args).err)
        self.assertEqual(self.leaves()[-1]["access"]["rule_id"], "DIFFERENCE")
        same = self.table("de", "--earlier", kept)
        section = "s. 100a, orders by offence"
        pick = lambda a: [(r["row"], r["column"], r["value"]) for r in a["rows"] if r["section"] == section]
        self.assertEqual(pick(same), pick(first))
        changed = json.loads(kept.read_text())
        changed["rows"][1]["value"] = 1000
        self.refused(3, *args, "--earlier", self.write("forged.json", json.dumps(changed)))
        # One more order: neither its offence nor any total may show it.
        self.ok("authorize", "add", self.write("one.json", json.dumps(order(500, "DE"))))
        second = self.folder / "second.json"
        self.write("second.json", json.dumps(same))
        answer = self.run_palermo(*args, "--earlier", kept, "--earlier", second)
        if answer.code == 4:
            self.assertIn("DIFFERENCE", answer.err)
        else:
            self.assertEqual(answer.code, 0, answer.err)
            before = {(r["section"], r["row"], r["column"]): r for r in first["rows"]}
            for row in answer.json["rows"]:
                old = before.get((row["section"], row["row"], row["column"]))
                if old and old["status"] == row["status"] == "published":
                    change = abs(row["value"] - old["value"])
                    self.assertTrue(change == 0 or change >= 5, row)

    def test_cases_are_counted_together_each_with_its_own_entry(self):
        self.orders(12)
        other = self.folder / "other.palermo"
        run = lambda *args: self.ok(*args, case=other)
        run("init", "--title", "Other", "--state", "DE")
        run("user", "add", "vera", "--role", "oversight")
        run("authorize", "add", self.write("o2.json", json.dumps([order(i, "DE") for i in range(10)])))
        answer = self.table("de", "--also", other, "--exact")
        self.assertEqual(answer["cases"], 2)
        self.assertEqual(self.value(answer, "s. 100a", "proceedings", "number"), (2, "published"))
        self.assertEqual(self.value(answer, "s. 100a, orders by offence", "total", "first orders"), (22, "published"))
        import sqlite3
        with sqlite3.connect(other) as db:
            last = json.loads(db.execute("SELECT bytes FROM leaf ORDER BY idx DESC LIMIT 1").fetchone()[0])
        self.assertEqual(last["id"], answer["disclosure"])
        twice = self.run_palermo("--as", "vera", "audit", "statistics", "--table", "de", "--also", self.case)
        self.assertEqual(twice.code, 2)
        self.assertIn("named twice", twice.err)

    def test_bad_options_are_told(self):
        self.refused(2, "audit", "statistics", "--table", "de", "--threshold", "2")
        self.assertEqual(self.run_palermo("audit", "statistics", "--table", "fr").code, 2)
        self.assertEqual(self.run_palermo("audit", "statistics").code, 2)
        self.refused(3, "audit", "statistics", "--table", "de", "--earlier", self.folder / "absent")


if __name__ == "__main__":
    support.main()
