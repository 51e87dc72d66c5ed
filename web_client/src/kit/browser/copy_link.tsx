/** The person's own link, to paste elsewhere: copied by a press, or selected where a page may not copy. */

import { useEffect, useRef, useState } from "preact/hooks";

import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { useBrowserWords } from "./words";

export function CopyLink({ url }: { readonly url: string }) {
  const t = useBrowserWords();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (copied !== false) return;
    field.current?.focus();
    field.current?.select();
  }, [copied]);
  return (
    <>
      <Button kind="primary" wide onClick={() => void copy(url).then(setCopied)}>
        {t("browser.copy")}
      </Button>
      <p role="status" class="small strong">
        {copied === true ? t("browser.copied") : ""}
      </p>
      {copied === false && (
        <Field
          label={t("browser.link")}
          hint={t("browser.link.hint")}
          readOnly
          value={url}
          onValue={() => undefined}
          inputRef={field}
        />
      )}
    </>
  );
}

/** False where the browser does not let a page write to the clipboard. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
