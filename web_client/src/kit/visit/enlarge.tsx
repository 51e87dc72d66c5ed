/** The others' picture on the whole screen, or in a small window above other programs, where the browser can. */

import { useEffect, useState } from "preact/hooks";

import { Toggle } from "../ui/button";
import { useVisitWords } from "./words";

/** iPhones enlarge a film and nothing else. */
interface PhoneVideo extends HTMLVideoElement {
  readonly webkitSupportsFullscreen?: boolean;
  webkitEnterFullscreen?: () => void;
}

export interface EnlargeProps {
  /** What fills the screen: everything that must stay in view with the picture. */
  readonly whole: () => Element | null;
  readonly picture: HTMLVideoElement;
}

export function EnlargeButtons({ whole, picture }: EnlargeProps) {
  const t = useVisitWords();
  const full = useFullScreen(whole, picture);
  const small = useSmallWindow(picture);
  return (
    <>
      {full !== null && (
        <Toggle class="enlarge" pressed={full.on} onToggle={full.toggle}>
          {t("full.on")}
        </Toggle>
      )}
      {small !== null && (
        <Toggle class="enlarge" pressed={small.on} onToggle={small.toggle}>
          {t("small.on")}
        </Toggle>
      )}
    </>
  );
}

interface Enlarged {
  readonly on: boolean;
  readonly toggle: () => void;
}

function useFullScreen(whole: () => Element | null, picture: PhoneVideo): Enlarged | null {
  const [on, setOn] = useState(() => document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  // The type says always; iPhones have neither.
  if ((document.fullscreenEnabled as boolean | undefined) === true) {
    const toggle = () => {
      const wish = on ? document.exitFullscreen() : whole()?.requestFullscreen();
      // Refused without a press, or by the system: the picture stays as it is.
      wish?.catch(() => undefined);
    };
    return { on, toggle };
  }
  if (picture.webkitEnterFullscreen === undefined) return null;
  return { on: false, toggle: () => picture.webkitEnterFullscreen?.() };
}

function useSmallWindow(picture: HTMLVideoElement): Enlarged | null {
  const [on, setOn] = useState(() => document.pictureInPictureElement === picture);
  useEffect(() => {
    const look = () => setOn(document.pictureInPictureElement === picture);
    picture.addEventListener("enterpictureinpicture", look);
    picture.addEventListener("leavepictureinpicture", look);
    return () => {
      picture.removeEventListener("enterpictureinpicture", look);
      picture.removeEventListener("leavepictureinpicture", look);
    };
  }, [picture]);
  if ((document.pictureInPictureEnabled as boolean | undefined) !== true) return null;
  const toggle = () => {
    const wish = on ? document.exitPictureInPicture() : picture.requestPictureInPicture();
    // There is no picture yet, or the system has no room for it.
    wish.catch(() => undefined);
  };
  return { on, toggle };
}
