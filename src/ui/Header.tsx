import { useState } from "react";
import { themes } from "../store/theme.ts";
import { header as words } from "../strings/en.ts";
import { GpuButton } from "./device/GpuButton.tsx";
import { EmbedButton } from "./embed/EmbedButton.tsx";
import { Keys } from "./keys/Keys.tsx";
import { useActions, usePage } from "./page.ts";
import { PanelTabs } from "./panels/Panel.tsx";
import { Button } from "./parts.tsx";

export function Header() {
  const theme = usePage((state) => state.theme);
  const { setTheme } = useActions();
  return (
    <header className="top">
      <svg className="mark" viewBox="0 0 28 20" aria-hidden="true">
        <path className="mark-curve" d="M1 18c4 0 4.500-3 6-9S9.500 1 11 1s2 4 3.500 10 3.500 7 6 7h7" />
        <path className="mark-stem" d="M23.500 18v-6" />
        <circle className="mark-head" cx="23.500" cy="11" r="2" />
      </svg>
      <h1>{words.name}</h1>
      <p>{words.claim}</p>
      <PanelTabs />
      <div className="top-tools">
        <CopyLink />
        <EmbedButton />
        <Keys />
        <GpuButton>{words.gpu}</GpuButton>
        <select
          aria-label={words.theme}
          value={theme}
          onChange={(event) =>
            setTheme(themes.find(({ value }) => value === event.target.value)?.value ?? "auto")
          }
        >
          {themes.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </header>
  );
}

/** The link holds every setting; clipboards may be out of reach in a frame, then the address bar has it. */
function CopyLink() {
  const { link } = useActions();
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    const address = new URL(link(), location.href.split("#")[0]).href;
    try {
      await navigator.clipboard.writeText(address);
      setSaid(words.copied);
    } catch {
      setSaid(words.notCopied);
    }
    setTimeout(() => setSaid(null), 2500);
  };
  return (
    <>
      <output className="hidden">{said ?? ""}</output>
      <Button onClick={() => void copy()} title={words.copyLinkTitle}>
        {said ?? words.copyLink}
      </Button>
    </>
  );
}
