/** Machines for the finders: a few files, folders and variables. */
import type { Machine } from "../../tools/machine.mjs";

export function machine(files: readonly string[], about: Partial<Machine> = {}): Machine {
  const children = (folder: string): string[] => {
    const below = files.filter((file) => file.startsWith(`${folder}/`));
    return [...new Set(below.map((file) => file.slice(folder.length + 1).split("/")[0]))];
  };
  return {
    platform: "linux",
    arch: "x64",
    env: { XDG_RUNTIME_DIR: "/run/user/1" },
    home: "/home/ada",
    root: false,
    isFile: (path) => files.includes(path),
    list: children,
    read: () => "",
    real: (path) => path,
    ...about,
  };
}

/** Debian's package: a script in /usr/bin, the program elsewhere. */
export const DEBIAN_CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/lib/chromium/chromium",
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium/libvulkan.so.1",
];

/** The text of /etc/os-release. */
export const release =
  (text: string): Machine["read"] =>
  (path) =>
    path === "/etc/os-release" ? text : "";
