"""Cell tables go in, and `locate` names a State only where everything that names one agrees."""
import json

import support

HEAD = "a,b,start,duration_s,kind,direction,cell\n"
A, B = "+447700900001", "+447700900002"


class LocateTest(support.CaseTest):
    def take(self, name, text):
        return self.ok("ingest", self.write(name, text), "--technique", "NONE")

    def calls(self, *rows):
        """(a, b, day and hour, direction, cell)"""
        self.take("calls.csv", HEAD + "".join(f"{a},{b},2031-03-{when}:00:00Z,20,call,{way},{cell}\n"
                                              for a, b, when, way, cell in rows))

    def outcomes(self, *options):
        answer = self.ok("locate", *options)
        return answer, [(r["record_id"], c["outcome"], c["state"]) for r in answer["records"] for c in r["cells"]]

    def test_country_code_table_and_validity(self):
        table = self.take("cells.csv", "cell,latitude,longitude,azimuth,valid_from,valid_to\n"
                          "262-01-4660-22136,52.52,13.405,120,2031-03-01,2031-03-09\n"
                          "262-01-4660-22136,45.4642,9.19,120,2031-03-10,\n")
        self.assertEqual((table["format"], table["stored"]), ("cell_table", 2))
        cell = "262-01-4660-22136"
        self.calls((A, B, "04T08", "out", cell), (A, B, "12T08", "out", cell), (A, B, "12T09", "out", "262-01-1-1"))
        answer, got = self.outcomes("--number", A)
        self.assertEqual(got, [(self.at(2, 2), "located", "DE"), (self.at(2, 3), "conflict", ""), (self.at(2, 4), "located", "DE")])
        first = answer["records"][0]["cells"][0]["evidence"]
        self.assertEqual([(e["by"], e["state"], e["record_id"]) for e in first],
                         [("mcc", "DE", ""), ("cell_table", "DE", self.at(1, 2))])
        self.assertEqual((first[1]["latitude"], first[1]["azimuth"]), (52.52, 120))
        conflict = answer["records"][1]["cells"][0]["evidence"]
        self.assertEqual([(e["by"], e["state"]) for e in conflict], [("mcc", "DE"), ("cell_table", "IT")])
        self.assertEqual(answer["cell_sites"], 2)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_a_cell_is_one_partys_only(self):
        self.calls((A, B, "04T08", "out", "262-01-1-1"), (B, A, "04T09", "in", "222-01-1-1"),
                   (B, A, "04T10", "out", "228-01-1-1"))
        # An incoming record of the target: in Palermo's own table the cell is then b's.
        answer, got = self.outcomes("--number", A)
        self.assertEqual(got, [(self.at(1, 2), "located", "DE"), (self.at(1, 3), "located", "IT")])
        self.assertEqual(answer["of_other_party"], 1)
        answer, got = self.outcomes("--number", B)
        self.assertEqual(got, [(self.at(1, 4), "located", "CH")])
        self.assertEqual(answer["of_other_party"], 2)
        self.assertEqual({r["served"] for r in answer["records"]}, {B})

    def test_what_is_not_known_is_said(self):
        self.take("cells.csv", "cell,latitude,longitude\n228-01-513-7001,45.832,9.031\n17,35.0,18.0\n18,42.66,21.16\n")
        self.calls((A, B, "04T08", "out", "228-01-513-7001"), (A, B, "04T09", "out", "17"), (A, B, "04T10", "out", "425-01-1-1"),
                   (A, B, "04T11", "out", "001-01-1-1"), (A, B, "04T12", "out", "Main Street 5"), (A, B, "04T13", "out", ""),
                   (A, B, "04T14", "out", "18"))
        answer, got = self.outcomes("--number", A)
        self.assertEqual([(outcome, state) for _, outcome, state in got], [
            ("located", "CH"), ("undetermined", ""), ("undetermined", ""), ("missing", ""), ("missing", ""), ("located", "XK")])
        near = answer["records"][0]["cells"][0]["evidence"][1]
        self.assertEqual((near["state"], sorted(near["candidates"])), ("", ["CH", "IT"]))
        self.assertIn("near the border of", near["why"])
        self.assertIn("no country and network", answer["records"][1]["cells"][0]["evidence"][0]["why"])
        self.assertEqual(answer["without_place"], 1)
        states = {(s["outcome"], s["state"]): s["records"] for s in self.ok("locate", "--summary")["states"]}
        self.assertEqual(states, {("located", "CH"): 1, ("located", "XK"): 1, ("undetermined", ""): 2, ("missing", ""): 2})

    def test_a_position_outside_the_codes_country_is_a_conflict(self):
        self.take("cells.csv", "cell,latitude,longitude\n262-01-1-9,45.832,9.031\n")
        self.calls((A, B, "04T08", "out", "262-01-1-9"))
        self.assertEqual(self.outcomes("262-01-1-9")[1], [(self.at(2, 2), "conflict", "")])

    def test_by_cell_and_summary(self):
        self.take("cells.csv", "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
                  "LTE,262,1,12288,12345678,,13.405,52.52,900,5,1,1451606400,1609459200,\n")
        self.calls((A, B, "04T08", "out", "ECGI 262-01-12345678"), (B, A, "05T08", "out", "262-01-777-12345678"),
                   (B, A, "06T08", "out", "222-01-1-1"))
        answer, got = self.outcomes("262-01-12288-12345678")
        self.assertEqual([g[0] for g in got], [self.at(2, 2), self.at(2, 3)])
        self.assertEqual({e["by"] for r in answer["records"] for e in r["cells"][0]["evidence"]}, {"mcc", "cell_table"})
        summary = self.ok("locate", "--summary", "--limit", "1")
        self.assertEqual(summary["records"], [])
        self.assertEqual([(s["state"], s["records"], s["record_ids"], s["served"]) for s in summary["states"]],
                         [("DE", 2, [self.at(2, 2)], [A, B]), ("IT", 1, [self.at(2, 4)], [B])])
        self.assertIn("where the mast stands", " ".join(summary["notes"]))
        self.assertEqual(self.ok("locate", "--summary", "--from", "2031-03-06")["total"], 1)

    def test_refusals(self):
        self.calls((A, B, "04T08", "out", "262-01-1-1"))
        self.refused(2, "locate")
        self.assertEqual(self.ok("locate", "--number", "+447700900009")["total"], 0)
        self.assertEqual(self.ok("locate", "262-01-9-9")["total"], 0)

    def test_cell_sites_are_records_and_no_ties(self):
        self.take("cells.csv", "cell,latitude,longitude\n17,52.52,13.405\n")
        records = self.ok("records", "--kind", "cell_site")["records"]
        self.assertEqual([(r["kind"], r["cell"]) for r in records], [("cell_site", "17")])
        self.assertEqual(self.ok("network", "summary")["nodes"], 0)
        json.loads(self.run_palermo("trace", self.at(1, 2)).out)


if __name__ == "__main__":
    support.main()
