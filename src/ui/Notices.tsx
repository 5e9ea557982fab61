import { notices as words } from "../strings/en.ts";
import { useActions, usePage } from "./page.ts";
import { Button } from "./parts.tsx";

export function Notices() {
  const notices = usePage((state) => state.notices);
  const { dismissNotices } = useActions();
  return (
    <div role="status" className="notices">
      {notices.length > 0 && (
        <div className="notice">
          <div>
            {notices.map((notice) => (
              <p key={notice}>{notice}</p>
            ))}
          </div>
          <Button look="text" onClick={dismissNotices}>
            {words.dismiss}
          </Button>
        </div>
      )}
    </div>
  );
}
