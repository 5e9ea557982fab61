import type { Refuse } from "../errors.ts";
import { limits } from "../limits.ts";
import { construct, type Fail, globalNamed, setItem } from "./globals.ts";
import { PickleReader } from "./reader.ts";
import { describe, Inert, type PickleDict, PickleList, type PickleValue } from "./values.ts";

/**
 * The pickle machine (Python's Lib/pickletools.py), restricted to the instructions by which torch.save writes
 * dictionaries of tensors, protocols 2 to 5. It makes plain values and calls nothing.
 */

export interface Pickle {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** What messages call it. */
  readonly part: string;
  readonly refuse: Refuse;
  /** The remedy for a pickle that is sound but not of this kind. */
  readonly recipe: string;
  /** What an object outside the pickle is. */
  readonly persistent: (id: PickleValue, fail: Fail) => PickleValue;
}

/** @returns the value, and where the next pickle may begin */
export function runPickle(pickle: Pickle): { readonly value: PickleValue; readonly end: number } {
  const machine = new Machine(pickle);
  return { value: machine.run(), end: machine.end };
}

class Machine {
  readonly #pickle: Pickle;
  readonly #reader: PickleReader;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at which the open containers begin. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #steps = 0;
  /** Byte of the instruction that is carried out. */
  #instruction: number;

  constructor(pickle: Pickle) {
    this.#pickle = pickle;
    this.#instruction = pickle.start;
    this.#reader = new PickleReader(pickle.bytes, pickle.start, this.fail);
  }

  get end(): number {
    return this.#reader.at;
  }

  readonly fail: Fail = (expected, found, remedy) =>
    this.#pickle.refuse(this.#pickle.part, expected, `${found} at byte ${this.#instruction}`, remedy);

  run(): PickleValue {
    const { recipe } = this.#pickle;
    if (this.#reader.u8() !== PROTO) this.fail("a pickle, which begins with byte 0x80", "other bytes");
    const protocol = this.#reader.u8();
    if (protocol < 2 || protocol > 5) {
      this.fail("pickle protocol 2, 3, 4 or 5", `protocol ${protocol}`, recipe);
    }
    for (;;) {
      this.#instruction = this.#reader.at;
      this.#spend(1);
      const code = this.#reader.u8();
      if (code === STOP) break;
      const carryOut = INSTRUCTIONS.get(code);
      if (carryOut === undefined) {
        this.fail("the instructions of a state dict", `instruction ${nameOf(code)}`, recipe);
      }
      carryOut(this, this.#reader);
    }
    if (this.#marks.length > 0 || this.#stack.length !== 1) {
      this.fail("one value at the end", `${this.#stack.length} and ${this.#marks.length} open containers`);
    }
    return this.#stack[0];
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > limits.pickleSteps) {
      this.fail(`at most ${limits.pickleSteps} instructions`, "more", "Save the model's state dict alone");
    }
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #need(count: number): void {
    const above = this.#stack.length - (this.#marks.at(-1) ?? 0);
    if (above < count) this.fail(`${count} values on the stack`, `${above}`);
  }

  top(): PickleValue {
    this.#need(1);
    return this.#stack[this.#stack.length - 1];
  }

  pop(count: number): PickleValue[] {
    this.#need(count);
    return this.#stack.splice(this.#stack.length - count, count);
  }

  mark(): void {
    if (this.#marks.length === limits.pickleDepth) {
      this.fail(`at most ${limits.pickleDepth} open containers`, "more");
    }
    this.#marks.push(this.#stack.length);
  }

  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    return mark === undefined ? this.fail("a mark on the stack", "none") : this.#stack.splice(mark);
  }

  put(index: number): void {
    if (index >= limits.pickleSteps) this.fail(`a memo index below ${limits.pickleSteps}`, `${index}`);
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.#memo.size);
  }

