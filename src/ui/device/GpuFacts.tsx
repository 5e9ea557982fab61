/** What the adapter is, and what size fits it. */
import { basisCapacity } from "../../store/capacity.ts";
import type { DeviceReport } from "../../store/state.ts";
import { gpuFacts as words } from "../../strings/en.ts";
import { bytesText, count } from "../format.ts";

const STEPS = [40, 80] as const;
const HOSTS: Readonly<Record<DeviceReport["host"], string>> = words.hosts;

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
    [words.adapter, name, software ? `${maker} ${words.software}` : maker],
    [words.runsIn, HOSTS[host], ""],
    [
      words.largestBuffer,
      bytesText(limits.maxBufferSize),
      words.binding(bytesText(limits.maxStorageBufferBindingSize)),
    ],
    [
      words.workgroups,
      words.invocations(count(limits.maxComputeInvocationsPerWorkgroup)),
      words.workgroupMemory(count(limits.maxComputeWorkgroupStorageSize)),
    ],
    [words.features, features.join(", ") || words.noFeatures, ""],
  ];
  if (budget === undefined) return known;
  const [first, second] = STEPS.map((steps) => words.basisOf(count(basisCapacity(budget, steps)), steps));
  return [...known, [words.fits, words.budget(bytesText(budget)), words.basis(first, second)]];
}
