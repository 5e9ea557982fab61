import { describe, expect, test } from "vitest";
import { ensureNode, packageDifference } from "../../tools/setup.mjs";

describe("ensureNode", () => {
  test.each(["20.19.0", "20.20.2", "22.0.0"])("accepts %s for >=20.19", (version) => {
    expect(() => ensureNode(version, ">=20.19")).not.toThrow();
  });

  test.each(["20.18.3", "18.20.0"])("refuses %s for >=20.19", (version) => {
    expect(() => ensureNode(version, ">=20.19")).toThrow(
      `Node ${version} is too old: >=20.19 is needed. See https://nodejs.org.`,
    );
  });
});

describe("packageDifference", () => {
  const vite = { version: "8.0.0", integrity: "sha512-a" };
  const lock = {
    packages: {
      "": { version: "0.1.0" },
      "node_modules/vite": vite,
      "node_modules/vite-win32": { version: "8.0.0", optional: true },
    },
  };

  test("is null when all but other platforms' packages are there", () => {
    expect(packageDifference(lock, { packages: { "node_modules/vite": vite } })).toBeNull();
  });

  test("says that nothing is installed", () => {
    expect(packageDifference(lock, null)).toBe("none are installed");
  });

  test("names a missing package", () => {
    expect(packageDifference(lock, { packages: {} })).toBe("node_modules/vite is missing");
  });

  test("names a package of another version", () => {
    const old = { packages: { "node_modules/vite": { ...vite, version: "7.0.0" } } };
    expect(packageDifference(lock, old)).toBe("node_modules/vite is 7.0.0, the lock file has 8.0.0");
  });

  test("names a package that the lock file no longer has", () => {
    const more = { packages: { "node_modules/vite": vite, "node_modules/gone": vite } };
    expect(packageDifference(lock, more)).toBe("node_modules/gone is not in the lock file");
  });
});
