/**
 * Speed and memory of the engine on this device, and of jax-js beside it. Everything that is compared is measured in turn in
 * one run, because machines are noisy: believe the ratios and the medians. Each unit runs in a process of its own and its
 * row goes into the file at once, so that a bench that was stopped is taken up again with --missing.
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { dawn } from "../src/cli/dawn.ts";
import { openDevice, reportDevice } from "../src/run/device.ts";
import { writeDocs } from "./docs.ts";
import { addResult, readResults, withPage } from "./results.ts";
import { resultTables } from "./tables.ts";
import { nameOf, UNITS, type Unit } from "./units.ts";

const USAGE = `npm run bench -- [flags]
  --only NAME,...   networks, parts or variants of units, e.g. mlp or products; all by default
  --missing         only units that the file has not
  --list            names the units and measures nothing
  --rounds N        of each comparison, default 5
  --json FILE       default test-results/bench.json
  --docs            measures nothing; writes docs/performance.json and docs/performance.md from the file
`;

interface Flags {
  readonly only: readonly string[] | null;
  readonly switches: ReadonlySet<string>;
  readonly rounds: number;
  readonly json: string;
}

const VALUES = ["--only", "--rounds", "--json"];
const SWITCHES = ["--missing", "--list", "--docs", "--in-process"];

/** Throws Error with what was expected. */
function parse(argv: readonly string[]): Flags {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    if (SWITCHES.includes(argv[i])) switches.add(argv[i].slice(2));
    else if (VALUES.includes(argv[i]) && i + 1 < argv.length) values.set(argv[i], argv[++i]);
    else throw new Error(`expected one of the flags below, found "${argv[i]}"`);
  }
  const rounds = Number(values.get("--rounds") ?? 5);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: expected a count, found ${rounds}`);
  const only = values.get("--only")?.split(",") ?? null;
  const words = new Set(UNITS.flatMap((unit) => [nameOf(unit), unit.part, unit.model, unit.variant]));
  const strange = only?.find((word) => !words.has(word));
  if (strange !== undefined) throw new Error(`--only: expected names that --list shows, found "${strange}"`);
  const folder = process.env.EIGENSCOPE_ROOT ?? ".";
  return {
    only,
    switches,
    rounds,
    json: resolve(values.get("--json") ?? `${folder}/test-results/bench.json`),
  };
}

const isChosen = (unit: Unit, only: readonly string[] | null): boolean =>
  only === null ||
  [nameOf(unit), unit.part, unit.model, unit.variant].some((word) => word !== null && only.includes(word));

/** The version that is pinned. */
function jaxVersion(): string {
  const text = readFileSync(join(process.env.EIGENSCOPE_ROOT ?? ".", "package.json"), "utf8");
  const { devDependencies } = JSON.parse(text) as { readonly devDependencies: Record<string, string> };
  return devDependencies["@jax-js/jax"];
}

/** Measures one unit here and now. */
async function measure(unit: Unit, rounds: number, json: string): Promise<void> {
  const { gpu } = await openDevice(dawn());
  const device = reportDevice(gpu, "node");
  gpu.device.destroy();
  const row = await unit.measure(rounds);
  const { part, model, variant } = unit;
  addResult(
    json,
    { device, host: { cores: availableParallelism(), node: process.version, jax: jaxVersion() } },
    { part, model, variant, at: new Date().toISOString(), rounds, load: loadavg()[0], row },
  );
}

/** The same in a process of its own, whose caches are empty. */
function measureApart(unit: Unit, { rounds, json }: Flags): boolean {
  const [runner, bundle] = process.argv.slice(1);
  const flags = ["--only", nameOf(unit), "--rounds", String(rounds), "--json", json, "--in-process"];
  const { status } = spawnSync(process.execPath, [runner, bundle, ...flags], { stdio: "inherit" });
  return status === 0;
}

export async function main(argv: readonly string[]): Promise<number> {
  let flags: Flags;
  try {
    flags = parse(argv);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { only, switches, rounds, json } = flags;
  const known = readResults(json);
  const units = UNITS.filter(
    (unit) => isChosen(unit, only) && !(switches.has("missing") && known?.units[nameOf(unit)]),
  );
  if (switches.has("list")) {
    process.stdout.write(`${units.map(nameOf).join("\n")}\n`);
    return 0;
  }
  if (switches.has("in-process")) {
    for (const unit of units) await measure(unit, rounds, json);
    return 0;
  }
  if (!switches.has("docs")) {
    const failed = units.filter((unit) => {
      process.stderr.write(`${nameOf(unit)}\n`);
      return !measureApart(unit, flags);
    });
    const results = readResults(json);
    if (results !== null) process.stdout.write(`${resultTables(results)}in ${json}\n`);
    for (const unit of failed) process.stderr.write(`failed: ${nameOf(unit)}\n`);
    return failed.length === 0 ? 0 : 1;
  }
  if (known === null) {
    process.stderr.write(`--docs: expected results in ${json}, there are none.\n`);
    return 2;
  }
  writeDocs(withPage(known, json));
  return 0;
}
