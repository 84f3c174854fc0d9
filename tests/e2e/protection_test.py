"""protection alerts, protection register: migrants in danger, and who was only the object of smuggling."""
import json

import support


def fact(name, kind="fact", **body):
    return dict({"id": name, "kind": kind, "source": f"report {name}", "text": f"text {name}", "grade": "B2"}, **body)


def person(name, who, category, **more):
    return fact(name, person=dict({"id": who, "category": category, "name": f"Somebody {who}"}, **more))


class Protection(support.CaseTest):
    def setUp(self):
        super().setUp()
        self.ok("user", "add", "lena", "--role", "legal")
        self.ok("user", "add", "olga", "--role", "oversight")

    def state(self, *statements):
        content = {"case": {"title": "T", "state": "IT", "as_of": "2031-06-01", "parties": ["IT", "DE"]}, "statements": list(statements)}
        self.ok("ingest", "--technique", "NONE", self.write("facts.json", json.dumps(content)))

    def circumstances(self, answer):
        return [(c["element"], c["outcome"]) for c in answer["circumstances"]]

    def test_an_alert_needs_no_proof_and_the_circumstance_does(self):
        self.state(person("C1", "M1", "smuggled_migrant"), person("C2", "M2", "smuggled_migrant", minor=True),
                   fact("D1", kind="assessment", observed_at="2031-03-01", danger={"persons": ["M1", "M2"], "kind": "endangers"}))
        answer = self.ok("--as", "lena", "protection", "alerts")
        self.assertEqual([(a["statement_id"], a["standing"], a["persons"], a["minors"], a["element"]) for a in answer["alerts"]],
                         [("D1", "assessment", ["M1", "M2"], 1, "som.6.3.a")])
        self.assertEqual(self.circumstances(answer), [("som.6.3.a", "undetermined"), ("som.6.3.b", "undetermined")])
        self.assertTrue(all(c["text"] and c["missing"] for c in answer["circumstances"]))
        self.assertEqual(self.leaves()[-1]["access"]["command"], "protection alerts")

    def test_every_kind_the_newest_first_and_what_is_denied_is_shown(self):
        self.state(fact("D1", observed_at="2031-03-01", danger={"persons": ["M1"], "kind": "endangers"}),
                   fact("D2", observed_at="2031-03-09T10:00:00Z", danger={"persons": ["M1"], "kind": "degrading"}),
                   fact("D3", observed_at="2031-03-05", danger={"persons": ["M2"], "kind": "exploitation"}),
                   fact("D4", danger={"kind": "endangers"}),
                   fact("D5", polarity="contradicts", danger={"persons": ["M2"], "kind": "exploitation"}))
        answer = self.ok("--as", "lena", "protection", "alerts")
        self.assertEqual([(a["statement_id"], a["standing"], a["element"]) for a in answer["alerts"]],
                         [("D2", "fact", "som.6.3.b"), ("D3", "disputed", "som.6.3.b"), ("D1", "fact", "som.6.3.a"), ("D4", "fact", "som.6.3.a")])
        self.assertEqual(answer["alerts"][1]["against"], ["D5"])
        self.assertEqual((answer["endangering"], answer["degrading"]), (2, 2))
        found = {e["id"]: e["outcome"] for root in self.ok("assess")["elements"] for e in [root, *root["children"]]}
        self.assertEqual(self.circumstances(answer), [(k, found[k]) for k in ("som.6.3.a", "som.6.3.b")])
        text = self.ok("--as", "lena", "protection", "alerts", json_output=False)
        self.assertIn("who is in danger is not stated", text)
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()), text)

    def test_the_register_holds_migrants_apart_from_suspects_and_names_nobody(self):
        self.state(person("C1", "M1", "smuggled_migrant", minor=True), person("C2", "M10", "smuggled_migrant"),
                   person("C3", "M2", "smuggled_migrant"), person("C4", "M2", "suspect"), person("C5", "P1", "suspect"),
                   person("C6", "M3", "smuggled_migrant"),
                   fact("B3", membership={"person": "M3", "group": "G"}),
                   fact("A3", act={"type": "facilitation", "persons": ["M3"], "state": "IT", "at": "2031-03-01"}),
                   fact("V3", benefit={"persons": ["M3"], "kind": "money", "phase": "received"}),
                   fact("E1", observed_at="2031-03-02", entry={"person": "M1", "state": "IT", "lawful": "no"}),
                   fact("S1", stay={"person": "M1", "state": "DE", "lawful": "unknown"}),
                   fact("D1", danger={"persons": ["M1", "P1"], "kind": "endangers"}))
        answer = self.ok("--as", "lena", "protection", "register")
        self.assertEqual([(e["person"], e["standing"], e["minor"]) for e in answer["entries"]],
                         [("M1", "object", True), ("M2", "to_decide", None), ("M3", "to_decide", None), ("M10", "object", None)])
        self.assertEqual([(m["what"], m["state"], m["lawful"]) for m in answer["entries"][0]["movements"]],
                         [("entry", "IT", "no"), ("stay", "DE", "unknown")])
        self.assertEqual([answer[k] for k in ("objects", "to_decide", "minors", "in_danger")], [2, 2, 1, 1])
        self.assertIn("suspect", answer["entries"][1]["to_decide"][0])
        self.assertIn("benefit", answer["entries"][2]["to_decide"][0])
        self.assertNotIn("Somebody", json.dumps(answer))
        # A named human decides, and the register follows.
        self.ok("--as", "lena", "entity", "set-category", "M2", "smuggled_migrant", "--reason", "carried, not carrying")
        decided = next(e for e in self.ok("--as", "lena", "protection", "register")["entries"] if e["person"] == "M2")
        self.assertEqual((decided["standing"], decided["category_decided"]), ("object", True))
        self.ok("--as", "lena", "entity", "set-category", "M10", "suspect", "--reason", "he drove")
        self.assertNotIn("M10", [e["person"] for e in self.ok("--as", "lena", "protection", "register")["entries"]])
        text = self.ok("--as", "lena", "protection", "register", json_output=False)
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()), text)

    def test_an_empty_case_and_who_may_not_look(self):
        self.assertEqual(self.ok("--as", "lena", "protection", "alerts")["alerts"], [])
        self.assertEqual(self.ok("--as", "lena", "protection", "register")["entries"], [])
        for word in ("alerts", "register"):
            self.refused(4, "--as", "olga", "protection", word)

    def test_hostile_texts_are_shown_as_text(self):
        self.state(person("C1", "M\u202e1\u001b[31m", "smuggled_migrant"),
                   fact("D1", danger={"persons": ["M\u202e1\u001b[31m"], "kind": "endangers"}, text="a\u001b[2Jb\u202ec"))
        for word in ("alerts", "register"):
            text = self.ok("--as", "lena", "protection", word, json_output=False)
            self.assertFalse({"\u001b", "\u202e"} & set(text), repr(text))


if __name__ == "__main__":
    support.main()
