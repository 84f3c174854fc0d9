"""Tables for the authorities of several States: conduct, jurisdiction, routes, corroboration."""
import json

import support

PEOPLE = ["Alder", "Birch", "Cedar"]


def facts():
    out = [{"id": f"P{i}", "kind": "fact", "source": "register", "person": {
        "id": p, "name": f"{p} Grove", "category": "suspect", "nationality": "TN", "residence": "IT"}}
        for i, p in enumerate(PEOPLE)]
    out += [{"id": f"M{i}", "kind": "fact", "source": "singer",
             "membership": {"person": p, "group": "Quay", "role": r}}
            for i, (p, r) in enumerate(zip(PEOPLE, ("organiser", "driver", "keeper")))]
    out += [{"id": "A1", "kind": "fact", "source": "watch", "text": "drove Fern",
             "act": {"type": "commission", "offence": "O1", "persons": PEOPLE, "state": "IT",
                     "at": "2025-03-01", "joint": True, "knowing": True}},
            {"id": "A2", "kind": "fact", "source": "singer", "text": "planned",
             "act": {"type": "planning", "offence": "O1", "persons": PEOPLE, "state": "AT",
                     "at": "2025-02-01", "joint": True, "knowing": True}},
            {"id": "A3", "kind": "fact", "source": "watch", "polarity": "contradicts",
             "act": {"type": "commission", "offence": "O1", "persons": PEOPLE, "state": "FR",
                     "at": "2025-03-05"}},
            {"id": "E1", "kind": "fact", "source": "border", "observed_at": "2025-03-01",
             "entry": {"person": "FERN1", "state": "IT", "lawful": "no"}},
            {"id": "B1", "kind": "fact", "source": "singer", "benefit": {
                "persons": ["Alder"], "kind": "money", "amount": 900, "currency": "EUR",
                "phase": "received"}},
            {"id": "B2", "kind": "assessment", "source": "watch", "benefit": {
                "persons": ["Birch"], "kind": "goods", "phase": "promised"}},
            {"id": "L1", "kind": "fact", "source": "bank", "located": {"what": "proceeds", "state": "DE"}},
            {"id": "L2", "kind": "fact", "source": "bank", "restricted": True,
             "danger": {"persons": ["FERN1"], "kind": "endangers"}}]
    return {"case": {"title": "Quay", "as_of": "2026-06-01", "state": "IT", "parties": ["IT", "DE"]},
            "offences": [{"id": "O1", "state": "IT", "date": "2025-03-01", "catalogue_ref": "IT-12-1-2023"}],
            "statements": out}


