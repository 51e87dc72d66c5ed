/** That a visit is being recorded, or should be and is not: said when it appears, for whoever has to do something. */

import { Badge } from "../ui";
import { useStaffWords } from "./words";

export function RecordingBadge({ recording }: { readonly recording: { readonly state: string; readonly trouble?: string } | undefined }) {
  const t = useStaffWords();
  const on = recording?.state === "recording" || recording?.state === "paused";
  const trouble = on && recording.trouble !== undefined;
  return (
    <span role="status">
      {trouble ? <Badge tone="danger">{t("staff.recording.trouble")}</Badge> : on ? <Badge>{t("staff.recording.on")}</Badge> : null}
    </span>
  );
}
