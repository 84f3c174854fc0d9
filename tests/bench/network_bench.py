"""Network kernels against python3-igraph and python3-networkx, in one run: ratios of time on the same graphs.

Usage: network_bench.py BENCH_NETWORK [--edges 1000,20000,100000,1000000] [--rounds R] [--folder F]
Needs an interpreter with igraph and networkx. Rounds alternate; the best of each counts. Exit code 1: a target is missed.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import igraph
    import networkx as nx
except ImportError as missing:
    sys.exit(f"{missing.name} is not installed: apt-get install python3-igraph python3-networkx")

WORKS = ["build", "build with ids and evidence", "components", "k-core", "PageRank", "Leiden", "removal curve", "constraint",
         "closeness", "betweenness", "betweenness, weighted", "betweenness in C", "betweenness, sampled"]
QUICK = {"build", "build with ids and evidence", "components", "k-core"}
EXACT_UP_TO = 20_000      # edges; betweenness and closeness from every node
NETWORKX_EXACT = 1_000    # above, networkx searches from 20 nodes and the time is scaled
NETWORKX_UP_TO = 100_000  # above, networkx builds and counts components and cores; the rest is not waited for
ALWAYS_IN_NETWORKX = {"build", "build with ids and evidence", "components", "k-core"}
IGRAPH_TARGET, NETWORKX_TARGET, C_TARGET = 1.0, 20.0, 3.0


def best(runs, work):
    wall = cpu = float("inf")
    for _ in range(runs):
        start, cpu_start = time.perf_counter(), time.process_time()
        scale = work() or 1
        cpu = min(cpu, (time.process_time() - cpu_start) * scale)
        wall = min(wall, (time.perf_counter() - start) * scale)
    return {"wall": wall, "cpu": cpu}


def leiden_until_settled(g):
    """As Palermo does it: n_iterations < 0 is broken in igraph 0.10.2."""
    membership, quality = None, -1.0
    for _ in range(100):
        found = g.community_leiden(objective_function="modularity", n_iterations=1, initial_membership=membership)
        if found.membership == membership or (membership is not None and found.modularity <= quality):
            break
        membership, quality = found.membership, found.modularity


def igraph_removal(g):
    g = g.copy()
    for _ in range(20):
        degrees = g.degree()
        g.delete_vertices(degrees.index(max(degrees)))
        max(g.components().sizes())


def networkx_removal(g):
    g = g.copy()
    for _ in range(20):
        g.remove_node(max(g.degree, key=lambda pair: pair[1])[0])
        max(map(len, nx.connected_components(g)))


def networkx_some(g, work):
    """Time of a search from 20 nodes, for all."""
    nodes = len(g) if g.number_of_edges() <= NETWORKX_EXACT else 20
    work(nodes)
    return len(g) / nodes


def networkx_pivots(g):
    """Time of a search from 20 pivots, for as many as promise the same error with the same confidence."""
    error, doubt = 0.01, 0.1
    nx.betweenness_centrality(g, k=20, seed=1)
    return min(len(g), math.log(2 * len(g) / doubt) / (2 * error ** 2)) / 20


def peers(n, edges, works, runs, quick):
    m = len(edges)
    g = igraph.Graph(n=n, edges=edges)
    x = nx.Graph()
    if m <= NETWORKX_UP_TO or ALWAYS_IN_NETWORKX & set(works):
        x.add_nodes_from(range(n))
        x.add_edges_from(edges)
    lengths = [1 / (1 + (i * 7919) % 20) for i in range(m)]

    def build_networkx():
        y = nx.Graph()
        y.add_nodes_from(range(n))
        y.add_edges_from(edges)

    in_igraph = {
        "build": lambda: igraph.Graph(n=n, edges=edges) and None,
        "build with ids and evidence": lambda: igraph.Graph(n=n, edges=edges) and None,
        "components": lambda: g.components().sizes() and None,
        "k-core": lambda: g.coreness() and None, "PageRank": lambda: g.pagerank() and None,
        "Leiden": lambda: leiden_until_settled(g), "removal curve": lambda: igraph_removal(g),
        "constraint": lambda: g.constraint() and None, "closeness": lambda: g.closeness() and None,
        "betweenness": lambda: g.betweenness() and None,
        "betweenness, weighted": lambda: g.betweenness(weights=lengths) and None}
    in_networkx = {
        "build": build_networkx, "build with ids and evidence": build_networkx,
        "components": lambda: [len(c) for c in nx.connected_components(x)] and None,
        "k-core": lambda: nx.core_number(x) and None, "PageRank": lambda: nx.pagerank(x) and None,
        "Leiden": lambda: nx.community.louvain_communities(x, seed=1) and None,
        "removal curve": lambda: networkx_removal(x),
        "constraint": (lambda: nx.constraint(x) and None) if m <= NETWORKX_EXACT else None,
        "closeness": lambda: networkx_some(x, lambda k: [nx.closeness_centrality(x, u=v) for v in range(k)]),
        "betweenness": lambda: networkx_some(x, lambda k: nx.betweenness_centrality(x, k=k, seed=1)),
        "betweenness, sampled": lambda: networkx_pivots(x)}
    if m > NETWORKX_UP_TO:
        in_networkx = {work: run for work, run in in_networkx.items() if work in ALWAYS_IN_NETWORKX}
    found = {"igraph": {}, "networkx": {}}
    for work in works:
        if work in in_igraph:
            found["igraph"][work] = best(quick if work in QUICK else runs, in_igraph[work])
        if in_networkx.get(work):
            found["networkx"][work] = best(1 if m > NETWORKX_EXACT else runs, in_networkx[work])
    return found


def merge(into, fresh):
    for who, works in fresh.items():
        for work, times in works.items():
            known = into.setdefault(who, {}).setdefault(work, dict(times))
            for clock in ("wall", "cpu"):
                known[clock] = min(known[clock], times[clock])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("--edges", default="1000,20000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--works", default="")
    parser.add_argument("--folder", default=None)
    arguments = parser.parse_args()
    missed = []
    print(f"igraph {igraph.__version__}, networkx {nx.__version__}; wall clock, best of {arguments.rounds} rounds; "
          "ratios: how many times as long the peer takes (processor seconds in brackets)")
    for m in map(int, arguments.edges.split(",")):
        works = [w for w in WORKS if m <= EXACT_UP_TO or w not in
                 ("closeness", "betweenness", "betweenness, weighted", "betweenness in C")]
        if arguments.works:
            works = [w for w in works if w in arguments.works.split(";")]
        runs = 5 if m <= 1000 else 1
        quick = max(runs, 5 if m <= EXACT_UP_TO else 2)  # work of milliseconds
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            path = pathlib.Path(folder) / "graph"
            with open(path, "w") as out:
                subprocess.run([arguments.bench, "--make", str(m), "1"], stdout=out, check=True)
            with open(path) as lines:
                n, _ = map(int, next(lines).split())
                edges = [tuple(map(int, line.split())) for line in lines]
            times = {}
            for _ in range(arguments.rounds if m <= NETWORKX_UP_TO else 1):
                # The program takes a comma between works, of which one has a comma in its name: one call for each.
                ours = {}
                for work in works:
                    some = quick if work in QUICK else runs
                    run = subprocess.run([arguments.bench, str(path), str(some), work], capture_output=True, text=True, check=True)
                    ours.update(json.loads(run.stdout))
                merge(times, {"palermo": ours, **peers(n, edges, works, runs, quick)})
                print(f"  round of {m:,} edges done", file=sys.stderr, flush=True)
        if m > NETWORKX_UP_TO:
            print(f"\nOne round; networkx is not run above {NETWORKX_UP_TO:,} edges but for {', '.join(sorted(ALWAYS_IN_NETWORKX))}.")
        print(f"\n{m:,} edges, {n:,} nodes\n{'':28}{'Palermo, s':>12}{'igraph':>20}{'networkx':>20}")
        palermo = times["palermo"]
        for work in works:
            if work == "betweenness in C":
                continue
            line = f"{work:28}{palermo[work]['wall']:12.4f}"
            for peer, target in (("igraph", IGRAPH_TARGET), ("networkx", NETWORKX_TARGET)):
                theirs = times.get(peer, {}).get(work)
                if theirs is None:
                    line += f"{'not run' if peer == 'networkx' and m > NETWORKX_UP_TO else '-':>20}"
                    continue
                ratio = theirs["wall"] / palermo[work]["wall"]
                cpu = theirs["cpu"] / max(palermo[work]["cpu"], 1e-9)
                mark = "" if ratio >= target else " !"
                line += f"{f'{ratio:.1f} ({cpu:.1f}){mark}':>20}"
                if mark:
                    missed.append(f"{work}, {m:,} edges: {ratio:.2f} times {peer}, target {target:g}")
            if work == "betweenness, sampled":
                line += f"   {palermo[work]['samples']} samples"
            print(line)
        in_c = palermo.get("betweenness in C")
        if in_c and "betweenness" in palermo:
            ratio = in_c["wall"] / palermo["betweenness"]["wall"]
            cpu = in_c["cpu"] / max(palermo["betweenness"]["cpu"], 1e-9)
            print(f"exact betweenness, igraph's C call: {ratio:.2f} times as long ({cpu:.2f}); largest difference "
                  f"{in_c['differs_by']:.1e}")
            if ratio < C_TARGET:
                missed.append(f"exact betweenness, {m:,} edges: {ratio:.2f} times igraph's C call, target {C_TARGET:g}")
            if in_c["differs_by"] > 1e-9:
                missed.append("betweenness differs from igraph's")
    print("\n" + ("\n".join(["Targets missed:"] + missed) if missed else "All targets are met."))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
