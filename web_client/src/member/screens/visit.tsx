/** Face to face: the clinician large, oneself small, and three controls that are always in reach. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { onNextFrame } from "../../kit/media/frames";
import type { Connection } from "../../kit/media/connection";
import { Banner } from "../../kit/ui/banner";
import { Button, Toggle } from "../../kit/ui/button";
import { announce } from "../../kit/ui/live";
import { BrowserNote } from "../../kit/browser/note";
import { canConnect } from "../../kit/media/ability";
import { useStore, useTitle } from "../../kit/ui/use";
import { Store } from "../../kit/store";
import { Icon } from "../icon";
import { LeaveDialog } from "../leave";
import { RecordingPart } from "../recording";
import { useScreenFocus } from "../parts";
import { readable } from "../../kit/ui/emergency";
import { SelfView } from "../self_view";
import type { Session } from "../session";
import { playOnChosen } from "../speaker";
import { useTogether } from "../together";
import { fullName, type MemberView } from "../view";
import { useMemberWords } from "../words";

const NO_CONNECTION = new Store<"idle">("idle");
const LOOK_EVERY_MS = 1_000;

export function VisitScreen({ session, view }: { readonly session: Session; readonly view: MemberView }) {
  const t = useMemberWords();
  const media = useStore(session.media);
  const state = useStore<string>(media?.state ?? NO_CONNECTION);
  const muted = useStore(session.muted);
  const off = useStore(session.cameraOff);
  const camera = useStore(session.studio.camera);
  const microphone = useStore(session.studio.microphone);
  const [leaving, setLeaving] = useState(false);
  const name = view.clinician === null ? "" : fullName(view.clinician);
  const held = view.state === "on_hold";
  const title = held ? t("visit.hold") : name === "" ? t("visit.title.unnamed") : t("visit.title", { name });
  const heading = useScreenFocus("visit");
  const together = useTogether(session, view, name);
  useTitle(`${title} – ${t("brand.name")}`);

  useEffect(() => {
    if (state === "reconnecting") announce(t("visit.reconnecting"), "urgent");
  }, [state, t]);

  return (
    <main id="main" class={together.open ? "visit visit-chat" : "visit"}>
      <h1 ref={heading} tabIndex={-1} class="visit-title">
        {title}
      </h1>
      <div class="visit-extra">
        {together.plan}
        <RecordingPart session={session} view={view} />
      </div>
      <div class="stage">
        {media !== null && <Remote session={session} media={media} name={name} live={state === "connected" && !held} />}
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
              actions={<Button onClick={() => void media?.connect()}>{t("visit.retry")}</Button>}
            >
              <strong>{t("visit.failed")}</strong> {t("visit.failed.how", { number: readable(view.callback ?? "") })}
            </Banner>
          )}
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
          {camera.kind === "failed" && !off && view.devices?.camera !== "skipped" && (
            <Banner
              tone="warn"
              live="polite"
              actions={<Button onClick={() => void session.studio.startCamera()}>{t("visit.devices_retry")}</Button>}
            >
              {t("visit.camera_failed")}
            </Banner>
          )}
        </div>
        <div class="pip">
          {camera.kind === "on" ? (
            <SelfView track={camera.track} name={t("visit.self")} />
          ) : (
            <p class="small">{t("visit.self.off")}</p>
          )}
        </div>
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

function Remote({ session, media, name, live }: {
  readonly session: Session;
  readonly media: Connection;
  readonly name: string;
  readonly live: boolean;
}) {
  const t = useMemberWords();
  const { picture } = session;
  const place = useRef<HTMLDivElement>(null);
  const [silent, setSilent] = useState(false);
  const shown = usePicture(picture, live);

  // Before the browser paints: the first frame may be waiting already.
  useLayoutEffect(() => {
    place.current?.append(picture);
    playOnChosen(picture);
    const stop = onNextFrame(picture, () => performance.mark("first-frame"));
    const again = () => play(picture, setSilent);
    again();
    media.remote.addEventListener("addtrack", again);
    return () => {
      stop();
      media.remote.removeEventListener("addtrack", again);
      picture.remove();
    };
  }, [media, picture]);
  useEffect(() => picture.setAttribute("aria-label", t("visit.remote", { name })), [picture, name, t]);

  return (
    <>
      <div ref={place} />
      {live && !shown && (
        <div class="tile">
          <span class="tile-letters" aria-hidden="true">
            {initials(name)}
          </span>
          <p>{t("visit.no_picture")}</p>
        </div>
      )}
      {silent && (
        <Button kind="primary" class="sound-on" onClick={() => play(picture, setSilent)}>
          {t("visit.sound_on")}
        </Button>
      )}
    </>
  );
}

/** Some browsers refuse sound before a press: then the picture plays without it and a button asks for the press. */
function play(element: HTMLVideoElement, tellSilent: (silent: boolean) => void): void {
  element.muted = false;
  element.play().then(
    () => tellSilent(false),
    (error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      element.muted = true;
      element.play().catch(() => undefined);
      tellSilent(true);
    },
  );
}

/** True while new frames are shown; false after two seconds without one. */
function usePicture(video: HTMLVideoElement, live: boolean): boolean {
  const [picture, setPicture] = useState(true);
  useEffect(() => {
    if (!live) return;
    let frames = -1;
    let still = 0;
    const timer = setInterval(() => {
      const now = video.getVideoPlaybackQuality().totalVideoFrames;
      still = now === frames ? still + 1 : 0;
      frames = now;
      setPicture(still < 2);
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [video, live]);
  return picture;
}

export function initials(name: string): string {
  const words = name.replace(/,.*$/, "").split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !word.endsWith("."));
  return [words[0], words.length > 1 ? words[words.length - 1] : undefined]
    .map((word) => word?.[0]?.toUpperCase() ?? "")
    .join("");
}
