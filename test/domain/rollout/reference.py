# Reads questions from standard input, one JSON a line, and answers each with scipy.
import json
import sys

from scipy.stats import betabinom, beta, binom, fisher_exact

for line in sys.stdin:
    ask = json.loads(line)
    if ask["of"] == "fisher":
        a, n, b, m = ask["since"], ask["sinceAll"], ask["before"], ask["beforeAll"]
        print(fisher_exact([[a, n - a], [b, m - b]], alternative="greater")[1])
    elif ask["of"] == "binomial":
        print(binom.sf(ask["k"] - 1, ask["n"], ask["p"]))
    elif ask["of"] == "bounds":
        x, n, t = ask["x"], ask["n"], ask["tail"]
        low = beta.ppf(t, x, n - x + 1) if x > 0 else 0.0
        high = beta.ppf(1 - t, x + 1, n - x) if x < n else 1.0
        print(json.dumps([low, high]))
    elif ask["of"] == "predicted":
        x, n, m, k = ask["x"], ask["n"], ask["m"], ask["k"]
        print(betabinom.sf(k - 1, m, x + 0.5, n - x + 0.5))
