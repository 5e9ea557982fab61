/** What a lesson is about: the method, the start vector, and what can be switched. */
import { useId } from "react";
import { controls } from "../../store/controls.ts";
import type { RunResult } from "../../store/state.ts";
import { lesson as words } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import { useActions, useHidden, usePage } from "../page.ts";

export function LessonTools({ result }: { readonly result: RunResult }) {
  const lesson = usePage((state) => state.controls.lesson);
  return (
    <>
      <ViewChoice field="lesson" />
      <ProbeChoice probes={result.spectrum.nodes.length} />
      {lesson === "lanczos" ? (
        <ViewChoice field="orthogonality" lead={words.orthogonality} />
      ) : (
        <>
          <ViewChoice field="powerMatrix" lead="A" />
          <ViewChoice field="powerShift" lead={words.shift} />
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
            {words.probe(probe)}
          </option>
        ))}
      </select>
    </>
  );
}
