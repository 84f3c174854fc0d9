"""statement list, accept, reject, grade: the machine proposes, a named human decides, the ledger remembers."""
import json

import support

HEADER = "a,b,start,duration_s,kind,direction,cell\n"
DE, IT = "262-01-1-9", "222-01-1-9"


def n(k):
    return f"+44770090000{k}"


def fact(name, **body):
    return dict({"id": name, "kind": "fact", "source": f"report {name}", "text": name}, **body)


def uses(k, person, number, **when):
    return fact(f"U{k}", attribution=dict({"person": person, "identifier": number}, **when))


def person(k, category):
    return fact(f"C{k}", person={"id": f"P{k}", "category": category})


class Statements(support.CaseTest):
    def setUp(self):
        super().setUp()
        self.ok("user", "add", "lena", "--role", "legal")
        self.ok("user", "add", "olga", "--role", "oversight")
        self.ok("user", "add", "anton", "--role", "analyst")

    def calls(self, *rows, name="calls.csv"):
        """(a, b, "05T10:00:00", seconds, way, cell)"""
        text = HEADER + "".join(f"{a},{b},2031-03-{at}Z,{s},call,{way},{cell}\n" for a, b, at, s, way, cell in rows)
        return self.ok("ingest", self.write(name, text), "--technique", "NONE")

    def facts(self, *statements, name="facts.json"):
        content = {"case": {"title": "T", "state": "IT", "as_of": "2031-06-01", "parties": ["IT", "DE"]},
                   "statements": list(statements)}
        return self.ok("ingest", "--technique", "NONE", self.write(name, json.dumps(content)))

    def payments(self, *rows, name="payments.csv"):
        text = "payment_id,from,to,amount,currency,at\n" + "".join(
            f"{i},{a},{b},{amount},EUR,2031-03-{at}Z\n" for i, a, b, amount, at in rows)
        return self.ok("ingest", self.write(name, text), "--technique", "NONE")

    def three(self):
        self.calls((n(1), n(2), "05T10:00:00", 60, "out", DE), (n(2), n(1), "06T10:00:00", 0, "out", IT),
                   (n(1), n(3), "07T10:00:00", 60, "out", IT), (n(3), n(9), "08T10:00:00", 60, "out", DE))
        self.payments(("PAY1", n(1), n(2), 700, "09T10:00:00"), ("PAY2", n(1), n(2), 300, "10T10:00:00"))
        self.facts(*(uses(k, f"P{k}", n(k)) for k in (1, 2, 3)), person(1, "suspect"), person(2, "suspect"),
                   person(3, "smuggled_migrant"))

    def list(self, *options):
        return self.ok("--as", "lena", "statement", "list", *options)

    def found(self, kind):
        return {tuple(s["statement"]["relation"][k] for k in ("a", "b")) if kind != "presence" else
                (s["statement"]["located"]["what"], s["statement"]["located"]["state"], s["statement"]["text"].split(":")[0]): s
                for s in self.list("--kind", kind)["statements"]}

    def element(self, name, finding=None):
        finding = finding or self.ok("assess")
        waiting = list(finding["elements"])
        while waiting:
            one = waiting.pop()
            if one["id"] == name and one["children"] + one["supporting"] + one["contrary"] != []:
                return one
            if one["id"] == name:
                best = one
            waiting += one["children"]
        return best

    def test_what_is_proposed_is_conservative_and_graded_f6(self):
        self.three()
        answer = self.list()
        self.assertEqual((answer["total"], answer["proposed"], answer["accepted"]), (len(answer["statements"]), answer["total"], 0))
        for one in answer["statements"]:
            self.assertEqual((one["status"], one["statement"]["kind"], one["statement"]["grade"]), ("proposed", "assessment", "F6"))
            self.assertTrue(one["id"].startswith("MP-"))
            self.assertEqual(one["statement"]["id"], one["id"])
            for record in one["record_ids"]:
                self.ok("trace", record)
        contact = self.found("contact")
        self.assertEqual(set(contact), {("P1", "P2"), ("P1", "P3")})  # n(9) is nobody's
        self.assertEqual((contact["P1", "P2"]["records"], contact["P1", "P2"]["statement"]["relation"]["kind"]), (2, "contact"))
        self.assertEqual(contact["P1", "P2"]["record_ids"], [self.at(1, 2), self.at(1, 3)])
        transfer = self.found("transfer")
        self.assertEqual(set(transfer), {("P1", "P2")})  # directed
        self.assertEqual(transfer["P1", "P2"]["records"], 2)
        # By the cell, and of suspects, witnesses and victims only: P3 is none of them.
        self.assertEqual(set(self.found("presence")), {("suspect", "DE", "P1"), ("suspect", "IT", "P1"), ("suspect", "IT", "P2")})
        # The same again: nothing is proposed twice, and every look leaves an entry.
        before = len(self.leaves())
        self.assertEqual(self.list()["statements"], answer["statements"])
        access = self.leaves()[-1]["access"]
        self.assertEqual((access["command"], access["operation"], access["result_count"], len(self.leaves())),
                         ("statement list", "COMBINE", answer["total"], before + 1))

    def test_a_number_places_nobody_and_an_ambiguous_one_neither(self):
        # A German number served in the test network, whose code names no State; one number of two persons.
        self.calls(("+4915112345678", n(2), "05T10:00:00", 60, "out", "001-01-1-9"), (n(4), n(2), "06T10:00:00", 60, "out", DE))
        self.facts(uses(1, "P1", "+4915112345678"), uses(2, "P2", n(2)), uses(3, "P4", n(4)), uses(4, "P5", n(4)),
                   *(person(k, "suspect") for k in (1, 2, 4, 5)))
        self.assertEqual(self.found("presence"), {})
        self.assertTrue(any("several persons" in note for note in self.list()["notes"]))

    def test_presence_counts_while_the_use_is_said(self):
        self.calls((n(1), n(9), "05T10:00:00", 60, "out", DE), (n(1), n(9), "20T10:00:00", 60, "out", IT))
        self.facts(uses(1, "P1", n(1), **{"from": "2031-03-01", "to": "2031-03-10"}), person(1, "suspect"))
        self.assertEqual(set(self.found("presence")), {("suspect", "DE", "P1")})

    def test_officers_are_left_out(self):
        self.calls((n(1), n(2), "05T10:00:00", 60, "out", DE))
        self.facts(uses(1, "P1", n(1)), uses(2, "P2", n(2)), person(1, "suspect"), person(2, "undercover_officer"))
        self.assertEqual(self.found("contact"), {})
        self.assertTrue(any("officers" in note for note in self.list()["notes"]))

    def test_nothing_counts_before_acceptance_and_contact_never_fills_concert(self):
        self.three()
        before = self.ok("assess")
        contact = self.found("contact")["P1", "P2"]
        self.assertNotIn(contact["id"], json.dumps(before))
        for one in self.list("--kind", "contact")["statements"]:
            self.ok("--as", "lena", "statement", "accept", one["id"], "--grade", "A1", "--reason", "records of the operator")
        after = self.ok("assess")
        for finding in (before, after):
            self.assertEqual(self.element("untoc.2a.concert", finding)["outcome"], "undetermined")
        self.assertEqual(self.element("untoc.2a.concert", after)["supporting"], [])
        self.assertTrue(any(contact["id"] in note and "not concert" in note
                            for note in self.element("untoc.2a.concert", after)["notes"]))
        self.assertTrue(any(contact["id"] in note and "accepted by lena" in note for note in after["notices"]))
        # And neither finding of the two is lost: both derive again.
        for finding in (before, after):
            self.assertTrue(self.ok("assess", "--reproduce", finding["finding_id"])["same"])

    def test_a_transfer_becomes_a_benefit_only_in_a_named_humans_reading(self):
        self.three()
        transfer = self.found("transfer")["P1", "P2"]["id"]
        self.ok("--as", "lena", "statement", "accept", transfer, "--grade", "B2", "--reason", "statement of the bank")
        benefit = self.element("untoc.2a.benefit")
        self.assertEqual((benefit["outcome"], benefit["supporting"]), ("undetermined", []))
        self.ok("--as", "lena", "statement", "reject", transfer, "--reason", "to be read again")
        self.assertEqual(self.element("untoc.2a.benefit")["outcome"], "undetermined")
        self.ok("--as", "lena", "statement", "accept", transfer, "--read-as", "benefit", "--grade", "B2",
                "--reason", "the messages of 9 March name the sum as the driver's fee")
        finding = self.ok("assess")
        benefit = self.element("untoc.2a.benefit", finding)
        self.assertEqual(benefit["outcome"], "indicated")
        shown = [e for e in benefit["supporting"] if e["statement_id"] == transfer]
        self.assertEqual([(e["kind"], e["grade"]) for e in shown], [("fact", "B2")])
        self.assertIn("as a benefit", " ".join(n for n in finding["notices"] if transfer in n))
        self.assertIn("Accepted by lena", shown[0]["text"])
        self.assertIn("driver's fee", shown[0]["text"])
        self.assertTrue(self.ok("assess", "--reproduce", finding["finding_id"])["same"])
        # Taken back and accepted again as it was proposed, the reading is gone with the acceptance it belonged to.
        self.ok("--as", "lena", "statement", "reject", transfer, "--reason", "the fee was another's")
        self.ok("--as", "lena", "statement", "accept", transfer, "--reason", "a payment, no more")
        benefit = self.element("untoc.2a.benefit")
        self.assertEqual((benefit["outcome"], benefit["supporting"]), ("undetermined", []))
        shown = [s for s in self.list("--status", "accepted")["statements"] if s["id"] == transfer]
        self.assertEqual([(s["reading"], s["statement"]["grade"], list(s["statement"]["relation"])[:2]) for s in shown],
                         [("", "B2", ["a", "b"])])

    def test_a_proposal_stands_and_falls_with_the_authorization_its_records_name(self):
        """Each record's own authorization, else its source's; one proposal for each."""
        scope = {"data_types": ["content", "traffic", "location"], "max_hops": 3}
        order = {"technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "DE", "applicant": {"id": "P"},
                 "authorizer": {"id": "J", "role": "judge"}, "granted_at": "2031-03-01T00:00:00Z",
                 "effective_from": "2031-03-01T00:00:00Z", "expires_at": "2031-04-30T00:00:00Z", "scope": scope,
                 "targets": [{"kind": "msisdn", "value": n(1)}, {"kind": "msisdn", "value": n(2)}]}
        self.ok("authorize", "add", self.write("a.json", json.dumps([dict(order, id="A-1"), dict(order, id="A-2")])))
        text = HEADER + f"{n(1)},{n(2)},2031-03-05T10:00:00Z,60,call,out,{DE}\n"
        self.ok("ingest", self.write("one.csv", text), "--authorization", "A-1")
        self.ok("ingest", self.write("two.csv", text.replace("05T", "06T")), "--authorization", "A-2")
        self.facts(uses(1, "P1", n(1)), uses(2, "P2", n(2)), person(1, "suspect"), person(2, "suspect"))
        contacts = self.list("--kind", "contact")["statements"]
        self.assertEqual(sorted((s["statement"]["authorization_id"], s["records"]) for s in contacts), [("A-1", 1), ("A-2", 1)])
        presences = self.list("--kind", "presence")["statements"]
        self.assertEqual(sorted(s["statement"]["authorization_id"] for s in presences), ["A-1", "A-2"])
        self.assertEqual(len({s["id"] for s in contacts + presences}), 4)
        # Accepted, it falls with its authorization.
        first = next(s["id"] for s in presences if s["statement"]["authorization_id"] == "A-1")
        self.ok("--as", "lena", "statement", "accept", first, "--reason", "seen there too")
        self.assertIn("person located in DE", json.dumps(self.ok("assess")["gates"]["extradition"]))
        self.assertNotIn("person located in DE", json.dumps(self.ok("assess", "--without", "A-1")["gates"]["extradition"]))

    def test_a_file_may_call_its_statement_as_a_proposal_is_called(self):
        self.three()
        german = self.found("presence")["suspect", "DE", "P1"]["id"]
        self.facts(fact(german, located={"what": "evidence", "state": "FR"}), name="more.json")
        self.assertEqual(self.found("presence")["suspect", "DE", "P1"]["id"], german)
        self.ok("--as", "lena", "statement", "accept", german, "--reason", "two more sightings")
        gates = json.dumps(self.ok("assess")["gates"])
        self.assertIn("person located in DE", gates)
        self.assertIn(f"{german}: FR is not a Party", gates)  # the file's own, under its own name

    def test_presence_opens_extradition_once_it_is_accepted(self):
        self.three()
        german = self.found("presence")["suspect", "DE", "P1"]["id"]
        self.assertNotIn("DE", json.dumps(self.ok("assess")["gates"]["extradition"]))
        self.ok("--as", "lena", "statement", "accept", german, "--grade", "B2", "--reason", "two more sightings")
        self.assertIn("person located in DE", json.dumps(self.ok("assess")["gates"]["extradition"]))

    def test_every_decision_is_an_entry_and_rejected_ones_are_kept(self):
        self.three()
        contact = self.found("contact")["P1", "P3"]["id"]
        first = self.ok("--as", "lena", "statement", "grade", contact, "--grade", "C3", "--reason", "SIM registered late")
        self.assertEqual((first["status"], first["decision"]["grade"]), ("proposed", "C3"))
        leaf = self.leaves()[-2]
        self.assertEqual(self.leaves()[-1]["access"]["operation"], "ALTER")
        # Until somebody accepts it, what the machine says stays an assessment graded F6.
        shown = [(s["statement"]["kind"], s["statement"]["grade"]) for s in self.list()["statements"] if s["id"] == contact]
        self.assertEqual(shown, [("assessment", "F6")])
        self.assertEqual((leaf["kind"], leaf["actor"].split("+")[0].split("/")[-1], leaf["decision"]["outcome"]),
                         ("decision", "lena", "graded"))
        self.assertNotIn(contact, json.dumps(leaf))  # who spoke with whom is no business of the log
        second = self.ok("--as", "lena", "statement", "reject", contact, "--reason", "wrong number")
        self.assertEqual((second["status"], self.leaves()[second["leaf_index"]]["decision"]["outcome"]), ("rejected", "rejected"))
        shown = [s for s in self.list("--status", "rejected")["statements"]]
        self.assertEqual([(s["id"], s["status"], [(d["outcome"], d["in_effect"], d["by"]) for d in s["decisions"]]) for s in shown],
                         [(contact, "rejected", [("graded", False, "lena"), ("rejected", True, "lena")])])
        finding = self.ok("assess")
        self.assertTrue(any(contact in note and "rejected by lena" in note and "wrong number" in note for note in finding["notices"]))
        self.refused(2, "--as", "lena", "statement", "reject", contact, "--reason", "again")
        # New records change neither the decision nor its id.
        self.calls((n(1), n(3), "11T10:00:00", 60, "out", DE), name="more.csv")
        again = [s for s in self.list("--status", "rejected")["statements"]]
        self.assertEqual([(s["id"], s["records"]) for s in again], [(contact, 1)])  # what the decision was about
        text = self.ok("--as", "lena", "statement", "list", json_output=False)
        self.assertIn("wrong number", text)
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()), text)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_who_may_decide_and_what_is_refused(self):
        self.three()
        contact = self.found("contact")["P1", "P2"]["id"]
        before = self.list()["statements"]
        for user, *command in (("anton", "accept"), ("olga", "accept"), ("anton", "reject"), ("olga", "list")):
            arguments = [contact, "--reason", "because"] if command != ["list"] else []
            self.refused(4, "--as", user, "statement", *command, *arguments)
            self.assertEqual(self.leaves()[-1]["access"]["decision"], "refused")
        self.assertEqual(len(self.ok("--as", "anton", "statement", "list")["statements"]), len(before))
        for arguments in ([contact, "--reason", " "], [contact, "--reason", "x", "--grade", "Z9"],
                          [contact, "--reason", "x", "--read-as", "benefit"], ["MP-000000000000", "--reason", "x"]):
            self.refused(2, "--as", "lena", "statement", "accept", *arguments)
        self.assertEqual(self.run_palermo("--as", "lena", "statement", "accept", contact).code, 2)
        self.refused(2, "--as", "lena", "statement", "list", "--kind", "guilt")
        self.assertEqual(self.list()["statements"], before)

    def test_a_case_without_records_proposes_nothing(self):
        self.assertEqual(self.list()["statements"], [])


