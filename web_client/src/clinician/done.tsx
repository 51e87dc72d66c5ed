/** A plain confirmation, so that nobody wonders whether it was saved. */

import { useEffect, useRef, useState } from "preact/hooks";

import { serverNow } from "../kit/server_time";
import { span } from "../kit/staff/phrases";
import { RecordingList, useRecordings } from "../kit/staff/recordings";
import type { Me } from "../kit/staff/session";
import { Button } from "../kit/ui";
import { useT } from "./words";

export interface Ended {
  readonly visit: string;
  readonly name: string;
  readonly outcome: string;
  readonly admittedAt: string | null;
}

export interface DoneProps {
  readonly ended: Ended;
  readonly me: Me;
  readonly waiting: number;
  readonly busy: boolean;
  readonly onNext: () => void;
  readonly onBoard: () => void;
}

export function Done({ ended, me, waiting, busy, onNext, onBoard }: DoneProps) {
  const t = useT();
  const [endedAt] = useState(serverNow);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="page-narrow stack">
      <h1 ref={heading} tabIndex={-1}>
        {t("clinician.done.title", { name: ended.name })}
      </h1>
      <dl class="facts card">
        <div>
          <dt>{t("clinician.done.outcome")}</dt>
          <dd>{t.code(`clinician.outcome.${ended.outcome}`, ended.outcome)}</dd>
        </div>
        {ended.admittedAt !== null && (
          <div>
            <dt>{t("clinician.done.length")}</dt>
            <dd>{span(ended.admittedAt, endedAt, t)}</dd>
          </div>
        )}
      </dl>
      <p>{t("clinician.done.saved")}</p>
      {me.recording && <Recordings visit={ended.visit} me={me} />}
      <div class="row">
        {waiting > 0 && (
          <Button kind="primary" busy={busy} onClick={onNext}>
            {t("clinician.next")}
          </Button>
        )}
        <Button onClick={onBoard}>{t("clinician.done.board")}</Button>
      </div>
      <p class="quiet">{t("clinician.ready_count", { count: waiting })}</p>
    </div>
  );
}

/** Only where there is one: most visits are not recorded. */
function Recordings({ visit, me }: { readonly visit: string; readonly me: Me }) {
  const t = useT();
  const { rows, again } = useRecordings(`/api/recordings?visit=${encodeURIComponent(visit)}`);
  if (rows === null || rows.length === 0) return null;
  return (
    <section class="stack-tight" aria-labelledby="recordings">
      <h2 id="recordings">{t("clinician.recording.saved")}</h2>
      <RecordingList rows={rows} zone={me.clinics[0]?.zone ?? "UTC"} onChange={again} />
      <p>
        <a href="/privacy">{t("clinician.recording.all")}</a>
      </p>
    </section>
  );
}
