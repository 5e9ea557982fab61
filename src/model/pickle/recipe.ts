/** Entries of a checkpoint under which training scripts keep the state dict. */
export const WRAPPERS = ["state_dict", "model_state_dict", "model", "net"] as const;

/**
 * The remedy for a sound file that holds more than tensors: three lines of Python that need nothing but PyTorch, 1.13 or
 * later. They run what is in the file, so whoever pastes them must trust it, and is told so.
 */
export function conversionRecipe(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const stem = name.replace(/\.[^.]*$/, "");
  const keys = WRAPPERS.map((key) => JSON.stringify(key)).join(", ");
  const lines = [
    `import torch; c = torch.load(${JSON.stringify(name)}, map_location="cpu", weights_only=False)`,
    `for key in (${keys}): c = c.get(key, c) if isinstance(c, dict) else c`,
    `torch.save({k: (v.float() if v.is_floating_point() else v).detach().clone() for k, v in getattr(c, "state_dict", lambda: c)().items() if torch.is_tensor(v)}, ${JSON.stringify(`${stem}-weights.pt`)})`,
  ];
  return `Nothing of it was run. If you trust the file, convert it in Python, which does run it:\n${lines.map((line) => `    ${line}\n`).join("")}and use ${stem}-weights.pt`;
}
