#!/usr/bin/env python3
"""Time and room to take a call table, beside peers that load the same file, in one run on one machine.

usage: ingest_bench.py PALERMO MAKE_CALLS BENCH_HISTORY [--rows 2000000,10000000] [--runs 3] [--folder DIR]

Palermo parses, normalizes, checks scope, finds duplicates, encodes, hashes and signs. The peers do less:
`sqlite3 .import` copies text cells into a table without index, DuckDB reads the file into a typed table, pandas reads
100,000 rows and normalizes their numbers with python3-phonenumbers. Runs alternate; each figure is the median. Counts
are checked: a figure of a wrong result is none. A peer that is not installed is left out, with a line that says so.

DuckDB: npm ci --prefix tests/bench --ignore-scripts (or --peers FOLDER, where node_modules is)
pandas: apt-get install python3-pandas python3-phonenumbers
"""
import argparse, json, os, random, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET_BYTES, TARGET_DUCKDB, TARGET_MEMORY, TARGET_GROWTH = 20, 1.5, 1.5e9, 10.5
TARGET_COLD_MS, TARGET_WARM_MS = 50, 5
PANDAS_ROWS = 100_000


def run(command, env=None, cwd=None):
    """Seconds of wall clock, peak resident bytes, stdout."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, env=env, cwd=cwd)
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{command[0]} exited with {child.returncode}: {errors.decode(errors='replace')[:400]}")
        out.seek(0)
        return seconds, usage.ru_maxrss * 1024, out.read().decode()


def expect(name, count, rows):
    if int(count) != rows:
        sys.exit(f"{name} took {count} of {rows} rows")


def forget(path):
    """Takes a file out of the page cache, so that the next read is cold."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.case, self.keys = os.path.join(folder, "case.palermo"), os.path.join(folder, "keys")
        self.env = dict(os.environ, PALERMO_CASE=self.case, PALERMO_KEYS=self.keys)
        self.missed = []

    def judge(self, text, met):
        print(f"  {text}{'' if met else '   <- MISSED'}")
        if not met:
            self.missed.append(text)

    def path(self, name):
        return os.path.join(self.folder, name)

    def remove(self, *names):
        for name in os.listdir(self.folder):
            if name.startswith(names):
                path = self.path(name)
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    # --- the peers: seconds ---

    def sqlite(self, table, rows):
        database = self.path("import.db")
        self.remove("import.db")
        seconds, _, count = run(["sqlite3", database, "-cmd", ".mode csv", "-cmd", f".import {table} calls",
                                 "SELECT count(*) FROM calls"])
        expect("sqlite3 .import", count, rows)
        return seconds

    def duckdb(self, table, rows):
        # node looks for packages beside the script that asks for them.
        script = os.path.join(self.options.peers, "duckdb_load.mjs")
        if not os.path.samefile(self.options.peers, HERE):
            shutil.copy(os.path.join(HERE, "duckdb_load.mjs"), script)
        self.remove("duck.db")
        _, _, answer = run(["node", script, table, self.path("duck.db")])
        count, self.version, seconds = answer.split()
        expect("DuckDB", count, rows)
        self.remove("duck.db")
        return float(seconds)  # without the start of node

    def palermo(self, table, rows):
        self.remove("case.palermo", "keys")
        run([self.options.palermo, "init", "--title", "bench", "--state", "IT"], self.env)
        empty = os.path.getsize(self.case)
        seconds, peak, answer = run([self.options.palermo, "--quiet", "--json", "ingest", table, "--technique", "NONE"],
                                    self.env)
        result = json.loads(answer)
        if result["rows_read"] != rows or result["stored"] + result["duplicates"] != rows:
            sys.exit(f"palermo ingest: {result['rows_read']} read, {result['stored']} stored")
        run([self.options.palermo, "--quiet", "audit", "verify"], self.env)
        self.stored = (os.path.getsize(self.case) - empty) / result["stored"]
        self.peak = max(peak, getattr(self, "peak", 0))
        return seconds

    # --- what is printed ---

    def ingest(self, rows):
        table = self.path("calls.csv")
        run([self.options.make_calls, str(rows), table])
        print(f"{rows:,} calls, {os.path.getsize(table) / rows:.1f} bytes a row, {os.cpu_count()} cores, median of "
              f"{self.options.runs} alternating runs")
        contestants = {"sqlite3 .import": self.sqlite, "palermo ingest": self.palermo}
        if os.path.isdir(os.path.join(self.options.peers, "node_modules", "@duckdb")) and shutil.which("node"):
            contestants["DuckDB"] = self.duckdb
        else:
            print("  DuckDB is left out: npm ci --prefix tests/bench --ignore-scripts installs it")
        times = {name: [] for name in contestants}
        self.peak = 0
        for _ in range(self.options.runs):
            for name, load in contestants.items():
                os.sync()  # what one left to be written shall not slow the next
                times[name].append(load(table, rows))
        median = {name: statistics.median(runs) for name, runs in times.items()}
        for name, runs in times.items():
            print(f"  {name:<16} {median[name]:8.2f} s   {rows / median[name]:12,.0f} rows a second"
                  f"   (runs {', '.join(f'{t:.2f}' for t in runs)})")
        ours = median["palermo ingest"]
        self.judge(f"rows a second / sqlite3 .import: {median['sqlite3 .import'] / ours:.2f} (target: 1)",
                   ours <= median["sqlite3 .import"])
        if "DuckDB" in median:
            ratio = median["DuckDB"] / ours
            self.judge(f"rows a second / DuckDB {self.version}: {ratio:.2f} (target: {TARGET_DUCKDB})",
                       ratio >= TARGET_DUCKDB)
        self.judge(f"{self.stored:.1f} bytes a record stored, index and ledger included (target: {TARGET_BYTES})",
                   self.stored <= TARGET_BYTES)
        self.judge(f"peak memory {self.peak / 1e9:.2f} GB, of which the mapped file is up to "
                   f"{os.path.getsize(table) / 1e9:.2f} (target: {TARGET_MEMORY / 1e9})", self.peak <= TARGET_MEMORY)
        return ours

    def pandas(self):
        have = subprocess.run([self.options.python, "-c", "import pandas, phonenumbers"], capture_output=True)
        if have.returncode != 0:
            print("  pandas is left out: apt-get install python3-pandas python3-phonenumbers")
            return
        table = self.path("small.csv")
        run([self.options.make_calls, str(PANDAS_ROWS), table])
        load = [self.options.python, os.path.join(HERE, "pandas_load.py"), table]
        theirs, ours = [], []
        for _ in range(self.options.runs):
            seconds, _, answer = run(load)
            expect("pandas", answer.split()[0], PANDAS_ROWS)
            theirs.append(seconds)
            ours.append(self.palermo(table, PANDAS_ROWS))
        theirs, ours = statistics.median(theirs), statistics.median(ours)
        print(f"{PANDAS_ROWS:,} calls: pandas with phonenumbers {theirs:.2f} s, palermo ingest {ours:.2f} s: "
              f"{theirs / ours:.1f} times as fast")

    def history(self, rows):
        """One number's calls, out of the case and the import.db that the last runs left."""
        table = self.path("calls.csv")
        step = os.path.getsize(table) / rows
        random.seed(1)
        numbers = []
        with open(table, "rb") as file:
            for _ in range(24):
                file.seek(int(random.random() * (rows - 10) * step))
                file.readline()
                numbers.append(file.readline().split(b",")[0].decode())
        first, numbers = numbers[0], list(dict.fromkeys(numbers[1:]))

        def command(number):
            return 1000 * run([self.options.palermo, "--quiet", "--json", "records", "--number", number], self.env)[0]

        cold, process_cold, process = [], [], []
        for number in numbers[:7]:
            forget(self.case)
            process_cold.append(command(number))
            process.append(command(number))
            forget(self.case)
            cold.append(float(run([self.options.bench_history, self.case, number])[2].split()[0]))
        # The whole file is read once, as a second analyst on the same machine finds it.
        with open(self.case, "rb") as file:
            while file.read(1 << 22):
                pass
        again = [line.split() for line in
                 run([self.options.bench_history, self.case, first, *numbers])[2].splitlines()][1:]
        database = self.path("import.db")
        with sqlite3.connect(database) as db:
            db.execute("CREATE INDEX call_a ON calls (a)")
            db.execute("CREATE INDEX call_b ON calls (b)")
        rows_cold, rows_warm = [], []
        for number in numbers:
            for kept in (rows_cold, rows_warm):
                if kept is rows_cold:
                    forget(database)
                db = sqlite3.connect(database)
                begin = time.perf_counter()
                found = db.execute("SELECT * FROM calls WHERE a = ?1 UNION ALL "
                                   "SELECT * FROM calls WHERE b = ?1 AND a <> ?1", (number,)).fetchall()
                kept.append(1000 * (time.perf_counter() - begin))
                db.close()
            expected = next(int(count) for asked, (_, count, _) in zip(numbers, again) if asked == number)
            expect(f"the row store's history of one number ({expected} in Palermo)", len(found), expected)
        counts = [int(count) for _, count, _ in again]
        print(f"history of one number over {rows:,} calls ({len(numbers)} numbers drawn by call, "
              f"{min(counts)} to {max(counts)} calls each)")
        cold_ms = statistics.median(cold)
        self.judge(f"cold, in process: {cold_ms:.1f} ms (target: {TARGET_COLD_MS}; {min(cold):.1f} to {max(cold):.1f})",
                   cold_ms <= TARGET_COLD_MS)
        times = sorted(float(ms) for ms, _, _ in again)
        warm_ms = statistics.median(times)
        self.judge(f"warm, in process: {warm_ms:.2f} ms (target: {TARGET_WARM_MS}; {times[0]:.2f} to {times[-1]:.2f}); "
                   f"processor time of all threads {statistics.median(float(cpu) for _, _, cpu in again):.2f} ms",
                   warm_ms <= TARGET_WARM_MS)
        print(f"  `palermo records`, whole process with its ledger entry: cold {statistics.median(process_cold):.0f} ms, "
              f"warm {statistics.median(process):.0f} ms")
        print(f"  SQLite rows with an index on each party: cold {statistics.median(rows_cold):.2f} ms, warm "
              f"{statistics.median(rows_warm):.2f} ms; {os.path.getsize(database) / rows:.0f} bytes a record")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("palermo")
    parser.add_argument("make_calls")
    parser.add_argument("bench_history")
    parser.add_argument("--rows", default="2000000,10000000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", help="where the files go; default: a temporary folder")
    parser.add_argument("--peers", default=HERE, help="folder with node_modules; default: beside this script")
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that has pandas")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="palermo_bench_", dir=options.folder)
    try:
        bench = Bench(options, folder)
        sizes = [int(rows) for rows in options.rows.split(",")]
        seconds = {}
        for rows in sizes:
            seconds[rows] = bench.ingest(rows)
        bench.history(sizes[-1])
        small, large = min(sizes), max(sizes)
        if large > small:
            growth = seconds[large] / seconds[small] / (large / small) * 10
            bench.judge(f"time for ten times the rows, from {small:,} and {large:,}: {growth:.1f} (target: "
                        f"{TARGET_GROWTH})", growth <= TARGET_GROWTH)
        bench.pandas()
        return 1 if bench.missed else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
