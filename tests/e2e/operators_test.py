"""Cases, operators, authorizations: who may do what, and what is left behind when it goes wrong."""
import json

import support

ORDER = {
    "id": "AUTH-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
    "regime": "DE-100a", "granted_at": "2024-03-01T09:00:00+01:00",
    "effective_from": "2024-03-01T12:00:00+01:00", "expires_at": "2024-05-31T23:59:59+02:00",
    "targets": [{"kind": "msisdn", "value": "+447700900001"}],
    "scope": {"data_types": ["traffic_data"], "max_hops": 2},
}


class Operators(support.CaseTest):
    def test_a_case_is_never_overwritten(self):
        before = self.digest()
        answer = self.refused(3, "init", "--title", "Again", "--state", "IT")
        self.assertIn("exists already", answer.err)
        self.assertEqual(self.digest(), before)

    def test_a_new_case_verifies_and_names_its_operator(self):
        kinds = [leaf["kind"] for leaf in self.leaves()]
        self.assertEqual(kinds, ["case_opened", "operator_added"])
        self.assertEqual(self.ok("audit", "verify")["ok"], True)

    def test_a_role_that_may_not_is_refused_and_the_refusal_is_logged(self):
        added = self.ok("user", "add", "olga", "--role", "oversight")
        self.assertEqual(set(added), {"name", "role", "key_id", "vkey"})
        order = self.write("order.json", json.dumps(ORDER))
        self.refused(4, "--as", "olga", "authorize", "add", order)
        last = self.leaves()[-1]
        self.assertEqual(last["access"]["decision"], "refused")
        self.assertTrue(last["actor"].endswith("/olga"))

    def test_a_judgement_comes_in_only_through_an_operator_who_may_decide(self):
        self.ok("user", "add", "anna", "--role", "analyst")
        facts = {"case": {"title": "T", "state": "IT"}, "statements": [
            {"id": "S1", "kind": "fact", "membership": {"person": "Alder", "group": "Quay"}}]}
        judgement = {"id": "J1", "kind": "fact", "judgement": {
            "element": "untoc.3.2.b", "outcome": "indicated", "by": "Somebody", "reason": "because"}}
        clean = self.write("clean.json", json.dumps(facts))
        facts["statements"].append(judgement)
        judged = self.write("judged.json", json.dumps(facts))
        lines = self.write("judged.jsonl", json.dumps(judgement) + "\n")
        ingest = ("ingest", "--technique", "NONE")
        for file in (judged, lines):
            for more in ((), ("--dry-run",)):
                before = len(self.leaves())
                answer = self.refused(4, "--as", "anna", *ingest, *more, file)
                self.assertIn("J1", answer.err)
                self.assertIn("palermo decide", answer.err)
                leaves = self.leaves()
                self.assertEqual(len(leaves), before + 1)
                self.assertEqual(leaves[-1]["access"]["decision"], "refused")
                self.assertEqual(leaves[-1]["access"]["rule_id"], "ROLE")
                self.assertTrue(leaves[-1]["actor"].endswith("/anna"))
        self.assertEqual(self.ok("--as", "anna", *ingest, clean)["stored"], 2)
        self.assertEqual(self.outcome_of("untoc.3.2.b"), "undetermined")
        self.assertEqual(self.ok("assess", "--facts", judged)["lens"], "all")  # a world of its own
        # The first operator is admin too, and may decide.
        self.assertEqual(self.ok(*ingest, lines)["stored"], 1)
        self.assertEqual(self.outcome_of("untoc.3.2.b"), "indicated")
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def outcome_of(self, wanted):
        def find(elements):
            for element in elements:
                if element["id"] == wanted:
                    return element["outcome"]
                found = find(element["children"])
                if found:
                    return found
            return None
        return find(self.ok("assess")["elements"])

    def test_the_legal_report_is_only_for_those_who_may_assess(self):
        for name, role in (("olga", "oversight"), ("lena", "legal"), ("hugo", "handler")):
            self.ok("user", "add", name, "--role", role)
        page = self.folder / "r.html"
        report = ("report", "--audience", "legal", "--format", "html", "-o", page)
        for name in ("olga", "hugo"):
            self.refused(4, "--as", name, *report)
            self.assertFalse(page.exists())
            last = self.leaves()[-1]
            self.assertEqual(last["access"]["decision"], "refused")
            self.assertTrue(last["actor"].endswith("/" + name))
        self.ok("--as", "lena", *report)
        self.assertTrue(page.exists())

    def test_an_unknown_operator_is_refused(self):
        self.refused(4, "--as", "nobody", "authorize", "list")

    def test_no_case_named_is_a_usage_error(self):
        import subprocess
        run = subprocess.run([support.BINARY, "authorize", "list"], capture_output=True, text=True, env=self.env)
        self.assertEqual(run.returncode, 2)

    def test_a_name_that_could_leave_the_key_folder_is_refused(self):
        for name in ("../x", "a b", "", ".hidden", "a/b", "ä"):
            self.refused(2, "user", "add", name, "--role", "legal")


class Authorizations(support.CaseTest):
    def test_added_listed_shown_and_cancelled(self):
        order = self.write("order.json", json.dumps(ORDER))
        added = self.ok("authorize", "add", order)
        self.assertEqual(added["authorization_id"], "AUTH-1")
        self.assertEqual(added["status"], "expired")
        again = self.ok("authorize", "add", order)  # the second run changes nothing
        self.assertIn("already", again["notices"][0])
        self.assertEqual(sum(leaf["kind"] == "authorization" for leaf in self.leaves()), 1)
        cancelled = self.ok("authorize", "cancel", "AUTH-1", "--at", "2024-04-01T00:00:00Z", "--reason", "arrest")
        self.assertEqual(cancelled["status"], "cancelled")
        self.refused(4, "authorize", "renew", "AUTH-1", "--granted-at", "2024-04-02T00:00:00Z",
                     "--until", "2024-07-01T00:00:00Z")
        self.assertEqual(self.ok("authorize", "show", "AUTH-1")["authorization"]["cancelled_at"],
                         "2024-04-01T00:00:00Z")
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_an_instrument_is_not_changed_by_adding_it_again(self):
        self.ok("authorize", "add", self.write("a.json", json.dumps(ORDER)))
        before = self.digest()
        changed = dict(ORDER, expires_at="2025-05-31T23:59:59+02:00")
        answer = self.refused(3, "authorize", "add", self.write("b.json", json.dumps(changed)))
        self.assertIn("other content", answer.err)
        self.assertEqual(self.digest(), before)

    def test_broken_files_name_the_place_and_store_nothing(self):
        before = self.digest()
        for content, words in [
            (b"", "empty"), (b'{"id":"A"', "truncated"), (b"\xff\xfe{\x00", "UTF-8"),
            (b'{"id":"A","targts":[]}', "did you mean 'targets'"),
            (json.dumps(dict(ORDER, expires_at="2024-05-31T10:00:00")).encode(), "no time zone"),
            (b"[]", "no authorization"),
        ]:
            answer = self.refused(3, "authorize", "add", self.write("x.json", content))
            self.assertIn(words, answer.err)
        self.refused(3, "authorize", "add", self.folder)
        self.refused(3, "authorize", "add", self.folder / "absent.json")
        self.assertEqual(self.digest(), before)

    def test_the_ledger_holds_no_target_number(self):
        self.ok("authorize", "add", self.write("a.json", json.dumps(ORDER)))
        self.assertNotIn("447700900001", json.dumps(self.leaves()))


if __name__ == "__main__":
    support.main()
