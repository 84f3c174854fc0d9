"""records, trace and sql: what is stored comes back, with its line, and nothing that is held back does."""
import hashlib
import json
import os

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
A, B, C, SEALED = "+447700900001", "+447700900002", "+447700900003", "+447700900099"
ROWS = [f"{A},{B},2024-03-10T10:00:00+01:00,60,call,out,222-01-1-7,350000000000001,",
        f"{B},{A},2024-03-09T23:30:00-02:00,5,sms,in,,,",
        f"{C},{B},2024-03-11T00:00:00Z,-1,call,out,,,",
        f"{A},{C},2024-03-12T00:00:00Z,,call,out,,350000000000001,"]


class ReadBack(support.CaseTest):
    def fill(self):
        self.table = self.write("calls.csv", HEADER + "\n".join(ROWS) + "\n")
        self.ok("ingest", self.table, "--technique", "NONE", "--grading", "B2")
        self.ok("ingest", self.write("sealed.csv", HEADER + f"{A},{SEALED},2024-03-10T10:00:00Z,60,call,out,,,\n"))
        payment = {"payment_id": "P1", "from": C, "to": A, "amount": 900, "currency": "EUR",
                   "at": "2024-03-10T12:00:00Z", "reference": "deposit"}
        self.ok("ingest", self.write("p.jsonl", json.dumps(payment) + "\n"), "--technique", "NONE")

    def ids(self, *args):
        return [r["record_id"] for r in self.ok("records", *args)["records"]]

    def test_records_come_back_by_time_and_by_identifier(self):
        self.fill()
        answer = self.ok("records")
        self.assertEqual([r["record_id"] for r in answer["records"]],
                         [self.at(1, 3), self.at(1, 2), self.at(3, 1), self.at(1, 4), self.at(1, 5)])  # 01:30Z, 09:00Z, 12:00Z, …
        self.assertEqual((answer["total"], answer["quarantined"]), (5, 1))
        first = answer["records"][1]
        self.assertEqual((first["started_at"], first["local_time"]),
                         ("2024-03-10T09:00:00Z", "2024-03-10T10:00:00+01:00"))
        self.assertEqual((first["a"], first["b"], first["kind"], first["duration_s"], first["cell"], first["grade"]),
                         (A, B, "call", 60, "222-01-1-7", "B2"))
        self.assertEqual(self.ids("--number", C), [self.at(3, 1), self.at(1, 4), self.at(1, 5)])
        self.assertEqual(self.ids("--number", "00447700900003"), self.ids("--number", C))
        self.assertEqual(self.ids("--number", "350000000000001"), [self.at(1, 2), self.at(1, 5)])
        self.assertEqual(self.ids("--from", "2024-03-11", "--to", "2024-03-11"), [self.at(1, 4)])
        self.assertEqual(self.ids("--kind", "sms"), [self.at(1, 3)])
        self.assertEqual(self.ids("--kind", "payment"), [self.at(3, 1)])
        limited = self.ok("records", "--limit", "2")
        self.assertEqual((len(limited["records"]), limited["total"]), (2, 5))
        self.assertEqual(limited["records"], answer["records"][:2])
        missed, open_ended = answer["records"][3], answer["records"][4]
        self.assertEqual((missed["duration_s"], missed["flags"]), (-1, ["negative_duration", "target_perspective"]))
        self.assertIsNone(open_ended["duration_s"])

    def test_an_unknown_or_sealed_number_finds_nothing_and_is_logged_without_its_value(self):
        self.fill()
        for number in (SEALED, "+447700900055"):
            answer = self.ok("records", "--number", number)
            self.assertEqual((answer["records"], answer["total"], answer["quarantined"]), ([], 0, 1))
        access = self.leaves()[-1]["access"]
        self.assertEqual((access["command"], access["objects"]), ("records", ["identifier/unknown"]))
        self.assertNotIn("4477009", json.dumps(self.leaves()))
        self.assertEqual(self.ok("sql", f"SELECT count(*) FROM calls WHERE b = '{SEALED}'")["rows"], [[0]])

    def commit(self, operator, words):
        """As docs/formats/ledger.md has it: who holds the key file can confirm a supposed question."""
        key = next((self.folder / "keys").rglob(f"{operator}.key")).read_bytes()
        salt = hashlib.sha256(b"palermo/query/v1\n" + key.rstrip(b"\n")).digest()
        return hashlib.sha256(b"palermo/commit/v1\n" + salt + words.encode()).hexdigest()

    def test_the_words_of_a_question_are_committed_to(self):
        self.fill()
        self.ok("user", "add", "anna", "--role", "analyst")
        query = "SELECT count(*) FROM calls"
        self.ok("--as", "anna", "sql", query)
        self.assertEqual(self.leaves()[-1]["access"]["query_commit"], self.commit("anna", query))
        self.refused(4, "--as", "anna", "sql", "DELETE FROM calls")
        self.assertEqual(self.leaves()[-1]["access"]["query_commit"], self.commit("anna", "DELETE FROM calls"))
        self.ok("--as", "anna", "records", "--number", C)
        self.assertEqual(self.leaves()[-1]["access"]["query_commit"], self.commit("anna", C))
        self.ok("sql", query)  # another operator, another salt
        self.assertNotEqual(self.leaves()[-1]["access"]["query_commit"], self.commit("anna", query))
        self.ok("records")
        self.assertNotIn("query_commit", self.leaves()[-1]["access"])

    def test_trace_leads_to_the_line_of_the_file(self):
        self.fill()
        answer = self.ok("trace", self.at(1, 3), "--file", self.table)
        self.assertEqual(answer["original"], ROWS[1])
        self.assertEqual(answer["source"]["name"], "calls.csv")
        self.assertEqual(self.ok("trace", self.at(1, 3), cwd=self.folder)["original"], ROWS[1])
        elsewhere = self.folder / "elsewhere"
        os.mkdir(elsewhere)
        self.assertIn("--file", self.ok("trace", self.at(1, 3), cwd=elsewhere)["original_note"])
        self.assertEqual(self.ok("trace", self.at(3, 1))["record"]["payment"]["payment_id"], "P1")
        # A file that was changed since is not the source any more.
        self.table.write_text(HEADER)
        self.refused(3, "trace", self.at(1, 3), "--file", self.table)
        self.assertIn("SHA-256", self.ok("trace", self.at(1, 3), cwd=self.folder)["original_note"])

    def test_trace_says_what_became_of_a_line(self):
        self.fill()
        self.ok("ingest", self.write("bad.csv", HEADER + f"{A},{B},yesterday,60,call,out,,,\n"
                                     f"{A},{B},2024-05-10T10:00:00Z,60,call,out,,,\n"), "--technique", "NONE")
        self.assertIn("BAD_TIME", self.refused(2, "trace", self.at(4, 2)).err)
        self.assertIn("Q-1 (AU01)", self.refused(2, "trace", self.at(2, 2)).err)
        self.assertIn(self.at(1, 99), self.refused(2, "trace", self.at(1, 99)).err)
        self.refused(2, "trace", "nonsense")

    def test_text_after_a_quote_has_one_code_in_every_reader(self):
        calls = self.write("q.csv", HEADER + ROWS[0] + "\n" + f'"{A}"x,{B},2024-03-10T10:00:00Z,60,call,out,,,\n')
        edges = self.write("e.csv", f'source,target,weight\n{A},{B},2\n"{A}"x,{C},1\n')
        for path in (calls, edges):
            rejects = self.ok("ingest", path, "--technique", "NONE", "--keep-going")["rejects"]
            self.assertEqual([(r["line"], r["code"]) for r in rejects], [(3, "BAD_QUOTE")], path.name)

    def test_sql_reads_and_only_reads(self):
        self.fill()
        before = self.ok("sql", "SELECT a, count(*) AS calls FROM calls GROUP BY a ORDER BY calls DESC, a")
        self.assertEqual(before["columns"], ["a", "calls"])
        self.assertEqual(before["rows"], [[A, 2], [B, 1], [C, 1]])
        self.assertEqual(self.ok("sql", "SELECT weight FROM records WHERE kind = 'payment'")["rows"], [[900]])
        big = self.ok("sql", "SELECT 9007199254740993, 2.5, NULL")["rows"][0]
        self.assertEqual(big, ["9007199254740993", 2.5, None])
        for statement in ("DELETE FROM calls", "DROP TABLE leaf", "SELECT * FROM leaf", "PRAGMA user_version",
                          "ATTACH 'x' AS y", "SELECT load_extension('x')", "SELECT sealed FROM quarantine",
                          "SELECT count(*) FROM leaf", "SELECT count(*) FROM pragma_table_list",
                          "SELECT count(*) FROM json_each('[1]')", "SELECT count(*) FROM sqlite_schema"):
            self.refused(4, "sql", statement)
            access = self.leaves()[-1]["access"]
            self.assertEqual((access["command"], access["decision"]), ("sql", "refused"), statement)
        self.refused(2, "sql", "SELECT nothing FROM calls")
        self.assertEqual(self.ok("sql", "WITH busy AS (SELECT a FROM calls GROUP BY a HAVING count(*) > 1) "
                                 "SELECT count(*) FROM busy")["rows"], [[1]])
        self.refused(2, "sql", "SELECT 1; SELECT 2")
        self.refused(2, "sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
                     "--timeout", "0.2")
        self.assertTrue(self.ok("sql", "SELECT * FROM calls", "--rows", "1")["truncated"])
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_an_inspector_does_not_read_records(self):
        self.fill()
        self.ok("user", "add", "vera", "--role", "oversight")
        for command in (["records"], ["trace", self.at(1, 2)], ["sql", "SELECT 1"]):
            self.refused(4, "--as", "vera", *command)


if __name__ == "__main__":
    support.main()
