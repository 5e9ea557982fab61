import { through } from "../run/host.ts";
import { dawnEntry } from "./dawn.ts";

/** A fault of a device: what stands in the kernels that it is given, and what it computes instead. */
interface Fault {
  readonly find: RegExp;
  readonly put: string;
  /** Functions that `put` calls. */
  readonly helper?: string;
}

const tooLarge = (name: string, builtin: string): Fault => ({
  find: new RegExp(String.raw`\b${builtin}\(`, "g"),
  put: `${name}(`,
  helper: `fn ${name}(x: vec4f) -> vec4f { return ${builtin}(x) * 1.0001; }`,
});

/** Faults of builtins, and those of a compiler that reorders sums. Each shows in the usual texts only. */
const FAULTS: readonly Fault[] = [
  tooLarge("off_exp", "exp"),
  tooLarge("off_rsqrt", "inverseSqrt"),
  {
    find: /\bsqrt\(/g,
    put: "1.0001 * sqrt(",
  },
  {
    find: /\b((?:let e\d+|r) = \([^/;]+ \/ [^/;]+\));/g,
    put: "$1 * 1.0001;",
  },
  {
    find: /\(\(x - turns \* 1\.5703125\) - turns \* 4\.837512969970703e-4\) - turns \* 7\.549789948768648e-8/,
    put: "x - turns * 1.5707963",
  },
  {
    find: /\(m \+ \(p - 2\.12194440e-4 \* e - 0\.5 \* z\)\) \+ 0\.693359375 \* e/,
    put: "m + (p - 0.5 * z) + 0.69315 * e",
  },
];

/** The text as the device runs it. */
function spoiled(text: string): string {
  const put = FAULTS.reduce((now, fault) => now.replace(fault.find, fault.put), text);
  return [...FAULTS.flatMap(({ helper }) => helper ?? []), put].join("\n");
}

/** The GPU of these tests with faults, under a name of its own. */
export function spoiledGpu(gpu = dawnEntry()): GPU {
  return through(gpu, "requestAdapter", async (ask) => {
    const adapter = through((await ask()) as GPUAdapter, "requestDevice", async (request) => {
      const device = (await request()) as GPUDevice;
      const create = device.createShaderModule.bind(device);
      device.createShaderModule = (descriptor) => create({ ...descriptor, code: spoiled(descriptor.code) });
      return device;
    });
    const { vendor, architecture } = adapter.info;
    const info = { vendor, architecture, description: "SwiftShader with faults" };
    return new Proxy(adapter, {
      get: (target, key) => (key === "info" ? info : Reflect.get(target, key)),
    });
  });
}
