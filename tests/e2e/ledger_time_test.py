"""Heartbeats, key epochs and facts entered late, from outside; how clocks are told is tests/unit/ledger/clock_test.cpp."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import support

SCRIPTS = support.SOURCE / "scripts"


class LedgerTime(support.CaseTest):
    def kinds(self):
        return [leaf["kind"] for leaf in self.leaves()]

    def test_heartbeats_form_a_chain_and_say_how_long_it_was_silent(self):
        first = self.ok("audit", "heartbeat")
        second = self.ok("audit", "heartbeat")
        self.assertEqual((second["index"], second["silent_s"] < 60, second["clock_jump_s"]), (first["index"] + 1, True, None))
        beats = [leaf for leaf in self.leaves() if leaf["kind"] == "heartbeat"]
        self.assertEqual([(b["id"], b["rev"]) for b in beats], [("heartbeat", 1), ("heartbeat", 2)])
        notes = [json.loads(b["heartbeat"]["note"]) for b in beats]
        self.assertEqual(len({note["boot"] for note in notes}), 1)
        self.assertGreater(int(notes[1]["running_us"]), int(notes[0]["running_us"]))
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        self.assertNotIn(boot, json.dumps(beats))  # salted: two cases of one machine are not linked
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def rotated(self, *more):
        return self.ok("audit", "rotate-key", "--ground", "ROUTINE", "--reason", "yearly", *more)

    def test_a_rotation_is_signed_by_the_old_key_and_ends_it(self):
        kept = self.folder / "kept"
        old = self.ok("audit", "checkpoint", "-o", kept)["vkey"]
        secret = self.folder / "keys" / self.ok("audit", "verify")["origin"].split("/")[1] / "log.key"
        stolen = secret.read_text()
        done = self.rotated()
        self.assertEqual(done["old_vkey"], old)
        self.assertNotEqual(done["new_vkey"], old)
        self.assertEqual(self.kinds()[-2:], ["access", "key_rotation"])
        entry = self.leaves()[-1]
        self.assertEqual(entry["actor"], old.split("+")[0])
        self.assertEqual(self.leaves()[-2]["access"]["justification"], "ROUTINE: yearly")
        self.assertNotIn(stolen.strip(), "".join(p.read_text() for p in secret.parent.iterdir()))
        self.assertEqual(sorted(p.name for p in secret.parent.iterdir() if p.name.startswith("log")), ["log.key"])
        for vkey in (old, done["new_vkey"]):
            self.assertTrue(self.ok("audit", "verify", "--checkpoint", kept, "--vkey", vkey)["ok"])
        self.ok("records")
        new = self.ok("audit", "checkpoint", "-o", self.folder / "new")
        self.assertEqual(new["vkey"], done["new_vkey"])
        self.assertEqual(self.run_palermo("audit", "check-note", self.folder / "new", "--vkey", old).code, 5)
        # The thief goes on with the old key: every state of the log beyond the rotation is refused.
        secret.write_text(stolen)
        answer = self.run_palermo("audit", "checkpoint")
        self.assertEqual(answer.code, 5, answer.out)
        # With the program out of the way: a checkpoint of the present log, signed by the old key.
        fork = self.folder / "fork.palermo"
        shutil.copy(self.case, fork)
        with sqlite3.connect(fork) as db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'log_vkey'", (old,))
        db.close()
        self.assertEqual(self.run_palermo("audit", "verify", case=fork).code, 5)

    def test_an_interrupted_rotation_ends_itself(self):
        done = self.rotated()
        folder = self.folder / "keys" / done["new_vkey"].split("+")[0].split("/")[1]
        key_id = done["new_vkey"].split("+")[1]
        (folder / "log.key").rename(folder / f"log-{key_id}.key")  # as if the power went before the last step
        (folder / "log.key").write_text("the old secret\n")
        (folder / "log.key").chmod(0o600)
        self.ok("records")
        self.assertEqual(self.ok("audit", "checkpoint")["vkey"], done["new_vkey"])
        self.assertFalse((folder / f"log-{key_id}.key").exists())
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_other_verifiers_follow_the_key_from_the_paper(self):
        kept = self.folder / "kept"
        old = self.ok("audit", "checkpoint", "-o", kept)["vkey"]
        for _ in range(3):
            last = self.rotated()["new_vkey"]
        self.ok("records")
        self.ok("audit", "export", self.folder / "log")

        def python(vkey, folder="log"):
            run = subprocess.run([sys.executable, SCRIPTS / "verify_ledger.py", self.folder / folder, kept], capture_output=True,
                                 text=True, env={"VKEY": vkey, "PATH": "/usr/bin:/bin"}, timeout=60)
            return run.returncode
        self.assertEqual((python(old), python(last)), (0, 0))
        self.assertEqual(python(self.ok("user", "add", "eve", "--role", "analyst")["vkey"]), 5)
        # A rotation that the old key did not sign leads nowhere.
        bundle = next((self.folder / "log" / "tile" / "entries").rglob("*.p/*"))
        text = bundle.read_bytes()
        at = text.index(b'"kind":"key_rotation"')
        sig = text.index(b'"sig":"', at) + 7
        bundle.write_bytes(text[:sig] + (b"A" if text[sig:sig + 1] != b"A" else b"B") + text[sig + 1:])
        self.assertEqual(python(old), 5)

    def test_who_may_and_what_must_be_said(self):
        self.ok("user", "add", "vera", "--role", "oversight")
        self.refused(4, "--as", "vera", "audit", "rotate-key", "--ground", "ROUTINE", "--reason", "x")
        self.refused(2, "audit", "rotate-key", "--ground", "ROUTINE", "--reason", " ")
        self.refused(2, "audit", "rotate-key", "--ground", "ROUTINE", "--reason", "x", "--since", "2024-01-01")
        self.refused(2, "audit", "rotate-key", "--ground", "COMPROMISE", "--reason", "x", "--since", "2999-01-01")
        self.refused(2, "audit", "rotate-key", "--ground", "COMPROMISE", "--reason", "x", "--since", "yesterday")
        self.assertNotIn("key_rotation", self.kinds())

    def test_a_use_entered_long_after_is_marked_late_and_the_reason_stands_with_it(self):
        order = {"id": "A-1", "technique": "UNDERCOVER_OPERATION", "kind": "undercover", "state": "DE",
                 "applicant": {"id": "P-1"}, "authorizer": {"id": "S-1", "role": "judge"}, "granted_at": "2024-03-01T09:00:00Z",
                 "effective_from": "2024-03-01T09:00:00Z", "expires_at": "2024-05-31T23:59:59Z"}
        self.ok("authorize", "add", self.write("a.json", json.dumps(order)))
        added = self.leaves()[-1]
        self.assertRegex(added["late_reason"], r"^entered \d+ days after it happened; no reason was given$")
        use = {"use_id": "U-1", "authorization_id": "A-1", "technique": "UNDERCOVER_OPERATION", "kind": "undercover",
               "started_at": "2024-03-02T10:00:00Z", "ended_at": "2024-03-02T12:00:00Z"}
        self.ok("technique", "log", self.write("u.json", json.dumps(use)), "--late-reason", "the officer was abroad")
        source = next(leaf for leaf in self.leaves() if leaf["kind"] == "source")
        self.assertEqual((source["occurred_at"], source["late_reason"]), ("2024-03-02T12:00:00.000000Z", "the officer was abroad"))
        self.ok("technique", "log", self.write("u2.json", json.dumps(dict(use, use_id="U-2"))))
        source = [leaf for leaf in self.leaves() if leaf["kind"] == "source"][-1]
        self.assertIn("no reason was given", source["late_reason"])
        result = self.ok("audit", "verify")
        self.assertTrue(result["ok"])
        self.assertIn("3 facts were entered late, and marked so (late_reason)", result["notices"])

    def sealed_three(self):
        for name, role in (("hugo", "handler"), ("lena", "legal")):
            self.ok("user", "add", name, "--role", role)
            self.ok("--as", name, "identity", "key", "--role", role, "-o", self.folder / f"{name}.key", "--passphrase-file",
                    self.write("words", "correct horse battery\n"))
        return [self.ok("--as", "hugo", "identity", "seal", "--category", "victim", "--fields", "-",
                          input=json.dumps({"name": f"Person {i}"}))["pseudonym"] for i in range(3)]

    def test_verify_compares_sealed_identities_where_their_file_stands(self):
        sealed = self.sealed_three()
        file = self.folder / "case.palermo.identities"
        whole = self.ok("audit", "verify")
        honest = file.read_bytes()
        file.unlink()
        without = self.ok("audit", "verify")
        self.assertEqual(whole["rows_checked"], without["rows_checked"] + 3)
        self.assertTrue(any("3 identities are sealed" in n for n in without["notices"]), without["notices"])

        def broken(sql):
            file.write_bytes(honest)
            with sqlite3.connect(file) as db:
                db.execute(sql)
            db.close()
            answer = self.run_palermo("audit", "verify")
            self.assertEqual((answer.code, answer.json["reason_codes"]), (5, ["ALTERED"]), sql)
            return answer.json["problems_total"]
        self.assertEqual(broken(f"DELETE FROM identity WHERE pseudonym = '{sealed[0]}'"), 1)
        self.assertEqual(broken("UPDATE identity SET payload = (SELECT payload FROM identity LIMIT 1)"), 2)
        self.assertEqual(broken(f"UPDATE identity SET payload = CAST(payload || x'00' AS BLOB) WHERE pseudonym = '{sealed[1]}'"), 1)
        self.assertEqual(broken(f"UPDATE identity SET revision = 9 WHERE pseudonym = '{sealed[2]}'"), 1)
        file.write_bytes(honest)
        self.ok("--as", "lena", "identity", "destroy", sealed[0], "--order", "court 7/2024", "--by", "J-1")
        self.assertTrue(self.ok("audit", "verify")["ok"])
        file.write_bytes(honest)  # an old copy brings back what was destroyed
        answer = self.run_palermo("audit", "verify")
        self.assertEqual(answer.code, 5)
        self.assertIn("destroyed by order", answer.json["problems"][0]["text"])
        file.write_bytes(b"no file of ours")
        self.assertEqual(self.run_palermo("audit", "verify").code, 5)

    def test_a_sealing_that_was_interrupted_is_no_alteration(self):
        self.sealed_three()
        file, journal = self.folder / "case.palermo.identities", self.folder / "case.palermo.identities-journal"
        with sqlite3.connect(file, isolation_level=None) as db:
            for sql in ("PRAGMA cache_size = 1", "BEGIN IMMEDIATE", "CREATE TABLE half(x)"):
                db.execute(sql)
            for _ in range(500):
                db.execute("INSERT INTO half VALUES (randomblob(2000))")
            half, undo = file.read_bytes(), journal.read_bytes()  # as the power going now would leave them
            db.execute("ROLLBACK")
        db.close()
        file.write_bytes(half)
        journal.write_bytes(undo)
        result = self.ok("audit", "verify")
        self.assertTrue(any("was interrupted, so it was not compared" in n for n in result["notices"]), result["notices"])
        self.assertEqual((file.read_bytes() == half, journal.read_bytes() == undo), (True, True))  # a verifier writes nothing
        self.ok("--as", "hugo", "identity", "list")
        whole = self.ok("audit", "verify")
        self.assertEqual((whole["rows_checked"], journal.exists()), (result["rows_checked"] + 3, False))
        # A file that is cut short, with nothing beside it that would undo that, is one.
        file.write_bytes(half[:5000])
        self.assertEqual(self.run_palermo("audit", "verify").code, 5)


if __name__ == "__main__":
    support.main()
