"""What an inspector does with the log: keep, compare, prove, verify without the maker."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

import support

SHARED = support.shared()


class Audit(support.CaseTest):
    def checkpoint(self, name, case=None):
        path = self.folder / name
        answer = self.ok("audit", "checkpoint", "-o", path, case=case)
        self.assertEqual(path.read_text(), answer["note"])
        return path, answer

    def verdict(self, code, *args, **more):
        """Exit code and reason codes of a verdict, which is one JSON answer and no error text."""
        answer = self.run_palermo("audit", *args, **more)
        self.assertEqual(answer.code, code, f"{args}: {answer.out} {answer.err}")
        self.assertEqual(answer.json["ok"], code == 0)
        return answer.json["reason_codes"]

    def grow(self, names, case=None):
        for name in names:
            self.ok("user", "add", name, "--role", "analyst", case=case)

    def leaf(self, index):
        with sqlite3.connect(self.case) as db:
            return db.execute("SELECT bytes FROM leaf WHERE idx = ?", (index,)).fetchone()[0]

    def test_a_log_that_only_grew_extends_the_kept_checkpoint(self):
        kept, first = self.checkpoint("first.txt")
        self.assertEqual(first["size"], 2)
        self.assertEqual(kept.read_text().split("\n")[:2], [first["origin"], "2"])
        self.grow(["anna", "bert"])
        answer = self.ok("audit", "verify", "--checkpoint", kept)
        self.assertEqual((answer["ok"], answer["size"], answer["entries_checked"]), (True, 4, 4))
        self.assertEqual(answer["vkey"], first["vkey"])
        self.assertIn("extends the checkpoint", self.ok("audit", "verify", "--checkpoint", kept, json_output=False))

    def test_verification_needs_the_file_alone_and_changes_nothing(self):
        kept, _ = self.checkpoint("kept.txt")
        shutil.rmtree(self.folder / "keys")
        before = self.case.read_bytes()
        self.assertEqual(self.verdict(0, "verify", "--checkpoint", kept, case=self.case), [])
        self.assertEqual(self.case.read_bytes(), before)
        self.ok("audit", "prove", "1", "-o", self.folder / "p")  # from the stored checkpoint
        self.ok("audit", "export", self.folder / "tiles")

    def test_an_altered_entry_is_named_with_both_hashes(self):
        self.checkpoint("kept.txt")
        with sqlite3.connect(self.case) as db:
            db.execute("DROP TRIGGER leaf_is_final")
            db.execute("UPDATE leaf SET bytes = CAST(replace(CAST(bytes AS TEXT), 'admin', 'adm1n') AS BLOB) WHERE idx = 1")
        answer = self.run_palermo("audit", "verify")
        self.assertEqual((answer.code, answer.json["ok"]), (5, False))
        self.assertIn("ALTERED", answer.json["reason_codes"])
        problem = next(p for p in answer.json["problems"] if p["where"] == "leaf 1")
        self.assertEqual([len(problem["expected"]), len(problem["found"])], [64, 64])
        self.assertIn("leaf 1", self.run_palermo("audit", "verify", json_output=False).out)

    def test_an_older_copy_of_the_file_is_a_rollback(self):
        backup = self.folder / "backup"
        self.ok("audit", "verify")
        with sqlite3.connect(self.case) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.case, backup)
        self.grow(["anna"])
        kept, _ = self.checkpoint("kept.txt")
        self.assertEqual(self.verdict(5, "verify", "--checkpoint", kept, case=backup), ["ROLLBACK"])
        self.assertEqual(self.verdict(0, "verify", case=backup), [])
        answer = self.run_palermo("audit", "consistency", kept, "-o", self.folder / "x", case=backup)
        self.assertEqual((answer.code, answer.json["error"]["reason"]), (5, "ROLLBACK"))

    def test_a_proof_without_a_file_is_printed_and_stands_in_the_json(self):
        kept, _ = self.checkpoint("kept.txt")
        self.grow(["anna"])
        self.checkpoint("now.txt")
        for words in (["prove", "1"], ["consistency", kept]):
            path = self.folder / words[0]
            written = self.ok("audit", *words, "-o", path)
            self.assertIn("\n", path.read_text())
            self.assertEqual(written["proof"], path.read_text())
            self.assertEqual(self.ok("audit", *words)["proof"], path.read_text())
            self.assertEqual(self.ok("audit", *words, json_output=False), path.read_text())
        self.write("entry", self.leaf(1))
        vkey = self.ok("audit", "checkpoint")["vkey"]
        printed = self.write("printed", self.ok("audit", "prove", "1", json_output=False))
        self.assertTrue(self.ok("audit", "check-proof", printed, "--leaf", self.folder / "entry", "--vkey", vkey)["ok"])

    def test_two_histories_under_one_key_are_a_split_view(self):
        fork = self.folder / "fork.palermo"
        with sqlite3.connect(self.case) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.case, fork)
        self.grow(["anna"])
        self.grow(["bert"], case=fork)
        ours, _ = self.checkpoint("ours.txt")
        theirs, answer = self.checkpoint("theirs.txt", case=fork)
        self.assertIn("SPLIT_VIEW", self.verdict(5, "verify", "--checkpoint", theirs))
        self.assertIn("SPLIT_VIEW", self.verdict(5, "verify", "--checkpoint", ours, case=fork))
        request = self.folder / "request"
        self.ok("audit", "consistency", "1", "-o", request)
        self.assertEqual(self.verdict(5, "check-consistency", theirs, request, "--vkey", answer["vkey"]), ["SPLIT_VIEW"])

    def test_every_entry_can_be_proven_with_the_files_alone(self):
        self.grow(["anna", "bert", "carl"])
        _, answer = self.checkpoint("now.txt")
        proof, leaf = self.folder / "proof", self.folder / "leaf"
        for index in range(answer["size"]):
            self.ok("audit", "prove", index, "-o", proof)
            leaf.write_bytes(self.leaf(index))
            args = ("check-proof", proof, "--leaf", leaf, "--vkey", answer["vkey"])
            self.assertEqual(self.verdict(0, *args), [])
            leaf.write_bytes(self.leaf(index) + b"\n")
            self.assertEqual(self.verdict(5, *args), ["ALTERED"])
        self.assertEqual(self.run_palermo("audit", "prove", answer["size"]).code, 2)

    def test_a_witness_signs_what_extends_what_it_saw(self):
        made = self.ok("audit", "witness-key", "oversight.example/i1", "-o", self.folder / "w.key")
        self.assertEqual(os.stat(self.folder / "w.key").st_mode & 0o777, 0o600)
        _, log = self.checkpoint("first.txt")
        request, line, state = self.folder / "request", self.folder / "line", self.folder / "state"
        witness = ("audit", "witness", request, "--key", self.folder / "w.key", "--state", state)
        self.ok("audit", "consistency", "0", "-o", request)
        self.ok(*witness, "--vkey", log["vkey"], "-o", line)
        self.ok("audit", "cosign", line, "--vkey", made["vkey"])
        self.assertEqual(self.leaves()[-1]["review"]["kind"], "WITNESS")
        self.ok("audit", "consistency", self.folder / "first.txt", "-o", request)
        self.ok(*witness)
        self.assertEqual(self.verdict(5, *witness[1:]), ["NOT_EXTENSION"])  # it moved on: race or replay
        self.assertEqual(self.verdict(0, "verify", "--vkey", made["vkey"], "--vkey", log["vkey"]), [])

    def test_an_exported_log_is_verified_by_a_program_that_is_not_ours(self):
        if not shutil.which("openssl"):
            self.skipTest("openssl is absent")
        kept, answer = self.checkpoint("kept.txt")
        self.grow(["anna", "bert"])
        tiles = self.folder / "tiles"
        self.ok("audit", "export", tiles)
        script = [sys.executable, str(support.SOURCE / "scripts" / "verify_ledger.py"), str(tiles), str(kept)]
        run = lambda **more: subprocess.run(script, capture_output=True, text=True, **more).returncode
        self.assertEqual(run(env=dict(os.environ, VKEY=answer["vkey"])), 0)
        bundle = tiles / "tile" / "entries" / "000.p" / "4"
        honest = bundle.read_bytes()
        bundle.write_bytes(honest.replace(b"bert", b"gert"))
        self.assertEqual(run(), 5)
        bundle.write_bytes(honest)
        self.assertEqual(run(), 0)
        kept.write_text(kept.read_text().replace("\n2\n", "\n3\n"))
        self.assertEqual(run(), 5)
        self.refused(3, "audit", "export", tiles)  # nothing is overwritten

    def test_files_that_cannot_be_read_are_bad_input(self):
        _, answer = self.checkpoint("kept.txt")
        self.refused(3, "audit", "check-note", self.folder / "absent", "--vkey", answer["vkey"])
        self.refused(3, "audit", "check-note", self.folder / "kept.txt", "--vkey", "nonsense")
        self.refused(3, "audit", "verify", "--checkpoint", self.write("x", "not a note"))
        self.refused(2, "audit", "check-consistency", "5", self.folder / "kept.txt", "--vkey", answer["vkey"])
        self.assertEqual(self.verdict(5, "check-note", self.write("y", ""), "--vkey", answer["vkey"]), ["MALFORMED"])

    @unittest.skipUnless(SHARED, "public data absent")
    def test_published_vectors_from_outside(self):
        folder = SHARED / "data" / "merkle-vectors" / "sample-log-a"
        vkey = folder / "log.vkey"
        leaves = (folder / "leaves.jsonl").read_bytes().split(b"\n")
        for proof in sorted((folder / "proofs").iterdir()):
            leaf = self.write("leaf", leaves[int(proof.name.split(".")[0])])
            self.verdict(0, "check-proof", proof, "--leaf", leaf, "--vkey", vkey)
        for proof in sorted((folder / "consistency").iterdir()):
            old = folder / "checkpoints" / (proof.name.split("-")[0] + ".txt")
            self.verdict(0, "check-consistency", old, proof, "--vkey", vkey)
        for note in sorted((folder / "checkpoints").iterdir()):
            self.verdict(0, "check-note", note, "--vkey", vkey)
        cases = json.loads((folder / "negative-notes.json").read_text())
        for case in cases["cases"]:
            keys = [cases["log_vkey"]] + (cases["witness_vkeys"] if case["keys"] != "log" else [])
            note = self.write("note", case["note"])
            args = [part for key in keys for part in ("--vkey", key)]
            self.verdict(0 if case["verdict"] == "accept" else 5, "check-note", note, *args)


if __name__ == "__main__":
    support.main()
