import { expect, test } from "vitest";
import { fieldOf } from "../../src/store/landscapes.ts";
import { planeGeometry } from "../../src/ui/charts/planeGeometry.ts";
import { shadesOf } from "../../src/ui/charts/shades.ts";
import { fullRun } from "./fullRun.ts";

test("a plane of many points and nothing but noise is drawn in less than two seconds of computing", () => {
  const [plane] = fullRun().landscapes ?? [];
  const steps = Array.from({ length: 250 }, (_, i) => i / 250);
  const loss = Array.from({ length: 250 * 250 }, (_, i) => Math.sin(i * i) + 1.5);
  const accuracy = loss.map(() => null);
  const axes = plane.axes.map((axis) => ({ ...axis, steps }));
  const field = fieldOf({ ...plane, axes, loss, accuracy, measured: loss.length }, "loss");
  const shades = shadesOf(field, true);
  if (shades === null) throw new Error("no shades");
  const cpu = process.cpuUsage();
  const { lines } = planeGeometry(field, shades, { left: 0, right: 400, top: 0, bottom: 300 });
  expect(process.cpuUsage(cpu).user / 1000).toBeLessThan(2000);
  expect(lines.length).toBeGreaterThan(1000);
});
