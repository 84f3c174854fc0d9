"""Public data sets go in with the counts their READMEs give, and the network figures come out."""
import unittest

import support


@unittest.skipIf(support.shared() is None, "skipped: the public data (../shared) are absent")
class PublicData(support.CaseTest):
    def ingest(self, path, *options):
        answer = self.ok("ingest", support.shared() / "data" / path, "--format", "auto", "--technique", "NONE", *options)
        self.assertEqual(answer["rows_read"], sum(answer[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        return answer

    def test_vast_2008_calls(self):
        answer = self.ingest("vast2008_cell_calls/CellPhoneCallRecords.csv", "--timezone", "America/New_York")
        self.assertEqual((answer["rows_read"], answer["stored"]), (9834, 9834))
        summary = self.ok("network", "summary")
        self.assertEqual((summary["nodes"], summary["arcs"], summary["edges"]), (400, 1562, 916))
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def check_montagna(self, name, rows, want):
        answer = self.ingest(f"montagna_sicilian_mafia/{name}")
        self.assertEqual((answer["rows_read"], answer["stored"]), (rows, rows))
        got = self.ok("network", "summary")
        for key, value in want.items():
            if isinstance(value, float):
                self.assertAlmostEqual(got[key], value, delta=0.0006, msg=key)
            else:
                self.assertEqual(got[key], value, key)
        self.assertEqual(len(self.ok("network", "metrics", "--top", "5")["nodes"]), 5)
        return self.ok("network", "metrics", "--top", "3", "--sort", "betweenness")["nodes"]

    def test_montagna_meetings(self):
        top = self.check_montagna("Montagna_meetings_edgelist.csv", 289, {
            "nodes": 101, "edges": 256, "components": 5, "largest_component": 92, "clustering": .656,
            "transitivity": .418, "diameter": 7, "average_path_length": 3.309, "density": .0507})
        self.assertEqual([n["label"] for n in top], ["18", "47", "27"])
        self.assertAlmostEqual(top[0]["betweenness"], 1847.28, delta=0.01)

    def test_montagna_phone_calls(self):
        top = self.check_montagna("Montagna_phonecalls_edgelist.csv", 150, {
            "nodes": 100, "edges": 124, "components": 5, "largest_component": 89, "clustering": .105,
            "transitivity": .073, "diameter": 7, "average_path_length": 3.378, "density": .0251})
        self.assertEqual([n["label"] for n in top], ["18", "61", "47"])
        self.assertAlmostEqual(top[0]["betweenness"], 2028.86, delta=0.01)

    def test_a_table_of_results_is_refused_as_no_evidence(self):
        path = support.shared() / "data/montagna_sicilian_mafia/published_disruption/sequential_meeting_unweighted.csv"
        before = self.digest()
        self.refused(3, "ingest", path, "--technique", "NONE")
        self.assertEqual(self.digest(), before)


if __name__ == "__main__":
    support.main()
