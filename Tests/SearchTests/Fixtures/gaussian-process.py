"""Writes gaussian-process.json: posteriors of scikit-learn's GaussianProcessRegressor for made-up networks.

Three groups of features with a length scale each are one anisotropic Matérn kernel of order 5/2; the rung has one of
order 1/2, exp(-|k - k'|/l) = ρ^|k - k'| for l = -1/ln ρ. Features that a kernel does not see have an infinite scale.
s² is the variance of largest likelihood, by NumPy. With earlier studies the posterior is NumPy's with scikit-learn's
kernel: two studies' networks are correlated by κᵢκⱼ, κ₀ = 1, beside that. Operations are numbers from 0 to 7,
one-hot times 0.6.
pip install scikit-learn==1.9.1 numpy==2.4.6; python gaussian-process.py
"""
import json
import os

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

EDGES = 6


def columns(networks):
    one_hot = np.zeros((len(networks), 8 * EDGES))
    for row, network in enumerate(networks):
        for edge, operation in enumerate(network["operations"]):
            one_hot[row, 8 * edge + operation] = 0.6
    a = np.array([n["surroundings"] for n in networks])
    b = np.array([n["cost"] for n in networks])
    rungs = np.array([[n["rung"]] for n in networks], float)
    return np.hstack([a, b, one_hot, rungs]), a.shape[1], b.shape[1]


def draw(rng, count, rungs):
    return [{"surroundings": rng.normal(size=4).round(3).tolist(), "cost": rng.normal(size=6).round(3).tolist(),
             "operations": rng.integers(0, 8, EDGES).tolist(), "rung": int(rng.integers(rungs))} for _ in range(count)]


def case(seed, count, rungs, a, b, c, rho, nu):
    rng = np.random.default_rng(seed)
    networks, others = draw(rng, count, rungs), draw(rng, 5, rungs)
    for network in others:
        network["rung"] = rungs - 1
    # One that is known, and one that differs from it in an operation.
    others[0] = dict(networks[0], rung=rungs - 1)
    others[1] = dict(networks[1], operations=[0] + networks[1]["operations"][1:], rung=rungs - 1)
    values = rng.normal(size=count).round(4)
    x, na, nb = columns(networks)
    far = np.inf
    block = Matern([a] * na + [b] * nb + [c] * 8 * EDGES + [far], nu=2.5)
    steps = Matern([far] * (x.shape[1] - 1) + [-1 / np.log(rho)], nu=0.5)
    noise = nu * 3.0 ** (rungs - 1 - x[:, -1]) + 1e-6
    matrix = (block * steps)(x) + np.diag(noise)
    centred = values - values.mean()
    s2 = centred @ np.linalg.solve(matrix, centred) / count
    process = GaussianProcessRegressor(ConstantKernel(s2) * block * steps, alpha=s2 * noise, optimizer=None)
    process.fit(x, centred)
    mean, deviation = process.predict(columns(others)[0], return_std=True)
    # Against the marginal likelihood, s² being its maximum.
    for other in (s2 * 0.9, s2 * 1.1):
        less = GaussianProcessRegressor(ConstantKernel(other) * block * steps, alpha=other * noise, optimizer=None)
        assert less.fit(x, centred).log_marginal_likelihood_value_ < process.log_marginal_likelihood_value_
    return {"scales": {"a": a, "b": b, "c": c, "rho": rho, "nu": nu, "values": 0}, "rungs": rungs,
            "networks": networks, "values": values.tolist(), "others": others, "variance": s2,
            "means": (mean + values.mean()).tolist(), "deviations": deviation.tolist(),
            "likelihood": process.log_marginal_likelihood_value_}


def case_of_studies(seed, counts, rungs, lowest, a, b, c, rho, nu, kappa):
    """counts[0] networks of the search and so many of each earlier study, at rungs from `lowest` on."""
    rng = np.random.default_rng(seed)
    count = sum(counts)
    networks, others = draw(rng, count, rungs), draw(rng, 5, 1)
    study = np.repeat(np.arange(len(counts)), counts)
    for network, number in zip(networks, study):
        network["study"] = int(number)
        if number:
            network["rung"] = int(rng.integers(lowest, rungs))
    for network in others:
        network["rung"] = rungs - 1
    # Networks that are known of another study, and of the search.
    others[0] = dict(networks[-1], rung=rungs - 1, study=0)
    others[1] = dict(networks[0], rung=rungs - 1)
    values = rng.normal(size=count).round(4)
    x, na, nb = columns(networks)
    far = np.inf
    kernel = (Matern([a] * na + [b] * nb + [c] * 8 * EDGES + [far], nu=2.5)
              * Matern([far] * (x.shape[1] - 1) + [-1 / np.log(rho)], nu=0.5))
    kinship = np.array([1.0] + kappa)
    correlation = np.outer(kinship, kinship)
    np.fill_diagonal(correlation, 1)
    matrix = kernel(x) * correlation[np.ix_(study, study)] + np.diag(nu * 3.0 ** (rungs - 1 - x[:, -1]) + 1e-6)
    centred = values - values.mean()
    s2 = centred @ np.linalg.solve(matrix, centred) / count
    row = kernel(columns(others)[0], x) * correlation[0][study]
    mean = values.mean() + row @ np.linalg.solve(matrix, centred)
    variance = s2 * (1 - np.einsum("ij,ji->i", row, np.linalg.solve(matrix, row.T)))
    likelihood = -count / 2 * (1 + np.log(2 * np.pi * s2)) - np.linalg.slogdet(matrix)[1] / 2
    return {"scales": {"a": a, "b": b, "c": c, "rho": rho, "nu": nu, "kappa": kappa, "values": 0}, "rungs": rungs,
            "networks": networks, "values": values.tolist(), "others": others, "variance": s2,
            "means": mean.tolist(), "deviations": np.sqrt(variance).tolist(), "likelihood": likelihood}


cases = [case(1, 3, 1, 2, 2, 2, 0.9, 0.15), case(2, 30, 1, 2, 2, 2, 0.9, 0.15),
         case(3, 60, 1, 0.7, 5, 1.3, 0.9, 0.01), case(4, 50, 2, 2, 3, 1.5, 0.8, 0.2),
         case(5, 40, 3, 1.5, 2.5, 4, 0.95, 0.05),
         case_of_studies(6, [8, 30], 1, -1, 2, 3, 1.5, 0.8, 0.2, [0.7]),
         case_of_studies(7, [20, 15, 10], 2, 0, 1.5, 2.5, 4, 0.9, 0.05, [0.9, 0.0])]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gaussian-process.json")
with open(path, "w") as file:
    json.dump(cases, file)
    file.write("\n")
