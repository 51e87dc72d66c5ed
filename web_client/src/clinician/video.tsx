/** The two pictures: the member, large, with sound; and the clinician's own, mirrored, silent. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { evidence } from "../kit/media/devices";
import { isMirrored } from "../kit/media/facing";
import { onNextFrame } from "../kit/media/frames";
import { Banner, Button, useStore } from "../kit/ui";
import type { Room } from "./room";
import { useT } from "./words";

export function RemoteView({ room, name }: { readonly room: Room; readonly name: string }) {
  const t = useT();
  const frame = useRef<HTMLDivElement>(null);
  const [silent, setSilent] = useState(false);
  const { picture } = room;

  const play = () => {
    picture.muted = false;
    picture.play().then(
      () => setSilent(false),
      (error: unknown) => {
        if (!(error instanceof Error && error.name === "NotAllowedError")) return;
        // After a reload the browser wants a press before sound; the picture need not wait for it.
        picture.muted = true;
        void picture.play().catch(() => undefined);
        setSilent(true);
      },
    );
  };
  // Before the browser paints: the first frame may be waiting already.
  useLayoutEffect(() => {
    frame.current?.append(picture);
    const stop = onNextFrame(picture, () => performance.mark("first-frame"));
    play();
    return stop;
  }, [room]);
  useEffect(() => picture.setAttribute("aria-label", t("clinician.video_of", { name })), [room, t, name]);

  return (
    <>
      <div ref={frame} class="remote" />
      {silent && (
        <div class="over-picture">
          <Banner tone="warn" live="assertive" actions={<Button onClick={play}>{t("clinician.turn_on_sound")}</Button>}>
            {t("clinician.sound_blocked")}
          </Banner>
        </div>
      )}
    </>
  );
}

export function SelfView({ room }: { readonly room: Room }) {
  const t = useT();
  const self = useStore(room.self);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = self.camera === null ? null : new MediaStream([self.camera]);
  }, [self.camera]);
  const shown = self.camera !== null && !self.cameraOff;
  const mirror = self.camera === null || isMirrored(evidence(self.camera)) ? "mirror" : "";
  return (
    <div class="self">
      <video ref={video} class={`self-video ${mirror}`} autoplay playsInline muted hidden={!shown} aria-label={t("clinician.self_view")} />
      {!shown && <p class="self-empty">{t(self.cameraOff ? "clinician.camera_is_off" : "clinician.camera_none_yet")}</p>}
    </div>
  );
}

/** What is wrong with this side's devices, and what to do. */
export function DeviceTrouble({ room }: { readonly room: Room }) {
  const t = useT();
  const self = useStore(room.self);
  if (self.cameraProblem === null && self.microphoneProblem === null) return null;
  return (
    <Banner
      tone="warn"
      live="polite"
      actions={<Button onClick={() => void room.openDevices()}>{t("staff.try_again")}</Button>}
    >
      {self.microphoneProblem !== null && <p>{t(`clinician.microphone.${self.microphoneProblem}`)}</p>}
      {self.cameraProblem !== null && <p>{t(`clinician.camera.${self.cameraProblem}`)}</p>}
    </Banner>
  );
}
