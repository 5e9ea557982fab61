import { Fragment, type ReactNode } from "react";

const MARK = /<(\w+)>([^<]*)<\/\1>/;

/** Marks that every text may have. */
const PLAIN: Readonly<Record<string, (text: string) => ReactNode>> = {
  b: (text) => <b>{text}</b>,
  code: (text) => <code>{text}</code>,
};

interface ProseProps {
  /** With marks such as `<b>…</b>`, none within another. */
  readonly text: string;
  /** How the marks of this text are drawn, by their names: `<link>…</link>` by `marks.link`. */
  readonly marks?: Readonly<Record<string, (text: string) => ReactNode>>;
}

/** A text of src/strings whose marked parts are elements: which words are a button, a translation decides. */
export function Prose({ text, marks = {} }: ProseProps) {
  // Each mark of the pattern splits the text into what stands before it, its name, its words, and the rest.
  const pieces = text.split(new RegExp(MARK, "g"));
  return pieces.map((piece, i) => {
    if (i % 3 === 1) return null;
    const name = i % 3 === 2 ? pieces[i - 1] : null;
    const draw = name === null ? null : (marks[name] ?? PLAIN[name]);
    if (draw === undefined)
      throw new Error(`internal: <${name}> of "${text}" is not a mark of its component`);
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place
    return <Fragment key={i}>{draw === null ? piece : draw(piece)}</Fragment>;
  });
}