class Withdrawals(support.CaseTest):
    """decide --withdraw: a decision is kept, shown as withdrawn, and no longer counts."""

    def setUp(self):
        super().setUp()
        self.ok("user", "add", "lena", "--role", "legal")
        self.ok("user", "add", "anton", "--role", "analyst")
        content = {"case": {"title": "T", "state": "IT", "as_of": "2031-06-01", "parties": ["IT", "DE"]},
                   "statements": [fact(f"M{k}", membership={"person": f"P{k}", "group": "G"}) for k in (1, 2, 3)]}
        self.ok("ingest", "--technique", "NONE", self.write("facts.json", json.dumps(content)))

    def decide(self, outcome, why="heard"):
        return self.ok("--as", "lena", "decide", "untoc.2a.number", "--outcome", outcome, "--reason", why)["decision_id"]

    def number(self):
        finding = self.ok("assess")
        waiting = list(finding["elements"])
        while waiting:
            one = waiting.pop()
            if one["id"] == "untoc.2a.number":
                return finding, one
            waiting += one["children"]

    def test_a_withdrawn_decision_no_longer_counts_and_is_said(self):
        first = self.decide("undetermined", "the observers are to be heard again")
        decided, element = self.number()
        self.assertEqual((element["outcome"], element["derived"]), ("undetermined", "indicated"))
        second = self.decide("not_indicated", "two of them are one")
        self.assertEqual(self.number()[1]["outcome"], "not_indicated")
        answer = self.ok("--as", "lena", "decide", "--withdraw", second, "--reason", "passports differ")
        self.assertEqual([answer[k] for k in ("withdrawn", "element", "outcome", "decided_by", "by", "counts_now")],
                         [second, "untoc.2a.number", "not_indicated", "lena", "lena", first])
        leaf = self.leaves()[answer["leaf_index"]]
        self.assertEqual((leaf["kind"], leaf["decision"]["outcome"], leaf["decision"]["element"]),
                         ("decision", "withdrawn", "untoc.2a.number"))
        finding, element = self.number()
        self.assertEqual(element["outcome"], "undetermined")  # the one before it counts again
        self.assertEqual([d["decision_id"] for d in element["decisions"]], [first])
        said = [n for n in finding["notices"] if second in n]
        self.assertEqual(len(said), 1, finding["notices"])
        for words in (answer["decision_id"], "withdrawn by lena", "passports differ", "two of them are one", "not_indicated"):
            self.assertIn(words, said[0])
        last = self.ok("--as", "lena", "decide", "--withdraw", first, "--reason", "they were heard")
        self.assertEqual(last["counts_now"], "")
        _, element = self.number()
        self.assertEqual((element["outcome"], element["decisions"]), ("indicated", []))
        # What was found before stands as it was, and derives again.
        self.assertTrue(self.ok("assess", "--reproduce", decided["finding_id"])["same"])
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_what_cannot_be_withdrawn(self):
        first = self.decide("undetermined")
        before = self.leaves()
        self.refused(2, "--as", "lena", "decide", "--withdraw", "DEC-9", "--reason", "x")
        self.refused(2, "--as", "lena", "decide", "--withdraw", first, "--reason", " ")
        self.assertEqual(self.run_palermo("--as", "lena", "decide", "--withdraw", first).code, 2)
        self.refused(2, "--as", "lena", "decide", "untoc.2a.number", "--withdraw", first, "--reason", "x")
        self.refused(2, "--as", "lena", "decide", "untoc.2a.number", "--reason", "x")
        self.refused(2, "--as", "lena", "decide", "--outcome", "indicated", "--reason", "x")
        self.assertEqual(len(self.leaves()), len(before))
        self.refused(4, "--as", "anton", "decide", "--withdraw", first, "--reason", "x")
        withdrawal = self.ok("--as", "lena", "decide", "--withdraw", first, "--reason", "x")["decision_id"]
        self.refused(2, "--as", "lena", "decide", "--withdraw", first, "--reason", "again")
        self.refused(2, "--as", "lena", "decide", "--withdraw", withdrawal, "--reason", "again")
        self.assertEqual(self.decide("undetermined"), "DEC-3")

    def test_a_file_cannot_say_that_something_was_withdrawn_or_accepted(self):
        first = self.decide("undetermined")
        for k, element in enumerate((f"decision:{first}", "statement:MP-0000000000000000")):
            content = {"statements": [{"id": f"J{k}", "kind": "assessment", "judgement": {
                "element": element, "outcome": "withdrawn", "by": "lena", "reason": "not mine"}}]}
            self.run_palermo("--as", "lena", "ingest", "--technique", "NONE", self.write(f"j{k}.json", json.dumps(content)))
        finding, element = self.number()
        self.assertEqual(element["outcome"], "undetermined")
        self.assertFalse(any("was withdrawn by" in n or "was accepted by" in n for n in finding["notices"]), finding["notices"])


if __name__ == "__main__":
    support.main()
