/**
 * WGSL has no macros, but register tiles must be unrolled by name. The files in src/shaders are WGSL with three
 * additions, expanded here:
 *
 *   {{NAME}}  {{A+B}}      the value of NAME; the sum of two integers or names
 *   //@for i A B ... //@end   the lines between, once for each i in [A, B)
 *   //@if NAME ... //@else ... //@end   (also: //@if not NAME)
 *
 * A and B are integers or names. Blocks nest.
 */

export type TemplateValues = Readonly<Record<string, string | number | boolean>>;

const DIRECTIVE = /^\s*\/\/@(\w+)\s*(.*)$/;

/** Expands a template. Throws `internal:` errors on unknown names or unbalanced blocks, which are bugs of ours. */
export function expand(text: string, values: TemplateValues): string {
  const lines = text.split("\n");
  const { out, next } = block(lines, 0, values, false);
  if (next !== lines.length) throw new Error(`internal: template: stray //@end at line ${next + 1}`);
  return out.join("\n");
}

/** Where the block opened at `start` has its //@else (or -1) and its //@end. */
function bounds(lines: readonly string[], start: number): { otherwise: number; end: number } {
  let depth = 0;
  let otherwise = -1;
  for (let i = start + 1; i < lines.length; i++) {
    const word = DIRECTIVE.exec(lines[i])?.[1];
    if (word === "for" || word === "if") depth++;
    else if (word === "else" && depth === 0) otherwise = i;
    else if (word === "end") {
      if (depth === 0) return { otherwise, end: i };
      depth--;
    }
  }
  throw new Error(`internal: template: no //@end for "${lines[start].trim()}"`);
}

function block(
  lines: readonly string[],
  start: number,
  values: TemplateValues,
  nested: boolean,
): { out: string[]; next: number } {
  const out: string[] = [];
  let i = start;
  while (i < lines.length) {
    const directive = DIRECTIVE.exec(lines[i]);
    if (directive === null) {
      out.push(substitute(lines[i], values));
      i++;
      continue;
    }
    const [, word, rest] = directive;
    if (word === "end" || word === "else") {
      if (!nested) return { out, next: i };
      break;
    }
    const { otherwise, end } = bounds(lines, i);
    const body = lines.slice(i + 1, otherwise === -1 ? end : otherwise);
    if (word === "for") {
      const [name, from, to] = rest.trim().split(/\s+/);
      for (let v = integer(from, values); v < integer(to, values); v++) {
        out.push(...block(body, 0, { ...values, [name]: v }, true).out);
      }
    } else if (word === "if") {
      const chosen = condition(rest.trim(), values)
        ? body
        : otherwise === -1
          ? []
          : lines.slice(otherwise + 1, end);
      out.push(...block(chosen, 0, values, true).out);
    } else throw new Error(`internal: template: unknown directive //@${word}`);
    i = end + 1;
  }
  return { out, next: i };
}

function lookup(name: string, values: TemplateValues): string | number | boolean {
  const value = values[name];
  if (value === undefined) throw new Error(`internal: template: unknown name ${name}`);
  return value;
}

const integer = (word: string, values: TemplateValues): number =>
  /^\d+$/.test(word) ? Number(word) : Number(lookup(word, values));

function condition(text: string, values: TemplateValues): boolean {
  const words = text.split(/\s+/);
  const negated = words[0] === "not";
  return Boolean(lookup(words[negated ? 1 : 0], values)) !== negated;
}

const substitute = (line: string, values: TemplateValues): string =>
  line.replace(/\{\{(\w+)(?:\+(\w+))?\}\}/g, (_, name: string, other?: string) =>
    String(other === undefined ? lookup(name, values) : integer(name, values) + integer(other, values)),
  );
