"""CASE/UCO, FollowTheMoney, account statements and tables of payments: published examples whole, invented files of each kind."""
import json
import unittest

import support

SHARED = support.shared()
STATEMENT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2031-03-04</Dt></BookgDt>
<NtryDtls><TxDtls><RltdPties><Cdtr><Nm>Anna</Nm></Cdtr></RltdPties></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
# nodes, records by kind
CASE = {
    "call_log.json": (15, {"message": 4}), "sms_and_contacts.json": (13, {"message": 1}),
    "message.json": (25, {"message": 4}), "cell_site.json": (18, {"cell_site": 2}),
    "mobile_device_and_sim_card.json": (10, {}), "accounts.json": (14, {}), "location.json": (2, {}),
    "Oresteia.json": (96, {"custody": 10}), "forensic_lifecycle.json": (83, {"custody": 28}),
    "urgent_evidence.json": (51, {"custody": 23})}


class Exchange(support.CaseTest):
    def ingest(self, path, *options):
        answer = self.ok("ingest", path, "--format", "auto", "--technique", "NONE", *options)
        self.assertEqual(answer["rows_read"], sum(answer[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        return answer

    def kinds(self, source):
        rows = self.ok("sql", f"SELECT kind, count(*) FROM records WHERE source = '{source}' GROUP BY kind")["rows"]
        return {kind: int(count) for kind, count in rows}

    def notice(self, answer, part):
        self.assertTrue(any(part in notice for notice in answer["notices"]), answer["notices"])


@unittest.skipIf(SHARED is None, "skipped: the public data (../shared) are absent")
class Published(Exchange):
    def case_file(self, name):
        return SHARED / "data/case_uco_examples" / name

    def test_every_case_example_with_the_counts_of_its_readme(self):
        names = {p.name for p in self.case_file("").iterdir()}
        self.assertEqual(names, set(CASE) | {"README.md"})
        for name, (nodes, kinds) in CASE.items():
            with self.subTest(file=name):
                answer = self.ingest(self.case_file(name))
                self.assertEqual((answer["format"], answer["rejected"]), ("case_uco", 0))
                self.notice(answer, f"{nodes} nodes: ")
                self.assertGreaterEqual(answer["rows_read"], nodes)
                got = self.kinds(answer["source_id"])
                for kind, count in kinds.items():
                    self.assertEqual(got[kind], count, (name, got))

    def test_calls_are_counted_by_the_network(self):
        answer = self.ingest(self.case_file("call_log.json"))
        self.notice(answer, "1862 s stated, 1858 s between")
        summary = self.ok("network", "summary", "--layer", "calls")
        self.assertEqual(summary["nodes"], 4)
        calls = [r for r in self.ok("records")["records"] if r["kind"] == "message"]
        self.assertEqual({r["duration_s"] for r in calls}, {1862})
        ended = {r["record"]["message"]["ended_at"] for r in (self.ok("trace", r["record_id"])for r in calls)}
        self.assertEqual(ended, {"2010-01-15T18:30:41.25Z"})

    def test_chain_of_custody(self):
        answer = self.ingest(self.case_file("urgent_evidence.json"))
        self.notice(answer, "chain of custody: 13 actions from 2019-01-01T14:00:00Z to 2019-01-01T15:20:00Z, unbroken")
        rows = self.ok("records", "--kind", "custody")["records"]
        times = [r["local_time"] for r in rows if r["local_time"]]
        self.assertEqual(len(times), 13)
        self.assertEqual(times, sorted(times))
        self.assertEqual((times[0], times[-1]), ("2019-01-01T14:00+00:00", "2019-01-01T15:20+00:00"))

    def test_the_model_of_followthemoney_is_no_evidence(self):
        before = self.digest()
        for name, said in (("defaultModel.json", "the FollowTheMoney model"), ("mapping_kek.yml", "a FollowTheMoney mapping"),
                           ("example_mapping.yml", "a FollowTheMoney mapping"), ("links.csv", "a table of 9 comma")):
            answer = self.refused(3, "ingest", SHARED / "data/followthemoney_model" / name, "--technique", "NONE")
            self.assertIn(said, answer.err)
        self.assertEqual(self.digest(), before)


class Invented(Exchange):
    def test_an_account_statement_that_adds_up_and_one_that_does_not(self):
        good = self.ingest(self.write("a.xml", STATEMENT.format(closing="7.50")))
        self.assertEqual((good["format"], good["stored"]), ("camt053", 1))
        self.notice(good, "= closing balance 7.50 EUR")
        bad = self.ingest(self.write("b.xml", STATEMENT.format(closing="7.49")))
        self.notice(bad, "-0.01 EUR unexplained")
        self.assertEqual(bad["duplicates"], 1)  # the same entry of two files is one payment
        summary = self.ok("network", "summary", "--layer", "payments")
        self.assertEqual((summary["nodes"], summary["edges"]), (2, 1))

    def test_a_table_of_a_bank_and_its_large_amounts(self):
        answer = self.ingest(self.write("k.csv", "date;amount;currency;from;to\n2031-03-04;123456789012345678,91;EUR;A;B\n"
                                                 "2031-03-04;1,00;EUR;A;B\n2031-03-04;1,00;EUR;A;B\n"))
        self.assertEqual((answer["format"], answer["stored"]), ("payments", 3))
        texts = {r["text"] for r in self.ok("records")["records"]}
        self.assertIn("123456789012345678.91 EUR", texts)

    def test_an_ambiguous_table_is_settled_by_a_mapping(self):
        path = self.write("m.csv", "date,amount,currency,from,to\n01/02/2031,5.00,EUR,A,B\n")
        answer = self.refused(3, "ingest", path, "--technique", "NONE")
        self.assertIn("date_order", answer.err)
        mapping = self.write("m.map", "date_order = DMY\n")
        answer = self.ok("ingest", path, "--format", "payments", "--map", mapping, "--technique", "NONE")
        self.assertEqual(answer["stored"], 1)

    def test_entities_tie_and_are_kept(self):
        lines = [{"id": "1", "schema": "Person", "properties": {"name": ["A"]}},
                 {"id": "2", "schema": "Company", "properties": {"name": ["B"]}},
                 {"id": "3", "schema": "Directorship", "properties": {"director": ["1"], "organization": ["2"], "startDate": ["2030"]}}]
        answer = self.ingest(self.write("e.json", "".join(json.dumps(l) + "\n" for l in lines)))
        self.assertEqual((answer["format"], answer["stored"]), ("followthemoney", 3))
        summary = self.ok("network", "summary", "--layer", "Directorship")
        self.assertEqual((summary["nodes"], summary["edges"]), (2, 1))

    def test_without_an_authorization_everything_is_sealed(self):
        answer = self.ok("ingest", self.write("a.xml", STATEMENT.format(closing="7.50")))
        self.assertEqual((answer["stored"], answer["quarantined"]), (0, 1))


if __name__ == "__main__":
    support.main()
