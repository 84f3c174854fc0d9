"""The log verified by a program that shares nothing with this one: Go's own signed notes and Merkle tree, in
scripts/verify_ledger.go. Debian: golang-go, golang-golang-x-mod-dev."""
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import support

SHARED = support.shared()
PACKAGE = pathlib.Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
GO = shutil.which("go")
SOAK = os.environ.get("PALERMO_SOAK") == "1"  # 10,000 damaged proofs and more


def built():
    """The verifier, built once for all tests."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-go-"))
    unittest.addModuleCleanup(shutil.rmtree, folder, True)
    environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOCACHE=str(folder / "cache"), GOFLAGS="")
    run = subprocess.run([GO, "build", "-o", folder / "verify", support.SOURCE / "scripts" / "verify_ledger.go"],
                         capture_output=True, text=True, env=environment, timeout=600)
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    return folder / "verify"


def setUpModule():
    global VERIFY
    if GO is None or not PACKAGE.is_dir():
        raise unittest.SkipTest("golang-go and golang-golang-x-mod-dev are not installed: no verifier but our own was run")
    VERIFY = built()


class Verifier:
    def go(self, vkey, *args):
        run = subprocess.run([VERIFY, *map(str, args)], capture_output=True, text=True, env={"VKEY": vkey}, timeout=60)
        self.assertIn(run.returncode, (0, 5), f"{args}: {run.stdout} {run.stderr}")
        self.assertTrue(run.stdout.startswith("good:" if run.returncode == 0 else "REFUSED:"), run.stdout)
        return run.returncode


class OtherVerifier(Verifier, support.CaseTest):
    def grow(self, entries):
        """Each look at the records is an entry; imports and operators are others."""
        for i in range(entries):
            self.ok(*(("records",) if i % 5 else ("user", "add", f"op{self.ok('audit', 'verify')['size']}", "--role", "analyst")))

    def kept(self, name):
        path = self.folder / name
        return path, self.ok("audit", "checkpoint", "-o", path)

    def leaf(self, index):
        with sqlite3.connect(self.case) as db:
            (self.folder / "leaf").write_bytes(db.execute("SELECT bytes FROM leaf WHERE idx = ?", (index,)).fetchone()[0])
        return self.folder / "leaf"

    def test_it_takes_every_proof_and_refuses_what_we_refuse(self):
        self.grow(30)
        _, log = self.kept("now")
        vkey, draw = log["vkey"], random.Random(11)
        proof, damaged = self.folder / "proof", self.folder / "damaged"
        verdicts = {True: 0, False: 0}
        for index in range(log["size"]):
            leaf = self.leaf(index)
            self.ok("audit", "prove", index, "-o", proof)
            self.assertEqual(self.go(vkey, "proof", proof, leaf), 0)
            text = bytearray(proof.read_bytes())
            for _ in range(330 if SOAK else 6):
                copy = bytearray(text)
                at = draw.randrange(len(copy))
                copy[at] ^= 1 << draw.randrange(7)
                damaged.write_bytes(copy)
                ours = self.run_palermo("audit", "check-proof", damaged, "--leaf", leaf, "--vkey", vkey).code == 0
                # Lines of keys that nobody knows are no part of what is verified: there both say yes.
                self.assertEqual(self.go(vkey, "proof", damaged, leaf) == 0, ours, bytes(copy))
                verdicts[ours] += 1
            other = self.leaf((index + 1) % log["size"])
            self.assertEqual(self.go(vkey, "proof", proof, other), 5)
        self.assertGreater(verdicts[False], 100)

    def test_it_follows_the_log_from_one_visit_to_the_next(self):
        visits = []
        for i, more in enumerate((0, 1, 5, 10, 23)):
            self.grow(more)
            visits.append(self.kept(f"visit{i}"))
        vkey = visits[0][1]["vkey"]
        self.assertEqual(len({v["size"] for _, v in visits}), len(visits))
        for i, (path, visit) in enumerate(visits):
            request = self.folder / "request"
            self.ok("audit", "consistency", path, "-o", request)
            self.assertEqual(self.go(vkey, "growth", path, request), 0)
            for other, _ in visits[:i] + visits[i + 1:]:
                self.assertEqual(self.go(vkey, "growth", other, request), 5)
        folder = self.folder / "log"
        self.ok("audit", "export", folder)
        for path, _ in visits:
            self.assertEqual(self.go(vkey, "log", folder, path), 0)

    def test_it_finds_whatever_is_altered_in_an_exported_log(self):
        self.grow(300)  # more than one tile
        kept, log = self.kept("kept")
        self.grow(3)
        folder = self.folder / "log"
        self.ok("audit", "export", folder)
        self.assertEqual(self.go(log["vkey"], "log", folder, kept), 0)
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "log.vkey")
        self.assertGreater(len(files), 5)
        draw = random.Random(5)
        for path in files:
            honest = path.read_bytes()
            for _ in range(4):
                copy = bytearray(honest)
                copy[draw.randrange(len(copy))] ^= 1 << draw.randrange(8)
                path.write_bytes(copy)
                self.assertEqual(self.go(log["vkey"], "log", folder, kept), 5, path)
            path.write_bytes(honest[:-1])
            self.assertEqual(self.go(log["vkey"], "log", folder, kept), 5, path)
            path.write_bytes(honest)
        self.assertEqual(self.go(log["vkey"], "log", folder, kept), 0)
        older = self.folder / "older.palermo"
        shutil.copy(self.case, older)
        self.grow(2)
        later, _ = self.kept("later")
        back = self.folder / "back"
        self.ok("audit", "export", back, case=older)
        self.assertEqual(self.go(log["vkey"], "log", back, later), 5)  # rolled back
        self.assertEqual(self.go(log["vkey"], "log", back, kept), 0)


@unittest.skipIf(SHARED is None, "../shared is absent: no published log to verify")
class PublishedLogs(Verifier, unittest.TestCase):
    def test_a_log_of_other_makers(self):
        source = SHARED / "data" / "merkle-vectors" / "tiles-log"
        vkey = (source / "log.vkey").read_text().strip()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            shutil.copytree(source / "tile", folder / "tile")
            for size in range(1, 16):
                shutil.copy(source / f"checkpoint.{size}", folder / "checkpoint")
                for kept in range(16):
                    self.assertEqual(self.go(vkey, "log", folder, source / f"checkpoint.{kept}"), 0 if kept <= size else 5)

    def test_the_sample_log(self):
        source = SHARED / "data" / "merkle-vectors" / "sample-log-a"
        vkey = (source / "log.vkey").read_text().strip()
        leaves = (source / "leaves.jsonl").read_bytes().split(b"\n")
        proofs = sorted((source / "proofs").glob("*.tlog-proof"))
        self.assertGreater(len(proofs), 5)
        with tempfile.TemporaryDirectory() as folder:
            leaf = pathlib.Path(folder) / "leaf"
            for proof in proofs:
                index = next(int(line[6:]) for line in proof.read_text().splitlines() if line.startswith("index "))
                leaf.write_bytes(leaves[index])
                self.assertEqual(self.go(vkey, "proof", proof, leaf), 0)
        for request in sorted((source / "consistency").glob("*.txt")):
            old = request.stem.split("-")[0]
            self.assertEqual(self.go(vkey, "growth", source / "checkpoints" / f"{old}.txt", request), 0, request)


if __name__ == "__main__":
    support.main()
