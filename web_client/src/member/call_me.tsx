/** “Call me instead”: the member's number goes to the clinician and the desk; the visit and its place stay. */

import { useState } from "preact/hooks";

import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { readable } from "../kit/ui/emergency";
import { Unsent, useSending } from "./question";
import { CallbackForm } from "./screens/callback";
import type { Session } from "./session";
import type { MemberView } from "./view";
import { useMemberWords } from "./words";

export interface CallMeProps {
  readonly session: Session;
  readonly view: MemberView;
}

export function CallMe({ session, view, wide = false }: CallMeProps & { readonly wide?: boolean }) {
  const t = useMemberWords();
  const [open, setOpen] = useState(false);
  if (view.mode === "phone" || view.callRequestedAt !== null) return null;
  return (
    <>
      <Button wide={wide} onClick={() => setOpen(true)}>
        {t("call.button")}
      </Button>
      <Dialog
        open={open}
        title={t("call.title")}
        onClose={() => setOpen(false)}
        actions={<Button onClick={() => setOpen(false)}>{t("change.cancel")}</Button>}
      >
        {open && <Ask session={session} view={view} onDone={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}

function Ask({ session, view, onDone }: CallMeProps & { readonly onDone: () => void }) {
  const t = useMemberWords();
  const sending = useSending(session);
  const [changing, setChanging] = useState(view.callback === null);
  const ask = async () => {
    if (await sending.send("ask_for_call")) onDone();
  };
  if (changing) {
    return (
      <>
        <p>{t("call.number_first")}</p>
        <CallbackForm session={session} view={view} save={t("call.save")} onDone={() => setChanging(false)} />
      </>
    );
  }
  return (
    <>
      <p>{t("call.lead")}</p>
      <p class="big strong nowrap">{readable(view.callback ?? "")}</p>
      <Unsent sending={sending} />
      <Button kind="primary" wide busy={sending.busy} onClick={() => void ask()}>
        {t("call.confirm")}
      </Button>
      <Button wide onClick={() => setChanging(true)}>
        {t("change.callback")}
      </Button>
    </>
  );
}

/** Stays in view while the wish is open, with the way back to video. */
export function CallRequested({ session, view }: CallMeProps) {
  const t = useMemberWords();
  const sending = useSending(session);
  if (view.callRequestedAt === null || view.callback === null) return null;
  return (
    <Banner
      live="polite"
      actions={
        <Button busy={sending.busy} onClick={() => void sending.send("withdraw_call")}>
          {t("call.withdraw")}
        </Button>
      }
    >
      <strong>{t("call.asked")}</strong> {t("call.asked.how", { number: readable(view.callback) })}
    </Banner>
  );
}
