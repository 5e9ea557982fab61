import { describe, expect, test, vi } from "vitest";
import { ensureChromium, findChromium } from "../../tools/chromium.mjs";
import { DEBIAN_CHROMIUM, machine, release } from "./machines.ts";

const CACHE = "/home/ada/.cache/ms-playwright";

describe("findChromium", () => {
  test("takes CHROMIUM_PATH before all else", () => {
    const env = { CHROMIUM_PATH: "/opt/mine/chrome" };
    expect(findChromium(machine(["/opt/mine/chrome", ...DEBIAN_CHROMIUM], { env }))).toBe("/opt/mine/chrome");
  });

  test("refuses a CHROMIUM_PATH that names no file", () => {
    const env = { CHROMIUM_PATH: "/opt/gone" };
    expect(() => findChromium(machine(DEBIAN_CHROMIUM, { env }))).toThrow(
      'CHROMIUM_PATH names "/opt/gone", which is no file. Correct it or unset it.',
    );
  });

  test.each(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"])(
    "knows %s",
    (path) => {
      expect(findChromium(machine([path]))).toBe(path);
    },
  );

  test("takes the newest full Chromium of Playwright's cache, not the headless shell", () => {
    const files = [
      `${CACHE}/chromium-999/chrome-linux/chrome`,
      `${CACHE}/chromium-1200/chrome-linux64/chrome`,
      `${CACHE}/chromium_headless_shell-1300/chrome-linux/headless_shell`,
      `${CACHE}/firefox-1500/firefox/firefox`,
    ];
    expect(findChromium(machine(files))).toBe(`${CACHE}/chromium-1200/chrome-linux64/chrome`);
  });

  test("looks where PLAYWRIGHT_BROWSERS_PATH points", () => {
    const env = { PLAYWRIGHT_BROWSERS_PATH: "/browsers" };
    const path = "/browsers/chromium-7/chrome-linux/chrome";
    expect(findChromium(machine([path], { env }))).toBe(path);
  });

  test("finds Chrome on macOS", () => {
    const path = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    expect(findChromium(machine([path], { platform: "darwin" }))).toBe(path);
  });

  test("finds nothing on a bare machine", () => expect(findChromium(machine([]))).toBeNull());
});

describe("ensureChromium", () => {
  const debian = release('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n');

  test("runs nothing when there is a Chromium", async () => {
    const run = vi.fn();
    expect(await ensureChromium(machine(DEBIAN_CHROMIUM, { root: true, read: debian }), run)).toBe(
      "/usr/bin/chromium",
    );
    expect(run).not.toHaveBeenCalled();
  });

  test("installs Debian's package as root", async () => {
    const files: string[] = [];
    const commands: string[] = [];
    const run = async (command: string, args: readonly string[]) => {
      commands.push([command, ...args].join(" "));
      if (args.includes("install")) files.push(...DEBIAN_CHROMIUM);
      return 0;
    };
    expect(await ensureChromium(machine(files, { root: true, read: debian }), run)).toBe("/usr/bin/chromium");
    expect(commands).toEqual([
      "apt-get -o Acquire::Retries=3 update",
      "apt-get -o Acquire::Retries=3 install -y --no-install-recommends chromium",
    ]);
  });

  test("stops at the first command that fails", async () => {
    const run = vi.fn(async () => 100);
    await expect(ensureChromium(machine([], { root: true, read: debian }), run)).rejects.toThrow(
      '"apt-get update" ended with code 100; see above.',
    );
    expect(run).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["a user on Debian", { root: false, read: debian }],
    ["root on Ubuntu", { root: true, read: release('ID=ubuntu\nID_LIKE="debian"\n') }],
    ["root on Ubuntu's children", { root: true, read: release('ID=pop\nID_LIKE="ubuntu debian"\n') }],
    ["root on macOS", { root: true, platform: "darwin" as const }],
  ])("tells %s which command to run", async (_title, about) => {
    const run = vi.fn();
    await expect(ensureChromium(machine([], about), run)).rejects.toThrow(
      "none was found. Run: npx playwright install --with-deps chromium",
    );
    expect(run).not.toHaveBeenCalled();
  });
});
