"""Every published vector of data/merkle-vectors that can be put to the program from outside, with its reason."""
import base64
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import pathlib
import unittest

import support

SHARED = support.shared()
VECTORS = SHARED / "data" / "merkle-vectors" if SHARED else None
OPENSSL = shutil.which("openssl")

# Texts of negative-notes.json to the reason that the check must give.
REASONS = {
    "known key, signature does not verify": "BAD_SIGNATURE",
    "no signature by a known key": "UNSIGNED",
    "signature does not cover this text": "BAD_SIGNATURE",
    "origin is not the expected one": "WRONG_ORIGIN",
    "known witness key, cosignature does not verify": "BAD_SIGNATURE",
    "timestamp is inside the signed message": "BAD_SIGNATURE",
}
MALFORMED = ("malformed", "size must be", "size out of range", "root must be", "non-zero padding", "control character")


def expected_reason(text):
    if text.startswith(MALFORMED):
        return {"MALFORMED"}
    return {REASONS[text]} if text in REASONS else None


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(leaf):
    return sha256(b"\0" + leaf)


def root_of(hashes):
    """RFC 6962 section 2.1, as written there."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:]))


def path(m, hashes):
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m < k:
        return path(m, hashes[:k]) + [root_of(hashes[k:])]
    return path(m - k, hashes[k:]) + [root_of(hashes[:k])]


def consistency(m, hashes, whole=True):
    n = len(hashes)
    if m == n:
        return [] if whole else [root_of(hashes)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return consistency(m, hashes[:k], whole) + [root_of(hashes[k:])]
    return consistency(m - k, hashes[k:], False) + [root_of(hashes[:k])]


def lines(hashes):
    return "".join(base64.b64encode(each).decode() + "\n" for each in hashes)


class Signer:
    """An Ed25519 key that openssl signs with, so that nothing here shares code with the program."""

    def __init__(self, folder, name, seed):
        self.folder, self.name = pathlib.Path(folder), name
        self.key = self.folder / "key.der"
        self.key.write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
        public = self.run("pkey", "-inform", "DER", "-in", self.key, "-pubout", "-outform", "DER")[-32:]
        self.id = sha256(name.encode() + b"\n\1" + public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(b'%c' % 1 + public).decode()}"

    def run(self, *args):
        return subprocess.run([OPENSSL, *map(str, args)], check=True, capture_output=True).stdout

    def sign(self, message):
        (self.folder / "message").write_bytes(message)
        return self.run("pkeyutl", "-sign", "-keyform", "DER", "-inkey", self.key, "-rawin", "-in", self.folder / "message")

    def note(self, text):
        line = base64.b64encode(self.id + self.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {line}\n"

    def checkpoint(self, size, root):
        return self.note(f"{self.name}\n{size}\n{root}\n")


class Checks(unittest.TestCase):
    """The verifier alone: no case is made or named."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.env = {k: v for k, v in os.environ.items() if k != "PALERMO_CASE"}

    def run_check(self, *args):
        run = subprocess.run([support.BINARY, "--json", "audit", *map(str, args)], capture_output=True, text=True, env=self.env)
        return support.Answer(run)

    def verdict(self, good, *args, reasons=None, why=""):
        answer = self.run_check(*args)
        self.assertEqual(answer.code, 0 if good else 5, f"{why} {args}: {answer.out} {answer.err}")
        self.assertEqual(answer.json["ok"], good, why)
        if reasons is not None:
            self.assertEqual(set(answer.json["reason_codes"]), reasons, f"{why}: {answer.out}")
        return answer.json

    def write(self, name, content):
        place = self.folder / name
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def load(self, name):
        return json.loads((VECTORS / name).read_text())


def keys(vkeys):
    return [part for key in vkeys for part in ("--vkey", key)]


