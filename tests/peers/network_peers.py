"""200 random graphs: every measure equals python3-igraph's and python3-networkx's to 1e-9.

Usage: network_peers.py NETWORK_MEASURES [GRAPHS]. Needs an interpreter that can import both.

Conventions where the peers differ, and what is compared:
- undirected graph: both directions of a pair summed; distance 1/strength.
- betweenness: unordered pairs once, as igraph and as networkx with normalized=False; directed: ordered pairs.
- closeness: inside the component, as igraph's normalized=True and networkx's wf_improved=False (where 0 stands for an
  isolate that we leave undefined). Directed: to those reached; networkx looks at incoming distances, so it gets the
  reversed graph.
- harmonic: mean over the n - 1 others; networkx gives the sum, from incoming distances.
- eigenvector: largest entry 1; on connected graphs only, because with several components it is not unique.
- PageRank: damping .85, who has no outgoing tie gives to all alike.
- constraint and effective size: unweighted, over contacts; igraph has no effective size.
- assortativity is compared where degrees differ, path lengths of the largest component where it is the only largest.
"""
import json
import math
import random
import subprocess
import sys

try:
    import igraph
    import networkx as nx
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (apt-get install python3-igraph python3-networkx)")
    sys.exit(77)

CLOSE = 1e-9


