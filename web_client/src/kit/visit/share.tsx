/** Sharing a screen, and seeing somebody else's. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { SharedScreen } from "../media/connection";
import { ScreenShare, type ShareFailure } from "../media/screen_share";
import type { Readable } from "../store";
import { Banner } from "../ui/banner";
import { Button, Toggle } from "../ui/button";
import { announce } from "../ui/live";
import { useStore } from "../ui/use";
import type { Conditions } from "./conditions";
import { useVisitWords } from "./words";

/** Nothing on a browser that cannot share, as on every phone. */
export function ShareButton({ share, onFailure, children }: {
  readonly share: ScreenShare;
  readonly onFailure: (failure: ShareFailure | null) => void;
  /** A drawing beside the words. */
  readonly children?: preact.ComponentChildren;
}) {
  const t = useVisitWords();
  const state = useStore(share.state);
  if (!ScreenShare.isSupported()) return null;
  return (
    <Toggle
      pressed={state === "on"}
      onToggle={(on) => {
        onFailure(null);
        if (on) void share.start().then(onFailure);
        else share.stop();
      }}
    >
      {children}
      <span>{t("share.start")}</span>
    </Toggle>
  );
}

/** What there is to say about one's own sharing: that it runs, with the way to end it, or why it does not. */
export function ShareNotice({ share, failure }: { readonly share: ScreenShare; readonly failure: ShareFailure | null }) {
  const t = useVisitWords();
  const state = useStore(share.state);
  const before = useRef(state);
  useEffect(() => {
    if (before.current === "on" && state === "off") announce(t("share.ended"));
    before.current = state;
  }, [state, t]);
  if (state === "on") {
    return (
      <Banner live="polite" actions={<Button onClick={() => share.stop()}>{t("share.stop")}</Button>}>
        {t("share.on")}
      </Banner>
    );
  }
  if (state === "asking") return <Banner live="polite">{t("share.asking")}</Banner>;
  if (failure !== null) {
    return (
      <Banner tone="warn" live="assertive">
        {t(`share.${failure}`)}
      </Banner>
    );
  }
  return null;
}

/** The screen that somebody shares now; null from the moment they say that they stopped, before the picture ends. */
export function useShared(shared: Readable<SharedScreen | null>, conditions: Conditions): SharedScreen | null {
  const screen = useStore(shared);
  const others = useStore(conditions.others);
  return screen !== null && others.get(screen.from)?.sharing !== false ? screen : null;
}

/** Large, whole, and named. */
export function ScreenView({ screen, name }: { readonly screen: SharedScreen; readonly name: string }) {
  const t = useVisitWords();
  const video = useRef<HTMLVideoElement>(null);
  const [showing, setShowing] = useState(false);
  useEffect(() => {
    if (video.current === null) return;
    video.current.srcObject = new MediaStream([screen.track]);
    video.current.play().catch(() => undefined);
  }, [screen.track]);
  useEffect(() => {
    announce(t("share.of", { name }));
    return () => announce(t("share.of.over", { name }));
  }, [name, t]);
  return (
    <div class="shared">
      <video
        ref={video}
        class="shared-screen"
        aria-label={t("share.video", { name })}
        muted
        playsInline
        autoPlay
        onPlaying={() => setShowing(true)}
      />
      <p class="shared-by" aria-busy={!showing}>
        {t("share.of", { name })}
      </p>
    </div>
  );
}
