#!/usr/bin/env python3
"""Time to take a call table, beside the sqlite3 shell's raw `.import` of the same file, in one run.

usage: ingest_bench.py PALERMO MAKE_CALLS [--rows 2000000] [--runs 3] [--folder DIR]

Palermo parses, normalizes, checks scope, finds duplicates, encodes, hashes and signs; `.import` copies text
cells into a table without index. Runs alternate; each figure is the median. Counts are checked: a figure of a
wrong result is none.
"""
import argparse, json, os, shutil, statistics, subprocess, sys, tempfile, time


def run(command, env=None):
    """Seconds of wall clock, peak resident bytes, stdout."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, env=env)
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{command[0]} exited with {child.returncode}: {errors.decode(errors='replace')[:400]}")
        out.seek(0)
        return seconds, usage.ru_maxrss * 1024, out.read().decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("palermo")
    parser.add_argument("make_calls")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", help="where the files go; default: a temporary folder")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="palermo_bench_", dir=options.folder)
    try:
        table = os.path.join(folder, "calls.csv")
        run([options.make_calls, str(options.rows), table])
        print(f"{options.rows:,} calls, {os.path.getsize(table) / options.rows:.1f} bytes a row, "
              f"{os.cpu_count()} cores, median of {options.runs} alternating runs")
        times = {"sqlite3 .import": [], "palermo ingest": []}
        peak = stored_bytes = 0
        for _ in range(options.runs):
            database = os.path.join(folder, "import.db")
            seconds, _, count = run(["sqlite3", database, "-cmd", ".mode csv", "-cmd", f".import {table} calls",
                                     "SELECT count(*) FROM calls"])
            if int(count) != options.rows:
                sys.exit(f"sqlite3 .import took {count.strip()} of {options.rows} rows")
            times["sqlite3 .import"].append(seconds)
            os.unlink(database)

            case = os.path.join(folder, "case.palermo")
            env = dict(os.environ, PALERMO_CASE=case, PALERMO_KEYS=os.path.join(folder, "keys"))
            run([options.palermo, "init", "--title", "bench", "--state", "IT"], env)
            empty = os.path.getsize(case)
            seconds, peak, answer = run([options.palermo, "--quiet", "--json", "ingest", table,
                                         "--technique", "NONE"], env)
            result = json.loads(answer)
            if result["rows_read"] != options.rows or result["stored"] + result["duplicates"] != options.rows:
                sys.exit(f"palermo ingest: {result['rows_read']} read, {result['stored']} stored")
            times["palermo ingest"].append(seconds)
            run([options.palermo, "--quiet", "audit", "verify"], env)
            stored_bytes = (os.path.getsize(case) - empty) / result["stored"]
            shutil.rmtree(os.path.join(folder, "keys"))
            for name in os.listdir(folder):
                if name.startswith("case.palermo"):
                    os.unlink(os.path.join(folder, name))
        medians = {name: statistics.median(runs) for name, runs in times.items()}
        for name, runs in times.items():
            print(f"  {name:<16} {medians[name]:7.2f} s   {options.rows / medians[name]:12,.0f} rows a second"
                  f"   (runs {', '.join(f'{t:.2f}' for t in runs)})")
        ratio = medians["palermo ingest"] / medians["sqlite3 .import"]
        print(f"  palermo / sqlite3 .import: {ratio:.3f} (target: at most 1)")
        print(f"  {stored_bytes:.1f} bytes a record stored, index and ledger included; "
              f"peak memory {peak / 2**20:.0f} MiB, of which the mapped file is "
              f"{os.path.getsize(table) / 2**20:.0f} MiB")
        return 0 if ratio <= 1 else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
