/** Who else is in the visit: inviting by a link, a new link, removing. The member's page and the clinician's share it. */

import { useEffect, useId, useRef, useState } from "preact/hooks";

import type { JsonObject } from "../json";
import { Refused } from "../refusal";
import type { Ack, Line } from "../socket";
import { Badge, Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field, Radios } from "../ui/field";
import { type Guest, type GuestKind, MOST_GUESTS } from "./guests";
import "./people.css";
import { type PeopleWords, roleWords, usePeopleWords } from "./people_words";

export interface PeopleDialogProps {
  readonly line: Line;
  /** Sent with each command; staff say of which visit. */
  readonly about?: JsonObject;
  readonly guests: readonly Guest[];
  /** Guest → here, gap or gone. */
  readonly here: Readonly<Record<string, string>>;
  /** Whether guests who have come in are in the visit already, or wait for it to begin. */
  readonly begun: boolean;
  /** Whether this page may remove that guest and renew their link. */
  readonly mayChange: (guest: Guest) => boolean;
  readonly open: boolean;
  readonly onClose: () => void;
}

interface Made {
  readonly name: string;
  readonly url: string;
}

export function PeopleDialog(props: PeopleDialogProps) {
  const { line, about = {}, guests, here, begun, mayChange, open, onClose } = props;
  const t = usePeopleWords();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  useEffect(() => {
    if (open) return;
    setMade(null);
    setRefused(null);
  }, [open]);

  const send = async (type: string, fields: JsonObject): Promise<Ack | null> => {
    if (busy) return null;
    setBusy(true);
    setRefused(null);
    try {
      return await line.command(type, { ...about, ...fields });
    } catch (error) {
      const code = error instanceof Refused ? error.code : "other";
      setRefused(t.code(`people.refused.${code}`, t("people.refused.other")));
      return null;
    } finally {
      setBusy(false);
    }
  };
  const show = (name: string, ack: Ack | null): boolean => {
    const url = ack?.["join_url"];
    if (typeof url === "string") setMade({ name, url });
    return ack !== null;
  };
  const renew = async (guest: Guest) => show(guest.name, await send("issue_guest_link", { guest: guest.id }));
  return (
    <Dialog open={open} title={t("people.title")} onClose={onClose} actions={<Button onClick={onClose}>{t("people.close")}</Button>}>
      {refused !== null && (
        <Banner tone="warn" live="assertive">
          {refused}
        </Banner>
      )}
      {made !== null && <LinkBox key={made.url} made={made} />}
      {guests.length === 0 && made === null && <p class="quiet">{t("people.nobody")}</p>}
      {guests.length > 0 && (
        <ul class="guests">
          {guests.map((guest) => (
            <Row
              key={guest.id}
              guest={guest}
              standing={standing(guest, here[guest.id], begun, t)}
              busy={busy}
              {...(mayChange(guest)
                ? { onRemove: () => void send("remove_guest", { guest: guest.id }), onRenew: () => void renew(guest) }
                : {})}
            />
          ))}
        </ul>
      )}
      {guests.length < MOST_GUESTS ? (
        <InviteForm busy={busy} onInvite={async (name, fields) => show(name, await send("invite_guest", { name, ...fields }))} />
      ) : (
        <p class="quiet">{t("people.invite.full")}</p>
      )}
    </Dialog>
  );
}

interface Standing {
  readonly tone: "good" | "warn" | undefined;
  readonly text: string;
}

function standing(guest: Guest, here: string | undefined, begun: boolean, t: PeopleWords): Standing {
  if (guest.joinedAt === null) return { tone: undefined, text: t("people.not_come") };
  if (guest.leftAt !== null) return { tone: undefined, text: t("people.left") };
  if (here === "gap") return { tone: "warn", text: t("people.gap") };
  if (here === "gone") return { tone: "warn", text: t("people.gone") };
  return { tone: "good", text: t(begun ? "people.here" : "people.ready") };
}

