/** Asks why, then does it: one reason of a few, and one or two ways on. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Banner } from "../ui/banner";
import { Button, type ButtonKind } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { type Choice, Radios } from "../ui/field";
import { useVisitWords } from "./words";

export interface Way {
  readonly label: string;
  readonly kind: ButtonKind;
  /** Answers a sentence if it could not be done. */
  readonly go: (reason: string) => Promise<string | null>;
}

export interface ReasonDialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly reasons: readonly Choice[];
  readonly ways: readonly Way[];
  readonly goBack: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function ReasonDialog({ open, title, reasons, ways, goBack, onClose, children }: ReasonDialogProps) {
  const t = useVisitWords();
  const [reason, setReason] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    setReason(null);
    setMissing(false);
    setRefusal(null);
  }, [open]);

  const press = async (way: Way) => {
    setMissing(reason === null);
    if (reason === null || busy) return;
    setBusy(true);
    const sentence = await way.go(reason);
    setRefusal(sentence);
    setBusy(false);
    if (sentence === null) onClose();
  };

  return (
    <Dialog
      open={open}
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{goBack}</Button>
          {ways.map((way) => (
            <Button key={way.label} kind={way.kind} busy={busy} onClick={() => void press(way)}>
              {way.label}
            </Button>
          ))}
        </>
      }
    >
      {refusal !== null && (
        <Banner tone="danger" live="assertive">
          {refusal}
        </Banner>
      )}
      {children}
      <Radios
        label={t("pause.reason")}
        name="why"
        value={reason}
        choices={reasons}
        error={missing ? t("pause.reason_missing") : null}
        onValue={(value) => {
          setReason(value);
          setMissing(false);
        }}
      />
    </Dialog>
  );
}
