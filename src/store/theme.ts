/** The theme: from the link (`#theme=projector`), else as chosen here before, else as the system says. */
import { themeWords } from "../strings/en.ts";

const THEMES = ["auto", "light", "dark", "projector"] as const;

export type Theme = (typeof THEMES)[number];

export const themes = THEMES.map((value) => ({ value, label: themeWords[value] }));

const KEY = "eigenscope-theme";

export interface ThemePlaces {
  readonly hash: string;
  /** Storage throws in sandboxed and third-party frames: it is asked for, and guarded, at every use. */
  readonly storage: () => Pick<Storage, "getItem" | "setItem">;
}

export function readTheme({ hash, storage }: ThemePlaces): Theme {
  const linked = new URLSearchParams(hash.replace(/^#/, "")).get("theme");
  if (isTheme(linked)) return linked;
  try {
    const kept = storage().getItem(KEY);
    return isTheme(kept) ? kept : "auto";
  } catch {
    return "auto";
  }
}

/** Keeps the choice where the browser allows it; elsewhere it lasts as long as the page. */
export function keepTheme(theme: Theme, storage: ThemePlaces["storage"]): void {
  try {
    storage().setItem(KEY, theme);
  } catch {
    // No storage in this frame.
  }
}

function isTheme(value: string | null): value is Theme {
  return themes.some((theme) => theme.value === value);
}
