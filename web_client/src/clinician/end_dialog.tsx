/** Ending asks for the outcome, because nobody remembers it an hour later. */

import { useState } from "preact/hooks";

import { Banner, Button, Dialog, Radios } from "../kit/ui";
import { useT } from "./words";

export const OUTCOMES = ["treated", "needs_follow_up", "referred", "member_did_not_join", "technical", "other"] as const;

export interface EndDialogProps {
  readonly open: boolean;
  readonly name: string;
  /** A sentence if it could not be ended. */
  readonly onEnd: (outcome: string) => Promise<string | null>;
  readonly onClose: () => void;
}

export function EndDialog({ open, name, onEnd, onClose }: EndDialogProps) {
  const t = useT();
  const [outcome, setOutcome] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  const confirm = async () => {
    setMissing(outcome === null);
    if (outcome === null || busy) return;
    setBusy(true);
    setRefusal(await onEnd(outcome));
    setBusy(false);
  };

  return (
    <Dialog
      open={open}
      title={t("clinician.end.title", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("clinician.end.keep")}</Button>
          <Button kind="danger" busy={busy} onClick={() => void confirm()}>
            {t("clinician.end.confirm")}
          </Button>
        </>
      }
    >
      {refusal !== null && (
        <Banner tone="danger" live="assertive">
          {refusal}
        </Banner>
      )}
      <Radios
        label={t("clinician.end.outcome")}
        name="outcome"
        value={outcome}
        error={missing ? t("clinician.end.outcome_missing") : null}
        choices={OUTCOMES.map((value) => ({ value, label: t(`clinician.outcome.${value}`) }))}
        onValue={(value) => {
          setOutcome(value);
          setMissing(false);
        }}
      />
    </Dialog>
  );
}
