/** Every recording that this person may have: a privacy officer's clinics', a clinician's own. */

import { Frame } from "../kit/staff/frame";
import { RecordingList, useRecordings } from "../kit/staff/recordings";
import type { Me } from "../kit/staff/session";
import { Banner, Button, useTitle } from "../kit/ui";
import { useT } from "./words";

export function Shelf({ me, leave }: { readonly me: Me; readonly leave: (notice?: string) => void }) {
  const t = useT();
  const { rows, failed, again } = useRecordings("/api/recordings");
  useTitle(t("privacy.title"));
  const zone = me.clinics[0]?.zone ?? "UTC";
  return (
    <Frame console={t("privacy.title")} me={me} link="online" onSignOut={() => leave()} tools={<Button onClick={again}>{t("privacy.again")}</Button>}>
      <div class="stack">
        <h1>{t("privacy.title")}</h1>
        <p>{t(me.roles.includes("privacy") ? "privacy.lead.officer" : "privacy.lead.clinician")}</p>
        {failed && (
          <Banner tone="warn" live="assertive">
            {t("kit.no_answer")}
          </Banner>
        )}
        {rows === null && !failed && <p aria-busy="true">{t("privacy.loading")}</p>}
        {rows?.length === 0 && <p>{t("privacy.none")}</p>}
        {rows !== null && rows.length > 0 && (
          <>
            <h2 class="unseen">{t("privacy.list")}</h2>
            <RecordingList rows={rows} zone={zone} onChange={again} />
          </>
        )}
      </div>
    </Frame>
  );
}
