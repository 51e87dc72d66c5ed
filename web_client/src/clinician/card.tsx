/** Between claim and Admit: who it is, so that the right door is opened, and how long the claim lasts. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { ageOn, calendarDate, secondsUntil } from "../kit/clock";
import type { Here } from "../kit/staff/board";
import { DeviceBadges, NeedBadges, PresenceBadge } from "../kit/staff/phrases";
import { clinicOf, type Me } from "../kit/staff/session";
import { announce, Banner, Button, PhoneLink, Time, useNow, useStore } from "../kit/ui";
import type { Room } from "./room";
import { SelfView } from "./video";
import type { ClinicianView } from "./view";
import { VisitNotes } from "./visit_notes";
import { useT } from "./words";

export interface CardProps {
  readonly me: Me;
  readonly view: ClinicianView;
  readonly here: Here;
  /** None for a visit by telephone. */
  readonly room: Room | null;
  readonly busy: boolean;
  readonly onMode: (mode: "video" | "phone") => void;
  readonly onWrite: (text: string) => Promise<string | null>;
  readonly onAdmit: () => void;
  readonly onRenew: () => void;
  readonly onPutBack: () => void;
}

export function Card({ me, view, here, room, busy, onMode, onWrite, onAdmit, onRenew, onPutBack }: CardProps) {
  const t = useT();
  const clinic = clinicOf(me, view.clinic);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const name = view.name ?? view.short_name;
  return (
    <div class="card-screen">
      <div class="stack">
        <div>
          <p class="quiet">{t("clinician.card.lead")}</p>
          <h1 ref={heading} tabIndex={-1}>
            {name}
          </h1>
          <div class="row">
            <PresenceBadge here={here} />
            <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={view.on_behalf} mode={view.mode} callAsked={view.call_requested_at !== undefined} />
          </div>
        </div>
        <Countdown view={view} onRenew={onRenew} />
        {here !== "here" && view.mode === "video" && <Banner tone="warn">{t("clinician.card.not_connected", { name: view.short_name })}</Banner>}
        {view.driving === true && <Banner tone="danger">{t("clinician.driving")}</Banner>}
        {view.call_requested_at !== undefined && (
          <Banner tone="warn" live="polite">
            <strong>{t("clinician.phone.asked", { name: view.short_name })}</strong>{" "}
            {view.callback !== undefined && <PhoneLink number={view.callback} />}
          </Banner>
        )}
        {view.mode === "phone" && (
          <Banner>
            {t("clinician.card.phone")} {view.callback !== undefined && <PhoneLink number={view.callback} />}
          </Banner>
        )}
        <div class="row">
          <Button kind="primary" class="admit" busy={busy} onClick={onAdmit}>
            {t("clinician.admit", { name: view.short_name })}
          </Button>
          <Button busy={busy} onClick={onPutBack}>
            {t("clinician.put_back", { name: view.short_name })}
          </Button>
          <Button busy={busy} onClick={() => onMode(view.mode === "phone" ? "video" : "phone")}>
            {t(view.mode === "phone" ? "clinician.phone.to_video" : "clinician.phone.to_phone")}
          </Button>
        </div>
        <section class="card stack" aria-labelledby="who">
          <h2 id="who">{t("clinician.card.who")}</h2>
          <dl class="facts">
            <Fact term={t("clinician.birth_date")}>
              <BirthDate date={view.birth_date} />
            </Fact>
            <Fact term={t("clinician.reason")}>{view.reason_for_visit ?? t("clinician.not_given")}</Fact>
            <Fact term={t("clinician.present")}>{presentWords(view, t)}</Fact>
            <Fact term={t("clinician.where")}>
              {view.location ?? t("clinician.not_given")}
              {view.location_described === true && <span class="quiet small"> ({t("clinician.described")})</span>}
            </Fact>
            <Fact term={t("clinician.callback")}>
              {view.callback === undefined ? t("clinician.not_given") : <PhoneLink number={view.callback} />}
            </Fact>
            <Fact term={t("clinician.check")}>
              <DeviceBadges devices={view.devices} />
            </Fact>
            <Fact term={t("clinician.booked_for")}>
              <Time at={view.start} zone={clinic.zone} show="time-zone" />, {clinic.name}
            </Fact>
            {view.ref !== undefined && <Fact term={t("clinician.ref")}>{view.ref}</Fact>}
          </dl>
        </section>
      </div>
      <div class="stack">
        {room !== null && (
          <section class="stack-tight" aria-labelledby="your-side">
            <h2 id="your-side">{t("clinician.card.your_side")}</h2>
            <SelfView room={room} />
            <Transport room={room} />
            <p class="quiet small">{t("clinician.card.unseen")}</p>
          </section>
        )}
        <VisitNotes view={view} me={me} onWrite={onWrite} />
      </div>
    </div>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function BirthDate({ date }: { readonly date: string | undefined }) {
  const t = useT();
  if (date === undefined) return <>{t("clinician.not_given")}</>;
  const age = ageOn(date, new Date());
  return (
    <>
      {calendarDate(date, t.language)}
      {age !== null && <span class="quiet"> ({t("clinician.age", { count: age })})</span>}
    </>
  );
}

export function presentWords(view: ClinicianView, t: ReturnType<typeof useT>): string {
  if (view.others === 0) return t("clinician.alone");
  return view.present === undefined || view.present === "" ? t("clinician.not_given") : view.present;
}

const WARN_AT_S = 20;

function Countdown({ view, onRenew }: { readonly view: ClinicianView; readonly onRenew: () => void }) {
  const t = useT();
  const now = useNow(500);
  const warned = useRef<string | null>(null);
  const left = view.claim_expires === undefined ? 0 : secondsUntil(view.claim_expires, now);
  const low = left <= WARN_AT_S;
  useEffect(() => {
    if (!low || warned.current === view.claim_expires) return;
    warned.current = view.claim_expires ?? null;
    announce(t("clinician.claim.soon", { name: view.short_name, count: left }), "urgent");
  }, [low, view.claim_expires]);
  return (
    <Banner tone={low ? "warn" : "info"} actions={<Button onClick={onRenew}>{t("clinician.renew")}</Button>}>
      <span class="strong">{t("clinician.claim.yours", { name: view.short_name })}</span>{" "}
      <span class="nowrap" role="timer" aria-live="off">
        {t("clinician.claim.left", { count: left })}
      </span>
    </Banner>
  );
}

function Transport({ room }: { readonly room: Room }) {
  const t = useT();
  const state = useStore(room.connection.state);
  return <p class="small strong">{t.code(`clinician.transport.${state}`, t("clinician.transport.connecting"))}</p>;
}
