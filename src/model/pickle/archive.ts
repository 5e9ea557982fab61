import { elementBytes } from "../decode.ts";
import { quote, type Refuse } from "../errors.ts";
import { limits } from "../limits.ts";
import { unzip, type ZipRules } from "../zip.ts";
import { type Fail, isWhole, storageKind } from "./globals.ts";
import { runPickle } from "./machine.ts";
import { describe, Global, PickleList, type PickleValue, Storage } from "./values.ts";

/**
 * The two containers of torch.save (torch/serialization.py): since 1.6 a zip file with `data.pkl` and an entry for
 * each storage; before, a sequence of pickles with the storages behind them.
 */

/** What torch.save wrote: the object, and the bytes of the storages that its tensors are views of. */
export interface Archive {
  readonly value: PickleValue;
  /** Exactly elements times element size. */
  readonly bytesOf: (storage: Storage) => Uint8Array;
}

/** For a file that was not made by torch.save. */
export const save = 'Save it with torch.save(model.state_dict(), "weights.pt")';
export const damaged = "The file is damaged: download or save it again";

/** The storages that a pickle names. */
class Storages {
  readonly all = new Map<string, Storage>();
  readonly #recipe: string;
  constructor(recipe: string) {
    this.#recipe = recipe;
  }

  /** ("storage", class, key, location, elements), in older files with the place of a view in another one behind it. */
  readonly persistent = (id: PickleValue, fail: Fail): Storage => {
    if (!Array.isArray(id) || id[0] !== "storage") {
      return fail("a reference to a storage", describe(Array.isArray(id) ? id[0] : id), this.#recipe);
    }
    const [, type, key, , elements, view = null] = id;
    const kind = type instanceof Global ? storageKind(type.name) : undefined;
    if (kind === undefined) return fail("a storage of a known class", describe(type), this.#recipe);
    if (typeof key !== "string" || !isWhole(elements)) {
      return fail("a storage with a key and a number of elements", `${describe(key)}, ${describe(elements)}`);
    }
    if (view !== null) fail("a storage of its own", "a part of another one", this.#recipe);
    const known = this.all.get(key);
    if (known === undefined) {
      const storage = new Storage(key, kind, elements);
      this.all.set(key, storage);
      return storage;
    }
    if (known.kind !== kind || known.elements !== elements) {
      fail(`storage ${quote(key)} with ${known.elements} of ${known.kind}`, `${elements} of ${kind}`);
    }
    return known;
  };
}

const zipRules: ZipRules = {
  nameWish: (name) =>
    /^[^/]+(\/[^/]+)+$/.test(name) && !/(^|\/)\.{1,2}(\/|$)/.test(name)
      ? undefined
      : "names such as archive/data.pkl",
  maxEntries: limits.stateDictEntries,
  maxBytes: limits.fileBytes,
  resave: save,
  smaller: "Save the model's state dict alone, or use a smaller model",
  unpacked: save,
};

/** A zip file by torch.save. */
export function readZipArchive(bytes: Uint8Array, file: string, refuse: Refuse, recipe: string): Archive {
  const entries = unzip(bytes, file, zipRules);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) refuse("entries", "one data.pkl in one folder", `${pickles.length}`, save);
  const root = pickles[0].slice(0, -"data.pkl".length);
  if (entries.has(`${root}constants.pkl`)) {
    refuse("entries", "a state dict", "a TorchScript program (constants.pkl)", recipe);
  }
  const order = entries.get(`${root}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order.subarray(0, 16)) !== "little") {
    const remedy = "Load it with PyTorch 2.1 or later on a little-endian machine and save it again";
    refuse("byteorder", '"little"', quote(new TextDecoder().decode(order.subarray(0, 16))), remedy);
  }
  const pickle = entries.get(pickles[0]) as Uint8Array;
  if (pickle.length > limits.pickleBytes) {
    refuse("data.pkl", `at most ${limits.pickleBytes} bytes`, `${pickle.length}`, zipRules.smaller);
  }
  const { persistent } = new Storages(recipe);
  const { value, end } = runPickle({ bytes: pickle, start: 0, part: "data.pkl", refuse, recipe, persistent });
  if (end !== pickle.length) refuse("data.pkl", `the end at byte ${end}`, `${pickle.length} bytes`);
  return {
    value,
    bytesOf: (storage) => {
      const data = entries.get(`${root}data/${storage.key}`);
      const needed = storage.elements * elementBytes[storage.kind];
      const where = `data/${storage.key.slice(0, 80)}`;
      if (data === undefined) return refuse(where, `an entry of ${needed} bytes`, "none");
      return data.length === needed ? data : refuse(where, `${needed} bytes`, `${data.length}`);
    },
  };
}

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** The form of torch.save before 1.6. */
export function readLegacyArchive(bytes: Uint8Array, refuse: Refuse, recipe: string): Archive {
  const storages = new Storages(recipe);
  // So that the pickles alone, which stand in front, meet the cap for pickles.
  const pickles = bytes.subarray(0, limits.pickleBytes);
  const none = (_: PickleValue, fail: Fail): never => fail("no reference to a storage here", "one");
  let at = 0;
  const next = (part: string, persistent: typeof none | Storages["persistent"] = none): PickleValue => {
    const { value, end } = runPickle({ bytes: pickles, start: at, part, refuse, recipe, persistent });
    at = end;
    return value;
  };
  const found = next("magic number");
  if (found !== magic) refuse("byte 0", "the magic number of torch.save", describe(found), save);
  const version = next("protocol version");
  if (version !== protocol) refuse("protocol version", `${protocol}`, describe(version), recipe);
  const system = next("system information");
  if (system instanceof Map && system.get("little_endian") === false) {
    refuse("system information", "a little-endian machine", "a big-endian one", recipe);
  }
  const value = next("pickle", storages.persistent);
  const keys = next("list of storages");
  if (!(keys instanceof PickleList)) return refuse("list of storages", "a list of keys", describe(keys));
  const data = readStorages(bytes, at, keys.items, storages.all, refuse);
  return {
    value,
    bytesOf: ({ key }) => data.get(key) ?? refuse("list of storages", `the storage ${quote(key)}`, "no such"),
  };
}

/** Each storage is its number of elements in 8 bytes, and its elements. The last one ends with the file. */
function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, Storage>,
  refuse: Refuse,
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined || found.has(storage.key)) {
      return refuse("list of storages", "each storage of the pickle once", describe(key));
    }
    const begin = at + 8;
    const end = begin + storage.elements * elementBytes[storage.kind];
    if (end > bytes.length) refuse(`byte ${at}`, `a storage that ends by byte ${bytes.length}`, `${end}`);
    const elements = Number(view.getBigInt64(at, true));
    if (elements !== storage.elements)
      refuse(`byte ${at}`, `${storage.elements} elements in storage ${quote(storage.key)}`, `${elements}`);
    found.set(storage.key, bytes.subarray(begin, end));
    at = end;
  }
  if (at !== bytes.length) refuse(`byte ${at}`, "the end of the file", `${bytes.length - at} bytes more`);
  return found;
}
