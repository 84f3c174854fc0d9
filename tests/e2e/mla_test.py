"""Drafts of requests for mutual legal assistance: letters of art. 18(15), grounds, and what stays back."""
import hashlib
import json

import support

AUTHORITY = ["--authority", "Procura della Repubblica, Trieste", "--conducted-by", "Procura, Trieste",
             "--functions", "directs the investigation"]
ASKED = ["--assistance", "a,f", "--details", "bank records of one account; hear one witness",
         "--use", "evidence at trial"]


def statements(**extra):
    people = ["Alder", "Birch", "Cedar"]
    out = [{"id": f"P{i}", "kind": "fact", "source": "register", "person": {
        "id": p, "name": f"{p} Grove", "category": "suspect", "nationality": "IT", "residence": "IT"}}
        for i, p in enumerate(people)]
    out.append({"id": "P8", "kind": "fact", "source": "camp", "person": {
        "id": "MIG1", "name": "Fern Valley", "category": "smuggled_migrant", "nationality": "XX"}})
    out += [{"id": f"M{i}", "kind": "fact", "source": "watch",
             "membership": {"person": p, "group": "Quay", "role": r}}
            for i, (p, r) in enumerate(zip(people, ("organiser", "driver", "keeper")))]
    out += [{"id": f"A{i}", "kind": "fact", "grade": "B2", "source": "watch",
             "text": f"they drove Fern Valley and others <b>over the pass</b> {i}",
             "observed_at": day, "act": {"type": "commission", "offence": "O1", "persons": people,
                                         "state": state, "at": day, "joint": True, "knowing": True}}
            for i, (day, state) in enumerate((("2026-03-01", "IT"), ("2026-03-09", "DE")))]
    out += [{"id": "B1", "kind": "fact", "grade": "A2", "source": "ledger", "text": "EUR 900 each",
             "benefit": {"persons": ["Alder"], "kind": "money", "phase": "received"}},
            {"id": "L1", "kind": "fact", "grade": "B2", "source": "bank", "text": "account at a bank there",
             "located": {"what": "evidence", "state": "DE"}},
            {"id": "L2", "kind": "fact", "source": "bank", "text": "another account",
             "located": {"what": "proceeds", "state": "FR"}},
            {"id": "D1", "kind": "fact", "source": "counsel", "polarity": "contradicts",
             "text": "Cedar was ill that day", "act": {"type": "commission", "offence": "O1",
                                                       "persons": ["Cedar"], "state": "IT",
                                                       "at": "2026-03-01"}}]
    return {"case": {"title": "Quay", "as_of": "2026-06-01", "state": "IT", "parties": ["IT", "DE", "FR"]},
            "offences": [{"id": "O1", "state": "IT", "date": "2026-03-01", "law": {
                "state": "IT", "provision": "d.lgs. 286/1998 art. 12(1)", "form": "basic", "max_years": 6,
                "in_force_from": "2023-03-11", "implements": ["som.6.1.a"]}}],
            "statements": out + extra.get("more", [])}


