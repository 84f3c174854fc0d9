"""Writes a facts file of any size, with every statement body, for measuring `palermo assess`.

usage: make_facts.py STATEMENTS PERSONS FILE [SEED]

Nobody in it exists. Most statements are what a large case is full of (acts, payments, memberships); some
are reports of reports, assessments, denials and open identities. The same arguments give the same file.
"""
import json
import random
import sys

STATES = ["DE", "IT", "CH", "AT", "GR"]


def day(rng):
    return f"2031-{rng.randint(1, 5):02d}-{rng.randint(1, 28):02d}"


def bodies(rng, persons):
    """One random body; the weights are those of a case that rests on acts and money."""
    def some(most=3):
        return rng.sample(persons, rng.randint(1, most))

    def act():
        return {"act": {"type": rng.choice(["commission", "attempt", "preparation", "planning", "direction",
                                            "control", "facilitation"]),
                        "offence": rng.choice(["O1", "O2"]), "persons": some(), "state": rng.choice(STATES),
                        "at": day(rng), "joint": rng.random() < 0.7, "knowing": rng.random() < 0.95}}

    def person():
        return {"person": {"id": rng.choice(persons), "category": rng.choice(
            ["suspect", "suspect", "suspect", "smuggled_migrant", "customer", "unknown"])}}

    makers = [
        (30, act),
        (12, lambda: {"benefit": {"persons": some(), "kind": "money", "amount": rng.randint(1, 5000),
                                  "currency": "EUR", "phase": rng.choice(["intended", "promised", "received"])}}),
        (12, lambda: {"membership": {"person": rng.choice(persons), "group": "G", "from": day(rng),
                                     "role": rng.choice(["driver", "keeper", "organiser"])}}),
        (6, person),
        (5, lambda: {"agreement": {"persons": some(), "offence": "O1", "at": day(rng), "state": rng.choice(STATES)}}),
        (5, lambda: {"entry": {"person": rng.choice(persons), "state": rng.choice(STATES),
                               "lawful": rng.choice(["yes", "no", "no", "unknown"]), "nationality": "XX",
                               "permanent_resident": False}}),
        (4, lambda: {"identity": {"a": rng.choice(persons), "b": rng.choice(persons),
                                  "relation": rng.choice(["distinct", "distinct", "possibly_same", "same"])}}),
        (4, lambda: {"attribution": {"person": rng.choice(persons),
                                     "identifier": f"+447700{rng.randint(900000, 900999)}", "from": day(rng)}}),
        (3, lambda: {"relation": {"a": rng.choice(persons), "b": rng.choice(persons), "kind": "family"}}),
        (3, lambda: {"document": {"persons": some(), "act": rng.choice(["producing", "procuring", "possessing"]),
                                  "purpose_smuggling": True}}),
        (3, lambda: {"stay": {"person": rng.choice(persons), "state": rng.choice(STATES), "lawful": "no"}}),
        (2, lambda: {"danger": {"persons": some(), "kind": rng.choice(["endangers", "degrading"])}}),
        (2, lambda: {"property": {"persons": some(), "act": rng.choice(["transfer", "concealment"]),
                                  "proceeds_known": True, "purpose": "disguise"}}),
        (2, lambda: {"no_benefit": {"persons": some(), "reason": rng.choice(["family", "humanitarian"])}}),
        (2, lambda: {"association": {"person": rng.choice(persons), "group": "G", "as": "customer"}}),
        (1, lambda: {"effect": {"offence": "O1", "state": rng.choice(STATES), "text": "shelters full",
                                "substantial": "unset"}}),
        (1, lambda: {"formation": {"group": "G", "random": False, "immediate": False}}),
        (1, lambda: {"cost_sharing": {"amount_received": rng.randint(1, 90), "amount_spent": 80, "currency": "EUR"}}),
        (1, lambda: {"bribe": {"giver": rng.choice(persons), "official": "B1", "duty": "border control",
                               "undue_advantage": True}}),
        (1, lambda: {"interference": {"persons": some(), "means": "threat", "aim": "testimony"}}),
        (1, lambda: {"located": {"what": "witness", "state": rng.choice(STATES)}}),
    ]
    weights, makes = zip(*makers)
    return rng.choices(makes, weights)[0]()


def facts(statements, persons, seed=1):
    rng = random.Random(seed)
    names = [f"P{i}" for i in range(1, persons + 1)]
    sources = [f"report {i}" for i in range(1, 201)]
    out = []
    for i in range(1, statements + 1):
        statement = {"id": f"S{i}", "kind": "fact" if rng.random() < 0.85 else "assessment",
                     "text": f"statement {i} of a generated case", "grade": rng.choice(["A1", "B2", "C3", "D4"]),
                     "source": rng.choice(sources), "lawful": rng.random() < 0.95,
                     "undercover_act": rng.random() < 0.03, "restricted": rng.random() < 0.05,
                     "observed_at": day(rng)}
        if i > 10 and rng.random() < 0.2:
            statement["origin"] = f"S{rng.randint(1, i - 1)}"
        if rng.random() < 0.4:
            statement["authorization_id"] = f"AUTH-{rng.randint(1, 12)}"
        if rng.random() < 0.03:
            statement["polarity"] = "contradicts"
        statement.update(bodies(rng, names))
        out.append(statement)
    law = {"state": "DE", "provision": "AufenthG s. 96(2)", "form": "aggravated", "max_years": 10,
           "in_force_from": "2024-01-01", "implements": ["som.6.1.a"]}
    other = {"state": "IT", "provision": "d.lgs. 286/1998 art. 12(1)", "form": "basic", "max_years": 6,
             "in_force_from": "2023-03-11", "implements": ["som.6.1.a", "som.6.1.c"]}
    return {"case": {"title": "Generated", "as_of": "2031-06-01", "state": "DE", "parties": STATES},
            "offences": [{"id": "O1", "state": "DE", "date": "2031-03-04", "law": law},
                         {"id": "O2", "state": "IT", "date": "2031-03-04", "law": other}],
            "statements": out}


if __name__ == "__main__":
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        json.dump(facts(int(sys.argv[1]), int(sys.argv[2]), seed), file, indent=0)
