"""Every file of the published criminal networks goes in, and the figures of their READMEs come out."""
import unittest

import support

SHARED = support.shared()
# actors, arcs, undirected edges, sum of cells
CAVIAR = {
    "phase1": (15, 26, 18, 59), "phase2": (24, 35, 28, 120), "phase3": (33, 68, 56, 282), "phase4": (33, 65, 48, 456),
    "phase5": (32, 50, 39, 162), "phase6": (27, 68, 47, 668), "phase7": (36, 63, 49, 379), "phase8": (42, 75, 58, 335),
    "phase9": (34, 60, 44, 317), "phase10": (42, 68, 50, 478), "phase11": (41, 72, 50, 355),
    "CAVIAR_FULL": (110, 295, 205, 3546)}
# file, actors, arcs, edges, sum, components, largest, isolates, transitivity, diameter, mean path, assortativity
COVERT = [
    ("siren", 44, 206, 103, 206, 1, 44, 0, 0.4061, 4, 2.212, -0.465),
    ("togo", 33, 94, 47, 94, 1, 33, 0, 0.1479, 4, 2.468, -0.452),
    ("cielnet", 25, 45, 35, 198, 1, 25, 0, 0.1720, 5, 2.453, -0.510),
    ("natarajan_cocaine", 28, 40, 40, 151, 1, 28, 0, 0.1243, 4, 2.071, -0.556),
    ("natarajan_heroin", 38, 168, 87, 168, 1, 38, 0, 0.2184, 4, 2.360, -0.477),
    ("london_gang", 54, 630, 315, 1010, 1, 54, 0, 0.5197, 4, 2.054, 0.023),
    ("italian_gangs", 67, 228, 114, 228, 2, 65, 0, 0.2080, 6, 3.011, -0.352),
    ("montreal_street_gangs", 35, 153, 78, 153, 4, 29, 2, 0.3356, 4, 2.143, -0.283),
    ("french_connection", 112, 722, 361, 890, 1, 112, 0, 0.3195, 8, 3.312, 0.068),
    ("sept11_hijackers_trusted_prior_contacts_edges", 19, None, 27, None, 1, 19, 0, 0.3971, 9, 3.515, -0.150),
    ("jemaah_islamiyah_koschade_edges", 17, None, 63, 166, 1, 17, 0, 0.7878, 3, 1.588, -0.023),
    ("madoff_money_flows_edges", 61, None, 60, None, 1, 61, 0, 0, 7, 3.431, -0.367)]
MONTAGNA = [
    ("Montagna_meetings_edgelist", 101, None, 256, 456, 5, 92, 0, 0.4176, 7, 3.306, -0.039),
    ("Montagna_phonecalls_edgelist", 100, None, 124, 276, 5, 89, 0, 0.0727, 7, 3.372, -0.459)]


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class Networks(support.CaseTest):
    def summary(self, path):
        answer = self.ok("ingest", SHARED / "data" / path, "--format", "auto", "--technique", "NONE")
        self.assertEqual(answer["rejected"], 0)
        return self.ok("network", "summary", "--layer", path.split("/")[-1].removesuffix(".csv"))

    def test_caviar(self):
        for name, want in CAVIAR.items():
            got = self.summary(f"caviar_montreal/{name}.csv")
            self.assertEqual((got["nodes"], got["arcs"], got["edges"], got["total_weight"]), want, name)

    def check(self, folder, rows):
        for name, actors, arcs, edges, total, components, largest, isolates, transitivity, diameter, path, assortativity in rows:
            with self.subTest(network=name):
                got = self.summary(f"{folder}/{name}.csv")
                self.assertEqual((got["nodes"], got["edges"], got["components"], got["largest_component"], got["isolates"],
                                  got["diameter"]), (actors, edges, components, largest, isolates, diameter))
                if arcs is not None:
                    self.assertEqual(got["arcs"], arcs)
                if total is not None:
                    self.assertEqual(got["total_weight"], total)
                self.assertAlmostEqual(got["transitivity"], transitivity, delta=0.00006)
                # The READMEs take the mean over all pairs that are connected, in whatever component.
                self.assertAlmostEqual(got["average_path_length_all"], path, delta=0.0006)
                self.assertAlmostEqual(got["assortativity"], assortativity, delta=0.0006)

    def test_covert_networks(self):
        self.check("covert_networks", COVERT)

    def test_montagna(self):
        self.check("montagna_sicilian_mafia", MONTAGNA)

    def test_tables_about_nodes_and_tables_of_results_are_told_and_refused(self):
        before = self.digest()
        folder = SHARED / "data"
        attributes = sorted(folder.glob("covert_networks/*_attributes.csv"))
        self.assertEqual(len(attributes), 3)
        for path in attributes:
            answer = self.refused(3, "ingest", path, "--technique", "NONE")
            self.assertIn("attributes", answer.err.split(": ", 2)[-1], path)
            self.assertIn("one row for each label", answer.err, path)
        results = sorted(folder.glob("montagna_sicilian_mafia/published_disruption/*.csv"))
        self.assertEqual(len(results), 8)
        for path in results:
            self.refused(3, "ingest", path, "--technique", "NONE")
        self.assertEqual(self.digest(), before)


if __name__ == "__main__":
    support.main()
