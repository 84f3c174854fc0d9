"""Whatever is sealed stands in no output: canaries in every sealed field, every output written, unpacked and searched."""
import json
import os
import re
import subprocess
import zlib

import support

CANARIES = 200 if os.environ.get("PALERMO_SOAK") == "1" else 10
FIELDS = ("name", "born", "phone", "address", "note")
CATEGORIES = ("undercover_officer", "informant", "witness", "victim", "minor")


def unpacked(data):
    """The bytes, and every stream in them that inflates: PDF streams are such."""
    parts = [data]
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            parts.append(zlib.decompressobj().decompress(data[match.end():]))
        except zlib.error:
            continue
    return b"\n".join(parts)


class Canaries(support.CaseTest):
    def test_no_sealed_field_is_in_any_output(self):
        self.case = self.folder / "c.palermo"
        self.ok("simulate", "--seed", "4", "--persons", "40", "--calls", "600", "-o", self.folder / "ev")
        self.ok("init", "--title", "Canaries", "--state", "DE")
        people = {"ana": "analyst", "hugo": "handler", "lena": "legal", "vera": "oversight", "adam": "admin"}
        for name, role in people.items():
            self.ok("user", "add", name, "--role", role)
        words = self.write("words", "correct horse battery\n")
        for name, role in (("hugo", "handler"), ("lena", "legal")):
            self.ok("--as", name, "identity", "key", "--role", role, "-o", self.folder / f"{role}.key", "--passphrase-file", words)
        self.ok("authorize", "add", self.folder / "ev" / "authorizations.json")
        self.ok("ingest", self.folder / "ev" / "calls_it.csv", "--authorization", "AUTH-IT-TRAFFIC")
        self.ok("ingest", *(self.folder / "ev" / name for name in ("intercepts.jsonl", "undercover.jsonl", "statements.json")),
                "--technique", "NONE")
        canaries, sealed = [], []
        for i in range(CANARIES):
            fields = {field: f"Kanarie-{field}-{i:04d}-{os.urandom(6).hex()}" for field in FIELDS}
            canaries += fields.values()
            sealed.append(self.ok("--as", "hugo", "identity", "seal", "--category", CATEGORIES[i % 5], "--fields", "-",
                                  input=json.dumps(fields))["pseudonym"])
        out = self.folder / "out"
        out.mkdir()
        outputs = [("lena", "report", "--audience", "legal", "-o", out / "legal.html"),
                   ("vera", "audit", "bundle", out / "bundle", "--for", "Garante"), ("vera", "audit", "export", out / "log"),
                   ("vera", "audit", "statistics", "--table", "de", "-o", out / "statistics.json"),
                   ("vera", "audit", "sheet", "-o", out / "sheet.pdf"), ("lena", "mla", "draft", "--to", "IT", "-o", out / "mla.txt"),
                   ("ana", "network", "draw", "-o", out / "network.svg"), ("ana", "network", "draw", "-o", out / "network.pdf"),
                   ("ana", "network", "draw", "-o", out / "network.png"),
                   ("lena", "case", "export", "-o", out / "packed", "--to", "BKA"),
                   ("adam", "identity", "backup", "-o", out / "backup", "--key", self.folder / "period.key", "--destroy-by", "2099-12-31")]
        for who, *args in outputs:
            self.ok("--as", who, *args)
        self.ok("case", "import", out / "packed", case=out / "unpacked.palermo")  # packed, nothing would be found
        for who, *args in (("hugo", "identity", "list"), ("vera", "audit", "rules"), ("vera", "audit", "reconcile"),
                           ("vera", "audit", "intrusion"), ("vera", "audit", "gaps"), ("ana", "entity", "list"), ("ana", "network", "summary"),
                           ("ana", "records", "--limit", "1000"), ("ana", "sql", "SELECT * FROM records LIMIT 1000"),
                           ("ana", "authorize", "list"), ("lena", "cooperation", "routes"), ("lena", "protection", "register"),
                           ("ana", "statement", "list"), ("ana", "--log", "debug", "network", "metrics")):
            answer = self.run_palermo("--as", who, *args)
            self.assertEqual(answer.code, 0, answer.err)
            (out / f"{len(list(out.iterdir()))}.json").write_text(answer.out + answer.err)
        for pseudonym in sealed[:5]:  # an error says no more
            self.run_palermo("--as", "ana", "identity", "request", pseudonym, "--reason", "x")
        searched = 0
        needles = [canary.encode() for canary in canaries]
        utf16 = [canary.encode("utf-16-le") for canary in canaries]
        for path in self.folder.rglob("*"):
            if not path.is_file():
                continue
            data = unpacked(path.read_bytes())
            searched += 1
            if b"Kanarie-" in data or "Kanarie-".encode("utf-16-le") in data:
                self.assertEqual([n for n in needles + utf16 if n in data], [], path)
        self.assertGreater(searched, 40)
        text = subprocess.run(["pdftotext", out / "network.pdf", "-"], capture_output=True)
        if text.returncode == 0:
            self.assertNotIn(b"Kanarie", text.stdout)
        print(f"{len(canaries)} canaries, {searched} files searched")


if __name__ == "__main__":
    support.main()
