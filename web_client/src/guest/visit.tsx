/** The visit as a guest sees it: the clinician, the patient and who else is there, and three controls. */

import { useEffect, useRef, useState } from "preact/hooks";

import "../kit/visit/visit.css";

import { playOnChosen } from "../kit/media/speaker";
import { Store } from "../kit/store";
import { Banner } from "../kit/ui/banner";
import { Button, Toggle } from "../kit/ui/button";
import { announce } from "../kit/ui/live";
import { useStore, useTitle } from "../kit/ui/use";
import { CutOff } from "../kit/visit/cut_off";
import { FlipButton } from "../kit/visit/device_choices";
import { joined } from "../kit/visit/guests";
import { type PeopleWords, roleWords, usePeopleWords } from "../kit/visit/people_words";
import { PicturesNote } from "../kit/visit/pictures_note";
import { placement } from "../kit/visit/placement";
import { QualityLine } from "../kit/visit/quality_line";
import { SelfCorner } from "../kit/visit/self_view";
import { Settings } from "../kit/visit/settings_panel";
import { ScreenView, useShared } from "../kit/visit/share";
import { namesOf, Stage, type StagePerson } from "../kit/visit/stage";
import { Icon } from "../member/icon";
import { useScreenFocus } from "../member/parts";
import { SelfView } from "../member/self_view";
import { fullName } from "../member/view";
import { LeaveDialog } from "./leave";
import { RecordingPart } from "./recording";
import type { GuestSession } from "./session";
import type { GuestView } from "./view";
import { useGuestWords } from "./words";

const NO_CONNECTION = new Store<"idle">("idle");
const NOTHING_SHARED = new Store(null);

export function VisitScreen({ session, view }: { readonly session: GuestSession; readonly view: GuestView }) {
  const t = useGuestWords();
  const words = usePeopleWords();
  const media = useStore(session.media);
  const state = useStore<string>(media?.state ?? NO_CONNECTION);
  const muted = useStore(session.muted);
  const camera = useStore(session.studio.camera);
  const microphone = useStore(session.studio.microphone);
  const { conditions } = session;
  const screen = useShared(media?.shared ?? NOTHING_SHARED, conditions);
  const { corner } = useStore(placement);
  const main = useRef<HTMLElement>(null);
  const [leaving, setLeaving] = useState(false);
  const heading = useScreenFocus("visit");
  const name = view.clinician === null ? "" : fullName(view.clinician);
  const title = name === "" ? t("guest.visit.title.unnamed") : t("guest.visit.title", { name });
  const people = othersOf(view, words);
  useTitle(`${t("guest.visit.title.unnamed")} – ${t("brand.name")}`);
  useEffect(() => {
    if (state === "reconnecting") announce(t("visit.reconnecting"), "urgent");
  }, [state, t]);

  return (
    <main id="main" class="visit" ref={main}>
      <div class="visit-top">
        <h1 ref={heading} tabIndex={-1} class="visit-title">
          {title}
        </h1>
        {state === "connected" && <QualityLine conditions={conditions} names={namesOf(people)} />}
      </div>
      <div class="visit-extra">
        <RecordingPart session={session} view={view} />
      </div>
      <div class={`stage stage-${corner}`}>
        {media !== null && (
          <Stage
            connection={media}
            pictures={session.pictures}
            people={people}
            picture={session.picture}
            live={state === "connected"}
            prepare={playOnChosen}
            screen={screen !== null && <ScreenView screen={screen} name={namesOf(people).get(screen.from) ?? ""} />}
          />
        )}
        <div class="stage-notes">
          {state === "connecting" && <Banner>{t("guest.visit.connecting")}</Banner>}
          {state === "reconnecting" && <Banner tone="warn">{t("visit.reconnecting")}</Banner>}
          {state === "failed" && (
            <Banner tone="danger" live="assertive" actions={<Button onClick={() => void media?.connect()}>{t("visit.retry")}</Button>}>
              {t("visit.failed")}
            </Banner>
          )}
          {state === "connected" && <PicturesNote pictures={session.pictures} />}
          <CutOff studio={session.studio} />
          {muted && <Banner tone="warn">{t("visit.muted")}</Banner>}
          {microphone.kind === "failed" && (
            <Banner
              tone="danger"
              live="assertive"
              actions={<Button onClick={() => void session.studio.startMicrophone()}>{t("visit.devices_retry")}</Button>}
            >
              {t("visit.microphone_failed")}
            </Banner>
          )}
          {camera.kind === "failed" && (
            <Banner
              tone="warn"
              live="polite"
              actions={<Button onClick={() => void session.studio.startCamera()}>{t("visit.devices_retry")}</Button>}
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
        <Settings studio={session.studio} pictures={session.pictures} whole={() => main.current} picture={session.picture}>
          <Icon name="settings" />
        </Settings>
        <Button kind="danger" onClick={() => setLeaving(true)}>
          <Icon name="leave" />
          <span>{t("visit.leave")}</span>
        </Button>
      </div>
      <LeaveDialog session={session} open={leaving} onClose={() => setLeaving(false)} />
    </main>
  );
}

function othersOf(view: GuestView, words: PeopleWords): StagePerson[] {
  const named = (id: string, name: string, role: string) => ({ id, name: name || role, role: name === "" ? "" : role });
  return [
    named("clinician", view.clinician === null ? "" : fullName(view.clinician), words("people.role.clinician")),
    named("member", view.forName, words("people.role.member")),
    ...joined(view.others).map((guest) => ({ ...guest, role: roleWords(guest, words) })),
  ];
}
