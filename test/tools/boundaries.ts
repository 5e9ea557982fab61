/** Who may import what (the table of the architecture), and a checker that reads a file's syntax tree. */
import { posix } from "node:path";
import { parseSync } from "vite";

export interface Boundary {
  /** Folders or files of src/, beside the folder itself. A trailing " (types)" allows `import type` only. */
  readonly may: readonly string[];
  /** npm packages; "node:" stands for Node's own modules. */
  readonly packages: readonly string[];
}

/** A file belongs to the longest entry that it lies in; "." holds the files of src/ itself. */
export const BOUNDARIES: Readonly<Record<string, Boundary>> = {
  model: {
    may: [],
    packages: ["fflate", "@bufbuild/protobuf", "@huggingface/tokenizers", "hyparquet", "jpeg-js"],
  },
  autograd: { may: ["model/graph.ts", "model/paramLayout.ts"], packages: [] },
  shaders: { may: [], packages: [] },
  gpu: { may: ["model/graph.ts", "autograd", "shaders"], packages: [] },
  spectrum: { may: [], packages: [] },
  run: { may: ["model", "autograd", "gpu", "spectrum"], packages: ["comlink"] },
  cli: { may: ["model", "run", "spectrum"], packages: ["node:", "webgpu"] },
  store: {
    may: [
      "run/protocol.ts (types)",
      "run/hub/types.ts (types)",
      "run/roles.ts",
      "run/questions.ts",
      "run/planExport.ts",
      "run/planChoice.ts",
      "run/pruneExport.ts",
      "run/resultFile.ts",
      "model/latencyTable.ts",
      "spectrum",
      "strings",
    ],
    packages: ["zustand"],
  },
  strings: { may: [], packages: [] },
  ui: {
    may: [
      "ui/charts",
      "store",
      "strings",
      "spectrum (types)",
      "model/crc32.ts",
      "model/csv.ts",
      "model/npzWrite.ts",
    ],
    packages: ["react", "zustand"],
  },
  "ui/charts": {
    may: ["ui", "store", "strings", "spectrum (types)"],
    packages: ["react", "zustand", "d3-array", "d3-format", "d3-scale", "d3-shape"],
  },
  "embed.tsx": { may: ["run/client.ts", "trustedTypes.ts", "store", "ui"], packages: ["react", "react-dom"] },
  ".": { may: ["run/client.ts", "run/hub/hub.ts", "store", "ui"], packages: ["react", "react-dom"] },
};

/** Members of global objects, and the only places where they may appear. */
const MEMBERS: readonly { readonly name: string; readonly allowed: (file: string) => boolean }[] = [
  { name: "navigator.gpu", allowed: (file) => file === "gpu/device.ts" },
  { name: "Math.random", allowed: (file) => !isNumerics(file) },
  { name: "Date.now", allowed: (file) => !isNumerics(file) },
];
const isNumerics = (file: string): boolean => /^(model|autograd|shaders|gpu|spectrum)\//.test(file);

/** Nodes of the syntax tree have a type and, as properties, other nodes. */
type Node = { readonly type: string } & Readonly<Record<string, unknown>>;
interface Import {
  readonly from: string;
  readonly types: boolean;
}

/**
 * What a file breaks, a sentence each.
 * @param file path below src/, such as "gpu/device.ts"
 */
export function violations(file: string, text: string): string[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) return [`${file}: ${errors[0].message}`];
  const found: string[] = [];
  walk(program as unknown as Node, (node) => {
    const imported = importOf(node);
    if (imported !== null) found.push(...importViolation(file, imported));
    for (const { name, allowed } of MEMBERS) {
      if (!allowed(file) && touches(node, name)) found.push(`${file} uses ${name}`);
    }
  });
  return found;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node).flat()) if (isNode(value)) walk(value, visit);
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

function importOf(node: Node): Import | null {
  const { source, importKind, exportKind } = node;
  if (/^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$|^TSImportType$/.test(node.type)) {
    const from = literal(source);
    if (from === null) return null;
    return { from, types: importKind === "type" || exportKind === "type" || node.type === "TSImportType" };
  }
  // new URL("./worker.ts", import.meta.url) loads a module too.
  if (node.type === "NewExpression" && nameOf(node.callee) === "URL") {
    const from = literal((node.arguments as unknown[])[0]);
    return from?.startsWith(".") ? { from, types: false } : null;
  }
  return null;
}

const literal = (value: unknown): string | null =>
  isNode(value) && value.type === "Literal" && typeof value.value === "string" ? value.value : null;

function importViolation(file: string, { from, types }: Import): string[] {
  const home = homeOf(file);
  const { may, packages } = BOUNDARIES[home];
  if (!from.startsWith(".")) {
    const allowed = packages.some((p) =>
      p.endsWith(":") ? from.startsWith(p) : `${from}/`.startsWith(`${p}/`),
    );
    return allowed ? [] : [`${file} imports ${from}; ${allowance(home)}`];
  }
  const target = posix.join(posix.dirname(file), from.replace(/\?.*$/, ""));
  if (homeOf(target) === home) return [];
  const rule = may.find((entry) => isWithin(target, entry.replace(" (types)", "")));
  if (rule === undefined) return [`${file} imports ${target}; ${allowance(home)}`];
  if (rule.endsWith(" (types)") && !types) return [`${file} imports values of ${target}; ${allowance(home)}`];
  return [];
}

function allowance(home: string): string {
  const { may, packages } = BOUNDARIES[home];
  return `${home} may import ${[...may, ...packages].join(", ") || "nothing else"}`;
}

function homeOf(file: string): string {
  const homes = Object.keys(BOUNDARIES).filter((home) => isWithin(file, home));
  if (homes.length === 0 && file.includes("/")) return homeless(file);
  return homes.sort((a, b) => b.length - a.length)[0] ?? ".";
}

function homeless(file: string): never {
  throw new Error(`src/${file} lies in a folder that the table of boundaries does not know.`);
}

const isWithin = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

/** Whether a node reads `object.property`, from globalThis too, or takes the property out by destructuring. */
function touches(node: Node, name: string): boolean {
  const [object, property] = name.split(".");
  if (node.type === "MemberExpression") {
    const key = node.computed ? literal(node.property) : nameOf(node.property);
    return key === property && nameOf(node.object) === object;
  }
  if (node.type === "VariableDeclarator" && nameOf(node.init) === object && isNode(node.id)) {
    const { properties } = node.id as { properties?: Node[] };
    return properties?.some(({ key }) => nameOf(key) === property) ?? false;
  }
  return false;
}

/** `x` for the expressions `x` and `globalThis.x`. */
function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Identifier") return node.name as string;
  if (node.type === "ChainExpression") return nameOf(node.expression);
  if (node.type !== "MemberExpression" || nameOf(node.object) !== "globalThis") return null;
  return node.computed ? literal(node.property) : nameOf(node.property);
}
