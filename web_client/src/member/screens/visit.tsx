/** Face to face: the clinician large, oneself small, and three controls that are always in reach. */

import { useEffect, useRef, useState } from "preact/hooks";

import "../../kit/visit/visit.css";

import type { ShareFailure } from "../../kit/media/screen_share";
import { playOnChosen } from "../../kit/media/speaker";
import { Banner } from "../../kit/ui/banner";
import { Button, Toggle } from "../../kit/ui/button";
import { announce } from "../../kit/ui/live";
import { BrowserNote } from "../../kit/browser/note";
import { canConnect } from "../../kit/media/ability";
import { useStore, useTitle } from "../../kit/ui/use";
import { Store } from "../../kit/store";
import { CutOff } from "../../kit/visit/cut_off";
import { FlipButton } from "../../kit/visit/device_choices";
import { EnlargeButtons } from "../../kit/visit/enlarge";
import { joined } from "../../kit/visit/guests";
import { type PeopleWords, roleWords, usePeopleWords } from "../../kit/visit/people_words";
import { PicturesNote } from "../../kit/visit/pictures_note";
import { placement } from "../../kit/visit/placement";
import { QualityLine } from "../../kit/visit/quality_line";
import { SelfCorner } from "../../kit/visit/self_view";
import { Settings } from "../../kit/visit/settings_panel";
import { ScreenView, ShareButton, ShareNotice, useShared } from "../../kit/visit/share";
import { namesOf, Stage, type StagePerson } from "../../kit/visit/stage";
import { CallMe } from "../call_me";
import { HowTo } from "../how_to";
import { Icon } from "../icon";
import { LeaveDialog } from "../leave";
import { RecordingPart } from "../recording";
import { useScreenFocus } from "../parts";
import { People } from "../people";
import { readable } from "../../kit/ui/emergency";
import { SelfView } from "../self_view";
import type { Session } from "../session";
import { soundHeld } from "../told";
import { useTogether } from "../together";
import { fullName, type MemberView } from "../view";
import { useMemberWords } from "../words";

const NO_CONNECTION = new Store<"idle">("idle");
const NOTHING_SHARED = new Store(null);

