/** A link to paste elsewhere: copied by a press, or selected where a page may not copy. */

import { useRef, useState } from "preact/hooks";

import { Button } from "../kit/ui/button";
import { Field } from "../kit/ui/field";
import { copy } from "./handover";
import { useMemberWords } from "./words";

export function CopyLink({ url, tried = null }: {
  readonly url: string;
  /** Whether it was copied already, by the press that made it. */
  readonly tried?: boolean | null;
}) {
  const t = useMemberWords();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean | null>(tried);
  const press = async () => {
    const done = await copy(url);
    setCopied(done);
    if (!done) field.current?.select();
  };
  return (
    <div class="stack-tight">
      <Button wide onClick={() => void press()}>
        {t("other.copy")}
      </Button>
      <p role="status" class="small strong">
        {copied === true ? t("other.copied") : ""}
      </p>
      {copied === false && (
        <Field label={t("other.link")} hint={t("other.link.hint")} readOnly value={url} onValue={() => undefined} inputRef={field} />
      )}
    </div>
  );
}
