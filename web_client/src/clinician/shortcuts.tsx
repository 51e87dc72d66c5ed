/** The list of shortcuts, and the switch that turns single keys off. */

import { Button, Dialog, useStore } from "../kit/ui";
import { keysOn, turnKeys } from "../kit/staff/keys";
import { useT } from "./words";

export function Shortcuts({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const t = useT();
  const on = useStore(keysOn);
  const rows: readonly [string, string][] = [
    ["?", t("clinician.keys.help")],
    ["n", t("clinician.keys.next")],
    ["↓ j", t("clinician.keys.down")],
    ["↑ k", t("clinician.keys.up")],
    [t("clinician.keys.enter"), t("clinician.keys.claim")],
    ["m", t("clinician.keys.mute")],
    ["v", t("clinician.keys.camera")],
  ];
  return (
    <Dialog open={open} title={t("clinician.keys")} onClose={onClose} actions={<Button onClick={onClose}>{t("staff.close")}</Button>}>
      <dl class="keys">
        {rows.map(([key, words]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={on} onChange={(event) => turnKeys(event.currentTarget.checked)} />
        <span>{t("clinician.keys.on")}</span>
      </label>
    </Dialog>
  );
}
