/** The glue: one store, an engine that is fetched on the first Run or Drop, the address, the page. */
import { createRoot } from "react-dom/client";
import { memoryLimits } from "./memoryLimits.ts";
import { keepForOffline, serviceWorkerAddress } from "./offline.ts";
import { createPageStore } from "./store/pageStore.ts";
import { fetchJson } from "./store/stored.ts";
import { trustOwnWorkers } from "./trustedTypes.ts";
import { App } from "./ui/App.tsx";
import { followAddress } from "./ui/address.ts";
import { PageContext } from "./ui/page.ts";
import { printOnPaper } from "./ui/print.ts";
import "./ui/styles/tokens.css";
import "./ui/styles/layout.css";
import "./ui/styles/cards.css";
import "./ui/styles/controls.css";
import "./ui/styles/figures.css";
import "./ui/styles/tables.css";
import "./ui/styles/charts.css";
import "./ui/styles/hub.css";
import "./ui/styles/compare.css";
import "./ui/styles/dialog.css";
import "./ui/styles/forced.css";

trustOwnWorkers(serviceWorkerAddress());

const store = createPageStore({
  createEngine: async () =>
    (await import("./run/client.ts")).createEngine({
      models: new URL("models/", document.baseURI).href,
      budgetShare: 1,
      most: memoryLimits(location.search),
    }),
  createHub: async () => (await import("./run/hub/hub.ts")).createHub(),
  fetchJson,
  // The interface is there only where the browser offers WebGPU to this page; asking for a device is the engine's.
  webgpu: "GPU" in globalThis,
  storage: () => localStorage,
  openKernelPlace: async () => (await import("./store/indexedDb.ts")).openKernelPlace(),
  openRunPlace: async () => (await import("./store/indexedDb.ts")).openRunPlace(),
});

const showTheme = () => {
  document.documentElement.dataset.theme = store.getState().theme;
};
followAddress(store, window);
store.subscribe(showTheme);
showTheme();
printOnPaper(() => store.getState().theme);

const root = document.getElementById("page");
if (root === null) throw new Error("internal: index.html has no #page");
createRoot(root).render(
  <PageContext value={store}>
    <App />
  </PageContext>,
);

// Not while developing: files change under their names then.
if (import.meta.env.PROD) keepForOffline();
