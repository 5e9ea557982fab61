/** What a lesson is about: the method, the start vector, and what can be switched. */
import { useId } from "react";
import { controls } from "../../store/controls.ts";
import type { RunResult } from "../../store/state.ts";
import { ViewChoice } from "../ControlField.tsx";
import { useActions, useHidden, usePage } from "../page.ts";

export function LessonTools({ result }: { readonly result: RunResult }) {
  const lesson = usePage((state) => state.controls.lesson);
  return (
    <>
      <ViewChoice field="lesson" />
      <ProbeChoice probes={result.spectrum.nodes.length} />
      {lesson === "lanczos" ? (
        <ViewChoice field="orthogonality" lead="orthogonality" />
      ) : (
        <>
          <ViewChoice field="powerMatrix" lead="A" />
          <ViewChoice field="powerShift" lead="shift" />
        </>
      )}
    </>
  );
}

function ProbeChoice({ probes }: { readonly probes: number }) {
  const value = usePage((state) => state.controls.lessonProbe);
  const { set } = useActions();
  const id = useId();
  if (useHidden("lessonProbe") || probes < 2) return null;
  return (
    <>
      <label className="hidden" htmlFor={id}>
        {controls.lessonProbe.label}
      </label>
      <select
        id={id}
        value={Math.min(value, probes)}
        title={controls.lessonProbe.help}
        onChange={(event) => set("lessonProbe", Number(event.target.value))}
      >
        {Array.from({ length: probes }, (_, i) => i + 1).map((probe) => (
          <option key={probe} value={probe}>
            probe {probe}
          </option>
        ))}
      </select>
    </>
  );
}
