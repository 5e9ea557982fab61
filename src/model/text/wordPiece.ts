/** How a WordPiece vocabulary splits words. */
export interface WordPieces {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Before all pieces of a word but the first: `##`. */
  readonly prefix: string;
  readonly unknown: string;
  /** Characters of a word; longer ones are unknown. */
  readonly longest: number;
}

/**
 * Splits words into the longest pieces that fit, from left to right; a word that does not end in a piece is unknown.
 * Only ends as far away as the longest token are tried, so that the work stays linear in the length of the text.
 */
export function wordPieceSplitter({
  vocabulary,
  prefix,
  unknown,
  longest,
}: WordPieces): (words: readonly string[]) => string[] {
  const reach = [...vocabulary.keys()].reduce((most, token) => Math.max(most, token.length), 1);
  const split = (word: string): readonly string[] => {
    const characters = [...word];
    if (characters.length > longest) return [unknown];
    const pieces: string[] = [];
    for (let begin = 0; begin < characters.length; ) {
      let end = Math.min(characters.length, begin + reach);
      const before = begin > 0 ? prefix : "";
      let piece = before + characters.slice(begin, end).join("");
      while (end > begin && !vocabulary.has(piece)) {
        end--;
        piece = piece.slice(0, -characters[end].length);
      }
      if (end === begin) return [unknown];
      pieces.push(piece);
      begin = end;
    }
    return pieces;
  };
  return (words) => words.flatMap(split);
}
