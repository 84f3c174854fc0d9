"""Candidate groups: the null model that fits the layer, published figures, windows, core and blocks."""
import random
import unittest

import support

SHARED = support.shared()


class Groups(support.CaseTest):
    def simulate(self):
        folder = self.folder / "evidence"
        self.ok("simulate", "--seed", "3", "--persons", "40", "--calls", "800", "-o", folder)
        self.ok("authorize", "add", folder / "authorizations.json")
        for name, authorization in (("it", "AUTH-IT-TRAFFIC"), ("ch", "AUTH-CH-TRAFFIC"), ("de", "AUTH-DE-TRAFFIC")):
            self.ok("ingest", folder / f"calls_{name}.csv", "--authorization", authorization)

    def attendance(self, rows):
        """A table of persons by events, written as 0 and 1."""
        events = sorted({event for attended in rows.values() for event in attended})
        lines = [",".join(["person", *events])]
        for person, attended in rows.items():
            lines.append(",".join([person, *("1" if event in attended else "0" for event in events)]))
        path = self.write("meetings.csv", "\n".join(lines) + "\n")
        self.ok("ingest", path, "--technique", "NONE", "--format", "matrix")

    def test_the_table_is_at_most_100_columns_wide_and_says_what_p_means(self):
        self.simulate()
        for words in (("groups", "--draws", "40", "--windows", "month"), ("core", "--draws", "20"), ("blocks", "--most", "5")):
            text = self.ok("network", *words, json_output=False)
            self.assertLessEqual(max(map(len, text.split("\n"))), 100, text)
            self.assertIn("article 2", text)
        answer = self.ok("network", "groups", "--draws", "40")
        null = answer["null_model"]
        self.assertEqual((null["kind"], null["replicates"], null["seed"]), ("directed", 40, 1))
        self.assertEqual(answer["seed_spread"]["searches"], 10)
        self.assertLessEqual(answer["seed_spread"]["modularity_min"], answer["seed_spread"]["modularity_max"])
        for group in answer["groups"]:
            self.assertEqual(group["removals"] is not None, group["p_value"] < 0.05, group)
            if group["removals"] is not None:
                self.assertGreater(group["removals"], 0)
                self.assertTrue(group["removals_exact"])
            self.assertEqual(group["kind"], "core" if group["id"].startswith("C") else "community")

    def test_windows_account_for_every_group(self):
        self.simulate()
        answer = self.ok("network", "groups", "--draws", "0", "--windows", "month")
        self.assertGreater(len(answer["windows"]), 2)
        for w in range(1, len(answer["windows"])):
            changes = [c for c in answer["changes"] if c["window"] == w + 1]
            before = sorted(i for c in changes for i in c["before"])
            after = sorted(i for c in changes for i in c["after"])
            self.assertEqual(before, sorted(g["id"] for g in answer["windows"][w - 1]["groups"]))
            self.assertEqual(after, sorted(g["id"] for g in answer["windows"][w]["groups"]))
        self.assertEqual(len(self.ok("network", "groups", "--draws", "0", "--windows", "3")["windows"]), 3)
        self.refused(2, "network", "groups", "--windows", "year")
        self.refused(2, "network", "groups", "--null", "curveball")

    def test_co_presence_is_judged_by_curveball(self):
        rng = random.Random(1)
        rows = {f"P{i:02}": set() for i in range(30)}
        for crew in range(5):  # five who meet six times
            rows[f"P{crew:02}"] |= {f"crew{k}" for k in range(6)}
        for event in range(40):
            for person in rng.sample(sorted(rows), 4):
                rows[person].add(f"event{event:02}")
        self.attendance(rows)
        answer = self.ok("network", "groups", "--layer", "meetings", "--draws", "60")
        self.assertEqual(answer["null_model"]["kind"], "curveball")
        self.assertTrue(any("projected" in notice for notice in answer["basis"]["notices"]))
        self.assertFalse(any(m.startswith(("crew", "event")) for g in answer["groups"] for m in g["members"]))
        found = [g for g in answer["groups"] if g["p_value"] < 0.05 and set(g["members"]) == {f"P{i:02}" for i in range(5)}]
        self.assertEqual(len(found), 1)
        self.assertFalse(found[0]["removals_exact"])
        self.assertGreater(found[0]["removals"], 0)

    def test_core_and_blocks(self):
        self.simulate()
        core = self.ok("network", "core", "--draws", "20")
        self.assertEqual(len(core["core"]), sum(m["in_core"] for m in core["members"]))
        self.assertEqual(core["examined"], len(core["members"]))
        self.assertGreater(core["fit"], 0)
        self.assertEqual(core, self.ok("network", "core", "--draws", "20"))
        blocks = self.ok("network", "blocks", "--most", "6")
        self.assertEqual(sum(b["size"] for b in blocks["blocks"]), blocks["examined"])
        self.assertEqual(blocks["description_bits"], min(t["description_bits"] for t in blocks["trials"]))
        self.assertLessEqual(blocks["description_bits"], blocks["one_block_bits"])

    def test_a_case_without_ties(self):
        for command in ("core", "blocks"):
            self.assertIn("ties two", self.run_palermo("network", command).err)

    @unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
    def test_montagna(self):
        for name in ("phonecalls", "meetings"):
            self.ok("ingest", SHARED / f"data/montagna_sicilian_mafia/Montagna_{name}_edgelist.csv", "--format", "auto",
                    "--technique", "NONE")
        calls = self.ok("network", "groups", "--layer", "Montagna_phonecalls_edgelist")["null_model"]
        self.assertEqual(calls["kind"], "directed")
        self.assertAlmostEqual(calls["z"], 4.2, delta=1)
        self.assertAlmostEqual(calls["transitivity_z"], -0.5, delta=0.5)
        self.assertGreater(calls["transitivity_p"], 0.3)
        self.assertAlmostEqual(calls["p_value"], 1 / 201, delta=1e-9)
        meetings = self.ok("network", "groups", "--layer", "Montagna_meetings_edgelist", "--null", "undirected")["null_model"]
        self.assertAlmostEqual(meetings["z"], 25, delta=5)
        self.assertAlmostEqual(meetings["transitivity_z"], 25, delta=5)
        self.assertIn("curveball", meetings["caution"])


if __name__ == "__main__":
    support.main()
