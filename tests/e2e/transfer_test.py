"""case export, case import: elsewhere the case is the same, and a damaged or altered file leaves nothing."""
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile

import support


def member(k):
    return {"id": f"M{k}", "kind": "fact", "source": f"report {k}", "grade": "B2", "membership": {"person": f"P{k}", "group": "G"}}


class Transfer(support.CaseTest):
    def setUp(self):
        super().setUp()
        content = {"case": {"title": "T", "state": "IT", "as_of": "2031-06-01", "parties": ["IT"]},
                   "statements": [member(k) for k in (1, 2, 3)]}
        self.ok("ingest", self.write("facts.json", json.dumps(content)), "--technique", "NONE")
        self.ok("ingest", self.write("calls.csv", "a,b,start,duration_s,kind,direction,cell\n" + "".join(
            f"+44770090000{k},+447700900009,2031-03-05T1{k}:00:00Z,60,call,out,262-01-1-9\n" for k in range(5))),
            "--technique", "NONE")
        self.finding = self.ok("assess")
        self.file = self.folder / "whole.palermo-case"

    def export(self, *options):
        return self.ok("case", "export", "-o", self.file, "--to", "Office B", *options)

    def elsewhere(self, keys=None):
        """Another folder, with its own keys or none, and the case it makes."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-e2e-"))
        self.addCleanup(shutil.rmtree, folder, True)
        if keys:
            shutil.copytree(keys, folder / "keys")
        self.env["PALERMO_KEYS"] = str(folder / "keys")
        return folder / "moved.palermo"

    def test_elsewhere_the_records_findings_and_verdict_are_the_same(self):
        given = self.export()
        leaf = self.leaves()[given["leaf_index"]]
        self.assertEqual((leaf["disclosure"]["recipient_body"], given["checkpoint_size"]), ("Office B", given["leaf_index"] + 1))
        here = [self.ok("records")["records"], self.ok("entity", "list")["entities"]]
        root = self.ok("audit", "checkpoint")
        keys = self.env["PALERMO_KEYS"]
        target = self.elsewhere(keys)
        made = self.ok("case", "import", self.file, "--vkey", given["vkey"], case=target)
        self.assertEqual((made["entries"], made["root"], made["vkey_given"]), (given["checkpoint_size"], given["root"], True))
        self.assertEqual((made["calls"], made["findings"], made["sources"]), (5, 1, 2))
        self.assertEqual(made["operators_here"], made["operators"])
        verdict = self.ok("audit", "verify", case=target)
        self.assertEqual((verdict["ok"], verdict["root"], verdict["size"]), (True, given["root"], given["checkpoint_size"]))
        self.assertEqual([self.ok("records", case=target)["records"], self.ok("entity", "list", case=target)["entities"]], here)
        again = self.ok("assess", "--reproduce", self.finding["finding_id"], case=target)
        self.assertTrue(again["same"], again)
        self.assertEqual(self.ok("assess", case=target)["finding_id"], self.finding["finding_id"])
        # Other entries follow, there; the log still extends what the file held, and the finding derives again.
        note = self.folder / "note"
        with sqlite3.connect(f"file:{target}?mode=ro", uri=True) as db:
            note.write_text(db.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()[0])
        for k in range(4, 10):
            self.ok("ingest", self.write(f"more{k}.json", json.dumps({"statements": [member(k)]})), "--technique", "NONE", case=target)
            self.ok("decide", "untoc.2a.time", "--outcome", "indicated", "--reason", f"heard {k}", case=target)
        self.assertTrue(self.ok("audit", "verify", "--checkpoint", note, case=target)["ok"])
        self.assertTrue(self.ok("assess", "--reproduce", self.finding["finding_id"], case=target)["same"])
        self.assertNotEqual(self.ok("audit", "checkpoint", case=target)["root"], root["root"])

    def test_without_a_key_it_is_verified_and_not_read(self):
        self.export()
        target = self.elsewhere()
        made = self.ok("case", "import", self.file, case=target)
        self.assertEqual((made["operators_here"], made["vkey_given"]), ([], False))
        self.assertTrue(any("own word" in n for n in made["notices"]) and any("No operator's key" in n for n in made["notices"]))
        self.assertTrue(self.ok("audit", "verify", case=target)["ok"])
        self.refused(4, "records", case=target)

    def test_nothing_secret_and_nothing_destroyed_travels(self):
        with sqlite3.connect(self.case) as db:  # a page that nothing uses any more
            db.execute("CREATE TABLE scratch (t TEXT)")
            db.execute("INSERT INTO scratch VALUES (?)", ("once-a-name " * 4000,))
            db.commit()
            db.execute("DROP TABLE scratch")
        self.assertIn(b"once-a-name", self.case.read_bytes() + b"".join(p.read_bytes() for p in self.folder.glob("case.palermo-wal")))
        self.export()
        target = self.elsewhere()
        self.ok("case", "import", self.file, case=target)
        bytes_ = target.read_bytes()
        self.assertNotIn(b"once-a-name", bytes_)
        self.assertNotIn(b"PRIVATE+KEY", bytes_)

    def test_a_damaged_file_is_refused_whole(self):
        """Cut anywhere, any byte flipped, anything appended: one error, and no file."""
        self.export()
        whole, target = self.file.read_bytes(), self.elsewhere()
        draw = random.Random(5)
        head = whole.index(b"\n", whole.index(b"checkpoint ")) + 1
        places = list(range(0, head, 5)) + draw.sample(range(head, len(whole)), 25) + [len(whole) - 1]
        tries = [whole[:p] + bytes([whole[p] ^ 1 << draw.randrange(8)]) + whole[p + 1:] for p in places]
        frame = head + int(whole[whole.index(b"checkpoint ") + 11:head])
        unused = frame + 4  # byte of the frame's head with a bit that zstd does not look at
        tries += [whole[:unused] + bytes([whole[unused] ^ 1 << bit]) + whole[unused + 1:] for bit in range(8)]
        tries += [whole[:p] + bytes([whole[p] ^ 1]) + whole[p + 1:] for p in range(len(whole) - 40, len(whole), 3)]
        tries += [whole[:-40], whole[:-40] + b"palermo"]
        tries += [whole[:p] for p in (0, 10, head - 3, head + 40, len(whole) // 2, len(whole) - 1)]
        tries += [whole + b"x", whole + whole, b"", b"palermo-case/1\n", b"SQLite format 3\0" + bytes(200)]
        tries.append(whole.replace(b"snapshot ", b"snapshot 9999999999999", 1))
        for n, content in enumerate(tries):
            bad = self.write("bad.palermo-case", content)
            answer = self.run_palermo("case", "import", bad, case=target)
            self.assertIn(answer.code, (3, 5), f"{n}: {answer.out} {answer.err}")
            self.assertEqual(answer.err.count("palermo: "), 1, answer.err)
            self.assertEqual(list(target.parent.glob("moved*")), [], n)
        self.refused(3, "case", "import", self.folder / "absent", case=target)

    def pack(self, database, head):
        """The archive of another SQLite file under an honest head, as whoever alters a case would make it."""
        import hashlib
        packed = subprocess.run(["zstd", "-q", "-c", str(database)], capture_output=True, check=True).stdout
        note = head[head.index(b"\n", head.index(b"checkpoint ")) + 1:]
        note = note[:int(head.split(b"checkpoint ")[1].split(b"\n")[0])]
        content = database.read_bytes()
        first = f"palermo-case/1\nsnapshot {len(content)} {hashlib.sha256(content).hexdigest()}\ncheckpoint {len(note)}\n"
        return first.encode() + note + packed

    def test_an_altered_case_is_refused_by_what_its_log_says(self):
        if shutil.which("zstd") is None:
            self.skipTest("skipped: no zstd program to repack the file with")
        given = self.export()
        target = self.elsewhere()
        self.ok("case", "import", self.file, case=target)
        whole = self.file.read_bytes()
        honest = self.write("again.palermo-case", self.pack(target, whole))
        self.ok("case", "import", honest, case=target.parent / "again.palermo")
        for n, change in enumerate(("UPDATE finding SET payload = CAST(payload || x'00' AS BLOB)", "DELETE FROM decision",
                                    "UPDATE record SET line = line + 1 WHERE seq = 2", "DELETE FROM source WHERE seq = 2",
                                    "UPDATE meta SET value = 'other' WHERE key = 'title'",
                                    "CREATE TRIGGER t AFTER INSERT ON leaf BEGIN SELECT 1; END",
                                    "DELETE FROM checkpoint")):
            altered = self.folder / "altered"
            shutil.copy(target, altered)
            with sqlite3.connect(altered) as db:
                db.execute("PRAGMA foreign_keys = OFF")
                changed = db.execute(change).rowcount
            if changed == 0:  # nothing there to alter
                continue
            bad = self.write("bad.palermo-case", self.pack(altered, whole))
            place = target.parent / f"bad{n}.palermo"
            self.refused(5, "case", "import", bad, case=place)
            self.assertFalse(place.exists())
        # Another log's key is refused, however whole the file.
        self.ok("init", "--title", "Other", "--state", "IT", case=target.parent / "other.palermo")
        other = self.ok("audit", "checkpoint", case=target.parent / "other.palermo")["vkey"]
        self.assertNotEqual(other, given["vkey"])
        self.refused(5, "case", "import", self.file, "--vkey", other, case=target.parent / "third.palermo")
        self.assertFalse((target.parent / "third.palermo").exists())

    def test_what_is_refused(self):
        self.export()
        before = self.file.read_bytes()
        self.refused(3, "case", "export", "-o", self.file, "--to", "Office B")
        self.assertEqual(self.file.read_bytes(), before)
        self.assertEqual(self.run_palermo("case", "export", "-o", self.folder / "x").code, 2)
        self.refused(2, "case", "export", "-o", self.folder / "x", "--to", " ")
        self.refused(3, "case", "import", self.file, case=self.case)
        self.refused(3, "case", "import", self.file, "--vkey", "no-key", case=self.folder / "y.palermo")
        self.ok("user", "add", "olga", "--role", "oversight")
        self.refused(4, "--as", "olga", "case", "export", "-o", self.folder / "x", "--to", "Office B")
        self.assertFalse((self.folder / "x").exists())
        answer = self.refused(1, "case", "export", "-o", self.folder / "no" / "x", "--to", "Office B")
        self.assertIn("did not happen", answer.err)


if __name__ == "__main__":
    support.main()
