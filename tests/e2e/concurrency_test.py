"""Eight processes append, verify and export at once; a checker goes over the history they leave."""
import collections
import os
import pathlib
import subprocess
import threading
import time

import support

SECONDS = 600 if os.environ.get("PALERMO_SOAK") == "1" else 6


class Concurrency(support.CaseTest):
    def test_the_history_is_linear_and_nothing_acknowledged_is_lost(self):
        names = [f"op{i}" for i in range(5)]
        for name in names:
            self.ok("user", "add", name, "--role", "analyst")
        first = self.folder / "first"
        self.ok("audit", "checkpoint", "-o", first)
        acknowledged, problems = collections.Counter(), []
        sizes = collections.defaultdict(list)
        end = time.monotonic() + SECONDS

        def run(*args):
            return subprocess.run([support.BINARY, "--case", str(self.case), "--json", *map(str, args)], capture_output=True,
                                  text=True, env=self.env, timeout=120)

        def work(kind, number):
            count = 0
            while count == 0 or time.monotonic() < end:  # once in any case, however busy the machine is
                count += 1
                if kind == "append":
                    done = run("--as", names[number], "records", "--limit", "1")
                    acknowledged[names[number]] += done.returncode == 0
                elif kind == "verify":
                    done = run("audit", "verify", "--checkpoint", first)
                    if done.returncode == 0:
                        sizes[number].append(support.json.loads(done.stdout)["size"])
                elif kind == "export":
                    done = run("audit", "export", self.folder / f"log{count}")
                else:
                    done = run("audit", "checkpoint")
                if done.returncode != 0:
                    problems.append((kind, done.returncode, done.stderr))
        workers = [threading.Thread(target=work, args=("append", i)) for i in range(5)]
        workers += [threading.Thread(target=work, args=(kind, 9)) for kind in ("verify", "export", "checkpoint")]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(problems, [])
        entries = self.leaves()
        self.assertEqual([int(e.get("seq", 0)) for e in entries], list(range(len(entries))))
        times = [e["recorded_at"] for e in entries]
        self.assertEqual(times, sorted(times))
        logged = collections.Counter(e["actor"].split("/")[-1] for e in entries if e["kind"] == "access")
        for name in names:
            self.assertEqual(logged[name], acknowledged[name], name)  # none lost, none doubled
        self.assertEqual(sizes[9], sorted(sizes[9]))
        self.assertTrue(self.ok("audit", "verify", "--checkpoint", first)["ok"])
        print(f"{SECONDS} s: {sum(acknowledged.values())} appended by 5, {len(sizes[9])} verified, {len(entries)} entries")
        self.assertEqual([name for name in names if acknowledged[name] == 0], [])


if __name__ == "__main__":
    support.main()
