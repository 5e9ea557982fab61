/** The embed: one store, an engine on half a budget that is fetched by Recompute, the frame around it. It keeps nothing. */
import { createRoot } from "react-dom/client";
import { createPageStore } from "./store/pageStore.ts";
import { fetchJson } from "./store/stored.ts";
import { trustOwnWorkers } from "./trustedTypes.ts";
import { connect } from "./ui/embed/bridge.ts";
import { EmbedApp } from "./ui/embed/EmbedApp.tsx";
import { PageContext } from "./ui/page.ts";
import "./ui/styles/tokens.css";
import "./ui/styles/cards.css";
import "./ui/styles/controls.css";
import "./ui/styles/figures.css";
import "./ui/styles/tables.css";
import "./ui/styles/charts.css";
import "./ui/styles/dialog.css";
import "./ui/styles/embed.css";
import "./ui/styles/forced.css";

declare const __VERSION__: string;

const absent = (what: string) => (): never => {
  throw new Error(`An embed has no ${what}.`);
};

trustOwnWorkers();

const store = createPageStore({
  createEngine: async () =>
    (await import("./run/client.ts")).createEngine({
      models: new URL("models/", document.baseURI).href,
      // Its reader has other things open, and did not choose this page.
      budgetShare: 0.5,
    }),
  createHub: async () => absent("Hub")(),
  fetchJson,
  webgpu: "GPU" in globalThis,
  storage: absent("storage"),
});

void store.actions.open(location.hash);
const showTheme = () => {
  document.documentElement.dataset.theme = store.getState().theme;
};
store.subscribe(showTheme);
showTheme();
addEventListener("hashchange", () => void store.actions.open(location.hash));

const root = document.getElementById("page");
if (root === null) throw new Error("internal: embed.html has no #page");
createRoot(root).render(
  <PageContext value={store}>
    <EmbedApp />
  </PageContext>,
);
connect(store, __VERSION__);
