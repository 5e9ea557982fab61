/** What the browser kept of the list of runs and cannot be read: each with what is wrong, to be exported or deleted. */
import type { DamagedRun } from "../../store/listView.ts";
import { damagedRuns as words } from "../../strings/en.ts";
import { useActions, usePage } from "../page.ts";
import { Button } from "../parts.tsx";
import { rawRecord } from "./rawRecord.ts";

export function DamagedRuns() {
  const damaged = usePage((state) => state.list.damaged);
  const { deleteDamaged } = useActions();
  if (damaged.length === 0) return null;
  return (
    <section className="refusals" aria-label={words.title}>
      <p>{words.title}</p>
      <ul>
        {damaged.map((run) => {
          const name = words.name(String(run.key).slice(0, 40));
          return (
            <li key={`${typeof run.key} ${String(run.key)}`}>
              <p className="refusal">{run.problem}</p>
              <Button look="text" title={words.exportTitle(name)} onClick={() => void exportRecord(run)}>
                {words.export}
              </Button>
              <Button look="text" title={words.deleteTitle(name)} onClick={() => void deleteDamaged(run.key)}>
                {words.delete}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

async function exportRecord({ key, record }: DamagedRun): Promise<void> {
  const { download, fileName } = await import("../export/index.ts");
  download(fileName(String(key).slice(0, 40), "record", "json"), rawRecord(record));
}
