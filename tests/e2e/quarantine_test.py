"""The two ways out of quarantine, and that neither is a back door."""
import base64
import json
import os
import shutil
import sqlite3

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
TARGET, OTHER, THIRD = "+447700900001", "+447700900002", "+447700900003"


def order(**changes):
    return dict({
        "id": "AUTH-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
        "granted_at": "2024-03-01T00:00:00Z", "effective_from": "2024-03-01T00:00:00Z",
        "expires_at": "2024-03-31T23:59:59Z", "targets": [{"kind": "msisdn", "value": TARGET}],
        "scope": {"data_types": ["traffic_data"], "max_hops": 2}}, **changes)


def call(a, b, day):
    return f"{a},{b},2024-{day}T10:00:00Z,60,voice,out,,,\n"


def session(number, day, **changes):
    return json.dumps(dict({
        "session_id": f"S{number}", "authorization_id": "AUTH-1", "line": TARGET, "start": f"2024-{day}T10:00:00Z",
        "end": f"2024-{day}T10:05:00Z", "direction": "out", "parties": [OTHER], "kind": "voice",
        "summary": f"they agree to meet at harbour {number}"}, **changes)) + "\n"


class Quarantine(support.CaseTest):
    def setUp(self):
        super().setUp()
        for name, role in (("olga", "oversight"), ("leo", "legal"), ("ana", "analyst"), ("hans", "handler")):
            self.ok("user", "add", name, "--role", role)

    def authorize(self, *orders):
        self.ok("authorize", "add", self.write("orders.json", json.dumps(list(orders))))

    def ingest_calls(self):
        """Two covered calls, three of April, one of nobody's."""
        self.authorize(order())
        rows = (call(TARGET, OTHER, "03-10") + call(OTHER, TARGET, "03-11") + call(TARGET, THIRD, "04-02") +
                call(TARGET, OTHER, "04-03") + call(OTHER, THIRD, "03-12") + call(TARGET, THIRD, "05-09"))
        answer = self.ok("ingest", self.write("c.csv", HEADER + rows), "--authorization", "AUTH-1")
        self.assertEqual((answer["stored"], answer["quarantined"]), (2, 4))
        self.items = {(i["reason"], i["status"]): i for i in self.ok("quarantine", "list")["items"]}
        return self.items["AU02", "held"]["quarantine_id"], self.items["SC01", "held"]["quarantine_id"]

    def ingest_sessions(self):
        self.authorize(order(kind="content_interception", scope={"data_types": ["content"], "max_hops": 1}))
        text = session(1, "03-05") + session(2, "04-05") + session(3, "06-05")
        answer = self.ok("ingest", self.write("i.jsonl", text), "--authorization", "AUTH-1")
        self.assertGreater(answer["quarantined"], 0)
        return self.ok("quarantine", "list")["items"][0]["quarantine_id"]

    def verify(self):
        answer = self.run_palermo("audit", "verify")
        self.assertEqual(answer.code, 0, answer.out)

    def counts(self):
        with sqlite3.connect(self.case) as db:
            leaf = db.execute("SELECT bytes FROM leaf, entry_head WHERE leaf.idx = entry_head.leaf AND kind = 'source'").fetchone()
        counts = json.loads(leaf[0])["source"]
        names = ("rows_read", "stored", "duplicates", "quarantined", "rejected")
        counts = tuple(counts.get(n, 0) for n in names)
        self.assertEqual(counts[0], sum(counts[1:]))
        return counts

    def renew(self, until="2024-04-30T23:59:59Z"):
        self.ok("authorize", "renew", "AUTH-1", "--granted-at", "2024-03-20T00:00:00Z", "--until", until)

    def test_looking_at_authorizations_and_quarantine_is_logged(self):
        self.ingest_calls()
        for words, objects in ((["quarantine", "list"], None), (["authorize", "list"], None),
                               (["authorize", "show", "AUTH-1"], ["authorization/AUTH-1"])):
            before = len(self.leaves())
            self.ok("--as", "olga", *words)
            entries = self.leaves()[before:]
            self.assertEqual(len(entries), 1, words)
            access = entries[0]["access"]
            self.assertTrue(entries[0]["actor"].endswith("/olga"))
            self.assertEqual((access["command"], access["operation"], access["decision"], access.get("objects")),
                             (" ".join(words[:2]), "CONSULT", "allowed", objects))
        self.verify()

    def test_a_renewal_releases_what_it_covers_and_no_more(self):
        late, _ = self.ingest_calls()
        nobody = self.ok("quarantine", "release", late, "--authorization", "AUTH-1")
        self.assertEqual((nobody["released"], nobody["still_held"]), (0, 3))  # not amended yet
        self.assertEqual(self.leaves()[-1]["access"]["operation"], "UNSEAL")
        self.renew()
        answer = self.ok("quarantine", "release", late, "--authorization", "AUTH-1")
        self.assertEqual((answer["released"], answer["stored"], answer["still_held"]), (2, 2, 1))
        self.assertIn("is dated 2024-03-20T00:00:00.000000Z, and was recorded at", answer["notices"][0])
        rest = [i for i in answer["items"] if i["status"] == "held"][0]
        self.assertEqual((rest["count"], rest["reason"], rest["first_line"]), (1, "AU02", 7))
        self.assertEqual(self.counts(), (6, 4, 0, 2, 0))
        self.assertEqual(self.ok("network", "summary")["nodes"], 3)
        self.verify()
        listed = self.ok("authorize", "list")["authorizations"][0]
        self.assertEqual((listed["stored"], listed["quarantined"]), (4, 2))
        release = [leaf["quarantine"] for leaf in self.leaves() if leaf.get("quarantine", {}).get("action") == "release"]
        self.assertEqual([(r["count"], r["stored"], r["remainder"]) for r in release], [(2, 2, rest["quarantine_id"])])
        again = self.ok("quarantine", "release", late, "--authorization", "AUTH-1")
        self.assertIn("was released before; nothing was changed", again["notices"][0])
        self.verify()
        # The rest is held under its own name and can be destroyed under it.
        self.ok("--as", "olga", "quarantine", "destroy", rest["quarantine_id"], "--order", "Court 7/24")
        self.verify()

    def test_released_calls_keep_their_lines_and_join_what_was_there(self):
        late, _ = self.ingest_calls()
        self.renew("2024-12-31T00:00:00Z")
        self.ok("quarantine", "release", late, "--authorization", "AUTH-1")
        with sqlite3.connect(self.case) as db:
            rows = db.execute("SELECT source, records FROM segment ORDER BY id").fetchall()
        self.assertEqual(rows, [(1, 2), (1, 3)])
        self.verify()
        # The same file once more is still the same file, and says what is held today.
        again = self.ok("ingest", self.folder / "c.csv", "--authorization", "AUTH-1")
        self.assertTrue(again["already_known"])
        self.assertIn("1 of its rows", " ".join(again["notices"]))

    def test_a_call_that_came_in_elsewhere_meanwhile_is_a_duplicate(self):
        late, _ = self.ingest_calls()
        self.renew()
        self.ok("ingest", self.write("d.csv", HEADER + call(TARGET, OTHER, "04-03")), "--authorization", "AUTH-1")
        answer = self.ok("quarantine", "release", late, "--authorization", "AUTH-1")
        self.assertEqual((answer["stored"], answer["duplicates"], answer["still_held"]), (1, 1, 1))
        self.verify()

    def test_an_oversight_decision_releases_all_with_its_reason(self):
        _, stranger = self.ingest_calls()
        for name in (None, "ana", "leo", "hans"):
            who = ("--as", name) if name else ()
            self.refused(4, *who, "quarantine", "release", stranger, "--reason", "needed")
            self.assertEqual(self.leaves()[-1]["access"]["decision"], "refused")
        self.refused(2, "--as", "olga", "quarantine", "release", stranger)
        answer = self.ok("--as", "olga", "quarantine", "release", stranger, "--reason", "Decision 12 of Judge Bianchi")
        self.assertEqual(answer["released"], 1)
        self.verify()
        self.assertNotIn("Bianchi", json.dumps(self.leaves()))  # words are committed to, not told
        self.assertIn(b"Bianchi", b"".join(p.read_bytes() for p in self.folder.glob("case.palermo*")))

    def test_sessions_come_back_as_records(self):
        held = self.ingest_sessions()
        self.refused(4, "--as", "ana", "quarantine", "release", held, "--authorization", "AUTH-1")
        self.renew()
        answer = self.ok("--as", "leo", "quarantine", "release", held, "--authorization", "AUTH-1")
        self.assertEqual((answer["stored"], answer["still_held"]), (1, 1))
        with sqlite3.connect(self.case) as db:
            rows = db.execute("SELECT id, line FROM record WHERE kind = 'intercept' ORDER BY seq").fetchall()
        self.assertEqual(rows, [(self.at(1, 1), 1), (self.at(1, 2), 2)])
        self.verify()
        with sqlite3.connect(self.case) as db:
            db.execute("UPDATE record SET payload = CAST(replace(CAST(payload AS TEXT), 'harbour 1', 'harbour 9') AS BLOB)")
        self.assertEqual(self.run_palermo("audit", "verify").code, 5)
        # Altered records get no new root under a clean signature.
        self.renew("2024-12-31T00:00:00Z")
        rest = [i for i in self.ok("quarantine", "list")["items"] if i["status"] == "held"][0]["quarantine_id"]
        self.refused(5, "quarantine", "release", rest, "--authorization", "AUTH-1")

    def test_what_was_put_into_quarantine_from_outside_is_not_released(self):
        late, stranger = self.ingest_calls()
        with sqlite3.connect(self.case) as db:
            blob = db.execute("SELECT sealed, sha256 FROM quarantine WHERE seq = ?", (stranger[2:],)).fetchone()
            db.execute("UPDATE quarantine SET sealed = ?, sha256 = ? WHERE seq = ?", (*blob, late[2:]))
        before = len(self.leaves())
        self.refused(5, "--as", "olga", "quarantine", "release", late, "--reason", "x")
        self.refused(5, "--as", "olga", "quarantine", "destroy", late, "--order", "x")
        self.assertEqual((len(self.leaves()), self.ok("quarantine", "list")["total"]), (before, 4))

    def test_destroyed_product_is_gone_and_accounted_for(self):
        late, _ = self.ingest_calls()
        with sqlite3.connect(self.case) as db:
            sealed, digest = db.execute("SELECT sealed, sha256 FROM quarantine WHERE seq = ?", (late[2:],)).fetchone()
        for who in ((), ("--as", "ana"), ("--as", "hans")):
            self.refused(4, *who, "quarantine", "destroy", late, "--order", "mine")
        self.assertEqual(self.run_palermo("--as", "olga", "quarantine", "destroy", late).code, 2)  # on whose order?
        answer = self.ok("--as", "olga", "quarantine", "destroy", late, "--order", "Court of Musterstadt 7/24")
        self.assertEqual((answer["destroyed"], answer["search_hits"]), (3, 0))
        everything = b"".join(p.read_bytes() for p in self.folder.glob("case.palermo*"))
        for at in range(0, len(sealed) - 16, 16):
            self.assertNotIn(sealed[at:at + 16], everything)
        with sqlite3.connect(self.case) as db:
            row = db.execute("SELECT length(sealed), sha256, status FROM quarantine WHERE seq = ?", (late[2:],)).fetchone()
        self.assertEqual(row, (0, digest, "destroyed"))
        entry = [leaf for leaf in self.leaves() if leaf["kind"] == "destruction"]
        self.assertEqual([e["destruction"]["objects"] for e in entry], [[late], [late]])
        self.assertEqual(entry[0]["destruction"]["ground"], "UNLAWFUL")
        self.assertEqual(entry[1]["destruction"]["verified_by"], "olga")
        self.verify()
        size = len(self.leaves())
        again = self.ok("--as", "olga", "quarantine", "destroy", late, "--order", "again")
        self.assertIn("was destroyed before; nothing was changed", again["notices"][0])
        self.ok("--as", "olga", "quarantine", "release", late, "--reason", "too late")
        self.assertEqual(len(self.leaves()), size)
        listed = self.ok("quarantine", "list")
        self.assertEqual(listed["total"], 1)
        with sqlite3.connect(self.case) as db:
            db.execute("UPDATE quarantine SET sealed = ?, status = 'held' WHERE seq = ?", (sealed, late[2:]))
        self.assertEqual(self.run_palermo("audit", "verify").code, 5)

    def test_without_the_quarantine_key_nothing_opens(self):
        late, _ = self.ingest_calls()
        self.renew()
        os.remove(next((self.folder / "keys").glob("*/quarantine.key")))
        before = len(self.leaves())
        answer = self.refused(4, "quarantine", "release", late, "--authorization", "AUTH-1")
        self.assertIn("quarantine.key cannot be used", answer.err)
        self.assertEqual(len(self.leaves()), before)

    def test_keys_are_their_owners_alone_and_nowhere_in_the_case(self):
        self.ingest_calls()
        secrets = []
        for path in (self.folder / "keys").rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o777, 0o700 if path.is_dir() else 0o600, path)
            if path.is_file():
                # PRIVATE+KEY+NAME+hash+base64, or the base64 alone
                secrets.append(path.read_text().strip().split("+", 4)[-1] if path.name != "quarantine.key"
                               else path.read_text().strip())
        self.assertGreaterEqual(len(secrets), 6)
        everything = b"".join(p.read_bytes() for p in self.folder.glob("case.palermo*"))
        logged = self.run_palermo("quarantine", "list").err
        for secret in secrets:
            self.assertEqual(len(base64.b64decode(secret)) in (32, 33), True)
            for form in (secret.encode(), base64.b64decode(secret)[-32:]):
                self.assertFalse(form in everything)
            self.assertFalse(secret in logged)

    def test_names_that_are_none(self):
        late, _ = self.ingest_calls()
        for name in ("Q-99", "Q-", "1", "Q-x", "Q-99999999999999999999"):
            answer = self.run_palermo("--as", "olga", "quarantine", "destroy", name, "--order", "x")
            self.assertIn(answer.code, (2, 3), name)
        self.refused(2, "--as", "olga", "quarantine", "destroy", late, late, "--order", "x")
        self.refused(2, "--as", "olga", "quarantine", "destroy", late, "--order", " ")
        self.refused(2, "--as", "olga", "quarantine", "release", late, "--reason", "\t")
        self.refused(2, "quarantine", "release", late, "--authorization", "AUTH-9")
        self.verify()

    def test_an_identifier_cannot_be_exchanged(self):
        """Calls name identifiers by number: whoever changes the number's meaning changes every call."""
        self.ingest_calls()
        with sqlite3.connect(self.case) as db:
            db.execute("UPDATE identifier SET value = '+447700900999' WHERE value = ?", (OTHER,))
        answer = self.run_palermo("audit", "verify")
        self.assertEqual((answer.code, answer.json["reason_codes"]), (5, ["ALTERED"]))
        self.assertIn("identifiers 1-2", answer.json["problems"][0]["where"])


if __name__ == "__main__":
    support.main()
