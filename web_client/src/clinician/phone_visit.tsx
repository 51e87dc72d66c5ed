/** A visit by telephone: the numbers, and how the call stands, one press each. The same visit, the same outcomes. */

import { useEffect, useRef, useState } from "preact/hooks";

import { NeedBadges, span } from "../kit/staff/phrases";
import { clinicOf } from "../kit/staff/session";
import { Banner, Button, PhoneLink, Time, useNow } from "../kit/ui";
import { EmergencyPanel } from "./emergency_panel";
import { EndDialog } from "./end_dialog";
import { IdentityPanel } from "./identity_panel";
import type { VisitScreenProps } from "./visit";
import { VisitNotes } from "./visit_notes";
import { useT } from "./words";

export const CALLS = ["calling", "reached", "not_reached"] as const;
export type Call = (typeof CALLS)[number];

export type PhoneVisitProps = Omit<VisitScreenProps, "room" | "line" | "attempt" | "tell" | "guestsHere" | "onRecording"> & {
  readonly onCall: (call: Call) => void;
};

export function PhoneVisit(props: PhoneVisitProps) {
  const { me, view, busy, onCall, onMode, onWrite } = props;
  const t = useT();
  const now = useNow(10_000);
  const [ending, setEnding] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const name = view.name ?? view.short_name;
  const onHold = view.state === "on_hold";
  const { zone } = clinicOf(me, view.clinic);
  const tries = view.call_tries ?? 0;

  return (
    <div class="visit">
      <div class="visit-head">
        <h1 ref={heading} tabIndex={-1}>
          {t("clinician.phone.with", { name })}
        </h1>
        <div class="row">
          {view.admitted_at !== undefined && <span class="quiet">{t("clinician.in_visit_for", { span: span(view.admitted_at, now, t) })}</span>}
          <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={view.on_behalf} mode={view.mode} />
        </div>
      </div>

      <div class="stack">
        <section class="card stack phone-call" aria-labelledby="call-heading">
          <h2 id="call-heading">{t("clinician.phone.call")}</h2>
          <p class="phone-number">
            {view.callback === undefined ? t("clinician.not_given") : <PhoneLink number={view.callback} />}
          </p>
          {view.phone !== undefined && view.phone !== view.callback && (
            <p>
              {t("clinician.phone.other")} <PhoneLink number={view.phone} />
            </p>
          )}
          {onHold ? (
            <>
              <Banner tone="warn">{t("clinician.hold.title")}</Banner>
              <div class="row">
                <Button kind="primary" busy={busy} onClick={props.onResume}>
                  {t("clinician.resume", { name: view.short_name })}
                </Button>
                <Button busy={busy} onClick={props.onRequeue}>
                  {t("clinician.requeue", { name: view.short_name })}
                </Button>
                <Button onClick={props.onPutAside}>{t("clinician.done.board")}</Button>
              </div>
            </>
          ) : (
            <>
              <p role="status" class="strong">
                {t(`clinician.phone.now.${view.call ?? "none"}`, { name: view.short_name })}{" "}
                {view.call_at !== undefined && (
                  <span class="quiet small">
                    <Time at={view.call_at} zone={zone} />
                  </span>
                )}
                {tries > 1 && <span class="quiet small"> · {t("clinician.phone.tries", { count: tries })}</span>}
              </p>
              <div class="row" role="group" aria-label={t("clinician.phone.call")}>
                {CALLS.map((call) => (
                  <Button
                    key={call}
                    kind={call === next(view.call) ? "primary" : "plain"}
                    busy={busy}
                    unavailable={call === view.call}
                    onClick={() => onCall(call)}
                  >
                    {t(`clinician.phone.${call}`)}
                  </Button>
                ))}
              </div>
              {view.call === "not_reached" && <p>{t("clinician.phone.not_reached.how")}</p>}
            </>
          )}
        </section>
        <div class="row">
          <Button busy={busy} onClick={() => onMode("video")}>
            {t("clinician.phone.to_video")}
          </Button>
          <Button kind="danger" onClick={() => setEnding(true)}>
            {t("clinician.end_visit")}
          </Button>
        </div>
      </div>

      <aside class="visit-side" aria-label={t("clinician.about", { name })}>
        <EmergencyPanel view={view} me={me} />
        <IdentityPanel view={view} me={me} busy={busy} onConfirm={props.onConfirmIdentity} />
        <VisitNotes view={view} me={me} onWrite={onWrite} />
      </aside>
      <EndDialog open={ending} name={view.short_name} onEnd={props.onEnd} onClose={() => setEnding(false)} />
    </div>
  );
}

/** What is most likely pressed next. */
function next(call: Call | undefined): Call | null {
  if (call === "reached") return null;
  return call === "calling" ? "reached" : "calling";
}
