"""Chats and messages: every published export goes in with the counts of its README, and what comes out is honest."""
import json
import unittest

import support

SHARED = support.shared()
# file, zone that its local times need, messages with a sender, other records
EXPORTS = [
    ("whatsapp/test_ddmmyy_24hrs.txt", True, 7, 2), ("whatsapp/test_mmddyy_24hrs.txt", True, 7, 2),
    ("whatsapp/test_mmddyyyy_12hrs.txt", True, 7, 2), ("whatsapp/test_yyyymmdd_24hrs.txt", True, 7, 2),
    ("whatsapp/test_bracket_mmddyy_24hrs.txt", True, 7, 2), ("whatsapp/pokemon.txt", True, 19, 1),
    ("whatsapp/lorem.txt", True, 500, 0), ("telegram/test_single_export.json", False, 2, 0),
    ("telegram/test_batch_export.json", False, 2, 0), ("signal/test_export.txt", True, 2, 0),
    ("instagram/test_export.json", False, 2, 0)]
SENDERS = {
    "whatsapp/lorem.txt": {"+1 123 456 789": 145, "John": 124, "Giuseppe": 118, "Mary": 113},
    "whatsapp/pokemon.txt": {"Ash Ketchum": 4, "Misty": 4, "Brock": 3, "Prof. Oak": 2, "Raichu": 2, "Jessie & James": 1,
                             "Meowth": 1, "Wobbuffet": 1, "Pokemon Chat": 1}}


class CaseWithMessages(support.CaseTest):
    def take(self, path, *more):
        answer = self.ok("ingest", path, "--technique", "NONE", *more)
        self.assertEqual(answer["rows_read"], answer["stored"] + answer["duplicates"] + answer["quarantined"] +
                         answer["rejected"], path)
        return answer

    def messages(self, source):
        return [r for r in self.ok("records", "--kind", "message")["records"] if r["source_id"] == source]

    def bodies(self, source):
        return [json.loads(row[0])["message"] for row in
                self.ok("sql", f"SELECT json FROM records WHERE source = '{source}' ORDER BY line")["rows"]]


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class PublishedMessages(CaseWithMessages):
    def test_exports(self):
        folder = SHARED / "data" / "messaging_exports"
        for name, local, with_sender, others in EXPORTS:
            with self.subTest(file=name):
                if local:
                    before = self.digest()
                    self.assertIn("--timezone", self.refused(3, "ingest", folder / name, "--technique", "NONE").err)
                    self.assertEqual(self.digest(), before)
                answer = self.take(folder / name, *(["--timezone", "UTC"] if local else []))
                self.assertEqual(answer["format"], name.split("/")[0])
                self.assertEqual(answer["rejected"], 0)
                self.assertEqual(answer["rows_read"], with_sender + others)
                bodies = self.bodies(answer["source_id"])
                if answer["duplicates"] == 0:
                    self.assertEqual(sum(1 for b in bodies if b.get("sender")), with_sender)
                if name in SENDERS:
                    counts = {}
                    for body in bodies:
                        if body.get("sender"):
                            counts[body["sender"]] = counts.get(body["sender"], 0) + 1
                    self.assertEqual(counts, SENDERS[name])

    def test_what_the_five_layouts_of_one_chat_say(self):
        folder = SHARED / "data" / "messaging_exports" / "whatsapp"
        expected = json.loads((folder / "expected.json").read_text())
        first = None
        for path in sorted(folder.glob("test_*.txt")):
            answer = self.take(path, "--timezone", "UTC")
            if first is None:
                first = answer
                self.assertEqual(answer["stored"], 9)
                said = [(b["sent_at"].removesuffix("Z"), b["sender"], b["text"].replace("\n", " ").strip())
                        for b in self.bodies(answer["source_id"]) if b.get("sender") and b["text"] != "."]
                self.assertEqual(said[::-1], [(e["timestamp"], e["author"], e["message"]) for e in expected])
            else:  # one chat exported five times
                self.assertEqual((answer["stored"], answer["duplicates"]), (0, 9), path)

    def test_what_the_other_exports_say(self):
        folder = SHARED / "data" / "messaging_exports"
        for name in ("telegram/test_single_export.json", "signal/test_export.txt", "instagram/test_export.json"):
            expected = json.loads((folder / name).with_name("expected.json").read_text())
            answer = self.take(folder / name, "--timezone", "UTC")
            said = sorted((b["sent_at"].removesuffix("Z"), b["sender"], b["text"].replace("\n", " "))
                          for b in self.bodies(answer["source_id"]))
            self.assertEqual(said, sorted((e["timestamp"], e["author"], e["message"]) for e in expected), name)

    def test_vast_2014(self):
        folder = SHARED / "data" / "vast2014_message_stream"
        total = 0
        for name, rows in (("csv-1700-1830.csv", 1033), ("csv-1831-2000.csv", 1815), ("csv-2001-2131.csv", 1215)):
            answer = self.take(folder / name, "--timezone", "UTC")
            self.assertEqual((answer["format"], answer["rows_read"], answer["stored"]), ("vast2014", rows, rows))
            self.assertEqual(any("Windows-1252" in n for n in answer["notices"]), name == "csv-2001-2131.csv")
            total += answer["stored"]
        self.assertEqual(total, 4063)
        kinds = {}
        for record in self.ok("records", "--kind", "message")["records"]:
            kind = "dispatch" if "dispatch" in record["flags"] else "microblog"
            kinds[kind] = kinds.get(kind, 0) + 1
        self.assertEqual(kinds, {"dispatch": 191, "microblog": 3872})
        authors = self.ok("sql", "SELECT count(DISTINCT a) FROM records WHERE a <> ''")
        self.assertEqual(int(authors["rows"][0][0]), 154)
        spam = self.ok("records", "--number", "KronosQuoth")
        self.assertEqual(spam["total"], 1265)
        self.assertEqual(self.ok("audit", "verify")["ok"], True)