function Row({ guest, standing, busy, onRemove, onRenew }: {
  readonly guest: Guest;
  readonly standing: Standing;
  readonly busy: boolean;
  readonly onRemove?: () => void;
  readonly onRenew?: () => void;
}) {
  const t = usePeopleWords();
  const [asking, setAsking] = useState<"remove" | "new_link" | null>(null);
  const { name } = guest;
  return (
    <li class="guest">
      <p>
        <span class="strong">{name}</span> <span class="quiet">{roleWords(guest, t)}</span>{" "}
        <Badge {...(standing.tone === undefined ? {} : { tone: standing.tone })}>{standing.text}</Badge>
      </p>
      {asking === null && onRemove !== undefined && (
        <div class="row">
          <Button busy={busy} onClick={() => setAsking("remove")}>
            {t("people.remove", { name })}
          </Button>
          <Button busy={busy} onClick={() => setAsking("new_link")}>
            {t("people.new_link", { name })}
          </Button>
        </div>
      )}
      {asking !== null && (
        <Banner
          tone="warn"
          live="polite"
          actions={
            <>
              <Button onClick={() => setAsking(null)}>{t("people.remove.no", { name })}</Button>
              <Button
                kind="danger"
                busy={busy}
                onClick={() => {
                  setAsking(null);
                  (asking === "remove" ? onRemove : onRenew)?.();
                }}
              >
                {t(`people.${asking}.yes`, { name })}
              </Button>
            </>
          }
        >
          {t(`people.${asking}.sure`, { name })}
        </Banner>
      )}
    </li>
  );
}

function InviteForm({ busy, onInvite }: {
  readonly busy: boolean;
  readonly onInvite: (name: string, fields: { kind: GuestKind; signs: boolean }) => Promise<boolean>;
}) {
  const t = usePeopleWords();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<GuestKind>("family");
  const [signs, setSigns] = useState(false);
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    setMissing(wanted === "");
    if (wanted === "") {
      input.current?.focus();
    } else if (await onInvite(wanted, { kind, signs: kind === "interpreter" && signs })) {
      setName("");
      setKind("family");
      setSigns(false);
    }
  };
  return (
    <form class="stack-tight invite" noValidate onSubmit={(event) => void submit(event)} aria-labelledby={id}>
      <h3 id={id}>{t("people.invite")}</h3>
      <p class="small">{t("people.invite.lead")}</p>
      <Field
        label={t("people.invite.name")}
        value={name}
        onValue={setName}
        maxLength={80}
        autoComplete="off"
        error={missing ? t("people.invite.name.missing") : null}
        inputRef={input}
      />
      <Radios
        label={t("people.invite.kind")}
        name={`${id}-kind`}
        value={kind}
        choices={(["family", "interpreter"] as const).map((value) => ({ value, label: t(`people.role.${value}`) }))}
        onValue={(value) => setKind(value === "interpreter" ? "interpreter" : "family")}
      />
      {kind === "interpreter" && (
        <label class="choice">
          <input type="checkbox" checked={signs} onChange={(event) => setSigns(event.currentTarget.checked)} />
          <span>{t("people.invite.signs")}</span>
        </label>
      )}
      <Button kind="primary" type="submit" wide busy={busy}>
        {t("people.invite.make")}
      </Button>
    </form>
  );
}

/** The address, this once: to copy, or to hand to another program of the phone. */
function LinkBox({ made }: { readonly made: Made }) {
  const t = usePeopleWords();
  const field = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState<"copied" | "not_copied" | null>(null);
  const { name, url } = made;
  useEffect(() => field.current?.focus(), []);
  const copy = () => {
    field.current?.select();
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const copied = clipboard?.writeText(url) ?? Promise.reject(new Error("no clipboard"));
    copied.then(() => setTold("copied"), () => setTold("not_copied"));
  };
  const data = { title: t("people.link.subject"), url };
  // Older browsers have no share, or not for this.
  const mayShare = typeof navigator.share === "function" && (navigator.canShare?.(data) ?? true);
  return (
    <section class="card stack-tight made">
      <Field
        label={t("people.link.title", { name })}
        hint={t("people.link.how", { name })}
        value={url}
        onValue={() => undefined}
        readOnly
        inputRef={field}
        onFocus={() => field.current?.select()}
      />
      <div class="row">
        <Button kind="primary" onClick={copy}>
          {t("people.link.copy")}
        </Button>
        {mayShare && <Button onClick={() => void navigator.share(data).catch(() => undefined)}>{t("people.link.share")}</Button>}
        <span role="status">{told !== null && t(`people.link.${told}`)}</span>
      </div>
    </section>
  );
}