class MlaTest(support.CaseTest):
    def fill(self, content=None):
        path = self.write("statements.json", json.dumps(content or statements()))
        return self.ok("ingest", path, "--technique", "NONE")

    def draft(self, *args, to="DE", name="request.html", **more):
        return self.ok("mla", "draft", "--to", to, "-o", self.folder / name, *args, **more)

    def page(self, name="request.html"):
        return (self.folder / name).read_text(encoding="utf-8")

    def letters(self, draft):
        return {f["id"]: f["complete"] for f in draft["fields"]}

    def test_only_what_the_authority_can_say_is_missing(self):
        self.fill()
        draft = self.draft()
        self.assertEqual([f["id"] for f in draft["fields"]], list("abcdef"))
        self.assertEqual(self.letters(draft), {"a": False, "b": False, "c": True, "d": False, "e": True,
                                               "f": False})
        self.assertFalse(draft["complete"])
        for field in draft["fields"]:
            self.assertTrue(field["asks"])
            self.assertEqual(field["complete"], not field["missing"])
        self.assertIn("(a) incomplete", self.page())

    def test_a_whole_request_is_complete(self):
        self.fill()
        draft = self.draft(*AUTHORITY, *ASKED)
        self.assertTrue(draft["complete"])
        self.assertEqual(set(self.letters(draft).values()), {True})
        self.assertEqual([a["letter"] for a in draft["assistance"]], ["a", "f"])
        self.assertIn("Taking evidence or statements from persons", self.page())
        self.assertNotIn("incomplete", self.page())

    def test_a_member_without_a_name_is_concerned_too(self):
        content = statements(more=[{"id": "M9", "kind": "fact", "source": "watch",
                                    "membership": {"person": "NN A.", "group": "Quay"}}])
        self.fill(content)
        draft = self.draft(*AUTHORITY, *ASKED)
        e = next(f for f in draft["fields"] if f["id"] == "e")
        self.assertIn("NN A.: name unknown", e["text"])
        self.assertEqual((e["complete"], e["required"], draft["complete"]), (False, False, True))

    def test_the_annex_gives_grounds_and_what_is_located_there(self):
        self.fill()
        grounds = self.draft()["grounds"]
        self.assertEqual(grounds["gate"]["outcome"], "indicated")
        self.assertEqual([row["statement_id"] for row in grounds["located"]], ["L1"])
        self.assertEqual(grounds["requested_state_bound"], "yes")
        elements = {g["element"]: g for g in grounds["elements"]}
        self.assertEqual(elements["untoc.3.2"]["outcome"], "indicated")
        self.assertIn("D1", [f["statement_id"] for f in elements["untoc.2a.concert"]["contrary"]])
        france = self.draft(to="FR", name="fr.html")
        self.assertEqual([r["statement_id"] for r in france["grounds"]["located"]], ["L2"])

    def test_protected_persons_are_nowhere_in_the_file_or_the_answer(self):
        self.fill()
        draft = self.draft(*AUTHORITY, "--details", "hear Fern Valley", "--assistance", "a")
        for text in (json.dumps(draft), self.page()):
            self.assertNotIn("Fern", text)
            self.assertNotIn("MIG1", text)
        self.assertGreaterEqual(draft["pseudonyms"], 1)
        self.assertIn("Alder Grove", self.page())

    def test_imported_text_does_nothing_in_the_page_or_on_a_terminal(self):
        content = statements()
        content["statements"][-2]["text"] = "\x1b[2J\u202e<script>alert(1)</script>"
        self.fill(content)
        self.draft(to="FR")
        self.assertNotIn("<script", self.page())
        self.assertNotIn("<b>", self.page())
        self.assertNotIn("\x1b", self.page())
        self.draft(to="FR", name="request.txt")
        text = self.page("request.txt")
        self.assertTrue(text.startswith("DRAFT REQUEST"))
        for bad in ("\x1b", "\u202e"):
            self.assertNotIn(bad, text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)

    def test_blocked_material_stays_back_and_grounds_rest_on_the_rest(self):
        more = [{"id": "X1", "kind": "fact", "source": "SHADOW", "restricted": True, "text": "caveated words",
                 "benefit": {"persons": ["Birch"], "kind": "money", "phase": "received"}},
                {"id": "X2", "kind": "fact", "source": "tape", "lawful": False, "text": "unlawful words",
                 "located": {"what": "witness", "state": "DE"}}]
        self.fill(statements(more=more))
        draft = self.draft()
        self.assertEqual({(w["rule"], w["count"]) for w in draft["withheld"]}, {("EX01", 1), ("UNLAWFUL", 1)})
        self.assertEqual(draft["statements_in_case"] - draft["statements_used"], 2)
        for text in (json.dumps(draft), self.page()):
            self.assertNotIn("caveated words", text)
            self.assertNotIn("unlawful words", text)
        self.assertEqual([r["statement_id"] for r in draft["grounds"]["located"]], ["L1"])

    def test_what_an_authorization_no_longer_covers_stays_back(self):
        self.write("auth.json", json.dumps({
            "id": "AUTH-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "content_interception",
            "state": "IT", "regime": "IT", "granted_at": "2026-02-01T00:00:00Z",
            "effective_from": "2026-02-01T00:00:00Z", "expires_at": "2026-05-01T00:00:00Z",
            "targets": [{"kind": "msisdn", "value": "+447700900001"}],
            "scope": {"data_types": ["content"]}}))
        self.ok("authorize", "add", self.folder / "auth.json")
        self.fill()
        later = statements(more=[])
        later["statements"] = [{"id": "W1", "kind": "fact", "source": "tap", "text": "tapped words",
                                "authorization_id": "AUTH-1", "observed_at": "2026-04-01",
                                "located": {"what": "witness", "state": "DE"}}]
        later["offences"] = []
        self.ok("ingest", self.write("tap.json", json.dumps(later)), "--authorization", "AUTH-1")
        self.assertEqual(len(self.draft()["grounds"]["located"]), 2)
        self.ok("authorize", "cancel", "AUTH-1", "--at", "2026-03-01T00:00:00Z", "--reason", "ended")
        # The cancellation takes the statement back into quarantine, so that no draft sees it.
        self.assertEqual([(i["reason"], i["count"]) for i in self.ok("quarantine", "list")["items"]], [("AU02", 1)])
        draft = self.draft(name="again.html")
        self.assertEqual((len(draft["grounds"]["located"]), draft["withheld"]), (1, []))
        self.assertNotIn("tapped words", self.page("again.html") + json.dumps(draft))

    def test_the_draft_is_in_the_ledger_and_listed(self):
        self.fill()
        draft = self.draft()
        self.assertEqual(hashlib.sha256((self.folder / "request.html").read_bytes()).hexdigest(),
                         draft["sha256"])
        leaf = self.leaves()[-1]
        self.assertEqual((leaf["kind"], leaf["id"]), ("disclosure", draft["draft_id"]))
        self.assertEqual(leaf["disclosure"]["recipient_state"], "DE")
        self.assertNotIn("Alder", json.dumps(leaf))
        listed = self.ok("mla", "list")["drafts"]
        self.assertEqual([(d["draft_id"], d["to"], d["sha256"]) for d in listed],
                         [(draft["draft_id"], "DE", draft["sha256"])])
        self.assertEqual(self.leaves()[-1]["access"]["command"], "mla list")
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_service_of_documents_needs_no_summary(self):
        draft = self.draft("--assistance", "b")
        c = next(f for f in draft["fields"] if f["id"] == "c")
        self.assertEqual((c["complete"], c["required"]), (False, False))

    def test_bad_options_write_nothing(self):
        self.fill()
        before = len(self.leaves())
        out = self.folder / "no.html"
        self.refused(2, "mla", "draft", "--to", "IT", "-o", out)
        self.refused(2, "mla", "draft", "--to", "de", "-o", out)
        self.refused(2, "mla", "draft", "--to", "DE", "-o", out, "--assistance", "a,z")
        self.refused(2, "mla", "draft", "--to", "DE", "-o", out, "--assistance", "a,a")
        self.refused(2, "mla", "draft", "--to", "DE", "-o", self.folder)
        self.refused(2, "mla", "draft", "--to", "DE", "-o", out, "--group", "Nobody")
        self.assertFalse(out.exists())
        self.assertEqual(len(self.leaves()), before)

    def test_a_handler_may_not_draft(self):
        self.fill()
        self.ok("user", "add", "hanna", "--role", "handler")
        self.refused(4, "--as", "hanna", "mla", "draft", "--to", "DE", "-o", self.folder / "x.html")
        self.assertFalse((self.folder / "x.html").exists())

    def test_nothing_says_that_anybody_is_guilty(self):
        self.fill()
        self.draft(*AUTHORITY, *ASKED)
        page = self.page().lower().replace("never that anybody is guilty", "")
        for word in ("guilty", "criminals", "perpetrator", "score", "probability"):
            self.assertNotIn(word, page)


if __name__ == "__main__":
    support.main()
