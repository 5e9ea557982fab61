/** What people type or paste for a repository on the Hub, read strictly: everything else is refused in words. */

import { quote } from "../../model/errors.ts";
import { HubError } from "./problem.ts";
import type { HubAddress } from "./types.ts";

const FORMS =
  "Write org/model, datasets/org/name or the address https://huggingface.co/org/model, with @revision or /tree/revision if you want a certain one";

/** Hosts whose addresses are read; what is contacted is always the Hub's own. */
const HOSTS: readonly string[] = ["huggingface.co", "www.huggingface.co", "hf.co"];

/** The Hub's rule for names: letters, digits, `_`, `-`, `.`; not doubled, not at an end. */
const isName = (text: string): boolean =>
  /^\w(?:[\w.-]{0,94}\w)?$/.test(text) && !/--|\.\./.test(text) && !/\.(?:git|ipynb)$/.test(text);

/** A branch, tag or commit has no slash here; the Hub's own references do. */
const isRevision = (text: string): boolean =>
  /^\w[\w.-]{0,127}$/.test(text)
    ? !text.includes("..")
    : /^refs\/(?:pr\/\d{1,6}|convert\/\w{1,32})$/.test(text);

/**
 * `org/model`, `datasets/org/name`, either with `@revision` or `/tree/revision`, or their address on huggingface.co.
 * @throws HubError of kind "address"
 */
export function parseHubAddress(text: string): HubAddress {
  const typed = text.trim();
  const refuse = (why: string): never => {
    throw new HubError("address", `${quote(typed)}: ${why}. ${FORMS}.`);
  };
  if (typed === "") throw new HubError("address", `Nothing was written. ${FORMS}.`);
  if (typed.length > 400) refuse(`${typed.length} characters are too many`);
  const isUrl = /^[a-z][a-z0-9+.-]*:/i.test(typed) || HOSTS.some((host) => typed.startsWith(`${host}/`));
  const [path, at, ...more] = isUrl ? [pathOf(typed, refuse)] : typed.split("@");
  if (more.length > 0) refuse('it has several "@"');
  const parts = path.split("/").filter((part, i, all) => part !== "" || (i > 0 && i < all.length - 1));
  const decoded = parts.map((part) => {
    try {
      return isUrl ? decodeURIComponent(part) : part;
    } catch {
      return refuse("it has a broken % escape");
    }
  });
  if (decoded[0] === "spaces") refuse("a Space is a program, not a model or a data set");
  const kind = decoded[0] === "datasets" ? "dataset" : "model";
  const rest = decoded[0] === "datasets" || decoded[0] === "models" ? decoded.slice(1) : decoded;
  const verb = rest.findIndex((part) => /^(?:tree|blob|resolve|raw|commit|discussions)$/.test(part));
  if (verb > 0 && rest[verb] !== "tree") refuse("it names a file or a page inside a repository");
  const id = verb > 0 ? rest.slice(0, verb) : rest;
  if (id.length === 0) refuse("this is not the name of a repository");
  if (id.length > 2) refuse(`a repository has at most two names, this has ${id.length}`);
  if (!id.every(isName)) refuse("this is not the name of a repository");
  const tree = verb > 0 ? rest.slice(verb + 1).join("/") : undefined;
  if (at !== undefined && tree !== undefined) refuse("it gives two revisions");
  const revision = at ?? tree ?? "main";
  if (!isRevision(revision)) refuse(`${quote(revision)} is not a revision`);
  return { kind, id: id.join("/"), revision };
}

/** The path of an address on the Hub; hosts are compared after the browser's own parsing, which sees through tricks. */
function pathOf(typed: string, refuse: (why: string) => never): string {
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : `https://${typed}`);
  } catch {
    return refuse("this is not an address");
  }
  if (url.protocol !== "https:") refuse(`${quote(url.protocol)} is not read, only https:`);
  if (url.username !== "" || url.password !== "") refuse("it carries a user name or password");
  if (url.port !== "") refuse("it names a port");
  if (!HOSTS.includes(url.hostname)) refuse(`it is on ${quote(url.hostname)}, not on huggingface.co`);
  return url.pathname;
}
