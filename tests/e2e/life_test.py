"""The life of an authorization: each step a revision, each invariant kept, product following it."""
import json

import support

ORDER = {
    "id": "A-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "content_interception", "state": "DE",
    "regime": "DE-100a", "legal_basis": "StPO s. 100a", "offence_refs": ["AufenthG 96(2)"],
    "applicant": {"id": "P-1", "chain": ["P-9"]}, "authorizer": {"id": "S-1", "role": "prosecutor"},
    "urgent": {"oral_at": "2024-03-07T16:00:00+01:00", "reason": "The van leaves tonight."},
    "expires_at": "2024-05-31T23:59:59+02:00",
    "targets": [{"kind": "msisdn", "value": "+447700900001", "person_id": "P1"}],
    "scope": {"data_types": ["content"], "max_hops": 1}}


class Life(support.CaseTest):
    def setUp(self):
        super().setUp()
        self.ok("user", "add", "lea", "--role", "legal")

    def add(self, **changes):
        order = dict(ORDER, **changes)
        self.ok("authorize", "add", self.write("a.json", json.dumps(order)))

    def add_plain(self, **changes):
        order = {k: v for k, v in ORDER.items() if k != "urgent"}
        order.update(granted_at="2024-03-01T09:00:00Z", effective_from="2024-03-01T09:00:00Z", **changes)
        self.ok("authorize", "add", self.write("a.json", json.dumps(order)))

    def ingest_sessions(self, days=("08", "20")):
        lines = "\n".join(json.dumps({
            "session_id": f"I-{day}", "authorization_id": "A-1", "line": "+447700900001",
            "start": f"2024-03-{day}T10:00:00+01:00", "end": f"2024-03-{day}T10:05:00+01:00",
            "parties": ["+447700900002"], "summary": f"secret words of day {day}", "privileged": "none"})
            for day in days)
        return self.ok("ingest", self.write("s.jsonl", lines), "--format", "intercept_log")

    def calls(self, days):
        rows = "".join(f"+447700900001,+44770090{100 + i:04d},2024-03-{day:02d}T10:00:00Z,60,voice,out,,,\n"
                       for i, day in enumerate(days))
        path = self.write("c.csv", "a,b,start,duration_s,kind,direction,cell,imei,imsi\n" + rows)
        return self.ok("ingest", path, "--authorization", "A-1")

    def verified(self):
        answer = self.run_palermo("audit", "verify")
        self.assertEqual((answer.code, answer.json["problems"]), (0, []))

    def bytes_of_case(self):
        return b"".join(p.read_bytes() for p in self.folder.iterdir() if p.name.startswith("case.palermo"))

    def test_an_urgent_grant_says_until_when_it_must_be_confirmed(self):
        self.add()
        shown = self.ok("authorize", "show", "A-1", "--as-of", "2024-03-08")["authorizations"][0]
        self.assertEqual((shown["status"], shown["confirm_by"]), ("unconfirmed", "2024-03-12T22:59:59.999999Z"))
        self.ok("authorize", "confirm", "A-1", "--at", "2024-03-12T22:00:00+01:00", "--by", "J-1", "--role", "judge")
        shown = self.ok("authorize", "show", "A-1", "--as-of", "2024-03-20")
        self.assertEqual((shown["status"], shown["authorizations"][0]["rev"]), ("active", 2))
        self.assertEqual(shown["authorization"]["urgent"]["confirmed_by"]["id"], "J-1")

    def test_a_refusal_seals_what_was_taken(self):
        self.add()
        self.assertEqual(self.ingest_sessions(("08",))["stored"], 1)
        self.assertIn(b"secret words", self.bytes_of_case())
        answer = self.ok("authorize", "refuse", "A-1", "--at", "2024-03-11T12:00:00+01:00", "--reason",
                         "no urgency", "--by", "J-1", "--role", "judge")
        self.assertEqual(answer["status"], "refused")
        self.assertIn("1 record went back into quarantine as Q-1 (AU06)", answer["notices"])
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 0)
        self.assertNotIn(b"secret words", self.bytes_of_case())
        item = self.ok("quarantine", "list")["items"][0]
        self.assertEqual((item["reason"], item["count"], item["status"]), ("AU06", 1, "held"))
        self.verified()
        # Refused and sealed is what the rule asks for.
        self.assertNotIn("AU06", {v["rule"] for v in self.ok("audit", "rules")["violations"]})
        # No way leads out of it.
        for step in (["confirm", "A-1", "--at", "2024-03-12T00:00:00Z"], ["cancel", "A-1", "--reason", "x"],
                     ["renew", "A-1", "--granted-at", "2024-03-12T00:00:00Z", "--until", "2024-06-30"],
                     ["refuse", "A-1", "--at", "2024-03-12T00:00:00Z", "--reason", "again"]):
            self.assertIn("no way leads out", self.refused(4, "authorize", *step).err)

    def test_a_recalled_record_can_be_released_again_and_the_ledger_holds(self):
        self.add()
        self.ingest_sessions(("08",))
        self.ok("authorize", "refuse", "A-1", "--at", "2024-03-11T12:00:00+01:00", "--reason", "no urgency")
        self.ok("user", "add", "vera", "--role", "oversight")
        self.ok("--as", "vera", "quarantine", "release", "Q-1", "--reason", "court decision 7/2024")
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 1)
        self.verified()
        self.assertEqual(self.ok("trace", self.at(1, 1))["record"]["intercept"]["summary"], "secret words of day 08")
        # New evidence takes new places.
        self.ok("ingest", self.write("p.csv", "payment_id,from,to,amount,currency,at\nP1,A,B,5,EUR,2024-03-01\n"),
                "--technique", "NONE")
        self.verified()

    def test_a_cancellation_seals_what_lies_after_it_and_no_more(self):
        self.add_plain()
        self.ingest_sessions()
        answer = self.ok("authorize", "cancel", "A-1", "--at", "2024-03-15T00:00:00Z", "--reason", "case closed")
        self.assertIn("1 record went back into quarantine as Q-1 (AU02)", answer["notices"])
        records = self.ok("records", "--limit", "0")["records"]
        self.assertEqual([r["record_id"] for r in records], [self.at(1, 1)])
        self.verified()
        source = self.ok("trace", self.at(1, 1))["source"]
        self.assertEqual((source["stored"], source["quarantined"]), (1, 1))

    def test_calls_follow_too(self):
        self.add_plain()
        self.assertEqual(self.calls(range(2, 26))["stored"], 24)
        self.ok("authorize", "cancel", "A-1", "--at", "2024-03-12T00:00:00Z", "--reason", "case closed")
        self.verified()
        item = self.ok("quarantine", "list")["items"][0]
        self.assertEqual((item["reason"], item["count"]), ("AU02", 14))
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 10)
        self.assertEqual(self.ok("records", "--number", "+447700900001", "--limit", "0")["total"], 10)
        self.assertEqual(self.ok("records", "--number", "+447700900123", "--limit", "0")["total"], 0)
        # The network, the index and what comes later rest on what is left.
        self.assertEqual(self.ok("network", "summary")["edges"], 10)
        more = self.write("d.csv", "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
                          "+447700900001,+447700900555,2024-03-05T10:00:00Z,60,voice,out,,,\n")
        self.assertEqual(self.ok("ingest", more, "--authorization", "A-1")["stored"], 1)
        self.verified()
        self.ok("user", "add", "vera", "--role", "oversight")
        self.ok("--as", "vera", "quarantine", "release", "Q-1", "--reason", "court decision 8/2024")
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 25)
        self.verified()

    def test_taking_a_tombstone_away_is_found(self):
        self.add_plain()
        self.ingest_sessions()
        self.calls(range(2, 26))
        self.ok("authorize", "cancel", "A-1", "--at", "2024-03-15T00:00:00Z", "--reason", "case closed")
        import sqlite3
        for attack in ("DELETE FROM recalled_record", "DELETE FROM recalled_segment",
                       "UPDATE recalled_record SET commitment = zeroblob(32)",
                       "UPDATE recalled_segment SET kept = kept + 1",
                       "UPDATE recalled_record SET quarantine = 2"):
            copy = self.folder / "attacked"
            with sqlite3.connect(self.case) as db, sqlite3.connect(copy) as to:
                db.backup(to)
            with sqlite3.connect(copy) as db:
                db.execute(attack)
            answer = self.run_palermo("audit", "verify", case=copy)
            self.assertEqual(answer.code, 5, attack)
            self.assertIn("ALTERED", answer.json["reason_codes"])
            copy.unlink()

    def test_who_decides_is_not_who_applied(self):
        self.add()
        for who in ("P-1", "P-9"):
            answer = self.refused(4, "authorize", "confirm", "A-1", "--at", "2024-03-08T00:00:00Z", "--by", who)
            self.assertIn("AU07", answer.err)
        self.ok("authorize", "confirm", "A-1", "--at", "2024-03-08T00:00:00Z", "--by", "J-1")
        self.refused(4, "authorize", "renew", "A-1", "--granted-at", "2024-05-01T00:00:00Z", "--until",
                     "2024-08-01", "--by", "P-1")

    def test_a_renewal_is_decided_before_expiry(self):
        self.add_plain()
        late = ["authorize", "renew", "A-1", "--granted-at", "2024-06-05T00:00:00Z", "--until", "2024-08-01"]
        self.assertIn("AU04", self.refused(4, *late).err)
        self.refused(2, "authorize", "renew", "A-1", "--granted-at", "2024-05-05T00:00:00Z", "--until", "2024-05-30")
        self.ok(*late, "--late-reason", "the file was found in June")
        entry = self.leaves()[-1]
        self.assertEqual((entry["authorization"]["action"], entry["late_reason"], entry["rev"]),
                         ("renew", "the file was found in June", 2))
        self.assertIn(("AU04", "A-1/renewal 1"),
                      {(v["rule"], v["subject"]) for v in self.ok("audit", "rules")["violations"]})

    def test_reviews_conditions_and_notice(self):
        self.add_plain(reviews=[{"due_at": "2024-04-01"}])
        self.ok("authorize", "review", "A-1", "--done-at", "2024-03-30", "--outcome", "goes on", "--collateral",
                "no", "--next", "2024-05-01", "--by", "J-1")
        self.ok("authorize", "condition", "A-1", "--text", "report monthly", "--due", "2024-04-15")
        self.refused(2, "authorize", "condition", "A-1", "--met", "2", "--at", "2024-04-14")
        self.ok("authorize", "condition", "A-1", "--met", "1", "--at", "2024-04-14", "--by", "P-1")
        self.ok("authorize", "cancel", "A-1", "--at", "2024-05-10T00:00:00Z", "--reason", "done")
        # After-care is possible when the measure has ended.
        self.refused(2, "authorize", "notify", "A-1", "--defer-until", "2025-01-01", "--by", "J-1")
        self.refused(2, "authorize", "notify", "A-1", "--defer-until", "2025-01-01", "--reason", "others still run")
        self.ok("authorize", "notify", "A-1", "--defer-until", "2025-01-01", "--reason", "others still run",
                "--by", "J-1", "--role", "judge")
        self.refused(2, "authorize", "notify", "A-1", "--defer-until", "2024-12-01", "--reason", "x", "--by", "J-1")
        self.ok("authorize", "notify", "A-1", "--defer-until", "2025-03-01", "--reason", "they still run",
                "--by", "J-1", "--role", "judge")
        self.ok("authorize", "notify", "A-1", "--done-at", "2025-02-01", "--method", "letter")
        a = self.ok("authorize", "show", "A-1")["authorization"]
        self.assertEqual([r["due_at"] for r in a["reviews"]], ["2024-04-01", "2024-05-01"])
        self.assertEqual((len(a["notification"]["earlier"]), a["notification"]["done_at"]), (1, "2025-02-01"))
        found = {(v["rule"], v["subject"]) for v in self.ok("audit", "rules")["violations"]}
        self.assertIn(("RV01", "A-1/review 2"), found)
        self.assertIn(("SC06", "A-1"), found)
        self.assertNotIn("NT01", {rule for rule, _ in found})
        self.assertEqual([e["rev"] for e in self.leaves() if e["kind"] == "authorization"], list(range(1, 9)))
        self.verified()

    def test_destruction_takes_everything_and_leaves_the_record(self):
        self.add_plain(retention={"destroy_by": "2025-01-01"})
        self.ingest_sessions()
        self.calls(range(2, 6))
        self.refused(4, "authorize", "destroy", "A-1", "--order", "AG 5/2025", "--by", "J-1")  # not for an admin
        self.refused(4, "--as", "lea", "authorize", "destroy", "A-1", "--order", "AG 5/2025", "--by", "lea")
        answer = self.ok("--as", "lea", "authorize", "destroy", "A-1", "--order", "AG 5/2025 of 2025-01-02",
                         "--by", "J-1")
        self.assertIn("6 records destroyed; places that still hold their bytes: 0", answer["notices"])
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 0)
        self.assertNotIn(b"secret words", self.bytes_of_case())
        self.assertEqual({i["status"] for i in self.ok("quarantine", "list")["items"]}, {"destroyed"})
        retention = answer["authorization"]["retention"]
        self.assertEqual((retention["ordered_by"], retention["executed_by"], retention["record"]),
                         ("J-1", "lea", "AG 5/2025 of 2025-01-02"))
        self.verified()

    def test_what_must_be_kept_is_not_destroyed(self):
        self.add_plain(retention={"destroy_by": "2025-01-01", "hold": "appeal pending"})
        self.ingest_sessions()
        self.assertIn("appeal pending", self.refused(4, "--as", "lea", "authorize", "destroy", "A-1", "--order", "x",
                                                     "--by", "J-1").err)
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 2)

    def test_the_log_of_techniques(self):
        self.add_plain()
        use = {"use_id": "U-1", "authorization_id": "A-1", "technique": "ELECTRONIC_SURVEILLANCE",
               "kind": "content_interception", "started_at": "2024-03-02T08:00:00Z", "ended_at": "2024-03-02T20:00:00Z",
               "operators": ["OP-1"], "targets": ["+447700900001"]}
        answer = self.ok("technique", "log", self.write("u.json", json.dumps(use)))
        self.assertEqual((answer["ingest"]["stored"], answer["violations"]), (1, []))
        late = dict(use, use_id="U-2", ended_at="2024-06-30T20:00:00Z", started_at="2024-06-30T10:00:00Z")
        answer = self.ok("technique", "log", self.write("v.json", json.dumps([late])))
        self.assertEqual([(v["rule"], v["subject"]) for v in answer["violations"]], [("AU02", "U-2")])
        listed = self.ok("technique", "list")
        self.assertEqual([(u["use_id"], u["rule"], u["targets"]) for u in listed["uses"]],
                         [("U-1", "", 1), ("U-2", "AU02", 1)])
        self.assertNotIn("447700900001", json.dumps(listed))
        for who in ("P-1", "S-1"):
            self.refused(4, "technique", "log", self.write("w.json", json.dumps(dict(use, use_id="U-3", operators=[who]))))
        self.refused(4, "technique", "log", self.write("w.json", json.dumps(dict(use, authorization_id="A-9"))))
        self.refused(3, "technique", "log", self.write("w.json", json.dumps(dict(use, operatorz=[]))))
        self.assertEqual(self.ok("technique", "list")["total"], 2)

    def test_deliveries_and_officers_have_logs_of_their_own(self):
        delivery = {"use_id": "D-1", "authorization_id": "A-CD", "kind": "controlled_delivery",
                    "started_at": "2024-03-10T02:00:00Z", "ended_at": "2024-03-10T08:00:00Z", "targets": ["P3"],
                    "delivery": {"mode": "intact", "persons_present": True, "states": ["BE", "GB"], "goods": "lorry"}}
        self.add_plain(id="A-CD", technique="CONTROLLED_DELIVERY", kind="controlled_delivery", state="GB",
                       regime="GB-RIPA", targets=[{"kind": "person", "value": "P3"}], scope={})
        answer = self.ok("controlled-delivery", "log", self.write("d.json", json.dumps(delivery)))
        self.assertEqual({v["rule"] for v in answer["violations"]}, {"CD01", "CD02"})
        silent = dict(delivery, use_id="D-2", delivery={"mode": "intact"})
        self.refused(3, "controlled-delivery", "log", self.write("e.json", json.dumps(silent)))
        report = {"report_id": "R-1", "officer": "UCO-1", "handler": "H", "controller": "H", "authorization_id": "A-CD",
                  "from": "2024-03-10T02:00:00Z"}
        self.assertIn("permits no undercover operation",
                      self.refused(4, "undercover", "log", self.write("r.json", json.dumps(report))).err)
        (self.folder / "a.json").unlink()
        self.add_plain(id="A-UC", technique="UNDERCOVER_OPERATION", kind="undercover", scope={})
        report["authorization_id"] = "A-UC"
        answer = self.ok("undercover", "log", self.write("r.json", json.dumps(report)))
        self.assertEqual([v["rule"] for v in answer["violations"]], ["UC04"])


if __name__ == "__main__":
    support.main()