@unittest.skipUnless(SHARED, "public data absent")
class Notes(Checks):
    def test_negative_notes_with_their_reason(self):
        data = self.load("sample-log-a/negative-notes.json")
        for case in data["cases"]:
            known = [data["log_vkey"]] + (data["witness_vkeys"] if case["keys"] != "log" else [])
            note = self.write("note", case["note"])
            good = case["verdict"] == "accept"
            self.verdict(good, "check-note", note, *keys(known), why=case["desc"],
                         reasons=set() if good else expected_reason(case["reason"]))
            if good and case["keys"] != "log":
                self.verdict(True, "check-note", note, *keys(known), "--quorum", "2")

    def test_published_notes(self):
        data = self.load("notes/signed_notes.json")
        for case in data["verify"]:
            self.verdict(case["verdict"] == "accept", "check-note", self.write("note", case["note"]), *keys(case["vkeys"]))
        for case in data["sign"]:
            # What was signed elsewhere from the same key verifies here under the key's public half.
            name, key_id, secret = case["skey"].removeprefix("PRIVATE+KEY+").split("+", 2)
            if not OPENSSL:
                self.skipTest("openssl is absent")
            signer = Signer(self.folder, name, base64.b64decode(secret)[1:])
            self.assertEqual(signer.id.hex(), key_id)
            note = self.write("note", case["text"] + "\n" + case["signature_line"])
            self.verdict(True, "check-note", note, "--vkey", signer.vkey)
        for case in data["bad_vkeys"]:
            answer = self.run_check("check-note", self.write("note", "x\n\n"), "--vkey", case["vkey"])
            self.assertEqual(answer.code, 3, case["why"])


@unittest.skipUnless(SHARED, "public data absent")
class SampleLog(Checks):
    def test_every_checkpoint_and_cosigned_checkpoint(self):
        folder = VECTORS / "sample-log-a"
        vkey = folder / "log.vkey"
        witnesses = [folder / "witness-a.vkey", folder / "witness-b.vkey"]
        roots = {int(k): v for k, v in self.roots().items()}
        for note in sorted((folder / "checkpoints").iterdir()):
            answer = self.verdict(True, "check-note", note, "--vkey", vkey)
            self.assertEqual(answer["root"], roots[answer["size"]])
            cosigned = note.name.endswith(".cosigned.txt")
            self.verdict(cosigned, "check-note", note, *keys([vkey, *witnesses]), "--quorum", "2",
                         reasons=None if cosigned else {"UNSIGNED"})

    def roots(self):
        leaves = (VECTORS / "sample-log-a" / "leaves.jsonl").read_bytes().splitlines()
        hashes = [leaf_hash(leaf) for leaf in leaves]
        return {n: base64.b64encode(root_of(hashes[:n])).decode() for n in range(len(hashes) + 1)}

    def test_every_proof_and_its_damaged_forms(self):
        folder = VECTORS / "sample-log-a"
        vkey = folder / "log.vkey"
        leaves = (folder / "leaves.jsonl").read_bytes().splitlines()
        for proof in sorted((folder / "proofs").iterdir()):
            index = int(proof.name.split(".")[0])
            self.verdict(True, "check-proof", proof, "--leaf", self.write("leaf", leaves[index]), "--vkey", vkey)
            other = self.write("leaf", leaves[(index + 1) % len(leaves)])
            self.verdict(False, "check-proof", proof, "--leaf", other, "--vkey", vkey, reasons={"ALTERED"})
        for proof in sorted((folder / "consistency").iterdir()):
            old, new = proof.stem.split("-")
            checkpoint = folder / "checkpoints" / f"{old}.txt"
            self.verdict(True, "check-consistency", checkpoint, proof, "--vkey", vkey)
            text = proof.read_text()
            first = text.split("\n")[1]
            if first:
                damaged = base64.b64encode(bytes([base64.b64decode(first)[0] ^ 1]) + base64.b64decode(first)[1:]).decode()
                self.verdict(False, "check-consistency", checkpoint, self.write("p", text.replace(first, damaged)),
                             "--vkey", vkey, reasons={"NOT_EXTENSION"})
            wrong = folder / "checkpoints" / ("1.txt" if old != "1" else "2.txt")
            self.verdict(False, "check-consistency", wrong, proof, "--vkey", vkey)

    def test_the_fork_of_the_mutations_is_no_ancestor(self):
        folder = VECTORS / "sample-log-a"
        fork = self.write("fork", self.load("sample-log-a/store-mutations.json")["fork_checkpoint"])
        self.verdict(True, "check-note", fork, "--vkey", folder / "log.vkey")  # signed by the true key
        self.verdict(False, "check-consistency", fork, folder / "consistency" / "13-60.txt", "--vkey", folder / "log.vkey",
                     reasons={"NOT_EXTENSION"})


