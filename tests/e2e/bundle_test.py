"""An inspection bundle is taken whole or refused whole, by us, by two pages of Python, by Go's tlog and by sha256sum."""
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import support

SCRIPTS = support.SOURCE / "scripts"
PACKAGE = pathlib.Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
GO = shutil.which("go") if PACKAGE.is_dir() else None
WORDS = "correct horse battery"
SOAK = os.environ.get("PALERMO_SOAK") == "1"


class Bundle(support.CaseTest):
    @classmethod
    def setUpClass(cls):
        cls.go = None
        if GO:
            folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-go-"))
            cls.addClassCleanup(shutil.rmtree, folder, True)
            environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOCACHE=str(folder / "cache"), GOFLAGS="")
            subprocess.run([GO, "build", "-o", folder / "verify", SCRIPTS / "verify_ledger.go"], check=True, env=environment,
                           timeout=600)
            cls.go = folder / "verify"

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o700)
        self.case = self.folder / "lugano.palermo"
        self.ok("simulate", "--seed", "3", "--persons", "40", "--calls", "600", "-o", self.folder / "ev")
        self.ok("init", "--title", "Lugano", "--state", "DE", "--purpose", "trafficking")
        for name, role in (("ana", "analyst"), ("hugo", "handler"), ("lena", "legal"), ("vera", "oversight"), ("adam", "admin")):
            self.ok("user", "add", name, "--role", role)
        evidence = self.folder / "ev"
        self.ok("authorize", "add", evidence / "authorizations.json")
        self.ok("ingest", evidence / "calls_it.csv", "--authorization", "AUTH-IT-TRAFFIC")
        self.ok("ingest", evidence / "intercepts.jsonl", evidence / "undercover.jsonl")
        self.kept = self.folder / "kept.txt"
        self.vkey = self.ok("audit", "checkpoint", "-o", self.kept)["vkey"]
        self.ok("records", "--limit", "3")

    def bundle(self, name="bundle", who="vera", *more):
        path = self.folder / name
        return path, self.ok("--as", who, "audit", "bundle", path, "--for", "Garante, office 3", "--legal-basis", "order 7/2024", *more)

    def ours(self, path, *more):
        return self.run_palermo("audit", "check-bundle", path, "--vkey", self.vkey, *more, case="absent")

    def python(self, path, kept=None):
        run = subprocess.run([sys.executable, SCRIPTS / "verify_bundle.py", path, *([kept] if kept else [])], capture_output=True,
                             text=True, env=dict(os.environ, VKEY=self.vkey, PYTHONDONTWRITEBYTECODE="1"), timeout=120)
        self.assertIn(run.returncode, (0, 5), run.stderr)
        return run.returncode

    def go_log(self, path, kept):
        run = subprocess.run([self.go, "log", path / "log", kept], capture_output=True, text=True, env={"VKEY": self.vkey}, timeout=60)
        self.assertIn(run.returncode, (0, 5), run.stderr)
        return run.returncode

    def test_it_holds_for_everybody_and_the_log_names_it(self):
        path, made = self.bundle()
        answer = self.ours(path, "--checkpoint", self.kept)
        self.assertEqual(answer.code, 0, answer.out + answer.err)
        checked = answer.json
        self.assertTrue(checked["ok"])
        self.assertEqual((checked["size"], checked["root"], checked["contents_sha256"], checked["disclosure"]),
                         (made["size"], made["root"], made["contents_sha256"], made["disclosure"]))
        self.assertEqual(checked["signatures"], made["size"])  # every entry's
        self.assertEqual(self.python(path, self.kept), 0)
        if self.go:
            self.assertEqual(self.go_log(path, self.kept), 0)
        run = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "contents.sha256"], cwd=path, capture_output=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        last = self.leaves()[made["disclosure_index"]]
        self.assertEqual(last["kind"], "disclosure")
        self.assertEqual({k: last["disclosure"][k] for k in ("recipient_body", "legal_basis", "artefact_sha256", "purpose")},
                         {"recipient_body": "Garante, office 3", "legal_basis": "order 7/2024", "purpose": "trafficking",
                          "artefact_sha256": made["contents_sha256"]})
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_it_says_what_the_commands_say(self):
        path, made = self.bundle()
        read = lambda name: json.loads((path / name).read_text())
        self.assertEqual(len(read("authorizations.json")["authorizations"]), len(self.ok("authorize", "list")["authorizations"]))
        self.assertEqual(read("quarantine.json"), self.ok("quarantine", "list"))
        self.assertEqual(read("reconciliation.json"), self.ok("audit", "reconcile"))
        rules = self.ok("audit", "rules")
        self.assertEqual([v["rule"] for v in read("rules.json")["violations"]], [v["rule"] for v in rules["violations"]])
        self.assertGreater(made["violations"], 5)
        self.assertTrue(read("statistics-de.json")["exact"])
        self.assertEqual(len(read("keys.json")["keys"]), 1 + 6)
        shown = self.ok("policy", "show")
        run = subprocess.run(["sha256sum", path / "policy.textproto"], capture_output=True, text=True)
        self.assertEqual(run.stdout.split()[0], shown["sha256"])
        for name in ("README.txt", "rules.txt", "gaps.txt", "intrusion.txt", "reconciliation.txt", "verification.json"):
            self.assertGreater(len((path / name).read_text()), 100, name)

    def test_nothing_in_it_names_a_number_or_a_person(self):
        truth = json.loads((self.folder / "ev" / "ground_truth.json").read_text())
        names = [p["name"] for p in truth["persons"] if not p["name"].startswith("UCO-")]
        self.assertGreater(len(names), 20)
        path, _ = self.bundle()
        read = 0
        for file in path.rglob("*"):
            if file.is_file():
                text = file.read_bytes().decode(errors="replace")
                self.assertEqual([n for n in names if n in text] + re.findall(r"\+4477009\d+|\+\d{9,}", text), [], file)
                read += 1
        self.assertGreater(read, 20)
        keys = (self.folder / "keys").rglob("*.key")
        secrets = [key.read_text().strip() for key in keys]
        self.assertGreater(len(secrets), 5)
        for file in path.rglob("*"):
            if file.is_file():
                self.assertFalse(any(secret in file.read_bytes().decode(errors="replace") for secret in secrets), file)

    def test_one_byte_anywhere_or_a_file_more_or_less_refuses_the_whole(self):
        path, _ = self.bundle()
        draw = random.Random(17)
        files = sorted(p for p in path.rglob("*") if p.is_file())
        tries = 0
        for file in files:
            honest = file.read_bytes()
            for _ in range(6 if SOAK else 1):
                copy = bytearray(honest)
                copy[draw.randrange(len(copy))] ^= 1 << draw.randrange(8)
                file.write_bytes(copy)
                answer = self.ours(path)
                self.assertEqual(answer.code, 5, f"{file}: {answer.out}")
                self.assertTrue(answer.json["reason_codes"] and answer.json["text"], file)
                if tries % 4 == 0:
                    self.assertEqual(self.python(path), 5, file)
                tries += 1
            file.write_bytes(honest)
        for file in files[:: 1 if SOAK else 5]:
            hidden = self.folder / "hidden"
            file.rename(hidden)
            self.assertEqual(self.ours(path).code, 5, f"without {file}")
            self.assertEqual(self.python(path), 5, f"without {file}")
            hidden.rename(file)
        for stranger in ("stranger.txt", "log/stranger", "log/tile/9/000", "checkpoints/x.txt"):
            (path / stranger).parent.mkdir(parents=True, exist_ok=True)
            (path / stranger).write_text("x")
            self.assertEqual(self.ours(path).code, 5, stranger)
            self.assertEqual(self.python(path), 5, stranger)
            (path / stranger).unlink()
        (path / "link").symlink_to(path / "README.txt")
        self.assertEqual(self.ours(path).code, 5)
        self.assertEqual(self.python(path), 5)
        (path / "link").unlink()
        self.assertEqual(self.ours(path).code, 0)
        self.assertEqual(self.python(path), 0)

    def test_what_looks_whole_but_is_not_what_was_handed_over_is_refused(self):
        path, made = self.bundle()
        (path / "rules.txt").write_text("Nothing was found.\n")  # and the contents made anew
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_relative_to(path / "log") and p.name != "contents.sha256")
        names = sorted(str(p.relative_to(path)) for p in files)
        import hashlib
        text = "".join(f"{hashlib.sha256((path / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
        (path / "contents.sha256").write_text(text)
        answer = self.ours(path)
        self.assertEqual((answer.code, answer.json["text"]), (5, "no entry of the log names these contents"))
        self.assertEqual(self.python(path), 5)
        # Another office's key, an older log, a log of another case.
        other = self.ok("audit", "witness-key", "palermo/0000000000000000", "-o", self.folder / "w")["vkey"]
        whole, _ = self.bundle("whole")
        self.assertIn(self.run_palermo("audit", "check-bundle", whole, "--vkey", other).code, (2, 5))
        later = self.folder / "later.txt"
        self.ok("records", "--limit", "1")
        self.ok("audit", "checkpoint", "-o", later)
        answer = self.ours(whole, "--checkpoint", later)
        self.assertEqual((answer.code, answer.json["reason_codes"]), (5, ["ROLLBACK"]))
        self.assertEqual(self.python(whole, later), 5)

    def test_who_may_and_what_a_damaged_case_gives(self):
        for who in ("ana", "hugo"):
            self.refused(4, "--as", who, "audit", "bundle", self.folder / "no", "--for", "Garante")
        self.assertFalse((self.folder / "no").exists())
        for who in ("lena", "adam"):
            self.bundle("by-" + who, who)
        self.refused(3, "--as", "vera", "audit", "bundle", self.folder / "by-lena", "--for", "Garante")
        self.refused(2, "--as", "vera", "audit", "bundle", self.folder / "no", "--for", " ")
        before = len(self.leaves())
        # A place that cannot be written: no bundle, and no entry that says there is one.
        self.refused(3, "--as", "vera", "audit", "bundle", self.case / "within", "--for", "Garante")
        self.assertEqual(len(self.leaves()), before)
        with sqlite3.connect(self.case) as db:
            db.execute("UPDATE identifier SET value = '+447700900999' WHERE id = (SELECT max(id) FROM identifier WHERE kind = 'msisdn')")
        db.close()
        self.refused(5, "--as", "vera", "audit", "bundle", self.folder / "no", "--for", "Garante")
        self.assertFalse((self.folder / "no").exists())
        self.assertEqual(len(self.leaves()), before)

    def test_a_witness_and_a_changed_key_are_in_it(self):
        witness = self.folder / "witness.key"
        wkey = self.ok("audit", "witness-key", "oversight.example/vera", "-o", witness)["vkey"]
        request = self.folder / "request"
        self.ok("--as", "vera", "audit", "consistency", "0", "-o", request)
        line = self.folder / "line"
        self.ok("audit", "witness", request, "--key", witness, "--state", self.folder / "state", "--vkey", self.vkey, "-o", line)
        self.ok("--as", "vera", "audit", "cosign", line, "--vkey", wkey)
        changed = self.ok("--as", "adam", "audit", "rotate-key", "--ground", "COMPROMISE", "--since", "2024-01-05",
                          "--reason", "the stick was lost")
        path, made = self.bundle()
        for key in (self.vkey, changed["new_vkey"]):  # whoever holds the old key is led to the new one
            answer = self.run_palermo("audit", "check-bundle", path, "--vkey", key, "--vkey", wkey, "--checkpoint", self.kept)
            self.assertEqual(answer.code, 0, answer.out)
            self.assertEqual(answer.json["cosignatures"], 1)
            self.assertEqual(answer.json["vkey"], changed["new_vkey"])
        self.assertEqual(self.python(path, self.kept), 0)
        if self.go:
            self.assertEqual(self.go_log(path, self.kept), 0)
        keys = json.loads((path / "keys.json").read_text())["keys"]
        log = [k for k in keys if k["use"] == "log"]
        self.assertEqual([k["vkey"] for k in log], [self.vkey, changed["new_vkey"]])
        self.assertEqual((log[0]["why"], log[0]["changed_by"].split("/")[-1], log[0]["until_entry"]),
                         ("COMPROMISE since 2024-01-05T00:00:00.000000Z: the stick was lost", "adam", log[1]["from_entry"]))
        made_up = self.ok("audit", "witness-key", "someone.else/w", "-o", self.folder / "w3")["vkey"]
        answer = self.run_palermo("audit", "check-bundle", path, "--vkey", self.vkey, "--vkey", made_up)
        self.assertEqual((answer.code, answer.json["cosignatures"], len(answer.json["notices"])), (0, 0, 1))


if __name__ == "__main__":
    support.main()
