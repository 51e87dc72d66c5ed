/** The number to call when the video stops. */

import { useState } from "preact/hooks";

import { Button } from "../../kit/ui/button";
import { Field } from "../../kit/ui/field";
import { Screen } from "../parts";
import { readable } from "../../kit/ui/emergency";
import { type QuestionProps, Unsent, useSending } from "../question";
import type { Session } from "../session";
import type { MemberView } from "../view";
import { useMemberWords } from "../words";

export function CallbackScreen({ session, view, above, onDone }: QuestionProps) {
  const t = useMemberWords();
  return (
    <Screen name="callback" title={t("callback.title")} above={above}>
      <p>{t("callback.why")}</p>
      <CallbackForm session={session} view={view} save={t("location.save")} onDone={onDone} />
    </Screen>
  );
}

/** Digits enough for a number with its area code; the server knows the rest. */
export function looksLikeANumber(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  return digits.length >= 7 && digits.length <= 15;
}

/** What the server says of a number that cannot be dialled. */
const NOT_A_NUMBER = "not_a_telephone_number";

export function CallbackForm({ session, view, save, onDone }: {
  readonly session: Session;
  readonly view: MemberView;
  readonly save: string;
  readonly onDone: () => void;
}) {
  const t = useMemberWords();
  const sending = useSending(session);
  const [number, setNumber] = useState(readable(view.callback ?? ""));
  const [missing, setMissing] = useState(false);
  const refused = sending.refused === NOT_A_NUMBER;

  const submit = async () => {
    const ok = looksLikeANumber(number);
    setMissing(!ok);
    if (ok && (await sending.send("give_callback", { number: number.trim() }))) onDone();
  };

  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label={t("callback.number")}
        hint={t("callback.hint")}
        error={missing ? t("callback.missing") : refused ? t("callback.refused") : null}
        value={number}
        onValue={setNumber}
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        name="callback"
        maxLength={40}
      />
      {!refused && <Unsent sending={sending} />}
      <Button kind="primary" type="submit" wide busy={sending.busy}>
        {save}
      </Button>
    </form>
  );
}