@unittest.skipUnless(SHARED, "public data absent")
@unittest.skipUnless(OPENSSL, "openssl is absent")
class OwnKey(Checks):
    """Vectors without a checkpoint get one, signed by a key of this test."""

    def setUp(self):
        super().setUp()
        self.signer = Signer(self.folder, "example.org/probes", b"probe seed for tests only.......")

    def inclusion(self, index, size, root, leaf, proof):
        note = self.signer.checkpoint(size, root)
        text = f"c2sp.org/tlog-proof@v1\nindex {index}\n" + "".join(p + "\n" for p in proof) + "\n" + note
        return ("check-proof", self.write("proof", text), "--leaf", self.write("leaf", leaf), "--vkey", self.signer.vkey)

    def test_rfc6962_inclusion_probes_whose_leaf_is_published(self):
        tree = self.load("rfc6962/reference_tree.json")
        leaves = {leaf_hash(bytes.fromhex(each)): bytes.fromhex(each) for each in tree["leaves_hex"]}
        self.assertEqual(len(leaves), 8)
        ran = 0
        for probe in self.load("rfc6962/inclusion_probes.json"):
            leaf = leaves.get(base64.b64decode(probe["leafHash"] or ""))
            if leaf is None or len(base64.b64decode(probe["root"])) != 32:
                continue  # a leaf hash without leaf, or a root that no checkpoint can name: in the unit tests
            ran += 1
            self.verdict(not probe["wantErr"], *self.inclusion(probe["leafIdx"], probe["treeSize"], probe["root"], leaf,
                                                               probe["proof"] or []), why=probe["source"])
        self.assertGreater(ran, 30)

    def test_rfc6962_consistency_probes(self):
        ran = 0
        for probe in self.load("rfc6962/consistency_probes.json"):
            text = f"old {probe['size1']}\n" + "".join(p + "\n" for p in probe["proof"] or []) + "\n"
            body = self.write("body", text + self.signer.checkpoint(probe["size2"], probe["root2"]))
            args = ("check-consistency", probe["size1"], body, f"--root={probe['root1'] or ''}", "--from-empty", "refuse",
                    "--vkey", self.signer.vkey)
            if not self.is_root(probe["root2"]) or (probe["size1"] and not self.is_root(probe["root1"])):
                self.assertIn(self.run_check(*args).code, (2, 3, 5), probe["source"])  # no checkpoint can say it
            elif probe["wantErr"]:
                self.verdict(False, *args, why=probe["source"])
            else:
                self.verdict(True, *args, why=probe["source"])
                ran += 1
        self.assertEqual(ran, 3)  # the fourth good one names roots of 12 bytes

    @staticmethod
    def is_root(text):
        return len(base64.b64decode(text or "")) == 32

    def test_every_pair_and_index_of_the_tiled_log(self):
        folder = VECTORS / "tiles-log"
        vkey = folder / "log.vkey"
        entries = (folder / "entries.txt").read_bytes().splitlines()
        hashes = [leaf_hash(entry) for entry in entries]
        self.assertEqual(len(entries), 15)
        for n in range(16):
            note = folder / f"checkpoint.{n}"
            answer = self.verdict(True, "check-note", note, "--vkey", vkey)
            self.assertEqual((answer["size"], answer["root"]), (n, base64.b64encode(root_of(hashes[:n])).decode()))
            for m in range(n + 1):
                body = self.write("body", f"old {m}\n{lines(consistency(m, hashes[:n]) if m else [])}\n{note.read_text()}")
                self.verdict(True, "check-consistency", folder / f"checkpoint.{m}", body, "--vkey", vkey)
            for index in range(n):
                text = f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines(path(index, hashes[:n]))}\n{note.read_text()}"
                self.verdict(True, "check-proof", self.write("p", text), "--leaf", self.write("leaf", entries[index]),
                             "--vkey", vkey)


if __name__ == "__main__":
    support.main()
