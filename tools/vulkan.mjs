/**
 * Vulkan for Dawn in Node. On Linux without a GPU driver, the SwiftShader that comes with Chromium computes on the
 * CPU: right numbers, slowly. Elsewhere Dawn uses Metal or Direct3D and nothing is to be done.
 */

import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findChromium } from "./chromium.mjs";
import { thisMachine } from "./machine.mjs";
import { ROOT, SetupError } from "./setup.mjs";

/** @typedef {import("./machine.mjs").Machine} Machine */

const CHROMIUM_FOLDERS = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
];
/** Where the Vulkan loader looks for driver manifests. */
const DRIVER_FOLDERS = ["/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/usr/share/vulkan/icd.d"];
const SOFTWARE_DRIVER = /^(lvp|swrast|vk_swiftshader)/;

/**
 * The manifest of SwiftShader beside Chromium; null if there is none.
 * @param {Machine} machine
 * @returns {string | null}
 */
export function swiftshaderIcd(machine = thisMachine) {
  const chromium = findChromium(machine);
  // /usr/bin/google-chrome is a link into the program's folder; Debian's /usr/bin/chromium is a script.
  const folders = chromium === null ? [] : [dirname(chromium), dirname(machine.real(chromium))];
  const manifests = [...folders, ...CHROMIUM_FOLDERS].map((folder) =>
    join(folder, "vk_swiftshader_icd.json"),
  );
  return manifests.find((path) => machine.isFile(path)) ?? null;
}

/**
 * Whether a GPU's device node and a driver for it are both there. A container may have the node alone.
 * @param {Machine} machine
 */
export function hasGpuDriver(machine = thisMachine) {
  const drivers = machine.env.VK_ADD_DRIVER_FILES ? ["user"] : systemDrivers(machine);
  const nvidia = machine.list("/dev").includes("nvidiactl");
  const others = machine.list("/dev/dri").some((name) => name.startsWith("renderD"));
  return (
    (nvidia && drivers.some((name) => /nvidia|user/.test(name))) ||
    (others && drivers.some((name) => !SOFTWARE_DRIVER.test(name)))
  );
}

/**
 * @param {Machine} machine
 * @returns {string[]} names of manifests
 */
function systemDrivers(machine) {
  return DRIVER_FOLDERS.flatMap((folder) => machine.list(folder)).filter((name) => name.endsWith(".json"));
}

/**
 * The variables that a process with Dawn needs beside its own. A driver that the user chose wins. Throws SetupError
 * if there is neither a GPU driver nor a software one.
 * @param {Machine} machine
 * @param {(library: string) => string} linkLoader makes a folder in which the library is called libvulkan.so.1
 * @returns {Record<string, string>}
 */
export function dawnEnvironment(machine = thisMachine, linkLoader = linkVulkanLoader) {
  if (machine.platform !== "linux") return {};
  const { env } = machine;
  /** @type {Record<string, string>} */
  const more = {};
  // Only window systems use the folder, but drivers complain when it is not named.
  if (env.XDG_RUNTIME_DIR === undefined) more.XDG_RUNTIME_DIR = tmpdir();
  if (env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES || hasGpuDriver(machine)) return more;

  const icd = swiftshaderIcd(machine);
  if (icd === null) {
    if (systemDrivers(machine).length > 0) return more;
    throw new SetupError(
      "No GPU driver was found, and no SwiftShader, which computes on the CPU and comes with Chromium.\n" +
        "Install Chromium: apt-get install chromium, or npx playwright install --with-deps chromium",
    );
  }
  more.VK_ICD_FILENAMES = icd;
  const loader = join(dirname(icd), "libvulkan.so.1");
  if (!hasVulkanLoader(machine) && machine.isFile(loader)) {
    const folder = linkLoader(loader);
    more.LD_LIBRARY_PATH = env.LD_LIBRARY_PATH ? `${folder}:${env.LD_LIBRARY_PATH}` : folder;
  }
  return more;
}

/** @param {Machine} machine */
function hasVulkanLoader(machine) {
  const triple = machine.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const folders = [`/usr/lib/${triple}`, `/lib/${triple}`, "/usr/lib64", "/usr/lib", "/usr/local/lib"];
  return folders.some((folder) => machine.isFile(join(folder, "libvulkan.so.1")));
}

/**
 * Chromium brings a Vulkan loader, but beside other libraries that must not shadow the system's: so a folder of its
 * own with one link.
 * @param {string} library
 */
function linkVulkanLoader(library) {
  const folder = join(ROOT, ".cache", "vulkan");
  const link = join(folder, "libvulkan.so.1");
  mkdirSync(folder, { recursive: true });
  if (thisMachine.real(link) !== thisMachine.real(library)) {
    rmSync(link, { force: true });
    symlinkSync(library, link);
  }
  return folder;
}
