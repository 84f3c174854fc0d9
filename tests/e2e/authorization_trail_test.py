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
