"""Every figure of the literature on the Montagna networks comes out of the command line.

Cavallaro et al. (2020), PLoS ONE 15(8): e0236476, and what a correct implementation computes from their files.
"""
import csv
import unittest

import support

SHARED = support.shared()
FIGURES = {
    "meetings": {
        "summary": {"nodes": 101, "edges": 256, "component_sizes": [92, 3, 2, 2, 2], "diameter": 7, "max_coreness": 6,
                    "articulation_points": 12},
        "shares": {"clustering": .656, "transitivity": .418, "average_path_length": 3.309},
        "one_by_one": ["18", "25", "29", "22", "68"], "after_five": 39, "after_five_at_once": 77,
        "constraint": .098,
        "fragment": (["18", "25", "22", "29", "68"], .8944), "reach": (["18", "47", "12"], .7013),
        "stays_first": {10: .99, 20: .96, 30: .91}, "published": "meeting", "degree": {"18": 24, "47": 19, "12": 16, "27": 16},
        "betweenness": {"18": 1847.28, "47": 1087.98, "27": 784.80, "68": 624.06, "12": 579.76, "25": 564.48},
        "eigenvector": {"47": 1, "27": .858, "18": .780}},
    "phonecalls": {
        "summary": {"nodes": 100, "edges": 124, "component_sizes": [89, 5, 2, 2, 2], "diameter": 7, "max_coreness": 3,
                    "articulation_points": 16},
        "shares": {"clustering": .105, "transitivity": .073, "average_path_length": 3.378},
        "one_by_one": ["18", "61", "47", "29", "77"], "after_five": 22, "after_five_at_once": 29,
        "constraint": .042,
        "fragment": (["18", "61", "47", "27", "68"], .9713), "reach": (["18", "47", "61"], .7450),
        "stays_first": {10: .95, 20: .86, 30: .74}, "published": "phone_calls", "degree": {"18": 25, "47": 21, "61": 17, "27": 11},
        "betweenness": {"18": 2028.86, "61": 1366.44, "47": 1145.68, "29": 1065.03, "75": 464.89, "36": 412.77},
        "eigenvector": {"47": 1, "27": .599, "68": .588}}}