class CooperationTest(support.CaseTest):
    def table(self, command, *args, content=None, **more):
        path = self.write("facts.json", json.dumps(content or facts()))
        return self.ok("cooperation", command, "--facts", path, *args, **more)

    # --- art. 16

    def test_conduct_is_punishable_in_both_when_a_provision_of_each_is_in_force(self):
        rows = {r["statement_id"]: r for r in self.table("conduct", "--with", "DE")["rows"]}
        self.assertEqual(set(rows), {"A1", "A2"})           # what is denied is no conduct
        self.assertEqual(rows["A1"]["both"], "indicated")
        here = rows["A1"]["here"][0]
        self.assertEqual((here["provision"], here["maximum"], here["in_force"]),
                         ("d.lgs. 286/1998 art. 12(1)", "6", "yes"))
        there = {p["basis"]: p for p in rows["A1"]["there"]}
        self.assertIn("catalogue DE-96-1-2024 (secondary)", there)
        self.assertNotIn("catalogue DE-96-1-2015 (verified)", there)   # no longer in force that day

    def test_the_law_is_read_on_the_day_of_the_act(self):
        content = facts()
        for s in content["statements"]:
            if "act" in s:
                s["act"]["at"] = "2023-05-01"
        content["offences"][0]["date"] = "2023-05-01"
        row = self.table("conduct", "--with", "DE", content=content)["rows"][0]
        basis = [p["basis"] for p in row["there"]]
        self.assertIn("catalogue DE-96-1-2015 (verified)", basis)
        self.assertNotIn("catalogue DE-96-1-2024 (secondary)", basis)
        self.assertIn("the migrant's own offence",
                      [w for p in row["there"] for w in p["asks_for"]])

    def test_unknown_law_leaves_the_conduct_open_and_says_so(self):
        row = self.table("conduct", "--with", "CH")["rows"][0]
        self.assertEqual(row["both"], "undetermined")
        self.assertIn("the provision of CH in force on that day", row["missing"])
        nothing = self.table("conduct", "--with", "PT")["rows"][0]
        self.assertEqual((nothing["there"], nothing["both"]), ([], "undetermined"))
        self.refused(2, "cooperation", "conduct", "--with", "IT", "--facts", self.folder / "facts.json")
        self.refused(2, "cooperation", "conduct", "--with", "d", "--facts", self.folder / "facts.json")

    # --- art. 21

    def test_the_matrix_says_where_things_are_and_ranks_nothing(self):
        matrix = self.table("jurisdiction")
        cells = {(r["state"], c["column"]): c["statement_ids"] for r in matrix["rows"]
                 for c in r["cells"] if c["statement_ids"]}
        self.assertEqual(cells[("IT", "acts")], ["A1", "E1"])
        self.assertEqual(cells[("AT", "planning")], ["A2"])
        self.assertEqual(cells[("DE", "proceeds")], ["L1"])
        self.assertEqual(cells[("TN", "nationality")], ["P0", "P1", "P2"])
        self.assertEqual(cells[("IT", "law")], ["O1"])
        self.assertNotIn(("FR", "acts"), cells)              # denied
        self.assertEqual([r["state"] for r in matrix["rows"]], sorted(r["state"] for r in matrix["rows"]))
        self.assertEqual({r["state"]: r["bound_by_convention"] for r in matrix["rows"]}["DE"], "yes")
        self.assertNotRegex(json.dumps(matrix), r'"(score|rank|weight)"')

    # --- art. 27

    def test_the_route_sheet_names_nobody_and_no_day(self):
        sheet = self.table("routes")
        rows = {(r["month"], r["state"], r["what"], r["kind"]): r["statements"] for r in sheet["rows"]}
        self.assertEqual(rows[("2025-03", "IT", "act", "commission")], 1)
        self.assertEqual(rows[("2025-03", "IT", "entry", "lawful: no")], 1)
        self.assertIn(("", "", "benefit", "money"), rows)
        self.assertNotIn("goods", json.dumps(rows and list(map(str, rows))))   # an assessment only
        self.assertNotIn("danger", str(rows))                                   # restricted
        text = json.dumps(sheet) + self.table("routes", json_output=False)
        for word in ("Alder", "Grove", "FERN", "drove", "2025-03-01", "900"):
            self.assertNotIn(word, text)

    # --- art. 26

    def test_the_map_shows_what_rests_on_one_source(self):
        rows = {r["element"]: r for r in self.table("corroboration", "--source", "singer")["rows"]}
        benefit = rows["untoc.2a.benefit"]
        self.assertEqual((benefit["with"], benefit["without"], benefit["standing"]),
                         ("indicated", "undetermined", "rests on the source"))
        self.assertEqual((benefit["of_source"], benefit["of_others"]), (["B1"], []))
        concert = rows["untoc.2a.concert"]
        self.assertEqual((concert["without"], concert["standing"]),
                         ("indicated", "supported by others too"))
        other = self.table("corroboration", "--source", "nobody")
        self.assertEqual((other["source_known"], other["rows"]), (False, []))
        self.assertTrue(other["notices"])

    def test_repeating_a_source_is_not_corroborating_it(self):
        content = facts()
        content["statements"].append({"id": "R1", "kind": "fact", "source": "desk", "origin": "singer",
                                      "benefit": {"persons": ["Birch"], "kind": "money",
                                                  "phase": "received"}})
        rows = {r["element"]: r for r in
                self.table("corroboration", "--source", "singer", content=content)["rows"]}
        self.assertEqual(rows["untoc.2a.benefit"]["standing"], "rests on the source")
        self.assertEqual(rows["untoc.2a.benefit"]["of_source"], ["B1", "R1"])

    # --- a case

    def test_in_a_case_every_look_is_logged_and_routes_leave_only_what_may(self):
        self.ok("ingest", self.write("s.json", json.dumps(facts())), "--technique", "NONE")
        for command, *args in (("conduct", "--with", "DE"), ("jurisdiction",), ("routes",),
                               ("corroboration", "--source", "singer")):
            self.ok("cooperation", command, *args)
            self.assertEqual(self.leaves()[-1]["access"]["command"], f"cooperation {command}")
        self.ok("user", "add", "hanna", "--role", "handler")
        self.refused(4, "--as", "hanna", "cooperation", "routes")

    def test_tables_fit_a_page_and_show_hostile_text_harmless(self):
        content = facts()
        content["offences"] = [{"id": "O1", "state": "IT", "date": "2025-03-01", "law": {
            "state": "IT", "provision": "\x1b[31m\u202eart. 12 " + "x" * 200, "form": "basic", "max_years": 6,
            "in_force_from": "2023-03-11", "implements": ["som.6.1.a"], "source": "s"}}]
        for command, *args in (("conduct", "--with", "DE"), ("jurisdiction",), ("routes",),
                               ("corroboration", "--source", "singer")):
            text = self.table(command, *args, content=content, json_output=False)
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\u202e", text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 100, line)


if __name__ == "__main__":
    support.main()
