/** The list of promises (rows.ts) for frames. */
import { type Claim, claim } from "./rows.ts";

/** What browsers do to frames of other pages, and what the embed makes of it. */
export const FRAMES: readonly Claim[] = [
  claim("cross-origin frames get a device without asking", {
    "e2e/frames.spec.ts": [
      "a frame of another site is given a GPU without asking, and none is asked for before Recompute",
    ],
  }),
  claim("an opaque origin has no workers, storage or downloads: the engine runs on the main thread", {
    "e2e/embed.spec.ts": ["in a sandbox of opaque origin it draws, and recomputes on the main thread"],
  }),
  claim("nothing that computes waits for a frame of animation", {
    "e2e/embed.spec.ts": ["in a sandbox of opaque origin it draws, and recomputes on the main thread"],
  }),
  claim("all storage may throw", {
    "e2e/frames.spec.ts": [
      "with all storage blocked the embed draws, and so does the page, whose list lives without",
    ],
  }),
  claim("pages that isolate themselves take credentialless frames", {
    "e2e/frames.spec.ts": ["a page that isolates itself shows the embed in a credentialless frame"],
  }),
  claim("an ancestor without https means no GPU, and the embed says so", {
    "e2e/embed.spec.ts": ["an ancestor without https is named as the reason"],
  }),
  claim("slides that come and go pause and resume a run, and get the keys that the figure does not need", {
    "e2e/embed.spec.ts": [
      "in a sandbox of opaque origin it draws, and recomputes on the main thread",
      "keys that the figure has no use for turn the documentation's slide",
    ],
  }),
  claim("the embed takes no files, keeps nothing, starts nothing by itself", {
    "e2e/frames.spec.ts": ["the embed takes no files, keeps nothing, and answers to no drop"],
    "e2e/offline.spec.ts": [
      "a window of the embed alone registers nothing",
      "the page in a frame registers nothing either",
    ],
  }),
  claim("messages count from the parent alone, after a handshake, and only where they fit", {
    "e2e/embed.spec.ts": [
      "it answers the page that frames it: state, result, controls, figures, errors in words",
      "a stranger's messages change nothing and are not answered",
      "the documentation's page follows the height, sets a control and takes the figure",
    ],
    "test/ui/embed/protocol.test.ts": ["%s is ignored, before the handshake and after"],
  }),
];
