import type { ModelCard } from "../run/protocol.ts";

/** The part of the network that a tensor belongs to; cards without groups are grouped by the first word of the names. */
export const groupName = ({ name, group }: Pick<ModelCard["tensors"][number], "name" | "group">): string =>
  group ?? name.split(".", 1)[0];
