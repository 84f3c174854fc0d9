"""The offence catalogue: rows with sources, two times, unknown bounds, and what an assessment makes of them."""

import support

ROW = '''version: "7"
rows {
  id: "XA-1"
  label: "Helping entry"
  law { state: "NO" provision: "Code art. 1" form: "basic" max_years { number_value: 4.0 }
        in_force_from: "2020-01-01" in_force_to: "2022-12-31" implements: "som.6.1.a" source: "gazette 1" }
  confidence: "verified"
  known_from: "2026-01-01"
}
'''


def facts(reference, date, state="NO", as_of="2026-06-01"):
    people = ["P1", "P2", "P3"]
    statements = [{"id": f"M{i}", "kind": "fact", "source": "file",
                   "membership": {"person": p, "group": "G"}} for i, p in enumerate(people)]
    statements.append({"id": "A1", "kind": "fact", "source": "watch",
                       "act": {"type": "commission", "offence": "O1", "persons": people, "state": state,
                               "at": date, "joint": True}})
    return {"case": {"title": "T", "as_of": as_of, "state": state, "parties": [state]},
            "offences": [{"id": "O1", "catalogue_ref": reference, "state": state, "date": date}],
            "statements": statements}


class CatalogueTest(support.CaseTest):
    def serious(self, reference, date, catalogue=None, **more):
        import json
        path = self.write("facts.json", json.dumps(facts(reference, date, **more)))
        extra = ["--catalogue", catalogue] if catalogue else []
        finding = self.ok("assess", "--facts", path, *extra)
        return next(e for e in finding["elements"] if e["id"] == "untoc.2b")

    # --- the rows the program carries

    def test_the_shipped_catalogue_has_nothing_wrong(self):
        answer = self.ok("catalogue", "check")
        self.assertTrue(answer["ok"])
        self.assertEqual(answer["problems"], [])
        self.assertEqual(answer["from_memory"], 0)
        self.assertGreaterEqual(answer["rows"], 45)

    def test_every_row_has_a_source_and_no_row_a_reviewer_that_nobody_is(self):
        for item in self.ok("catalogue", "list")["items"]:
            with self.subTest(item["row"]["id"]):
                self.assertTrue(item["row"]["law"]["source"])
                self.assertIn(item["row"]["confidence"], ("verified", "secondary"))
                self.assertEqual(item["row"]["reviewer"], "")

    def test_states_known_from_memory_are_not_shipped(self):
        for state in ("DK", "AU", "IE", "GR"):
            self.assertEqual(self.ok("catalogue", "list", "--state", state)["items"], [])

    def test_filters_by_state_element_and_day(self):
        ids = lambda *args: [i["row"]["id"] for i in self.ok("catalogue", "list", *args)["items"]]
        self.assertEqual(ids("--state", "IT", "--on", "2024-01-01", "--implements", "som.6.3"),
                         ["IT-12-3-2023", "IT-12bis-2023"])
        self.assertNotIn("FR-1945-21", ids("--state", "FR", "--on", "1980-01-01"))  # replaced
        self.assertIn("IT-12-1", ids("--state", "IT", "--on", "2020-01-01"))      # start unknown
        self.assertNotIn("IT-12-1", ids("--state", "IT", "--on", "2023-03-11"))   # end known
        self.assertIn("FR-L823-3-1", ids("--implements", "untoc.5.1.b"))
        unknown = self.ok("catalogue", "show", "IT-12-1", "--on", "2020-01-01")["items"][0]
        self.assertEqual(unknown["in_force"], "unknown")
        self.assertEqual(unknown["usable"], "no: since when it is in force is not known")

    def test_a_row_is_shown_as_it_was_known_on_a_day(self):
        now = self.ok("catalogue", "show", "DE-96-1-2012")["items"][0]["row"]
        then = self.ok("catalogue", "show", "DE-96-1-2012", "--known-at", "2026-11-25")["items"][0]["row"]
        self.assertEqual(then["law"]["in_force_from"], "2012-01-01")   # the guess that was corrected
        self.assertEqual((now["law"]["in_force_from"], now["certain_from"]), ("", "2012-07-02"))
        self.refused(2, "catalogue", "show", "DE-96-1-2012", "--known-at", "2020-01-01")

    def test_a_day_from_memory_is_no_bound(self):
        for row in ("CH-116-1", "TR-79-1-2023", "GB-25-2003", "US-1324-a-1-A-i"):
            self.assertEqual(self.ok("catalogue", "show", row)["items"][0]["row"]["law"]["in_force_from"],
                             "")

    # --- what an assessment makes of them

    def test_exactly_four_years_are_enough_and_one_year_is_not(self):
        self.assertEqual(self.serious("NL-197a-1-2017", "2017-01-15", state="NL")["outcome"], "indicated")
        self.assertEqual(self.serious("ES-318bis-1-2015", "2019-05-01", state="ES")["outcome"],
                         "not_indicated")

    def test_bounds_hold_on_their_first_and_last_day_and_not_outside(self):
        path = self.write("mine.textproto", ROW)
        for date, outcome in (("2019-12-31", "undetermined"), ("2020-01-01", "indicated"),
                              ("2022-12-31", "indicated"), ("2023-01-01", "undetermined")):
            with self.subTest(date):
                got = self.serious("XA-1", date, catalogue=path)
                self.assertEqual(got["outcome"], outcome)
                if outcome == "undetermined":
                    self.assertIn("LAW_UNKNOWN", got["reason_codes"])

    def test_outside_the_readings_the_law_is_unknown_not_absent(self):
        inside = self.serious("DE-96-1-2012", "2012-12-01", state="DE")
        self.assertEqual(inside["outcome"], "indicated")
        before = self.serious("DE-96-1-2012", "2012-01-15", state="DE")
        self.assertEqual((before["outcome"], before["reason_codes"]), ("undetermined", ["LAW_UNKNOWN"]))

    def test_just_below_four_is_not_serious(self):
        path = self.write("mine.textproto", ROW.replace("4.0", "3.9"))
        self.assertEqual(self.serious("XA-1", "2021-01-01", catalogue=path)["outcome"], "not_indicated")

    def test_a_milder_later_row_leaves_the_question_open_and_says_both(self):
        later = (ROW.replace('"XA-1"', '"XA-1-2023"').replace("4.0", "2").replace(
            'in_force_from: "2020-01-01" in_force_to: "2022-12-31"', 'in_force_from: "2023-01-01"')
            .split("\n", 1)[1])
        path = self.write("mine.textproto",
                          ROW.replace('confidence', 'succeeded_by: "XA-1-2023"\n  confidence', 1) + later)
        got = self.serious("XA-1", "2021-01-01", catalogue=path)
        self.assertEqual(got["outcome"], "undetermined")
        self.assertEqual(set(got["reason_codes"]), {"LAW_UNKNOWN", "CONFLICT"})
        self.assertIn("temporal divergence (lex mitior), maximum 4 years on 2021-01-01 and 2 years",
                      " ".join(got["missing"]))
        # before the later law was in force it does not apply
        early = self.serious("XA-1", "2021-01-01", catalogue=path, as_of="2022-06-01")
        self.assertEqual(early["outcome"], "indicated")

    def test_a_later_heavier_row_does_not_reach_back(self):
        got = self.serious("IT-12-1-2023", "2024-01-01", state="IT")
        self.assertEqual(got["outcome"], "indicated")
        self.assertEqual(self.serious("DE-96-1-2015", "2020-01-01", state="DE")["outcome"], "indicated")

    def test_a_row_from_memory_indicates_nothing(self):
        path = self.write("mine.textproto", ROW.replace('"verified"', '"memory"'))
        got = self.serious("XA-1", "2021-01-01", catalogue=path)
        self.assertEqual((got["outcome"], got["reason_codes"]), ("undetermined", ["LAW_UNKNOWN"]))

    def test_a_finding_says_which_catalogue_it_rests_on(self):
        import json
        path = self.write("facts.json", json.dumps(facts("NL-197a-1-2017", "2017-01-15", state="NL")))
        self.assertIn("catalogue ", self.ok("assess", "--facts", path)["instrument_version"])

    # --- a catalogue of one's own

    def test_mistakes_are_named_with_their_line_and_all_of_them(self):
        broken = ROW + '''rows {
  id: "XA-1"
  label: "twice"
  law { state: "xa" provision: "art. 2" form: "worse" max_years { string_value: "long" }
        in_force_from: "2024-02-30" implements: "som.6.1.z" source: "" }
  confidence: "sure"
  known_from: ""
}
'''
        path = self.write("broken.textproto", broken)
        answer = self.run_palermo("catalogue", "check", path)
        self.assertEqual(answer.code, 3)
        problems = answer.json["problems"]
        self.assertEqual({p["line"] for p in problems}, {10})
        text = " | ".join(p["text"] for p in problems)
        for word in ("ISO 3166-1", "law.form 'worse'", "law.max_years", "'2024-02-30' is no date",
                     "no element 'som.6.1.z'", "law.source is empty", "confidence 'sure'",
                     "known_from is empty", "stands on line 2 as well"):
            self.assertIn(word, text)
        said = self.run_palermo("catalogue", "check", path, json_output=False)
        self.assertEqual((said.code, said.err), (3, ""))
        self.assertEqual(said.out.count("line 10, XA-1"), len(problems))
        self.assertIn("line 10: XA-1", self.refused(3, "catalogue", "list", "--file", path).err)

    def test_text_that_is_no_catalogue_is_one_clear_error(self):
        path = self.write("x.textproto", 'version: "1"\nrows { id: 5 \x1b[31m }')
        answer = self.run_palermo("catalogue", "check", path, json_output=False)
        self.assertEqual(answer.code, 3)
        self.assertIn("line 2", answer.out)
        self.assertNotIn("\x1b", answer.out + answer.err)
        deep = self.write("deep.textproto", 'version: "1" rows { law { max_years ' +
                          "{ list_value { values " * 5000)
        self.assertEqual(self.run_palermo("catalogue", "check", deep).code, 3)
        self.refused(3, "catalogue", "check", self.folder)
        self.refused(3, "catalogue", "check", self.folder / "absent")

    def test_hostile_labels_are_shown_harmless(self):
        path = self.write("mine.textproto", ROW.replace("Helping entry", "\x1b]0;owned\x07‮evil"))
        shown = self.ok("catalogue", "show", "XA-1", "--file", path, json_output=False)
        self.assertNotIn("\x1b", shown)
        self.assertNotIn("‮", shown)

    def test_a_case_takes_no_catalogue_from_outside(self):
        path = self.write("mine.textproto", ROW)
        self.refused(2, "assess", "--catalogue", path)

    def test_options_are_checked(self):
        self.refused(2, "catalogue", "list", "--state", "Italy")
        self.refused(2, "catalogue", "list", "--on", "yesterday")
        self.assertIn("did you mean", self.refused(2, "catalogue", "list", "--implements", "som.6.1.x").err)
        self.assertIn("did you mean NL-197a-1-2017",
                      self.refused(2, "catalogue", "show", "NL-197a-1-2016").err)

    def test_tables_are_at_most_100_columns_wide(self):
        for args in (["list"], ["list", "--on", "2020-01-01"], ["show", "DE-97-1-2012"], ["parties"]):
            for line in self.ok("catalogue", *args, json_output=False).splitlines():
                self.assertLessEqual(len(line), 100, line)

    # --- Parties

    def test_a_state_is_bound_from_its_day_and_unknown_when_not_read(self):
        def bound(state, treaty, on):
            items = self.ok("catalogue", "parties", "--state", state, "--treaty", treaty, "--on", on)
            return [i["bound"] for i in items["items"]]
        self.assertEqual(bound("DE", "untoc", "2006-07-13"), ["no"])
        self.assertEqual(bound("DE", "untoc", "2006-07-14"), ["yes"])
        self.assertEqual(bound("DE", "som", "2006-07-13"), ["no"])        # no Party to the Convention yet
        self.assertEqual(bound("DE", "som", "2010-01-01"), ["unknown"])   # not read
        self.assertEqual(bound("FR", "untoc", "2010-01-01"), ["yes"])     # follows from the Protocol
        self.assertEqual(bound("CZ", "som", "2013-10-23"), ["no"])
        self.assertEqual(bound("XA", "som", "2010-01-01"), ["unknown"])


if __name__ == "__main__":
    support.main()
