/** A landscape of the run: its figure, the curvature that it measures, and its numbers. */
import { useRef } from "react";
import { controls } from "../../store/controls.ts";
import { chosenLandscape, curvaturesOf, fieldOf, valuesOf } from "../../store/landscapes.ts";
import { isBusy } from "../../store/runState.ts";
import type { Landscape, RunResult } from "../../store/state.ts";
import { cells, panelFigures, landscape as words } from "../../strings/en.ts";
import { ViewChoice } from "../ControlField.tsx";
import type { SvgPart } from "../charts/surfaceDraw.ts";
import { significant } from "../format.ts";
import { useActions, useHidden, usePage } from "../page.ts";
import { Card, Segments } from "../parts.tsx";
import LandscapeFigure from "./LandscapeFigure.tsx";
import { LandscapeExport, LandscapeTable } from "./LandscapeNumbers.tsx";
import { Legend } from "./Legend.tsx";
import { directionNames, gridCurvature, landscapeNote, landscapeTitle } from "./words.ts";

export function LandscapeCard({ result }: { readonly result: RunResult }) {
  const wanted = usePage((state) => state.controls);
  const { set } = useActions();
  const ground = useRef<() => readonly SvgPart[]>(() => []);
  const landscape = chosenLandscape(result, wanted.landscape);
  if (landscape === null)
    return (
      <Card title={words.title} className="landscape">
        <Nothing />
      </Card>
    );
  const names = directionNames(landscape);
  const plane = names.length === 2;
  const surface = plane && wanted.landscapeView === "surface";
  const field = fieldOf(landscape, wanted.landscapeValue);
  const title = `${panelFigures.landscape[field.value]} ${landscapeTitle(landscape)}`;
  return (
    <Card
      title={title.charAt(0).toUpperCase() + title.slice(1)}
      note={landscapeNote(landscape)}
      className="landscape"
      tools={
        <>
          <Choice result={result} chosen={landscape} />
          <ValueChoice landscape={landscape} drawn={field.value} />
          {plane && field.value === "loss" && <ViewChoice field="landscapeScale" />}
          {plane && <ViewChoice field="landscapeView" />}
          <LandscapeExport
            {...{ landscape, result }}
            value={field.value}
            {...(surface ? { ground: () => ground.current() } : {})}
          />
        </>
      }
    >
      <div className="landscape-body">
        <LandscapeFigure
          landscape={landscape}
          value={field.value}
          log={wanted.landscapeScale === "log"}
          surface={
            surface
              ? {
                  view: { turn: wanted.surfaceTurn, tilt: wanted.surfaceTilt },
                  onView: ({ turn, tilt }) => {
                    set("surfaceTurn", turn);
                    set("surfaceTilt", tilt);
                  },
                  ground,
                }
              : null
          }
        />
        <div>
          <Legend plane={plane} surface={surface} predicted={field.predicted !== null} value={field.value} />
          <Curvatures landscape={landscape} />
          <p className="calm">{words.curvature.kinks}</p>
        </div>
      </div>
      <LandscapeTable landscape={landscape} />
    </Card>
  );
}

/** Which landscape of the run is drawn, where it has several. */
function Choice({ result, chosen }: { readonly result: RunResult; readonly chosen: Landscape }) {
  const { set } = useActions();
  const all = result.landscapes ?? [];
  if (useHidden("landscape") || all.length < 2) return null;
  return (
    <select
      aria-label={controls.landscape.label}
      title={controls.landscape.help}
      value={all.indexOf(chosen) + 1}
      onChange={(event) => {
        const number = Number(event.target.value);
        set("landscape", number === all.length ? 0 : number);
      }}
    >
      {all.map((landscape, i) => (
        <option key={JSON.stringify([landscape.batchNorm, landscapeTitle(landscape)])} value={i + 1}>
          {i + 1}: {landscapeTitle(landscape)}
        </option>
      ))}
    </select>
  );
}

/** The values that this landscape has. */
function ValueChoice({ landscape, drawn }: { readonly landscape: Landscape; readonly drawn: string }) {
  const { set } = useActions();
  const has = valuesOf(landscape);
  if (useHidden("landscapeValue") || has.length < 2) return null;
  const options = controls.landscapeValue.options.filter(({ value }) => has.includes(value));
  return (
    <Segments
      label={controls.landscapeValue.label}
      value={options.find(({ value }) => value === drawn)?.value ?? "loss"}
      options={options}
      onChange={(value) => set("landscapeValue", value)}
    />
  );
}

/** The curvature along each direction: the eigenvalue, a product with the direction, and the second difference. */
function Curvatures({ landscape }: { readonly landscape: Landscape }) {
  const names = directionNames(landscape);
  const found = curvaturesOf(landscape);
  const row = (title: string, cell: (axis: number) => string) => (
    <tr>
      <th scope="row">{title}</th>
      {names.map((name, axis) => (
        <td key={name}>{cell(axis)}</td>
      ))}
    </tr>
  );
  return (
    <table className="curvatures">
      <caption>{words.curvature.title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.curvature.along}</th>
          {names.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {row(words.curvature.eigenvalue, (axis) => {
          const { direction } = landscape.axes[axis];
          return direction.kind === "ritz" ? significant(direction.eigenvalue, 5) : cells.none;
        })}
        {row(words.curvature.product, (axis) => {
          const { product } = found[axis];
          return product === null ? words.curvature.other : significant(product, 5);
        })}
        {row(words.curvature.grid, (axis) => gridCurvature(found[axis]))}
      </tbody>
    </table>
  );
}

/** Before the first landscape. */
function Nothing() {
  const run = usePage((state) => state.run);
  const origin = usePage((state) => state.shown?.origin);
  if (run.kind === "running" && run.job === "landscape")
    return <p className="empty">{words.nothing.coming}</p>;
  if (isBusy(run)) return <p className="empty">{words.nothing.later}</p>;
  return <p className="empty">{origin === "live" ? words.nothing.yet : words.nothing.held}</p>;
}
