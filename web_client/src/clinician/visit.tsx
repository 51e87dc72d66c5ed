/** The visit itself. What matters in an emergency never leaves the screen. */

import { useEffect, useRef, useState } from "preact/hooks";

import "../kit/visit/visit.css";

import type { ShareFailure } from "../kit/media/screen_share";
import { playOnChosen } from "../kit/media/speaker";
import type { Here } from "../kit/staff/board";
import { NeedBadges, span } from "../kit/staff/phrases";
import { clinicOf, type Me } from "../kit/staff/session";
import { Banner, Button, PhoneLink, Toggle, useNow, useStore } from "../kit/ui";
import { CutOff } from "../kit/visit/cut_off";
import { FlipButton } from "../kit/visit/device_choices";
import { EnlargeButtons } from "../kit/visit/enlarge";
import { usePeopleWords } from "../kit/visit/people_words";
import { PicturesNote } from "../kit/visit/pictures_note";
import { placement } from "../kit/visit/placement";
import { QualityLine } from "../kit/visit/quality_line";
import { SelfCorner } from "../kit/visit/self_view";
import { Settings } from "../kit/visit/settings_panel";
import { ScreenView, ShareButton, ShareNotice, useShared } from "../kit/visit/share";
import { namesOf, Stage } from "../kit/visit/stage";
import { EmergencyPanel } from "./emergency_panel";
import { EndDialog } from "./end_dialog";
import { type RecordingProps, RecordButton, RecordingPart } from "./recording";
import { IdentityPanel } from "./identity_panel";
import type { Room } from "./room";
import { People, stagePeople } from "./people";
import { type TogetherProps, useTogether } from "./together";
import { DeviceTrouble, SelfView } from "./video";
import type { ClinicianView } from "./view";
import { VisitNotes } from "./visit_notes";
import { useT } from "./words";

export interface VisitScreenProps extends Pick<TogetherProps, "line" | "attempt" | "tell"> {
  readonly me: Me;
  readonly view: ClinicianView;
  readonly here: Here;
  readonly guestsHere: Readonly<Record<string, Here>>;
  readonly room: Room;
  readonly busy: boolean;
  readonly onConfirmIdentity: () => void;
  readonly onResume: () => void;
  readonly onRequeue: () => void;
  readonly onPutAside: () => void;
  readonly onEnd: (outcome: string) => Promise<string | null>;
  readonly onRecording: RecordingProps["onRecording"];
  readonly onMode: (mode: "video" | "phone") => void;
  readonly onWrite: (text: string) => Promise<string | null>;
}

