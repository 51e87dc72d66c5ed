/** Waiting, honestly: where the member stands, who they wait for, what comes next, and that nobody sees them yet. */

import { useEffect, useState } from "preact/hooks";

import { clockTime } from "../../kit/clock";
import { BrowserNote } from "../../kit/browser/note";
import { Banner } from "../../kit/ui/banner";
import { Button, Toggle } from "../../kit/ui/button";
import { Dialog } from "../../kit/ui/dialog";
import { announce } from "../../kit/ui/live";
import { useStore } from "../../kit/ui/use";
import { DeviceTrouble } from "../device_trouble";
import { DeskLine } from "../help";
import { LeaveDialog } from "../leave";
import { Screen } from "../parts";
import { People } from "../people";
import { readable } from "../../kit/ui/emergency";
import { SelfView } from "../self_view";
import type { Session } from "../session";
import { placeOf } from "../place";
import { ReturnedNote } from "../together";
import { fullName, type MemberView } from "../view";
import { useMemberWords } from "../words";
import { CallbackForm } from "./callback";
import { LocationForm } from "./location";

export interface WaitingProps {
  readonly session: Session;
  readonly view: MemberView;
}

export function Waiting({ session, view }: WaitingProps) {
  const t = useMemberWords();
  const [leaving, setLeaving] = useState(false);
  const claimed = view.state === "claimed";
  const early = view.state === "preparing";
  const name = view.clinician === null ? null : fullName(view.clinician);
  const title = claimed
    ? name === null
      ? t("waiting.title.claimed.unnamed")
      : t("waiting.title.claimed", { name })
    : t(early ? "waiting.title.early" : "waiting.title");
  useEffect(() => {
    // The heading changes under the reader: say it, wherever they are on the page.
    if (claimed) announce(title, "urgent");
  }, [claimed, title]);
  return (
    <Screen name="waiting" title={title}>
      <ReturnedNote view={view} />
      <BrowserNote phone={view.clinic.deskPhone} />
      <Place session={session} view={view} />
      <OwnPicture session={session} view={view} />
      <section class="card stack-tight" aria-labelledby="what-title">
        <h2 id="what-title">{t("waiting.what")}</h2>
        <ol class="points">
          <li>{t("waiting.what.1")}</li>
          <li>{t("waiting.what.2")}</li>
          <li>{t("waiting.what.3")}</li>
          <li>{t("waiting.what.4")}</li>
        </ol>
      </section>
      <section class="card stack-tight" aria-labelledby="line-title">
        <h2 id="line-title">{t("waiting.messages")}</h2>
        <DeskLine session={session} view={view} />
      </section>
      <Details session={session} view={view} />
      <People session={session} view={view} wide />
      <Button wide onClick={() => setLeaving(true)}>
        {t("waiting.leave")}
      </Button>
      <LeaveDialog session={session} open={leaving} inVisit={false} onClose={() => setLeaving(false)} />
    </Screen>
  );
}

/** The sentence of the member's place, said aloud when it changes. */
function Place({ session, view }: WaitingProps) {
  const t = useMemberWords();
  const standing = useStore(session.standing);
  const place = placeOf(view, standing);
  const name = view.clinician === null ? null : fullName(view.clinician);
  const waitingFor = name === null ? t("waiting.for.pool", { clinic: view.clinic.name }) : t("waiting.for", { name });
  const zone = view.clinic.zone;
  const holes = {
    count: place.ahead,
    when: clockTime(view.start, zone, t.language),
    opens: clockTime(place.opens, zone, t.language),
  };
  return (
    <section class={`place place-${place.kind}`} role="status">
      <p class="place-main">{t(`waiting.${place.kind}`, holes)}</p>
      {place.kind === "nobody" && <p>{t("waiting.nobody.how")}</p>}
      {place.kind === "early" && <p>{t("waiting.early.how", holes)}</p>}
      {place.kind === "ahead" && (
        <p>{name === null ? t("waiting.ahead.pool") : t("waiting.ahead.named", { name })}</p>
      )}
      {place.kind !== "claimed" && <p>{waitingFor}</p>}
    </section>
  );
}

function OwnPicture({ session, view }: WaitingProps) {
  const t = useMemberWords();
  const camera = useStore(session.studio.camera);
  const microphone = useStore(session.studio.microphone);
  const off = useStore(session.cameraOff);
  const [shown, setShown] = useState(true);
  const skipped = view.devices?.camera === "skipped";
  return (
    <section class="card stack-tight own">
      <p class="unseen-note">
        {t("waiting.unseen")} {view.state === "claimed" && t("waiting.unseen.claimed")}
      </p>
      {camera.kind === "on" && shown && (
        <div class="preview preview-small">
          <SelfView track={camera.track} name={t("devices.preview")} />
        </div>
      )}
      {camera.kind === "failed" && !skipped && (
        <DeviceTrouble kind="camera" code={camera.code} onAgain={() => void session.studio.startCamera()} />
      )}
      {microphone.kind === "failed" && (
        <DeviceTrouble kind="microphone" code={microphone.code} onAgain={() => void session.studio.startMicrophone()} />
      )}
      {skipped && camera.kind !== "on" ? (
        <p>{t("waiting.no_camera")}</p>
      ) : (
        <>
          {off && <p>{t("waiting.camera_off")}</p>}
          <div class="row">
            <Toggle pressed={off} onToggle={(next) => void session.turnCameraOff(next)}>
              {t("visit.camera")}
            </Toggle>
            {camera.kind === "on" && (
              <Button kind="quiet" onClick={() => setShown(!shown)}>
                {t(shown ? "waiting.hide" : "waiting.show")}
              </Button>
            )}
          </div>
        </>
      )}
    </section>
  );
}

function Details({ session, view }: WaitingProps) {
  const t = useMemberWords();
  const [changing, setChanging] = useState<"location" | "callback" | null>(null);
  const stop = () => setChanging(null);
  return (
    <section class="card stack-tight" aria-labelledby="details-title">
      <h2 id="details-title">{t("waiting.details")}</h2>
      {view.driving && <Banner tone="danger">{t("location.driving.warn")}</Banner>}
      <p>{view.location}</p>
      <Button onClick={() => setChanging("location")}>{t("change.location")}</Button>
      <p>{readable(view.callback ?? "")}</p>
      <Button onClick={() => setChanging("callback")}>{t("change.callback")}</Button>
      <Dialog
        open={changing !== null}
        title={t(changing === "callback" ? "callback.title" : "location.title")}
        onClose={stop}
      >
        {changing === "location" && (
          <LocationForm session={session} view={view} save={t("change.save")} onDone={stop} />
        )}
        {changing === "callback" && (
          <CallbackForm session={session} view={view} save={t("change.save")} onDone={stop} />
        )}
        <Button wide onClick={stop}>
          {t("change.cancel")}
        </Button>
      </Dialog>
    </section>
  );
}
