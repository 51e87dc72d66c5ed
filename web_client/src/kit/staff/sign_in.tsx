/** The staff door: user name, password, one sentence when it does not open. */

import { useRef, useState } from "preact/hooks";

import { Refused } from "../refusal";
import { Banner, Button, Field, LanguageSwitch, LiveRegion, useTitle } from "../ui";
import { signIn } from "./session";
import { useStaffWords } from "./words";

export interface SignInProps {
  /** The console's name, as in the title of the page. */
  readonly console: string;
  /** Why the person is here again: signed out elsewhere, wrong door. */
  readonly notice?: string | null;
  readonly onSignedIn: () => void;
}

export function SignIn({ console: name, notice, onSignedIn }: SignInProps) {
  const t = useStaffWords();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const userField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  useTitle(`${t("staff.sign_in")} · ${name}`);

  const submit = async () => {
    if (busy) return;
    setRefusal(null);
    const incomplete = user.trim() === "" || password === "";
    setMissing(incomplete);
    if (incomplete) {
      (user.trim() === "" ? userField : passwordField).current?.focus();
      return;
    }
    setBusy(true);
    try {
      await signIn(user.trim(), password);
      onSignedIn();
    } catch (error) {
      setRefusal(sentence(error, t));
      setPassword("");
      passwordField.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <header class="topbar">
        <span class="topbar-name">videovisit</span>
        <LanguageSwitch />
      </header>
      <main class="page-narrow stack">
        <h1>{name}</h1>
        {notice && <Banner tone="warn">{notice}</Banner>}
        <form
          class="card stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          {refusal !== null && (
            <Banner tone="danger" live="assertive">
              {refusal}
            </Banner>
          )}
          <Field
            label={t("staff.user")}
            error={missing && user.trim() === "" ? t("staff.user_missing") : null}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellcheck={false}
            value={user}
            onValue={setUser}
            inputRef={userField}
          />
          <Field
            label={t("staff.password")}
            error={missing && password === "" ? t("staff.password_missing") : null}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete="current-password"
            value={password}
            onValue={setPassword}
            inputRef={passwordField}
          />
          <label class="check">
            <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
            <span>{t("staff.show_password")}</span>
          </label>
          <Button kind="primary" type="submit" busy={busy}>
            {t("staff.sign_in")}
          </Button>
        </form>
      </main>
      <LiveRegion />
    </>
  );
}

function sentence(error: unknown, t: ReturnType<typeof useStaffWords>): string {
  if (!(error instanceof Refused)) return t("kit.unknown_error");
  if (error.code === "no_answer") return t("kit.no_answer");
  const seconds = Number(error.detail["retry_after"] ?? 0);
  if (error.code === "slow_down") {
    return seconds > 0
      ? t("staff.throttled_for", { count: Math.ceil(seconds / 60) })
      : t("staff.throttled");
  }
  if (error.code === "unavailable" || error.code === "unexpected") return t("kit.unknown_error");
  return t("staff.sign_in_refused");
}
