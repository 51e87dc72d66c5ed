/** Everything the member told us, each with a way to change it, and the button that puts them in line. */

import type { ComponentChildren } from "preact";

import { Banner } from "../../kit/ui/banner";
import { Button } from "../../kit/ui/button";
import { useStore } from "../../kit/ui/use";
import { Screen } from "../parts";
import { readable } from "../../kit/ui/emergency";
import { Unsent, useSending } from "../question";
import type { Session } from "../session";
import { devicesDone, type Step } from "../steps";
import type { MemberView } from "../view";
import { useMemberWords } from "../words";

export interface ReadyProps {
  readonly session: Session;
  readonly view: MemberView;
  readonly above: ComponentChildren;
  readonly onChange: (step: Step) => void;
}

export function ReadyScreen({ session, view, above, onChange }: ReadyProps) {
  const t = useMemberWords();
  const sending = useSending(session);
  const microphone = useStore(session.studio.microphone);
  const byPhone = view.mode === "phone";
  const stopped = !byPhone && (microphone.kind === "failed" || !devicesDone(view));
  const fact = (step: Step, term: string, answer: string) => (
    <div class="fact" key={step}>
      <dt>{term}</dt>
      <dd>{answer}</dd>
      <dd class="fact-change">
        <Button kind="quiet" label={`${t("ready.change")}: ${term}`} onClick={() => onChange(step)}>
          {t("ready.change")}
        </Button>
      </dd>
    </div>
  );
  const checkIn = async () => {
    // The devices are wanted from here on; asking is part of this press.
    if (!byPhone) void session.startDevices();
    await sending.send("check_in");
  };
  return (
    <Screen name="ready" title={t("ready.title")} above={above}>
      <dl class="answers card">
        {fact("location", view.onBehalf ? t("ready.where.other", { name: view.forName }) : t("ready.where"), view.location ?? "")}
        {fact("callback", t("ready.call"), readable(view.callback ?? ""))}
        {fact("present", t("ready.with"), view.present ?? "")}
        {!byPhone &&
          fact(
            "devices",
            t("ready.devices"),
            t(view.devices?.camera === "ok" ? "ready.devices.both" : "ready.devices.microphone"),
          )}
      </dl>
      {stopped ? (
        <Banner tone="warn" live="polite" actions={<Button onClick={() => onChange("devices")}>{t("devices.start")}</Button>}>
          {t("ready.again")}
        </Banner>
      ) : (
        <p>{t(byPhone ? "phone.next" : "ready.next")}</p>
      )}
      <Unsent sending={sending} />
      <Button kind="primary" wide busy={sending.busy} unavailable={stopped} onClick={() => void checkIn()}>
        {t("ready.check_in")}
      </Button>
    </Screen>
  );
}
