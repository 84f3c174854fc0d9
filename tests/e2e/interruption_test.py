"""kill -9 during an ingest leaves the whole file or nothing, and a case that opens and verifies."""
import hashlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time

import support

KILLS = int(os.environ.get("PALERMO_KILLS", "25"))
ROWS = 40_000


class Interruption(support.CaseTest):
    def stored(self):
        """Call records in the case, read without the program."""
        with sqlite3.connect(f"file:{self.case}?mode=ro", uri=True) as db:
            return db.execute("SELECT coalesce(sum(records), 0) FROM segment").fetchone()[0]

    def calls(self):
        lines = ["a,b,start,duration_s,kind,direction,cell,imei,imsi"]
        for i in range(ROWS):
            lines.append(f"+4477009{i % 997:05d},+4477009{(i * 7 + 1) % 991:05d},"
                         f"2024-03-{1 + i % 28:02d}T{i % 24:02d}:{i % 60:02d}:{(i // 60) % 60:02d}Z,{i % 600},voice,out,,,")
        return self.write("calls.csv", "\n".join(lines) + "\n")

    def content(self):
        """Everything in the case, as SQL text, read without the program."""
        with sqlite3.connect(f"file:{self.case}?mode=ro", uri=True) as db:
            return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()

    def test_a_full_disk_is_one_clear_error_and_leaves_the_case_as_it_was(self):
        path = self.calls()
        before = self.content()
        for blocks in (4, 40, 80, 120):  # KiB a file may grow to
            def full_disk():
                resource.setrlimit(resource.RLIMIT_FSIZE, (blocks * 1024, blocks * 1024))
            answer = self.run_palermo("ingest", path, "--technique", "NONE", preexec_fn=full_disk)
            self.assertEqual(answer.code, 1, answer.err)
            self.assertEqual(answer.err.count("palermo: "), 1, answer.err)
            self.assertIn("disk", answer.err)
            self.assertIn("the case is as it was before", answer.err)
            self.assertEqual(answer.json["error"]["exit_code"], 1)
            self.assertEqual(self.content(), before)
            self.assertTrue(self.ok("audit", "verify")["ok"])
        self.assertEqual(self.ok("ingest", path, "--technique", "NONE")["stored"], ROWS)  # with room again

    def test_an_interrupt_leaves_the_case_as_it_was(self):
        path = self.calls()
        before = self.content()
        for number in (signal.SIGINT, signal.SIGTERM):
            run = subprocess.Popen([support.BINARY, "--case", str(self.case), "ingest", str(path), "--technique", "NONE"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)
            time.sleep(0.1)
            run.send_signal(number)
            run.communicate()
            self.assertNotEqual(run.returncode, 0)
            self.assertEqual(self.content(), before)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_kill_at_random_moments(self):
        pristine = self.folder / "pristine.palermo"
        shutil.copy(self.case, pristine)
        path = self.calls()

        def ingest():
            return [support.BINARY, "--case", str(self.case), "--json", "ingest", str(path), "--technique", "NONE"]

        start = time.monotonic()
        whole = subprocess.run(ingest(), capture_output=True, text=True, env=self.env)
        whole_run_s = time.monotonic() - start
        self.assertEqual(whole.returncode, 0, whole.stderr)
        stored = self.stored()

        seed = random.randrange(1 << 30)
        print(f"seed {seed}, whole run {whole_run_s:.3f} s, {KILLS} kills")
        moments = random.Random(seed)
        seen = {"nothing": 0, "whole": 0}
        for _ in range(KILLS):
            for suffix in ("", "-wal", "-shm"):
                if os.path.exists(f"{self.case}{suffix}"):
                    os.unlink(f"{self.case}{suffix}")
            shutil.copy(pristine, self.case)
            run = subprocess.Popen(ingest(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.env)
            time.sleep(moments.random() * whole_run_s * 1.1)
            run.send_signal(signal.SIGKILL)
            run.wait()
            verified = self.ok("audit", "verify")
            self.assertTrue(verified["ok"])
            count = self.stored()
            self.assertIn(count, (0, stored))
            seen["whole" if count else "nothing"] += 1
        print(seen)


if __name__ == "__main__":
    support.main()
