/** Evenly, to at most so many cells between them; the ends stay. */
export function thinned(indices: readonly number[], most: number): readonly number[] {
  const last = indices.length - 1;
  const stride = Math.max(1, Math.ceil(last / most));
  return indices.filter((_, k) => k % stride === 0 || k === last);
}
