"""The JSON keys and exit codes that other programs rely on, command by command, on the simulated case."""
import json
import subprocess

import support

METRICS = {"id", "label", "degree", "in_degree", "out_degree", "strength", "betweenness", "closeness",
           "eigenvector", "pagerank", "constraint", "coreness", "community"}
SUMMARY = {"nodes", "edges", "density", "components", "largest_component", "diameter",
           "average_path_length", "transitivity", "reciprocity"}
ELEMENTS = """untoc.2a untoc.2a.structured untoc.2a.number untoc.2a.time untoc.2a.concert untoc.2a.aim
    untoc.2a.benefit untoc.2b untoc.co untoc.3.1 untoc.3.2 untoc.3.2.a untoc.3.2.b untoc.3.2.c untoc.3.2.d
    untoc.5.1.a.i untoc.5.1.a.ii untoc.5.1.b untoc.6.1 untoc.8.1 untoc.10 untoc.23.a untoc.23.b som.3.a som.3.b
    som.5 som.6.1.a som.6.1.b som.6.1.c som.6.2.a som.6.2.b som.6.2.c som.6.3.a som.6.3.b""".split()


class Contract(support.CaseTest):
    def keys(self, answer, wanted):
        self.assertLessEqual(set(wanted), set(answer), sorted(set(wanted) - set(answer)))
        return answer

    def simulate(self):
        folder = self.folder / "evidence"
        self.keys(self.ok("simulate", "--seed", "3", "--persons", "40", "--calls", "800", "-o", folder), {"manifest"})
        return folder

    def test_the_table_of_elements_fits_120_columns_and_drops_no_outcome(self):
        facts = self.simulate() / "statements.json"
        text = self.ok("assess", "--facts", facts, json_output=False)
        lines = text.split("\n")
        self.assertLessEqual(max(map(len, lines)), 120)
        begin = next(i for i, line in enumerate(lines) if line.startswith("element "))
        end = lines.index("", begin)
        columns = [lines[begin].index(name) for name in ("what it asks", "outcome", "for ")]
        shown = [(line[:columns[0]].strip(), line[columns[1]:].split("  ")[0])
                 for line in lines[begin + 2:end] if line[:columns[0]].strip()]
        asked = "".join(line[columns[0]:columns[1]].strip() + " " for line in lines[begin + 2:end])
        wanted = []
        def walk(elements):
            for element in elements:
                codes = ", ".join(element["reason_codes"])
                wanted.append((element["id"], element["outcome"].replace("_", " ") + (f" ({codes})" if codes else "")))
                self.assertIn(element["title"], asked)
                for evidence in element["supporting"][:1] + element["contrary"][:1]:
                    self.assertIn(evidence["statement_id"], text)
                walk(element["children"])
        walk(self.ok("assess", "--facts", facts)["elements"])
        self.assertEqual(shown, wanted)

    def test_help_names_the_measures_that_sort_takes(self):
        text = self.ok("network", "metrics", "--help", json_output=False)
        words = text.split("Measures for --sort:")[1].replace(",", " ").split()
        self.assertGreater(len(words), 8)
        self.simulate()
        self.ok("ingest", self.folder / "evidence/statements.json", "--technique", "NONE")
        for word in words:
            self.assertEqual(self.ok("network", "metrics", "--sort", word, "--draws", "0")["sort"], word)

    def test_every_command_answers_with_its_keys(self):
        self.keys(self.ok("init", "--title", "T", "--state", "DE", case=self.folder / "other.palermo"), {"case_id"})
        self.keys(self.ok("user", "add", "vera", "--role", "oversight"), {"name", "role", "key_id"})
        folder = self.simulate()
        self.keys(self.ok("authorize", "add", folder / "authorizations.json"), {"authorization_id", "status"})
        listed = self.ok("authorize", "list")
        self.keys(listed["authorizations"][0], {"authorization_id", "status"})
        name = listed["authorizations"][0]["authorization_id"]
        self.keys(self.ok("authorize", "show", name), {"authorization_id", "status"})
        for file, options in (("calls_it.csv", ["--authorization", "AUTH-IT-TRAFFIC"]), ("intercepts.jsonl", []),
                              ("undercover.jsonl", []), ("statements.json", [])):
            answer = self.ok("ingest", folder / file, *options)
            self.keys(answer, {"source_id", "sha256", "format", "rows_read", "stored", "duplicates", "quarantined",
                               "rejected", "rejects"})
            self.assertGreater(answer["rows_read"], 0)
            self.assertEqual(answer["rows_read"],
                             sum(answer[k] for k in ("stored", "duplicates", "quarantined", "rejected")))
        for item in self.ok("quarantine", "list")["items"]:
            self.keys(item, {"reason", "source_id", "count"})
        self.keys(self.ok("network", "summary"), SUMMARY)
        nodes = self.ok("network", "metrics", "--top", "5", "--sort", "betweenness")["nodes"]
        for node in nodes:
            self.keys(node, METRICS)
        for group in self.keys(self.ok("network", "groups"), {"groups"})["groups"]:
            self.keys(group, {"id", "members", "modularity", "z", "p_value", "replicates", "first_active",
                              "last_active", "persons"})
            self.keys(group["persons"], {"lo", "hi"})
        self.keys(self.ok("network", "path", nodes[0]["label"], nodes[1]["label"]), {"path"})
        records = self.keys(self.ok("records", "--number", nodes[0]["label"]), {"records", "total"})["records"]
        self.assertGreater(len(records), 0)
        self.keys(self.ok("trace", records[0]["record_id"]), {"records", "source", "original"})
        self.keys(self.ok("sql", "SELECT count(*) FROM calls"), {"columns", "rows"})
        finding = self.ok("assess")
        self.keys(finding, {"instrument", "elements", "persons", "gates", "finding_id"})
        self.keys(finding["persons"], {"lo", "hi"})
        self.keys(finding["gates"], {"domestic", "mla", "extradition", "full_scope"})
        seen = {}
        def walk(elements):
            for element in elements:
                self.keys(element, {"id", "article", "outcome", "reason_codes", "supporting", "contrary", "missing",
                                    "children"})
                self.assertIn(element["outcome"], {"indicated", "not_indicated", "undetermined"})
                seen[element["id"]] = element
                walk(element["children"])
        walk(finding["elements"])
        self.assertEqual([e for e in ELEMENTS if e not in seen], [])
        self.keys(self.ok("audit", "checkpoint", "-o", self.folder / "note"), {"origin", "size", "root", "vkey"})
        self.keys(self.ok("audit", "verify", "--checkpoint", self.folder / "note"), {"ok", "reason_codes"})
        self.ok("audit", "prove", "1", "-o", self.folder / "proof")
        self.ok("report", "--audience", "legal", "--format", "html", "-o", self.folder / "r.html")
        self.assertGreater((self.folder / "r.html").stat().st_size, 10_000)

    def test_a_finding_is_derived_again(self):
        folder = self.simulate()
        self.ok("authorize", "add", folder / "authorizations.json")
        self.ok("ingest", folder / "statements.json")
        finding = self.ok("assess")
        again = self.ok("assess", "--reproduce", finding["finding_id"])
        self.assertEqual(again["finding_id"], finding["finding_id"])

    def test_results_go_to_stdout_and_diagnostics_to_stderr(self):
        answer = self.run_palermo("network", "summary")
        self.assertEqual(answer.code, 0)
        self.assertEqual(answer.err, "")
        self.assertEqual(answer.json["nodes"], 0)
        wrong = self.run_palermo("network", "sumary")
        self.assertEqual((wrong.code, wrong.out), (2, ""))

    def test_help_names_every_command_and_each_has_its_own(self):
        def text(*args):
            return subprocess.run([support.BINARY, *args, "--help"], capture_output=True, text=True, check=True).stdout
        for command in ("init", "user", "authorize", "ingest", "quarantine", "network", "assess", "decide", "audit",
                        "report", "simulate", "records", "trace", "sql"):
            self.assertIn(command, text())
            self.assertIn("--help", text(command))

    def test_the_empty_case_answers_everything(self):
        for command in (["network", "summary"], ["network", "metrics"], ["network", "groups"], ["quarantine", "list"],
                        ["authorize", "list"], ["records"], ["sql", "SELECT * FROM calls"],
                        ["assess"], ["audit", "verify"], ["audit", "checkpoint"]):
            self.ok(*command)
            self.ok(*command, json_output=False)
        self.ok("report", "--audience", "legal", "--format", "html", "-o", self.folder / "r.html")


if __name__ == "__main__":
    support.main()
