"""`audit rules` against planted violations: it finds all of them and nothing else."""
import json
import os
import unittest

import support


class PlantedViolations(support.CaseTest):
    def judge(self, rules, each, clean, seed=1):
        folder = self.folder / "planted"
        said = self.ok("simulate", "--violations", rules, "--each", each, "--clean", clean, "--seed", seed,
                       "-o", folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        self.assertEqual(said["uses"], manifest["uses"])
        for file in manifest["files"]:
            path = folder / file["file"]
            if file["format"] == "authorizations":
                self.ok("authorize", "add", path)
                continue
            technique = ["--technique", "NONE"] if file["format"] == "statements" else []
            got = self.ok("ingest", path, "--format", file["format"], *technique)
            self.assertEqual((got["stored"], got["quarantined"], got["rejected"], got["duplicates"]),
                             (file["rows"], 0, 0, 0), file["file"])
        answer = self.ok("audit", "rules", "--as-of", manifest["as_of"])
        return manifest, answer

    def compare(self, manifest, answer):
        def key(violation):
            return violation["rule"], violation["authorization_id"], violation["subject"]
        planted = sorted(key(v) for v in manifest["violations"])
        found = sorted(key(v) for v in answer["violations"])
        self.assertEqual(len(set(planted)), len(planted))
        missed = [v for v in planted if v not in set(found)]
        texts = {key(v): v["text"] for v in answer["violations"]}
        beyond = [(v, texts[v]) for v in found if v not in set(planted)]
        self.assertEqual((missed[:5], beyond[:5]), ([], []))
        self.assertEqual(found, planted)

    def test_all_rules_are_found_and_nothing_else(self):
        manifest, answer = self.judge("all", 4, 60)
        self.assertEqual(len(manifest["counts"]), 40)
        self.compare(manifest, answer)
        self.assertEqual({r["rule"]: r["violations"] for r in answer["rules"]}, manifest["counts"])
        # Every rule had clean things to judge beside the planted ones.
        self.assertEqual([r["rule"] for r in answer["rules"] if r["judged"] <= r["violations"]], [])
        for violation in answer["violations"]:
            self.assertIn(violation["severity"], "BHML")
            self.assertNotIn("00101", violation["text"])  # identifiers stay out of the texts
            for record in violation["records"]:
                self.ok("trace", record)

    def test_a_clean_case_breaks_nothing(self):
        manifest, answer = self.judge("AU01", 1, 40, seed=7)
        self.compare(manifest, answer)

    def test_named_rules_alone(self):
        manifest, answer = self.judge("UC02,CD02", 5, 10, seed=3)
        self.assertEqual(manifest["counts"], {"UC02": 5, "CD02": 5})
        self.compare(manifest, answer)
        only = self.ok("audit", "rules", "--as-of", manifest["as_of"], "--rule", "UC02")
        self.assertEqual({v["rule"] for v in only["violations"]}, {"UC02"})
        self.assertEqual(len(only["rules"]), 1)

    @unittest.skipUnless(os.environ.get("PALERMO_SOAK"), "full size: ctest -L soak -C soak")
    def test_full_size(self):
        manifest, answer = self.judge("all", 25, 1000)
        self.assertEqual(set(manifest["counts"].values()), {25})
        self.compare(manifest, answer)
        self.ok("audit", "verify")

    def test_bad_words_are_refused(self):
        self.refused(2, "simulate", "--violations", "AU99", "-o", self.folder / "x")
        self.refused(2, "simulate", "--violations", "all", "--each", "0", "-o", self.folder / "x")
        self.assertFalse((self.folder / "x").exists())
        self.assertIn("AU01 to EX02", self.refused(2, "audit", "rules", "--rule", "AU99").err)
        self.assertIn("--as-of", self.refused(2, "audit", "rules", "--as-of", "soon").err)


class Rules(support.CaseTest):
    ORDER = {"id": "A-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "DE",
             "granted_at": "2024-03-01T09:00:00Z", "expires_at": "2024-05-31T22:00:00Z",
             "targets": [{"kind": "msisdn", "value": "+447700900001"}]}

    def rules(self, *more, **how):
        return self.ok("audit", "rules", "--as-of", "2024-12-31", *more, **how)

    def test_an_empty_case_has_nothing_to_judge(self):
        answer = self.rules()
        self.assertEqual((answer["violations"], len(answer["rules"])), ([], 40))
        # The log of accesses is the only thing there is.
        self.assertEqual({r["rule"] for r in answer["rules"] if r["judged"]}, set())

    def test_oversight_may_ask_and_every_look_is_logged(self):
        self.ok("user", "add", "vera", "--role", "oversight")
        before = len(self.leaves())
        self.ok("--as", "vera", "audit", "rules")
        entry = self.leaves()[before:]
        self.assertEqual([e["access"]["command"] for e in entry], ["audit rules"])

    def test_quarantined_calls_are_told(self):
        self.ok("authorize", "add", self.write("a.json", json.dumps(self.ORDER)))
        calls = self.write("c.csv", "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
                           "+447700900001,+447700900002,2024-03-02T10:00:00Z,60,voice,out,,,\n"
                           "+447700900001,+447700900002,2024-06-02T10:00:00Z,60,voice,out,,,\n"
                           "+447700900003,+447700900004,2024-03-02T10:00:00Z,60,voice,out,,,\n")
        self.ok("ingest", calls, "--authorization", "A-1")
        found = {(v["rule"], v["subject"]) for v in self.rules()["violations"]}
        self.assertLessEqual({("AU02", "Q-1"), ("SC01", "Q-2")}, found)
        text = self.rules(json_output=False)
        self.assertIn("captured before effect, or after expiry or cancellation", text)
        self.assertLessEqual(max(len(line) for line in text.splitlines()), 100)
        self.assertIn("Not judged, for want of data:", text)

    def test_hostile_ids_stay_text(self):
        order = dict(self.ORDER, id="A\u202e\x1b[31m-1", legal_basis="")
        self.ok("authorize", "add", self.write("a.json", json.dumps(order)))
        text = self.rules(json_output=False)
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\u202e", text)

    def test_a_technique_use_outside_its_order_is_shown_and_not_sealed(self):
        self.ok("authorize", "add", self.write("a.json", json.dumps(self.ORDER)))
        use = {"use_id": "U-1", "authorization_id": "A-1", "started_at": "2024-07-01T10:00:00Z",
               "ended_at": "2024-07-01T11:00:00Z", "targets": ["+447700900001"]}
        got = self.ok("ingest", self.write("u.json", json.dumps(use)), "--format", "technique_use")
        self.assertEqual((got["stored"], got["quarantined"]), (1, 0))
        self.assertIn(("AU02", "U-1"), {(v["rule"], v["subject"]) for v in self.rules()["violations"]})


if __name__ == "__main__":
    support.main()
