import { expect, test } from "vitest";
import { cleaned } from "../../tools/sbom.mjs";

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
