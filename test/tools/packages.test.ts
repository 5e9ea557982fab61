import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Package {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const lock: { readonly packages: Readonly<Record<string, Package>> } = JSON.parse(read("package-lock.json"));
const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
const where = (holds: (found: Package) => unknown): string[] =>
  packages.filter(([, found]) => holds(found)).map(([path]) => path);

test("every package is locked by a SHA-512 of its bytes, and none by an address, a folder or another package", () => {
  expect(packages.length).toBeGreaterThan(100);
  expect(where(({ integrity = "" }) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))).toEqual([]);
  expect(where(({ resolved, link, inBundle }) => resolved !== undefined || link || inBundle)).toEqual([]);
});

test("what the project asks for by itself is asked for in one exact version", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  const asked: [string, string][] = Object.entries({ ...dependencies, ...devDependencies });
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test("no package runs a script when it is installed", () => {
  // webgpu has one, which on macOS takes the mark of a download from its own binary.
  expect(where(({ hasInstallScript }) => hasInstallScript)).toEqual(["node_modules/webgpu"]);
  expect(read(".npmrc").split("\n")).toContain("ignore-scripts=true");
});
