/** The three things that ask why: a pause in the visit, holding back who waits, and care in other hands. */

import { ReasonDialog } from "./reason_dialog";
import { useVisitWords } from "./words";

const PAUSES = ["consulting", "looking_up", "other_patient", "technical", "other"] as const;
const KEEPS = ["interpreter_coming", "family_coming", "paperwork", "clinician_late", "member_asked", "other"] as const;
const AWAYS = ["emergency_services", "urgent_care", "in_person", "crisis_line", "other"] as const;

interface Asked {
  readonly open: boolean;
  readonly name: string;
  readonly onClose: () => void;
}

/** Answers a sentence if it could not be done. */
type Go = (reason: string) => Promise<string | null>;

export function PauseDialog({ open, name, onHold, onReturn, onClose }: Asked & { readonly onHold: Go; readonly onReturn: Go }) {
  const t = useVisitWords();
  return (
    <ReasonDialog
      open={open}
      title={t("pause.title", { name })}
      reasons={PAUSES.map((value) => ({ value, label: t(`pause.reason.${value}`) }))}
      ways={[
        { label: t("pause.return"), kind: "plain", go: onReturn },
        { label: t("pause.hold"), kind: "primary", go: onHold },
      ]}
      goBack={t("pause.go_back")}
      onClose={onClose}
    >
      <p>{t("pause.explain", { name })}</p>
      <p>{t("pause.return_explain")}</p>
    </ReasonDialog>
  );
}

export function KeepDialog({ open, name, onKeep, onClose }: Asked & { readonly onKeep: Go }) {
  const t = useVisitWords();
  return (
    <ReasonDialog
      open={open}
      title={t("keep.title", { name })}
      reasons={KEEPS.map((value) => ({ value, label: t(`keep.reason.${value}`) }))}
      ways={[{ label: t("keep.confirm"), kind: "primary", go: onKeep }]}
      goBack={t("keep.go_back")}
      onClose={onClose}
    >
      <p>{t("keep.explain", { name })}</p>
    </ReasonDialog>
  );
}

export function AwayDialog({ open, name, onAway, onClose }: Asked & { readonly onAway: Go }) {
  const t = useVisitWords();
  return (
    <ReasonDialog
      open={open}
      title={t("away.title", { name })}
      reasons={AWAYS.map((value) => ({ value, label: t(`away.reason.${value}`) }))}
      ways={[{ label: t("away.confirm"), kind: "danger", go: onAway }]}
      goBack={t("away.go_back")}
      onClose={onClose}
    >
      <p>{t("away.explain", { name })}</p>
    </ReasonDialog>
  );
}
