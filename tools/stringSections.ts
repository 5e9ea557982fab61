/**
 * The build step behind src/strings: the texts of the page stand in one file, but a bundler puts a module into one chunk, so
 * that the texts of every panel would load with the first view. Here each import of a section (an export of that file) becomes
 * an import of a copy of the file under a name of its own; of each copy only what is used of the section in question survives
 * the removal of unused code, and it lands in the chunk of the panel that uses it.
 *
 * Where its keys allow it, the texts of a section become exports of that copy, so that `words.title` needs no object and no
 * key in what is built: a kilobyte of the first view. Of such a section the order of keys is that of the alphabet.
 *
 * This is also the place where the language is chosen: another file with the same exports may stand in for the English one.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Plugin, parseSync } from "vite";

const IMPORT = /import \{([^{}]*)\} from "([^"]*\/strings\/en\.ts)";/g;
const FILE = /\/strings\/en\.ts(\?section=\w+)?$/;

/** @param file the texts: src/strings/en.ts or a translation of it, relative to the project */
export function stringSections(file: string): Plugin {
  let path = "";
  let splits = false;
  let sections: ReadonlyMap<string, string> = new Map();
  return {
    name: "string-sections",
    enforce: "pre",
    configResolved({ root, command }) {
      path = resolve(root, file);
      splits = command === "build";
    },
    buildStart() {
      if (splits) sections = spreadSections(path);
    },
    transform: {
      filter: { code: "/strings/en.ts" },
      handler(code) {
        if (!splits) return null;
        const split = (_: string, names: string, from: string) => imports(names, from, sections);
        return { code: code.replace(IMPORT, split), map: null };
      },
    },
    resolveId: {
      filter: { id: FILE },
      handler(source, importer) {
        const section = FILE.exec(source)?.[1];
        if (splits && section === undefined)
          this.error(`internal: ${importer} has to import sections of src/strings/en.ts by their names`);
        return { id: path + (section ?? ""), moduleSideEffects: false };
      },
    },
    load: {
      filter: { id: /\?section=/ },
      handler(id) {
        const [of, section] = id.split("?section=");
        if (of !== path) return null;
        this.addWatchFile(path);
        return sections.get(section) ?? readFileSync(path, "utf8");
      },
    },
  };
}

/** One import for each section, on as many lines as there were, so that messages name the right line. */
function imports(names: string, from: string, sections: ReadonlyMap<string, string>): string {
  const wanted = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const texts = wanted.map((name) => {
    const [section, local = section] = name.split(" as ");
    return `import ${sections.has(section) ? `* as ${local}` : `{ ${name} }`} from "${from}?section=${section}";`;
  });
  return texts.join(" ") + "\n".repeat(names.split("\n").length - 1);
}

interface Spot {
  readonly start: number;
  readonly end: number;
}

/** The copy of the file for each section whose texts can be exports; other sections stay the objects that they are. */
function spreadSections(path: string): ReadonlyMap<string, string> {
  const code = readFileSync(path, "utf8");
  const { program, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const text = ({ start, end }: Spot): string => code.slice(start, end);
  const exported = program.body.flatMap((statement) =>
    statement.type === "ExportNamedDeclaration" && statement.declaration?.type === "VariableDeclaration"
      ? [{ statement, declaration: statement.declaration }]
      : [],
  );
  /** With other statements in place of the exported ones. */
  const copy = (replacement: (place: number) => string): string => {
    let from = 0;
    const pieces = exported.map(({ statement }, place) => {
      const before = code.slice(from, statement.start);
      from = statement.end;
      return before + replacement(place);
    });
    return pieces.join("") + code.slice(from);
  };
  const copies = new Map<string, string>();
  for (const [own, { declaration }] of exported.entries()) {
    const [{ id, init }] = declaration.declarations;
    if (id.type !== "Identifier" || init?.type !== "ObjectExpression") continue;
    const texts = init.properties.flatMap((property) =>
      property.type === "Property" && !property.computed && property.key.type === "Identifier"
        ? [{ key: property.key.name, value: text(property.value) }]
        : [],
    );
    if (texts.length < init.properties.length || texts.some(({ key }) => key === "default")) continue;
    const spread = [
      ...texts.map(({ key, value }) => `const _${key} = ${value};`),
      `export { ${texts.map(({ key }) => `_${key} as ${key}`).join(", ")} };`,
    ].join("\n");
    copies.set(
      id.name,
      copy((place) => (place === own ? spread : text(exported[place].declaration))),
    );
  }
  return copies;
}
