/** What can be taken away from a card: its figure, its numbers, and the words and scripts for a paper. */
import { useEffect, useRef, useState } from "react";
import type { RunResult } from "../store/state.ts";
import { exportMenu as words } from "../strings/en.ts";
import type { SvgPart } from "./charts/surfaceDraw.ts";
import { useDoubt } from "./doubt.tsx";
import { chartIn, type Figure } from "./figures.ts";
import { Button } from "./parts.tsx";
import { modelName, provenance } from "./words.ts";

/** What it holds is made when it is asked for. The module that writes tables is loaded then. */
export interface ExportTable {
  readonly label: string;
  /** Last part of the file's name. */
  readonly name: string;
  readonly csv: (tables: ExportTools) => string;
}

/** A file that is no table: what it holds is made when it is asked for. */
export interface ExportFile extends Omit<ExportTable, "csv"> {
  readonly ending: "json" | "py" | "npz";
  /** @param doubt why its numbers cannot be trusted */
  readonly text: (tools: ExportTools, doubt: string | null) => string | Blob;
}

/** Millimetres: a column and both columns of a journal, a slide. */
const WIDTHS = [85, 178, 320];
const RESOLUTIONS = [150, 300, 600];

interface ExportMenuProps {
  /** Null for a card of numbers alone. */
  readonly figure: Figure | null;
  readonly tables: readonly ExportTable[];
  readonly files?: readonly ExportFile[];
  readonly result: RunResult;
  /** What the page draws on a canvas beneath the chart. */
  readonly ground?: () => readonly SvgPart[];
  /** The whole run and its words too, not the figure only. */
  readonly run?: boolean;
  /** First part of the files' names, and the words below the figure, where it shows more than `result`. */
  readonly of?: { readonly name: string; readonly caption: string; readonly made?: string };
}

export function ExportMenu({ figure, tables, files = [], result, ground, run = false, of }: ExportMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [width, setWidth] = useState(WIDTHS[0]);
  const [dpi, setDpi] = useState(RESOLUTIONS[1]);
  const [note, setNote] = useState("");
  useClosing(menu);
  const model = of?.name ?? modelName(result.model);
  const doubt = useDoubt();

  const attempt = async (work: (tools: ExportTools) => Promise<void> | void) => {
    setNote("");
    try {
      await work(await import("./export/index.ts"));
    } catch (error) {
      setNote(error instanceof Error ? error.message : String(error));
    }
  };
  const svg = (shown: Figure, { figureSvg }: ExportTools): string => {
    return figureSvg(chartIn(menu.current?.closest(".card")), {
      ...shown,
      caption: of?.caption ?? result.meaning.sentence,
      made: of?.made ?? provenance(result),
      doubt,
      ...(ground === undefined ? {} : { ground: ground() }),
    });
  };
  const save = (
    label: string,
    ending: string,
    make: (tools: ExportTools) => string | Blob | Promise<Blob>,
    name: string,
  ) => (
    <Button
      onClick={() =>
        void attempt(async (tools) => tools.download(tools.fileName(model, name, ending), await make(tools)))
      }
    >
      {label}
    </Button>
  );
  const copy = (label: string, make: (tools: ExportTools) => string) => (
    <Button
      onClick={() =>
        void attempt(async (tools) => {
          await navigator.clipboard.writeText(make(tools));
          setNote(words.copied);
        })
      }
    >
      {label}
    </Button>
  );

  // A frame of opaque origin may not download; the page around it can ask for the files (docs/embedding.md).
  if (self.origin === "null") return null;
  return (
    <details ref={menu} className="export">
      <summary>{words.title}</summary>
      <div className="export-menu">
        {figure !== null && (
          <p className="export-row">
            {save(words.svg, "svg", (tools) => svg(figure, tools), figure.name)}
            {save(
              words.png,
              "png",
              (tools) =>
                tools.figurePng(
                  svg(figure, tools),
                  { millimetres: width, dpi },
                  of?.made ?? provenance(result),
                ),
              figure.name,
            )}
            <SizeChoice
              label={words.width}
              unit={words.millimetres}
              sizes={WIDTHS}
              value={width}
              onChange={setWidth}
            />
            <SizeChoice
              label={words.resolution}
              unit={words.dotsPerInch}
              sizes={RESOLUTIONS}
              value={dpi}
              onChange={setDpi}
            />
          </p>
        )}
        <p className="export-row">
          {tables.map((table) => (
            <span key={table.label}>
              {save(table.label, "csv", (tools) => tools.doubted(table.csv(tools), doubt), table.name)}
            </span>
          ))}
          {files.map((file) => (
            <span key={file.label}>
              {save(file.label, file.ending, (tools) => file.text(tools, doubt), file.name)}
            </span>
          ))}
        </p>
        {run && (
          <p className="export-row">
            {save(words.result, "json", () => JSON.stringify(result, null, 1), "run")}
            {save(words.numbers, "npz", async (tools) => new Blob([tools.runNpz(result, doubt)]), "run")}
            {save(
              words.matplotlib,
              "py",
              (tools) => tools.matplotlibScript(tools.fileName(model, "run", "json")),
              figure?.name ?? "run",
            )}
            {save(
              words.pytorch,
              "py",
              (tools) => {
                const [data, script] = [
                  tools.fileName(model, "run", "json"),
                  tools.fileName(model, "recompute", "py"),
                ];
                return tools.pytorchScript(result, data, script);
              },
              "recompute",
            )}
            {copy(words.methods, (tools) => tools.methodsSentence(result))}
            {copy(words.bibtex, (tools) => tools.REFERENCES)}
          </p>
        )}
        <p className="calm" role="status">
          {note}
        </p>
      </div>
    </details>
  );
}

interface SizeChoiceProps {
  readonly label: string;
  /** A size with its unit. */
  readonly unit: (size: number) => string;
  readonly sizes: readonly number[];
  readonly value: number;
  readonly onChange: (size: number) => void;
}

function SizeChoice({ label, unit, sizes, value, onChange }: SizeChoiceProps) {
  return (
    <label>
      <span className="hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {sizes.map((size) => (
          <option key={size} value={size}>
            {unit(size)}
          </option>
        ))}
      </select>
    </label>
  );
}

type ExportTools = typeof import("./export/index.ts");

/** A menu closes by Escape, which gives the focus back, and by a click elsewhere. */
function useClosing(menu: React.RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || menu.current?.open !== true) return;
      menu.current.open = false;
      menu.current.querySelector("summary")?.focus();
    };
    const press = (event: PointerEvent) => {
      if (menu.current !== null && !menu.current.contains(event.target as Node)) menu.current.open = false;
    };
    document.addEventListener("keydown", key);
    document.addEventListener("pointerdown", press);
    return () => {
      document.removeEventListener("keydown", key);
      document.removeEventListener("pointerdown", press);
    };
  }, [menu]);
}