  get(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.fail("a memo that was filled before", `memo ${index}`) : value);
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!(list instanceof PickleList)) this.fail("a list to append to", describe(list));
    for (const item of items) list.items.push(item);
  }

  setItems(pairs: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) this.fail("a dict to put items in", describe(dict));
    if (pairs.length % 2 !== 0) this.fail("keys and values in pairs", `${pairs.length} values`);
    for (let i = 0; i < pairs.length; i += 2) {
      setItem(dict as PickleDict, pairs[i], pairs[i + 1], this.fail);
    }
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string") {
      this.fail("a module and a name as strings", `${describe(module)} and ${describe(name)}`);
    }
    this.push(globalNamed(`${module}.${name}`, this.fail, this.#pickle.recipe));
  }

  reduce([callee, args]: readonly PickleValue[]): void {
    // A list can be an argument as often as the memo gives it, so its items count each time.
    const [first] = Array.isArray(args) ? args : [];
    if (first instanceof PickleList) this.#spend(first.items.length);
    this.push(construct(callee, args, this.fail));
  }

  /** Attributes of an object: those of a state dict are the versions of its modules, and no tensor depends on them. */
  build(): void {
    this.pop(1);
    const target = this.top();
    if (target instanceof Map || target instanceof Inert) return;
    this.fail("attributes of a dict", `attributes of ${describe(target)}`, this.#pickle.recipe);
  }

  persistent([id]: readonly PickleValue[]): void {
    this.push(this.#pickle.persistent(id, this.fail));
  }
}

const PROTO = 0x80;
const STOP = 0x2e;

type Instruction = (m: Machine, read: PickleReader) => void;

const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  // Constants and numbers.
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x4a, (m, read) => m.push(read.i32())],
  [0x4b, (m, read) => m.push(read.u8())],
  [0x4d, (m, read) => m.push(read.u16())],
  [0x8a, (m, read) => m.push(read.integer(read.u8()))],
  [0x47, (m, read) => m.push(read.f64())],
  // Strings: BINUNICODE, SHORT_BINUNICODE, BINUNICODE8, SHORT_BINBYTES, BINBYTES, BINBYTES8, and Python 2's
  // SHORT_BINSTRING and BINSTRING.
  [0x58, (m, read) => m.push(read.string(read.u32()))],
  [0x8c, (m, read) => m.push(read.string(read.u8()))],
  [0x8d, (m, read) => m.push(read.string(read.u64()))],
  [0x43, (m, read) => m.push(read.bytes(read.u8()))],
  [0x42, (m, read) => m.push(read.bytes(read.u32()))],
  [0x8e, (m, read) => m.push(read.bytes(read.u64()))],
  [0x55, (m, read) => m.push(read.oldString(read.u8()))],
  [0x54, (m, read) => m.push(read.oldString(read.u32()))],
  // Containers: MARK, TUPLE and its short forms, lists, dicts.
  [0x28, (m) => m.mark()],
  [0x29, (m) => m.push([])],
  [0x85, (m) => m.push(m.pop(1))],
  [0x86, (m) => m.push(m.pop(2))],
  [0x87, (m) => m.push(m.pop(3))],
  [0x74, (m) => m.push(m.popToMark())],
  [0x5d, (m) => m.push(new PickleList())],
  [0x61, (m) => m.append(m.pop(1))],
  [0x65, (m) => m.append(m.popToMark())],
  [0x7d, (m) => m.push(new Map())],
  [0x73, (m) => m.setItems(m.pop(2))],
  [0x75, (m) => m.setItems(m.popToMark())],
  // Memo: BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET.
  [0x71, (m, read) => m.put(read.u8())],
  [0x72, (m, read) => m.put(read.u32())],
  [0x94, (m) => m.memoize()],
  [0x68, (m, read) => m.get(read.u8())],
  [0x6a, (m, read) => m.get(read.u32())],
  // FRAME announces a length for readers that read ahead.
  [0x95, (_, read) => void read.u64()],
  // Names and what is made with them: GLOBAL, STACK_GLOBAL, REDUCE, BUILD, BINPERSID.
  [0x63, (m, read) => m.global(read.line(), read.line())],
  [0x93, (m) => m.global(...(m.pop(2) as [PickleValue, PickleValue]))],
  [0x52, (m) => m.reduce(m.pop(2))],
  [0x62, (m) => m.build()],
  [0x51, (m) => m.persistent(m.pop(1))],
]);

/** The other instructions of pickle by their bytes, for messages. */
const REFUSED: Readonly<Record<number, string>> = {
  48: "POP",
  49: "POP_MARK",
  50: "DUP",
  70: "FLOAT",
  73: "INT",
  76: "LONG",
  80: "PERSID",
  83: "STRING",
  86: "UNICODE",
  100: "DICT",
  103: "GET",
  105: "INST",
  108: "LIST",
  111: "OBJ",
  112: "PUT",
  128: "PROTO",
  129: "NEWOBJ",
  130: "EXT1",
  131: "EXT2",
  132: "EXT4",
  139: "LONG4",
  143: "EMPTY_SET",
  144: "ADDITEMS",
  145: "FROZENSET",
  146: "NEWOBJ_EX",
  150: "BYTEARRAY8",
  151: "NEXT_BUFFER",
  152: "READONLY_BUFFER",
};

const nameOf = (code: number): string => REFUSED[code] ?? `0x${code.toString(16).padStart(2, "0")}`;
