import { describe, expect, test, vi } from "vitest";
import { dawnEnvironment, hasGpuDriver, swiftshaderIcd } from "../../tools/vulkan.mjs";
import { DEBIAN_CHROMIUM, machine } from "./machines.ts";

const ICD = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LOADER = "/usr/lib/x86_64-linux-gnu/libvulkan.so.1";

describe("swiftshaderIcd", () => {
  test("finds the manifest of Debian's Chromium", () => {
    expect(swiftshaderIcd(machine(DEBIAN_CHROMIUM))).toBe(ICD);
  });

  test("follows the link of Google Chrome into its folder", () => {
    const files = ["/usr/bin/google-chrome", "/opt/google/chrome-beta/vk_swiftshader_icd.json"];
    const real = (path: string) =>
      path === "/usr/bin/google-chrome" ? "/opt/google/chrome-beta/google-chrome" : path;
    expect(swiftshaderIcd(machine(files, { real }))).toBe("/opt/google/chrome-beta/vk_swiftshader_icd.json");
  });

  test("finds the one in Playwright's Chromium", () => {
    const folder = "/home/ada/.cache/ms-playwright/chromium-12/chrome-linux";
    const files = [`${folder}/chrome`, `${folder}/vk_swiftshader_icd.json`];
    expect(swiftshaderIcd(machine(files))).toBe(`${folder}/vk_swiftshader_icd.json`);
  });

  test("finds none on a bare machine", () => expect(swiftshaderIcd(machine([]))).toBeNull());
});

describe("hasGpuDriver", () => {
  test.each([
    ["NVIDIA's node and manifest", ["/dev/nvidiactl", "/etc/vulkan/icd.d/nvidia_icd.json"], true],
    [
      "NVIDIA's node in a container without its driver",
      ["/dev/nvidiactl", "/usr/share/vulkan/icd.d/lvp_icd.json"],
      false,
    ],
    [
      "a render node and Mesa",
      ["/dev/dri/renderD128", "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json"],
      true,
    ],
    [
      "a render node and a software driver",
      ["/dev/dri/renderD128", "/usr/share/vulkan/icd.d/lvp_icd.json"],
      false,
    ],
    [
      "a card that cannot render",
      ["/dev/dri/card0", "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json"],
      false,
    ],
    ["drivers without a device", ["/usr/share/vulkan/icd.d/radeon_icd.x86_64.json"], false],
  ])("with %s", (_title, files, expected) => expect(hasGpuDriver(machine(files))).toBe(expected));
});

describe("dawnEnvironment", () => {
  test("names SwiftShader where there is no GPU driver", () => {
    expect(dawnEnvironment(machine([...DEBIAN_CHROMIUM, LOADER]))).toEqual({ VK_ICD_FILENAMES: ICD });
  });

  test("leaves a GPU driver alone", () => {
    const files = [...DEBIAN_CHROMIUM, "/dev/nvidiactl", "/etc/vulkan/icd.d/nvidia_icd.json"];
    expect(dawnEnvironment(machine(files))).toEqual({});
  });

  test.each(["VK_ICD_FILENAMES", "VK_DRIVER_FILES"])("leaves a driver chosen by %s alone", (name) => {
    const env = { XDG_RUNTIME_DIR: "/run", [name]: "/drivers/mine.json" };
    expect(dawnEnvironment(machine(DEBIAN_CHROMIUM, { env }))).toEqual({});
  });

  test("lends Chromium's Vulkan loader where the system has none", () => {
    const link = vi.fn(() => "/cache/vulkan");
    expect(dawnEnvironment(machine(DEBIAN_CHROMIUM), link)).toEqual({
      VK_ICD_FILENAMES: ICD,
      LD_LIBRARY_PATH: "/cache/vulkan",
    });
    expect(link).toHaveBeenCalledWith("/usr/lib/chromium/libvulkan.so.1");
    const env = { XDG_RUNTIME_DIR: "/run", LD_LIBRARY_PATH: "/lib/mine" };
    expect(dawnEnvironment(machine(DEBIAN_CHROMIUM, { env }), link).LD_LIBRARY_PATH).toBe(
      "/cache/vulkan:/lib/mine",
    );
  });

  test("names a runtime folder where there is none", () => {
    expect(Object.keys(dawnEnvironment(machine([...DEBIAN_CHROMIUM, LOADER], { env: {} })))).toEqual([
      "XDG_RUNTIME_DIR",
      "VK_ICD_FILENAMES",
    ]);
  });

  test("leaves another software driver to Dawn", () => {
    expect(dawnEnvironment(machine(["/usr/share/vulkan/icd.d/lvp_icd.json"]))).toEqual({});
  });

  test("says how to get a driver where there is none", () => {
    expect(() => dawnEnvironment(machine([]))).toThrow(
      "Install Chromium: apt-get install chromium, or npx playwright install --with-deps chromium",
    );
  });

  test("has nothing to do outside Linux", () => {
    expect(dawnEnvironment(machine([], { platform: "darwin", env: {} }))).toEqual({});
  });
});
