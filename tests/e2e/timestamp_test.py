"""Time from a third party: RFC 3161 stamps by an authority made for the test with openssl."""
import base64
import datetime
import hashlib
import random
import shutil
import sqlite3
import subprocess
import unittest

import support

OPENSSL = shutil.which("openssl")
CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = {name}.pem
signer_key = {name}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
[stamps]
extendedKeyUsage = critical,timeStamping
"""


@unittest.skipIf(OPENSSL is None, "openssl is absent: no time stamp was made")
class Timestamps(support.CaseTest):
    def setUp(self):
        super().setUp()
        self.authority("tsa")

    def openssl(self, *args):
        return subprocess.run([OPENSSL, *map(str, args)], cwd=self.folder, capture_output=True, text=True, timeout=60)

    def authority(self, name):
        """A root and, under it, a certificate that may stamp times."""
        self.write(f"{name}.cnf", CONFIG.format(name=name))
        self.write("serial", "2A\n")
        for args in (("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}-root.key", "-out", f"{name}-root.pem",
                      "-subj", f"/CN=Root of {name}", "-days", "30"),
                     ("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN=Time of {name}"),
                     ("x509", "-req", "-in", f"{name}.csr", "-CA", f"{name}-root.pem", "-CAkey", f"{name}-root.key", "-CAcreateserial",
                      "-out", f"{name}.pem", "-days", "30", "-extfile", f"{name}.cnf", "-extensions", "stamps")):
            run = self.openssl(*args)
            self.assertEqual(run.returncode, 0, run.stderr)

    def stamp(self, request, reply, name="tsa"):
        run = self.openssl("ts", "-reply", "-config", f"{name}.cnf", "-section", "one", "-queryfile", request, "-out", reply)
        self.assertEqual(run.returncode, 0, run.stderr)
        return self.folder / reply

    def asked(self, name):
        path = self.folder / name
        self.ok("audit", "timestamp-request", "-o", path)
        return path

    def root(self, name="tsa"):
        return self.folder / f"{name}-root.pem"

    def test_a_stamp_is_taken_logged_and_stands_in_verification(self):
        answer = self.ok("audit", "checkpoint", "-o", self.folder / "kept.txt")
        reply = self.stamp(self.asked("q.tsq"), "r.tsr")
        taken = self.ok("audit", "timestamp", reply, "--ca", self.root())
        self.assertEqual((taken["size"], taken["index"]), (answer["size"], answer["size"]))
        self.assertIn("CN=Time of tsa", taken["text"])
        review = self.leaves()[-1]
        self.assertEqual((review["review"]["kind"], review["review"]["checkpoint_size"]), ("TIMESTAMP", str(answer["size"])))
        self.assertEqual(base64.b64decode(review["review"]["cosignature"]), reply.read_bytes())
        at = datetime.datetime.fromisoformat(review["occurred_at"].replace("Z", "+00:00"))
        self.assertLess(abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds()), 120)
        self.assertTrue(self.ok("audit", "verify")["ok"])
        before = len(self.leaves())
        self.assertIn("already", self.ok("audit", "timestamp", reply, "--ca", self.root())["text"])
        self.assertEqual(len(self.leaves()), before)
        # Outside, with the files alone, and with a program that is not ours.
        self.assertTrue(self.ok("audit", "check-timestamp", reply, "--checkpoint", self.folder / "kept.txt", "--ca", self.root())["ok"])
        run = self.openssl("ts", "-verify", "-data", "kept.txt", "-in", "r.tsr", "-CAfile", "tsa-root.pem")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_the_request_says_a_hash_and_nothing_else(self):
        request = self.asked("q.tsq")
        note = self.ok("audit", "checkpoint")["note"]
        said = self.openssl("ts", "-query", "-in", "q.tsq", "-text").stdout
        self.assertIn("Hash Algorithm: sha256", said)
        self.assertIn("Certificate required: yes", said)
        self.assertIn(hashlib.sha256(note.encode()).digest(), request.read_bytes())
        self.assertLess(len(request.read_bytes()), 80)
        self.refused(3, "audit", "timestamp-request", "-o", request)  # nothing is overwritten
        self.assertNotEqual(self.asked("other.tsq").read_bytes(), request.read_bytes())  # a nonce

    def test_what_does_not_hold_is_refused_and_nothing_is_stored(self):
        self.ok("audit", "checkpoint", "-o", self.folder / "kept.txt")
        reply = self.stamp(self.asked("q.tsq"), "r.tsr")
        self.authority("stranger")
        before = self.case.read_bytes()

        def verdict(path, root, code=5):
            answer = self.run_palermo("audit", "timestamp", path, "--ca", root)
            self.assertEqual(answer.code, code, answer.out + answer.err)
            return answer.json["reason_codes"] if code == 5 else answer.err

        self.assertEqual(verdict(reply, self.root("stranger")), ["BAD_SIGNATURE"])
        honest = reply.read_bytes()
        check = lambda path: self.run_palermo("audit", "check-timestamp", path, "--checkpoint", self.folder / "kept.txt", "--ca", self.root())
        said, draw, codes = check(reply).json["text"], random.Random(3), []
        for _ in range(100):
            copy = bytearray(honest)
            copy[draw.randrange(len(copy))] ^= 1 << draw.randrange(8)
            answer = check(self.write("damaged.tsr", bytes(copy)))
            codes.append(answer.code)
            # A few bits of the envelope are under no signature; what the stamp says they cannot change.
            if answer.code == 0:
                self.assertEqual(answer.json["text"], said)
        self.assertEqual(set(codes) - {0}, {3, 5})
        self.assertLess(codes.count(0), 10)
        for broken in (b"", b"hello", honest[:-1], honest + b"\0", b"0" * 70_000):
            self.refused(3, "audit", "timestamp", self.write("broken.tsr", broken), "--ca", self.root())
        self.refused(3, "audit", "timestamp", reply, "--ca", self.folder / "kept.txt")
        self.write("note.txt", "something else\n")
        self.openssl("ts", "-query", "-data", "note.txt", "-sha256", "-cert", "-out", "else.tsq")
        self.assertEqual(verdict(self.stamp("else.tsq", "else.tsr"), self.root()), ["ALTERED"])
        self.openssl("ts", "-query", "-data", "kept.txt", "-sha256", "-out", "bare.tsq")  # without the certificate
        self.assertEqual(verdict(self.stamp("bare.tsq", "bare.tsr"), self.root()), ["BAD_SIGNATURE"])
        self.assertEqual(self.case.read_bytes(), before)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_verification_finds_a_stamp_that_no_longer_fits(self):
        reply = self.stamp(self.asked("q.tsq"), "r.tsr")
        self.ok("audit", "timestamp", reply, "--ca", self.root())
        with sqlite3.connect(self.case) as db:
            db.execute("DELETE FROM checkpoint WHERE size = 2")
        answer = self.run_palermo("audit", "verify")
        self.assertEqual(answer.code, 5)
        self.assertTrue([p for p in answer.json["problems"] if p["text"] == "the checkpoint it stamps is gone"], answer.out)


if __name__ == "__main__":
    support.main()
