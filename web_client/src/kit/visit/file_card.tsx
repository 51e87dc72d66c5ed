/** A file in the chat: a small picture where it is one, its name, and how to look at it or keep it. */

import { useEffect, useState } from "preact/hooks";

import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { isPicture, type SharedFile, sizeWords } from "./entries";
import type { Shelf } from "./files";
import { useVisitWords } from "./words";

export interface FileCardProps {
  readonly file: SharedFile;
  readonly name: string;
  readonly shelf: Shelf;
  readonly onShown?: () => void;
}

export function FileCard({ file, name, shelf, onShown }: FileCardProps) {
  const t = useVisitWords();
  const [url, setUrl] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const [open, setOpen] = useState(false);
  const picture = isPicture(file);
  const called = name === "" ? t("file.unnamed") : name;

  useEffect(() => {
    if (!picture) return;
    let current = true;
    shelf.url(file).then(
      (address) => current && setUrl(address),
      () => current && setFailed(true),
    );
    return () => {
      current = false;
    };
  }, [file.id, picture, shelf]);
  const save = () => {
    setFailed(false);
    shelf.save(file, called).catch(() => setFailed(true));
  };

  return (
    <div class="file-card">
      {picture && url !== null && (
        <button type="button" class="file-thumb" aria-label={t("file.open", { name: called })} onClick={() => setOpen(true)}>
          <img src={url} alt="" onLoad={onShown} />
        </button>
      )}
      <span class="file-name">{called}</span>
      <span class="small quiet">
        {file.width !== null && file.height !== null && `${file.width} × ${file.height} · `}
        {sizeWords(file.size, t.language)}
      </span>
      {failed && <span class="small strong">{t("file.failed")}</span>}
      <Button class="file-save" label={t("file.save_named", { name: called })} onClick={save}>
        {t("file.save")}
      </Button>
      {picture && (
        <Dialog
          open={open}
          title={called}
          onClose={() => setOpen(false)}
          actions={
            <>
              <Button onClick={() => setOpen(false)}>{t("file.close")}</Button>
              <Button kind="primary" onClick={save}>
                {t("file.save")}
              </Button>
            </>
          }
        >
          {url !== null && <img class="file-large" src={url} alt={called} />}
        </Dialog>
      )}
    </div>
  );
}
