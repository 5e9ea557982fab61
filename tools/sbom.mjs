/**
 * npm run sbom [-- --production] [-- FILE]: what the project is made of, as a CycloneDX document (sbom.cdx.json, which git
 * ignores). npm writes it from package-lock.json; what tells of this machine is taken out.
 */

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { npmCommand, ROOT, readJson, runCommand, SetupError } from "./setup.mjs";

if (process.argv[1] === import.meta.filename) await runCommand(main);

async function main() {
  const { values, positionals } = parseArgs({
    options: { production: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [command, ...first] = npmCommand();
  const flags = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--loglevel", "error"];
  const { stdout } = await promisify(execFile)(command, [...first, ...flags], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  }).catch((error) => {
    throw new SetupError(`"npm sbom" (npm 10 or later) ended with: ${error.stderr || error.message}`);
  });
  const all = cleaned(JSON.parse(stdout), readJson(join(ROOT, "package.json")));
  const sbom = values.production ? reachingThePage(all, readJson(join(ROOT, "package-lock.json"))) : all;
  const file = resolve(positionals[0] ?? join(ROOT, "sbom.cdx.json"));
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  process.stdout.write(`${sbom.components.length} packages in ${file}\n`);
  return 0;
}

/**
 * @typedef {{ type: string, url: string }} Reference
 * @typedef {{ name: string, version?: string, "bom-ref"?: string, externalReferences?: Reference[] }} Component
 * @typedef {{ ref: string, dependsOn: string[] }} Needs
 * @typedef {{ serialNumber?: string, metadata: { timestamp?: string, component: Component }, components: Component[],
 *   dependencies?: Needs[] }} Sbom
 */

/**
 * Without the address from which a package was downloaded, which is that of whatever registry this machine asks (its hash
 * stays and says more); the project by its own name, for npm takes that of the folder; without the time and the random number,
 * so that equal lock files give equal documents.
 * @param {Sbom} sbom as npm writes it
 * @param {{ name: string, version: string }} manifest
 * @returns {Sbom}
 */
export function cleaned({ serialNumber: _, metadata, components, ...rest }, { name, version }) {
  /** @param {Component} component */
  const withoutSource = (component) => ({
    ...component,
    externalReferences: (component.externalReferences ?? []).filter(({ type }) => type !== "distribution"),
  });
  const { timestamp: __, ...known } = metadata;
  return {
    ...rest,
    metadata: { ...known, component: { ...withoutSource(metadata.component), name, version } },
    components: components.map(withoutSource),
  };
}

/**
 * Without what only builds and tests. (`npm sbom --omit dev` also leaves out what a package for tests needs beside us.)
 * @param {Sbom} sbom of all packages
 * @param {{ packages: Record<string, { version?: string, dev?: boolean, devOptional?: boolean }> }} lock package-lock.json
 * @returns {Sbom}
 */
export function reachingThePage({ components, dependencies = [], ...rest }, { packages }) {
  const kept = new Set(
    Object.entries(packages)
      .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional)
      .map(([path, { version }]) => `${path.split("node_modules/").pop()}@${version}`),
  );
  const own = rest.metadata.component["bom-ref"];
  return {
    ...rest,
    components: components.filter((component) => kept.has(component["bom-ref"] ?? "")),
    dependencies: dependencies
      .filter(({ ref }) => ref === own || kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((needed) => kept.has(needed)) })),
  };
}