class Messages(CaseWithMessages):
    GROUP = ("13/01/2031, 10:00 - Ann created group \"Boat\"\n13/01/2031, 10:01 - Ann: now\n"
             "13/01/2031, 10:02 - +447700900002: yes\n13/01/2031, 10:02 - +447700900002: yes\n")

    def test_a_later_export_of_a_chat_adds_what_is_new(self):
        one = self.take(self.write("one.txt", self.GROUP), "--timezone", "UTC")
        self.assertEqual((one["stored"], one["duplicates"]), (4, 0))
        two = self.take(self.write("two.txt", self.GROUP + "14/01/2031, 10:00 - Bob: late\n"), "--timezone", "UTC")
        self.assertEqual((two["stored"], two["duplicates"]), (1, 4))

    def test_a_name_in_two_chats_is_two_identifiers(self):
        self.take(self.write("one.txt", self.GROUP), "--timezone", "UTC")
        self.take(self.write("two.txt", "13/01/2031, 11:00 - Ann: elsewhere\n"), "--timezone", "UTC")
        rows = self.ok("sql", "SELECT value FROM identifiers WHERE kind = 'account' ORDER BY value")["rows"]
        self.assertEqual(len([r for r in rows if r[0].startswith("Ann@whatsapp-")]), 2)
        self.assertEqual(self.ok("records", "--number", "Ann")["total"], 2)
        self.assertEqual(self.ok("records", "--number", "+447700900002")["total"], 2)

    def test_a_group_ties_nobody_to_anybody(self):
        self.take(self.write("one.txt", self.GROUP), "--timezone", "UTC")
        whole = self.ok("network", "summary")
        self.assertEqual((whole["nodes"], whole["edges"]), (0, 0))
        self.assertTrue(any("conversations" in n for n in whole["basis"]["notices"]), whole["basis"])
        wrote = self.ok("network", "summary", "--layer", "conversations")
        self.assertEqual((wrote["nodes"], wrote["edges"], wrote["total_weight"]), (3, 2, 3))
        self.refused(2, "network", "summary", "--layer", "messages")

    def test_a_phone_ties_its_owner_to_the_others(self):
        sms = ('<smses count="3"><sms address="+447700900002" date="1930381200000" type="1" body="a"/>'
               '<sms address="+447700900002" date="1930381260000" type="2" body="b"/>'
               '<sms address="+447700900003" date="1930381260000" type="3" body="draft"/></smses>')
        answer = self.take(self.write("sms-+447700900001.xml", sms))
        self.assertEqual(answer["stored"], 3)
        network = self.ok("network", "summary", "--layer", "messages")
        self.assertEqual((network["nodes"], network["edges"], network["total_weight"]), (2, 1, 2))
        shown = self.ok("records", "--kind", "message", json_output=False)
        self.assertIn("not_sent", shown)

    def test_the_owner_of_an_account_is_compared_with_the_authorization(self):
        order = {"id": "AUTH-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "content_interception", "state": "IT",
                 "regime": "DE-100a", "granted_at": "2031-03-01T09:00:00+01:00",
                 "effective_from": "2031-03-01T12:00:00+01:00", "expires_at": "2031-05-31T23:59:59+02:00",
                 "targets": [{"kind": "msisdn", "value": "+447700900001"}],
                 "scope": {"data_types": ["content"], "max_hops": 2}}
        self.ok("authorize", "add", self.write("order.json", json.dumps(order)))
        for owner, kept in (("+447700900001", 1), ("+447700900009", 0)):
            chat = {"personal_information": {"user_id": 7, "phone_number": owner}, "chats": {"list": [
                {"type": "personal_chat", "id": 42, "messages": [
                    {"id": 1, "type": "message", "date_unixtime": "1930381200", "from_id": "user7", "from": "x",
                     "text": owner}]}]}}
            answer = self.ok("ingest", self.write(f"{owner}.json", json.dumps(chat)), "--authorization", "AUTH-1")
            self.assertEqual((answer["stored"], answer["quarantined"]), (kept, 1 - kept), owner)

    def test_hostile_names_and_texts_are_shown_escaped(self):
        text = "13/01/2031, 10:01 - Ev\x1b[31mil\u202e: <script>\x07\n"
        self.take(self.write("one.txt", text), "--timezone", "UTC")
        shown = self.ok("records", json_output=False)
        self.assertNotIn("\x1b", shown)
        self.assertNotIn("\x07", shown)
        self.assertNotIn("\u202e", shown)

    def test_an_undecided_date_order_asks(self):
        path = self.write("one.txt", "01/02/2031, 10:00 - A: x\n")
        before = self.digest()
        answer = self.refused(3, "ingest", path, "--technique", "NONE", "--timezone", "UTC")
        self.assertIn("--format whatsapp_dmy", answer.err)
        self.assertEqual(self.digest(), before)
        self.take(path, "--timezone", "UTC", "--format", "whatsapp_dmy")


if __name__ == "__main__":
    support.main()
