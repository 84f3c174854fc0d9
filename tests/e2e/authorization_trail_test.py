"""What an authorization does not cover is sealed, counted, logged, and in no analysis."""
import json

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
TARGET, OTHER, THIRD = "+447700900001", "+447700900002", "+447700900003"


def order(**changes):
    return dict({
        "id": "AUTH-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
        "granted_at": "2024-03-01T00:00:00Z", "effective_from": "2024-03-01T00:00:00Z",
        "expires_at": "2024-03-31T23:59:59Z", "targets": [{"kind": "msisdn", "value": TARGET}],
        "scope": {"data_types": ["traffic_data"], "max_hops": 2}}, **changes)


def call(a, b, day, hour=10):
    return f"{a},{b},2024-{day}T{hour:02d}:00:00Z,60,voice,out,,,\n"


class Trail(support.CaseTest):
    def authorize(self, *orders):
        self.ok("authorize", "add", self.write("orders.json", json.dumps(list(orders))))

    def reasons(self):
        return {(i["reason"], i["count"]) for i in self.ok("quarantine", "list")["items"]}

    def test_calls_outside_time_and_target_are_held_back(self):
        self.authorize(order())
        rows = (call(TARGET, OTHER, "03-10") + call(OTHER, TARGET, "03-11") + call(TARGET, OTHER, "04-02") +
                call(TARGET, THIRD, "04-03") + call(OTHER, THIRD, "03-12"))
        answer = self.ok("ingest", self.write("c.csv", HEADER + rows), "--authorization", "AUTH-1")
        self.assertEqual((answer["rows_read"], answer["stored"], answer["quarantined"]), (5, 2, 3))
        self.assertEqual(self.reasons(), {("AU02", 2), ("SC01", 1)})
        self.assertEqual(self.ok("network", "summary")["nodes"], 2)  # the third number is in no analysis
        self.assertNotIn(THIRD.encode(), self.case.read_bytes())
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_content_under_a_traffic_order_is_held_back(self):
        self.authorize(order())
        session = {"session_id": "S1", "authorization_id": "AUTH-1", "line": TARGET, "start": "2024-03-05T10:00:00Z",
                   "end": "2024-03-05T10:05:00Z", "direction": "out", "parties": [OTHER], "kind": "voice",
                   "summary": "they agree to meet"}
        answer = self.ok("ingest", self.write("i.jsonl", json.dumps(session) + "\n"), "--authorization", "AUTH-1")
        self.assertEqual(answer["quarantined"], answer["rows_read"])
        self.assertEqual({r for r, _ in self.reasons()}, {"SC04"})
        self.assertNotIn(b"agree to meet", self.case.read_bytes())

    def test_an_intercept_of_another_line_is_held_back(self):
        self.authorize(order(kind="content_interception", scope={"data_types": ["content"], "max_hops": 1}))
        sessions = [
            {"session_id": "S1", "authorization_id": "AUTH-1", "line": TARGET, "start": "2024-03-05T10:00:00Z",
             "end": "2024-03-05T10:05:00Z", "direction": "out", "parties": [OTHER], "kind": "voice", "summary": "x"},
            {"session_id": "S2", "authorization_id": "AUTH-1", "line": OTHER, "start": "2024-03-05T11:00:00Z",
             "end": "2024-03-05T11:05:00Z", "direction": "in", "parties": [THIRD], "kind": "voice", "summary": "y"}]
        text = "".join(json.dumps(s) + "\n" for s in sessions)
        answer = self.ok("ingest", self.write("i.jsonl", text), "--authorization", "AUTH-1")
        self.assertEqual((answer["stored"], answer["quarantined"]), (1, 1))
        self.assertEqual(self.reasons(), {("SC01", 1)})

    def test_product_without_any_authorization_is_held_back(self):
        answer = self.ok("ingest", self.write("c.csv", HEADER + call(TARGET, OTHER, "03-10")))
        self.assertEqual((answer["stored"], answer["quarantined"]), (0, 1))
        self.assertEqual(self.reasons(), {("AU01", 1)})

    def held(self, authorization, day, hour=10):
        """Rule that holds one call of the target back, '' when it was stored; no analysis sees what is held."""
        Trail.files = getattr(Trail, "files", 0) + 1
        before = self.ok("network", "summary")["edges"]
        known = {i["quarantine_id"] for i in self.ok("quarantine", "list")["items"]}
        row = call(TARGET, f"+4477009001{Trail.files:02d}", day, hour)
        self.ok("ingest", self.write(f"f{Trail.files}.csv", HEADER + row), "--authorization", authorization)
        fresh = [i["reason"] for i in self.ok("quarantine", "list")["items"] if i["quarantine_id"] not in known]
        self.assertEqual(self.ok("network", "summary")["edges"], before + (not fresh))
        return fresh[0] if fresh else ""

    def test_each_way_to_be_outside_has_its_code(self):
        urgent = {"oral_at": "2024-03-04T09:00:00Z", "reason": "boat leaves tonight"}
        renewal = {"granted_at": "2024-04-05T00:00:00Z", "expires_at": "2024-04-30T00:00:00Z"}
        self.authorize(
            order(), order(id="A-CANCEL", cancelled_at="2024-03-15T12:00:00Z"), order(id="A-GAP", renewals=[renewal]),
            order(id="A-URGENT", regime="GB-RIPA", urgent=urgent, effective_from="", granted_at=""),
            order(id="A-REFUSED", urgent=dict(urgent, refused_at="2024-03-05T00:00:00Z")),
            order(id="A-LATE", regime="US-2518", urgent=dict(urgent, confirmed_at="2024-03-10T00:00:00Z")),
            order(id="A-BACKDATED", granted_at="2024-03-20T00:00:00Z"), order(id="A-DAY", expires_at="2024-03-20"),
            order(id="A-TYPE", kind="location", scope={"data_types": ["location"]}),
            order(id="A-NOBODY", targets=[]), order(id="A-ENDLESS", expires_at=""))
        for authorization, day, hour, rule in (
                ("AUTH-1", "03-10", 10, ""), ("AUTH-1", "02-28", 10, "AU02"), ("AUTH-1", "04-01", 10, "AU02"),
                ("A-CANCEL", "03-15", 11, ""), ("A-CANCEL", "03-15", 13, "AU02"),
                ("A-GAP", "04-02", 10, "AU04"), ("A-GAP", "04-06", 10, ""), ("A-GAP", "05-02", 10, "AU02"),
                ("A-URGENT", "03-07", 8, ""), ("A-URGENT", "03-07", 10, "AU06"), ("A-URGENT", "03-03", 10, "AU02"),
                ("A-REFUSED", "03-04", 12, "AU06"),
                ("A-LATE", "03-05", 10, ""), ("A-LATE", "03-08", 10, "AU06"), ("A-LATE", "03-11", 10, ""),
                ("A-BACKDATED", "03-10", 10, "AU02"), ("A-BACKDATED", "03-21", 10, ""),
                ("A-DAY", "03-20", 23, ""), ("A-DAY", "03-21", 0, "AU02"),
                ("A-TYPE", "03-10", 10, "SC04"), ("A-NOBODY", "03-10", 10, "SC01"), ("A-ENDLESS", "03-10", 10, "AU02")):
            self.assertEqual(self.held(authorization, day, hour), rule, (authorization, day, hour))
        self.assertTrue(self.ok("audit", "verify")["ok"])
        status = {a["authorization_id"]: a["status"] for a in
                  self.ok("authorize", "list", "--as-of", "2024-03-05T00:00:00Z")["authorizations"]}
        self.assertEqual(status, {
            "AUTH-1": "active", "A-CANCEL": "active", "A-GAP": "active", "A-URGENT": "unconfirmed", "A-REFUSED": "refused",
            "A-LATE": "active", "A-BACKDATED": "pending", "A-DAY": "active", "A-TYPE": "active", "A-NOBODY": "active",
            "A-ENDLESS": "invalid"})

    def test_a_decision_is_not_recorded_before_it_was_taken(self):
        self.authorize(order())
        self.refused(2, "authorize", "renew", "AUTH-1", "--granted-at", "2999-01-01T00:00:00Z", "--until",
                     "2999-02-01T00:00:00Z")
        self.ok("authorize", "renew", "AUTH-1", "--granted-at", "2024-03-20T00:00:00Z", "--until", "2024-04-20T00:00:00Z")
        entry = self.leaves()[-1]
        self.assertEqual((entry["authorization"]["action"], entry["occurred_at"]), ("renew", "2024-03-20T00:00:00.000000Z"))
        shown = self.ok("authorize", "show", "AUTH-1", "--as-of", "2024-04-01T00:00:00Z")["authorizations"][0]
        self.assertEqual((shown["status"], shown["status_reason"]), ("active", "renewed"))

    def test_the_summary_counts_calls_and_records(self):
        self.authorize(order(kind="content_interception", scope={"data_types": ["content", "traffic_data"], "max_hops": 1}))
        self.ok("ingest", self.write("c.csv", HEADER + call(TARGET, OTHER, "03-10") + call(TARGET, OTHER, "04-10")),
                "--authorization", "AUTH-1")
        session = {"session_id": "S1", "authorization_id": "AUTH-1", "line": TARGET, "start": "2024-03-05T10:00:00Z",
                   "end": "2024-03-05T10:05:00Z", "direction": "out", "parties": [OTHER], "kind": "voice", "summary": "x"}
        stored = self.ok("ingest", self.write("i.jsonl", json.dumps(session) + "\n"), "--authorization", "AUTH-1")["stored"]
        listed = self.ok("authorize", "list")["authorizations"][0]
        self.assertEqual((listed["stored"], listed["quarantined"]), (1 + stored, 1))

    def test_chaining_beyond_the_authorized_hops_is_refused_and_logged(self):
        self.authorize(order())
        rows = call(TARGET, OTHER, "03-10") + call(TARGET, THIRD, "03-11")
        self.ok("ingest", self.write("c.csv", HEADER + rows), "--authorization", "AUTH-1")
        self.assertEqual(self.ok("network", "ego", TARGET, "--hops", "2")["hops"], 2)
        answer = self.refused(4, "network", "ego", TARGET, "--hops", "3")
        self.assertIn("SC02", answer.err)
        last = self.leaves()[-1]["access"]
        self.assertEqual((last["decision"], last["rule_id"]), ("refused", "SC02"))
        self.assertEqual((last["hops_requested"], last["hops_allowed"]), (3, 2))
        # A number reached at hop 1 keeps its spent hops when it is used as the seed.
        self.ok("network", "ego", OTHER, "--hops", "1")
        self.refused(4, "network", "ego", OTHER, "--hops", "2")
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_the_ledger_holds_no_number_and_no_name(self):
        self.authorize(order())
        self.ok("ingest", self.write("c.csv", HEADER + call(TARGET, OTHER, "03-10")), "--authorization", "AUTH-1")
        self.ok("network", "ego", TARGET, "--hops", "1")
        self.assertNotIn("4477009", json.dumps(self.leaves()))


if __name__ == "__main__":
    support.main()
