/** A picture that the clinician asked for: taken, looked at, and sent only when the member says so. */

import { useEffect, useState } from "preact/hooks";

import { choices } from "../kit/media/devices";
import { otherCamera } from "../kit/media/facing";
import { takeStill } from "../kit/media/still";
import { Banner } from "../kit/ui/banner";
import { Button } from "../kit/ui/button";
import { Dialog } from "../kit/ui/dialog";
import { announce } from "../kit/ui/live";
import { useStore } from "../kit/ui/use";
import { FileButton, refusalWords } from "../kit/visit/chat_panel";
import { sendFile, type Shelf } from "../kit/visit/files";
import { useVisitWords } from "../kit/visit/words";
import { SelfView } from "./self_view";
import type { Session } from "./session";

const PHOTOS = "image/jpeg,image/png,image/webp";

export interface StillProps {
  readonly session: Session;
  /** Since when it is asked for; null while nobody asks. */
  readonly askedAt: string | null;
  /** Who asks. */
  readonly name: string;
  readonly shelf: Shelf;
}

/** The request, in the way until it is answered or put aside; then a banner brings it back. */
export function StillRequest(props: StillProps) {
  const { askedAt, name } = props;
  const t = useVisitWords();
  const [aside, setAside] = useState<string | null>(null);
  useEffect(() => {
    if (askedAt !== null) announce(t("still.title", { name }), "urgent");
  }, [askedAt]);
  if (askedAt === null) return null;
  return (
    <>
      {aside === askedAt && (
        <Banner actions={<Button onClick={() => setAside(null)}>{t("still.open")}</Button>}>{t("still.later", { name })}</Banner>
      )}
      <Dialog open={aside !== askedAt} title={t("still.title", { name })} onClose={() => setAside(askedAt)}>
        <Take key={askedAt} {...props} />
      </Dialog>
    </>
  );
}

interface Taken {
  readonly content: Blob;
  readonly url: string;
}

function Take({ session, shelf }: StillProps) {
  const t = useVisitWords();
  const camera = useStore(session.studio.camera);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [busy, setBusy] = useState<"taking" | "sending" | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [part, setPart] = useState(0);
  useEffect(() => () => void (taken !== null && URL.revokeObjectURL(taken.url)), [taken]);

  const look = (content: Blob) => setTaken({ content, url: URL.createObjectURL(content) });
  const attempt = async (what: "taking" | "sending", work: () => Promise<void>, otherwise: (error: unknown) => string) => {
    if (busy !== null) return;
    setBusy(what);
    setTrouble(null);
    try {
      await work();
    } catch (error) {
      setTrouble(otherwise(error));
    } finally {
      setBusy(null);
    }
  };
  const take = (track: MediaStreamTrack) =>
    attempt("taking", async () => look(await takeStill(track)), () => t("still.failed"));
  const release = (picture: Taken) =>
    attempt(
      "sending",
      async () => {
        setPart(0);
        const id = await sendFile(shelf.door, picture.content, { name: "picture", still: true, onProgress: setPart });
        shelf.put(id, picture.content);
        announce(t("still.sent"));
      },
      (error) => refusalWords(t, error),
    );
  const decline = () =>
    attempt("sending", async () => void (await session.line.command("decline_still", { reason: "declined" })), (error) =>
      refusalWords(t, error),
    );

  return (
    <>
      {trouble !== null && (
        <Banner tone="danger" live="assertive">
          {trouble}
        </Banner>
      )}
      {taken === null ? (
        <>
          <p>{t("still.why")}</p>
          {camera.kind === "on" ? (
            <>
              <div class="preview still-preview">
                <SelfView track={camera.track} name={t("still.preview")} />
              </div>
              <Button kind="primary" wide busy={busy !== null} onClick={() => void take(camera.track)}>
                {t(busy === "taking" ? "still.taking" : "still.take")}
              </Button>
              <TurnAround session={session} track={camera.track} />
            </>
          ) : (
            <>
              <p>{t("still.camera_off")}</p>
              <Button kind="primary" wide busy={camera.kind === "asking"} onClick={() => void session.turnCameraOff(false)}>
                {t("still.camera_on")}
              </Button>
              <FileButton busy={busy !== null} accept={PHOTOS} capture="environment" onFile={look}>
                {t("still.choose")}
              </FileButton>
            </>
          )}
          <p class="small">{t("still.who")}</p>
        </>
      ) : (
        <>
          <p>{t("still.look")}</p>
          <img class="file-large" src={taken.url} alt={t("still.taken")} />
          {busy === "sending" && <progress aria-label={t("chat.sending")} value={part} max={1} />}
          <Button kind="primary" wide busy={busy !== null} onClick={() => void release(taken)}>
            {t("still.release")}
          </Button>
          <Button wide busy={busy !== null} onClick={() => setTaken(null)}>
            {t("still.again")}
          </Button>
        </>
      )}
      <Button wide busy={busy !== null} onClick={() => void decline()}>
        {t("still.decline")}
      </Button>
    </>
  );
}

/** Only where there is another camera to turn to. */
function TurnAround({ session, track }: { readonly session: Session; readonly track: MediaStreamTrack }) {
  const t = useVisitWords();
  const [next, setNext] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    const used = track.getSettings().deviceId ?? "";
    void choices().then(({ cameras }) => current && setNext(otherCamera(cameras, new Set([used]))?.id ?? null));
    return () => {
      current = false;
    };
  }, [track]);
  if (next === null || next === "") return null;
  return (
    <Button wide onClick={() => void session.studio.startCamera(next)}>
      {t("still.turn")}
    </Button>
  );
}