def graph(rng, number):
    """(n, {(a, b): strength}): sparse, dense, trees, skewed, in pieces, with twins and isolates."""
    shape = number % 8
    n = rng.choice([1, 2, 3, 5, 8, 13, 21, 34, 55, 89]) if shape else rng.randint(1, 12)
    arcs = {}

    def tie(a, b):
        if a != b and a < n and b < n:
            strength = rng.choice([1, 1, 2, 3, 5, 8, 0.5]) if number % 3 else 1 + rng.random()
            arcs[(a, b)] = arcs.get((a, b), 0) + strength

    if shape in (0, 1):
        for _ in range(2 * n):
            tie(rng.randrange(n), rng.randrange(n))
    elif shape == 2:
        for _ in range(n * n // 3):
            tie(rng.randrange(n), rng.randrange(n))
    elif shape == 3:
        for v in range(1, n):
            tie(v, rng.randrange(v))
    elif shape == 4:  # preferential attachment, two ties each
        ends = [0]
        for v in range(1, n):
            for _ in range(2):
                u = rng.choice(ends)
                tie(*((v, u) if rng.random() < .5 else (u, v)))
                ends += [u, v]
    elif shape == 5:  # cliques in a chain, joined at one vertex or by a bridge
        at = 0
        while at < n - 1:
            size = min(rng.randint(2, 5), n - at)
            for a in range(at, at + size):
                for b in range(a + 1, at + size):
                    tie(*((a, b) if rng.random() < .5 else (b, a)))
            at += size - rng.randint(0, 1) if size > 1 else 1
    elif shape == 6:  # many small pieces
        for _ in range(n // 2):
            tie(rng.randrange(n), rng.randrange(n))
    else:  # grid: many equally short paths
        width = max(1, math.isqrt(n))
        for v in range(n):
            if (v + 1) % width:
                tie(v, v + 1)
            tie(v + width, v)
    return n, arcs


def none(values):
    return [None if v is None or math.isnan(v) else v for v in values]


def peers(n, arcs):
    """{measure: [(peer, value)…]}"""
    edges = {}
    for (a, b), strength in arcs.items():
        pair = (min(a, b), max(a, b))
        edges[pair] = edges.get(pair, 0) + strength
    pairs, weights = list(edges), list(edges.values())
    g = igraph.Graph(n=n, edges=pairs)
    d = igraph.Graph(n=n, edges=list(arcs), directed=True)
    lengths, arc_weights = [1 / w for w in weights], list(arcs.values())
    arc_lengths = [1 / w for w in arc_weights]
    x, y = nx.Graph(), nx.DiGraph()
    for other in (x, y):
        other.add_nodes_from(range(n))
    x.add_weighted_edges_from((a, b, w) for (a, b), w in edges.items())
    y.add_weighted_edges_from((a, b, w) for (a, b), w in arcs.items())
    # Which chains are equally long must not depend on rounding (1/3 + 1/3 or 2/3): igraph and we allow for it, networkx
    # does not, so it gets whole numbers where the strengths are multiples of 1/2.
    halves = [2 * w for w in weights + arc_weights]
    whole = all(w == int(w) for w in halves)
    multiple = math.lcm(*map(int, halves)) if whole and halves else 1
    for other in (x, y):
        for _, _, data in other.edges(data=True):
            data["length"] = 1 / data["weight"]
            data["exact"] = multiple // int(2 * data["weight"]) if whole else data["length"]
    turned = y.reverse()

    def by(values):
        return [values[v] for v in range(n)]

    def close(values, degrees):
        return [values[v] if degrees[v] else None for v in range(n)]

    def mean(values):
        return [values[v] / (n - 1) if n > 1 else 0 for v in range(n)]

    def harmonic(values):
        return [0 if v is None or math.isnan(v) else v for v in values]

    degrees, outs = g.degree(), d.outdegree()
    result = {
        "degree": [("igraph", degrees), ("networkx", by(dict(x.degree())))],
        "in_degree": [("igraph", d.indegree()), ("networkx", by(dict(y.in_degree())))],
        "out_degree": [("igraph", outs), ("networkx", by(dict(y.out_degree())))],
        "strength": [("igraph", g.strength(weights=weights)), ("networkx", by(dict(x.degree(weight="weight"))))],
        "betweenness": [("igraph", g.betweenness()), ("networkx", by(nx.betweenness_centrality(x, normalized=False)))],
        "betweenness_weighted": [
            ("igraph", g.betweenness(weights=lengths)),
            ("networkx", by(nx.betweenness_centrality(x, normalized=False, weight="exact")))],
        "betweenness_directed": [
            ("igraph", d.betweenness()), ("networkx", by(nx.betweenness_centrality(y, normalized=False)))],
        "betweenness_weighted_directed": [
            ("igraph", d.betweenness(weights=arc_lengths)),
            ("networkx", by(nx.betweenness_centrality(y, normalized=False, weight="exact")))],
        "closeness": [
            ("igraph", none(g.closeness())), ("networkx", close(nx.closeness_centrality(x, wf_improved=False), degrees))],
        "closeness_weighted": [
            ("igraph", none(g.closeness(weights=lengths))),
            ("networkx", close(nx.closeness_centrality(x, distance="length", wf_improved=False), degrees))],
        "closeness_directed": [
            ("igraph", none(d.closeness(mode="out"))),
            ("networkx", close(nx.closeness_centrality(turned, wf_improved=False), outs))],
        "harmonic": [
            ("igraph", harmonic(g.harmonic_centrality())), ("networkx", mean(nx.harmonic_centrality(x)))],
        "harmonic_weighted": [
            ("igraph", harmonic(g.harmonic_centrality(weights=lengths))),
            ("networkx", mean(nx.harmonic_centrality(x, distance="length")))],
        "harmonic_directed": [
            ("igraph", harmonic(d.harmonic_centrality(mode="out"))), ("networkx", mean(nx.harmonic_centrality(turned)))],
        "pagerank": [
            ("igraph", g.pagerank()), ("networkx", by(nx.pagerank(x, weight=None, tol=1e-15, max_iter=5000)))],
        "pagerank_weighted": [
            ("igraph", g.pagerank(weights=weights)),
            ("networkx", by(nx.pagerank(x, weight="weight", tol=1e-15, max_iter=5000)))],
        "pagerank_directed": [
            ("igraph", d.pagerank()), ("networkx", by(nx.pagerank(y, weight=None, tol=1e-15, max_iter=5000)))],
        "pagerank_weighted_directed": [
            ("igraph", d.pagerank(weights=arc_weights)),
            ("networkx", by(nx.pagerank(y, weight="weight", tol=1e-15, max_iter=5000)))],
        "constraint": [("igraph", none(g.constraint())), ("networkx", none(by(nx.constraint(x))))],
        "effective_size": [("networkx", none(by(nx.effective_size(x))))],
        "coreness": [("igraph", g.coreness()), ("networkx", by(nx.core_number(x)))],
        "articulation": [
            ("igraph", [v in set(g.articulation_points()) for v in range(n)]),
            ("networkx", [v in set(nx.articulation_points(x)) for v in range(n)])],
        "bridges": [("igraph", len(g.bridges())), ("networkx", len(list(nx.bridges(x))))],
        "mean_clustering": [("igraph", g.transitivity_avglocal_undirected(mode="zero")), ("networkx", nx.average_clustering(x))],
        "component_sizes": [
            ("igraph", sorted(g.components().sizes(), reverse=True)),
            ("networkx", sorted(map(len, nx.connected_components(x)), reverse=True))],
        "efficiency": [("networkx", nx.global_efficiency(x) if n > 1 else None)],
    }
    if any(degree > 1 for degree in degrees):
        result["transitivity"] = [("igraph", g.transitivity_undirected()), ("networkx", nx.transitivity(x))]
    if arcs:
        result["reciprocity"] = [("igraph", d.reciprocity()), ("networkx", nx.overall_reciprocity(y))]
        result["mean_path_all"] = [("igraph", g.average_path_length())]
    if len({degrees[v] for pair in edges for v in pair}) > 1:
        result["assortativity"] = [
            ("igraph", g.assortativity_degree(directed=False)), ("networkx", nx.degree_assortativity_coefficient(x))]
    sizes = sorted(map(len, nx.connected_components(x)), reverse=True)
    if len(sizes) == 1 or sizes[0] > sizes[1]:
        largest = x.subgraph(max(nx.connected_components(x), key=len))
        result["diameter"] = [("igraph", g.components().giant().diameter()), ("networkx", nx.diameter(largest))]
        if sizes[0] > 1:
            result["mean_path_largest"] = [
                ("igraph", g.components().giant().average_path_length()),
                ("networkx", nx.average_shortest_path_length(largest))]
    if len(sizes) == 1 and n > 2:
        for name, weight in (("eigenvector", None), ("eigenvector_weighted", "weight")):
            values = by(nx.eigenvector_centrality_numpy(x, weight=weight))
            top = max(values, key=abs)
            result[name] = [
                ("igraph", g.eigenvector_centrality(weights=weights if weight else None)),
                ("networkx", [v / top for v in values])]
    return result


def equal(ours, theirs):
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(equal, ours, theirs))
    if ours is None or theirs is None:
        return ours is theirs
    return abs(ours - theirs) <= CLOSE * max(1, abs(theirs))


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng = random.Random(20)
    graphs = [graph(rng, number) for number in range(count)]
    text = "".join(
        f"{n} {len(arcs)}\n" + "".join(f"{a} {b} {s!r}\n" for (a, b), s in arcs.items()) for n, arcs in graphs)
    run = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{sys.argv[1]}: {run.stderr}")
    wrong, compared, seen = 0, 0, {}
    for number, (line, (n, arcs)) in enumerate(zip(run.stdout.splitlines(), graphs, strict=True)):
        ours = json.loads(line)
        if not ours["same_on_one_thread"]:
            print(f"graph {number}: betweenness depends on the number of threads")
            wrong += 1
        for measure, values in peers(n, arcs).items():
            for peer, value in values:
                compared += 1
                seen.setdefault(measure, set()).add(peer)
                if equal(ours[measure], value):
                    continue
                wrong += 1
                if wrong <= 20:
                    print(f"graph {number} (n = {n}, {len(arcs)} arcs): {measure}: {peer} differs\n  {ours[measure]}\n  {value}")
    print(f"{len(graphs)} graphs, {len(seen)} measures, {compared} comparisons with igraph {igraph.__version__} and "
          f"networkx {nx.__version__}: {wrong} differ")
    sys.exit(1 if wrong or count < 1 else 0)


if __name__ == "__main__":
    main()
