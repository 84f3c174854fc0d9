"""network: layers and persons selected, the case as known then, periods and layers compared, changes found."""
import json
import time
import unittest

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
A, B, C, D, E, F = (f"+44770090000{n}" for n in range(1, 7))
SHARED = support.shared()


def call(a, b, day, seconds=60):
    return f"{a},{b},2031-03-{day:02}T10:00:00+00:00,{seconds},call,out,001-01-1-1,,\n"


class Selection(support.CaseTest):
    def calls(self, *rows, name="calls.csv"):
        return self.ok("ingest", "--technique", "NONE", self.write(name, HEADER + "".join(rows)))

    def facts(self, *statements, name="facts.json"):
        content = {"case": {"title": "T", "state": "IT"}, "statements": list(statements)}
        return self.ok("ingest", "--technique", "NONE", self.write(name, json.dumps(content)))

    def payments(self):
        rows = [{"payment_id": "T1", "from": A, "to": C, "amount": 10, "currency": "EUR", "at": "2031-03-02T00:00:00Z"},
                {"payment_id": "T2", "from": A, "to": B, "amount": 10, "currency": "EUR", "at": "2031-03-03T00:00:00Z"}]
        return self.ok("ingest", "--technique", "NONE", self.write("payments.json", json.dumps(rows)))

    def uses(self, n, person, identifier, **more):
        return dict({"id": f"U{n}", "kind": "fact", "source": f"report {n}",
                     "attribution": {"person": person, "identifier": identifier}}, **more)

    def edges(self, *options):
        answer = self.ok("network", "summary", *options)
        return answer["nodes"], answer["edges"], answer["total_weight"]

    def test_one_layer_several_or_all(self):
        self.calls(call(A, B, 1), call(B, C, 2))
        self.payments()
        self.write("ring.csv", "a,b,layer\nx,y,friends\ny,z,friends\n")
        self.ok("ingest", "--technique", "NONE", self.folder / "ring.csv")
        self.assertEqual(self.edges("--layer", "calls"), (3, 2, 2))
        self.assertEqual(self.edges("--layer", "payments"), (3, 2, 2))
        both = self.edges("--layer", "calls,payments")
        self.assertEqual(both, (3, 3, 4))
        self.assertEqual(self.edges("--layer", "calls", "--layer", "payments"), both)
        self.assertEqual(self.edges(), (6, 5, 6))
        self.assertEqual(self.ok("network", "summary", "--layer", "payments,calls")["basis"]["layer"], "payments, calls")
        answer = self.run_palermo("network", "summary", "--layer", "calls,paymnts")
        self.assertNotEqual(answer.code, 0)
        self.assertIn("paymnts", answer.err)
        self.assertIn("did you mean payments", answer.err)

    def test_persons_merge_their_identifiers(self):
        self.calls(call(A, B, 1), call(A, C, 2), call(B, C, 3), call(D, A, 4), call(D, B, 4), call(E, C, 5))
        self.facts(self.uses(1, "P1", A), self.uses(2, "P1", B), self.uses(3, "P2", C),
                   {"id": "N1", "kind": "fact", "person": {"id": "P1", "name": "Nils Invented", "category": "witness"}})
        self.assertEqual(self.edges(), (5, 6, 6))
        answer = self.ok("network", "summary", "--over", "persons")
        # P1 = A, B; P2 = C; D and E are attributed to nobody. A-B is a call of P1 with himself.
        self.assertEqual((answer["nodes"], answer["edges"], answer["total_weight"], answer["loops_dropped"]), (4, 3, 5, 1))
        notices = " ".join(answer["basis"]["notices"])
        self.assertIn("2 persons with 3 identifiers; 2 identifiers stay", notices)
        self.assertIn("1 records between identifiers of one person", notices)
        nodes = {n["id"]: n for n in self.ok("network", "metrics", "--over", "persons", "--draws", "0")["nodes"]}
        self.assertEqual(set(nodes), {"P1", "P2", D, E})
        self.assertEqual((nodes["P1"]["label"], nodes["P1"]["kind"], nodes["P1"]["category"]),
                         ("Nils Invented", "person", "witness"))
        self.assertEqual(nodes["P1"]["strength"], 4)
        # Categories stand at identifiers too, and a decision changes them.
        by_id = {n["id"]: n["category"] for n in self.ok("network", "metrics", "--draws", "0")["nodes"]}
        self.assertEqual((by_id[A], by_id[B], by_id[C], by_id[D]), ("witness", "witness", "", ""))
        self.ok("entity", "set-category", "P1", "suspect", "--reason", "arrest")
        by_id = {n["id"]: n["category"] for n in self.ok("network", "metrics", "--draws", "0")["nodes"]}
        self.assertEqual((by_id[A], by_id[B]), ("suspect", "suspect"))
        # A decision joins two identifiers that nobody is known to have used.
        self.ok("entity", "merge", D, E, "--reason", "same handset")
        self.assertEqual(self.edges("--over", "persons"), (3, 3, 5))

    def test_persons_in_paths_and_ego_networks(self):
        self.calls(call(A, B, 1), call(C, D, 2))
        self.facts(self.uses(1, "P1", B), self.uses(2, "P1", C))
        self.assertFalse(self.ok("network", "path", A, D)["connected"])
        path = self.ok("network", "path", A, D, "--over", "persons")
        self.assertEqual([step["id"] for step in path["path"]], [A, "P1", D])
        for named in ("P1", B, C):
            ego = self.ok("network", "ego", named, "--over", "persons")
            self.assertEqual({n["id"] for n in ego["nodes"]}, {A, "P1", D}, named)
        objects = [leaf["access"]["objects"] for leaf in self.leaves()
                   if leaf.get("access", {}).get("command") == "network ego"]
        self.assertEqual(len(objects[-1]), 2)  # both identifiers, by number

    def test_the_case_as_known_then(self):
        self.calls(call(A, B, 1))
        first = [leaf["recorded_at"] for leaf in self.leaves()][-1]
        time.sleep(0.02)
        self.calls(call(B, C, 2), name="more.csv")
        self.facts(self.uses(1, "P1", A), self.uses(2, "P1", B))
        self.assertEqual(self.edges(), (3, 2, 2))
        answer = self.ok("network", "summary", "--known-at", first)
        self.assertEqual((answer["nodes"], answer["edges"]), (2, 1))
        self.assertEqual(answer["layers"], ["calls: 1"])
        self.assertIn("as it stood at", answer["basis"]["notices"][0])
        # Nobody was known then.
        self.assertEqual(self.edges("--over", "persons", "--known-at", first), (2, 1, 1))
        self.assertEqual(self.edges("--over", "persons"), (2, 1, 1))
        self.refused(2, "network", "summary", "--known-at", "2001-01-01")
        self.refused(2, "network", "summary", "--known-at", "yesterday")

    def test_two_periods_compared(self):
        self.calls(*[call(A, B, day) for day in range(1, 11)], *[call(A, C, day) for day in range(1, 6)],
                   *[call(A, D, day) for day in range(6, 11)])
        answer = self.ok("network", "compare", "--at", "2031-03-06")
        self.assertEqual(answer["nodes"], {"stayed": 2, "came": 1, "went": 1, "jaccard": 0.5})
        self.assertEqual(answer["ties"]["stayed"], 1)
        self.assertTrue(answer["comparable"], answer["cautions"])
        self.assertEqual((answer["a"]["coverage"]["days_with_records"], answer["b"]["coverage"]["days_with_records"]), (5, 5))
        same = self.ok("network", "compare", "--from", "2031-03-01", "--to", "2031-03-05", "--with-from", "2031-03-06",
                       "--with-to", "2031-03-10")
        self.assertEqual(same["nodes"], answer["nodes"])
        unequal = self.ok("network", "compare", "--from", "2031-03-01", "--to", "2031-03-05", "--with-from", "2031-03-06",
                          "--with-to", "2031-03-20")
        self.assertFalse(unequal["comparable"])
        self.assertIn("gaps in the records", " ".join(unequal["cautions"]))
        self.refused(2, "network", "compare")
        self.refused(2, "network", "compare", "--at", "2031-03-06", "--with-from", "2031-03-01")
        self.assertIn("went", self.ok("network", "compare", "--at", "2031-03-06", json_output=False))

    def test_two_layers_compared_and_overlapping(self):
        self.calls(call(A, B, 1), call(B, C, 2), call(C, D, 3))
        self.payments()
        answer = self.ok("network", "compare", "--layer", "calls", "--with-layer", "payments")
        self.assertEqual((answer["a"]["name"], answer["ties"]["stayed"], answer["ties"]["came"]), ("calls", 1, 1))
        pair = self.ok("network", "overlap")["pairs"][0]
        self.assertEqual((pair["shared_nodes"], pair["shared_ties"], pair["only_a"], pair["only_b"]), (3, 1, 2, 1))
        self.refused(2, "network", "overlap", "--layer", "calls")

    def network_of(self, case, selection):
        """What the commands say, without what names the selection, the case or its records."""
        commands = (("summary",), ("metrics", "--draws", "0"), ("keyplayers", "-k", "2"), ("keyplayers", "-k", "2", "--goal", "reach"),
                    ("disrupt", "--remove", "3", "--draws", "5"), ("groups", "--draws", "19"), ("core", "--draws", "19"),
                    ("blocks", "--most", "3"), ("path", A, F))
        said = {}
        for command in commands:
            answer = self.ok("network", *command, *selection, case=case)
            self.assertGreater(len(answer), 3, command)
            answer["basis"] = answer["basis"]["records_used"]
            answer.pop("layers", None)
            for step in answer.get("path", []):
                step.pop("evidence", None)
            said[" ".join(command)] = answer
        return said

    def test_a_window_or_a_layer_gives_what_a_case_with_that_alone_gives(self):
        pairs = [(A, B), (B, C), (A, C), (C, D), (D, E), (E, F), (D, F)]
        window = [call(a, b, day) for day in (10, 12, 14) for a, b in pairs]
        around = [call(A, F, 2), call(B, E, 3), call(A, D, 28), call("+447700900050", A, 29)]
        self.calls(*around[:2], *window, *around[2:])
        self.payments()
        alone = self.folder / "alone.palermo"
        self.ok("init", "--title", "Alone", "--state", "IT", case=alone)
        self.ok("ingest", "--technique", "NONE", self.write("window.csv", HEADER + "".join(window)), case=alone)
        want = self.network_of(alone, ())
        self.assertEqual((want["summary"]["nodes"], want["summary"]["edges"]), (6, 7))
        chosen = ("--layer", "calls", "--from", "2031-03-10", "--to", "2031-03-14")
        got = self.network_of(self.case, chosen)
        for command, answer in want.items():
            self.assertEqual(got[command], answer, command)
        # Without the window, or without the layer, it is another network.
        self.assertNotEqual(self.network_of(self.case, chosen[:2])["keyplayers -k 2"], want["keyplayers -k 2"])
        self.assertNotEqual(self.edges(*chosen[2:])[1:], self.edges("--from", "2031-03-01", "--to", "2031-03-14")[1:])

    def test_key_players_and_removals_leave_entries_by_number(self):
        self.calls(call(A, B, 1), call(B, C, 2), call(C, D, 3), call(D, E, 4))
        before = len(self.leaves())
        players = self.ok("network", "keyplayers", "-k", "2")
        curve = self.ok("network", "disrupt", "--remove", "2", "--draws", "5")
        listed = self.ok("network", "disrupt", "--list", B, "--list", D, "--remove", "2", "--draws", "0")
        entries = [leaf["access"] for leaf in self.leaves()[before:]]
        self.assertEqual([(e["command"], e["operation"]) for e in entries],
                         [("network keyplayers", "COMBINE"), ("network disrupt", "COMBINE"), ("network disrupt", "COMBINE")])
        self.assertEqual([e["result_count"] for e in entries],
                         [len(players["players"]), len(curve["curve"]), len(listed["curve"])])
        self.assertEqual([len(e.get("objects", [])) for e in entries], [0, 0, 2])
        self.assertTrue(all(o.startswith("identifier/") for o in entries[2]["objects"]), entries)
        self.assertFalse([n for n in (A, B, C, D, E) if n in json.dumps(entries)])
        # What is refused for its words looked at nothing that could be shown.
        self.refused(2, "network", "disrupt", "--list", B, "--list", B)
        self.assertEqual(len(self.leaves()), before + 3)

    def test_a_tie_of_many_records_names_the_first_five(self):
        rows = [call(A, B, day) if day % 2 else call(B, A, day) for day in range(1, 12)]
        self.calls(*rows)
        step = self.ok("network", "path", A, B)["path"][0]
        self.assertEqual(int(step["records"]), 11)
        self.assertEqual(step["evidence"], [self.at(1, line) for line in range(2, 7)])

    @unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
    def test_overlap_of_montagna(self):
        for name in ("meetings", "phonecalls"):
            self.ok("ingest", SHARED / f"data/montagna_sicilian_mafia/Montagna_{name}_edgelist.csv", "--technique", "NONE")
        pair = self.ok("network", "overlap", "--draws", "50")["pairs"][0]
        self.assertEqual((pair["shared_nodes"], pair["shared_ties"], pair["only_a"], pair["only_b"]), (47, 38, 218, 86))
        self.assertGreater(pair["z"], 3)

    @unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
    def test_vast_2008_the_core_changes_its_phones_on_8_june(self):
        self.ok("ingest", SHARED / "data/vast2008_cell_calls/CellPhoneCallRecords.csv", "--technique", "NONE",
                "--timezone", "UTC")
        answer = self.ok("network", "changes")
        self.assertEqual([p["records"] for p in answer["periods"]], [987, 964, 953, 1013, 991, 963, 936, 1005, 982, 1040])
        self.assertEqual(answer["periods"][-1]["all_nodes"], 400)
        found = {c["series"]: c for c in answer["changes"]}
        # As many calls a day as before, by other phones: only the composition shows it.
        self.assertNotIn("records", found)
        self.assertEqual(found["who"]["at"], "2006-06-08")
        self.assertEqual(found["pairs"]["at"], "2006-06-08")
        self.assertLessEqual(found["who"]["p_value"], 0.05)
        self.assertFalse(found["who"]["coverage_changed"])
        self.assertTrue({m["id"] for m in found["who"]["movers"]} & {"1", "5", "306", "309"})
        compared = {n["id"]: n for n in self.ok("network", "compare", "--at", "2006-06-08")["node_changes"]}
        for gone, successor in (("1", "309"), ("5", "306"), ("3", "360"), ("2", "397")):
            self.assertLessEqual(compared[gone]["records_b"], 16)
            self.assertGreater(compared[gone]["degree_a"], compared[gone]["degree_b"])
            self.assertLess(compared[successor]["degree_a"], compared[successor]["degree_b"])


if __name__ == "__main__":
    support.main()
