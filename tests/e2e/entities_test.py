"""entity: who is whom, decided by named operators, previewed, undone, provable; what hides in names."""
import json
import shutil
import sqlite3

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
A, B, C, D, E = (f"+44770090000{n}" for n in range(1, 6))


def number(n):
    return f"msisdn:+44770090000{n}"


def member(n):
    return {"id": f"M{n}", "kind": "fact", "source": f"report {n}", "membership": {"person": f"P{n}", "group": "Quay"}}


def possibly(n, a, b):
    return {"id": f"I{n}", "kind": "fact", "identity": {"a": a, "b": b, "relation": "possibly_same"}}


def person(n, **more):
    return {"id": f"N{n}", "kind": "fact", "person": dict({"id": f"P{n}"}, **more)}


class Entities(support.CaseTest):
    def facts(self, *statements, name="facts.json"):
        content = {"case": {"title": "T", "state": "IT"}, "statements": list(statements)}
        return self.ok("ingest", "--technique", "NONE", self.write(name, json.dumps(content)))

    def five(self):
        self.facts(*[member(n) for n in range(1, 6)], possibly(1, "P1", "P2"), possibly(2, "P3", "P4"))

    def element(self, finding, wanted):
        def find(elements):
            for element in elements:
                if element["id"] == wanted:
                    return element
                found = find(element["children"])
                if found:
                    return found
            return None
        return find(finding["elements"])

    def test_a_merge_is_previewed_decided_undone_and_restores_the_finding(self):
        self.five()
        before = self.ok("assess")
        self.assertEqual((before["persons"]["lo"], before["persons"]["hi"]), (3, 5))
        self.assertEqual(self.element(before, "untoc.2a.number")["outcome"], "indicated")

        preview = self.ok("entity", "merge", "P4", "P5", "--preview")
        self.assertEqual(preview["sentences"][0], "persons 3-5 becomes 2-4")
        changed = {e["id"]: (e["from"], e["to"]) for e in preview["elements"]}
        self.assertEqual(changed["untoc.2a.number"], ("indicated", "undetermined"))
        text = self.ok("entity", "merge", "P4", "P5", "--preview", json_output=False)
        self.assertIn("persons 3-5 becomes 2-4", text)
        self.assertIn("untoc.2a.number indicated becomes undetermined (IDENTITY)", text)
        self.assertIn("Nothing was stored", text)
        self.assertEqual(self.ok("entity", "history")["events"], [])
        self.assertEqual(self.ok("assess")["finding_id"], before["finding_id"])

        merged = self.ok("entity", "merge", "P4", "P5", "--reason", "the same scar on the left hand")
        self.assertEqual(merged["event"]["id"], "E-1")
        leaves = self.leaves()
        entry, access = leaves[merged["leaf_index"]], leaves[merged["leaf_index"] + 1]
        self.assertEqual((entry["kind"], entry["id"], entry["entity"]["action"]), ("entity", "E-1", "merge"))
        self.assertEqual((access["access"]["operation"], access["access"]["objects"]), ("COMBINE", ["E-1"]))
        self.assertNotIn('"P4"', json.dumps(entry) + json.dumps(access))  # nobody is named in the log
        self.assertNotIn("scar", json.dumps(leaves))
        after = self.ok("assess")
        self.assertEqual((after["persons"]["lo"], after["persons"]["hi"]), (2, 4))
        element = self.element(after, "untoc.2a.number")
        self.assertEqual((element["outcome"], element["reason_codes"]), ("undetermined", ["IDENTITY"]))
        shown = [e for e in element["contrary"] if e["statement_id"] == "DEC-E-1"]
        self.assertEqual([(e["kind"], e["text"], e["why"]) for e in shown],
                         [("assessment", "the same scar on the left hand", "one person, not two")])
        listed = {e["id"]: e for e in self.ok("entity", "list", "--kind", "person")["entities"]}
        self.assertEqual(listed["P4"]["members"], ["P4", "P5"])
        self.assertNotIn("P5", listed)

        self.refused(3, "entity", "merge", "P5", "P4", "--reason", "again")
        undone = self.ok("entity", "undo", "--reason", "it was another man")
        self.assertEqual(undone["event"]["target"], "E-1")
        self.assertEqual(self.ok("assess"), before)
        self.assertEqual(self.ok("assess", "--reproduce", after["finding_id"])["same"], True)  # as it stood then
        self.ok("entity", "redo")
        self.assertEqual(self.ok("assess"), after)
        history = self.ok("entity", "history")["events"]
        self.assertEqual([(e["action"], e["target"]) for e in history], [("merge", ""), ("undo", "E-1"), ("redo", "E-1")])
        self.assertEqual(self.ok("audit", "verify")["ok"], True)

    def test_whoever_alters_a_decision_in_the_file_is_found(self):
        self.five()
        self.ok("entity", "merge", "P4", "P5", "--reason", "one")
        self.ok("entity", "split", "P1", "P2", "--reason", "two")
        self.assertEqual(self.ok("audit", "verify")["ok"], True)
        with sqlite3.connect(self.case) as db:
            columns = [row[1] for row in db.execute("PRAGMA table_info(entity_event)")]
        self.assertEqual(columns, ["seq", "payload", "salt", "leaf"])
        attacks = ["UPDATE entity_event SET seq = 9 WHERE seq = 2",
                   "UPDATE entity_event SET seq = -seq; UPDATE entity_event SET seq = 3 + seq",
                   "UPDATE entity_event SET payload = replace(payload, 'P5', 'P3') WHERE seq = 1",
                   "UPDATE entity_event SET payload = CAST(replace(payload, 'P5', 'P3') AS BLOB) WHERE seq = 1",
                   "UPDATE entity_event SET salt = zeroblob(32) WHERE seq = 1",
                   "UPDATE entity_event SET leaf = leaf + 1 WHERE seq = 1",
                   "UPDATE entity_event SET leaf = (SELECT max(leaf) FROM entity_event)",
                   "DELETE FROM entity_event WHERE seq = 2",
                   "DELETE FROM entity_event WHERE seq = 1",
                   "INSERT INTO entity_event SELECT 3, payload, salt, leaf FROM entity_event WHERE seq = 1"]
        tried = 0
        for attack in attacks:
            copy = self.folder / "altered.palermo"
            shutil.copy(self.case, copy)
            with sqlite3.connect(copy) as db:
                try:
                    db.executescript("PRAGMA foreign_keys = OFF; " + attack)
                except sqlite3.IntegrityError:
                    continue  # the table itself refused: a text is no blob
            tried += 1
            answer = self.run_palermo("audit", "verify", case=copy)
            self.assertEqual(answer.code, 5, attack)
            self.assertIn("ALTERED", answer.json["reason_codes"], attack)
        self.assertGreaterEqual(tried, 9)

    def test_who_may_decide_and_who_may_not(self):
        self.five()
        for name, role in (("olga", "oversight"), ("adam", "admin"), ("hugo", "handler"), ("lena", "legal"),
                           ("anna", "analyst")):
            self.ok("user", "add", name, "--role", role)
        merge = ("entity", "merge", "P1", "P2", "--reason", "one")
        for name in ("olga", "adam", "hugo"):
            for more in ((), ("--preview",)):
                self.refused(4, "--as", name, *merge, *more)
                last = self.leaves()[-1]
                self.assertEqual((last["access"]["decision"], last["access"]["rule_id"]), ("refused", "ROLE"))
        self.ok("--as", "lena", *merge)
        self.assertEqual(self.ok("--as", "anna", "entity", "undo")["event"]["by"], "anna")
        self.assertEqual([e["by"] for e in self.ok("entity", "history")["events"]], ["lena", "anna"])

    def test_a_file_cannot_pass_for_a_decision(self):
        statement = dict(member(1), decided={"event_id": "E-1", "by": "anna"})
        answer = self.refused(3, "ingest", "--technique", "NONE",
                              self.write("f.json", json.dumps({"statements": [statement]})))
        self.assertIn("entity merge", answer.err)

    def test_a_category_is_decided_and_counts(self):
        self.five()
        self.assertIn("smuggled_migrant", self.refused(2, "entity", "set-category", "P5", "villain", "--reason", "x").err)
        preview = self.ok("entity", "set-category", "P5", "victim", "--preview")
        self.assertEqual(preview["sentences"][0], "persons 3-5 becomes 2-4")
        changed = self.ok("entity", "set-category", "P5", "victim", "--reason", "found locked in")
        self.assertEqual(self.leaves()[changed["leaf_index"] + 1]["access"]["operation"], "ALTER")
        [victim] = self.ok("entity", "list", "--category", "victim")["entities"]
        self.assertEqual((victim["id"], victim["category_decided"]), ("P5", True))
        self.assertEqual(self.ok("assess")["persons"], {"lo": 2, "hi": 4})
        self.refused(3, "entity", "set-category", "P5", "victim", "--reason", "again")

    def test_splitting_takes_one_out_of_a_merged_set(self):
        self.five()
        for other in ("P2", "P3"):
            self.ok("entity", "merge", "P1", other, "--reason", "one")
        answer = self.refused(3, "entity", "split", "P2", "P3", "--reason", "two")
        self.assertIn("E-1, E-2", answer.err)
        split = self.ok("entity", "split", "P2", "--reason", "no, he is another")
        self.assertEqual(split["event"]["apart_from"], ["P1", "P3"])
        ids = [e["members"] for e in self.ok("entity", "list", "--kind", "person")["entities"]]
        self.assertEqual(ids, [["P1", "P3"], ["P2"], ["P4"], ["P5"]])
        self.refused(3, "entity", "split", "P2", "--reason", "again")

    def calls(self):
        rows = [f"{A},{C},2024-03-01T10:00:00Z,60,call,out,,350000000000001,001010000000001",
                f"{A},{D},2024-03-02T10:00:00Z,60,call,out,,350000000000001,001010000000001",
                f"{A},{E},2024-03-03T10:00:00Z,60,call,out,,350000000000001,001010000000001",
                # The handset goes on with another SIM; later the first SIM turns up in another handset.
                f"{B},{C},2024-03-05T10:00:00Z,60,call,out,,3500000000000019,001010000000002",
                f"{B},{D},2024-03-06T10:00:00Z,60,call,out,,350000000000001,001010000000002",
                f"{B},{E},2024-03-07T10:00:00Z,60,call,out,,350000000000001,001010000000002",
                f"{A},{C},2024-03-09T10:00:00Z,60,call,out,,350000000000024,001010000000001",
                f"{C},{D},2024-03-09T11:00:00Z,60,call,out,,,"]
        self.ok("ingest", self.write("calls.csv", HEADER + "\n".join(rows) + "\n"), "--technique", "NONE",
                "--format", "palermo")

    def test_the_history_of_handsets_and_sims(self):
        self.calls()
        strips = [(s["kind"], s["other"], s["first_seen"][:10], s["last_seen"][:10], s["records"], s["first_record"])
                  for s in self.ok("entity", "show", A)["devices"]]
        self.assertEqual(strips, [
            ("imei", "imei:35000000000000", "2024-03-01", "2024-03-03", 3, self.at(1, 2)),
            ("imei", "imei:35000000000002", "2024-03-09", "2024-03-09", 1, self.at(1, 8)),
            ("imsi", "imsi:001010000000001", "2024-03-01", "2024-03-09", 4, self.at(1, 2))])
        for form in ("350000000000001", "35000000000000", "3500000000000019"):  # one handset in three spellings
            strips = [(s["kind"], s["other"], s["records"]) for s in self.ok("entity", "show", form)["devices"]]
            self.assertEqual(strips, [("imsi", "imsi:001010000000001", 3), ("imsi", "imsi:001010000000002", 3),
                                      ("msisdn", number(1), 3), ("msisdn", number(2), 3)])

    def pair(self, a, b):
        found = [c for c in self.ok("entity", "candidates")["candidates"] if {c["a"], c["b"]} == {a, b}]
        return found[0] if found else None

    def test_candidates_say_what_speaks_for_and_against(self):
        self.calls()
        pair = self.pair(number(1), number(2))
        kinds = [(p["sign"], p["kind"]) for p in pair["properties"]]
        self.assertIn(("+", "shared_contacts"), kinds)
        self.assertIn(("+", "handset_then_other_number"), kinds)
        self.assertEqual(pair["strength"], "strong")
        handset = [p for p in pair["properties"] if p["kind"] == "handset_then_other_number"][0]
        self.assertEqual(handset["evidence"], [self.at(1, 4), self.at(1, 5)])
        answer = self.ok("entity", "candidates")
        self.assertNotIn("score", json.dumps(answer))
        self.assertIn("no measure of a person", answer["rule"])
        # They speak: one handset, two users.
        self.ok("ingest", self.write("more.csv", HEADER + f"{A},{B},2024-03-10T10:00:00Z,9,call,out,,,\n"),
                "--technique", "NONE", "--format", "palermo")
        pair = self.pair(number(1), number(2))
        self.assertEqual(pair["strength"], "contradicted")
        spoke = [p for p in pair["properties"] if p["kind"] == "spoke"][0]
        self.assertEqual((spoke["sign"], spoke["evidence"]), ("-", [self.at(2, 2)]))

    def test_persons_with_the_same_name_document_or_nationality_are_compared(self):
        self.facts(person(1, name="Владимир Примеров", nationality="BG"),
                   person(2, name="Vladimir Primerov", nationality="RS"),
                   person(3, name="Zoë Sample", category="suspect"), person(4, name="Zoe\u0308 SAMPLE"),
                   {"id": "D1", "kind": "fact", "attribution": {"person": "P5", "identifier": "document:X1"}},
                   {"id": "D2", "kind": "fact", "attribution": {"person": "P6", "identifier": "document:X1"}})
        kinds = {p["kind"]: p["sign"] for p in self.pair("P1", "P2")["properties"]}
        self.assertEqual(kinds, {"transliterated_name": "+", "nationality": "-"})
        self.assertEqual([(p["sign"], p["kind"]) for p in self.pair("P3", "P4")["properties"]], [("+", "same_name")])
        self.assertEqual(self.pair("P3", "P4")["strength"], "moderate")
        self.assertEqual(self.pair("P5", "P6")["strength"], "strong")
        self.assertIsNone(self.pair("P1", "P3"))

    def test_a_merge_that_evidence_contradicts_is_refused_and_can_be_recorded_as_such(self):
        self.calls()
        used = [{"id": f"U{n}", "kind": "fact", "attribution": {"person": f"P{n}", "identifier": value}}
                for n, value in ((3, C), (4, D))]
        self.facts(*[member(n) for n in range(1, 6)], *used)
        answer = self.refused(3, "entity", "merge", "P3", "P4", "--reason", "one voice")
        self.assertIn("spoke with each other", answer.err)
        self.assertIn(self.at(1, 9), answer.err)
        self.assertIn("--despite", answer.err)
        self.assertEqual(self.ok("entity", "history")["events"], [])
        preview = self.ok("entity", "merge", "P3", "P4", "--preview")
        self.assertEqual(preview["sentences"][0], "persons 5 becomes 4-5")
        self.assertTrue(preview["notices"])
        merged = self.ok("entity", "merge", "P3", "P4", "--reason", "he called himself to lay a trail", "--despite")
        self.assertEqual((merged["event"]["despite"], merged["event"]["contrary"][0]["records"]), (True, [self.at(1, 9)]))
        finding = self.ok("assess")
        self.assertEqual((finding["persons"]["lo"], finding["persons"]["hi"]), (4, 5))
        number_of = self.element(finding, "untoc.2a.number")
        self.assertIn("DEC-E-1", [e["statement_id"] for e in number_of["contrary"]])
        against = [e for e in number_of["supporting"] if e["statement_id"] == "DEC-E-1-against-1"]
        self.assertEqual([e["trace"] for e in against], [self.at(1, 9)])
        # Numbers too; and a decision that nothing contradicts does not carry the mark.
        self.refused(3, "entity", "merge", C, D, "--reason", "one")
        self.assertFalse(self.ok("entity", "merge", A, B, "--reason", "one", "--despite")["event"]["despite"])
        self.assertEqual(self.ok("audit", "verify")["ok"], True)

    def test_what_hides_in_names_is_shown_and_joins_nobody(self):
        stored = self.facts(person(1, name="Bruno Example"), person(2, name="Вruno Eхample"),
                            person(3, name="Bruno \u202eelpmaxE"), person(4, name="René Sample"),
                            person(5, name="Нина Примерова"))
        [notice] = [n for n in stored["notices"] if "does not see" in n]
        self.assertIn("2 names hide", notice)
        self.assertIn("bidi_control 1", notice)
        self.assertIn("mixed_script 1", notice)
        listed = {e["id"]: e for e in self.ok("entity", "list")["entities"]}
        self.assertEqual(len(listed), 5)
        self.assertEqual(listed["P2"]["flags"], ["mixed_script"])
        self.assertEqual(listed["P3"]["flags"], ["bidi_control"])
        self.assertEqual(listed["P1"]["look_alikes"], ["P2"])
        self.assertEqual(listed["P2"]["label"], "Вruno Eхample")  # as received
        self.assertEqual([listed[p]["flags"] for p in ("P1", "P4", "P5")], [[], [], []])
        text = self.ok("entity", "list", json_output=False)
        self.assertIn("\\u202e", text)
        self.assertNotIn("\u202e", text)
        self.assertIn("looks like P2", text)
        # Canonically equal text finds it; so does a name that only looks like it.
        for wanted, found in (("Rene\u0301 Sample", ["P4"]), ("rené", ["P4"]), ("Bruno Eхamplе", ["P1", "P2"]),
                              ("Nobody", [])):
            self.assertEqual([e["id"] for e in self.ok("entity", "list", "--search", wanted)["entities"]], found)
        self.assertEqual(self.ok("entity", "show", "Rene\u0301 Sample")["entity"]["id"], "P4")
        self.assertEqual([e["id"] for e in self.ok("entity", "list", "--flagged")["entities"]], ["P1", "P2", "P3"])
        pair = self.pair("P1", "P2")
        self.assertEqual((pair["strength"], pair["properties"][0]["kind"]), ("weak", "look_alike_name"))

    def test_an_unknown_entity_is_said_to_be_so(self):
        self.five()
        self.refused(2, "entity", "show", "P9")
        self.refused(2, "entity", "merge", "P1", "P1", "--reason", "x")
        self.refused(2, "entity", "merge", "P1", "P2")
        self.refused(3, "entity", "undo")
        self.refused(3, "entity", "redo")
        self.refused(2, "entity", "undo", "E-7")
        self.assertEqual(self.ok("entity", "list", "--limit", "2")["total"], 5)


if __name__ == "__main__":
    support.main()
