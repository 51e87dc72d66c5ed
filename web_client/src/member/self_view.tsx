/** The member's own picture: a mirror, unless the camera looks away from them. Never with sound. */

import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { evidence } from "../kit/media/devices";
import { isMirrored } from "../kit/media/facing";

export function SelfView({ track, name, videoRef }: {
  readonly track: MediaStreamTrack;
  readonly name: string;
  readonly videoRef?: Ref<HTMLVideoElement>;
}) {
  const own = useRef<HTMLVideoElement | null>(null);
  useEffect(() => {
    const video = own.current;
    if (video === null) return;
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={(element) => {
        own.current = element;
        if (typeof videoRef === "object" && videoRef !== null) videoRef.current = element;
      }}
      class={isMirrored(evidence(track)) ? "self mirrored" : "self"}
      aria-label={name}
      muted
      playsInline
      autoPlay
      disablePictureInPicture
    />
  );
}
