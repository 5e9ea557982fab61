/** What a careless or hostile page may send to the embed. */

export const say = (type: string, fields: object = {}) => ({ eigenscope: 1, type, ...fields });

class Message {
  eigenscope = 1;
  get type() {
    return "run";
  }
}

/** Each with its name. */
export const BAD: readonly [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 1],
  ["a word", "ping"],
  ["reveal.js's word with a blank", "slide:start "],
  ["reveal.js's word in an object", say("slide:stop")],
  ["the command as JSON text", JSON.stringify(say("run"))],
  ["an empty object", {}],
  ["an array", [say("run")]],
  ["an array with the fields", Object.assign([], say("run"))],
  ["a map", new Map(Object.entries(say("run")))],
  ["a date", new Date(0)],
  ["a function", () => say("run")],
  ["another protocol", { type: "run" }],
  ["another version", { eigenscope: 2, type: "run" }],
  ["the version as text", { eigenscope: "1", type: "run" }],
  ["the version as true", { eigenscope: true, type: "run" }],
  ["no type", { eigenscope: 1 }],
  ["an unknown type", say("upload")],
  ["an event instead of a command", say("ready", { version: "1" })],
  ["a type of another case", say("Run")],
  ["a type that is no text", { eigenscope: 1, type: ["run"] }],
  ["a type of Object.prototype", say("constructor")],
  ["another type of Object.prototype", say("__proto__")],
  ["an inherited type", new Message()],
  ["inherited fields", Object.create(say("run"))],
  ["a field too many", say("run", { settings: { steps: 9 } })],
  ["an own __proto__", JSON.parse('{"eigenscope":1,"type":"run","__proto__":{"id":1}}')],
  ["an id that is an object", say("run", { id: {} })],
  ["an id that is a fraction", say("run", { id: 0.5 })],
  ["an id that is not a number", say("run", { id: Number.NaN })],
  ["an id without end", say("run", { id: "i".repeat(1000) })],
  ["open without a state", say("open")],
  ["open with a number", say("open", { state: 1 })],
  ["open with an address", say("open", { state: "https://evil.example/#model=resnet20" })],
  ["open with a script", say("open", { state: "javascript:alert(1)" })],
  ["open with an inherited state", Object.assign(Object.create({ state: "#" }), say("open"))],
  ["open with a state without end", say("open", { state: `#${"n=1&".repeat(1e5)}` })],
  ["set without a value", say("set", { control: "steps" })],
  ["set without a control", say("set", { value: 1 })],
  ["set with an object", say("set", { control: "steps", value: { valueOf: 3 } })],
  ["set with infinity", say("set", { control: "steps", value: Number.POSITIVE_INFINITY })],
  ["set with NaN", say("set", { control: "steps", value: Number.NaN })],
  ["set with null", say("set", { control: "steps", value: null })],
  ["set with a list of controls", say("set", { control: ["steps"], value: 1 })],
  ["export without a format", say("export")],
  ["export as html", say("export", { format: "html" })],
  ["export with a list", say("export", { format: ["svg"] })],
];
