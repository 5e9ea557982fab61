/** What the adapter is, and what size fits it. */
import { basisCapacity } from "../../store/capacity.ts";
import type { DeviceReport } from "../../store/state.ts";
import { bytesText, count } from "../format.ts";

const STEPS = [40, 80];
const HOSTS: Readonly<Record<DeviceReport["host"], string>> = {
  worker: "a worker of the page",
  main: "the page itself, whose workers have no GPU",
  node: "the headless command",
};

export function GpuFacts({ device }: { readonly device: DeviceReport }) {
  return (
    <dl className="device-facts">
      {facts(device).map(([name, value, meaning]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value} <small>{meaning}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

type Fact = readonly [name: string, value: string, meaning: string];

function facts({
  name,
  vendor,
  architecture,
  software,
  host,
  limits,
  features,
  budget,
}: DeviceReport): Fact[] {
  const made = [vendor, architecture].filter((word) => word !== "" && !name.includes(word));
  const maker = made.length === 0 ? "" : `(${made.join(", ")})`;
  const known: Fact[] = [
    ["Adapter", name, software ? `${maker} A software adapter: right numbers, slowly.` : maker],
    ["Runs in", HOSTS[host], ""],
    [
      "Largest buffer",
      bytesText(limits.maxBufferSize),
      `${bytesText(limits.maxStorageBufferBindingSize)} of it in one kernel: no single tensor can be larger.`,
    ],
    [
      "Workgroups",
      `${count(limits.maxComputeInvocationsPerWorkgroup)} invocations`,
      `with ${count(limits.maxComputeWorkgroupStorageSize)} bytes of memory`,
    ],
    ["Features", features.join(", ") || "none beyond WebGPU", ""],
  ];
  if (budget === undefined) return known;
  const basis = STEPS.map((steps) => `${count(basisCapacity(budget, steps))} parameters at ${steps} steps`);
  return [
    ...known,
    [
      "What fits",
      `a run takes at most ${bytesText(budget)}`,
      `The Lanczos basis alone fits for ${basis.join(" or ")}. A batch that does not fit beside it is computed in parts, with the same result.`,
    ],
  ];
}
