/** “I am helping”: one of the desk at a time, seen by all of them. */

import { span } from "../kit/staff/phrases";
import { Button } from "../kit/ui";
import type { SupportView } from "./view";
import { useT } from "./words";

export function Helper({ view, me, now, onBegin, onEnd }: {
  readonly view: SupportView;
  readonly me: string;
  readonly now: number;
  readonly onBegin: () => void;
  readonly onEnd: () => void;
}) {
  const t = useT();
  const mine = view.helper?.id === me;
  return (
    <div class="row helper">
      <p role="status" class={view.helper === undefined ? "quiet" : "strong"}>
        {view.helper === undefined
          ? t("support.helper.nobody")
          : mine
            ? t("support.helper.you")
            : t("support.helper.other", { name: view.helper.name, span: span(view.helper_since ?? "", now, t) })}
      </p>
      {mine ? (
        <Button onClick={onEnd}>{t("support.helper.end")}</Button>
      ) : (
        <Button kind={view.helper === undefined ? "primary" : "plain"} onClick={onBegin}>
          {t(view.helper === undefined ? "support.helper.begin" : "support.helper.take")}
        </Button>
      )}
    </div>
  );
}
