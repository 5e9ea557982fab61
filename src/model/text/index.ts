/** Text with labels by the model's own tokenizer. Fetched with the first text file. */

export type { ColumnNames } from "./columns.ts";
export { readText, type TextArrays, type TextOptions } from "./sentences.ts";
export { openTokenizer, type SentenceTokenizer } from "./tokenizer.ts";
export { readTokenizerFile, type TokenizerBytes, type TokenizerFile } from "./tokenizerFile.ts";