export function VisitScreen({ session, view }: { readonly session: Session; readonly view: MemberView }) {
  const t = useMemberWords();
  const words = usePeopleWords();
  const media = useStore(session.media);
  const state = useStore<string>(media?.state ?? NO_CONNECTION);
  const muted = useStore(session.muted);
  const off = useStore(session.cameraOff);
  const camera = useStore(session.studio.camera);
  const microphone = useStore(session.studio.microphone);
  const { share, conditions } = session;
  const screen = useShared(media?.shared ?? NOTHING_SHARED, conditions);
  const { corner } = useStore(placement);
  const main = useRef<HTMLElement>(null);
  const [noShare, setNoShare] = useState<ShareFailure | null>(null);
  const [leaving, setLeaving] = useState(false);
  const name = view.clinician === null ? "" : fullName(view.clinician);
  const held = view.state === "on_hold";
  const title = held ? t("visit.hold") : name === "" ? t("visit.title.unnamed") : t("visit.title", { name });
  const people = othersOf(view, words);
  const heading = useScreenFocus("visit");
  const together = useTogether(session, view, name);
  useTitle(`${title} – ${t("brand.name")}`);

  useEffect(() => {
    if (state === "reconnecting") announce(t("visit.reconnecting"), "urgent");
  }, [state, t]);

  return (
    <main id="main" class={together.open ? "visit visit-chat" : "visit"} ref={main}>
      <div class="visit-top">
        <h1 ref={heading} tabIndex={-1} class="visit-title">
          {title}
        </h1>
        {!held && state === "connected" && <QualityLine conditions={conditions} names={namesOf(people)} />}
      </div>
      <div class="visit-extra">
        {together.plan}
        <RecordingPart session={session} view={view} />
      </div>
      <div class={`stage stage-${corner}`}>
        {media !== null && (
          <Stage
            connection={media}
            pictures={session.pictures}
            people={people}
            picture={session.picture}
            live={state === "connected" && !held}
            prepare={playOnChosen}
            onHeld={(held) => soundHeld.set(held)}
            screen={screen !== null && <ScreenView screen={screen} name={namesOf(people).get(screen.from) ?? name} />}
          />
        )}
        <div class="stage-notes">
          {together.notes}
          {held && <Banner live="polite">{t("visit.hold.how")}</Banner>}
          {!held && state === "connecting" && <Banner>{t("visit.connecting", { name })}</Banner>}
          {!held && state === "reconnecting" && <Banner tone="warn">{t("visit.reconnecting")}</Banner>}
          {!held && <BrowserNote phone={view.clinic.deskPhone} />}
          {!held && state === "failed" && canConnect() && (
            <Banner
              tone="danger"
              live="assertive"
              actions={
                <>
                  <Button onClick={() => void media?.connect()}>{t("visit.retry")}</Button>
                  <HowTo fault="connection_failed" />
                  <CallMe session={session} view={view} />
                </>
              }
            >
              <strong>{t("visit.failed")}</strong> {t("visit.failed.how", { number: readable(view.callback ?? "") })}
            </Banner>
          )}
          {!held && state === "connected" && (
            <PicturesNote pictures={session.pictures}>
              <CallMe session={session} view={view} />
            </PicturesNote>
          )}
          <CutOff studio={session.studio} />
          <ShareNotice share={share} failure={noShare} />
          {muted && <Banner tone="warn">{t("visit.muted")}</Banner>}
          {microphone.kind === "failed" && (
            <Banner
              tone="danger"
              live="assertive"
              actions={
                <>
                  <Button onClick={() => void session.studio.startMicrophone()}>{t("visit.devices_retry")}</Button>
                  <HowTo fault={`microphone_${microphone.code}`} />
                </>
              }
            >
              {t("visit.microphone_failed")}
            </Banner>
          )}
          {camera.kind === "failed" && !off && view.devices?.camera !== "skipped" && (
            <Banner
              tone="warn"
              live="polite"
              actions={
                <>
                  <Button onClick={() => void session.studio.startCamera()}>{t("visit.devices_retry")}</Button>
                  <HowTo fault={`camera_${camera.code}`} />
                </>
              }
            >
              {t("visit.camera_failed")}
            </Banner>
          )}
        </div>
        <SelfCorner class="pip" below={<FlipButton studio={session.studio} short />}>
          {camera.kind === "on" ? (
            <SelfView track={camera.track} name={t("visit.self")} />
          ) : (
            <p class="small">{t("visit.self.off")}</p>
          )}
        </SelfCorner>
      </div>
      <div class="controls" role="group" aria-label={title}>
        <Toggle pressed={muted} onToggle={(next) => session.mute(next)}>
          <Icon name="microphone" struck={muted} />
          <span>{t("visit.mute")}</span>
        </Toggle>
        <Toggle pressed={camera.kind !== "on"} onToggle={(next) => void session.turnCameraOff(next)}>
          <Icon name="camera" struck={camera.kind !== "on"} />
          <span>{t("visit.camera")}</span>
        </Toggle>
        {together.button}
        <People session={session} view={view}>
          <Icon name="people" />
        </People>
        {!held && (
          <ShareButton share={share} onFailure={setNoShare}>
            <Icon name="screen" />
          </ShareButton>
        )}
        <Settings studio={session.studio} pictures={session.pictures} whole={() => main.current} picture={session.picture}>
          <Icon name="settings" />
        </Settings>
        <EnlargeButtons whole={() => main.current} picture={session.picture} />
        <Button kind="danger" onClick={() => setLeaving(true)}>
          <Icon name="leave" />
          <span>{t("visit.leave")}</span>
        </Button>
      </div>
      {together.panel}
      <LeaveDialog session={session} open={leaving} inVisit onClose={() => setLeaving(false)} />
    </main>
  );
}

function othersOf(view: MemberView, words: PeopleWords): StagePerson[] {
  const clinician = view.clinician === null ? "" : fullName(view.clinician);
  const role = words("people.role.clinician");
  const main = { id: "clinician", name: clinician === "" ? role : clinician, role: clinician === "" ? "" : role };
  const guests = joined(view.guests).map((guest) => ({ ...guest, role: roleWords(guest, words) }));
  return [main, ...guests];
}
