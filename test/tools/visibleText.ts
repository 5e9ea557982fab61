/**
 * Finds texts that a visitor may read in the source of the page, where src/strings does not have them. What it knows are
 * shapes: anything that stands between tags, the words of attributes and properties that name things, and elsewhere whatever
 * looks like a sentence or a title. A single small word in a place that it does not know passes.
 */
import { parseSync } from "vite";

/** Nodes of the syntax tree have a type and, as properties, other nodes. */
type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Attributes and properties whose words are read or heard. */
const NAMING =
  /^(title|label|aria-label|aria-valuetext|aria-description|placeholder|note|alt|summary|lead|help|caption|meaning|legend|quantity|unit|hint|text|sentence|heading|about|columns|titles|xTitle|yTitle)$/;

/** Attributes and properties for machines. */
const TECHNICAL =
  /^(className|d|viewBox|role|type|htmlFor|id|keys?|href|transform|points|style|fill|stroke|rel|target|sandbox|accept|preserveAspectRatio|textAnchor|autoComplete|autoCapitalize|inputMode)$/;

/** What counts as a text: any word where words are shown, prose elsewhere. Formulas have single letters. */
const WORD = /[A-Za-z]{2,}/;
/** Two words with a space between, or one that begins like a title. */
const PROSE = /[A-Za-z]{2,}[,.;:]?\s+(\S\s+)?[(“]?[A-Za-z]{2,}|^[A-Z][a-z]+[.:]?$/;
/** A piece of a template: a word that stands apart from what is put in. */
const PIECE = /(^|\s)[A-Za-z]{2,}\s|\s[A-Za-z]{2,}/;

/**
 * The texts of a file that may be read, in their order.
 * @param file its name, which tells TypeScript from TSX
 */
export function visibleTexts(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  return [...texts(program as unknown as Node, false)];
}

/** @param shown whether any word at all would be read here */
function* texts(node: Node, shown: boolean): Generator<string> {
  if (isMachinery(node)) return;
  switch (node.type) {
    case "JSXText":
      yield* matching(String(node.value), WORD);
      return;
    case "Literal":
      if (typeof node.value === "string") yield* matching(node.value, shown ? WORD : PROSE);
      return;
    case "TemplateLiteral": {
      const pieces = (node.quasis as Node[]).map(textOf);
      for (const piece of pieces) yield* matching(piece, shown ? WORD : pieces.length > 1 ? PIECE : PROSE);
      break;
    }
    case "JSXAttribute": {
      const name = nameOf(node.name);
      if (!TECHNICAL.test(name)) yield* within(node, NAMING.test(name));
      return;
    }
    case "Property":
      if (node.computed) yield* texts(node.key as Node, false);
      if (!TECHNICAL.test(nameOf(node.key))) yield* texts(node.value as Node, NAMING.test(nameOf(node.key)));
      return;
    case "JSXElement":
      yield* texts(node.openingElement as Node, false);
      yield* (node.children as Node[]).flatMap((child) => [...texts(child, true)]);
      return;
    case "JSXFragment":
      yield* (node.children as Node[]).flatMap((child) => [...texts(child, true)]);
      return;
    case "ConditionalExpression":
      yield* texts(node.test as Node, false);
      yield* texts(node.consequent as Node, shown);
      yield* texts(node.alternate as Node, shown);
      return;
  }
  yield* within(node, shown && PASSING.test(node.type));
}

function* within(node: Node, shown: boolean): Generator<string> {
  for (const value of Object.values(node).flat()) if (isNode(value)) yield* texts(value, shown);
}

/** Nodes whose value is that of a part: what is shown of them is shown of the part. */
const PASSING =
  /^(JSXExpressionContainer|LogicalExpression|BinaryExpression|TemplateLiteral|ParenthesizedExpression|ArrayExpression|TSAsExpression|TSSatisfiesExpression)$/;

const matching = (text: string, pattern: RegExp): string[] =>
  pattern.test(text) ? [text.trim().replace(/\s+/g, " ")] : [];

/** What nobody reads: types, paths of modules, comparisons with keys and states, errors that are our own bugs. */
function isMachinery(node: Node): boolean {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
      return true;
    case "BinaryExpression":
      return /^[!=]==$/.test(String(node.operator)) && [node.left, node.right].some(isText);
    case "NewExpression":
      return nameOf(node.callee) === "Error" && isInternal((node.arguments as Node[])[0]);
    default:
      return node.type.startsWith("TS") && !("expression" in node);
  }
}

const isText = (node: unknown): boolean =>
  isNode(node) && node.type === "Literal" && typeof node.value === "string";

const textOf = (quasi: Node): string => (quasi.value as { readonly cooked: string }).cooked;

function isInternal(message: Node | undefined): boolean {
  if (message === undefined) return false;
  const text = message.type === "TemplateLiteral" ? textOf((message.quasis as Node[])[0]) : message.value;
  return typeof text === "string" && text.startsWith("internal:");
}

function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (node.type === "JSXNamespacedName") return `${nameOf(node.namespace)}:${nameOf(node.name)}`;
  return String(node.name ?? node.value ?? "");
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";
