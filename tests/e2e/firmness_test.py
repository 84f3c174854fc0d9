"""What a finding rests on, what a revocation or an earlier moment leaves, and decisions beside the facts."""
import json
import unittest

import support

DANGER = {"kind": "endangers"}


def statement(name, **more):
    return {"id": name, "kind": "fact", "observed_at": "2031-01-10", **more}


FACTS = {
    "case": {"title": "T", "state": "DE", "as_of": "2031-06-01", "parties": ["DE", "IT"]},
    "statements": [
        statement("S1", source="K", grade="B2", authorization_id="AUTH-1", danger=DANGER),
        statement("S2", source="report 2", origin="S1", grade="C3", authorization_id="AUTH-1", danger=DANGER),
        statement("S3", source="coast guard", grade="A1", danger={"kind": "degrading"}),
        statement("S4", source="witness", authorization_id="AUTH-2", observed_at="2031-03-01",
                  interference={"means": "force", "aim": "testimony"}),
        {"id": "S5", "kind": "fact", "observed_at": "2031-01-11", "source": "K", "person": {"id": "K", "category": "informant"}},
    ],
}


def by_id(elements, into=None):
    into = {} if into is None else into
    for element in elements:
        if len(element["children"]) >= len(into.get(element["id"], {"children": []})["children"]):
            into[element["id"]] = element
        by_id(element["children"], into)
    return into


def unit(element, word):
    return next(one for one in element["minimum_evidence"] if one["unit"] == word)


class Firmness(support.CaseTest):
    def facts(self, facts=FACTS):
        return self.write("facts.json", json.dumps(facts))

    def assess(self, *more):
        return self.ok("assess", "--facts", self.facts(), *more)

    def test_reports_of_one_informant_are_one_origin_and_fall_together(self):
        element = by_id(self.assess()["elements"])["som.6.3.a"]
        self.assertEqual((element["reporting"]["reports"], element["reporting"]["origins"]), (2, 1))
        self.assertEqual(element["reporting"]["quotes"], ["S2 repeats S1, which goes back to K"])
        self.assertTrue(element["reporting"]["circular"])
        both = unit(element, "statement")
        self.assertEqual((both["size"], both["exact"], both["sets"][0]["ids"]), (2, True, ["S1", "S2"]))
        self.assertEqual(unit(element, "origin")["sets"][0]["ids"], ["K"])
        self.assertEqual(unit(element, "authorization")["sets"][0], {"ids": ["AUTH-1"], "to": "undetermined"})
        self.assertIn("All two statements rest on one informant (K)", element["single_points"][0])
        text = self.run_palermo("assess", "--facts", self.facts(), json_output=False).out
        self.assertIn("carried by  2 reports, 1 origin; S2 repeats S1", text)

    def test_without_an_authorization(self):
        finding = self.assess("--without", "AUTH-1,AUTH-2")
        shifts = {one["element"]: one for one in finding["what_if"]["elements"]}
        self.assertEqual(shifts["som.6.3.a"]["effect"], "falls")
        self.assertEqual(shifts["som.6.3.b"]["effect"], "survives")
        self.assertEqual((shifts["untoc.23.a.conduct"]["before"], shifts["untoc.23.a.conduct"]["after"]), ("indicated", "undetermined"))
        self.assertEqual(finding["without"], ["AUTH-1", "AUTH-2"])
        self.assertEqual(finding["what_if"]["statements_left_out"], 3)
        lensed = self.assess("--without", "AUTH-2", "--lens", "corroborated")
        self.assertEqual(by_id(lensed["elements"])["som.6.3.a"]["outcome"], "undetermined")
        self.assertTrue([flip for flip in lensed["flips"] if flip["lens"] == "all"])
        wrong = self.refused(2, "assess", "--facts", self.facts(), "--without", "AUTH-9")
        self.assertIn("AUTH-9", wrong.err)

    def test_a_facts_file_as_known_then(self):
        finding = self.assess("--known-at", "2031-02-01")
        self.assertEqual(by_id(finding["elements"])["untoc.23.a.conduct"]["outcome"], "undetermined")
        self.assertEqual(by_id(finding["elements"])["som.6.3.a"]["outcome"], "indicated")
        self.assertTrue([line for line in finding["notices"] if "may be more than was known" in line])
        undated = json.loads(json.dumps(FACTS))
        del undated["statements"][2]["observed_at"]
        wrong = self.refused(3, "assess", "--facts", self.facts(undated), "--known-at", "2031-02-01")
        self.assertIn("S3", wrong.err)
        self.refused(2, "assess", "--facts", self.facts(), "--known-at", "soon")

    def test_in_a_case_both_are_stored_and_derive_again(self):
        open_facts = json.loads(json.dumps(FACTS))
        for one in open_facts["statements"]:
            one.pop("authorization_id", None)
        self.ok("ingest", self.write("first.json", json.dumps(open_facts)), "--technique", "NONE")
        before = self.ok("assess")
        self.ok("decide", "som.6.3.b", "--outcome", "not_indicated", "--reason", "the hold was dry and lit")
        now = self.ok("assess")
        decided = by_id(now["elements"])["som.6.3.b"]
        self.assertEqual((decided["outcome"], decided["derived"]), ("not_indicated", "indicated"))
        self.assertEqual([(d["decision_id"], d["signed"], d["in_effect"], d["version"], d["reason"])
                          for d in decided["decisions"]], [("DEC-1", True, True, 1, "the hold was dry and lit")])
        recorded = [leaf["recorded_at"] for leaf in self.leaves() if leaf["kind"] == "finding"][0]
        then = self.ok("assess", "--known-at", recorded)
        self.assertEqual(then["facts_sha256"], before["facts_sha256"])
        self.assertEqual(by_id(then["elements"])["som.6.3.b"]["outcome"], "indicated")
        self.ok("ingest", self.write("second.json", json.dumps(
            {"case": FACTS["case"], "statements": [statement("S9", danger=DANGER)]})), "--technique", "NONE")
        for finding in (before, now, then):
            self.assertTrue(self.ok("assess", "--reproduce", finding["finding_id"])["same"])
        report = self.folder / "report.html"
        self.ok("report", "--audience", "legal", "--format", "html", "-o", report)
        page = report.read_text(encoding="utf-8")
        self.assertIn("the hold was dry and lit", page)
        self.assertIn("The facts alone give: indicated.", page)


if __name__ == "__main__":
    support.main()
