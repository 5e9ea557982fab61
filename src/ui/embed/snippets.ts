/** What an author pastes to show the figure elsewhere, made from the present link. Pure. */
import { embedding as words } from "../../strings/en.ts";

export interface Shot {
  /** Address of the folder that index.html and embed.html lie in, ending with a slash. */
  readonly folder: string;
  /** `#model=resnet20&x=linear`, or empty. */
  readonly hash: string;
  readonly title: string;
  /** Name of the exported figure, without its ending. */
  readonly file: string;
}

export interface Snippet {
  readonly name: string;
  /** Where it goes, and what else it needs. */
  readonly note: string;
  readonly code: string;
}

/** CSS pixels: the density with its legend and its sentence in a column of text. */
const HEIGHT = 640;

export function snippets(shot: Shot): readonly Snippet[] {
  const address = `${shot.folder}embed.html${shot.hash}`;
  return [
    { name: "HTML", note: words.notes.html, code: frame("src", shot, address) },
    {
      name: "Quarto",
      note: words.notes.quarto,
      code: quarto(shot, address),
    },
    {
      name: "reveal.js",
      note: words.notes.reveal,
      code: reveal(shot, address),
    },
    { name: "Jupyter", note: words.notes.jupyter, code: jupyter(address) },
    {
      name: "LaTeX",
      note: words.notes.latex(shot.file),
      code: latex(shot),
    },
  ];
}

/** `data-src` is loaded by reveal.js when the slide is near. */
function frame(source: "src" | "data-src", { title }: Shot, address: string): string {
  return [
    `<iframe ${source}="${html(address)}"`,
    `        title="${html(title)}" loading="lazy" allow="fullscreen; clipboard-write"`,
    `        style="width: 100%; height: ${HEIGHT}px; border: 0"></iframe>`,
  ].join("\n");
}

function quarto(shot: Shot, address: string): string {
  return [
    '::: {.content-visible when-format="html"}',
    "```{=html}",
    frame("src", shot, address),
    "```",
    ":::",
    '::: {.content-visible unless-format="html"}',
    `![${shot.title.replace(/([[\]\\])/g, "\\$1")}](${shot.file}.svg)`,
    ":::",
  ].join("\n");
}

function reveal(shot: Shot, address: string): string {
  return `<section>
${frame("data-src", shot, address)}
</section>
<script>
  const embeds = () => [...document.querySelectorAll("iframe")].filter((f) => f.src.includes("/embed.html"));
  addEventListener("message", ({ data, source }) => {
    if (data?.eigenscope !== 1 || data.type !== "key") return;
    if (!embeds().some((f) => f.contentWindow === source)) return;
    if (["ArrowRight", "PageDown"].includes(data.key)) Reveal.next();
    if (["ArrowLeft", "PageUp"].includes(data.key)) Reveal.prev();
    if (data.key === "ArrowDown") Reveal.down();
    if (data.key === "ArrowUp") Reveal.up();
  });
  // The figure speaks to a page that has greeted it.
  const greet = (f) => f.contentWindow.postMessage({ eigenscope: 1, type: "ping" }, new URL(f.src).origin);
  document.addEventListener("load", ({ target }) => embeds().includes(target) && greet(target), true);
</script>`;
}

function jupyter(address: string): string {
  return `from IPython.display import IFrame\n\nIFrame(${JSON.stringify(address)}, width="100%", height=${HEIGHT})`;
}

function latex({ folder, hash, title, file }: Shot): string {
  return [
    "\\begin{figure}",
    "  \\centering",
    `  \\includesvg[width=\\linewidth]{${file}}`,
    `  \\caption{${tex(title)}. \\href{${texAddress(`${folder}${hash}`)}}{Live figure}.}`,
    "\\end{figure}",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const html = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

const TEX: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
};
const tex = (text: string): string => text.replace(/[\\~^#$%&_{}]/g, (c) => TEX[c] ?? `\\${c}`);

/** hyperref takes these escaped, also inside a caption; the others do not stand in an address. */
const texAddress = (address: string): string => address.replace(/[#%&_]/g, "\\$&");
