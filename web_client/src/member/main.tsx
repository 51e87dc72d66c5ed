/**
 * The member page, `/visit#token`. This part is the door: small, so that it is ready at once on an old phone.
 * What comes after the door (questions, camera, waiting, the visit) is loaded while the birth date is typed.
 */

import "../kit/styles/kit.css";
import "./member.css";

import { type ComponentType, render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useState } from "preact/hooks";

import { getJson, postJson } from "../kit/http";
import { isObject, type JsonObject } from "../kit/json";
import { canHoldVisit } from "../kit/media/ability";
import { Refused } from "../kit/refusal";
import { Speaking } from "../kit/ui/words";
import { type Answer, type Brand, linkOf, readAnswer, readBrand, readRefused } from "./door";
import { Frame } from "./parts";
import { GoOn } from "./screens/go_on";
import { Gone, NoLink, NotRecognised, TooEarly } from "./screens/kind_pages";
import { type Claim, Welcome } from "./screens/welcome";
import { handoverIn } from "./handover";
import { forgetToken, mayHaveVisit, rememberVisit, takeToken } from "./token";
import { readStanding } from "./view";
import { loadWords, useMemberWords } from "./words";

type Inside = typeof import("./inside");

const token = takeToken();
/** Came from the member's other device: one press goes on with their visit. */
const handover = handoverIn(token);
let inside: Promise<Inside> | null = null;
const loadInside = (): Promise<Inside> => (inside ??= import("./inside"));
/** What the rare browser that cannot hold a visit is told; no other loads it. */
type OtherBrowser = typeof import("./screens/other_browser").OtherBrowser;
const unfit = token !== null && !canHoldVisit();

type Phase =
  | { readonly kind: "looking" }
  | { readonly kind: "no_link" }
  | { readonly kind: "welcome" }
  | { readonly kind: "go_on"; readonly used: boolean; readonly trouble: boolean }
  | Exclude<Answer, { kind: "in" }>
  | { readonly kind: "unfit"; readonly Page: OtherBrowser }
  | { readonly kind: "inside"; readonly Page: ComponentType };

/** What whoever came with a token is asked first. */
const FIRST: Phase = handover === null ? { kind: "welcome" } : { kind: "go_on", used: false, trouble: false };

function Door() {
  const t = useMemberWords();
  const { language } = t;
  const [brand, setBrand] = useState<Brand>({ name: "", phone: "", urgentCare: "" });
  const [phase, setPhase] = useState<Phase>(token === null || unfit ? { kind: "looking" } : FIRST);
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState<JsonObject | null>(null);
  const [claim, setClaim] = useState<Claim | null>(null);

  const enter = useCallback(async (snapshot: JsonObject) => {
    const { Inside, Session } = await loadInside();
    const { seq, view, standing } = snapshot;
    const session = new Session({
      seq: typeof seq === "number" ? seq : 0,
      view: isObject(view) ? view : {},
      standing: readStanding(standing),
    });
    rememberVisit();
    session.open();
    setPhase({ kind: "inside", Page: () => <Inside session={session} onSignedOut={() => setPhase({ kind: "no_link" })} /> });
  }, []);

  // What the page shows until this script runs.
  useLayoutEffect(() => document.getElementById("first")?.remove(), []);
  useEffect(() => {
    if (!unfit) return;
    import("./screens/other_browser").then(
      ({ OtherBrowser }) => setPhase({ kind: "unfit", Page: OtherBrowser }),
      () => setPhase(FIRST),
    );
  }, []);
  useEffect(() => {
    getJson("/api/member/brand").then((body) => setBrand(readBrand(body)), () => undefined);
    if (handover !== null || (token !== null && !mayHaveVisit())) return;
    getJson("/api/member/visit").then(
      // With a token in the address the person came for that visit, perhaps another one: they choose.
      (snapshot) => (token === null ? enter(snapshot) : setOpen(snapshot)),
      () => token === null && setPhase({ kind: "no_link" }),
    );
  }, [enter]);

  const redeem = async (wish: Claim) => {
    setBusy(true);
    setClaim(wish);
    try {
      const body = { token, birth_date: wish.birthDate, on_behalf: wish.onBehalf, language };
      const answer = readAnswer(await postJson("/api/member/redeem", body));
      if (answer.kind === "in") {
        await enter(await getJson("/api/member/visit"));
        forgetToken();
      } else {
        setPhase(answer);
      }
    } catch (error) {
      setPhase(error instanceof Refused ? (readRefused(error) as Phase) : { kind: "unsent" });
    } finally {
      setBusy(false);
    }
  };

  const goOn = async () => {
    setBusy(true);
    try {
      await postJson("/api/member/continue", { token: handover });
      await enter(await getJson("/api/member/visit"));
      forgetToken();
    } catch (error) {
      const used = error instanceof Refused && GONE.has(error.code);
      if (used) forgetToken();
      setPhase({ kind: "go_on", used, trouble: !used });
    } finally {
      setBusy(false);
    }
  };

  if (phase.kind === "inside") return <phase.Page />;
  return (
    <Frame brand={brand.name || t("brand.name")}>
      {phase.kind === "looking" ? (
        <main id="main" class="screen">
          <h1>{t("brand.name")}</h1>
          <p role="status">{t("page.loading")}</p>
        </main>
      ) : phase.kind === "go_on" ? (
        <GoOn
          brand={brand}
          busy={busy}
          used={phase.used}
          trouble={phase.trouble ? t("door.not_sent") : null}
          onGo={() => void goOn()}
        />
      ) : phase.kind === "no_link" ? (
        <NoLink brand={brand} />
      ) : phase.kind === "not_recognised" ? (
        <NotRecognised brand={brand} onAgain={() => setPhase({ kind: "welcome" })} />
      ) : phase.kind === "too_early" ? (
        <TooEarly
          clinic={phase.clinic}
          start={phase.start}
          busy={busy}
          onAgain={() => (claim === null ? setPhase({ kind: "welcome" }) : void redeem(claim))}
        />
      ) : phase.kind === "ended" || phase.kind === "cancelled" ? (
        <Gone kind={phase.kind} clinic={phase.clinic} />
      ) : phase.kind === "unfit" ? (
        <phase.Page brand={brand} link={linkOf(token ?? "")} onAnyway={() => setPhase(FIRST)} />
      ) : (
        <Welcome
          brand={brand}
          busy={busy}
          before={claim}
          trouble={phase.kind === "unsent" ? t("door.not_sent") : phase.kind === "too_often" ? t("door.wait") : null}
          onResume={open === null ? null : () => void enter(open)}
          onTouch={() => void loadInside()}
          onClaim={(wish) => void redeem(wish)}
        />
      )}
    </Frame>
  );
}

/** Answers to a hand-over link that pressing again cannot change. */
const GONE: ReadonlySet<string> = new Set(["code_used", "visit_ended", "visit_cancelled"]);

const root = document.getElementById("app");
if (root !== null) {
  render(
    <Speaking load={loadWords}>
      <Door />
    </Speaking>,
    root,
  );
}
