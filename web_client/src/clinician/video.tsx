/** This side's picture, mirrored and silent, and what is wrong with its devices. */

import { useEffect, useRef } from "preact/hooks";

import { evidence } from "../kit/media/devices";
import { isMirrored } from "../kit/media/facing";
import { Banner, Button, useStore } from "../kit/ui";
import type { Room } from "./room";
import { useT } from "./words";

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
