/** What goes into a paper beside a figure: a methods sentence, references, scripts that draw or recompute it. Pure. */
import type { RunResult } from "../../store/state.ts";
import { doubtOf } from "../words.ts";

const TRACE: Readonly<Record<NonNullable<RunResult["trace"]["method"]>, (samples: number) => string>> = {
  hutchinson: (samples) => `by Hutchinson's estimator with ${samples} probes`,
  "hutch++": (samples) => `by Hutch++ with ${samples} samples`,
  xtrace: (samples) => `by XTrace with ${samples} samples`,
  exact: () => "exactly, as a sum over samples and classes",
};

/** One paragraph for a methods section: what was measured, how, with which errors. */
export function methodsSentence(result: RunResult): string {
  const { settings, trace, meaning, device, spectrum, engine } = result;
  const doubt = doubtOf([result]);
  const converged = result.eigenvalues.top.filter((value) => value.converged);
  const residual = Math.max(...converged.map((value) => value.residual));
  const eigenvalues =
    converged.length === 0
      ? ""
      : ` The ${converged.length} largest eigenvalues have Ritz residuals of at most ${residual.toPrecision(2)}.`;
  const interval = trace.interval95?.map((bound) => bound.toPrecision(4)).join(" to ");
  return (
    `${meaning.sentence} Its density was estimated by stochastic Lanczos quadrature with ` +
    `${spectrum.nodes.length} Rademacher probes of ${settings.steps} steps and ` +
    `${spectrum.densityOnly === undefined ? "full" : "no"} reorthogonalisation (seed ` +
    `${settings.seed}), its trace ${TRACE[trace.method ?? "hutchinson"](trace.samples)}: ` +
    `${trace.estimate.toPrecision(4)}${interval === undefined ? "" : ` (95 % Student-t interval ${interval})`}.` +
    `${eigenvalues} Computed with ${engine} on ${device.name}.` +
    (doubt === null ? "" : ` ${doubt}`)
  );
}

/** The methods behind the numbers. */
export const REFERENCES = `@inproceedings{yao2020pyhessian,
  title = {{PyHessian}: Neural Networks Through the Lens of the {Hessian}},
  author = {Yao, Zhewei and Gholami, Amir and Keutzer, Kurt and Mahoney, Michael W.},
  booktitle = {IEEE International Conference on Big Data},
  year = {2020},
}
@article{ubaru2017fast,
  title = {Fast Estimation of tr(f(A)) via Stochastic {Lanczos} Quadrature},
  author = {Ubaru, Shashanka and Chen, Jie and Saad, Yousef},
  journal = {SIAM Journal on Matrix Analysis and Applications},
  volume = {38},
  number = {4},
  pages = {1075--1099},
  year = {2017},
}
@article{hutchinson1989stochastic,
  title = {A Stochastic Estimator of the Trace of the Influence Matrix for {Laplacian} Smoothing Splines},
  author = {Hutchinson, Michael F.},
  journal = {Communications in Statistics -- Simulation and Computation},
  volume = {18},
  number = {3},
  pages = {1059--1076},
  year = {1989},
}
@article{pearlmutter1994fast,
  title = {Fast Exact Multiplication by the {Hessian}},
  author = {Pearlmutter, Barak A.},
  journal = {Neural Computation},
  volume = {6},
  number = {1},
  pages = {147--160},
  year = {1994},
}
`;

/** Draws the density from the result file with numpy and matplotlib, by the same formula as the page. */
export const matplotlibScript = (
  resultFile: string,
): string => `"""Density of the eigenvalues in ${resultFile}, drawn with matplotlib."""
import json

import matplotlib.pyplot as plt
import numpy as np

with open("${resultFile}") as file:
    result = json.load(file)
nodes = [np.array(row) for row in result["spectrum"]["nodes"]]
weights = [np.array(row) for row in result["spectrum"]["weights"]]

# Each probe's quadrature, smoothed by a Gaussian of one width; the band is the range over the probes.
low, high = min(n.min() for n in nodes), max(n.max() for n in nodes)
sigma = 0.01 * (high - low)
grid = np.linspace(low - 5 * sigma, high + 5 * sigma, 2000)
gauss = lambda n: np.exp(-(((grid[:, None] - n) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
curves = np.stack([gauss(n) @ w for n, w in zip(nodes, weights)])

plt.figure(figsize=(3.35, 2.4))
if len(curves) > 1:
    plt.fill_between(grid, curves.min(0), curves.max(0), alpha=0.2, linewidth=0)
plt.semilogy(grid, curves.mean(0))
plt.ylim(1e-3 / result["parameterCount"] / sigma, None)
plt.xlabel("eigenvalue")
plt.ylabel("density")
failed = [check["name"] for check in result["checks"] if not check["passed"]]
if failed:
    plt.axvspan(*plt.xlim(), facecolor="none", edgecolor="red", alpha=0.3, hatch="//")
    plt.title("Do not trust this: " + ", ".join(failed) + " failed", fontsize="small")
plt.tight_layout()
plt.savefig("density.pdf")
`;
