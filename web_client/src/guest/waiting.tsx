/** Until the visit begins, and while it is on hold: what happens next, one's own picture, and a way out. */

import { useState } from "preact/hooks";

import { Button, Toggle } from "../kit/ui/button";
import { useStore } from "../kit/ui/use";
import { Screen } from "../member/parts";
import { SelfView } from "../member/self_view";
import { LeaveDialog } from "./leave";
import type { GuestSession } from "./session";
import type { GuestView } from "./view";
import { useGuestWords } from "./words";

export function Waiting({ session, view }: { readonly session: GuestSession; readonly view: GuestView }) {
  const t = useGuestWords();
  const camera = useStore(session.studio.camera);
  const [leaving, setLeaving] = useState(false);
  const held = view.state === "on_hold";
  return (
    <Screen name={held ? "held" : "waiting"} title={t(held ? "guest.hold.title" : "guest.wait.title")}>
      <section class={`place ${view.state === "claimed" ? "place-claimed" : ""}`} role="status">
        <p class="place-main">{t(held ? "guest.hold.lead" : view.state === "claimed" ? "guest.wait.soon" : "guest.wait.lead")}</p>
      </section>
      <section class="card stack-tight own">
        {!held && <p class="unseen-note">{t("guest.unseen")}</p>}
        {camera.kind === "on" && (
          <div class="preview preview-small">
            <SelfView track={camera.track} name={t("devices.preview")} />
          </div>
        )}
        <div class="row">
          <Toggle pressed={camera.kind !== "on"} onToggle={(next) => void session.turnCameraOff(next)}>
            {t("visit.camera")}
          </Toggle>
        </div>
      </section>
      <Button wide onClick={() => setLeaving(true)}>
        {t("visit.leave")}
      </Button>
      <LeaveDialog session={session} open={leaving} onClose={() => setLeaving(false)} />
    </Screen>
  );
}
