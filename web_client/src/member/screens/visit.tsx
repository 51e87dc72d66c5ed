/** Face to face: the clinician large, oneself small, and three controls that are always in reach. */

import { useEffect, useState } from "preact/hooks";

import { Banner } from "../../kit/ui/banner";
import { Button, Toggle } from "../../kit/ui/button";
import { announce } from "../../kit/ui/live";
import { useStore, useTitle } from "../../kit/ui/use";
import { Store } from "../../kit/store";
import { joined } from "../../kit/visit/guests";
import { type PeopleWords, roleWords, usePeopleWords } from "../../kit/visit/people_words";
import { Stage, type StagePerson } from "../../kit/visit/stage";
import { Icon } from "../icon";
import { LeaveDialog } from "../leave";
import { useScreenFocus } from "../parts";
import { People } from "../people";
import { readable } from "../../kit/ui/emergency";
import { SelfView } from "../self_view";
import type { Session } from "../session";
import { playOnChosen } from "../speaker";
import { fullName, type MemberView } from "../view";
import { useMemberWords } from "../words";

const NO_CONNECTION = new Store<"idle">("idle");

export function VisitScreen({ session, view }: { readonly session: Session; readonly view: MemberView }) {
  const t = useMemberWords();
  const words = usePeopleWords();
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
  useTitle(`${title} – ${t("brand.name")}`);

  useEffect(() => {
    if (state === "reconnecting") announce(t("visit.reconnecting"), "urgent");
  }, [state, t]);

  return (
    <main id="main" class="visit">
      <h1 ref={heading} tabIndex={-1} class="visit-title">
        {title}
      </h1>
      <div class="stage">
        {media !== null && (
          <Stage
            connection={media}
            people={othersOf(view, words)}
            picture={session.picture}
            live={state === "connected" && !held}
            prepare={playOnChosen}
          />
        )}
        <div class="stage-notes">
          {held && <Banner live="polite">{t("visit.hold.how")}</Banner>}
          {!held && state === "connecting" && <Banner>{t("visit.connecting", { name })}</Banner>}
          {!held && state === "reconnecting" && <Banner tone="warn">{t("visit.reconnecting")}</Banner>}
          {!held && state === "failed" && (
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
        <People session={session} view={view}>
          <Icon name="people" />
        </People>
        <Button kind="danger" onClick={() => setLeaving(true)}>
          <Icon name="leave" />
          <span>{t("visit.leave")}</span>
        </Button>
      </div>
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
