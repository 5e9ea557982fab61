/** Engine tests run on Dawn; without a GPU driver they use the SwiftShader that comes with Chromium. */
import { existsSync, readdirSync } from "node:fs";

const ICDS = ["/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/lib64/chromium/vk_swiftshader_icd.json"];
const hasDriver = (): boolean =>
  existsSync("/dev/nvidiactl") ||
  (existsSync("/dev/dri") && readdirSync("/dev/dri").some((f) => f.startsWith("renderD")));

if (process.env.VK_ICD_FILENAMES === undefined && !hasDriver()) {
  const icd = ICDS.find((path) => existsSync(path));
  if (icd !== undefined) process.env.VK_ICD_FILENAMES = icd;
}
