/** How it ended, in plain words, and what to do next. */

import { serverNow } from "../../kit/server_time";
import { clockTime } from "../../kit/clock";
import { Button } from "../../kit/ui/button";
import { useNow } from "../../kit/ui/use";
import { Screen } from "../parts";
import { Unsent, useSending } from "../question";
import type { Session } from "../session";
import { fullName, type MemberView } from "../view";
import { useMemberWords } from "../words";
import { ClinicCall } from "./kind_pages";

export function Ending({ session, view }: { readonly session: Session; readonly view: MemberView }) {
  const t = useMemberWords();
  const state = endingOf(view);
  const name = view.clinician === null ? null : fullName(view.clinician);
  return (
    <Screen name={`ending-${state}`} title={t(`ending.${state}`)}>
      {state === "completed" ? (
        <>
          <p>{name === null ? t("ending.completed.unnamed") : t("ending.completed.with", { name })}</p>
          {view.outcome !== null && <Outcome code={view.outcome} />}
        </>
      ) : state === "left" ? (
        <Left session={session} view={view} />
      ) : (
        <p>{t(`ending.${state}.lead`)}</p>
      )}
      <p>{t("ending.off")}</p>
      <h2>{t("ending.more")}</h2>
      <ClinicCall clinic={view.clinic} />
    </Screen>
  );
}

type EndingKind = "completed" | "left" | "no_show" | "cancelled" | "redirected" | "closed";

function endingOf(view: MemberView): EndingKind {
  switch (view.state) {
    case "completed":
    case "no_show":
    case "cancelled":
    case "redirected":
    case "closed":
      return view.state;
    default:
      return "left";
  }
}

function Outcome({ code }: { readonly code: string }) {
  const t = useMemberWords();
  const sentence = t.code(`ending.outcome.${code}`, "");
  return sentence === "" ? null : <p>{sentence}</p>;
}

/** Back to the old place, while it holds. */
function Left({ session, view }: { readonly session: Session; readonly view: MemberView }) {
  const t = useMemberWords();
  const sending = useSending(session);
  useNow(5_000);
  const until = view.rejoinUntil;
  if (until === null || Date.parse(until) <= serverNow()) return <p>{t("ending.left.late")}</p>;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <p>{t("ending.left.until", { when: clockTime(until, here, t.language) })}</p>
      <Unsent sending={sending} />
      <Button kind="primary" wide busy={sending.busy} onClick={() => void sending.send("return_to_place")}>
        {t("ending.left.return")}
      </Button>
    </>
  );
}
