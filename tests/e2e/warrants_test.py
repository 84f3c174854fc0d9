"""Warrants (ETSI TS 103 120) and orders to network elements (ETSI TS 103 221-1), as their READMEs say what they mean."""
import unittest

import support

SHARED = support.shared()
AS_OF = "2015-10-01T00:00:00Z"


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class Hi1(support.CaseTest):
    def add(self, *names):
        return self.ok("authorize", "add", *[SHARED / "data/etsi_ts103120_hi1/examples" / f"{n}.xml" for n in names])

    def status(self, name="W000001"):
        return self.ok("authorize", "show", name, "--as-of", AS_OF)

    def noted(self, answer, *parts):
        self.assertTrue(any(all(p in note for p in parts) for note in answer["notices"]), (parts, answer["notices"]))

    def test_an_authorisation_without_warrant_document_is_recorded_and_covers_nothing(self):
        answer = self.add("request1")
        self.assertEqual((answer["authorization_id"], answer["status"]), ("W000001", "invalid"))
        shown = self.status()
        self.assertEqual(shown["status"], "invalid")
        self.assertIn("not associated with a warrant document", shown["authorizations"][0]["status_reason"])
        a = shown["authorization"]
        self.assertEqual([(t["kind"], t["value"]) for t in a["targets"]], [("msisdn", "+442079460223")])
        self.assertEqual((a["effective_from"], a["expires_at"]), ("2015-09-01T12:00:00Z", "2015-12-01T12:00:00Z"))
        self.assertEqual(a["scope"]["data_types"], ["content", "traffic_data"])
        self.assertEqual(a["granted_at"], "")
        self.noted(answer, "LIID1", "DeliveryDetails", "CSPID")

    def test_nothing_is_covered_until_the_document_comes(self):
        calls = self.write("calls.jsonl", '{"session_id": "I-1", "authorization_id": "W000001", "line": "+442079460223",'
                           ' "start": "2015-09-15T08:00:00Z", "summary": "words"}\n')
        self.add("request1")
        held = self.ok("ingest", calls)
        self.assertEqual((held["stored"], held["quarantined"]), (0, 1))
        self.add("request3")
        later = self.write("later.jsonl", calls.read_text().replace("I-1", "I-2"))
        self.assertEqual(self.ok("ingest", later)["stored"], 1)
        outside = self.write("outside.jsonl", calls.read_text().replace("I-1", "I-3").replace("2015-09-15", "2015-12-02"))
        self.assertEqual(self.ok("ingest", outside)["quarantined"], 1)

    def test_questions_and_answers_change_nothing(self):
        self.add("request1")
        before = self.status()
        for name, word in (("response1", "CREATEResponse"), ("request2", "GET"), ("response2", "Invalid"),
                           ("response3", "Active"), ("error", "bau")):
            answer = self.add(name)
            self.noted(answer, word, "changes nothing")
            self.noted(answer, "nothing was changed in the case")
        self.noted(self.add("response2"), "LIID1", "3000")
        self.assertEqual(self.status(), before)

    def test_document_and_update_make_it_active(self):
        self.add("request1")
        answer = self.add("request3")
        self.assertEqual(answer["authorization_id"], "W000001")
        shown = self.status()
        self.assertEqual((shown["status"], shown["authorizations"][0]["rev"]), ("active", 2))
        a = shown["authorization"]
        self.assertEqual((a["authorizer"]["id"], a["granted_at"]), ("John Doe", "2015-09-01T12:00:00Z"))
        # The update named only AssociatedObjects: all other members stand as they were.
        self.assertEqual((a["reference"], a["expires_at"]), ("W000001", "2015-12-01T12:00:00Z"))
        self.assertEqual([o["generation"] for o in a["handover"] if o["type"] == "AuthorisationObject"], [2])
        self.noted(self.add("request3"), "nothing was changed in the case")
        self.assertEqual([l for l in self.leaves() if "authorization" in l][-1]["authorization"]["action"], "amend")
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_files_of_one_exchange_apply_by_their_time(self):
        self.add("request3", "response2", "request1", "request2")
        self.assertEqual(self.status()["status"], "active")

    def test_an_update_of_what_nobody_made_is_told(self):
        answer = self.add("request3")
        self.assertEqual(answer["authorizations"], [])
        self.noted(answer, "UPDATE of object 7dbbc880-8750-4d3c-abe7-ea4a17646045", "not applied")
        self.noted(answer, "document W000001", "tied to no authorisation")

    def test_a_task_beyond_its_authorisation_is_named_and_the_excess_not_taken(self):
        answer = self.add("request4")
        self.noted(answer, "XX-ACTOR01-1234", "29 days more", "W000001", "not taken")
        a = self.status()["authorization"]
        self.assertEqual(a["kind"], "traffic_data")
        self.assertEqual([(t["from"], t["to"]) for t in a["targets"]], [("2019-09-30T12:00:00Z", "2019-12-01T12:00:00Z")])
        self.assertEqual(self.status()["status"], "invalid")

    def test_one_identifier_used_again_years_later_is_another_object(self):
        self.add("request1", "request3")
        answer = self.add("request4")
        self.assertEqual(answer["authorization_id"], "W000001@2019-09-30")
        self.noted(answer, "unrelated")
        self.assertEqual(self.status()["status"], "active")  # the warrant of 2015 is what it was
        self.assertEqual(self.status("W000001@2019-09-30")["status"], "invalid")  # and does not cover that of 2019

    def test_together_in_any_order_too(self):
        self.add("request4", "request3", "request1")
        self.assertEqual(self.status()["status"], "active")
        self.assertEqual(self.status("W000001@2019-09-30")["status"], "invalid")

    def test_other_xml_is_refused(self):
        before = self.digest()
        x1 = SHARED / "data/etsi_ts103221_x1"
        answer = self.refused(3, "authorize", "add", x1 / "examples/ActivateTaskRequest_example.xml")
        self.assertIn("X1", answer.err)
        self.refused(3, "authorize", "add", x1 / "more_examples/xxe.xml")
        self.refused(3, "authorize", "add", SHARED / "data/etsi_ts103120_hi1/schema/ts_103120_Core.xsd")
        self.assertEqual(self.digest(), before)


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class X1(support.CaseTest):
    def path(self, name):
        folder = SHARED / "data/etsi_ts103221_x1"
        return next(p for p in (folder / "examples" / name, folder / "more_examples" / name) if p.exists())

    def records(self):
        ids = [r["record_id"] for r in self.ok("records")["records"]]
        return [self.ok("trace", i)["record"]["technique_use"] for i in ids]

    def test_orders_become_technique_uses(self):
        for name in ("ActivateTaskRequest", "ModifyTaskRequest", "DeactivateTaskRequest"):
            answer = self.ok("ingest", self.path(f"{name}_example.xml"), "--format", "auto", "--technique", "NONE")
            self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("etsi_x1", 1, 1))
        uses = self.records()
        self.assertEqual(len(uses), 3)
        task = "29f28e1c-f230-486a-a860-f5a784ab9172"
        first = next(u for u in uses if u["use_id"] == task)
        self.assertEqual((first["targets"], first["kind"], first["started_at"], first["operators"], first["place"]),
                         (["+447700900000"], "content_interception", "2017-10-06T18:46:21.247432Z", ["admfID"], "neID"))
        self.assertTrue(all(u["use_id"].startswith(task) for u in uses))
        self.assertEqual([u["ended_at"] for u in uses if u["ended_at"]], ["2017-10-06T18:46:21.429594Z"])

    def test_every_published_message_is_read_or_says_why_not(self):
        folder = SHARED / "data/etsi_ts103221_x1"
        read = {}
        for path in sorted([*folder.glob("examples/*.xml"), *folder.glob("more_examples/*.xml")]):
            answer = self.run_palermo("ingest", path, "--format", "auto", "--technique", "NONE", "--dry-run")
            self.assertIn(answer.code, (0, 3), f"{path.name}: {answer.err}")
            if answer.code == 0:
                read[path.name] = (answer.json["rows_read"], [r["code"] for r in answer.json["rejects"]])
        self.assertEqual(read, {
            "ActivateTaskRequest_LIHIQR.xml": (1, []),
            "ActivateTaskRequest_example.xml": (1, []),
            "CreateDestinationSet_example.xml": (4, ["X1_DESTINATION"] * 3),
            "CreateHashedID_example.xml": (2, ["X1_DESTINATION"]),
            "DeactivateTaskRequest_example.xml": (1, []),
            "ModifyTaskRequest_example.xml": (1, [])})

    def test_an_external_entity_is_refused(self):
        before = self.digest()
        answer = self.refused(3, "ingest", self.path("xxe.xml"), "--technique", "NONE")
        self.assertIn("DOCTYPE", answer.err)
        self.assertEqual(self.digest(), before)

    def test_refusals_say_what_the_file_is(self):
        for name, word in (("MultiRequest_example.xml", "2 PingRequest"), ("EmptyRequest_example.xml", "without a message"),
                           ("BadVersionRequest_example.xml", "1 PingRequest"), ("TopLevelErrorResponse_example.xml", "top-level error"),
                           ("NoResponsesInResponseContainer_example.xml", "without a message"),
                           ("ErrorResponse_example.xml", "1 ErrorResponse"), ("MultipleResponses_example.xml", "2 PingResponse")):
            self.assertIn(word, self.refused(3, "ingest", self.path(name), "--technique", "NONE").err, name)


if __name__ == "__main__":
    support.main()