export function VisitScreen(props: VisitScreenProps) {
  const { me, view, here, room, busy } = props;
  const t = useT();
  const words = usePeopleWords();
  const now = useNow(10_000);
  const self = useStore(room.self);
  const transport = useStore(room.connection.state);
  const { share, conditions } = room;
  const screen = useShared(room.connection.shared, conditions);
  const { corner } = useStore(placement);
  const whole = useRef<HTMLDivElement>(null);
  const [noShare, setNoShare] = useState<ShareFailure | null>(null);
  const [ending, setEnding] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const name = view.name ?? view.short_name;
  const people = stagePeople(view, words);
  const onHold = view.state === "on_hold";
  const signed = people.some(({ signs }) => signs === true);
  useEffect(() => room.pictures.expectSigns(signed), [room, signed]);
  const together = useTogether({ ...props, now, zone: clinicOf(me, view.clinic).zone });

  return (
    <div class="visit" ref={whole}>
      <div class="visit-head">
        <h1 ref={heading} tabIndex={-1}>
          {t("clinician.visit_with", { name })}
        </h1>
        <div class="row">
          {view.admitted_at !== undefined && <span class="quiet">{t("clinician.in_visit_for", { span: span(view.admitted_at, now, t) })}</span>}
          <NeedBadges language={view.language} interpreter={view.interpreter} onBehalf={view.on_behalf} mode={view.mode} callAsked={view.call_requested_at !== undefined} />
        </div>
        {together.plan}
      </div>

      <div class="stage">
        <RecordingPart view={view} busy={busy} onRecording={props.onRecording} />
        {onHold && <OnHold {...props} />}
        <div class={`stage-frame stage-${corner}`} hidden={onHold}>
          <div class="others">
            <Stage
              connection={room.connection}
              pictures={room.pictures}
              people={people}
              picture={room.picture}
              live={transport === "connected" && !onHold}
              prepare={playOnChosen}
              screen={screen !== null && <ScreenView screen={screen} name={namesOf(people).get(screen.from) ?? name} />}
            />
          </div>
          <SelfCorner below={<FlipButton studio={room.studio} short />}>
            <SelfView room={room} />
          </SelfCorner>
        </div>
        {!onHold && (
          <div class="stage-foot">
            {transport === "connected" && (
              <QualityLine conditions={conditions} names={namesOf(people)} />
            )}
            <EnlargeButtons whole={() => whole.current} picture={room.picture} />
          </div>
        )}
        <ShareNotice share={share} failure={noShare} />
        <CutOff studio={room.studio} />
        {transport === "connected" && !onHold && <PicturesNote pictures={room.pictures} />}
        {!onHold && here !== "here" && (
          <Banner tone="warn" live="assertive">
            {t(here === "gap" ? "clinician.member_gap" : "clinician.member_gone", { name: view.short_name })}{" "}
            {view.callback !== undefined && <PhoneLink number={view.callback} />}
          </Banner>
        )}
        {(transport === "reconnecting" || transport === "failed") && (
          <Banner
            tone="warn"
            live="assertive"
            actions={transport === "failed" && <Button onClick={() => room.retry()}>{t("staff.try_again")}</Button>}
          >
            {t(`clinician.transport.${transport}`)}
          </Banner>
        )}
        <DeviceTrouble room={room} />
        <div class="controls" role="group" aria-label={t("clinician.controls")}>
          {!onHold && (
            <>
              <Toggle pressed={self.muted} onToggle={(muted) => room.mute(muted)}>
                {t("clinician.mute")}
              </Toggle>
              <Toggle pressed={self.cameraOff} onToggle={(off) => room.turnCameraOff(off)}>
                {t("clinician.turn_off_camera")}
              </Toggle>
              {me.recording && <RecordButton view={view} busy={busy} onRecording={props.onRecording} />}
              <ShareButton share={share} onFailure={setNoShare} />
              <Settings studio={room.studio} pictures={room.pictures} whole={() => whole.current} picture={room.picture} />
            </>
          )}
          {together.controls}
          <People line={room.line} view={view} here={props.guestsHere} />
          <Button busy={busy} onClick={() => props.onMode("phone")}>
            {t("clinician.phone.to_phone")}
          </Button>
          <Button kind="danger" onClick={() => setEnding(true)}>
            {t("clinician.end_visit")}
          </Button>
        </div>
        {!onHold && (self.muted || self.cameraOff) && (
          <p class="small strong">
            {[self.muted && t("clinician.muted_now"), self.cameraOff && t("clinician.camera_off_now")].filter(Boolean).join(" ")}
          </p>
        )}
      </div>

      <aside class="visit-side" aria-label={t("clinician.about", { name })}>
        <EmergencyPanel view={view} me={me} />
        {together.panel}
        <IdentityPanel view={view} me={me} busy={busy} onConfirm={props.onConfirmIdentity} />
        <VisitNotes view={view} me={me} onWrite={props.onWrite} />
      </aside>
      {together.dialogs}
      <EndDialog open={ending} name={view.short_name} onEnd={props.onEnd} onClose={() => setEnding(false)} />
    </div>
  );
}

/** Begun and suspended: why, whether the member is back, and the three ways on. */
function OnHold({ view, here, busy, onResume, onRequeue, onPutAside }: VisitScreenProps) {
  const t = useT();
  const reason = view.left_at !== undefined ? "left" : (view.hold_reason ?? "other");
  const back = here === "here" && view.left_at === undefined;
  return (
    <div class="card stack on-hold">
      <div role="status" class="stack-tight">
        <h2>{t("clinician.hold.title")}</h2>
        <p>{t.code(`clinician.hold.${reason}`, t("clinician.hold.other"), { name: view.short_name })}</p>
        <p class="strong">{t(back ? "clinician.hold.back" : "clinician.hold.not_back", { name: view.short_name })}</p>
      </div>
      <div class="row">
        <Button kind="primary" busy={busy} unavailable={!back} onClick={onResume}>
          {t("clinician.resume", { name: view.short_name })}
        </Button>
        <Button busy={busy} unavailable={view.left_at !== undefined} onClick={onRequeue}>
          {t("clinician.requeue", { name: view.short_name })}
        </Button>
        <Button onClick={onPutAside}>{t("clinician.done.board")}</Button>
      </div>
    </div>
  );
}