class Montagna:
    layer = ""

    def setUp(self):
        super().setUp()
        self.figures = FIGURES[self.layer]
        answer = self.ok("ingest", SHARED / f"data/montagna_sicilian_mafia/Montagna_{self.layer}_edgelist.csv", "--format",
                         "auto", "--technique", "NONE")
        self.assertEqual(answer["rejected"], 0)

    def labels(self, ids):
        """Identifiers are written as people see them, with or without a kind before a colon."""
        return [i.rsplit(":", 1)[-1] for i in ids]

    def test_size_and_distances(self):
        got = self.ok("network", "summary")
        for key, value in self.figures["summary"].items():
            self.assertEqual(got[key], value, key)
        for key, value in self.figures["shares"].items():
            self.assertAlmostEqual(got[key], value, delta=.0006, msg=key)
        self.assertTrue(got["paths_exact"])

    def test_measures(self):
        answer = self.ok("network", "metrics", "--draws", "0")
        nodes = {node["label"]: node for node in answer["nodes"]}
        for measure, delta in (("degree", 0), ("betweenness", .006), ("eigenvector", .0006)):
            for label, value in self.figures[measure].items():
                self.assertAlmostEqual(nodes[label][measure], value, delta=delta, msg=f"{measure} of {label}")
        brokers = sorted((n["constraint"], n["label"]) for n in nodes.values() if n["degree"] >= 5)
        self.assertEqual(brokers[0][1], "18")
        self.assertAlmostEqual(brokers[0][0], self.figures["constraint"], delta=.0006)
        self.assertTrue(answer["betweenness_exact"])
        # Low constraint goes with a large effective size.
        self.assertEqual(max(nodes.values(), key=lambda n: n["effective_size"] or 0)["label"], "18")

    def test_removal(self):
        got = self.ok("network", "disrupt", "--strategy", "betweenness", "--remove", "6", "--draws", "100")
        whole = self.figures["summary"]["component_sizes"][0]
        curve = got["curve"]
        self.assertEqual([p["removed"] for p in curve], list(range(7)))
        self.assertEqual(curve[0]["largest_component"], whole)
        self.assertEqual(self.labels(sum((p["ids"] for p in curve[:6]), [])), self.figures["one_by_one"])
        self.assertEqual(curve[5]["largest_component"], self.figures["after_five"])
        self.assertEqual(got["at_once"][5]["largest_component"], self.figures["after_five_at_once"])
        path = SHARED / f"data/montagna_sicilian_mafia/published_disruption/sequential_{self.figures['published']}_unweighted.csv"
        with open(path, encoding="utf-8") as rows:
            published = list(csv.DictReader(rows))
        for point, row in zip(curve, published):
            self.assertEqual(point["removed"], int(row["No"]))
            self.assertAlmostEqual(point["share"], float(row["Betweenness"]), delta=1e-9, msg=f"after {row['No']}")
        # Random removal leaves far more standing.
        self.assertLess(curve[5]["largest_component"], got["random"][5]["largest_low"])

    def test_removal_by_a_list_is_removal_at_once(self):
        five = [n["id"] for n in self.ok("network", "metrics", "--draws", "0", "--top", "5")["nodes"]]
        got = self.ok("network", "disrupt", "--draws", "0", *sum((["--list", i] for i in five), []))
        self.assertEqual(got["strategy"], "list")
        self.assertEqual(got["curve"][5]["largest_component"], self.figures["after_five_at_once"])
        self.assertEqual(got["curve"][5]["ids"], five[4:])
        block = self.ok("network", "disrupt", "--remove", "5", "--block", "5", "--draws", "0")
        self.assertEqual([p["removed"] for p in block["curve"]], [0, 5])
        self.assertEqual(block["curve"][1]["largest_component"], self.figures["after_five_at_once"])

    def test_players_who_fragment(self):
        got = self.ok("network", "keyplayers", "-k", "5", "--goal", "fragment")
        ids, value = self.figures["fragment"]
        self.assertEqual(self.labels(got["greedy"]["ids"]), ids)
        self.assertAlmostEqual(got["greedy"]["value"], value, delta=.00006)
        self.assertGreaterEqual(got["value"], got["greedy"]["value"])
        for plain in got["baselines"]:
            self.assertGreaterEqual(got["value"], plain["value"], plain["by"])
        self.assertEqual(len(got["players"]), 5)
        self.assertGreater(got["value"], got["before"])

    def test_players_who_reach(self):
        got = self.ok("network", "keyplayers", "-k", "3", "--goal", "reach")
        ids, value = self.figures["reach"]
        self.assertEqual(self.labels(got["greedy"]["ids"]), ids)
        self.assertAlmostEqual(got["greedy"]["value"], value, delta=.00006)
        # 161,700 or 166,650 sets: all are looked at.
        self.assertTrue(got["every_set"])
        self.assertEqual(int(got["sets"]), {101: 166650, 100: 161700}[got["total_nodes"]])
        self.assertEqual(got["at_least_share"], 1)
        self.assertGreaterEqual(got["value"], got["greedy"]["value"])
        values = [s["value"] for s in got["alternatives"]]
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertGreaterEqual(got["value"], values[0])
        again = self.ok("network", "keyplayers", "-k", "3", "--goal", "reach")
        self.assertEqual(got["players"], again["players"])

    def test_the_first_stays_first(self):
        for missing, share in self.figures["stays_first"].items():
            got = self.ok("network", "metrics", "--top", "1", "--missing", missing, "--draws", "400")
            self.assertEqual(got["nodes"][0]["label"], "18")
            # Two standard deviations of 400 draws.
            self.assertAlmostEqual(got["first_stays_first"], share, delta=max(.015, 2 * (share * (1 - share) / 400) ** .5 + .005),
                                   msg=f"{missing} % missing")

    def test_recovery(self):
        for rule in ("distance", "degree"):
            got = self.ok("network", "disrupt", "--remove", "5", "--recovery", rule, "--draws", "0")
            self.assertEqual(got["recovery_rule"], rule)
            self.assertEqual(len(got["recovery"]), 6)
            self.assertEqual(sum(len(p["ties"]) for p in got["recovery"]), got["ties_made"])
            # Whoever ties himself anew leaves the network in fewer pieces than it would be.
            self.assertGreater(got["recovery"][5]["largest_component"], got["curve"][5]["largest_component"])


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class Meetings(Montagna, support.CaseTest):
    layer = "meetings"


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class PhoneCalls(Montagna, support.CaseTest):
    layer = "phonecalls"


if __name__ == "__main__":
    support.main()
