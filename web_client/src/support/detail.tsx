/** One visit at the desk: how it stands, the line to the member, and what the desk can do. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import type { Here } from "../kit/staff/board";
import { RecordingBadge } from "../kit/staff/recording_badge";
import { Notes } from "../kit/staff/notes";
import { DeviceBadges, NeedBadges, PresenceBadge, stateWords } from "../kit/staff/phrases";
import type { Report } from "../kit/staff/reports";
import { clinicOf, type Me } from "../kit/staff/session";
import type { Ack, Line as ServerLine } from "../kit/socket";
import { Banner, Button, entriesOf, Line, PhoneLink, Time } from "../kit/ui";
import { AwayDialog } from "../kit/visit/reasons";
import { useVisitWords } from "../kit/visit/words";
import { ConnectionBadges, type ConnectionsFeed } from "./connections";
import { CallNews, ModeButton } from "./call";
import { DeviceFacts } from "./device_facts";
import { CancelDialog, HoldDialog, LinkDialog, PassDialog } from "./dialogs";
import { FixPush } from "./fix_push";
import { Helper } from "./helper";
import { progress } from "./room_list";
import { isBefore, isOver, type SupportView } from "./view";
import { refusalSentence, useT } from "./words";

export interface DetailProps {
  readonly me: Me;
  readonly view: SupportView;
  readonly here: Here;
  readonly now: number;
  readonly connections: ConnectionsFeed;
  readonly report: Report | undefined;
  readonly line: ServerLine;
  readonly onClose: () => void;
}

type Asking = "link" | "pass" | "hold" | "cancel" | "away" | null;

export function Detail({ me, view, here, now, connections, report, line, onClose }: DetailProps) {
  const t = useT();
  const visitWords = useVisitWords();
  const clinic = clinicOf(me, view.clinic);
  const [asking, setAsking] = useState<Asking>(null);
  const [done, setDone] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const command = (type: string, fields: JsonObject = {}): Promise<Ack> =>
    line.command(type, { visit: view.visit, ...fields });
  useSeen(view.line_unread ?? 0, () => void command("see_line").catch(() => undefined));

  /** For the dialogs: null when done, else the sentence that says why not. */
  const attempt = async (type: string, fields: JsonObject, said: string): Promise<string | null> => {
    setDone(null);
    setRefusal(null);
    try {
      await command(type, fields);
    } catch (error) {
      return refusalSentence(error, t);
    }
    setAsking(null);
    setDone(said);
    return null;
  };
  const close = () => setAsking(null);
  const name = view.short_name;
  const before = isBefore(view);
  const clinician = view.holder?.name ?? view.clinician?.name;

  return (
    <section class="desk-detail stack" aria-labelledby="opened">
      <div class="row row-between">
        <h2 id="opened" ref={heading} tabIndex={-1}>
          {name}
        </h2>
        <Button onClick={onClose}>{t("support.back")}</Button>
      </div>
      <div class="row">
        <span class="strong">{stateWords(view.state, t)}</span>
        {view.state !== "booked" && !isOver(view) && <PresenceBadge here={here} />}
        <RecordingBadge recording={view.recording} />
        <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={false} mode={view.mode} />
      </div>
      {!isOver(view) && (
        <Helper
          view={view}
          me={me.id}
          now={now}
          onBegin={() => void attempt("begin_help", {}, t("support.helper.begun")).then(setRefusal)}
          onEnd={() => void attempt("end_help", {}, t("support.helper.ended")).then(setRefusal)}
        />
      )}
      {(done !== null || refusal !== null) && (
        <div class="detail-news stack-tight">
          {done !== null && (
            <Banner tone="good" live="polite">
              {done}
            </Banner>
          )}
          {refusal !== null && (
            <Banner tone="danger" live="assertive">
              {refusal}
            </Banner>
          )}
        </div>
      )}

      {!isOver(view) && <CallNews view={view} now={now} />}
      {!isOver(view) && view.state !== "booked" && (
        <DeviceFacts report={report} now={now}>
          <FixPush
            view={view}
            report={report}
            now={now}
            onShow={(card) => attempt("show_fix", { card }, t("support.done.fix", { name }))}
          />
        </DeviceFacts>
      )}

      <section class="card" aria-labelledby="line-heading" hidden={isOver(view)}>
        <h3 id="line-heading">{t("support.line")}</h3>
        <Line
          entries={entriesOf(view.line)}
          me="support"
          zone={clinic.zone}
          otherName={name}
          onSay={async (text) => {
            await command("say", { text });
          }}
        />
      </section>

      <section class="card stack-tight" aria-labelledby="actions">
        <h3 id="actions">{t("support.actions")}</h3>
        {before ? (
          <div class="row">
            <Button onClick={() => setAsking("link")}>{t("support.new_link")}</Button>
            <Button onClick={() => setAsking("pass")}>{t("support.pass")}</Button>
            {view.state === "held" ? (
              <Button onClick={() => void attempt("release", {}, t("support.done.release", { name })).then(setRefusal)}>
                {t("support.release")}
              </Button>
            ) : (
              (view.state === "waiting" || view.state === "away") && (
                <Button onClick={() => setAsking("hold")}>{t("support.hold")}</Button>
              )
            )}
            <Button onClick={() => setAsking("cancel")}>{t("support.cancel")}</Button>
          </div>
        ) : (
          <p>{t(isOver(view) ? "support.no_longer_open" : "support.clinician_decides")}</p>
        )}
        {!isOver(view) && view.state !== "booked" && (
          <div class="row">
            {view.state === "on_hold" && (
              <Button onClick={() => void attempt("requeue", {}, visitWords("back.done", { name })).then(setRefusal)}>
                {visitWords("back.button", { name })}
              </Button>
            )}
            <Button onClick={() => setAsking("away")}>{visitWords("away.button")}</Button>
          </div>
        )}
        <ModeButton
          view={view}
          onMode={(mode) => void attempt("change_mode", { mode }, t(`support.done.${mode}`, { name })).then(setRefusal)}
        />
      </section>


      <section class="card" aria-label={t("support.facts")}>
        <dl class="facts">
          <Fact term={t("support.progress")}>
            {view.state !== "preparing" && view.state !== "booked" && `${stateWords(view.state, t)} `}
            {progress(view, now, t)}
          </Fact>
          <Fact term={t("support.booked_for")}>
            <Time at={view.start} zone={clinic.zone} show="time-zone" />, {clinic.name}
          </Fact>
          {(clinician !== undefined || !isOver(view)) && (
            <Fact term={t("support.clinician")}>{clinician ?? t("support.any_clinician")}</Fact>
          )}
          {view.checked_in_at !== undefined && (
            <Fact term={t("support.checked_in")}>
              <Time at={view.checked_in_at} zone={clinic.zone} />
            </Fact>
          )}
          <Fact term={t("support.devices")}>
            <DeviceBadges devices={view.devices} />
          </Fact>
          {view.state === "in_visit" && (
            <Fact term={t("support.connection")}>
              <ConnectionBadges feed={connections} view={view} />
            </Fact>
          )}
          <Fact term={t("support.callback")}>
            {view.callback === undefined ? t("support.not_given") : <PhoneLink number={view.callback} />}
          </Fact>
          <Fact term={t("support.link")}>
            <LinkState view={view} zone={clinic.zone} now={now} />
          </Fact>
          {view.held_reason !== undefined && (
            <Fact term={t("support.held_because")}>{t.code(`support.hold.${view.held_reason}`, view.held_reason)}</Fact>
          )}
        </dl>
      </section>

      {!isOver(view) && (
        <Notes notes={view.notes} zone={clinic.zone} onWrite={(text) => attempt("write_note", { text }, t("staff.notes.saved"))} />
      )}

      <LinkDialog open={asking === "link"} name={name} make={() => command("issue_link")} onClose={close} />
      <PassDialog
        open={asking === "pass"}
        name={name}
        onConfirm={() => attempt("pass_link", {}, t("support.done.pass", { name }))}
        onClose={close}
      />
      <HoldDialog
        open={asking === "hold"}
        name={name}
        onConfirm={(reason) => attempt("hold", { reason }, t("support.done.hold", { name }))}
        onClose={close}
      />
      <AwayDialog
        open={asking === "away"}
        name={name}
        onAway={(reason) => attempt("redirect", { reason }, visitWords("away.done", { name }))}
        onClose={close}
      />
      <CancelDialog
        open={asking === "cancel"}
        name={name}
        onConfirm={(reason) => attempt("cancel", { reason }, t("support.done.cancel", { name }))}
        onClose={close}
      />
    </section>
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

function LinkState({ view, zone, now }: { readonly view: SupportView; readonly zone: string; readonly now: number }) {
  const t = useT();
  const link = view.link;
  if (link === undefined || link.state === "none") return <>{t("support.link.none")}</>;
  const timed = link.until !== undefined && Date.parse(link.until) > now ? link.until : null;
  return (
    <>
      {timed === null ? t("support.link.live") : t(link.state === "resting" ? "support.link.resting" : "support.link.passed")}{" "}
      {timed !== null && <Time at={timed} zone={zone} />}
      {link.tries > 0 && <span class="quiet"> · {t("support.link.tries", { count: link.tries })}</span>}
    </>
  );
}

/** Says “seen” once per batch of new messages, and only while somebody can see them. */
function useSeen(unread: number, tell: () => void): void {
  useEffect(() => {
    if (unread === 0) return;
    const look = () => {
      if (document.visibilityState === "visible") tell();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [unread]);
}
