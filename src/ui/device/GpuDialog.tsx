/** The GPU: adapter, limits, what fits, and its numerics passport; of this browser, or of the run that is shown. */
import { type ReactNode, useEffect, useState } from "react";
import type { DeviceReport } from "../../store/state.ts";
import { gpuDialog as words } from "../../strings/en.ts";
import { Dialog } from "../Dialog.tsx";
import { useActions, usePage } from "../page.ts";
import { Segments } from "../parts.tsx";
import { WebgpuHelp } from "../WebgpuHelp.tsx";
import { GpuFacts } from "./GpuFacts.tsx";
import { Kernels } from "./Kernels.tsx";
import { PassportTable } from "./PassportTable.tsx";
import { WhatFits } from "./WhatFits.tsx";

const WHICH = [
  { value: "here", label: words.here },
  { value: "run", label: words.run },
] as const;

export function GpuDialog({ onClose }: { readonly onClose: () => void }) {
  const [which, setWhich] = useState<"here" | "run">("here");
  const run = usePage((state) => state.shown?.result.device ?? null);
  const kernels = usePage((state) => state.shown?.result.kernels ?? null);
  return (
    <Dialog title={words.title} onClose={onClose}>
      {run !== null && (
        <div className="dialog-tools">
          <Segments label={words.which} lead={words.of} value={which} options={WHICH} onChange={setWhich} />
        </div>
      )}
      {which === "run" && run !== null ? (
        <Device device={run} without={words.older}>
          {kernels !== null && (
            <p className="calm">{words.kernels(kernels.chosen.length, kernels.digest.slice(0, 12))}</p>
          )}
        </Device>
      ) : (
        <ThisBrowser />
      )}
    </Dialog>
  );
}

function ThisBrowser() {
  const answer = usePage((state) => state.device);
  const { examine } = useActions();
  const [asked, setAsked] = useState(false);
  useEffect(() => void examine().then(() => setAsked(true)), [examine]);
  if (answer?.kind === "unavailable") return <WebgpuHelp message={answer.message} />;
  if (answer?.kind !== "device" || (answer.device.passport === undefined && !asked)) {
    return (
      <p className="empty" role="status">
        {words.asking}
      </p>
    );
  }
  return (
    <Device device={answer.device} without={words.notMeasured}>
      <WhatFits />
      <Kernels />
    </Device>
  );
}

interface DeviceProps {
  readonly device: DeviceReport;
  readonly without: string;
  /** Between the facts and the passport. */
  readonly children?: ReactNode;
}

function Device({ device, without, children }: DeviceProps) {
  return (
    <>
      <GpuFacts device={device} />
      {children}
      {device.passport === undefined ? (
        <p className="empty">{without}</p>
      ) : (
        <PassportTable passport={device.passport} />
      )}
    </>
  );
}
