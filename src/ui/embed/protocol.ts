/**
 * The language between an embed and the page that frames it (docs/embedding.md). Pure: what is a message, whom it may
 * come from, what is said back. Whatever does not fit exactly is not a message, and is not answered.
 */
import type { Progress, RunResult, Shown } from "../../store/state.ts";

/** Marks our messages among those of others, and is the version of this language. */
export const PROTOCOL = 1;

export type Id = string | number;
export type ExportFormat = "svg" | "json";

export type Command =
  | { readonly type: "ping" }
  /** The state as a link has it: `#model=resnet20&x=linear`. */
  | { readonly type: "open"; readonly state: string }
  /** A control by its key in the link. */
  | { readonly type: "set"; readonly control: string; readonly value: string | number }
  | { readonly type: "run" | "cancel" }
  | { readonly type: "export"; readonly format: ExportFormat }
  /** What reveal.js posts to the frames of a slide that comes and goes. */
  | { readonly type: "slide:start" | "slide:stop" };

/** `id` is the sender's own; what answers the command carries it back. */
export type Received = Command & { readonly id?: Id };

export type EmbedEvent =
  | { readonly type: "ready"; readonly version: string; readonly id?: Id }
  | { readonly type: "state"; readonly state: string; readonly run: RunWord }
  | ({ readonly type: "progress" } & Progress)
  | ({ readonly type: "result" } & ResultSummary)
  | { readonly type: "select"; readonly eigenvalue: string; readonly value: number | null }
  /** Height of the document in CSS pixels. */
  | { readonly type: "resize"; readonly height: number }
  | {
      readonly type: "export";
      readonly format: ExportFormat;
      readonly name: string;
      readonly content: string;
      readonly id?: Id;
    }
  /** An arrow or page key that the embed had no use for. */
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "error"; readonly message: string; readonly id?: Id };

export type RunWord = "idle" | "starting" | "running" | "paused" | "ended";

/** The numbers of a result that a page may want to print; `export` gives all of them. */
export interface ResultSummary {
  readonly origin: Shown["origin"];
  readonly model: string;
  readonly sentence: string;
  readonly settings: RunResult["settings"];
  readonly loss: number;
  readonly accuracy: number | null;
  readonly parameterCount: number;
  readonly eigenvalues: RunResult["eigenvalues"];
  readonly trace: Pick<RunResult["trace"], "estimate" | "standardError" | "interval95" | "samples">;
  readonly checksPassed: boolean;
}

/** Far above any link, value or name of ours, far below what costs time to look at. */
const MAX_STATE = 2000;
const MAX_NAME = 100;

const isText = (max: number) => (value: unknown) => typeof value === "string" && value.length <= max;
const isState = (value: unknown) => isText(MAX_STATE)(value) && /^(#|$)/.test(value as string);
const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const isId = (value: unknown) => isText(MAX_NAME)(value) || Number.isSafeInteger(value);

type Fields = Readonly<Record<string, (value: unknown) => boolean>>;

const FIELDS: Readonly<Record<Exclude<Command["type"], `slide:${string}`>, Fields>> = {
  ping: {},
  open: { state: isState },
  set: { control: isText(MAX_NAME), value: (value) => isText(MAX_STATE)(value) || isNumber(value) },
  run: {},
  cancel: {},
  export: { format: (value) => value === "svg" || value === "json" },
};

/** The command in a message's data; null for everything else. */
export function parseMessage(data: unknown): Received | null {
  if (data === "slide:start" || data === "slide:stop") return { type: data };
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  const message = data as Readonly<Record<string, unknown>>;
  // What is inherited was not sent.
  if (!Object.hasOwn(message, "eigenscope") || !Object.hasOwn(message, "type")) return null;
  if (message.eigenscope !== PROTOCOL || typeof message.type !== "string") return null;
  if (!Object.hasOwn(FIELDS, message.type)) return null;
  const fields = FIELDS[message.type as keyof typeof FIELDS];
  const complete = Object.keys(fields).every((name) => Object.hasOwn(message, name));
  const known = Object.keys(message).every((name) => {
    if (name === "eigenscope" || name === "type") return true;
    if (name === "id") return isId(message.id);
    return Object.hasOwn(fields, name) && fields[name](message[name]);
  });
  if (!complete || !known) return null;
  const { eigenscope: _, ...command } = message;
  return command as unknown as Received;
}

export interface Arrival {
  readonly data: unknown;
  readonly origin: string;
  /** Whether the sender is the window that frames this one. */
  readonly fromParent: boolean;
}

export interface Accepted {
  readonly command: Received;
  /** The origin that is spoken to from now on. */
  readonly pinned: string | null;
}

/**
 * Whether a message counts. The parent's first ping pins its origin; before that only reveal.js's two words are heard,
 * which can do no more than pause a run and let it go on.
 * @returns null for what is to be ignored
 */
export function accept(pinned: string | null, { data, origin, fromParent }: Arrival): Accepted | null {
  if (!fromParent || origin === "") return null;
  if (pinned !== null && pinned !== origin) return null;
  const command = parseMessage(data);
  if (command === null) return null;
  if (pinned !== null) return { command, pinned };
  if (command.type === "ping") return { command, pinned: origin };
  return command.type === "slide:start" || command.type === "slide:stop" ? { command, pinned } : null;
}

/**
 * Where answers are addressed. Origins that are not an address (`null` of a sandbox or of a file) cannot be named, so
 * "*" stands for them: the answer goes to the parent's window in any case, and to no other.
 */
export const targetOf = (origin: string): string => (/^https?:\/\//.test(origin) ? origin : "*");
