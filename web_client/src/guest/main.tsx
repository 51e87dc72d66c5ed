/**
 * The guest page, `/guest#token`. This part is the door: whose link it is, and one button. Looking changes nothing;
 * the press lets this device in. What comes after (devices, waiting, the visit) is loaded meanwhile.
 */

import "../kit/styles/kit.css";
import "../member/member.css";

import { type ComponentType, render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

import { postJson } from "../kit/http";
import { isObject, type JsonObject } from "../kit/json";
import { Refused } from "../kit/refusal";
import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Speaking } from "../kit/ui/words";
import { CallLink, Frame, Screen } from "../member/parts";
import { readable } from "../kit/phone";
import { forgetToken, takeToken } from "../member/token";
import { loadWords, useGuestWords } from "./words";

type Inside = typeof import("./inside");

const KEPT = "videovisit.guest";
const token = takeToken(KEPT);
let inside: Promise<Inside> | null = null;
const loadInside = (): Promise<Inside> => (inside ??= import("./inside"));

interface Invitation {
  readonly name: string;
  readonly signs: boolean;
  readonly clinic: string;
  readonly phone: string;
}

type Phase =
  | { readonly kind: "looking" }
  | { readonly kind: "none" | "unknown" | "used" | "ended" }
  | { readonly kind: "welcome"; readonly invitation: Invitation }
  | { readonly kind: "inside"; readonly Page: ComponentType };

function Door() {
  const t = useGuestWords();
  const [phase, setPhase] = useState<Phase>({ kind: "looking" });
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [clinic, setClinic] = useState("");

  // What the page shows until this script runs.
  useLayoutEffect(() => document.getElementById("first")?.remove(), []);
  const enter = async () => {
    const { Inside, GuestSession } = await loadInside();
    const session = new GuestSession();
    session.open();
    setPhase({ kind: "inside", Page: () => <Inside session={session} onOut={() => setPhase({ kind: "none" })} /> });
  };
  const ask = async (path: string, then: (body: JsonObject) => void | Promise<void>) => {
    setBusy(true);
    setTrouble(null);
    try {
      await then(await postJson(path, { token }));
    } catch (error) {
      const code = error instanceof Refused ? error.code : "";
      if (code === "guest_link_unknown") setPhase({ kind: "unknown" });
      else if (code === "guest_link_used") setPhase({ kind: "used" });
      else if (code === "visit_ended" || code === "visit_cancelled") setPhase({ kind: "ended" });
      else setTrouble(t(code === "slow_down" ? "guest.slow_down" : "guest.unsent"));
    } finally {
      setBusy(false);
    }
  };
  // From now on the cookie is enough, also for a reload.
  const join = () => {
    forgetToken(KEPT);
    return enter();
  };
  const look = () =>
    ask("/api/guest/look", (body) => {
      const invitation = readInvitation(body);
      setClinic(invitation.clinic);
      setPhase(body["ended"] === true ? { kind: "ended" } : { kind: "welcome", invitation });
      void loadInside();
    });
  useEffect(() => {
    // Without a token, the cookie of an earlier join may still open the visit: the socket is asked.
    if (token === null) void enter();
    else void look();
  }, []);

  if (phase.kind === "inside") return <phase.Page />;
  return (
    <Frame brand={clinic || t("brand.name")}>
      {phase.kind === "looking" ? (
        <main id="main" class="screen stack">
          <h1>{t("brand.name")}</h1>
          {trouble === null ? (
            <p role="status">{t("page.loading")}</p>
          ) : (
            <Banner tone="warn" live="assertive" actions={<Button busy={busy} onClick={() => void look()}>{t("page.try_again")}</Button>}>
              {trouble}
            </Banner>
          )}
        </main>
      ) : phase.kind === "welcome" ? (
        <Welcome
          invitation={phase.invitation}
          busy={busy}
          trouble={trouble}
          onJoin={() => void ask("/api/guest/join", join)}
        />
      ) : (
        <Screen name={phase.kind} title={t(`guest.${phase.kind}.title`)}>
          <p>{t(`guest.${phase.kind}.lead`)}</p>
        </Screen>
      )}
    </Frame>
  );
}

function Welcome({ invitation, busy, trouble, onJoin }: {
  readonly invitation: Invitation;
  readonly busy: boolean;
  readonly trouble: string | null;
  readonly onJoin: () => void;
}) {
  const t = useGuestWords();
  const { name, clinic, phone } = invitation;
  return (
    <Screen name="welcome" title={t("guest.welcome.title")}>
      {clinic !== "" && <p class="strong">{t("guest.welcome.at", { clinic })}</p>}
      <p>{t("guest.welcome.lead")}</p>
      {trouble !== null && (
        <Banner tone="warn" live="assertive">
          {trouble}
        </Banner>
      )}
      <Button kind="primary" wide busy={busy} onClick={onJoin}>
        {t("guest.join", { name })}
      </Button>
      <p class="small quiet">{t("guest.one_device")}</p>
      <p class="small quiet">{t("guest.not_you", { name })}</p>
      {phone !== "" && <CallLink number={phone}>{t("page.call", { number: readable(phone) })}</CallLink>}
    </Screen>
  );
}

function readInvitation(body: JsonObject): Invitation {
  const clinic = isObject(body["clinic"]) ? body["clinic"] : {};
  return {
    name: String(body["name"] ?? ""),
    signs: body["signs"] === true,
    clinic: String(clinic["name"] ?? ""),
    phone: String(clinic["desk_phone"] ?? ""),
  };
}

const root = document.getElementById("app");
if (root !== null) {
  render(
    <Speaking load={loadWords}>
      <Door />
    </Speaking>,
    root,
  );
}
