#!/usr/bin/env python3
"""Time and memory from stored calls to a contact graph, beside DuckDB's GROUP BY over the same calls, in one run.

usage: graph_bench.py PALERMO MAKE_CALLS BENCH_GRAPH [--rows 10000000] [--runs 3] [--folder DIR] [--case FILE --table FILE]

Palermo checks the hash of every segment, decodes what it needs, names the nodes, sums each pair (count, first, last,
talk time, who spoke, the first records as evidence) and makes the graph of both directions. DuckDB, whose table holds
the same rows, sums (caller, called) to count, first and last into a table, and makes no graph. The target is 2 seconds or a third
of DuckDB's time, whichever is longer. The result must not depend on the number of threads: digests are compared.

DuckDB: npm ci --prefix tests/bench --ignore-scripts (or --peers FOLDER, where node_modules is)
"""
import argparse, json, os, shutil, statistics, sys, tempfile

from ingest_bench import HERE, run

TARGET_SECONDS, TARGET_SHARE, TARGET_MEMORY = 2.0, 1 / 3, 2e9


class Duckdb:
    """Runs of the peer, one at a time, between those of Palermo."""

    def __init__(self, options, table, database):
        self.walls, self.cpus, self.pairs, self.version = [], [], 0, ""
        self.command = None
        if not os.path.isdir(os.path.join(options.peers, "node_modules", "@duckdb")) or not shutil.which("node"):
            return
        script = os.path.join(options.peers, "duckdb_pairs.mjs")
        if not os.path.samefile(options.peers, HERE):
            shutil.copy(os.path.join(HERE, "duckdb_pairs.mjs"), script)
        self.command = ["node", script, table, database, "1"]
        run(self.command[:-1] + ["0"])

    def run(self):
        if self.command:
            pairs, self.version, times = run(self.command)[2].split()
            self.pairs = int(pairs)
            wall, cpu = times.split(",")
            self.walls.append(float(wall))
            self.cpus.append(float(cpu))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("palermo")
    parser.add_argument("make_calls")
    parser.add_argument("bench_graph")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", help="where the files go; default: a temporary folder")
    parser.add_argument("--case", help="a case that holds --table already; default: both are made")
    parser.add_argument("--table")
    parser.add_argument("--peers", default=HERE, help="folder with node_modules; default: beside this script")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="palermo_graph_", dir=options.folder)
    missed = []

    def judge(text, met):
        print(f"  {text}{'' if met else '   <- MISSED'}")
        if not met:
            missed.append(text)

    try:
        case, table = options.case or os.path.join(folder, "case.palermo"), options.table or os.path.join(folder, "calls.csv")
        if not options.case:
            env = dict(os.environ, PALERMO_CASE=case, PALERMO_KEYS=os.path.join(folder, "keys"))
            run([options.make_calls, str(options.rows), table])
            run([options.palermo, "init", "--title", "bench", "--state", "IT"], env)
            answer = json.loads(run([options.palermo, "--quiet", "--json", "ingest", table, "--technique", "NONE"], env)[2])
            if answer["stored"] + answer["duplicates"] != options.rows:
                sys.exit(f"palermo ingest stored {answer['stored']} of {options.rows}")
        reads, makes, peaks, cpus, digests = [], [], [], [], set()
        duckdb = Duckdb(options, table, os.path.join(folder, "duck.db"))
        for threads in [None] * options.runs + [1, 3]:
            out = run([options.bench_graph, case] + ([str(threads)] if threads else []))[2].split()
            nodes, ties, edges, records = (int(word) for word in out[:4])
            digests.add(out[7])
            if threads is None:
                reads.append(float(out[4]))
                makes.append(float(out[5]))
                peaks.append(int(out[6]))
                cpus.append(float(out[8]))
                duckdb.run()
        ours = statistics.median(r + m for r, m in zip(reads, makes))
        print(f"{records:,} calls: {nodes:,} nodes, {ties:,} directed pairs, {edges:,} edges; {os.cpu_count()} cores, "
              f"median of {options.runs} runs")
        print(f"  ties read {statistics.median(reads):.2f} s, graph made {statistics.median(makes):.2f} s "
              f"(runs {', '.join(f'{r + m:.2f}' for r, m in zip(reads, makes))}); processor {statistics.median(cpus):.2f} s")
        target = TARGET_SECONDS
        if duckdb.walls:
            theirs, theirs_cpu = statistics.median(duckdb.walls), statistics.median(duckdb.cpus)
            print(f"  DuckDB {duckdb.version}: {duckdb.pairs:,} pairs in {theirs:.2f} s (runs "
                  f"{', '.join(f'{wall:.2f}' for wall in duckdb.walls)}); processor {theirs_cpu:.2f} s")
            print(f"  Palermo's ties / DuckDB {statistics.median(reads) / theirs:.2f}; ties and graph / DuckDB {ours / theirs:.2f}, "
                  f"processor {statistics.median(cpus) / theirs_cpu:.2f}")
            target = max(target, TARGET_SHARE * theirs)
        else:
            print("  DuckDB is left out: npm ci --prefix tests/bench --ignore-scripts installs it")
        judge(f"contact graph in {ours:.2f} s (target: {target:.2f})", ours <= target)
        judge(f"peak memory {max(peaks) / 1e9:.2f} GB (target: {TARGET_MEMORY / 1e9})", max(peaks) <= TARGET_MEMORY)
        judge(f"{len(digests)} different results with 1, 2 and 3 threads (target: 1)", len(digests) == 1)
        return 1 if missed else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
