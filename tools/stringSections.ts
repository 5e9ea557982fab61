/**
 * The build step behind src/strings: the texts of the page stand in one file, but a bundler puts a module into one chunk, so
 * that the texts of every panel would load with the first view. Here each import of a section (an export of that file) becomes
 * an import of a copy of the file under a name of its own; of each copy only the section in question survives the removal of
 * unused code, and it lands in the chunk of the panel that uses it.
 *
 * This is also the place where the language is chosen: another file with the same exports may stand in for the English one.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const IMPORT = /import \{([^{}]*)\} from "([^"]*\/strings\/en\.ts)";/g;
const SECTION = /\/strings\/en\.ts(\?section=\w+)?$/;

/** @param file the texts: src/strings/en.ts or a translation of it, relative to the project */
export function stringSections(file: string): Plugin {
  let path = "";
  let splits = false;
  return {
    name: "string-sections",
    enforce: "pre",
    configResolved({ root, command }) {
      path = resolve(root, file);
      splits = command === "build";
    },
    transform(code) {
      if (!splits || !code.includes("/strings/en.ts")) return null;
      return {
        code: code.replace(IMPORT, (_, names: string, from: string) => imports(names, from)),
        map: null,
      };
    },
    resolveId(source, importer) {
      const found = SECTION.exec(source);
      if (found === null) return null;
      if (splits && found[1] === undefined)
        this.error(`internal: ${importer} has to import sections of src/strings/en.ts by their names`);
      return { id: path + (found[1] ?? ""), moduleSideEffects: false };
    },
    load(id) {
      return id.startsWith(`${path}?section=`) ? readFileSync(path, "utf8") : null;
    },
  };
}

/** One import for each section, on as many lines as there were, so that messages name the right line. */
function imports(names: string, from: string): string {
  const lines = names.split("\n").length - 1;
  const sections = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const texts = sections.map((name) => `import { ${name} } from "${from}?section=${name.split(" ")[0]}";`);
  return texts.join(" ") + "\n".repeat(lines);
}
