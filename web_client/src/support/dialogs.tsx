/** What the desk does to a visit is asked for once more, in words that say what will happen. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Ack } from "../kit/socket";
import { Banner, Button, Dialog, Field, Radios } from "../kit/ui";
import { refusalSentence, useT } from "./words";

export const HOLD_REASONS = ["interpreter_coming", "family_coming", "paperwork", "clinician_late", "member_asked", "other"] as const;
export const CANCEL_REASONS = ["member_asked", "clinician_unavailable", "moved_to_phone", "wrong_booking", "technical", "other"] as const;

interface Asked {
  readonly open: boolean;
  readonly name: string;
  readonly onClose: () => void;
}

/** Makes the link only when asked again here, and shows it this once. */
export function LinkDialog({ open, name, make, onClose }: Asked & { readonly make: () => Promise<Ack> }) {
  const t = useT();
  const [url, setUrl] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (open) return;
    setUrl(null);
    setCopied(false);
    setRefusal(null);
  }, [open]);

  const press = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      setUrl(String((await make())["join_url"] ?? ""));
    } catch (error) {
      setRefusal(refusalSentence(error, t));
    } finally {
      setBusy(false);
    }
  };
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(url ?? "");
      setCopied(true);
    } catch {
      // Not allowed here: the link is selected, Ctrl+C works.
    }
  };

  return (
    <Dialog
      open={open}
      title={t("support.link.title", { name })}
      onClose={onClose}
      actions={
        url === null ? (
          <>
            <Button onClick={onClose}>{t("staff.cancel")}</Button>
            <Button kind="primary" busy={busy} onClick={() => void press()}>
              {t("support.link.make")}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>{t("staff.close")}</Button>
            <Button kind="primary" onClick={() => void copy()}>
              {t("support.link.copy")}
            </Button>
          </>
        )
      }
    >
      {refusal !== null && (
        <Banner tone="danger" live="assertive">
          {refusal}
        </Banner>
      )}
      {url === null ? (
        <p>{t("support.link.explain")}</p>
      ) : (
        <>
          <Field
            label={t("support.link.new")}
            hint={t("support.link.once")}
            readOnly
            value={url}
            onValue={() => undefined}
            inputRef={field}
            onFocus={(event) => event.currentTarget.select()}
          />
          <p role="status" class="strong">
            {copied ? t("support.link.copied") : ""}
          </p>
        </>
      )}
    </Dialog>
  );
}

type Confirm = Asked & { readonly onConfirm: () => Promise<string | null> };

export function PassDialog({ open, name, onConfirm, onClose }: Confirm) {
  const t = useT();
  const [checked, setChecked] = useState(false);
  const [missing, setMissing] = useState(false);
  const { busy, refusal, run } = useConfirm(open);
  useEffect(() => {
    if (!open) setChecked(false);
    setMissing(false);
  }, [open]);
  return (
    <Dialog
      open={open}
      title={t("support.pass.title", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("staff.cancel")}</Button>
          <Button kind="primary" busy={busy} onClick={() => (checked ? void run(onConfirm) : setMissing(true))}>
            {t("support.pass.confirm")}
          </Button>
        </>
      }
    >
      {refusal}
      <p>{t("support.pass.explain")}</p>
      {missing && (
        <p class="field-error" role="alert">
          {t("support.pass.missing")}
        </p>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={checked}
          onChange={(event) => {
            setChecked(event.currentTarget.checked);
            setMissing(false);
          }}
        />
        <span>{t("support.pass.checked")}</span>
      </label>
    </Dialog>
  );
}

type WithReason = Asked & { readonly onConfirm: (reason: string) => Promise<string | null> };

export function HoldDialog(props: WithReason) {
  const t = useT();
  return (
    <ReasonDialog
      {...props}
      title={t("support.hold.title", { name: props.name })}
      explain={t("support.hold.explain")}
      confirm={t("support.hold.confirm")}
      reasons={HOLD_REASONS.map((value) => ({ value, label: t(`support.hold.${value}`) }))}
    />
  );
}

export function CancelDialog(props: WithReason) {
  const t = useT();
  return (
    <ReasonDialog
      {...props}
      danger
      title={t("support.cancel.title", { name: props.name })}
      explain={t("support.cancel.explain")}
      confirm={t("support.cancel.confirm")}
      reasons={CANCEL_REASONS.map((value) => ({ value, label: t(`support.cancel.${value}`) }))}
    />
  );
}

interface ReasonProps extends WithReason {
  readonly title: string;
  readonly explain: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly reasons: readonly { readonly value: string; readonly label: string }[];
}

function ReasonDialog({ open, title, explain, confirm, danger = false, reasons, onConfirm, onClose }: ReasonProps) {
  const t = useT();
  const [reason, setReason] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const { busy, refusal, run } = useConfirm(open);
  useEffect(() => {
    setReason(null);
    setMissing(false);
  }, [open]);
  return (
    <Dialog
      open={open}
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("support.go_back")}</Button>
          <Button
            kind={danger ? "danger" : "primary"}
            busy={busy}
            onClick={() => (reason === null ? setMissing(true) : void run(() => onConfirm(reason)))}
          >
            {confirm}
          </Button>
        </>
      }
    >
      {refusal}
      <p>{explain}</p>
      <Radios
        label={t("support.reason")}
        name="reason"
        value={reason}
        choices={reasons}
        error={missing ? t("support.reason_missing") : null}
        onValue={(value) => {
          setReason(value);
          setMissing(false);
        }}
      />
    </Dialog>
  );
}

/** Busy while it runs; shows the sentence that came back, if any. */
function useConfirm(open: boolean) {
  const [busy, setBusy] = useState(false);
  const [sentence, setSentence] = useState<string | null>(null);
  useEffect(() => setSentence(null), [open]);
  const run = async (confirm: () => Promise<string | null>) => {
    if (busy) return;
    setBusy(true);
    setSentence(await confirm());
    setBusy(false);
  };
  const refusal = sentence !== null && (
    <Banner tone="danger" live="assertive">
      {sentence}
    </Banner>
  );
  return { busy, refusal, run };
}
