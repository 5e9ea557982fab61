import { expect, test } from "vitest";
import { cleaned, reachingThePage } from "../../tools/sbom.mjs";

test("a bill of materials tells of packages and nothing of the machine that wrote it", () => {
  const site = { type: "website", url: "https://example.org" };
  const source = { type: "distribution", url: "https://registry.invalid/a/-/a-1.0.0.tgz" };
  const npm = {
    bomFormat: "CycloneDX",
    serialNumber: "urn:uuid:1",
    metadata: { timestamp: "2026-01-01", component: { name: "folder", externalReferences: [source] } },
    components: [{ name: "a", version: "1.0.0", externalReferences: [source, site] }, { name: "b" }],
  };
  expect(cleaned(npm, { name: "eigenscope", version: "0.1.0" })).toEqual({
    bomFormat: "CycloneDX",
    metadata: { component: { name: "eigenscope", version: "0.1.0", externalReferences: [] } },
    components: [
      { name: "a", version: "1.0.0", externalReferences: [site] },
      { name: "b", externalReferences: [] },
    ],
  });
});

test("the bill of what reaches the page has what a package for tests needs too, and not that package", () => {
  const of = (ref: string) => ({ "bom-ref": ref, name: ref });
  const all = {
    metadata: { component: of("eigenscope@1.0.0") },
    components: ["@u/unzip@1.0.0", "png@2.0.0", "types@3.0.0"].map(of),
    dependencies: [
      { ref: "eigenscope@1.0.0", dependsOn: ["@u/unzip@1.0.0", "png@2.0.0"] },
      { ref: "png@2.0.0", dependsOn: ["@u/unzip@1.0.0"] },
      { ref: "@u/unzip@1.0.0", dependsOn: ["types@3.0.0"] },
    ],
  };
  const packages = {
    "": {},
    "node_modules/@u/unzip": { version: "1.0.0" },
    "node_modules/png": { version: "2.0.0", dev: true },
    "node_modules/types": { version: "3.0.0", devOptional: true },
  };
  expect(reachingThePage(all, { packages })).toEqual({
    metadata: all.metadata,
    components: [of("@u/unzip@1.0.0")],
    dependencies: [
      { ref: "eigenscope@1.0.0", dependsOn: ["@u/unzip@1.0.0"] },
      { ref: "@u/unzip@1.0.0", dependsOn: [] },
    ],
  });
});
