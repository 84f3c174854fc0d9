"""The case file as bytes: bits turned anywhere, every earlier copy put back, forks by the true key."""
import os
import random
import shutil
import sqlite3
import hashlib

import support

SOAK = os.environ.get("PALERMO_SOAK") == "1"
FLIPS = 20_000 if SOAK else 30
FORKS = 100 if SOAK else 2


def content(path):
    """Everything that SQL shows, or None where SQLite cannot read it."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return hashlib.sha256("\n".join(db.iterdump()).encode("utf-8", "surrogateescape")).hexdigest()
    except (sqlite3.Error, UnicodeError, OverflowError, ValueError):
        return None
    finally:
        if "db" in locals():
            db.close()


class StoreFile(support.CaseTest):
    def filled(self):
        self.ok("simulate", "--seed", "3", "--persons", "40", "--calls", "600", "-o", self.folder / "ev")
        self.ok("authorize", "add", self.folder / "ev" / "authorizations.json")
        self.ok("ingest", self.folder / "ev" / "calls_it.csv", "--authorization", "AUTH-IT-TRAFFIC")
        self.ok("ingest", self.folder / "ev" / "intercepts.jsonl")

    def whole(self, to):
        """The case as one file, no write-ahead log beside it."""
        with sqlite3.connect(self.case) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        shutil.copy(self.case, to)

    def test_a_bit_turned_anywhere_is_found_or_changes_nothing_that_is_read(self):
        self.filled()
        kept = self.folder / "kept"
        self.ok("audit", "checkpoint", "-o", kept)
        honest = self.folder / "honest"
        self.whole(honest)
        data, meaning = honest.read_bytes(), content(honest)
        # The ordinary run judges a change by the same bits as the run before it; soak goes on looking.
        seed = random.randrange(1 << 30) if SOAK else 7
        draw = random.Random(seed)
        written = [at for at, byte in enumerate(data) if byte]  # most of a young case's pages is empty
        found = idle = 0
        copy = self.folder / "copy.palermo"
        for i in range(FLIPS):
            at, bit = draw.choice(written) if i % 2 else draw.randrange(len(data)), draw.randrange(8)
            damaged = bytearray(data)
            damaged[at] ^= 1 << bit
            for suffix in ("-wal", "-shm", "-journal"):
                if os.path.exists(f"{copy}{suffix}"):
                    os.unlink(f"{copy}{suffix}")
            copy.write_bytes(damaged)
            answer = self.run_palermo("audit", "verify", "--checkpoint", kept, case=copy)
            where = f"seed {seed}, byte {at}, bit {bit}: exit {answer.code}, {answer.err}"
            if answer.code == 0:
                self.assertEqual(content(copy), meaning, where)
                idle += 1
            else:
                self.assertIn(answer.code, (3, 5), where)  # 3: no longer a case file at all
                found += 1
        print(f"seed {seed}: {found} found, {idle} where nothing stands that is read")
        self.assertGreater(found, FLIPS // 10)

    def test_every_earlier_copy_is_a_rollback(self):
        copies = []
        for i in range(14):
            self.ok("records") if i % 3 else self.ok("user", "add", f"op{i}", "--role", "analyst")
            copy = self.folder / f"copy{i}.palermo"
            self.whole(copy)
            copies.append(copy)
        self.ok("records")
        kept = self.folder / "kept"
        self.ok("audit", "checkpoint", "-o", kept)
        for copy in copies:
            answer = self.run_palermo("audit", "verify", "--checkpoint", kept, case=copy)
            self.assertEqual((answer.code, answer.json["reason_codes"]), (5, ["ROLLBACK"]), copy)
        self.assertTrue(self.ok("audit", "verify", "--checkpoint", kept)["ok"])

    def test_forks_by_the_true_key(self):
        base = self.folder / "base.palermo"
        self.whole(base)
        for i in range(FORKS):
            sides = []
            for side in "ab":
                case = self.folder / f"{side}.palermo"
                for suffix in ("", "-wal", "-shm"):
                    if os.path.exists(f"{case}{suffix}"):
                        os.unlink(f"{case}{suffix}")
                shutil.copy(base, case)
                for _ in range(1 + i % 4):
                    self.ok("records", case=case)
                note = self.folder / f"{side}.txt"
                self.ok("audit", "checkpoint", "-o", note, case=case)
                sides.append((case, note))
            for (case, own), (_, other) in (sides, sides[::-1]):
                self.assertTrue(self.ok("audit", "verify", "--checkpoint", own, case=case)["ok"])
                answer = self.run_palermo("audit", "verify", "--checkpoint", other, case=case)
                self.assertEqual(answer.code, 5)
                self.assertIn("SPLIT_VIEW", answer.json["reason_codes"], i)


if __name__ == "__main__":
    support.main()
