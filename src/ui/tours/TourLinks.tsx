/** The guided tours, a link each. */
import { tours as words } from "../../strings/en.ts";
import { useHidden, usePage } from "../page.ts";
import { stopLink } from "./tour.ts";
import { TOURS, tourNames } from "./tours.ts";

export function TourLinks() {
  const hide = usePage((state) => state.controls.hide);
  const theme = usePage((state) => state.theme);
  const present = usePage((state) => state.controls.tour);
  if (useHidden("tour")) return null;
  return (
    <nav className="tour-links" aria-label={words.title}>
      <span>{words.title}</span>
      <ul>
        {tourNames.map((name) => (
          <li key={name}>
            <a
              href={stopLink(name, 1, TOURS[name].stops[0], { hide, theme })}
              aria-current={name === present ? "true" : undefined}
            >
              {TOURS[name].title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
