/** Behind the guest's door: the screens, chosen by what the visit says of this guest. */

import { useEffect, useState } from "preact/hooks";

import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { announce } from "../kit/ui/live";
import { useStore } from "../kit/ui/use";
import { Frame, Screen } from "../member/parts";
import { Devices } from "./devices";
import type { GuestSession } from "./session";
import { screenFor } from "./view";
import { VisitScreen } from "./visit";
import { Waiting } from "./waiting";
import { useGuestWords } from "./words";

export { GuestSession } from "./session";

export function Inside({ session, onOut }: { readonly session: GuestSession; readonly onOut: () => void }) {
  const t = useGuestWords();
  const view = useStore(session.view);
  const link = useStore(session.link);
  const elsewhere = useStore(session.elsewhere);
  const ready = useStore(session.ready);
  useEffect(() => {
    if (link === "refused") onOut();
    if (link === "offline") announce(t("offline"), "urgent");
  }, [link]);

  const screen = view === null ? null : screenFor(view, ready);
  const body = () => {
    if (elsewhere) {
      return (
        <Screen name="elsewhere" title={t("guest.elsewhere.title")}>
          <p>{t("guest.elsewhere.lead")}</p>
          <Button kind="primary" wide onClick={() => location.reload()}>
            {t("guest.elsewhere.here")}
          </Button>
        </Screen>
      );
    }
    if (view === null || screen === null) {
      return (
        <main id="main" class="screen">
          <h1>{t("brand.name")}</h1>
          <p role="status">{t("page.loading")}</p>
        </main>
      );
    }
    if (screen === "devices") return <Devices session={session} view={view} />;
    if (screen === "waiting" || screen === "held") return <Waiting session={session} view={view} />;
    if (screen === "visit") return <VisitScreen session={session} view={view} />;
    return (
      <Screen name={screen} title={t(`guest.${screen}.title`)}>
        <p>{t(`guest.${screen}.lead`)}</p>
        {screen === "left" && <Again session={session} />}
      </Screen>
    );
  };
  const offline = link === "offline" && !elsewhere && view?.out === null;
  return (
    <Frame
      brand={view?.clinic || t("brand.name")}
      kind={screen === "visit" && !elsewhere ? "stage" : "page"}
      notice={offline && <Banner tone="warn">{t("offline")}</Banner>}
    >
      {body()}
    </Frame>
  );
}

function Again({ session }: { readonly session: GuestSession }) {
  const t = useGuestWords();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const again = async () => {
    setBusy(true);
    setFailed(false);
    try {
      await session.line.command("join_as_guest");
      await session.startDevices();
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {failed && (
        <Banner tone="warn" live="assertive">
          {t("guest.unsent")}
        </Banner>
      )}
      <Button kind="primary" wide busy={busy} onClick={() => void again()}>
        {t("guest.left.again")}
      </Button>
    </>
  );
}
