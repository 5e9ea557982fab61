/** Where WebGPU is missing: what still works, and which browsers and flags help. */
import { webgpuHelp as words } from "../strings/en.ts";
import { Prose } from "./Prose.tsx";

export function WebgpuHelp({ message }: { readonly message: string }) {
  return (
    <div className="alert" role="note" aria-label={words.title}>
      <p>
        <strong>{message}</strong> {words.stays}
      </p>
      <details>
        <summary>{words.question}</summary>
        <ul>
          {words.answers.map((answer) => (
            <li key={answer}>
              <Prose text={answer} />
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
