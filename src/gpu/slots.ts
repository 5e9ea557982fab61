/** Makes the slots of a program: numbered, laid out, one per tensor of a parameter vector. */

import type { Shape } from "../model/graph.ts";
import type { VectorLayout } from "./vectorLayout.ts";
import { denseLayout, type Halo, NO_HALO, type Slot, type View } from "./view.ts";

export interface VectorLayouts {
  readonly v: VectorLayout;
  readonly hv: VectorLayout;
}

export class Slots {
  readonly #layouts: Readonly<Record<string, VectorLayout>>;
  readonly #vectorViews = new Map<string, View>();
  #count = 0;

  /** `layout` is that of all vectors but those that `others` names. */
  constructor(layout: VectorLayout, others: Partial<VectorLayouts> = {}) {
    this.#layouts = { theta: layout, grad: layout, v: layout, hv: layout, ...others };
  }

  /** A fresh slot for a tensor; `batched` gives each probe a copy. */
  fresh(shape: Shape, batched: boolean, halo: Halo = NO_HALO): View {
    const { floats, strides, offset, key } = denseLayout(shape, halo);
    const slot: Slot = {
      id: this.#count++,
      floats,
      probeStride: batched ? floats : 0,
      layout: key,
      kind: "temp",
    };
    return { slot, shape, strides, offset };
  }

  /** Parameter `name` within the vector theta, grad, v or hv; the last two have a column per probe. */
  vector(vector: string, name: string): View {
    const key = `${vector}:${name}`;
    let view = this.#vectorViews.get(key);
    if (view === undefined) {
      const layout = this.#layouts[vector];
      const index = layout.segments.findIndex((s) => s.name === name);
      if (index < 0) throw new Error(`internal: no parameter ${name} in the vector layout`);
      const shared = vector === "theta" || vector === "grad";
      view = layout.view(vector, index, this.#count++, shared ? 0 : layout.extent);
      this.#vectorViews.set(key, view);
    }
    return view;
  }
}
