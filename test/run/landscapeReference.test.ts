import { describe, expect, it } from "vitest";
import { engines } from "../gpu/examples.ts";
import { hasReference, referencePoints, remeasure } from "./referencePlane.ts";

const folder = new URL("../../../shared/reference/", import.meta.url);
const present = hasReference(folder);
const title = present ? "the reference set" : "the reference set (skipped: ../shared/reference is absent)";

/** One place of 121: a forward pass of 128 images takes a software device seconds. tools/referenceGrid.mjs has them all. */
const PLACE = 7 * 11 + 4;

describe.skipIf(!present)(title, () => {
  it("holds loss and accuracy of ResNet-20 at a point of the plane of its two top eigenvectors", async () => {
    const measured = [];
    const points = referencePoints(folder).filter(({ place }) => place === PLACE);
    for await (const point of remeasure(folder, points, await engines())) measured.push(point);
    expect(measured.map(({ place }) => place)).toEqual([PLACE]);
    expect(measured[0].relative).toBeLessThan(1e-4);
    // A sample that lies on the border of two classes may fall to either side.
    expect(measured[0].miscounted).toBeLessThanOrEqual(1);
  });
});
