"""network persons: how many persons stand behind identifiers, at least, and the proof of every pair."""
import json

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
PALERMO, MILAN, TUNIS = "001-01-1-11", "001-01-2-22", "001-01-3-33"


def n(k):
    return f"+44770090000{k}"


def fact(name, **body):
    return dict({"id": name, "kind": "fact", "source": f"report {name}"}, **body)


def uses(k, person, number, **when):
    return fact(f"U{k}", attribution=dict({"person": person, "identifier": number}, **when))


class Persons(support.CaseTest):
    def calls(self, *rows, name="calls.csv"):
        """(a, b, "05T10:00:00", seconds, way, cell, imei, imsi), the last ones may be left out"""
        text = HEADER
        for row in rows:
            a, b, at, seconds, way, cell, imei, imsi = (*row, *("out", "", "", "")[len(row) - 4:])
            text += f"{a},{b},2031-03-{at}Z,{seconds},call,{way},{cell},{imei},{imsi}\n"
        return self.ok("ingest", self.write(name, text), "--technique", "NONE")

    def facts(self, *statements):
        content = {"case": {"title": "T", "state": "IT"}, "statements": list(statements)}
        return self.ok("ingest", "--technique", "NONE", self.write("facts.json", json.dumps(content)))

    def cells(self):
        self.ok("ingest", self.write("cells.csv", "cell,latitude,longitude,range\n"
                                     f"{PALERMO},38.12,13.36,900\n{MILAN},45.46,9.19,900\n{TUNIS},36.81,10.18,900\n"),
                "--technique", "NONE")

    def interval(self, *options):
        answer = self.ok("network", "persons", *options)
        self.assertEqual(len(answer["clique"]), answer["lo"])
        self.assertEqual(len(answer["pairs"]), answer["lo"] * max(answer["lo"] - 1, 0) // 2)
        self.assertTrue(all(pair["proofs"] for pair in answer["pairs"]))
        for pair in answer["pairs"]:
            for proof in pair["proofs"]:
                for record in proof["records"]:
                    self.ok("trace", record)
        return answer["lo"], answer["hi"], answer

    def test_three_kinds_of_proof_pair_by_pair(self):
        self.cells()
        self.calls((n(1), n(2), "05T10:00:00", 60, "out", PALERMO), (n(2), n(1), "06T10:00:00", 30, "out", PALERMO),
                   # 3 is in Milan while 1 and 2 are in Palermo: 888 km.
                   (n(1), n(9), "07T10:00:00", 60, "out", PALERMO), (n(2), n(9), "08T10:00:00", 60, "out", PALERMO),
                   (n(3), n(8), "07T10:05:00", 60, "out", MILAN), (n(3), n(8), "08T10:05:00", 60, "out", MILAN))
        self.facts(uses(1, "P1", n(1)), fact("D1", identity={"a": "P1", "b": "P4", "relation": "distinct"}),
                   fact("D2", identity={"a": "P2", "b": "P4", "relation": "distinct"}), uses(2, "P2", n(2)),
                   fact("D3", identity={"a": "P3", "b": "P4", "relation": "distinct"}), uses(3, "P3", n(3)))
        lo, hi, answer = self.interval()
        self.assertEqual((lo, hi), (4, 6))  # P1 to P4, and those who answered
        self.assertTrue(answer["lo_exact"])
        kinds = {(p["a"], p["b"]): [q["kind"] for q in p["proofs"]] for p in answer["pairs"]}
        self.assertEqual(kinds, {("P1", "P2"): ["spoke"], ("P1", "P3"): ["far_apart"], ("P2", "P3"): ["far_apart"],
                                 ("P1", "P4"): ["stated_distinct"], ("P2", "P4"): ["stated_distinct"],
                                 ("P3", "P4"): ["stated_distinct"]})
        proofs = {(p["a"], p["b"]): p["proofs"][0] for p in answer["pairs"]}
        spoke = proofs["P1", "P2"]
        self.assertEqual((spoke["records"], spoke["seconds"], spoke["days"]), ([self.at(2, 2)], 60, 2))
        far = proofs["P1", "P3"]
        self.assertEqual((far["records"], far["cell_a"], far["cell_b"]), ([self.at(2, 4), self.at(2, 6)], PALERMO, MILAN))
        self.assertAlmostEqual(far["km"], 887, delta=3)
        self.assertEqual((far["explained_km"], far["gap_s"], far["granted_s"]), (202, 300, 420))
        self.assertAlmostEqual(far["needed_kmh"], (far["km"] - 202) * 3600 / 420, delta=1)
        self.assertEqual(proofs["P1", "P4"]["statement_id"], "D1")
        # At 9,000 km/h seven minutes are enough.
        self.assertEqual(self.interval("--speed", "9000")[0], 3)
        self.assertEqual(self.interval("--no-places")[0], 3)
        self.assertEqual(self.interval("--cell-range", "450")[0], 3)
        bounds = {(b["name"], b["days"]): b["lo"] for b in answer["bounds"]}
        self.assertEqual(bounds, {("within_days", 1): 3, ("within_days", 7): 4, ("within_days", 30): 4,
                                  ("called_side", 0): 3, ("conversations", 0): 2})
        text = self.ok("network", "persons", json_output=False)
        self.assertIn("4 to 6 persons in the whole case", text)
        self.assertLessEqual(max(map(len, text.split("\n"))), 100, text)

    def test_numbers_what_is_missing_and_the_trail(self):
        self.calls((n(1), n(2), "05T10:00:00", 60), (n(2), n(3), "05T11:00:00", 60), (n(3), n(1), "05T12:00:00", 0))
        lo, hi, answer = self.interval("--numbers", n(1), n(2), n(3))
        self.assertEqual((lo, hi, answer["about"], answer["open_pairs"]), (2, 3, "identifiers", "1"))
        self.assertEqual([(p["a"], p["b"], p["enlarges"], p["why"]) for p in answer["open"]],
                         [(n(1), n(3), True, "no conversation between them; no known places of either")])
        self.assertEqual(self.interval("--numbers", n(1), n(3))[:2], (1, 2))
        self.assertEqual(self.interval("--numbers", n(1))[:2], (1, 1))
        objects = self.leaves()[-1]["access"]["objects"] if "access" in self.leaves()[-1] else self.leaves()[-1]["objects"]
        self.assertEqual(len(objects), 1)
        self.assertTrue(objects[0].startswith("identifier/"))
        self.assertNotIn(n(1), json.dumps(self.leaves()))
        self.assertIn("no identifier", self.refused(2, "network", "persons", "--numbers", "+447700900999").err)
        self.refused(2, "network", "persons", "--group-of", "G77")
        self.assertEqual(self.run_palermo("network", "persons", "--group-of", "G1", "--numbers", n(1)).code, 2)
        self.assertEqual(self.run_palermo("network", "persons", "--within", "0").code, 2)

    def test_what_proves_nothing(self):
        self.calls((n(1), n(2), "05T10:00:00", 60, "in"),      # answered, on the called side
                   (n(1), n(3), "05T11:00:00", 40),            # voicemail: the other side did not answer
                   (n(1), n(3), "05T11:00:20", 0, "in"),
                   (n(4), n(1), "06T10:00:00", 100), (n(1), n(5), "06T10:00:10", 80),  # a leg of a diversion
                   (n(5), n(6), "07T10:00:00", 60), (n(4), n(6), "07T11:00:00", 60),   # a service number
                   (n(3), n(9), "08T11:00:00", 9), (n(2), n(9), "09T11:00:00", 9))
        answer = self.interval("--numbers", *[n(k) for k in range(1, 7)])[2]
        self.assertEqual([p["proofs"][0]["records"] for p in answer["pairs"]], [[self.at(1, 2)]])
        counts = answer["counts"]
        self.assertEqual([int(counts[k]) for k in ("conversations", "diverted", "engaged", "to_receivers")], [1, 1, 2, 2])
        self.assertEqual(int(self.interval("--numbers", n(1), n(2), n(4), n(5), n(6), "--receivers")[2]["counts"]["conversations"]), 3)
        self.assertEqual(self.interval("--called-side")[0], 2)
        self.assertEqual(self.interval("--min-talk", "61")[0], 1)

    def test_handsets_and_attributions(self):
        # One handset with two cards, of which one passed from P1 to P2.
        phone, other = "35000000000001", "35000000000002"
        self.calls((n(1), n(9), "05T10:00:00", 60, "out", "", phone, "001010000000001"),
                   (n(2), n(8), "09T10:00:00", 60, "out", "", phone, "001010000000002"),
                   (n(1), n(3), "10T10:00:00", 60, "out", "", other, "001010000000001"),
                   (n(3), n(2), "11T10:00:00", 60, "out"), (n(1), n(2), "12T10:00:00", 60))
        self.assertEqual(self.interval("--numbers", phone)[:2], (2, 2))
        self.assertEqual(self.interval("--numbers", phone, n(1), "001010000000001")[:2], (2, 2))
        self.assertEqual(self.interval("--numbers", other)[:2], (1, 1))
        self.assertEqual(self.interval("--numbers", n(1), n(2), n(3))[:2], (3, 3))
        # Facts: 1 was P1's until the 10th and P2's then; 2 is P2's. Then 1 and 2 on the 12th are one user.
        self.facts(uses(1, "P1", n(1), to="2031-03-09"), uses(2, "P2", n(1), **{"from": "2031-03-11"}), uses(3, "P2", n(2)))
        lo, hi, answer = self.interval("--numbers", n(1), n(2), n(3))
        self.assertEqual((lo, hi), (2, 4))  # P1, P2, whoever had 1 on the 10th, and 3
        self.assertEqual(answer["counts"]["within_one_user"], "1")
        self.assertIn("may be wrong", " ".join(answer["basis"]["notices"]))
        self.assertEqual({u["id"] for u in answer["users"]}, {"P1", "P2", n(3), f"{n(1)} from 2031-03-10T00:00:00Z"})

    def test_one_man_with_three_phones_and_a_number_of_two(self):
        self.calls((n(1), n(2), "05T10:00:00", 60), (n(2), n(3), "05T11:00:00", 60), (n(3), n(1), "05T12:00:00", 60))
        self.assertEqual(self.interval()[:2], (3, 3))
        self.assertEqual(self.ok("network", "groups", "--draws", "0")["groups"][0]["persons"], {"lo": 3, "hi": 3})
        self.facts(uses(1, "P1", n(1)), uses(2, "P1", n(2)), uses(3, "P2", n(3)))
        self.assertEqual(self.interval()[:2], (2, 2))
        self.assertEqual(self.ok("network", "groups", "--draws", "0")["groups"][0]["persons"], {"lo": 2, "hi": 2})
        self.ok("ingest", "--technique", "NONE", self.write("more.json", json.dumps({
            "case": {"title": "T", "state": "IT"}, "statements": [uses(4, "P3", n(3))]})))
        lo, hi, answer = self.interval()
        self.assertEqual((lo, hi), (1, 3))
        self.assertEqual(answer["counts"]["several_users"], "2")

    def test_a_stated_group_a_found_group_and_a_cut_search(self):
        ring = [(n(a), n(b), f"0{a}T1{b}:00:00", 60) for a in range(1, 6) for b in range(1, 6) if a != b]
        self.calls(*ring, (n(6), n(7), "05T10:00:00", 60), (n(7), n(8), "06T10:00:00", 60), (n(8), n(7), "06T12:00:00", 60))
        self.facts(uses(1, "P1", n(1)), uses(6, "P6", n(6)), uses(7, "P7", n(7)),
                   *[fact(f"M{k}", membership={"person": f"P{k}", "group": "Quay"}) for k in (1, 6, 7, 9)])
        self.assertEqual(self.interval("--group-of", "Quay")[:2], (2, 4))
        found = self.interval("--group-of", n(3))[2]
        self.assertEqual((found["lo"], found["group"], found["about"]), (5, "G1", "group"))
        self.assertEqual(self.interval("--group-of", "G1")[0], 5)
        cut = self.interval("--budget", "1")[2]
        self.assertFalse(cut["lo_exact"])
        self.assertGreaterEqual(cut["lo_at_most"], 5)
        self.assertIn("cut", " ".join(cut["reading"]))
        few = self.interval("--most", "6")[2]
        self.assertEqual((few["lo"], few["lo_exact"], few["looked_at"], few["left_out"]), (4, False, 6, 2))  # named users first
        self.assertEqual(self.interval("--from", "2031-03-06")[0], 2)

    def test_quarantined_records_prove_nothing(self):
        self.ok("authorize", "add", self.write("orders.json", json.dumps([{
            "id": "AUTH-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
            "granted_at": "2031-03-01T00:00:00Z", "effective_from": "2031-03-01T00:00:00Z",
            "expires_at": "2031-03-05T23:59:59Z", "targets": [{"kind": "msisdn", "value": n(1)}],
            "scope": {"data_types": ["traffic_data"], "max_hops": 2}}])))
        rows = "".join(f"{a},{b},2031-03-{day}T10:00:00Z,60,call,out,,,\n"
                       for a, b, day in ((n(1), n(2), "04"), (n(3), n(1), "05"), (n(2), n(3), "05"), (n(2), n(1), "09")))
        answer = self.ok("ingest", self.write("c.csv", HEADER + rows), "--authorization", "AUTH-1")
        self.assertEqual((answer["stored"], answer["quarantined"]), (2, 2))
        lo, hi, answer = self.interval()
        self.assertEqual((lo, hi, answer["basis"]["quarantined"]), (2, 3, 2))
        self.assertEqual([p["proofs"][0]["days"] for p in answer["pairs"]], [1])

    def test_decisions_on_identifiers(self):
        self.calls((n(1), n(9), "05T10:00:00", 60), (n(2), n(9), "06T10:00:00", 60), (n(1), n(2), "07T10:00:00", 0))
        self.assertEqual(self.interval("--numbers", n(1), n(2))[:2], (1, 2))
        self.ok("entity", "split", f"msisdn:{n(1)}", f"msisdn:{n(2)}", "--reason", "seen together on video")
        lo, hi, answer = self.interval("--numbers", n(1), n(2))
        self.assertEqual((lo, hi), (2, 2))
        self.assertEqual(answer["pairs"][0]["proofs"][0]["kind"], "decided_distinct")
        self.ok("entity", "undo", "--reason", "another man")
        self.ok("entity", "merge", f"msisdn:{n(1)}", f"msisdn:{n(2)}", "--reason", "one contract")
        self.assertEqual(self.interval("--numbers", n(1), n(2))[:2], (1, 1))

    def test_an_empty_case(self):
        self.assertEqual(self.interval()[:2], (0, 0))
        self.assertIn("Nobody to count", self.ok("network", "persons", json_output=False))


if __name__ == "__main__":
    support.main()
