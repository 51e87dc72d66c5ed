/** One panel for what is not needed all the time: devices, the size of the picture, one's own picture. */

import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";

import type { Studio } from "../media/studio";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { DeviceChoices, FlipButton } from "./device_choices";
import { EnlargeButtons, type EnlargeProps } from "./enlarge";
import type { Pictures } from "./pictures";
import { PicturesChoice } from "./pictures_note";
import { SelfPlacement } from "./self_view";
import { useVisitWords } from "./words";

export interface SettingsProps extends EnlargeProps {
  readonly studio: Studio;
  readonly pictures: Pictures;
  /** A drawing beside the word. */
  readonly children?: ComponentChildren;
}

/** The button and the panel it opens. */
export function Settings({ studio, pictures, whole, picture, children }: SettingsProps) {
  const t = useVisitWords();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        {children}
        <span>{t("settings")}</span>
      </Button>
      <Dialog
        open={open}
        title={t("settings.title")}
        onClose={close}
        actions={
          <Button kind="primary" onClick={close}>
            {t("settings.close")}
          </Button>
        }
      >
        <section class="stack-tight" aria-label={t("settings.devices")}>
          <DeviceChoices studio={studio} />
          <FlipButton studio={studio} />
        </section>
        <section class="stack-tight" aria-labelledby="settings-picture">
          <h3 id="settings-picture">{t("settings.picture")}</h3>
          <div class="row">
            <EnlargeButtons whole={whole} picture={picture} />
            <SelfPlacement />
          </div>
          <PicturesChoice pictures={pictures} />
        </section>
      </Dialog>
    </>
  );
}
