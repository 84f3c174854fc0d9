"""Calls and records that several files hold: counted once, named the same in any order, kept under each authorization."""
import itertools
import json
import sqlite3

import support

# Numbers of the range for drama that are valid, unlike mobile ones: only those have several spellings of one value.
NATIONAL = "020 7946 00{:02d}"
HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"


def order(name, value, **more):
    return {"id": name, "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT", "regime": "IT-267",
            "authorizer": {"id": "J-1", "role": "judge"}, "granted_at": "2024-03-01T09:00:00Z",
            "effective_from": "2024-03-01T09:00:00Z", "expires_at": "2024-06-30T00:00:00Z",
            "targets": [{"kind": "msisdn", "value": value}], "scope": {"data_types": ["traffic"], "max_hops": 1}, **more}


def row(a, b, minute, number="+4420794600{:02d}"):
    return f"{number.format(a)},{number.format(b)},2024-03-10T{minute // 60:02d}:{minute % 60:02d}:00Z,60,call,out,,,\n"


class SharedCalls(support.CaseTest):
    """Number 1 is the target of A-1, number 2 that of A-2; the operators of both hand over their calls with each other."""

    def setUp(self):
        super().setUp()
        between = [(1, 2, minute) for minute in range(0, 40, 2)]
        self.one = HEADER + "".join(row(*call) for call in sorted(between + [(1, 3, m) for m in range(1, 30, 3)], key=lambda c: c[2]))
        # The second operator writes national numbers, so that spellings differ; one call stands there twice.
        self.two = HEADER + "".join(row(*call, number=NATIONAL) for call in between + between[:1] + [(4, 2, 50)])
        self.three = HEADER + "".join(row(*call) for call in between[5:15] + [(2, 5, 55)])
        self.files = {"one.csv": (self.one, "A-1"), "two.csv": (self.two, "A-2"), "three.csv": (self.three, "A-2")}

    def new_case(self, name, names):
        """Its files in this order."""
        self.case = self.folder / f"{name}.palermo"
        self.ok("init", "--title", "Test", "--state", "IT")
        self.ok("user", "add", "vera", "--role", "oversight")
        for target, number in (("A-1", "+442079460001"), ("A-2", "+442079460002")):
            self.ok("authorize", "add", self.write(f"{target}.json", json.dumps(order(target, number))))
        return [self.take(name) for name in names]

    def take(self, name):
        text, authorization = self.files[name]
        return self.ok("ingest", self.write(name, text), "--format", "call_csv", "--authorization", authorization, "--country", "GB")

    def answers(self):
        found = [self.ok(*question) for question in (
            ("records", "--limit", "0"), ("records", "--number", "+442079460002"), ("network", "summary"), ("network", "metrics"),
            ("network", "path", "+442079460003", "+442079460005"), ("calls", "profile", "+442079460002"),
            ("sql", "SELECT record_id, a, b, started_at, authorization_id FROM calls ORDER BY 1"))]
        for answer in found:
            for key in ("software_version", "case_id", "computed_at"):
                answer.pop(key, None)
        return found

    def verified(self):
        answer = self.run_palermo("audit", "verify")
        self.assertEqual((answer.code, answer.json["problems"]), (0, []))

    def test_any_order_gives_the_same_records_and_network(self):
        wanted = None
        for i, names in enumerate(itertools.permutations(self.files)):
            taken = self.new_case(f"case{i}", names)
            for answer in taken:
                self.assertEqual(answer["rows_read"], answer["stored"] + answer["duplicates"] + answer["quarantined"] + answer["rejected"])
            self.assertEqual(sum(answer["stored"] for answer in taken), 20 + 10 + 1 + 1)
            self.assertEqual(sum(answer["duplicates"] for answer in taken), 20 + 1 + 10)
            answers = self.answers()
            self.verified()
            wanted = wanted or answers
            self.assertEqual(answers, wanted)
        # A copy elsewhere counts them once too.
        self.ok("case", "export", "-o", self.folder / "moved", "--to", "Office B")
        self.assertEqual(self.ok("case", "import", self.folder / "moved", case=self.folder / "moved.palermo")["calls"], 32)
        records = wanted[0]["records"]
        self.assertEqual(wanted[0]["total"], 32)
        self.assertEqual(len({r["record_id"] for r in records}), 32)
        self.assertEqual(sorted(len(r.get("also_in", [])) for r in records), [0] * 12 + [1] * 10 + [2] * 10)
        for record in records:
            for place in record.get("also_in", []):
                self.assertNotEqual(place["source_id"], record["source_id"])
        # Each name of a call finds it, with the authorization of that file and the others beside.
        shared = next(r for r in records if len(r.get("also_in", [])) == 2)
        self.assertEqual(sorted([shared["authorization_id"]] + [p["authorization_id"] for p in shared["also_in"]]), ["A-1", "A-2", "A-2"])
        names = {shared["record_id"], *(p["record_id"] for p in shared["also_in"])}
        for name in names:
            found = self.ok("trace", name)["records"][0]
            self.assertEqual({found["record_id"], *(p["record_id"] for p in found["also_in"])}, names)
            self.assertEqual(found["started_at"], shared["started_at"])

    def test_each_record_is_spelled_as_its_own_file_spells_it(self):
        for i, names in enumerate((("one.csv", "two.csv"), ("two.csv", "one.csv"))):
            first, second = self.new_case(f"case{i}", names)
            of_two = (second if i == 0 else first)["source_id"]
            for record in self.ok("records", "--limit", "0")["records"]:
                national = record["raw_a"].startswith("020 ")
                self.assertEqual(national, record["source_id"] == of_two, record)

    def test_a_refusal_takes_a_call_from_one_file_only(self):
        for i, names in enumerate(itertools.permutations(self.files)):
            self.new_case(f"case{i}", names)
            self.ok("authorize", "cancel", "A-1", "--at", "2024-03-05T00:00:00Z", "--reason", "no ground any more")
            answer = self.ok("records", "--limit", "0")
            self.assertEqual(answer["total"], 20 + 1 + 1)
            self.assertEqual({r["authorization_id"] for r in answer["records"]}, {"A-2"})
            self.assertEqual(sum(s["stored"] for s in self.sources()), 22)
            self.verified()
            # What was taken back is what stood in that file, shared or not; released it counts as before.
            held = self.ok("quarantine", "list")["items"]
            self.assertEqual(sum(item["count"] for item in held), 30)
            for item in held:
                self.ok("--as", "vera", "quarantine", "release", item["quarantine_id"], "--reason", "the court found it lawful")
            self.assertEqual(self.ok("records", "--limit", "0")["total"], 32)
            self.assertEqual(sum(s["stored"] for s in self.sources()), 32)
            self.verified()

    def sources(self):
        answer = self.ok("sql", "SELECT stored, duplicates, quarantined, rejected, rows_read FROM sources")
        found = [dict(zip(answer["columns"], line)) for line in answer["rows"]]
        for source in found:
            self.assertEqual(source["rows_read"], sum(source[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        return found

    def test_as_known_then_a_later_file_takes_no_call_away(self):
        first, _ = self.new_case("one", ("one.csv", "two.csv"))
        at = self.ok("sql", "SELECT source, ingested_at FROM sources ORDER BY ingested_at")["rows"][1][1]
        then = self.ok("network", "summary", "--known-at", at)
        self.assertEqual(then["basis"]["records_used"], first["stored"])
        self.assertEqual(self.ok("network", "summary")["basis"]["records_used"], 31)

    def test_sessions_payments_and_ties_are_named_the_same_in_any_order(self):
        def payments(ids):
            return "payment_id,from,to,amount,currency,at\n" + "".join(
                f"P{i},ACC{i % 3},ACC{3 + i % 4},{i}00,EUR,2024-03-{9 + i % 5:02d}T12:00:00Z\n" for i in ids)

        def sessions(ids):
            return "".join(json.dumps({"session_id": f"I{i}", "line": f"+44770090000{i % 3}", "parties": [f"+44770090001{i % 4}"],
                                       "start": f"2024-03-10T12:{i:02d}:00Z", "end": f"2024-03-10T12:{i:02d}:40Z",
                                       "summary": f"words {i}", "privileged": "none"}) + "\n" for i in ids)

        files = {"p1.csv": payments(range(1, 12)), "p2.csv": payments(range(6, 18)), "i1.jsonl": sessions(range(10)),
                 "i2.jsonl": sessions(range(5, 15)), "i3.jsonl": sessions(range(8, 12))}
        questions = (("records", "--limit", "0"), ("network", "summary"), ("network", "metrics"), ("network", "ego", "+447700900001"),
                     ("sql", "SELECT * FROM records ORDER BY record_id"))
        wanted = None
        for i, names in enumerate((sorted(files), sorted(files)[::-1], ["i2.jsonl", "p2.csv", "i3.jsonl", "p1.csv", "i1.jsonl"])):
            self.new_case(f"case{i}", ())
            taken = [self.ok("ingest", self.write(name, files[name]), "--technique", "NONE") for name in names]
            self.assertEqual(sum(answer["stored"] for answer in taken), 17 + 15)
            self.assertEqual(sum(answer["duplicates"] for answer in taken), 6 + 5 + 4)
            self.verified()
            answers = [self.ok(*question) for question in questions]
            for answer in answers:
                for key in ("software_version", "case_id", "computed_at"):
                    answer.pop(key, None)
            wanted = wanted or answers
            self.assertEqual(answers, wanted)
        records = {r["record_id"]: r for r in wanted[0]["records"]}
        self.assertEqual(len(records), 32)
        self.assertEqual(sorted(len(r.get("also_in", [])) for r in records.values()), [0] * 19 + [1] * 11 + [2] * 2)
        for record in records.values():
            for place in record.get("also_in", []):
                self.assertNotIn(place["record_id"], records)
                self.assertEqual(self.ok("trace", place["record_id"])["records"][0]["text"], record["text"])

    def test_pairs_that_the_files_do_not_bear_out_are_found(self):
        self.new_case("one", ("one.csv", "two.csv", "three.csv"))
        whole = self.case.read_bytes()
        for change in ("DELETE FROM shared_calls", "DELETE FROM shared_calls WHERE source = 2", "DELETE FROM shared_calls WHERE source = 3",
                       "UPDATE shared_calls SET first_source = 3 WHERE source = 2", "UPDATE shared_calls SET part = 1 WHERE source = 2",
                       "UPDATE shared_calls SET lines = first_lines, first_lines = lines WHERE source = 2",
                       "UPDATE shared_calls SET source = 99 WHERE source = 3", "UPDATE shared_calls SET count = count - 1 WHERE source = 2",
                       "UPDATE shared_calls SET count = count + 1 WHERE source = 3", "UPDATE shared_calls SET lines = x'00'",
                       "INSERT INTO shared_calls SELECT source, first_source, 1, count, lines, first_lines FROM shared_calls LIMIT 1",
                       "INSERT INTO shared_calls SELECT first_source, source, 0, count, first_lines, lines FROM shared_calls LIMIT 1"):
            self.case.write_bytes(whole)
            for suffix in ("-wal", "-shm"):
                self.case.with_name(self.case.name + suffix).unlink(missing_ok=True)
            with sqlite3.connect(self.case) as db:
                db.execute("PRAGMA foreign_keys = OFF")
                db.execute(change)
            db.close()
            answer = self.run_palermo("audit", "verify")
            self.assertEqual(answer.code, 5, change)
            self.assertIn("ALTERED", {p["code"] for p in answer.json["problems"]}, change)


if __name__ == "__main__":
    support.main()
